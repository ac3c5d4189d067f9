"""The address of a thread for somebody without an account: only mailed, never shown (programme §9)."""

from uuid import UUID

from django.core.signing import BadSignature, Signer

SALT = "members.thread"


def token_of(thread_id: UUID) -> str:
    """The signed key of a thread, for its address."""
    return Signer(salt=SALT).sign(thread_id.hex).replace(":", ".")


def read_token(token: str) -> UUID | None:
    """The thread that an address was signed for; None for anything else."""
    key, _dot, signature = token.partition(".")
    try:
        return UUID(hex=Signer(salt=SALT).unsign(f"{key}:{signature}"))
    except (BadSignature, ValueError):
        return None
