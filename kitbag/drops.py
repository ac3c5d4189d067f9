"""Told ahead: what falls on a day to come, once per member and day (programme §4).

Looks at every day within the notice (setting DROP_NOTICE_DAYS) on which something falls due, and posts what
a member was not told yet. It runs after each night and whenever a plan changed; lost or repeated runs
change nothing, because what was told is a row (DropNotice) written in the transaction of its message.

A drop that staff took back, or that has come to cost a level, is told once more. One that is gone because
the member removed the product is not: they know. A product that joins a drop a member was told of changes
nothing as long as the level stays; it stands on the points page.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q

from kitbag import standing
from kitbag.models import DropNotice, Hold, LevelChange, Product, Spell, Valuation
from kitbag.standing import Stands
from members import messages
from members.messages import Bell, Post
from members.models import Level, Member, Message, Threshold
from members.rules.days import programme_day
from members.rules.levels import Thresholds

CHUNK = 2000
# One teller at a time: key of a transaction advisory lock.
TELLING = 4207_02

bell = Bell("kitbag.tasks.tell_ahead")


def wake_after_commit() -> None:
    """A plan changed: members hear of it as soon as it is committed."""
    bell.ring_after_commit()


@dataclass(frozen=True, slots=True)
class Due:
    """What falls on a day: points by product, products whose fall was taken back, and for how short a notice."""

    day: date
    falls: dict[int, int]
    taken_back: frozenset[int]
    short_notice: str
    before: Thresholds
    after: Thresholds
    thresholds_revised: bool


@dataclass(slots=True)
class Fall:
    """A day of one member: how they stand at the end of the day before and of the day, and what falls."""

    before: Stands
    after: Stands
    points: int = 0
    products: set[int] = field(default_factory=set)
    taken_back: set[int] = field(default_factory=set)
    hold_ends: bool = False
    short_notice: str = ""
    plan_changed: bool = False

    @property
    def costs_level(self) -> bool:
        return self.after.level < self.before.level

    def __bool__(self) -> bool:
        return bool(self.points) or self.costs_level


def tell(*, at: datetime) -> int:
    """Post what members were not told yet of drops within the notice; answers how many messages."""
    today = programme_day(at)
    return sum(_tell_day(day, at=at) for day in days_ahead(today))


def days_ahead(today: date) -> list[date]:
    """Days within the notice for which something is or was planned that may lower points or a level."""
    last = today + timedelta(days=settings.DROP_NOTICE_DAYS)
    values = Valuation.objects.filter(effective_on__gt=today, effective_on__lte=last).values_list("effective_on")
    thresholds = Threshold.objects.filter(effective_on__gt=today, effective_on__lte=last).values_list("effective_on")
    holds = Hold.objects.filter(ends_on__gt=today, ends_on__lte=last).values_list("ends_on")
    return sorted(day for (day,) in values.order_by().union(thresholds.order_by(), holds.order_by()))


def _tell_day(day: date, *, at: datetime) -> int:
    due = _due(day)
    members = sorted(_concerned(due))
    told = 0
    for start in range(0, len(members), CHUNK):
        with transaction.atomic():
            told += _tell(due, members[start : start + CHUNK], at=at)
    return told


def _due(day: date) -> Due:
    rows = list(Valuation.objects.filter(effective_on=day, is_first=False).order_by("product", "revision"))
    newest = {row.product_id: row for row in rows}
    old = _values(newest, day - timedelta(days=1))
    falls = {
        product: old.get(product, 0) - row.points
        for product, row in newest.items()
        if row.points is not None and row.points < old.get(product, 0)
    }
    thresholds = Threshold.objects.filter(effective_on=day).order_by("revision").last()
    reasons = {row.short_notice for product, row in newest.items() if product in falls}
    if thresholds and not thresholds.is_withdrawn:
        reasons.add(thresholds.short_notice)
    return Due(
        day=day,
        falls=falls,
        taken_back=frozenset(newest.keys() - falls.keys()),
        short_notice=" ".join(sorted(reasons - {""})),
        before=Threshold.objects.on(day - timedelta(days=1)),
        after=Threshold.objects.on(day),
        thresholds_revised=bool(thresholds and thresholds.revision > 1),
    )


def _values(products: Iterable[int], day: date) -> dict[int, int]:
    """What products count for on a day."""
    rows = Valuation.objects.in_force().filter(product__in=list(products), effective_on__lte=day)
    rows = rows.order_by("product_id", "-effective_on").distinct("product_id")
    return {row.product_id: row.points or 0 for row in rows}


def _concerned(due: Due) -> set[int]:
    """Members with something to fall, and those who were told that something would."""
    members = set(Spell.objects.open().filter(product__in=due.falls).values_list("member", flat=True).distinct())
    members |= set(Hold.objects.in_force().filter(ends_on=due.day).values_list("member", flat=True))
    members |= set(DropNotice.objects.filter(day=due.day, state="told").values_list("member", flat=True))
    lifted = Q()
    for level in (Level.SILVER, Level.GOLD, Level.PLATINUM):
        if due.after.begins(level) > due.before.begins(level):
            lifted |= Q(total__gte=due.before.begins(level), total__lt=due.after.begins(level))
    if lifted:
        members |= set(Spell.objects.totals_on(due.day).filter(lifted).values_list("member", flat=True))
    return members


def _tell(due: Due, members: Sequence[int], *, at: datetime) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [TELLING])
    notices = {row.member_id: row for row in DropNotice.objects.filter(day=due.day, member__in=members)}
    users = dict(Member.objects.filter(pk__in=members).values_list("pk", "user"))
    names = dict(Product.objects.filter(pk__in=due.falls.keys() | due.taken_back).values_list("pk", "name"))
    changed: list[DropNotice] = []
    posts: list[Post] = []
    for member, fall in _falls(due, members).items():
        word = _word(notices.get(member), fall)
        if word is None:
            continue
        notice = _noted(notices.get(member), due.day, member, fall, today=programme_day(at))
        changed.append(notice)
        kind = Message.Kind.DROP_CHANGED if word else Message.Kind.DROP_AHEAD
        facts = {**_facts(due, fall, names), "points": notice.points, **({"change": word} if word else {})}
        posts.append(Post(users[member], kind, "drop", f"{due.day}-{notice.round}", facts, at))
    DropNotice.objects.bulk_create(
        changed,
        update_conflicts=True,
        unique_fields=["day", "member"],
        update_fields=["points", "costs_level", "state", "round", "told_on"],
    )
    messages.post_many(posts)
    return len(posts)


def _word(notice: DropNotice | None, fall: Fall) -> str | None:
    """What a member has to hear: "" the drop, "level" that it costs one now, "withdrawn"; None nothing new."""
    told = notice is not None and notice.state == DropNotice.State.TOLD
    if fall:
        if not told:
            return ""
        return "level" if fall.costs_level and notice and not notice.costs_level else None
    return "withdrawn" if told and fall.plan_changed else None


def _falls(due: Due, members: Sequence[int]) -> dict[int, Fall]:
    """What the day takes from each member: points of what counts now, or a level; and what staff took back."""
    before = standing.derive_many(members, due.day - timedelta(days=1))
    after = standing.derive_many(members, due.day)
    falls = {member: Fall(before[member], after[member]) for member in members}
    counting = Spell.objects.open().filter(member__in=members, product__in=due.falls.keys() | due.taken_back)
    for member, product in counting.values_list("member", "product"):
        fall = falls[member]
        if product in due.falls:
            fall.points += due.falls[product]
            fall.products.add(product)
        else:
            fall.taken_back.add(product)
            fall.plan_changed = True
    ends = Hold.objects.filter(member__in=members, ends_on=due.day)
    standing_still = set(Hold.objects.in_force().filter(pk__in=ends).values_list("pk", flat=True))
    for hold, member, why in ends.values_list("pk", "member", "short_notice"):
        if hold in standing_still:
            falls[member].hold_ends = True
            falls[member].short_notice = why
        else:
            falls[member].plan_changed = True
    if due.thresholds_revised:
        for fall in falls.values():
            fall.plan_changed = True
    return falls


def _noted(notice: DropNotice | None, day: date, member: int, fall: Fall, *, today: date) -> DropNotice:
    """The notice as it stands after this word; one taken back keeps what was told."""
    if notice is None:
        notice = DropNotice(day=day, member_id=member, round=0)
    if fall:
        notice.points, notice.costs_level, notice.state = fall.points, fall.costs_level, DropNotice.State.TOLD
    else:
        notice.state = DropNotice.State.WITHDRAWN
    notice.round += 1
    notice.told_on = today
    return notice


def _facts(due: Due, fall: Fall, names: dict[int, str]) -> dict[str, object]:
    """What the wording needs (members/wording.py)."""
    gap = max(due.after.begins(fall.before.level) - fall.after.points, 0) if fall.costs_level else 0
    return {
        "day": due.day.isoformat(),
        "products": sorted(names[product] for product in fall.products or fall.taken_back),
        "total": fall.after.points,
        "from": int(fall.before.level),
        "to": int(fall.after.level),
        "gap": gap,
        "causes": list(_causes(due, fall)),
        "short_notice": " ".join(filter(None, [due.short_notice, fall.short_notice])),
    }


def _causes(due: Due, fall: Fall) -> Iterator[str]:
    if fall.points:
        yield LevelChange.Cause.VALUE.value
    if fall.hold_ends:
        yield LevelChange.Cause.HOLD.value
    if due.before != due.after:
        yield LevelChange.Cause.THRESHOLD.value
