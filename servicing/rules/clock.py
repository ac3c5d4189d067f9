"""The turnaround clock of a case: working days of its centre, computed from events, never counted up (programme §6).

Moments are UTC, working days exact fractions. Nothing here knows a model: a case hands in its frozen calendar and
the moments that happened, and gets one reading, the same for member and staff.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import chain, islice
from typing import NamedTuple

from servicing.rules.calendar import DAY, Calendar

Pause = tuple[datetime, datetime | None]

MICROSECOND = timedelta(microseconds=1)
MINUTE = timedelta(minutes=1)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One stretch of a case under the clock: receipt to hand-over to shipping. Moments are aware, kept as UTC.

    `slot_at`: when a queued case got its slot; stands for receipt if later. `target`: working days, None for none.
    `pauses`: (sent, answered or expired) of each estimate, None while it waits, in any order; those that touch or
    overlap are one pause, so a replaced estimate goes on pausing. ValueError for a naive moment, a pause that ends
    before it begins, or a target below 1.
    """

    calendar: Calendar
    received_at: datetime
    slot_at: datetime | None = None
    target: int | None = None
    pauses: Sequence[Pause] = ()
    stopped_at: datetime | None = None

    def __post_init__(self) -> None:
        if self.target is not None and self.target < 1:
            raise ValueError("A target is at least one working day.")
        pauses = tuple((_utc(sent), _utc(ended) if ended else None) for sent, ended in self.pauses)
        if any(ended is not None and ended < sent for sent, ended in pauses):
            raise ValueError("A pause ends after it begins.")
        object.__setattr__(self, "received_at", _utc(self.received_at))
        object.__setattr__(self, "slot_at", _utc(self.slot_at) if self.slot_at else None)
        object.__setattr__(self, "stopped_at", _utc(self.stopped_at) if self.stopped_at else None)
        object.__setattr__(self, "pauses", pauses)

    @property
    def counts_as_received_at(self) -> datetime:
        return max(self.received_at, self.slot_at or self.received_at)

    @property
    def starts_at(self) -> datetime:
        """The opening at which counting begins. Raises NeverOpens."""
        return counts_from(self.calendar, self.counts_as_received_at)

    def as_of(self, now: datetime) -> tuple[datetime, bool]:
        """The moment the clock shows, and whether it has stopped: a stopped clock shows its stop for ever."""
        now = _utc(now)
        if self.stopped_at is not None and self.stopped_at <= now:
            return self.stopped_at, True
        return now, False

    def waited(self, at: datetime) -> list[tuple[datetime, datetime]]:
        """The pauses begun by a moment, in order, those that touch as one; one that still waits ends there."""
        merged: list[tuple[datetime, datetime]] = []
        for sent, ended in sorted((sent, min(ended or at, at)) for sent, ended in self.pauses if sent <= at):
            if merged and sent <= merged[-1][1]:
                merged[-1] = (merged[-1][0], max(merged[-1][1], ended))
            else:
                merged.append((sent, ended))
        return merged

    def waits(self, at: datetime) -> bool:
        """Whether an estimate waits at a moment; at that of the answer it no longer does."""
        return any(sent <= at and (ended is None or ended > at) for sent, ended in self.pauses)


@dataclass(frozen=True, slots=True)
class Reading:
    """The clock at a moment, from what had happened by then.

    `counted` and `paused` are working days. `due_at` is None without a target; while an estimate waits it is the
    moment "if you answer now". `in_time` is None until the clock has stopped, and without a target. `missed`: the
    minute of `due_at` is over and the clock had not stopped.
    """

    starts_at: datetime
    counted: Fraction
    paused: Fraction
    due_at: datetime | None
    paused_since: datetime | None
    stopped_at: datetime | None
    in_time: bool | None
    missed: bool

    @property
    def shown(self) -> Decimal:
        """Working days with one decimal, rounded down: 2.07 is "2.0"."""
        return Decimal(int(self.counted * 10)).scaleb(-1)


@dataclass(frozen=True, slots=True)
class Completion:
    """Where working day `number` is complete, rounded up to the minute; not `reached` lies ahead."""

    number: int
    at: datetime
    reached: bool


def counts_from(calendar: Calendar, received_at: datetime) -> datetime:
    """When the clock of something received at a moment begins: the opening of the working day after receipt.

    A receipt on a closed day, or later than the cut-off or that day's closing if earlier, counts as received on the
    next working day (programme §6). Raises NeverOpens.
    """
    received_at = _utc(received_at)
    day = calendar.local_day(received_at)
    spans = calendar.spans_on(day)
    if not spans or received_at > min(calendar.moment(day, calendar.cut_off), spans[-1][1]):
        day = calendar.next_working(day)
    return calendar.spans_on(calendar.next_working(day))[0][0]


def reading(run: Run, now: datetime) -> Reading:
    """The clock of a case at `now`; what happens later than that is not known yet. Raises NeverOpens."""
    at, stopped = run.as_of(now)
    starts_at = run.starts_at
    pauses = run.waited(at)
    past = list(_past(run.calendar, starts_at, at, pauses))
    counted = sum((piece.worth for piece in past if not piece.paused), Fraction(0))
    due_at = None
    if run.target is not None:
        due_at = next(islice(_completed(run.calendar, max(at, starts_at), past), run.target - 1, None))
    missed = due_at is not None and at >= due_at + MINUTE
    return Reading(
        starts_at=starts_at,
        counted=counted,
        paused=sum((piece.worth for piece in past if piece.paused), Fraction(0)),
        due_at=due_at,
        paused_since=pauses[-1][0] if run.waits(at) and not stopped else None,
        stopped_at=run.stopped_at if stopped else None,
        in_time=not missed if stopped and due_at else None,
        missed=missed,
    )


def completions(run: Run, now: datetime) -> list[Completion]:
    """Where each working day is complete: those counted by `now`, and those ahead up to the target."""
    at, stopped = run.as_of(now)
    starts_at = run.starts_at
    past = list(_past(run.calendar, starts_at, at, run.waited(at)))
    counted = int(sum((piece.worth for piece in past if not piece.paused), Fraction(0)))
    last = counted if stopped else max(counted, run.target or 0)
    moments = islice(_completed(run.calendar, max(at, starts_at), past), last)
    return [Completion(number, moment, number <= counted) for number, moment in enumerate(moments, start=1)]


class _Piece(NamedTuple):
    """Open time of one day; `length` is that day's opening time."""

    start: datetime
    end: datetime
    length: timedelta
    paused: bool

    @property
    def worth(self) -> Fraction:
        return share(self.end - self.start, self.length)


def _utc(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("A moment says its zone.")
    return moment.astimezone(UTC)


def share(part: timedelta, whole: timedelta) -> Fraction:
    """What part of a day's opening time an open time is, exactly."""
    return Fraction(part // MICROSECOND, whole // MICROSECOND)


def days_between(first: date, last: date) -> Iterator[date]:
    """Every date from the first to the last."""
    return (first + number * DAY for number in range((last - first).days + 1))


def cut(start: datetime, end: datetime, edges: Sequence[datetime]) -> Iterator[tuple[datetime, datetime]]:
    """A time as its parts between the edges (in order) that lie within it."""
    for edge in edges:
        if start < edge < end:
            yield start, edge
            start = edge
    if start < end:
        yield start, end


def _past(
    calendar: Calendar, starts_at: datetime, at: datetime, pauses: Sequence[tuple[datetime, datetime]]
) -> Iterator[_Piece]:
    """The open time from the start of counting to a moment, cut where pauses begin and end."""
    if at <= starts_at:
        return
    edges = sorted(chain.from_iterable(pauses))
    for day in days_between(calendar.local_day(starts_at), calendar.local_day(at)):
        length = timedelta(seconds=calendar.open_seconds(day))
        for opens, closes in calendar.spans_on(day):
            for start, end in cut(opens, min(closes, at), edges):
                yield _Piece(start, end, length, any(begun <= start < ended for begun, ended in pauses))


def _ahead(calendar: Calendar, since: datetime) -> Iterator[_Piece]:
    """The open time from a moment on, without end. Raises NeverOpens."""
    day = calendar.local_day(since)
    while True:
        length = timedelta(seconds=calendar.open_seconds(day))
        for opens, closes in calendar.spans_on(day):
            if closes > since:
                yield _Piece(max(opens, since), closes, length, paused=False)
        day = calendar.next_working(day)


def _completed(calendar: Calendar, since: datetime, past: Iterable[_Piece]) -> Iterator[datetime]:
    """The moments, rounded up to the minute, at which 1, 2, 3… working days are counted, if nothing pauses any more."""
    total, number = Fraction(0), 1
    for piece in chain((piece for piece in past if not piece.paused), _ahead(calendar, since)):
        after = total + piece.worth
        while number <= after:
            exact = (piece.start - EPOCH) // MICROSECOND + (number - total) * (piece.length // MICROSECOND)
            yield EPOCH - (-exact // (MINUTE // MICROSECOND)) * MINUTE
            number += 1
        total = after
