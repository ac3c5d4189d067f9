"""The clock ribbon: a shutter dial laid flat, along the working hours of a centre (design NOTES, "Clock ribbon").

x is per cent of the width, so that one drawing fits every screen; what stands close together is thinned for a
nominal width in pixels. Closed days in a row take .34 of a day, nights and breaks nothing.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise

from cps_portal.drawing.dial import SLOT, Axis, Size, edges_of, path_of, ticks_of
from servicing.rules.calendar import DAY, Calendar
from servicing.rules.clock import Completion, Reading, Run, completions, days_between, reading
from servicing.rules.ribbon import Kind, ribbon

# Pixels that words beside needle or target take, and how far they may stand beyond the dial.
WORD, BEYOND = 106, 24
# A dial of fewer open days than this would stretch an hour over a hand's breadth.
FEWEST_DAYS = 3
# A target later in its day than this is drawn with the day after it, so that it does not lie in the dial's shade.
LATE_IN_THE_DAY = 0.6
NUMERAL_STEPS = (1, 2, 5, 10, 20, 50, 100)


@dataclass(frozen=True, slots=True)
class Bar:
    """A stretch of the bar: "counted", "paused" or "ahead"."""

    kind: str
    x: float
    width: float


@dataclass(frozen=True, slots=True)
class Numeral:
    x: float
    number: int
    reached: bool


@dataclass(frozen=True, slots=True)
class DayLabel:
    """A date under the dial. `anchor` is start, middle or end in the direction of the page."""

    x: float
    day: date
    is_today: bool
    anchor: str


@dataclass(frozen=True, slots=True)
class Ribbon:
    """Where everything of a dial stands. `ticks` and `edges` are path data in a box 1000 wide.

    `now` is the needle, `stopped` the line at which a clock stopped; the words beside needle and target stand at
    their start or end side, or nowhere ("") where they would touch.
    """

    size: Size
    bars: tuple[Bar, ...]
    closed: tuple[tuple[float, float], ...]
    ticks: str
    edges: str
    cuts: tuple[float, ...]
    numerals: tuple[Numeral, ...]
    days: tuple[DayLabel, ...]
    now: float | None
    stopped: float | None
    target: float | None
    now_side: str
    target_side: str


def clock_ribbon(run: Run, now: datetime, *, size: Size, rtl: bool = False) -> Ribbon:
    """The dial of a clock at a moment. In right-to-left pages x = 100 - x. Raises NeverOpens."""
    read = reading(run, now)
    at, stopped = run.as_of(now)
    axis = Axis(run.calendar, _days(run, read, at, stopped=stopped))
    day_width = size.width / axis.units
    target = axis.at(read.due_at) if read.due_at else None
    needle = axis.at(at)
    sides = _sides(size, needle, target)

    def x(place: float) -> float:
        return round(100 - place if rtl else place, 3)

    def box(start: float, end: float) -> tuple[float, float]:
        return x(end if rtl else start), round(end - start, 3)

    inner = [edge for edge in edges_of(axis, day_width) if 0 < edge < 100]
    return Ribbon(
        size=size,
        bars=tuple(Bar(kind, *box(start, end)) for kind, start, end in _bars(run, now, axis)),
        closed=tuple(box(part.x0 * 100 / axis.units, part.x1 * 100 / axis.units) for part in axis.closed),
        ticks=path_of((x(place), length) for place, length in ticks_of(axis, size, day_width)),
        edges=path_of((x(edge), size.edge) for edge in inner),
        cuts=tuple(x(edge) for edge in inner if day_width >= 14),
        numerals=tuple(
            Numeral(x(place), done.number, done.reached)
            for place, done in _numerals(axis, completions(run, now), size, last=run.target)
        ),
        days=tuple(
            DayLabel(x(place), day, day == run.calendar.local_day(at) and not stopped, anchor)
            for place, day, anchor in _labels(axis, run.calendar.local_day(at), size)
        ),
        now=None if stopped else x(needle),
        stopped=x(needle) if stopped else None,
        target=x(target) if target is not None and (size.has_words or target < needle) else None,
        now_side=sides[0],
        target_side=sides[1],
    )


def free_ribbon(days: int = 3, *, size: Size = SLOT, numbered: bool = True, rtl: bool = False) -> Ribbon:
    """The dial on which nothing is counted yet: some even days, numbered where their target is known."""
    step = 100 / (days + 0.2)
    places = [number * step for number in range(1, days + 1)]

    def x(place: float) -> float:
        return round(100 - place if rtl else place, 3)

    hours = [(x(step * hour / 8), size.middle if hour % 8 == 4 else size.hour) for hour in range(1, 8 * days + 2)]
    return Ribbon(
        size=size,
        bars=(),
        closed=(),
        ticks=path_of(hour for number, hour in enumerate(hours, start=1) if number % 8),
        edges=path_of((x(place), size.edge) for place in places),
        cuts=(),
        numerals=tuple(Numeral(x(place), number, False) for number, place in enumerate(places, start=1) if numbered),
        days=(),
        now=None,
        stopped=None,
        target=None,
        now_side="",
        target_side="",
    )


def _days(run: Run, read: Reading, at: datetime, *, stopped: bool) -> list[date]:
    """The dates on the dial: from the first that counts to the last of now and the target."""
    calendar = run.calendar
    first = calendar.local_day(read.starts_at)
    ends = [at] if stopped or read.due_at is None else [at, read.due_at]
    last = max(first, *(calendar.local_day(end) for end in ends))
    days = list(days_between(first, last))
    if read.due_at and calendar.local_day(read.due_at) == last:
        spans = calendar.spans_on(last)
        opened = sum(
            ((min(read.due_at, closes) - opens) for opens, closes in spans if opens < read.due_at), timedelta()
        )
        if opened.total_seconds() > LATE_IN_THE_DAY * calendar.open_seconds(last):
            days += _further(calendar, last, 1)
    while not calendar.is_working(days[-1]) and len(days) > 1:
        days += _further(calendar, days[-1], 1)
    missing = FEWEST_DAYS - sum(calendar.is_working(day) for day in days)
    return days + (_further(calendar, days[-1], missing) if missing > 0 else [])


def _further(calendar: Calendar, day: date, working: int) -> list[date]:
    last = day
    for _number in range(working):
        last = calendar.next_working(last)
    return list(days_between(day + DAY, last))


def _bars(run: Run, now: datetime, axis: Axis) -> Iterator[tuple[str, float, float]]:
    """The bar in pieces; an estimate goes on waiting over a weekend, nothing else counts there."""
    found: list[tuple[str, float, float]] = []
    at, _stopped = run.as_of(now)
    for part in ribbon(run, now):
        waits = part.kind == Kind.CLOSED and part.waiting and part.end <= at
        if part.kind == Kind.CLOSED and not waits:
            continue
        kind = Kind.PAUSED.value if waits else part.kind.value
        start, end = axis.at(part.start), axis.at(part.end)
        if end - start < 0.001:
            continue
        if found and found[-1][0] == kind and start - found[-1][2] < 0.001:
            found[-1] = (kind, found[-1][1], end)
        else:
            found.append((kind, start, end))
    yield from found


def _numerals(
    axis: Axis, done: Iterable[Completion], size: Size, *, last: int | None
) -> list[tuple[float, Completion]]:
    """The working days that have room for their number; the target's always."""
    places = [(axis.at(one.at), one) for one in done]
    room = 26 * 100 / size.width
    gaps = [after[0] - before[0] for before, after in pairwise(places)]
    closest = min(gaps, default=100.0)
    step = next((step for step in NUMERAL_STEPS if closest * step >= room), NUMERAL_STEPS[-1])
    kept = [place for place in places if place[1].number % step == 0]
    of_target = [place for place in places if place[1].number == last]
    if of_target:
        kept = [place for place in kept if place[1].number == last or abs(place[0] - of_target[0][0]) >= room]
        kept = sorted({*kept, *of_target}, key=lambda place: place[1].number)
    return kept


def _labels(axis: Axis, today: date, size: Size) -> Iterator[tuple[float, date, str]]:
    """Dates under the dial that do not touch: today first, then from the first on."""
    room = size.day_room * 100 / size.width
    first, last = room / 2, 100 - room / 2
    middles = {day: sum(axis.extent(day)) / 2 for day in axis.days if axis.calendar.is_working(day)}
    kept: dict[date, float] = {}
    for day in sorted(middles, key=lambda day: (day != today, day)):
        # A label at the edge leans inwards: it takes the room that it would take there.
        place = min(max(middles[day], first), last)
        if all(abs(place - other) >= room for other in kept.values()):
            kept[day] = place
    for day, place in sorted(kept.items()):
        if place == first:
            yield 0.0, day, "start"
        elif place == last:
            yield 100.0, day, "end"
        else:
            yield place, day, "middle"


def _sides(size: Size, needle: float, target: float | None) -> tuple[str, str]:
    """On which side of needle and target their words stand, "" for nowhere."""
    if not size.has_words:
        return "", ""
    # Beside the dial the panel leaves some pixels more.
    word, at_the_end = WORD * 100 / size.width, (WORD - BEYOND) * 100 / size.width
    of_now = "before" if needle >= at_the_end else "after"
    if target is None:
        return of_now, ""
    if target < needle:
        # The target is past: its words stay behind it, those of now go on.
        of_now = "after" if needle <= 100 - at_the_end else "before"
        if of_now == "before" and needle - target < 2 * word and target < word:
            return of_now, ""
        if of_now == "before" and needle - target < word:
            return of_now, "before" if target >= word and needle - word >= target else ""
        return of_now, "before" if target >= word else ""
    if target <= 100 - at_the_end and not (of_now == "after" and target - needle < word):
        return of_now, "after"
    taken = needle if of_now == "before" else needle + word
    return of_now, "before" if target - word >= taken else ""
