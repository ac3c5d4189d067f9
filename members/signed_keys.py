"""Keys in addresses that are mailed or handed on: signed here, each kind for its own pages only."""

from dataclasses import dataclass
from uuid import UUID

from django.core.signing import BadSignature, Signer


@dataclass(frozen=True, slots=True)
class SignedKeys:
    """Addresses of one kind of rows; a key signed for another kind does not open them."""

    salt: str

    def token_of(self, key: UUID) -> str:
        """The signed key, for an address; the same whenever it is asked for."""
        return Signer(salt=self.salt).sign(key.hex).replace(":", ".")

    def read(self, token: str) -> UUID | None:
        """The key that an address was signed for; None for anything else."""
        key, _dot, signature = token.partition(".")
        try:
            return UUID(hex=Signer(salt=self.salt).unsign(f"{key}:{signature}"))
        except (BadSignature, ValueError):
            return None
