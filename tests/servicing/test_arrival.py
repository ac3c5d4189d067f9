"""By which day something has to arrive for its target to fall before another: never a promise (programme §6)."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from servicing.rules.arrival import due_on, latest_arrival
from servicing.rules.calendar import Calendar, NeverOpens

# London in November keeps UTC.
WEEK = tuple([((time(9), time(17)),)] * 5 + [()] * 2)
CENTRE = Calendar(zone="Europe/London", week=WEEK, cut_off=time(12))


def at(day, hour=8, minute=0):
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "target", "needed", "arrives"),
    [
        # Examples of §6: received Mon 11:59 with target 2 is due Wed 17:00.
        (at(23), 2, 25, 23),
        (at(23, 12, 1), 2, 25, None),
        (at(23), 2, 26, 24),
        # The last working day before a weekend, and a day needed on a weekend.
        (at(23), 2, 29, 25),
        (at(23), 3, 30, 25),
        (at(28), 2, 30, None),
        (at(23), 10, 25, None),
        (at(23), 2, 20, None),
    ],
)
def test_the_last_day_of_arrival(now, target, needed, arrives):
    found = latest_arrival(CENTRE, target=target, needed_by=date(2026, 11, needed), at=now)
    assert found == (date(2026, 11, arrives) if arrives else None)


def test_it_is_the_last_one_by_looking_at_every_day():
    for target in (1, 2, 3, 5, 10):
        for ahead in range(45):
            needed = date(2026, 11, 23) + timedelta(days=ahead)
            made = []
            for later in range(ahead + 1):
                day = date(2026, 11, 23) + timedelta(days=later)
                if day.weekday() < 5:
                    moment = datetime.combine(day, time(9), tzinfo=UTC)
                    if due_on(CENTRE, received_at=moment, target=target) <= needed:
                        made.append(day)
            assert latest_arrival(CENTRE, target=target, needed_by=needed, at=at(23)) == (made[-1] if made else None)


def test_a_centre_that_never_opens_says_so():
    closed = Calendar(zone="Europe/London", week=((),) * 7, cut_off=time(12))
    with pytest.raises(NeverOpens):
        due_on(closed, received_at=at(23), target=2)
