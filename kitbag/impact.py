"""What a change of plan would do, before it is saved: members and items concerned, who rises or falls (§4).

The change is carried out by its own operation inside a transaction, both plans are read by the one
expression, and the transaction is rolled back. So the preview cannot differ from what saving does.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Max, Model, Q

from kitbag import standing
from kitbag.models import Hold, Spell, Valuation
from kitbag.standing import Stands
from members.models import Member, Threshold

CHUNK = 5000
# Days of one change that are looked at; a table of hundreds of products may have more.
DAYS_SHOWN = 24


@dataclass(frozen=True, slots=True, order=True)
class Move:
    """Members of a country whose level on the day would be another one."""

    country: str
    before: int
    after: int
    members: int


@dataclass(slots=True)
class DayImpact:
    """A day as planned now and as it would be: what it concerns, the change of points in all, level moves."""

    day: date
    items: int = 0
    members: int = 0
    points: int = 0
    moves: list[Move] = field(default_factory=list)

    @property
    def rise(self) -> int:
        return sum(move.members for move in self.moves if move.after > move.before)

    @property
    def fall(self) -> int:
        return sum(move.members for move in self.moves if move.after < move.before)


@dataclass(frozen=True, slots=True)
class Impact:
    """Days in order; `more_days` were left out."""

    days: list[DayImpact]
    more_days: int = 0


@dataclass(frozen=True, slots=True)
class _Newest:
    """The newest row of each kind of points fact that a plan writes."""

    valuation: int
    hold: int
    threshold: int


@dataclass(slots=True)
class _Changed:
    products: set[int] = field(default_factory=set)
    members: set[int] = field(default_factory=set)
    thresholds: bool = False


def impact_of(operation: Callable[..., Any], /, *args: Any, at: datetime, **kwargs: Any) -> Impact:
    """Run an operation, see what it changes on each day that it plans anew, and take it back.

    Raises what the operation raises.
    """
    with transaction.atomic():
        newest = _Newest(_newest(Valuation), _newest(Hold), _newest(Threshold))
        mark = transaction.savepoint()
        operation(*args, at=at, **kwargs)
        changed = _changed_since(newest)
        shown = sorted(changed)[:DAYS_SHOWN]
        would = {day: _stands(changed[day], day) for day in shown}
        transaction.savepoint_rollback(mark)
        days = [_compared(changed[day], day, would[day]) for day in shown]
    return Impact(days, more_days=len(changed) - len(shown))


def _newest(model: type[Model]) -> int:
    return model._default_manager.aggregate(n=Max("pk"))["n"] or 0


def _changed_since(newest: _Newest) -> dict[date, _Changed]:
    days: dict[date, _Changed] = {}
    for day, product in Valuation.objects.filter(pk__gt=newest.valuation).values_list("effective_on", "product"):
        days.setdefault(day, _Changed()).products.add(product)
    for hold in Hold.objects.filter(pk__gt=newest.hold):
        earlier = Hold.objects.filter(member=hold.member_id, number=hold.number, revision=hold.revision - 1)
        for day in {hold.ends_on, hold.begins_on, *earlier.values_list("ends_on", flat=True)}:
            days.setdefault(day, _Changed()).members.add(hold.member_id)
    for day in Threshold.objects.filter(pk__gt=newest.threshold).values_list("effective_on", flat=True):
        days.setdefault(day, _Changed()).thresholds = True
    return days


def _concerned(changed: _Changed) -> Iterator[list[int]]:
    """Members that a day may move, in chunks: holders of its products, those held, or everybody with kit."""
    spells = Spell.objects.open()
    if not changed.thresholds:
        spells = spells.filter(Q(product__in=changed.products) | Q(member__in=changed.members))
    members = set(spells.values_list("member", flat=True).distinct()) | changed.members
    ordered = sorted(members)
    for start in range(0, len(ordered), CHUNK):
        yield ordered[start : start + CHUNK]


def _stands(changed: _Changed, day: date) -> dict[int, Stands]:
    found: dict[int, Stands] = {}
    for members in _concerned(changed):
        found |= standing.derive_many(members, day)
    return found


def _compared(changed: _Changed, day: date, would: dict[int, Stands]) -> DayImpact:
    impact = DayImpact(day, items=Spell.objects.open().filter(product__in=changed.products).count())
    moved: dict[int, tuple[int, int]] = {}
    for members in _concerned(changed):
        for member, now in standing.derive_many(members, day).items():
            then = would[member]
            if now != then:
                impact.members += 1
                impact.points += then.points - now.points
            if now.level != then.level:
                moved[member] = (int(now.level), int(then.level))
    impact.moves = sorted(_by_country(moved))
    return impact


def _by_country(moved: dict[int, tuple[int, int]]) -> Iterable[Move]:
    counted: Counter[tuple[str, int, int]] = Counter()
    members = sorted(moved)
    for start in range(0, len(members), CHUNK):
        rows = Member.objects.filter(pk__in=members[start : start + CHUNK]).values_list("pk", "country")
        counted.update((str(country), *moved[member]) for member, country in rows)
    return [Move(country, before, after, number) for (country, before, after), number in counted.items()]
