"""The turnaround clock: the programme's examples, tables at the edges, and properties over random histories (§6)."""

import json
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from math import floor
from time import perf_counter
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from servicing.rules.calendar import Calendar, NeverOpens
from servicing.rules.clock import Run, completions, counts_from, reading
from servicing.rules.ribbon import Kind, Reason, ribbon
from tests.servicing.test_calendar import BASES, WITH_BREAK, calendars, centre

MINUTE = timedelta(minutes=1)
MON, TUE, WED, THU, FRI, SAT, SUN = (date(2026, 11, day) for day in range(16, 23))
NEXT_MON, NEXT_TUE, NEXT_WED = (date(2026, 11, day) for day in range(23, 26))


def at(day, hour, minute=0, second=0, zone="UTC"):
    local = datetime(day.year, day.month, day.day, hour, minute, second, tzinfo=ZoneInfo(zone))
    return local.astimezone(UTC)


MUCH_LATER = at(date(2026, 12, 31), 12)
MONDAY_IN_TIME = at(MON, 11, 59)


def run(received=MONDAY_IN_TIME, *pauses, calendar=None, target=2, slot=None, stopped=None):
    return Run(
        calendar=calendar or centre(),
        received_at=received,
        slot_at=slot,
        target=target,
        pauses=pauses,
        stopped_at=stopped,
    )


# The examples of §6: received, pauses, first day begins, due.
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
    seen = reading(run(received, *pauses), MUCH_LATER)
    assert (seen.starts_at, seen.due_at) == (starts, due)
    assert seen.paused == sum(Fraction(6, 8) for _ in pauses)


EARLY_CLOSING = ((time(9), time(11)),)
RECEIPTS = [
    (centre(), at(MON, 0), TUE),
    (centre(), at(MON, 11, 59), TUE),
    (centre(), at(MON, 12, 0, 0), TUE),
    (centre(), at(MON, 12, 0, 1), WED),
    (centre(), at(MON, 12, 1), WED),
    (centre(), at(MON, 23, 59), WED),
    # That day's closing is earlier than the cut-off.
    (centre(dated={MON: EARLY_CLOSING}), at(MON, 11, 0, 0), TUE),
    (centre(dated={MON: EARLY_CLOSING}), at(MON, 11, 0, 1), WED),
    # A break at the cut-off changes nothing: only the last closing of the day counts.
    (centre(hours=WITH_BREAK, cut_off=time(12, 30)), at(MON, 12, 30), TUE),
    (centre(hours=WITH_BREAK, cut_off=time(12, 30)), at(MON, 12, 31), WED),
    # Closed days: a holiday, an exception, and the day after receipt being closed.
    (centre(closed={MON: "Feast"}), at(MON, 10), WED),
    (centre(dated={MON: ()}), at(MON, 10), WED),
    (centre(closed={TUE: "Feast"}), at(MON, 10), WED),
    (centre(closed={TUE: "Feast"}), at(MON, 13), THU),
    (centre(dated={SAT: EARLY_CLOSING}), at(FRI, 10), SAT),
    # Friday and Saturday are the weekend: Thursday's receipt begins on Sunday.
    (centre(weekend=(4, 5)), at(THU, 12), SUN),
    (centre(weekend=(4, 5)), at(THU, 12, 1), NEXT_MON),
    (centre(weekend=(4, 5)), at(FRI, 10), NEXT_MON),
    (centre(weekend=(4, 5)), at(SUN, 10), NEXT_MON),
]


@pytest.mark.parametrize(("calendar", "received", "first_day"), RECEIPTS)
def test_the_first_day_is_the_working_day_after_receipt(calendar, received, first_day):
    assert counts_from(calendar, received) == calendar.spans_on(first_day)[0][0]


def test_the_cut_off_is_by_the_clock_of_the_centre():
    cairo = centre("Africa/Cairo", weekend=(4, 5))
    assert counts_from(cairo, at(MON, 10)) == at(TUE, 9, zone="Africa/Cairo") == at(TUE, 7)
    assert counts_from(cairo, at(MON, 10, 0, 1)) == at(WED, 7)


LONDON, CAIRO = "Europe/London", "Africa/Cairo"
CLOCK_CHANGES = [
    # The due moment is closing time by the wall clock on both sides of a change.
    (centre(LONDON), at(date(2026, 3, 26), 10), [], at(date(2026, 3, 30), 16)),
    (centre(LONDON), at(date(2026, 10, 22), 9), [], at(date(2026, 10, 26), 17)),
    (centre(CAIRO, weekend=(4, 5)), at(date(2026, 4, 22), 8), [], at(date(2026, 4, 26), 14)),
    (centre(CAIRO, weekend=(4, 5)), at(date(2026, 10, 28), 8), [], at(date(2026, 11, 1), 15)),
    # Open through the change: 00:00 to 03:00 by the wall is two of five real hours in spring, 0.4 of a day or 144
    # minutes of the next; in autumn four of seven, 205.7 minutes of the next.
    (
        centre(LONDON, hours=((time(0), time(6)),), weekend=()),
        at(date(2026, 3, 27), 2),
        [(at(date(2026, 3, 29), 0), at(date(2026, 3, 29), 2))],
        at(date(2026, 3, 30), 2, 24, zone=LONDON),
    ),
    (
        centre(LONDON, hours=((time(0), time(6)),), weekend=()),
        at(date(2026, 10, 23), 2),
        [(at(date(2026, 10, 24), 23), at(date(2026, 10, 25), 3))],
        at(date(2026, 10, 26), 3, 26, zone=LONDON),
    ),
]


@pytest.mark.parametrize(("calendar", "received", "pauses", "due"), CLOCK_CHANGES)
def test_real_minutes_count_over_a_clock_change(calendar, received, pauses, due):
    seen = reading(run(received, *pauses, calendar=calendar), MUCH_LATER)
    assert seen.due_at == due


SHORT_TUESDAY = centre(dated={TUE: ((time(9), time(13)),)})
DUES = [
    # A short day is worth one; a Saturday opened by exception too; breaks count for nothing.
    (SHORT_TUESDAY, [], 1, at(TUE, 13)),
    (SHORT_TUESDAY, [(at(TUE, 11), at(TUE, 12))], 1, at(WED, 11)),
    (centre(dated={SAT: ((time(10), time(12)),)}), [], 5, at(SAT, 12)),
    (centre(hours=WITH_BREAK), [(at(TUE, 11, 30), at(TUE, 13, 30))], 1, at(WED, 9, 30)),
    (centre(closed={WED: "Feast"}), [], 2, at(THU, 17)),
    (centre(weekend=(4, 5)), [], 4, at(SUN, 17)),
    # Sent and answered outside opening hours, or before the first day: exactly what it would have counted.
    (centre(), [(at(TUE, 17), at(WED, 9))], 2, at(WED, 17)),
    (centre(), [(at(TUE, 20), at(WED, 10))], 2, at(THU, 10)),
    (centre(), [(at(MON, 13), at(MON, 16))], 2, at(WED, 17)),
    (centre(), [(at(MON, 13), at(TUE, 10))], 2, at(THU, 10)),
    # Two pauses, the same replaced while it waits, the same told twice.
    (centre(), [(at(TUE, 10), at(TUE, 11)), (at(WED, 10), at(WED, 12))], 2, at(THU, 12)),
    (centre(), [(at(TUE, 10), at(TUE, 11)), (at(TUE, 11), at(TUE, 13))], 2, at(THU, 12)),
    (centre(), [(at(TUE, 10), at(TUE, 12)), (at(TUE, 11), at(TUE, 13))], 2, at(THU, 12)),
    # After the due moment a pause moves nothing.
    (centre(), [(at(WED, 17), at(FRI, 12))], 2, at(WED, 17)),
    # 20 seconds are left for Thursday: due at 9:00:20, said and kept as 9:01.
    (centre(), [(at(TUE, 10, 0, 0), at(TUE, 10, 0, 20))], 2, at(THU, 9, 1)),
]


@pytest.mark.parametrize(("calendar", "pauses", "target", "due"), DUES)
def test_due_when_the_sum_reaches_the_target(calendar, pauses, target, due):
    assert reading(run(at(MON, 10), *pauses, calendar=calendar, target=target), MUCH_LATER).due_at == due


SHIPPED = [
    (at(MON, 15), (), True),
    (at(WED, 16, 59, 59), (), True),
    (at(WED, 17), (), True),
    (at(WED, 17, 0, 59), (), True),
    (at(WED, 17, 1), (), False),
    (at(THU, 9), (), False),
    (at(THU, 9, 1, 59), ((at(TUE, 10), at(TUE, 10, 0, 20)),), True),
    (at(THU, 9, 2), ((at(TUE, 10), at(TUE, 10, 0, 20)),), False),
    # Handed to shipping while an estimate still waited.
    (at(FRI, 12), ((at(WED, 16), None),), True),
    (at(FRI, 12), ((at(THU, 9), None),), False),
]


@pytest.mark.parametrize(("stopped", "pauses", "in_time"), SHIPPED)
def test_shipping_in_the_due_minute_is_in_time(stopped, pauses, in_time):
    seen = reading(run(at(MON, 10), *pauses, stopped=stopped), MUCH_LATER)
    assert (seen.in_time, seen.missed, seen.stopped_at, seen.paused_since) == (in_time, not in_time, stopped, None)
    assert seen == reading(run(at(MON, 10), *pauses, stopped=stopped), stopped)


def test_counting_goes_on_past_the_target_until_it_stops():
    assert reading(run(), at(MON, 18)).counted == 0
    assert reading(run(), at(TUE, 11)).counted == Fraction(1, 4)
    assert reading(run(), at(WED, 17)).missed is False
    late = reading(run(), at(FRI, 13))
    assert (late.counted, late.due_at, late.missed, late.in_time) == (Fraction(7, 2), at(WED, 17), True, None)
    assert reading(run(stopped=at(FRI, 13)), MUCH_LATER).counted == Fraction(7, 2)


def test_while_an_estimate_waits_the_due_moment_is_if_you_answer_now():
    waiting = run(at(MON, 10), (at(TUE, 13), None))
    assert reading(waiting, at(TUE, 12)).paused_since is None
    for now, due in [(at(TUE, 13), at(WED, 17)), (at(TUE, 15), at(THU, 11)), (at(SAT, 3), at(NEXT_TUE, 13))]:
        seen = reading(waiting, now)
        assert (seen.paused_since, seen.due_at, seen.missed) == (at(TUE, 13), due, False)
        assert seen.counted == Fraction(1, 2)
    # A replaced estimate goes on with the pause of the first; an answered one ends it.
    replaced = run(at(MON, 10), (at(TUE, 15), None), (at(TUE, 13), at(TUE, 15)))
    assert reading(replaced, at(WED, 9)) == reading(waiting, at(WED, 9))
    assert reading(run(at(MON, 10), (at(TUE, 13), at(WED, 9))), at(WED, 9)).paused_since is None
    # Overdue before the estimate was sent: the due moment is past and stays.
    overdue = reading(run(at(MON, 10), (at(THU, 10), None)), at(FRI, 10))
    assert (overdue.due_at, overdue.missed, overdue.paused_since) == (at(WED, 17), True, at(THU, 10))


def test_an_expired_estimate_pauses_until_it_expired():
    expired = run(at(MON, 10), (at(TUE, 9), at(NEXT_TUE, 9)), target=3)
    seen = reading(expired, at(NEXT_TUE, 13))
    assert (seen.paused, seen.counted, seen.due_at) == (5, Fraction(1, 2), at(date(2026, 11, 26), 17))


def test_a_slot_stands_for_receipt_only_if_it_came_later():
    assert reading(run(at(MON, 10), slot=at(WED, 13)), MUCH_LATER).starts_at == at(FRI, 9)
    assert reading(run(at(MON, 10), slot=at(SUN, 13)), MUCH_LATER).due_at == at(NEXT_WED, 17)
    early = run(at(MON, 10), slot=at(MON, 9) - timedelta(3))
    assert reading(early, MUCH_LATER) == reading(run(at(MON, 10)), MUCH_LATER)


def test_without_a_target_nothing_is_due_but_days_count():
    for stopped in (None, at(FRI, 17)):
        seen = reading(run(target=None, stopped=stopped), at(FRI, 17))
        assert (seen.due_at, seen.in_time, seen.missed, seen.counted) == (None, None, False, 4)


@pytest.mark.parametrize(
    ("counted", "shown"),
    [("0", "0.0"), ("2.07", "2.0"), ("2.0999", "2.0"), ("2.1", "2.1"), ("2.99", "2.9"), ("12", "12.0")],
)
def test_working_days_are_shown_rounded_down(counted, shown):
    seen = replace(reading(run(), MUCH_LATER), counted=Fraction(counted))
    assert isinstance(seen.shown, Decimal)
    assert str(seen.shown) == shown


def test_the_case_of_the_design():
    """Layla's case: 17:40 hours of 8:30 are 2.07 days, target Tue 13:20 if she accepts on Mon at 14:00."""
    calendar = centre(LONDON, hours=((time(9), time(17, 30)),))
    pauses = (at(WED, 16, 5), at(THU, 9, 10)), (at(FRI, 11, 15), None)
    layla, now = run(at(TUE, 10, 42), *pauses, calendar=calendar, target=3), at(NEXT_MON, 14)
    seen = reading(layla, now)
    assert (str(seen.shown), seen.due_at, seen.paused_since) == ("2.0", at(NEXT_TUE, 13, 20), at(FRI, 11, 15))
    assert [(mark.at, mark.reached) for mark in completions(layla, now)] == [
        (at(THU, 10, 35), True),
        (at(FRI, 10, 35), True),
        (at(NEXT_TUE, 13, 20), False),
    ]
    drawn = [
        (Kind.CLOSED, Reason.BEFORE_START, at(TUE, 10, 42), False),
        (Kind.COUNTED, None, at(WED, 9), False),
        (Kind.PAUSED, Reason.ESTIMATE, at(WED, 16, 5), True),
        (Kind.CLOSED, Reason.NIGHT, at(WED, 17, 30), True),
        (Kind.PAUSED, Reason.ESTIMATE, at(THU, 9), True),
        (Kind.COUNTED, None, at(THU, 9, 10), False),
        (Kind.CLOSED, Reason.NIGHT, at(THU, 17, 30), False),
        (Kind.COUNTED, None, at(FRI, 9), False),
        (Kind.PAUSED, Reason.ESTIMATE, at(FRI, 11, 15), True),
        (Kind.CLOSED, Reason.NIGHT, at(FRI, 17, 30), True),
        (Kind.CLOSED, Reason.WEEKEND, at(SAT, 0), True),
        (Kind.CLOSED, Reason.NIGHT, at(NEXT_MON, 0), True),
        (Kind.PAUSED, Reason.ESTIMATE, at(NEXT_MON, 9), True),
        (Kind.AHEAD, None, now, False),
        (Kind.CLOSED, Reason.NIGHT, at(NEXT_MON, 17, 30), False),
        (Kind.AHEAD, None, at(NEXT_TUE, 9), False),
    ]
    assert [(part.kind, part.reason, part.start, part.waiting) for part in ribbon(layla, now)] == drawn
    assert ribbon(layla, now)[-1].end == seen.due_at


def test_the_ribbon_says_why_time_does_not_count():
    calendar = centre(hours=WITH_BREAK, dated={THU: ()}, closed={WED: "Feast"})
    queued = run(at(SUN, 10) - timedelta(7), calendar=calendar, slot=at(MON, 10), target=2)
    closed = [(part.reason, part.name, part.start) for part in ribbon(queued, at(TUE, 10)) if part.kind == Kind.CLOSED]
    assert closed == [
        (Reason.QUEUED, "", at(SUN, 10) - timedelta(7)),
        (Reason.BEFORE_START, "", at(MON, 10)),
        (Reason.BREAK, "", at(TUE, 12)),
        (Reason.NIGHT, "", at(TUE, 17, 30)),
        (Reason.HOLIDAY, "Feast", at(WED, 0)),
        (Reason.EXCEPTION, "", at(THU, 0)),
        (Reason.NIGHT, "", at(FRI, 0)),
        (Reason.BREAK, "", at(FRI, 12)),
    ]


def test_days_closed_for_the_same_reason_are_one_stretch():
    calendar = centre(closed={WED: "Eve", THU: "Feast", FRI: "Feast"})
    parts = ribbon(run(at(MON, 10), calendar=calendar), at(TUE, 10))
    assert [(part.reason, part.name, part.start, part.end) for part in parts if part.day in {WED, THU, FRI, SAT}] == [
        (Reason.HOLIDAY, "Eve", at(WED, 0), at(THU, 0)),
        (Reason.HOLIDAY, "Feast", at(THU, 0), at(SAT, 0)),
        (Reason.WEEKEND, "", at(SAT, 0), at(NEXT_MON, 0)),
    ]


def test_a_stopped_clock_has_nothing_ahead():
    shipped = run(at(MON, 10), target=5, stopped=at(WED, 13))
    assert ribbon(shipped, MUCH_LATER)[-1].end == at(WED, 13)
    assert [mark.number for mark in completions(shipped, MUCH_LATER)] == [1]
    assert ribbon(run(at(MON, 10), stopped=at(MON, 10)), MUCH_LATER) == []


def test_a_centre_that_never_opens_gives_no_due_moment():
    with pytest.raises(NeverOpens):
        reading(run(calendar=centre(weekend=range(7))), MUCH_LATER)


@pytest.mark.parametrize(
    "wrong",
    [
        {"target": 0},
        {"received_at": datetime(2026, 11, 16, 10)},  # noqa: DTZ001
        {"pauses": [(at(TUE, 11), at(TUE, 10))]},
    ],
)
def test_a_run_that_makes_no_sense_is_refused(wrong):
    with pytest.raises(ValueError, match=r"target|zone|pause"):
        Run(**{"calendar": centre(), "received_at": at(MON, 10)} | wrong)


def test_three_hundred_days_are_read_and_drawn_at_once():
    pauses = [(at(MON, 10) + timedelta(20 * n), at(MON, 10) + timedelta(20 * n + 2)) for n in range(15)]
    now = at(MON, 10) + timedelta(300)
    took = []
    for _ in range(3):
        long = run(at(MON, 10), *pauses, calendar=centre(LONDON))
        begun = perf_counter()
        assert reading(long, now).missed
        assert ribbon(long, now)[-1].end == now
        took.append(perf_counter() - begun)
    assert min(took) < 0.1


@st.composite
def histories(draw, *, unit=timedelta(seconds=1), reach=9):
    """A run on a random calendar, with a moment to look at it; `unit` is the grain of its events."""
    base = draw(st.sampled_from(BASES))
    calendar = draw(calendars(base=base))
    start = datetime(base.year, base.month, base.day, tzinfo=UTC)
    units = timedelta(1) // unit

    def moment(low, high):
        return st.integers(low * units, high * units).map(lambda count: start + count * unit)

    received = draw(moment(0, 2))
    pauses = []
    for _ in range(draw(st.integers(0, 3))):
        sent = draw(st.sampled_from([pauses[-1][1] or received, None])) if pauses else None
        sent = sent or draw(moment(0, reach))
        pauses.append((sent, draw(st.one_of(st.none(), moment(0, 3).map(lambda end, sent=sent: sent + (end - start))))))
    history = Run(
        calendar=calendar,
        received_at=received,
        slot_at=draw(st.one_of(st.none(), moment(0, 4))),
        target=draw(st.one_of(st.none(), st.integers(1, 4))),
        pauses=tuple(pauses),
        stopped_at=draw(st.one_of(st.none(), moment(2, reach))),
    )
    return history, draw(moment(0, reach))


def worth(parts, kind):
    return sum((part.worth for part in parts if part.kind == kind), Fraction(0))


@settings(max_examples=300, deadline=None)
@given(histories(), st.sets(st.integers(-1, 20), min_size=1, max_size=6))
def test_more_closed_days_never_make_anything_due_earlier(found, offsets):
    history, now = found
    first = history.calendar.local_day(history.received_at)
    shut = dict.fromkeys((first + timedelta(offset) for offset in offsets), ())
    before = reading(history, now)
    after = reading(replace(history, calendar=replace(history.calendar, dated=history.calendar.dated | shut)), now)
    assert after.starts_at >= before.starts_at
    assert after.counted <= before.counted
    assert history.target is None or after.due_at >= before.due_at


@settings(max_examples=300, deadline=None)
@given(histories(), st.data())
def test_a_pause_is_never_lost_or_counted_twice(found, data):
    history, now = found
    seen = reading(history, now)
    free = reading(replace(history, pauses=()), now)
    assert seen.counted + seen.paused == free.counted
    assert history.target is None or seen.due_at >= free.due_at
    # Told in another order, twice, and in pieces, it is the same pause.
    pieces = data.draw(st.permutations(history.pauses * 2))
    for sent, ended in history.pauses:
        middle = data.draw(st.integers(0, 86400).map(lambda seconds, sent=sent: sent + timedelta(seconds=seconds)))
        if ended is None or middle <= ended:
            pieces += [(middle, ended), (sent, middle)]
    assert reading(replace(history, pauses=pieces), now) == seen


@settings(max_examples=300, deadline=None)
@given(histories())
def test_the_ribbon_divides_the_time_and_adds_up_to_the_reading(found):
    history, now = found
    seen, parts = reading(history, now), ribbon(history, now)
    shown = min(now, seen.stopped_at or now)
    end = max(shown, history.received_at)
    if not seen.stopped_at:
        end = max(end, seen.starts_at, seen.due_at or end)
    assert [part.end for part in parts][:-1] == [part.start for part in parts][1:]
    assert all(part.start < part.end for part in parts)
    assert (parts[0].start, parts[-1].end) == (history.received_at, end) if parts else end == history.received_at
    assert worth(parts, Kind.COUNTED) == seen.counted
    assert worth(parts, Kind.PAUSED) == seen.paused
    assert worth(parts, Kind.CLOSED) == 0
    for part in parts:
        assert not part.start < shown < part.end
        if part.kind != Kind.CLOSED:
            assert (part.kind == Kind.AHEAD) == (part.start >= shown)
        if part.reason not in {Reason.QUEUED, Reason.BEFORE_START}:
            assert history.calendar.is_open(part.start) == (part.kind != Kind.CLOSED)
    if seen.due_at and not seen.stopped_at and seen.due_at > shown:
        total = seen.counted + worth(parts, Kind.AHEAD)
        minute = Fraction(60, history.calendar.open_seconds(parts[-1].day))
        assert history.target <= total < history.target + minute


@settings(max_examples=300, deadline=None)
@given(histories())
def test_a_reading_knows_only_what_has_happened(found):
    history, now = found
    known = replace(
        history,
        pauses=[(sent, ended if ended and ended <= now else None) for sent, ended in history.pauses if sent <= now],
        stopped_at=history.stopped_at if history.stopped_at and history.stopped_at <= now else None,
    )
    seen = reading(history, now)
    assert reading(known, now) == seen
    days = completions(history, now)
    assert sum(mark.reached for mark in days) == floor(seen.counted)
    assert all(one.at < other.at for one, other in pairwise(days))
    if history.target and len(days) >= history.target:
        assert days[history.target - 1].at == seen.due_at
    assert seen.due_at is None or not (seen.missed and seen.counted < history.target)


@settings(max_examples=300, deadline=None)
@given(histories())
def test_the_copy_on_the_case_gives_the_same_reading_for_ever(found):
    history, now = found
    first = history.calendar.local_day(history.received_at)
    old = replace(history.calendar, closed=history.calendar.closed | {first - timedelta(400): "Long ago"})
    copy = json.dumps(old.frozen(first, first + timedelta(60)).as_json())
    kept = replace(history, calendar=Calendar.from_json(json.loads(copy)))
    assert reading(kept, now) == reading(history, now)
    assert ribbon(kept, now) == ribbon(history, now)
    assert "Long ago" not in copy


def simulated(history, now, days):
    """The rule minute by minute, by the wall clock, with nothing of the product's: counted, paused, due (or None)."""
    calendar, zone = history.calendar, ZoneInfo(history.calendar.zone)

    def hours(day):
        of_week = () if day in calendar.closed else calendar.week[day.weekday()]
        return calendar.dated.get(day, of_week)

    begun = max(history.received_at, history.slot_at or history.received_at)
    local = begun.astimezone(zone)
    day, left = local.date(), 1
    if not hours(day) or local.time() > min(calendar.cut_off, hours(day)[-1][1]):
        left = 2
    while left:
        day += timedelta(1)
        left -= bool(hours(day))
    minute = datetime(local.year, local.month, local.day, tzinfo=UTC) - timedelta(1)
    open_minutes = []
    for _ in range(days * 1440):
        wall = minute.astimezone(zone)
        if any(opens <= wall.time() < closes for opens, closes in hours(wall.date())):
            open_minutes.append((minute, wall.date()))
        minute += MINUTE
    open_minutes = [found for found in open_minutes if found[1] < minute.astimezone(zone).date()]
    lengths = Counter(of_day for _, of_day in open_minutes)
    counted = paused = total = Fraction(0)
    due = None
    for minute, of_day in open_minutes:
        if of_day < day:
            continue
        part = Fraction(1, lengths[of_day])
        if minute < now and any(sent <= minute and (not ended or minute < ended) for sent, ended in history.pauses):
            paused += part
            continue
        total += part
        counted += part if minute < now else 0
        if due is None and history.target and total >= history.target:
            due = minute + MINUTE
    return counted, paused, due


@settings(max_examples=60, deadline=None)
@given(histories(unit=MINUTE, reach=6))
def test_the_clock_agrees_with_a_minute_by_minute_count(found):
    history, now = found
    history = replace(history, stopped_at=None)
    seen = reading(history, now)
    counted, paused, due = simulated(history, now, days=14)
    assert (seen.counted, seen.paused) == (counted, paused)
    if due is not None:
        assert seen.due_at == due
    elif history.target:
        assert seen.due_at > history.received_at + timedelta(10)
