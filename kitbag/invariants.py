"""What must hold at any moment, checked over all rows; each finding in words."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import Count

from kitbag import full_check
from kitbag.models import KitItem, LevelChange, Night, Spell, Standing
from members.models import Level
from members.rules.days import programme_day


def broken(*, at: datetime) -> Iterator[str]:
    """A sentence for everything that does not hold; none means all is well."""
    yield from standings_that_differ()
    yield from items_without_their_spell()
    yield from units_held_twice()
    yield from level_history_that_does_not_connect()
    yield from nights_with_a_gap()
    yield from spells_of_days_to_come(at=at)


def standings_that_differ() -> Iterator[str]:
    """Each standing against the facts, on the later of its day and the last complete night."""
    yield from full_check.compare(last=Night.objects.last_complete_day()).findings


def items_without_their_spell() -> Iterator[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT i.id FROM kitbag_kititem i LEFT JOIN kitbag_spell s
                 ON s.item_id = i.id AND s.closed_at IS NULL
               WHERE (i.state = 'validated') <> (s.id IS NOT NULL)
                  OR s.member_id <> i.member_id OR s.product_id <> i.product_id"""
        )
        for (item,) in cursor.fetchall():
            yield f"item {item}: its state and its open spell do not agree"


def units_held_twice() -> Iterator[str]:
    held = KitItem.objects.validated().exclude(serial="").values("product", "serial").annotate(n=Count("pk"))
    for unit in held.filter(n__gt=1):
        yield f"unit {unit['serial']} of product {unit['product']}: validated {unit['n']} times"


def level_history_that_does_not_connect() -> Iterator[str]:
    levels: dict[int, int] = {}
    history = LevelChange.objects.order_by("member", "at", "pk").values_list("member", "from_level", "to_level", "day")
    for member, before, after, day in history.iterator():
        if levels.get(member, Level.RED) != before:
            yield f"level history of member {member}: {day} begins from a level that the day before did not end with"
        levels[member] = after
    rows = Standing.objects.values_list("member", "level").order_by("member")
    for member, level in rows.iterator():
        if levels.get(member, Level.RED) != level:
            yield f"level history of member {member} ends with {levels.get(member, 0)}, the standing says {level}"


def nights_with_a_gap() -> Iterator[str]:
    previous = None
    for day in Night.objects.order_by("day").values_list("day", flat=True).iterator():
        if previous is not None and day != previous + timedelta(days=1):
            yield f"nights: {day} follows {previous}"
        previous = day


def spells_of_days_to_come(*, at: datetime) -> Iterator[str]:
    future = Spell.objects.filter(counted_from__gt=programme_day(at)).count()
    if future:
        yield f"{future} spells begin after today"
