"""Points and level of a member: the only reader, and the one road by which they change (programme §4)."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeVar
from uuid import UUID

from django.db import connection
from django.utils import timezone

from kitbag import depreciation
from kitbag.models import Hold, LevelChange, Night, Product, Spell, Standing
from members import messages
from members.models import Level, Member, Message, Threshold
from members.prepared import Prepared
from members.rules.days import programme_day
from members.rules.levels import Held, level_on

T = TypeVar("T")

# The key of the transaction advisory lock between operations (shared) and the turn of the day (exclusive).
DAY_LOCK = 4207_01


class DayTurned(Exception):
    """The night of a later day has begun: nothing was written; read the clock again and repeat."""


@dataclass(frozen=True, slots=True)
class Stands:
    """Points and level of one member on one day."""

    points: int
    level: Level


def begin(member: Member, *, day: date) -> Standing:
    """The standing of a new member: Red, no points. Part of the transaction that makes the member."""
    return Standing.objects.create(member=member, as_of=day)


_READ = Prepared(
    "standing_of_member",
    "bigint",
    """SELECT s.points, s.level, s.as_of,
        (SELECT n.day FROM kitbag_night n WHERE n.completed_at IS NOT NULL ORDER BY n.day DESC LIMIT 1)
    FROM kitbag_standing s WHERE s.member_id = $1""",
)


def on(member_id: int, day: date) -> Stands:
    """Points and level on a day, past or future.

    The cached row answers where it is known to hold for that day: carried to it, or untouched by every
    night up to it. Otherwise the one expression does. Raises Standing.DoesNotExist for nobody's id.
    """
    rows = _READ.rows(member_id)
    if not rows:
        raise Standing.DoesNotExist(member_id)
    points, level, as_of, last_night = rows[0]
    if as_of <= day and (day == as_of or (last_night is not None and day <= last_night)):
        return Stands(points, Level(level))
    return derive(member_id, day)


def derive(member_id: int, day: date) -> Stands:
    """Points and level of a day straight from the facts, by the one expression."""
    return derive_many([member_id], day)[member_id]


def derive_many(member_ids: Collection[int], day: date) -> dict[int, Stands]:
    """Points and level of many members on a day straight from the facts; in three queries."""
    counting = Spell.objects.filter(member__in=member_ids)
    totals = {entry["member"]: entry["total"] for entry in counting.totals_on(day)}
    kept: dict[int, list[Held]] = {}
    holds = Hold.objects.in_force().filter(member__in=member_ids, begins_on__lte=day, ends_on__gt=day)
    for hold in holds:
        kept.setdefault(hold.member_id, []).append(Held(hold.level, hold.begins_on, hold.ends_on))
    thresholds = Threshold.objects.on(day)
    stands = {}
    for member in member_ids:
        points = totals.get(member, 0)
        level = level_on(day, points=points, thresholds=thresholds, holds=kept.get(member, []))
        stands[member] = Stands(points, Level(level))
    return stands


def enter_day(day: date) -> None:
    """Every operation that writes a points fact calls this first, inside its transaction.

    Raises DayTurned where the night of a later day has begun.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(%s)", [DAY_LOCK])
    newest = Night.objects.newest_begun_day()
    if newest is not None and newest > day:
        raise DayTurned(day)


def levels_since(levels: Mapping[int, Level]) -> dict[int, date]:
    """By member: the day the level they have began, where they have not had it from the first day; one query."""
    changes = LevelChange.objects.filter(member__in=list(levels)).order_by("at", "pk")
    found: dict[int, date] = {}
    for member, level, day in changes.values_list("member", "to_level", "day"):
        if level == levels[member]:
            found[member] = day
    return found


def lock(member_id: int) -> Standing:
    """The member's standing under lock; read what depends on it in statements after this one."""
    return Standing.objects.select_for_update(no_key=True).get(member=member_id)


def settle(held: Standing, *, at: datetime, cause: LevelChange.Cause, item_id: UUID) -> Stands:
    """Bring a locked standing up to date after an operation changed its member's facts.

    First every day from as_of to today through the very step that the night takes, then the operation's
    own change, with its level change and message. Returns points and level after it.
    """
    day = programme_day(at)
    for due in depreciation.days_due(held.member_id, after=held.as_of, through=day):
        depreciation.take(due, depreciation.due_for(held.member_id, due))
    held.refresh_from_db()
    before = held.level
    after = derive(held.member_id, day)
    held.points, held.level, held.as_of = after.points, after.level, max(day, held.as_of)
    held.save(update_fields=["points", "level", "as_of"])
    if after.level != before:
        _tell_level_change(held, before, at=at, cause=cause, item_id=item_id)
    return after


def _tell_level_change(held: Standing, before: int, *, at: datetime, cause: LevelChange.Cause, item_id: UUID) -> None:
    member = Member.objects.only("user_id").get(pk=held.member_id)
    change = LevelChange.objects.create(
        member=member,
        day=programme_day(at),
        at=at,
        from_level=before,
        to_level=held.level,
        points=held.points,
        causes=[cause],
        item_id=item_id,
    )
    messages.post(
        user_id=member.user_id,
        kind=Message.Kind.LEVEL_UP if held.level > before else Message.Kind.LEVEL_DOWN,
        about="level",
        occasion=f"change-{change.pk}",
        facts={
            "from": before,
            "to": int(held.level),
            "points": held.points,
            "day": change.day.isoformat(),
            "causes": [cause.value],
            "item": str(item_id),
            "products": list(Product.objects.filter(kit_items=item_id).values_list("name", flat=True)),
        },
        at=at,
    )


def at_the_clock(operation: Callable[..., T], /, *args: Any, **kwargs: Any) -> T:
    """What a door calls: the operation with `at` = now, repeated once if the day turned meanwhile."""
    try:
        return operation(*args, **kwargs, at=timezone.now())
    except DayTurned:
        return operation(*args, **kwargs, at=timezone.now())
