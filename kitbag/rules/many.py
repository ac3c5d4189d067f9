"""Many items at once: what would become of each row of a table if it were added now (programme §3).

The rows are gone through in order, as they would be written: a row that would count changes what is
around the next one (more than so many in an hour, consecutive numbers, the same number again).
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from kitbag.rules import checks
from kitbag.rules.checks import MEMBER_ACTS, Detail, Entry, Reason, Surroundings


class Verdict(StrEnum):
    """What would become of a row."""

    READY = "ready"  # counts at once
    CHECKED = "checked"  # staff look at it first
    DRAFT = "draft"  # details are missing
    LOOK = "look"  # it would wait for the member
    CLAIM = "claim"  # another member holds the unit
    ALIKE = "alike"  # without a number, and just like one already there
    OWN = "own"  # the unit is in the kitbag
    TWICE = "twice"  # the unit stands in an earlier row
    CHOOSE = "choose"  # several products are possible
    FAULT = "fault"  # cannot be read


# Added unless the member says no; added if the member says yes. The others need a change first.
PROPOSED = frozenset({Verdict.READY, Verdict.CHECKED, Verdict.DRAFT})
POSSIBLE = PROPOSED | {Verdict.LOOK, Verdict.CLAIM, Verdict.ALIKE}


def is_taken(verdict: str, said: bool | None) -> bool:
    """Whether a row is to be added: as the member said, where that is possible, else as proposed."""
    return verdict in POSSIBLE and (verdict in PROPOSED if said is None else said)


@dataclass(frozen=True, slots=True)
class Thing:
    """What the checks ask of a product."""

    id: int
    category: str
    serial_need: str
    announced_year: int | None


@dataclass(frozen=True, slots=True)
class Line:
    """A row as it was understood. `serial` is normalised; `said`: the member ticked or unticked it."""

    number: int
    thing: Thing | None
    serial: str = ""
    country: str = ""
    purchased_on: date | None = None
    store: str = ""
    is_faulty: bool = False
    said: bool | None = None


# An item without a number, by everything else: product, country, date, store.
Plain = tuple[int, str, date | None, str]


@dataclass(slots=True)
class Around:
    """What the portal knows around a table before any of it is added.

    `validated`: of each number the products it counts under, with their category, whoever holds them;
    `own`: units in the member's kitbag, counting or not; `counting`: of each product the member's numbers
    that count, and how many count without one.
    """

    validated: dict[str, list[tuple[int, str]]] = field(default_factory=dict)
    stolen: set[tuple[int, str]] = field(default_factory=set)
    former: set[tuple[int, str]] = field(default_factory=set)
    own: set[tuple[int, str]] = field(default_factory=set)
    own_plain: Counter[Plain] = field(default_factory=Counter)
    numbers: dict[int, list[str]] = field(default_factory=dict)
    without_number: Counter[int] = field(default_factory=Counter)
    validated_last_hour: int = 0


@dataclass(frozen=True, slots=True)
class Judged:
    """The verdict on a row, with what it rests on. `like` is the number of the row it repeats."""

    verdict: Verdict
    missing: Sequence[Detail] = ()
    reasons: Sequence[Reason] = ()
    like: int = 0


def judge(
    lines: Iterable[Line], around: Around, *, latest_day: date, per_hour: int, without_number_limit: int
) -> list[Judged]:
    """The verdict on each row, in order. `around` is used up: rows that would count are put into it."""
    seen: dict[tuple[int, str], int] = {}
    judged = []
    for line in lines:
        one = _one(line, around, seen, latest_day, per_hour, without_number_limit)
        judged.append(one)
        if line.thing is None:
            continue
        if line.serial and line.said is not False:
            seen.setdefault((line.thing.id, line.serial), line.number)
        if one.verdict == Verdict.READY and is_taken(one.verdict, line.said):
            _count(line, line.thing, around)
    return judged


def _one(
    line: Line, around: Around, seen: Mapping[tuple[int, str], int], latest_day: date, per_hour: int, limit: int
) -> Judged:
    thing = line.thing
    if line.is_faulty:
        return Judged(Verdict.FAULT)
    if thing is None:
        return Judged(Verdict.CHOOSE)
    unit = (thing.id, line.serial)
    if unit in around.own:
        return Judged(Verdict.OWN)
    if unit in seen:
        return Judged(Verdict.TWICE, like=seen[unit])
    entry = Entry(
        category=thing.category,
        serial_need=thing.serial_need,
        announced_year=thing.announced_year,
        serial=line.serial,
        country=line.country,
        purchased_on=line.purchased_on,
        store=line.store,
    )
    missing = checks.missing(entry)
    reasons = checks.check(
        entry,
        _surroundings(line, thing, around),
        latest_day=latest_day,
        per_hour=per_hour,
        without_number_limit=limit,
    )
    acts = [reason for reason in reasons if reason in MEMBER_ACTS]
    if not line.serial and _is_there(line, thing, around):
        return Judged(Verdict.ALIKE, missing, reasons)
    if missing:
        return Judged(Verdict.DRAFT, missing, acts)
    if acts:
        return Judged(Verdict.LOOK, (), reasons)
    if Reason.UNIT_HELD in reasons:
        return Judged(Verdict.CLAIM, (), reasons)
    return Judged(Verdict.CHECKED if reasons else Verdict.READY, (), reasons)


def _surroundings(line: Line, thing: Thing, around: Around) -> Surroundings:
    validated = around.validated.get(line.serial, []) if line.serial else []
    unit = (thing.id, line.serial)
    return Surroundings(
        held_by_another=any(product == thing.id for product, _category in validated),
        under_sibling=any(category == thing.category and product != thing.id for product, category in validated),
        own_numbers=tuple(around.numbers.get(thing.id, ())),
        validated_last_hour=around.validated_last_hour,
        stolen=unit in around.stolen,
        former_number=unit in around.former,
        without_number=around.without_number[thing.id],
    )


def _is_there(line: Line, thing: Thing, around: Around) -> bool:
    """Whether the kitbag has one more just like it, not met by an earlier row."""
    alike = (thing.id, line.country, line.purchased_on, line.store)
    if around.own_plain[alike] <= 0:
        return False
    around.own_plain[alike] -= 1
    return True


def _count(line: Line, thing: Thing, around: Around) -> None:
    around.validated_last_hour += 1
    if line.serial:
        around.numbers.setdefault(thing.id, []).append(line.serial)
        around.validated.setdefault(line.serial, []).append((thing.id, thing.category))
    else:
        around.without_number[thing.id] += 1
