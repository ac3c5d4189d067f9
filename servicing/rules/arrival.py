"""When something has to reach a centre so that its target falls before a day (programme §6). Never a promise."""

from datetime import date, datetime, timedelta

from servicing.rules.calendar import DAY, Calendar
from servicing.rules.clock import Run, reading

LOOKED_BACK = timedelta(days=90)


def due_on(calendar: Calendar, *, received_at: datetime, target: int) -> date:
    """The centre's date on which a target of working days is reached, if nothing pauses. Raises NeverOpens."""
    due_at = reading(Run(calendar=calendar, received_at=received_at, target=target), received_at).due_at
    assert due_at is not None
    return calendar.local_day(due_at)


def latest_arrival(calendar: Calendar, *, target: int, needed_by: date, at: datetime) -> date | None:
    """The last working day, from that of `at` on, on which arriving in time for the cut-off still makes it.

    `needed_by` is the last day on which it may leave the centre. None where even today is too late.
    Raises NeverOpens.
    """
    today = calendar.local_day(at)
    day, first = needed_by, max(today, needed_by - LOOKED_BACK)
    while day >= first:
        arrives = _opening(calendar, day, at)
        if arrives and due_on(calendar, received_at=arrives, target=target) <= needed_by:
            return day
        day -= DAY
    return None


def _opening(calendar: Calendar, day: date, at: datetime) -> datetime | None:
    """When something can come on a day, now at the earliest, to count as received on it."""
    spans = calendar.spans_on(day)
    if not spans:
        return None
    arrives = max(spans[0][0], at)
    return arrives if arrives <= min(calendar.moment(day, calendar.cut_off), spans[-1][1]) else None
