"""The night: what is due, day by day since the last complete one, in chunks of touched members (§5).

Driven by "due by", never by "due today": a missed night, a second start or a kill at any moment change
nothing in the result. A session advisory lock on the connection that writes keeps two from working at once.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import OperationalError, connection, transaction
from django.db.models import Max, Min
from django.utils import timezone

from kitbag import depreciation
from kitbag.models import Night, Standing
from kitbag.standing import DAY_LOCK
from members.rules.days import programme_day

NIGHT_LOCK = 4207_02


@contextmanager
def _alone() -> Iterator[bool]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [NIGHT_LOCK])
        mine = bool(cursor.fetchone()[0])
        try:
            yield mine
        finally:
            if mine:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [NIGHT_LOCK])


def next_day(through: date) -> date | None:
    """The day the night has to take next, not after `through`; None when all is done.

    An unfinished one first, then the day after the last complete one. The very first night begins the day
    after the earliest standing, since every standing is complete on its own day.
    """
    unfinished = Night.objects.filter(completed_at=None).values_list("day", flat=True).first()
    if unfinished is not None:
        return unfinished
    last = Night.objects.last_complete_day()
    if last is None:
        earliest = Standing.objects.aggregate(day=Min("as_of"))["day"]
        if earliest is None:
            return None
        return min(earliest + timedelta(days=1), through)
    return last + timedelta(days=1) if last < through else None


def run(*, at: datetime, through: date | None = None, clock: Callable[[], datetime] = timezone.now) -> list[date]:
    """Take every due day up to `through` (today unless given); the days completed, in order.

    Returns at once, with nothing done, where another night is at work or an operation holds the day open
    for longer than the lock's time-out: beat calls again in ten minutes. Never takes a day after today.
    """
    through = min(through or programme_day(at), programme_day(at))
    done: list[date] = []
    with _alone() as mine:
        if not mine:
            return done
        while (day := next_day(through)) is not None:
            if not _begin(day, at=clock()):
                break
            started = time.monotonic()
            _take_members(day)
            _complete(day, at=clock(), milliseconds=int((time.monotonic() - started) * 1000))
            done.append(day)
    return done


@dataclass(frozen=True, slots=True)
class UnderWay:
    """A night that is at work or was broken off, and how far it is in the order of members."""

    day: date
    begun_at: datetime
    per_cent: int


def under_way() -> UnderWay | None:
    """The one night that is begun and not complete, if there is one."""
    row = Night.objects.filter(completed_at=None).first()
    if row is None:
        return None
    last = Standing.objects.aggregate(last=Max("member"))["last"] or 0
    return UnderWay(row.day, row.begun_at, min(row.progress * 100 // last, 100) if last else 0)


def _begin(day: date, *, at: datetime) -> bool:
    """Commit "this day has begun": from here on no operation writes a fact of an earlier day."""
    if Night.objects.filter(day=day).exists():
        return True
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '5s'")
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [DAY_LOCK])
            Night.objects.create(day=day, begun_at=at)
    except OperationalError as error:
        if getattr(error.__cause__, "pgcode", "") == "55P03":  # lock_not_available
            return False
        raise
    return True


def _take_members(day: date) -> None:
    night = Night.objects.get(day=day)
    for due in depreciation.touched(day, after=night.progress, at_a_time=settings.NIGHT_CHUNK):
        with transaction.atomic(), connection.cursor() as cursor:
            # A chunk lost with the server is taken again; the commit that completes the night makes all of them last.
            cursor.execute("SET LOCAL synchronous_commit = off")
            depreciation.in_key_order()
            depreciation.take(day, due)
            Night.objects.filter(day=day).update(progress=due[-1][0])


def _complete(day: date, *, at: datetime, milliseconds: int) -> None:
    products, holds, thresholds, members, items, up, down = depreciation.counts(day)
    begun_at = Night.objects.values_list("begun_at", flat=True).get(day=day)
    Night.objects.filter(day=day).update(
        completed_at=max(at, begun_at),
        products_due=products,
        holds_due=holds,
        thresholds_due=thresholds,
        members=members,
        items=items,
        levels_up=up,
        levels_down=down,
        milliseconds=milliseconds,
    )
