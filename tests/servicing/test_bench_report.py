"""How punctual a centre was, from what left its bench (programme §6); the tables are safe for spreadsheets."""

import csv
import io
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from cps_portal.drawing.weeks import Week, weeks_chart
from members.rules.roles import Role
from servicing.models import Stretch
from servicing.punctuality import figures, weeks_between
from servicing.rules.board import Marks, marks
from servicing.rules.calendar import Calendar
from tests.factories import CaseFactory, CentreFactory, MemberFactory, ProductFactory, VisitorFactory
from tests.portal.staff import confirmed, staff_user

WEEK = (((time(9), time(17)),),) * 5 + ((),) * 2
NOW = datetime(2026, 11, 26, 11, tzinfo=UTC)


@pytest.fixture(autouse=True)
def clock(time_machine):
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def left(elstree):
    """Something that left the bench at a moment."""
    member, product = MemberFactory(), ProductFactory(points=1)

    def leave(at, *, days="2", paused="0", in_time=None, service="repair", number=1, centre=elstree):
        case = CaseFactory(
            centre=centre,
            member=member,
            product=product,
            received_at=at - timedelta(days=3),
            service=service,
            lane="standard" if in_time is None else "fast",
            state="closed",
        )
        Stretch.objects.filter(case=case).update(
            left_at=at,
            ended_at=at,
            worked_days=Decimal(days),
            paused_days=Decimal(paused),
            in_time=in_time,
            number=number,
            requested_at=case.requested_at + timedelta(minutes=number - 1),
        )
        return case

    return leave


@pytest.fixture
def desk(db):
    return confirmed(staff_user(Role.CENTRE_STAFF.value))


def utc(day, hour=12, month=11):
    return datetime(2026, month, day, hour, tzinfo=UTC)


def test_shares_by_service_and_week(left, elstree):
    left(utc(10), days="2", paused="1", in_time=True)
    left(utc(11), days="4", paused="1", in_time=False)
    left(utc(17), days="1", in_time=True, service="maintenance", number=2)
    left(utc(18), days="9")  # the standard time: no target, neither kept nor missed
    left(utc(18), days="99", centre=CentreFactory())
    found = {(one.week, one.service): one for one in figures(elstree, first=date(2026, 11, 9), last=date(2026, 11, 22))}
    assert len(found) == 8  # in all, two services, two weeks, and three of both
    whole = found[None, ""]
    assert (whole.cases, whole.with_target, whole.in_time, whole.again) == (4, 3, 2, 1)
    assert whole.paused_share == pytest.approx(2 / 18)
    assert (whole.p50, whole.p90) == (Decimal("3.0"), Decimal("7.5"))
    repair = found[None, "repair"]
    assert (repair.cases, repair.on_time_share, repair.again_share) == (3, 0.5, 0)
    first = found[date(2026, 11, 9), ""]
    assert (first.cases, first.on_time_share, first.paused_share) == (2, 0.5, 0.25)
    assert found[date(2026, 11, 16), "maintenance"].again_share == 1


def test_a_day_is_the_centres(left, elstree):
    """23:30 UTC of the last of October is still that day in London, and half past one of the next in Cairo."""
    cairo = CentreFactory(time_zone="Africa/Cairo")
    for centre in (elstree, cairo):
        left(datetime(2026, 10, 31, 23, 30, tzinfo=UTC), centre=centre)
    october = {"first": date(2026, 10, 1), "last": date(2026, 10, 31)}
    assert [one.cases for one in figures(elstree, **october) if not one.week and not one.service] == [1]
    assert [one.cases for one in figures(cairo, **october) if not one.week and not one.service] == [0]
    assert weeks_between(date(2026, 11, 10), date(2026, 11, 17)) == [date(2026, 11, 9), date(2026, 11, 16)]


def test_the_page_draws_what_its_tables_say(left, desk):
    left(utc(10), days="2.96", paused="1", in_time=True)
    left(utc(17), days="4", in_time=False)
    html = " ".join(desk.get(reverse("admin:bench_report")).content.decode().split())
    for said in ("50 %", "1 of 2 with a target", "9 Nov 2026", "16 Nov 2026", "Repair", "2.9"):
        assert said in html
    assert html.count("strip__bar strip__bar--down") == 2
    none = desk.get(reverse("admin:bench_report"), {"first": "2020-01-01", "last": "2020-02-01"})
    assert "Nothing left the bench in this time" in none.content.decode()
    wrong = desk.get(reverse("admin:bench_report"), {"first": "2026-11-20", "last": "2020-02-01"})
    assert "up to two years" in wrong.content.decode()


def read(answer):
    assert answer["Content-Type"].startswith("text/csv")
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))


def test_tables_carry_no_formula(left, desk, elstree):
    left(utc(10), in_time=True)
    visitor = VisitorFactory(name='=HYPERLINK("http://x")', region="+1")
    product = ProductFactory(name="@SUM(A1)", points=1)
    CaseFactory(centre=elstree, visitor=visitor, product=product, serial="0012345", requested_at=NOW)
    heads, row = read(desk.get(reverse("admin:bench_csv"), {"what": "board"}))
    assert len(heads) == len(row)
    said = dict(zip(heads, row, strict=True))
    assert (said["Whose"], said["Product"], said["Serial number"]) == (
        *('\'=HYPERLINK("http://x")', "'@SUM(A1)"),
        "'0012345",
    )
    assert (said["On the board"], said["Requested"]) == ("Expected", "2026-11-26 11:00")
    table = read(desk.get(reverse("admin:bench_csv"), {"what": "report", "first": "2026-11-01", "last": "2026-11-20"}))
    assert table[1][:6] == ["all", "all", "1", "1", "1", "100"]
    assert {len(line) for line in table} == {len(table[0])}
    assert desk.get(reverse("admin:bench_csv")).status_code == 404


WEEKS = [
    Week(date(2026, 11, 2), 1.0, 0.25, 2.0, 4.0),
    Week(date(2026, 11, 9), None, None, None, None),
    Week(date(2026, 11, 16), 0.0, 0.0, 1.0, 3.0),
    Week(date(2026, 11, 23), 0.5, 0.1, 2.0, 3.0),
]


def test_the_strips():
    chart = weeks_chart(WEEKS)
    assert chart.top_days == 5
    assert [(bar.share, bar.y) for bar in chart.on_time] == [(100, 0), (0, 100), (50, 50)]
    # A week without figures leaves a gap: one line between the last two.
    assert [(line.x1, line.x2) for line in chart.half] == [(62.5, 87.5)]
    mirrored = weeks_chart(WEEKS, is_rtl=True)
    assert [round(100 - mark.x, 3) for mark in mirrored.marks] == [mark.x for mark in chart.marks]
    assert weeks_chart([]).marks == ()


def board_marks(at, **fields):
    calendar = Calendar(zone="Europe/London", week=WEEK, cut_off=time(12), **fields)
    return marks(calendar, at=at, stale_days=3)


def test_how_a_board_is_divided():
    thursday = board_marks(NOW)
    assert (thursday.today, thursday.next_day) == (date(2026, 11, 26), date(2026, 11, 27))
    assert (thursday.day_ends, thursday.next_ends) == (utc(27, 0), utc(28, 0))
    assert thursday.stale_before == utc(23, 11)
    # On Friday the next working day is Monday, and on Monday three working days back is Wednesday.
    friday = board_marks(utc(27, 11))
    assert (friday.next_day, friday.next_ends) == (date(2026, 11, 30), datetime(2026, 12, 1, tzinfo=UTC))
    assert board_marks(datetime(2026, 11, 30, 11, tzinfo=UTC)).stale_before == utc(25, 11)
    holiday = board_marks(utc(27, 11), closed={date(2026, 11, 30): "St Andrew's Day"})
    assert holiday.next_day == date(2026, 12, 1)


def test_a_centre_that_never_opens_has_a_board_all_the_same():
    closed = marks(Calendar(zone="UTC", week=((),) * 7, cut_off=time(12)), at=NOW, stale_days=3)
    assert isinstance(closed, Marks)
    assert (closed.next_day, closed.next_ends) == (None, closed.day_ends)
    assert closed.stale_before == NOW - timedelta(days=3)
