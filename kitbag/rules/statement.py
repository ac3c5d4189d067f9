"""A member's points history as a bank statement: every line, past and announced (programme §4).

Plain facts in, lines out. What is due on a day happens at 00:00 to the spells open then: first values
(by sku), then holds, then thresholds; openings and closings follow by their moments.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import groupby
from uuid import UUID

from kitbag.rules.worth import Step, worth
from members.rules.days import day_begins, programme_day
from members.rules.levels import Held, Rank, Thresholds, level_on

EDITED = "edited"


@dataclass(frozen=True, slots=True)
class SpellFact:
    """A stretch in which an item counts; `closed_at` None while it is open."""

    item: UUID
    product: int
    sku: str
    opened_at: datetime
    closed_at: datetime | None
    cause: str
    closed_cause: str


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything a statement follows from: spells as they were opened, `steps` by product in order of day."""

    spells: Sequence[SpellFact]
    steps: Mapping[int, Sequence[Step]]
    holds: Sequence[Held]
    thresholds: Sequence[tuple[date, Thresholds]]

    def thresholds_on(self, day: date) -> Thresholds:
        """Those of the latest change not after a day; before the first one, the first."""
        in_force = [thresholds for begins, thresholds in self.thresholds if begins <= day]
        return in_force[-1] if in_force else self.thresholds[0][1]

    def level(self, points: int, day: date) -> Rank:
        """The level that a total gives at the end of a day."""
        return level_on(day, points=points, thresholds=self.thresholds_on(day), holds=list(self.holds))


@dataclass(frozen=True, slots=True)
class Line:
    """One line. `kind`: value, hold_begins, hold_ends, thresholds (due at 00:00); opened, closed, edited.

    `level` is None on all but the last line of 00:00; `level_before` differs from it where it changed.
    `former` is the product that an edit replaced.
    """

    at: datetime
    kind: str
    cause: str
    product: int | None = None
    item: UUID | None = None
    old: int = 0
    new: int = 0
    total: int = 0
    level: Rank | None = None
    level_before: Rank | None = None
    former: int | None = None

    @property
    def day(self) -> date:
        return programme_day(self.at)

    @property
    def change(self) -> int:
        return self.new - self.old


# Where a line stands among those of one moment: rank, sku or name, place in the order of opening.
Order = tuple[int, str, int]
_VALUES, _HOLDS, _THRESHOLDS, _CLOSINGS, _WITHIN, _OPENINGS = range(6)


def lines(
    facts: Facts, *, after: date | None = None, total: int = 0, level: int = Rank.RED, until: date | None = None
) -> list[Line]:
    """All lines in order of time, from the first to the last announced.

    With `after`, only the lines of later days: `total` and `level` are then those at the end of that day.
    `until` is the last day wanted.
    """
    events = [
        event
        for event in _events(facts)
        if (after is None or event[1].day > after) and (until is None or event[1].day <= until)
    ]
    events.sort(key=lambda event: (event[1].at, event[0]))
    out: list[Line] = []
    before = Rank(level)
    for (at, is_due), group in groupby(events, key=lambda event: (event[1].at, event[0][0] <= _THRESHOLDS)):
        day = programme_day(at)
        taken = []
        for _order, line in group:
            total += line.change
            now = facts.level(total, day)
            if line.kind == "thresholds" and not _thresholds_moved(facts, total, day, before):
                continue
            # Each line of its own moment has its level; those of 00:00 have one together, on the last.
            taken.append(replace(line, total=total, level=now, level_before=before))
            before = before if is_due else now
        if is_due and taken:
            taken = [replace(line, level=None, level_before=None) for line in taken[:-1]] + taken[-1:]
            before = facts.level(total, day)
            taken[-1] = replace(taken[-1], level=before)
        out += taken
    return out


def _thresholds_moved(facts: Facts, total: int, day: date, before: Rank) -> bool:
    """Whether a day's level change is the doing of its new thresholds (they come last at 00:00)."""
    with_old = level_on(
        day, points=total, thresholds=facts.thresholds_on(day - timedelta(days=1)), holds=list(facts.holds)
    )
    return facts.level(total, day) not in (before, with_old)


def _events(facts: Facts) -> Iterator[tuple[Order, Line]]:
    """Lines without totals, each with its place among those of its moment."""
    yield from _spell_events(facts)
    for hold in facts.holds:
        name = Rank(hold.level).name.lower()
        yield (_HOLDS, "begins", hold.level), Line(day_begins(hold.begins_on), "hold_begins", name)
        yield (_HOLDS, "ends", hold.level), Line(day_begins(hold.ends_on), "hold_ends", name)
    for day, _thresholds in facts.thresholds[1:]:
        yield (_THRESHOLDS, "", 0), Line(day_begins(day), "thresholds", "")


def _edits(spells: Sequence[SpellFact]) -> dict[int, int]:
    """Places of spells that an edit opened, with the place of the spell it closed in the same moment."""
    last: dict[UUID, int] = {}
    pairs = {}
    for place, spell in enumerate(spells):
        former = last.get(spell.item)
        if former is not None and spell.cause == EDITED:
            gone = spells[former]
            if gone.closed_cause == EDITED and gone.closed_at == spell.opened_at:
                pairs[place] = former
        last[spell.item] = place
    return pairs


def _spell_events(facts: Facts) -> Iterator[tuple[Order, Line]]:
    # An edit that passed is one line, from the old value to the new one: never zero in between (§3).
    edits = _edits(facts.spells)
    replaced = set(edits.values())
    for place, spell in enumerate(facts.spells):
        steps = facts.steps.get(spell.product, ())
        begins = programme_day(spell.opened_at)
        ends = programme_day(spell.closed_at) if spell.closed_at else None
        is_moment = spell.closed_at == spell.opened_at
        line = Line(spell.opened_at, "opened", spell.cause, spell.product, spell.item, 0, worth(steps, on=begins))
        if place in edits:
            former = facts.spells[edits[place]].product
            old = worth(facts.steps.get(former, ()), on=begins)
            yield (_WITHIN, "", 2 * place), replace(line, kind="edited", old=old, former=former)
        else:
            yield ((_WITHIN, "", 2 * place) if is_moment else (_OPENINGS, spell.sku, place)), line
        for index, step in enumerate(steps):
            if step.day > begins and (ends is None or step.day <= ends):
                old = steps[index - 1].points if index else 0
                yield (
                    (_VALUES, spell.sku, place),
                    Line(day_begins(step.day), "value", step.reason, spell.product, spell.item, old, step.points),
                )
        if spell.closed_at and ends and place not in replaced:
            old = worth(steps, on=ends)
            yield (
                (_WITHIN, "", 2 * place + 1) if is_moment else (_CLOSINGS, spell.sku, place),
                Line(spell.closed_at, "closed", spell.closed_cause, spell.product, spell.item, old, 0),
            )


def totals(lines_: Iterable[Line]) -> list[tuple[date, int]]:
    """The total at the end of each day on which it was touched, in order."""
    return list({line.day: line.total for line in lines_}.items())


def counting_too(facts: Facts, things: Iterable[tuple[int, str]], *, since: date) -> Facts:
    """The facts as they would be if more things, each (product, sku), counted from a day on.

    Their spells stand after those of the facts; `facts.steps` hold their values.
    """
    at = day_begins(since)
    more = [
        SpellFact(UUID(int=place), product, sku, at, None, "", "") for place, (product, sku) in enumerate(things, 1)
    ]
    return replace(facts, spells=[*facts.spells, *more])


def total_on(facts: Facts, day: date) -> int:
    """The total at the end of a day, straight from the facts (the oracle of the lines)."""
    total = 0
    for spell in facts.spells:
        ends = spell.closed_at and programme_day(spell.closed_at)
        if programme_day(spell.opened_at) <= day and (ends is None or day < ends):
            total += worth(facts.steps.get(spell.product, ()), on=day)
    return total


def loses_level(ahead: Iterable[Line], *, level: int) -> Line | None:
    """The first announced line after which a level is gone; None where nothing announced takes it."""
    return next((line for line in ahead if line.level is not None and line.level < level), None)


def safe_until(lines_: Iterable[Line], *, level: int, today: date) -> date | None:
    """The last day on which the level is still kept, by what is announced; None where nothing ends it."""
    loss = loses_level((line for line in lines_ if line.day > today), level=level)
    return loss.day - timedelta(days=1) if loss else None


def keeps_level(
    facts: Facts, ahead: Sequence[Line], steps: Sequence[Step], *, total: int, level: int, today: date
) -> bool:
    """Whether one more product, counting from today by its own `steps`, would keep a level on every day ahead.

    `ahead` are the announced lines of the member, `total` the points today.
    """
    on_days = dict(totals(ahead))
    days = set(on_days) | {step.day for step in steps} | {day for day, _ in facts.thresholds}
    for day in sorted(day for day in days if day > today):
        total = on_days.get(day, total)
        if facts.level(total + worth(steps, on=day), day) < level:
            return False
    return True
