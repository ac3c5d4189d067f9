"""The turnaround clock: the programme's examples, tables at the edges, and properties over random histories (§6)."""

from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest

from servicing.rules.calendar import Calendar
from servicing.rules.clock import Run, reading

MINUTE = timedelta(minutes=1)
OFFICE = ((time(9), time(17)),)
MON, TUE, WED, THU, FRI, SAT, SUN = (date(2026, 11, day) for day in range(16, 23))
NEXT_MON, NEXT_TUE, NEXT_WED = MON + timedelta(7), TUE + timedelta(7), WED + timedelta(7)


def centre(zone="UTC", *, hours=OFFICE, weekend=(5, 6), cut_off=time(12), dated=None, closed=None):
    week = tuple(() if day in weekend else hours for day in range(7))
    return Calendar(zone=zone, week=week, cut_off=cut_off, dated=dated or {}, closed=closed or {})


def at(day, hour, minute=0, second=0, zone="UTC"):
    local = datetime(day.year, day.month, day.day, hour, minute, second, tzinfo=ZoneInfo(zone))
    return local.astimezone(UTC)


def read(calendar, received, now, *, target=2, slot=None, pauses=(), stopped=None):
    run = Run(calendar=calendar, received_at=received, slot_at=slot, target=target, pauses=pauses, stopped_at=stopped)
    return reading(run, now)


LATER = at(date(2026, 12, 31), 12)

# The examples of §6: received, pauses, starts, due.
EXAMPLES = [
    (at(MON, 11, 59), [], at(TUE, 9), at(WED, 17)),
    (at(MON, 12, 1), [], at(WED, 9), at(THU, 17)),
    (at(MON, 11, 59), [(at(TUE, 13), at(WED, 11))], at(TUE, 9), at(THU, 15)),
    (at(FRI, 11, 59), [], at(NEXT_MON, 9), at(NEXT_TUE, 17)),
    (at(FRI, 12, 1), [], at(NEXT_TUE, 9), at(NEXT_WED, 17)),
    (at(SAT, 10), [], at(NEXT_TUE, 9), at(NEXT_WED, 17)),
    (at(SUN, 23, 59), [], at(NEXT_TUE, 9), at(NEXT_WED, 17)),
]


@pytest.mark.parametrize(("received", "pauses", "starts", "due"), EXAMPLES)
def test_the_examples_of_the_programme(received, pauses, starts, due):
    seen = read(centre(), received, LATER, pauses=pauses)
    assert (seen.starts_at, seen.due_at) == (starts, due)
    assert seen.paused == sum(Fraction(6, 8) for _ in pauses)
