"""The ribbon of a case's clock: its time as counted, paused, closed and ahead, each with its reason (programme §6).

What a page draws and the table beside it say the same, because both come from here.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from fractions import Fraction
from itertools import chain
from typing import NamedTuple

from servicing.rules.calendar import DAY, Calendar
from servicing.rules.clock import Run, cut, days_between, reading, share


class Kind(StrEnum):
    """What a stretch of the ribbon is. `closed` does not count, whatever else happens in it."""

    COUNTED = "counted"
    PAUSED = "paused"
    CLOSED = "closed"
    AHEAD = "ahead"


class Reason(StrEnum):
    """Why a stretch does not count."""

    QUEUED = "queued"
    BEFORE_START = "before_start"
    ESTIMATE = "estimate"
    NIGHT = "night"
    BREAK = "break"
    WEEKEND = "weekend"
    HOLIDAY = "holiday"
    EXCEPTION = "exception"


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of the ribbon, start to end. `worth`: working days of its open time, 0 where closed.

    `day`: the centre's date at the start. `name`: of the public holiday. `waiting`: an estimate waits, open or not.
    """

    kind: Kind
    start: datetime
    end: datetime
    day: date
    reason: Reason | None = None
    name: str = ""
    waiting: bool = False
    worth: Fraction = Fraction(0)


def ribbon(run: Run, now: datetime) -> list[Stretch]:
    """The time from receipt to now, and on to the due moment, without gaps; it ends where the clock has stopped.

    Stretches are cut at `now` and where an estimate begins or ends to wait, so each lies wholly before or after
    those. Beyond now, `ahead` is open time (if accepted now, while paused) and nights stay `closed`.
    """
    at, _stopped = run.as_of(now)
    pauses = run.waited(at)
    edges = sorted({at, *chain.from_iterable(pauses)})
    return [
        _stretch(run.calendar, part, start, end, at, pauses)
        for part in _parts(run, run.received_at, _horizon(run, now))
        for start, end in cut(part.start, part.end, edges)
    ]


class _Part(NamedTuple):
    """Time of one nature, before pauses and now are looked at; open time has no reason."""

    start: datetime
    end: datetime
    reason: Reason | None
    name: str = ""


def _horizon(run: Run, now: datetime) -> datetime:
    """Where the ribbon ends: at the stop, else at the latest of now, the start of counting and the due moment."""
    read = reading(run, now)
    at, stopped = run.as_of(now)
    return max(at, run.received_at) if stopped else max(at, read.starts_at, read.due_at or at)


def _parts(run: Run, start: datetime, end: datetime) -> Iterator[_Part]:
    """The time from receipt to the end of the ribbon by nature: waiting to start, open, closed."""
    begun, starts_at = run.counts_as_received_at, run.starts_at
    waiting = [_Part(start, begun, Reason.QUEUED), _Part(begun, starts_at, Reason.BEFORE_START)]
    last: _Part | None = None
    for part in chain(waiting, _open_and_closed(run.calendar, starts_at, end)):
        clipped = part._replace(end=min(part.end, end))
        if clipped.start >= clipped.end:
            continue
        if last and last.reason and (last.reason, last.name) == (clipped.reason, clipped.name):
            last = last._replace(end=clipped.end)
            continue
        if last:
            yield last
        last = clipped
    if last:
        yield last


def _open_and_closed(calendar: Calendar, start: datetime, end: datetime) -> Iterator[_Part]:
    """Day by day from an opening on; nights are cut at midnight."""
    for day in days_between(calendar.local_day(start), calendar.local_day(end)):
        spans = calendar.spans_on(day)
        turn, midnight = max(start, calendar.moment(day, time.min)), calendar.moment(day + DAY, time.min)
        for number, (opens, closes) in enumerate(spans):
            yield _Part(turn, opens, Reason.BREAK if number else Reason.NIGHT)
            yield _Part(opens, closes, None)
            turn = closes
        reason, name = (Reason.NIGHT, "") if spans else _why_closed(calendar, day)
        yield _Part(turn, midnight, reason, name)


def _why_closed(calendar: Calendar, day: date) -> tuple[Reason | None, str]:
    if calendar.is_working(day):
        return None, ""
    if day in calendar.closed:
        return Reason.HOLIDAY, calendar.closed[day]
    return (Reason.EXCEPTION if calendar.week[day.weekday()] else Reason.WEEKEND), ""


def _stretch(
    calendar: Calendar,
    part: _Part,
    start: datetime,
    end: datetime,
    at: datetime,
    pauses: Sequence[tuple[datetime, datetime]],
) -> Stretch:
    day = calendar.local_day(start)
    waiting = any(begun <= start < ended for begun, ended in pauses)
    if part.reason:
        return Stretch(Kind.CLOSED, start, end, day, part.reason, part.name, waiting)
    worth = share(end - start, timedelta(seconds=calendar.open_seconds(day)))
    if waiting:
        return Stretch(Kind.PAUSED, start, end, day, Reason.ESTIMATE, "", waiting, worth)
    return Stretch(Kind.AHEAD if start >= at else Kind.COUNTED, start, end, day, worth=worth)
