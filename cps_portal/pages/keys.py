"""Keys of rows as they stand in an address or a form."""

from uuid import UUID


def read_key(text: str) -> UUID | None:
    """The key that a text is; None for anything else."""
    try:
        return UUID(text)
    except ValueError:
        return None
