"""A row of the former scheme's file: read, checked, and compared with what its person has now (programme §1)."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Thing:
    """Something an old account named, as its file says it."""

    product: str
    serial: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """An old account. Levels are 0 to 3; one of the two is there at least."""

    email: str
    name: str
    country: str
    photo_level: int | None
    video_level: int | None
    kit: Sequence[Thing] = ()

    @property
    def best_level(self) -> int:
        """The higher of both: what the new level is compared with."""
        return max(level for level in (self.photo_level, self.video_level) if level is not None)
