"""The night's counts, what a dry run says before it, the full check after it, and who notices when it stops."""

from dataclasses import astuple
from datetime import UTC, date, datetime, timedelta
from io import StringIO

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kitbag import dry_run, full_check, holds, invariants, night, removal, standing, valuing
from kitbag.models import FullCheck, LevelChange, Night, Stage, Standing
from members.models import Level
from tests.factories import NOON, MemberFactory, ProductFactory
from tests.portal.staff import programme_tables

DAY = NOON.date()


def noon(day):
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)


@pytest.fixture
def week(db, vera, register):
    """Eight members, and a week ahead in which values fall, holds begin and end, and thresholds change."""
    members = [MemberFactory() for _ in range(8)]
    products = [ProductFactory(points=200 + 60 * n) for n in range(6)]
    for place, member in enumerate(members):
        for product in products[: place + 1]:
            register(member, product)
    removed = members[5].kit_items.order_by("added_at").first()
    for n, product in enumerate(products[:4]):
        day = DAY + timedelta(days=1 + 2 * (n // 2))
        valuing.replan(product.pk, mark=(Stage.SUPERSEDED, day), reason="x", short_notice="Late", by=vera, at=NOON)
    first = DAY + timedelta(days=1)
    for member, until in ((members[0], 3), (members[7], 6)):
        end = first + timedelta(days=until)
        holds.hold_level(member, level=Level.GOLD, begins_on=first, ends_on=end, reason="Press", by=vera, at=NOON)
    holds.plan_thresholds(
        effective_on=DAY + timedelta(days=5), silver=350, gold=800, platinum=1100, reason="x", by=vera, at=NOON
    )
    removal.remove_item(removed.pk, member_id=members[5].pk, reason="sold", at=NOON + timedelta(hours=1), by=vera)
    return members


def counts(day):
    row = Night.objects.get(day=day)
    return (
        *(row.products_due, row.holds_due, row.thresholds_due, row.members, row.items),
        *(row.levels_up, row.levels_down),
    )


def test_a_dry_run_says_what_each_night_then_does_and_writes_nothing(week):
    night.run(at=NOON, clock=lambda: NOON)
    last = DAY + timedelta(days=8)
    before = programme_tables()
    said = dict(dry_run.nights(through=last))
    assert programme_tables() == before
    at = noon(last)
    taken = night.run(at=at, clock=lambda: at)
    assert list(said) == taken == [DAY + timedelta(days=n) for n in range(1, 9)]
    assert {day: astuple(brings) for day, brings in said.items()} == {day: counts(day) for day in taken}
    assert sum(brings.levels_down for brings in said.values()) > 2
    assert sum(brings.levels_up for brings in said.values()) > 2
    for row in Standing.objects.all():
        assert (row.points, row.level) == astuple(standing.derive(row.member_id, max(row.as_of, last)))
    # A day that is over can still be asked about.
    assert astuple(dry_run.foreseen(DAY + timedelta(days=5))) == counts(DAY + timedelta(days=5))
    assert not list(invariants.broken(at=at))


def test_the_command_says_a_line_a_day(week):
    night.run(at=NOON, clock=lambda: NOON)
    said = StringIO()
    with time_machine.travel(NOON, tick=False):
        call_command("depreciate", "--dry-run", "--through", str(DAY + timedelta(days=2)), stdout=said)
    lines = said.getvalue().splitlines()
    assert lines[0].startswith(f"{DAY + timedelta(days=1)}  products 2, holds 2, thresholds 0, members ")
    assert lines[1:] == [f"{DAY + timedelta(days=2)}  nothing due", "2 nights would be taken; nothing was written."]
    assert Night.objects.last_complete_day() == DAY


def test_the_full_check_names_what_differs_and_repairs_nothing(week):
    at = noon(DAY + timedelta(days=8))
    night.run(at=at, clock=lambda: at)
    assert full_check.run(at=at, clock=lambda: at).differing == 0
    points, level = week[2], week[3]
    Standing.objects.filter(member=points).update(points=7)
    Standing.objects.filter(member=level).update(level=Level.PLATINUM)
    check = full_check.run(at=at, clock=lambda: at)
    assert (check.day, check.members, check.differing, check.completed_at) == (at.date(), 8, 2, at)
    true = standing.derive(points.pk, at.date())
    assert check.findings[0] == f"standing of member {points.pk}: 7 points, the facts of {at.date()} give {true.points}"
    assert check.findings[1].startswith(f"standing of member {level.pk}: PLATINUM, the facts of")
    assert Standing.objects.get(member=points).points == 7
    assert [line for line in invariants.broken(at=at) if line.startswith("standing")] == check.findings


def test_the_full_check_names_twenty_of_many(db):
    for _ in range(23):
        MemberFactory()
    Standing.objects.update(points=1)
    check = full_check.run(at=NOON, clock=lambda: NOON)
    assert (check.differing, len(check.findings)) == (23, 20)


def test_the_full_check_agrees_with_the_one_expression_in_the_midst_of_a_night(week):
    """Some members are carried to the night's day, some not; each compared where it stands."""
    falls = DAY + timedelta(days=1)
    night.run(at=NOON, clock=lambda: NOON)
    Night.objects.create(day=falls, begun_at=noon(falls))
    carried = week[:4]
    for member in carried:
        night.depreciation.take(falls, night.depreciation.due_for(member.pk, falls))
    assert full_check.compare(last=DAY).findings == []
    assert set(Standing.objects.filter(as_of=falls).values_list("member", flat=True)) == {one.pk for one in carried}


@pytest.mark.parametrize("members", [5, 50])
def test_a_night_with_nothing_due_is_three_reads_and_three_writes(db, members):
    for _ in range(members):
        MemberFactory()
    night.run(at=NOON, clock=lambda: NOON)
    at = NOON + timedelta(days=1)
    with CaptureQueriesContext(connection) as queries:
        assert night.run(at=at, clock=lambda: at) == [at.date()]
    assert len(queries) < 20, [query["sql"] for query in queries]


@pytest.mark.parametrize(
    ("first", "days"),
    [
        (date(2026, 12, 29), 6),  # the turn of the year
        (date(2028, 2, 26), 6),  # 29 February
        (date(2027, 3, 26), 5),  # summer time begins in Europe
        (date(2027, 10, 29), 5),  # and ends
    ],
)
def test_each_day_has_its_night_once_whatever_the_calendar_does(layla, omar, camera, register, vera, first, days):
    """Woken every hour, also in the hours that clocks skip or repeat; one fall on each day."""
    register(layla, camera)
    register(omar, camera)
    at = noon(first - timedelta(days=1))
    night.run(at=at, clock=lambda: at)
    wanted = [first + timedelta(days=n) for n in range(days)]
    for place, day in enumerate(wanted):
        product = ProductFactory(points=600 + place)
        register(layla, product, at=at)
        valuing.replan(product.pk, mark=(Stage.SUPERSEDED, day), reason="x", short_notice="Late", by=vera, at=at)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL TimeZone = 'Europe/London'")
    taken = []
    for hour in range(24 * days):
        now = datetime(first.year, first.month, first.day, 0, 10, tzinfo=UTC) + timedelta(hours=hour)
        taken += night.run(at=now, clock=lambda now=now: now)
    assert taken == wanted
    rows = Night.objects.filter(day__in=wanted).order_by("day")
    assert [(row.day, row.products_due, row.members, row.items) for row in rows] == [(day, 1, 1, 1) for day in wanted]
    assert set(LevelChange.objects.filter(item=None).values_list("day", flat=True)) <= set(wanted)
    now = noon(wanted[-1])
    for day in wanted:
        assert dry_run.foreseen(day).products == 1
    assert standing.on(layla.pk, now.date()) == standing.derive(layla.pk, now.date())
    assert not list(invariants.broken(at=now))


def check_night(at):
    said = StringIO()
    with time_machine.travel(at, tick=False):
        call_command("check_night", stdout=said)
    return said.getvalue().strip()


def test_cron_hears_when_no_night_lies_within_26_hours(layla):
    at = NOON
    with pytest.raises(CommandError, match="No night has ever been completed") as failed:
        check_night(at)
    assert failed.value.returncode == 1
    night.run(at=at, clock=lambda: at)
    assert check_night(at) == f"The night of {DAY} is complete and no standing differs."
    begins = datetime(DAY.year, DAY.month, DAY.day, tzinfo=UTC)
    assert check_night(begins + timedelta(hours=26))
    with pytest.raises(CommandError, match=f"that of {DAY}, 26 hours ago"):
        check_night(begins + timedelta(hours=26, seconds=1))
    Night.objects.create(day=DAY + timedelta(days=1), begun_at=begins + timedelta(hours=24))
    with pytest.raises(CommandError, match="began 2026-11-24 00:00 UTC and is not complete"):
        check_night(begins + timedelta(hours=27))


def test_cron_hears_of_standings_that_differ_and_of_checks_that_stopped(layla):
    night.run(at=NOON, clock=lambda: NOON)
    full_check.run(at=NOON, clock=lambda: NOON)
    assert check_night(NOON)
    Standing.objects.update(points=3)
    later = NOON + timedelta(minutes=1)
    full_check.run(at=later, clock=lambda: later)
    with pytest.raises(CommandError, match="1 of 1 standings differ from the facts; first: standing of member"):
        check_night(later)
    Standing.objects.update(points=0)
    later += timedelta(minutes=1)
    full_check.run(at=later, clock=lambda: later)
    FullCheck.objects.create(begun_at=later + timedelta(days=1), day=DAY)  # killed before it was done
    assert check_night(later)
    later += timedelta(days=3)
    night.run(at=later, clock=lambda: later)
    with pytest.raises(CommandError, match="No full check has been completed since 2026-11-23 12:02 UTC"):
        check_night(later)
