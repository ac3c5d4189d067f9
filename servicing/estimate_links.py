"""The address of an estimate that can be forwarded: whoever has it may read, only its member decides (programme §6)."""

from uuid import UUID

from django.core.signing import BadSignature, Signer

SALT = "servicing.estimate"


def token_of(estimate_id: UUID) -> str:
    """The signed key of an estimate, for its address."""
    return Signer(salt=SALT).sign(estimate_id.hex).replace(":", ".")


def read_token(token: str) -> UUID | None:
    """The estimate that an address was signed for; None for anything else."""
    key, _dot, signature = token.partition(".")
    try:
        return UUID(hex=Signer(salt=SALT).unsign(f"{key}:{signature}"))
    except (BadSignature, ValueError):
        return None
