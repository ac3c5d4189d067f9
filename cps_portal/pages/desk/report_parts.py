"""What a report of the desk is asked and what it tells: figures, series to draw, and tables as text."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import Enum
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _w

UTC = ZoneInfo("UTC")
Words = str | Promise
# Days, and of each line what it is and its value on each of them.
Lines = tuple[Sequence[date], Sequence[tuple[str, Sequence[int]]]]


@dataclass(frozen=True, slots=True)
class Asked:
    """Which days, both included; which countries' members, None for all; which centre, None for all; and today."""

    first: date
    last: date
    countries: frozenset[str] | None
    centre: int | None
    today: date

    @property
    def begins(self) -> datetime:
        return datetime.combine(self.first, time(), UTC)

    @property
    def ends(self) -> datetime:
        return datetime.combine(self.last + timedelta(days=1), time(), UTC)

    @property
    def codes(self) -> list[str] | None:
        return None if self.countries is None else sorted(self.countries)


class Step(Enum):
    """How far the points of a series lie apart: what a point is called, and how its day is written."""

    DAY = (_w("Day"), "%Y-%m-%d")
    WEEK = (_w("Week from"), "%Y-%m-%d")
    MONTH = (_w("Month"), "%Y-%m")


@dataclass(frozen=True, slots=True)
class Table:
    """A table beside the first: its key in the address of its file, its title, its cells as text."""

    key: str
    title: Words
    columns: Sequence[Words]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True)
class Told:
    """What a report says: series over days, the sum of it in a few figures, its table, and others beside it."""

    columns: Sequence[Words]
    rows: Sequence[Sequence[str]]
    days: Sequence[date] = ()
    series: Sequence[tuple[str, Sequence[int]]] = ()
    figures: Sequence[dict[str, str]] = field(default_factory=list)
    step: Step = Step.DAY
    more: Sequence[Table] = ()

    def tables(self) -> list[Table]:
        """The tables beside the first: what is drawn, in numbers, and what the report adds."""
        if not self.series:
            return list(self.more)
        name, written = self.step.value
        rows = [
            [day.strftime(written), *(str(values[at]) for _label, values in self.series)]
            for at, day in enumerate(self.days)
        ]
        drawn = Table(
            "drawn", _w("What is drawn, in numbers"), [name, *(label for label, _ in self.series)], rows[::-1]
        )
        return [drawn, *self.more]


def figure(label: Any, value: object, unit: object = "") -> dict[str, str]:
    return {"label": str(label), "value": str(value), "unit": str(unit)}


def share(part: float, of: float) -> str:
    """A share in whole per cent, rounded down, so that 100 means all; a dash of nothing."""
    return f"{int(100 * part / of)} %" if of else "–"


def number(value: float | None) -> str:
    return "–" if value is None else f"{value:,.1f}"
