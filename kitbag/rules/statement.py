"""A member's points history as a bank statement: every line, past and announced (programme §4).

Plain facts in, lines out. What is due on a day happens at 00:00 to the spells open then: first values
(by sku), then holds, then thresholds; openings and closings follow by their moments.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from kitbag.rules.worth import Step, step_on, worth
from members.rules.days import day_begins, programme_day
from members.rules.levels import Held, Rank, Thresholds, level_on


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
    """Everything a statement follows from. `steps` by product, in order of day."""

    spells: Sequence[SpellFact]
    steps: Mapping[int, Sequence[Step]]
    holds: Sequence[Held]
    thresholds: Sequence[tuple[date, Thresholds]]

    def thresholds_on(self, day: date) -> Thresholds:
        in_force = [thresholds for begins, thresholds in self.thresholds if begins <= day]
        return in_force[-1] if in_force else self.thresholds[0][1]

    def level(self, points: int, day: date) -> Rank:
        return level_on(day, points=points, thresholds=self.thresholds_on(day), holds=list(self.holds))


@dataclass(frozen=True, slots=True)
class Line:
    """One line. `kind`: opened, closed, value, hold_begins, hold_ends, thresholds.

    `level` is None on all but the last line of 00:00; `level_before` differs from it where it changed.
    """

    at: datetime
    kind: str
    cause: str
    product: int | None
    item: UUID | None
    old: int
    new: int
    total: int
    level: Rank | None = None
    level_before: Rank | None = None

    @property
    def day(self) -> date:
        return programme_day(self.at)

    @property
    def change(self) -> int:
        return self.new - self.old


@dataclass(frozen=True, slots=True)
class _Event:
    at: datetime
    order: tuple[int, str, str]
    kind: str
    cause: str
    product: int | None = None
    item: UUID | None = None
    old: int = 0
    new: int = 0

    @property
    def is_due(self) -> bool:
        return self.kind not in ("opened", "closed")


def _spell_events(facts: Facts) -> list[_Event]:
    events = []
    for spell in facts.spells:
        steps = facts.steps.get(spell.product, ())
        begins, ends = programme_day(spell.opened_at), spell.closed_at and programme_day(spell.closed_at)
        value = worth(steps, on=begins)
        key = str(spell.item)
        events.append(
            _Event(
                spell.opened_at,
                (3, spell.sku, key),
                "opened",
                spell.cause,
                spell.product,
                spell.item,
                0,
                value,
            )
        )
        for step in steps:
            if step.day > begins and (ends is None or step.day <= ends):
                before = worth(steps, on=step.day - timedelta(days=1))
                at, order = day_begins(step.day), (0, spell.sku, key)
                events.append(_Event(at, order, "value", step.reason, spell.product, spell.item, before, step.points))
        if spell.closed_at and ends:
            value = worth(steps, on=ends)
            # The order of a swap in one moment (an edit): the old spell closes before the new one opens.
            order = (2, spell.sku, key)
            events.append(
                _Event(spell.closed_at, order, "closed", spell.closed_cause, spell.product, spell.item, value, 0)
            )
    return events


def lines(facts: Facts) -> list[Line]:
    """All lines in order of time, from the first to the last announced."""
    events = _spell_events(facts)
    for hold in facts.holds:
        name = Rank(hold.level).name.lower()
        events.append(_Event(day_begins(hold.begins_on), (1, "a", name), "hold_begins", name))
        events.append(_Event(day_begins(hold.ends_on), (1, "b", name), "hold_ends", name))
    events += [_Event(day_begins(day), (1, "c", ""), "thresholds", "") for day, _ in facts.thresholds[1:]]
    # Due things of a day come first, whatever was opened or closed at that very moment.
    events.sort(key=lambda event: (event.at, not event.is_due, event.order))
    out: list[Line] = []
    total, level = 0, Rank.RED
    for index, event in enumerate(events):
        total += event.new - event.old
        day = programme_day(event.at)
        last_due = event.is_due and not (
            index + 1 < len(events) and events[index + 1].is_due and events[index + 1].at == event.at
        )
        after = facts.level(total, day) if last_due or not event.is_due else None
        if event.kind == "thresholds" and (after or facts.level(total, day)) == level:
            if after is not None and out and out[-1].at == event.at and out[-1].level is None:
                out[-1] = _with_level(out[-1], after, level)
            continue
        line = Line(event.at, event.kind, event.cause, event.product, event.item, event.old, event.new, total)
        if after is not None:
            line = _with_level(line, after, level)
            level = after
        out.append(line)
    return out


def _with_level(line: Line, level: Rank, before: Rank) -> Line:
    return Line(line.at, line.kind, line.cause, line.product, line.item, line.old, line.new, line.total, level, before)


def totals(lines_: Sequence[Line]) -> list[tuple[date, int]]:
    """The total at the end of each day on which it was touched, in order."""
    by_day: dict[date, int] = {}
    for line in lines_:
        by_day[line.day] = line.total
    return list(by_day.items())


def total_on(facts: Facts, day: date) -> int:
    """The total at the end of a day, straight from the facts (the oracle of the lines)."""
    total = 0
    for spell in facts.spells:
        begins, ends = programme_day(spell.opened_at), spell.closed_at and programme_day(spell.closed_at)
        if begins <= day and (ends is None or day < ends):
            step = step_on(facts.steps.get(spell.product, ()), day=day)
            total += step.points if step else 0
    return total


def safe_until(lines_: Sequence[Line], *, level: int, today: date) -> date | None:
    """The last day on which the level is still kept, by what is announced; None where nothing ends it."""
    for line in lines_:
        if line.day > today and line.level is not None and line.level < level:
            return line.day - timedelta(days=1)
    return None
