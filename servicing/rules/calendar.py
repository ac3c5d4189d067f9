"""When a centre is open: its week, dated exceptions and public holidays, in its own zone (programme §6).

Days are the centre's own dates; every moment that goes in or comes out is UTC.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Self
from zoneinfo import ZoneInfo

Span = tuple[time, time]
Open = tuple[datetime, datetime]

DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)
LONGEST_CLOSURE = 400


class NeverOpens(Exception):
    """A calendar shows no working day within 400 days, so nothing can be due by it."""


@dataclass(frozen=True, slots=True)
class Calendar:
    """A centre's opening hours. `week` has seven days, Monday first; a day is its spans in order, () is closed.

    `dated` are exceptions by date and come before public holidays (`closed`, date to name), which come before
    the week. Times are whole minutes of the wall clock in `zone` (IANA), opens < closes, spans never overlap;
    ValueError otherwise, ZoneInfoNotFoundError for an unknown zone.
    """

    zone: str
    week: tuple[tuple[Span, ...], ...]
    cut_off: time
    dated: Mapping[date, tuple[Span, ...]] = field(default_factory=dict)
    closed: Mapping[date, str] = field(default_factory=dict)
    _tz: ZoneInfo = field(init=False, repr=False, compare=False)
    _known: dict[date, tuple[Open, ...]] = field(init=False, repr=False, compare=False, default_factory=dict)

    def __post_init__(self) -> None:
        if len(self.week) != 7:
            raise ValueError("A week has seven days, Monday first.")
        for spans in (*self.week, *self.dated.values()):
            _check(spans)
        if not _whole_minute(self.cut_off):
            raise ValueError("The cut-off is a whole minute.")
        # Copies: what the caller does with its own mappings later changes nothing here.
        object.__setattr__(self, "dated", dict(self.dated))
        object.__setattr__(self, "closed", dict(self.closed))
        object.__setattr__(self, "_tz", ZoneInfo(self.zone))

    def hours_on(self, day: date) -> tuple[Span, ...]:
        """The wall-clock spans of a day, () when closed."""
        if day in self.dated:
            return self.dated[day]
        return () if day in self.closed else self.week[day.weekday()]

    def spans_on(self, day: date) -> tuple[Open, ...]:
        """The open spans of a day as UTC moments, in order; real time over a clock change, () when closed."""
        known = self._known.get(day)
        if known is None:
            moments = ((self.moment(day, opens), self.moment(day, closes)) for opens, closes in self.hours_on(day))
            known = self._known[day] = tuple((opens, closes) for opens, closes in moments if opens < closes)
        return known

    def is_working(self, day: date) -> bool:
        return bool(self.spans_on(day))

    def open_seconds(self, day: date) -> int:
        """Real seconds a day is open, 0 when closed."""
        return sum((closes - opens) // SECOND for opens, closes in self.spans_on(day))

    def next_working(self, day: date) -> date:
        """The first working day strictly after a day. Raises NeverOpens when 400 days on end are closed."""
        for ahead in range(1, LONGEST_CLOSURE + 1):
            if self.is_working(day + ahead * DAY):
                return day + ahead * DAY
        raise NeverOpens(f"No working day within {LONGEST_CLOSURE} days after {day}.")

    def is_open(self, at: datetime) -> bool:
        """Whether the centre is open at a moment; at closing time it is closed."""
        return any(opens <= at < closes for opens, closes in self.spans_on(self.local_day(at)))

    def local_day(self, at: datetime) -> date:
        """The centre's own date at an aware moment."""
        return at.astimezone(self._tz).date()

    def moment(self, day: date, wall: time) -> datetime:
        """The UTC moment of a wall-clock time, never running backwards through a day.

        A time that comes twice means the first; a time that the clocks skip means the moment of the change.
        """
        local = datetime.combine(day, wall, tzinfo=self._tz)
        first, other = local.astimezone(UTC), local.replace(fold=1).astimezone(UTC)
        if first <= other:
            return first
        # Skipped: the change lies after `other` (new offset) and not after `first` (old offset).
        old = local.replace(fold=0).utcoffset()
        while first - other > SECOND:
            middle = other + (first - other) // SECOND // 2 * SECOND
            if middle.astimezone(self._tz).utcoffset() == old:
                other = middle
            else:
                first = middle
        return first

    def frozen(self, from_day: date, until_day: date) -> Self:
        """A copy to keep with a case: exceptions and holidays of from_day ≤ day < until_day, the week as it is."""
        return type(self)(
            zone=self.zone,
            week=self.week,
            cut_off=self.cut_off,
            dated={day: spans for day, spans in self.dated.items() if from_day <= day < until_day},
            closed={day: name for day, name in self.closed.items() if from_day <= day < until_day},
        )

    def as_json(self) -> dict[str, Any]:
        """Plain values for a JSON column; `from_json` gives an equal calendar back."""
        return {
            "zone": self.zone,
            "week": [_as_texts(spans) for spans in self.week],
            "cut_off": f"{self.cut_off:%H:%M}",
            "dated": {day.isoformat(): _as_texts(self.dated[day]) for day in sorted(self.dated)},
            "closed": {day.isoformat(): self.closed[day] for day in sorted(self.closed)},
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Self:
        """The calendar that `as_json` wrote. KeyError or ValueError where it is not one."""
        return cls(
            zone=kept["zone"],
            week=tuple(_from_texts(spans) for spans in kept["week"]),
            cut_off=time.fromisoformat(kept["cut_off"]),
            dated={date.fromisoformat(day): _from_texts(spans) for day, spans in kept["dated"].items()},
            closed={date.fromisoformat(day): name for day, name in kept["closed"].items()},
        )


def _whole_minute(wall: time) -> bool:
    return wall.tzinfo is None and not (wall.second or wall.microsecond)


def _check(spans: tuple[Span, ...]) -> None:
    last = time.min
    for opens, closes in spans:
        if not (_whole_minute(opens) and _whole_minute(closes)):
            raise ValueError("Opening hours are whole minutes of the wall clock.")
        if not last <= opens < closes:
            raise ValueError("The spans of a day are in order, open before they close and do not overlap.")
        last = closes


def _as_texts(spans: tuple[Span, ...]) -> list[list[str]]:
    return [[f"{opens:%H:%M}", f"{closes:%H:%M}"] for opens, closes in spans]


def _from_texts(spans: list[list[str]]) -> tuple[Span, ...]:
    return tuple((time.fromisoformat(opens), time.fromisoformat(closes)) for opens, closes in spans)
