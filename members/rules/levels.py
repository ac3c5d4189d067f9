"""The four levels and what gives them (programme §4)."""

from dataclasses import dataclass
from datetime import date
from enum import IntEnum


class Rank(IntEnum):
    """Levels in order; a higher one compares greater."""

    RED = 0
    SILVER = 1
    GOLD = 2
    PLATINUM = 3


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Points from which Silver, Gold and Platinum begin; Red begins at 0."""

    silver: int
    gold: int
    platinum: int

    def level_for(self, points: int) -> Rank:
        """The highest threshold reached."""
        if points >= self.platinum:
            return Rank.PLATINUM
        if points >= self.gold:
            return Rank.GOLD
        return Rank.SILVER if points >= self.silver else Rank.RED

    def begins(self, level: int) -> int:
        """The points from which a level begins."""
        return (0, self.silver, self.gold, self.platinum)[level]

    def next_above(self, level: int) -> tuple[Rank, int] | None:
        """The next level and its threshold; None from Platinum."""
        if level >= Rank.PLATINUM:
            return None
        above = Rank(level + 1)
        return above, self.begins(above)


@dataclass(frozen=True, slots=True)
class Held:
    """A level kept by staff: from begins_on until the day before ends_on."""

    level: int
    begins_on: date
    ends_on: date

    def covers(self, day: date) -> bool:
        return self.begins_on <= day < self.ends_on


def level_on(day: date, *, points: int, thresholds: Thresholds, holds: list[Held]) -> Rank:
    """Level of a day: the greater of what the thresholds give and what a hold keeps (§4)."""
    kept = max((hold.level for hold in holds if hold.covers(day)), default=0)
    return Rank(max(thresholds.level_for(points), kept))


def benefit_level(level: int, cap: int) -> Rank:
    """The lower of a member's level and the cap of the official country (§6)."""
    return Rank(min(level, cap))
