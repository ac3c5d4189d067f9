"""A drop is told ahead (programme §4): less notice than that needs the programme manager's reason."""

from collections.abc import Sequence
from datetime import date, timedelta

from kitbag.rules.worth import Step, worth


def is_short(day: date, *, today: date, notice: timedelta) -> bool:
    """Whether a drop on a day, recorded today, comes with less notice than members are due."""
    return day < today + notice


def short_falls(before: Sequence[Step], after: Sequence[Step], *, today: date, notice: timedelta) -> list[Step]:
    """Steps of a new plan that leave a product worth less than the plan before did, on short notice.

    Both are a product's steps, past and ahead, in order of day. A fall that comes later than planned, or
    is smaller, takes nothing away that members were not told of.
    """
    return [
        step
        for step in after
        if step.day > today
        and is_short(step.day, today=today, notice=notice)
        and step.points < worth(before, on=step.day)
    ]
