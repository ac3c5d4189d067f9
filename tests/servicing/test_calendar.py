"""A centre's opening hours: its week, exceptions and holidays, in its own zone and over clock changes (§6)."""

import json
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from servicing.rules.calendar import Calendar, NeverOpens

OFFICE = ((time(9), time(17)),)
WITH_BREAK = ((time(8, 30), time(12)), (time(13), time(17, 30)))
HOURS = [
    OFFICE,
    WITH_BREAK,
    ((time(9), time(11, 20)),),
    ((time(10), time(10, 7)),),
    ((time(0), time(23)),),
    ((time(0), time(6)), (time(6), time(14, 1)), (time(21), time(22, 45))),
]
# Days before a clock change of the two zones that have one, and over New Year.
BASES = [date(2026, 3, 23), date(2026, 4, 20), date(2026, 10, 19), date(2026, 10, 26), date(2026, 12, 21)]
ZONES = ["Europe/London", "Africa/Cairo", "Asia/Kathmandu"]
MON = date(2026, 11, 16)


def centre(zone="UTC", *, hours=OFFICE, weekend=(5, 6), cut_off=time(12), dated=None, closed=None):
    week = tuple(() if day in weekend else hours for day in range(7))
    return Calendar(zone=zone, week=week, cut_off=cut_off, dated=dated or {}, closed=closed or {})


def utc(*parts):
    return datetime(*parts, tzinfo=UTC)


@st.composite
def calendars(draw, *, base, reach=14):
    """A calendar with an exception or a holiday here and there in the weeks after `base`."""
    weekend = draw(st.sampled_from([(), (5, 6), (4, 5), (6,), (0, 2, 4)]))
    hours = st.sampled_from(HOURS)
    usual = draw(hours)
    week = tuple(() if day in weekend else usual if draw(st.booleans()) else draw(hours) for day in range(7))
    days = st.integers(-2, reach).map(lambda ahead: base + timedelta(ahead))
    return Calendar(
        zone=draw(st.sampled_from(ZONES)),
        week=week,
        cut_off=draw(st.sampled_from([time(12), time(15), time(10, 3), time(0), time(23, 59)])),
        dated=draw(st.dictionaries(days, st.sampled_from([(), *HOURS]), max_size=3)),
        closed=draw(st.dictionaries(days, st.sampled_from(["Founders’ Day", "عيد"]), max_size=3)),
    )


def test_exceptions_come_before_holidays_and_holidays_before_the_week():
    tue, wed, thu, sat = (MON + timedelta(ahead) for ahead in (1, 2, 3, 5))
    short = ((time(9), time(13)),)
    calendar = centre(dated={tue: short, wed: (), sat: short}, closed={tue: "Feast", thu: "Feast"})
    assert [calendar.open_seconds(MON + timedelta(ahead)) // 3600 for ahead in range(7)] == [8, 4, 0, 0, 8, 4, 0]
    assert calendar.next_working(tue) == MON + timedelta(4)
    assert calendar.next_working(sat) == MON + timedelta(7)
    assert [calendar.is_working(day) for day in (tue, wed, thu, sat)] == [True, False, False, True]


@pytest.mark.parametrize(
    ("moment", "is_open"),
    [
        (utc(2026, 11, 16, 8, 29, 59), False),
        (utc(2026, 11, 16, 8, 30), True),
        (utc(2026, 11, 16, 11, 59, 59), True),
        (utc(2026, 11, 16, 12), False),
        (utc(2026, 11, 16, 13), True),
        (utc(2026, 11, 16, 17, 30), False),
        (utc(2026, 11, 21, 10), False),
    ],
)
def test_open_from_the_opening_to_just_before_the_closing(moment, is_open):
    assert centre(hours=WITH_BREAK).is_open(moment) is is_open


# Zone, day, hours, opening and closing of that day as UTC, real seconds.
CLOCK_CHANGES = [
    ("Europe/London", date(2026, 3, 29), (time(0), time(6)), utc(2026, 3, 29, 0), utc(2026, 3, 29, 5), 5 * 3600),
    ("Europe/London", date(2026, 10, 25), (time(0), time(6)), utc(2026, 10, 24, 23), utc(2026, 10, 25, 6), 7 * 3600),
    # 01:30 does not exist: the moment of the change stands for it. 01:30 comes twice: the first.
    ("Europe/London", date(2026, 3, 29), (time(1, 30), time(6)), utc(2026, 3, 29, 1), utc(2026, 3, 29, 5), 4 * 3600),
    ("Europe/London", date(2026, 3, 29), (time(0), time(1, 30)), utc(2026, 3, 29, 0), utc(2026, 3, 29, 1), 3600),
    (
        "Europe/London",
        date(2026, 10, 25),
        (time(1, 30), time(6)),
        utc(2026, 10, 25, 0, 30),
        utc(2026, 10, 25, 6),
        19800,
    ),
    # Cairo changes at midnight: Friday begins at 01:00, and Thursday has its last hour twice.
    ("Africa/Cairo", date(2026, 4, 24), (time(0), time(9)), utc(2026, 4, 23, 22), utc(2026, 4, 24, 6), 8 * 3600),
    (
        "Africa/Cairo",
        date(2026, 10, 29),
        (time(9), time(23, 30)),
        utc(2026, 10, 29, 6),
        utc(2026, 10, 29, 20, 30),
        52200,
    ),
]


@pytest.mark.parametrize(("zone", "day", "hours", "opens", "closes", "seconds"), CLOCK_CHANGES)
def test_real_time_counts_over_a_clock_change(zone, day, hours, opens, closes, seconds):
    calendar = centre(zone, hours=(hours,), weekend=())
    assert calendar.spans_on(day) == ((opens, closes),)
    assert calendar.open_seconds(day) == seconds


def test_hours_that_the_clocks_skip_altogether_are_no_working_day():
    calendar = centre("Europe/London", hours=((time(1), time(2)),), weekend=())
    assert not calendar.is_working(date(2026, 3, 29))
    assert calendar.next_working(date(2026, 3, 28)) == date(2026, 3, 30)


def test_the_day_is_that_of_the_centre():
    moment = utc(2026, 11, 16, 22, 30)
    assert centre("Africa/Cairo").local_day(moment) == date(2026, 11, 17)
    assert centre("America/New_York").local_day(utc(2026, 11, 16, 3)) == date(2026, 11, 15)


def test_a_calendar_that_never_opens_says_so():
    with pytest.raises(NeverOpens):
        centre(weekend=range(7)).next_working(MON)
    # Closed for as long as it takes to give up, and one day less.
    long = {MON + timedelta(ahead): () for ahead in range(1, 401)}
    with pytest.raises(NeverOpens):
        centre(weekend=(), dated=long).next_working(MON)
    del long[MON + timedelta(400)]
    assert centre(weekend=(), dated=long).next_working(MON) == MON + timedelta(400)


@pytest.mark.parametrize(
    "wrong",
    [
        {"hours": ((time(9), time(9)),)},
        {"hours": ((time(17), time(9)),)},
        {"hours": ((time(9), time(13)), (time(12), time(17)))},
        {"hours": ((time(13), time(17)), (time(9), time(12)))},
        {"hours": ((time(9), time(17, 0, 30)),)},
        {"dated": {MON: ((time(12), time(11)),)}},
        {"cut_off": time(12, 0, 1)},
    ],
)
def test_hours_that_make_no_sense_are_refused(wrong):
    with pytest.raises(ValueError, match=r"spans of a day|whole minute"):
        centre(**wrong)


def test_a_week_has_seven_days_and_a_zone_has_a_name():
    with pytest.raises(ValueError, match="seven"):
        Calendar(zone="UTC", week=(OFFICE,) * 6, cut_off=time(12))
    with pytest.raises(ZoneInfoNotFoundError):
        centre("Europe/Atlantis")


def test_the_frozen_copy_holds_the_exceptions_and_holidays_of_its_days():
    days = [MON + timedelta(ahead) for ahead in (-1, 0, 9, 10)]
    calendar = centre(dated=dict.fromkeys(days, ()), closed=dict.fromkeys(days, "Feast"))
    kept = calendar.frozen(MON, MON + timedelta(10))
    assert list(kept.dated) == list(kept.closed) == days[1:3]
    assert (kept.zone, kept.week, kept.cut_off) == (calendar.zone, calendar.week, calendar.cut_off)


def test_what_its_maker_changes_later_changes_no_calendar():
    dated = {}
    calendar = centre(dated=dated)
    dated[MON] = ()
    assert calendar.is_working(MON)


@settings(max_examples=200, deadline=None)
@given(calendars(base=MON))
def test_a_calendar_survives_json(calendar):
    assert Calendar.from_json(json.loads(json.dumps(calendar.as_json()))) == calendar


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(BASES).flatmap(lambda base: st.tuples(calendars(base=base), st.just(base))), st.integers(0, 20))
def test_spans_lie_in_order_within_their_own_day(found, ahead):
    calendar, base = found
    day = base + timedelta(ahead)
    spans = calendar.spans_on(day)
    moments = [moment for span in spans for moment in span]
    assert moments == sorted(moments)
    for opens, closes in spans:
        assert opens < closes
        assert calendar.local_day(opens) == calendar.local_day(closes - timedelta(seconds=1)) == day
        assert calendar.is_open(opens)
        assert calendar.is_open(closes - timedelta(seconds=1))
        local = opens.astimezone(ZoneInfo(calendar.zone))
        assert any(begins <= local.time() < ends for begins, ends in calendar.hours_on(day))
    assert calendar.open_seconds(day) == sum((closes - opens).total_seconds() for opens, closes in spans)
