"""What is service mail, and when the letter of a day goes."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from members.models import Message
from members.rules.mailing import REFUSABLE, Way, last_morning, next_morning, way_of

LONDON = "Europe/London"
ZONES = [
    "UTC",
    "Europe/London",
    "Asia/Dubai",
    "Asia/Kolkata",
    "Africa/Casablanca",
    "Africa/Cairo",
    "Pacific/Kiritimati",
    "Pacific/Midway",
]


def test_only_good_news_waits_or_is_refused():
    ways = {
        kind.value: {
            way_of(kind, digest=digest, unwanted=unwanted)
            for digest in (False, True)
            for unwanted in ([], Message.Kind.values)
        }
        for kind in Message.Kind
    }
    assert {kind for kind, found in ways.items() if found != {Way.AT_ONCE}} == {"item_validated", "level_up"}
    assert set(REFUSABLE) == {"item_validated", "level_up"}
    assert way_of("a kind of tomorrow", digest=True, unwanted=["a kind of tomorrow"]) is Way.AT_ONCE


@pytest.mark.parametrize(
    ("digest", "unwanted", "way"),
    [
        (False, [], Way.AT_ONCE),
        (True, [], Way.DAILY),
        (True, ["level_up"], Way.DAILY),
        (False, ["item_validated"], Way.NOT_MAILED),
        (True, ["item_validated"], Way.NOT_MAILED),
    ],
)
def test_good_news_goes_the_way_its_person_chose(digest, unwanted, way):
    assert way_of("item_validated", digest=digest, unwanted=unwanted) is way


@pytest.mark.parametrize(
    ("moment", "last", "following"),
    [
        ("2026-07-01 06:59", "2026-06-30 07:00", "2026-07-01 07:00"),  # summer time
        ("2026-07-01 07:00", "2026-07-01 07:00", "2026-07-02 07:00"),
        ("2026-11-23 07:59", "2026-11-22 08:00", "2026-11-23 08:00"),
        ("2026-11-23 23:30", "2026-11-23 08:00", "2026-11-24 08:00"),
        ("2026-10-24 12:00", "2026-10-24 07:00", "2026-10-25 08:00"),  # clocks go back: 25 hours
        ("2027-03-27 12:00", "2027-03-27 08:00", "2027-03-28 07:00"),  # clocks go forward: 23 hours
        ("2028-02-29 00:00", "2028-02-28 08:00", "2028-02-29 08:00"),
        ("2027-01-01 00:00", "2026-12-31 08:00", "2027-01-01 08:00"),
    ],
)
def test_eight_in_the_morning_in_london(moment, last, following):
    def utc(text):
        return datetime.fromisoformat(text).replace(tzinfo=UTC)

    assert last_morning(utc(moment), LONDON) == utc(last)
    assert next_morning(utc(moment), LONDON) == utc(following)


@given(
    st.integers(0, 20 * 366 * 24 * 60).map(
        lambda minutes: datetime(2020, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    ),
    st.sampled_from(ZONES),
)
def test_a_moment_lies_between_two_letters_of_two_days(moment, name):
    zone = ZoneInfo(name)
    before, after = last_morning(moment, name), next_morning(moment, name)
    assert before <= moment < after
    assert (before.astimezone(zone).hour, after.astimezone(zone).hour) == (8, 8)
    assert after.astimezone(zone).date() - before.astimezone(zone).date() == timedelta(days=1)
    assert next_morning(before, name) == after
