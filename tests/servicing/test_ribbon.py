"""The clock ribbon: where its parts stand, what its words and its table say, and that long ones stay legible."""

from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from itertools import pairwise

import pytest
from django.utils import translation

from cps_portal.drawing.dial import CASE, SLOT, knurl
from cps_portal.drawing.ribbon import clock_ribbon, free_ribbon
from cps_portal.pages.servicing.clock import clock_of
from servicing.rules.calendar import Calendar
from servicing.rules.clock import Run
from servicing.rules.ribbon import Kind, ribbon

DAY = ((time(9), time(17, 30)),)
LONDON = Calendar(zone="Europe/London", week=(DAY,) * 5 + ((), ()), cut_off=time(12))


def utc(day, hour, minute=0, month=11):
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


# The case of the picture: received Tuesday, paused twice, an estimate waits since Friday (design 04).
LAYLA = Run(
    calendar=LONDON,
    received_at=utc(17, 10, 42),
    target=3,
    pauses=[(utc(18, 16, 5), utc(19, 9, 10)), (utc(20, 11, 15), None)],
)
NOW = utc(23, 14)
# Five days and a weekend of .34.
UNITS = 5.34


def x(days):
    return pytest.approx(days * 100 / UNITS, abs=0.01)


def test_the_ribbon_of_the_picture():
    drawn = clock_ribbon(LAYLA, NOW, size=CASE)
    hour = 1 / 8.5
    assert drawn.now == x(3.34 + 5 * hour)
    assert drawn.target == x(4.34 + (4 + 20 / 60) * hour)
    assert [(numeral.number, numeral.reached) for numeral in drawn.numerals] == [(1, True), (2, True), (3, False)]
    assert drawn.numerals[2].x == drawn.target
    assert [label.day.day for label in drawn.days] == [18, 19, 20, 23, 24]
    assert [label.day.day for label in drawn.days if label.is_today] == [23]
    assert [(bar.kind, bar.x, bar.x + bar.width) for bar in drawn.bars] == [
        ("counted", 0, x((7 + 5 / 60) * hour)),
        ("paused", x((7 + 5 / 60) * hour), x(1 + 10 / 60 * hour)),
        ("counted", x(1 + 10 / 60 * hour), x(2 + 2.25 * hour)),
        # The estimate goes on waiting over the weekend.
        ("paused", x(2 + 2.25 * hour), drawn.now),
        ("ahead", drawn.now, drawn.target),
    ]
    assert drawn.closed == ((x(3), x(0.34)),)
    assert (drawn.now_side, drawn.target_side) == ("before", "after")


@pytest.mark.parametrize("size", [CASE, SLOT], ids=["case", "slot"])
def test_right_to_left_mirrors_every_position(size):
    left, right = (clock_ribbon(LAYLA, NOW, size=size, rtl=rtl) for rtl in (False, True))
    assert right.now == pytest.approx(100 - left.now)
    assert [bar.x for bar in right.bars] == pytest.approx([100 - bar.x - bar.width for bar in left.bars], abs=0.01)
    assert [bar.width for bar in right.bars] == [bar.width for bar in left.bars]
    assert [one.x for one in right.numerals] == pytest.approx([100 - one.x for one in left.numerals])
    assert [one.x for one in right.days] == pytest.approx([100 - one.x for one in left.days])
    assert [start for start, _width in right.closed] == pytest.approx(
        [100 - start - width for start, width in left.closed], abs=0.01
    )


def run_of(days, **more):
    """A case that has been there for some days, paused now and then."""
    pauses = [
        (utc(3, 11) + timedelta(days=number), utc(4, 12) + timedelta(days=number)) for number in range(5, days, 17)
    ]
    return Run(calendar=LONDON, received_at=utc(2, 10), pauses=pauses, **more)


@pytest.mark.parametrize("size", [CASE, SLOT], ids=["case", "slot"])
@pytest.mark.parametrize("target", [None, 2, 30])
@pytest.mark.parametrize("days", [0, 1, 4, 12, 30, 60, 200])
def test_nothing_on_it_touches_however_long_it_is(days, target, size):
    drawn = clock_ribbon(run_of(days, target=target), utc(2, 14) + timedelta(days=days), size=size)
    pixels = size.width / 100

    def gaps(places):
        return [(after - before) * pixels for before, after in pairwise(sorted(places))]

    assert min(gaps(one.x for one in drawn.numerals), default=99) >= 25
    # A label at the edge leans inwards by half of itself.
    half = size.day_room / 2 / pixels
    leans = {"start": half, "middle": 0, "end": -half}
    assert min(gaps(one.x + leans[one.anchor] for one in drawn.days), default=99) >= size.day_room - 0.5
    ticks = drawn.ticks.count("M") + drawn.edges.count("M")
    assert ticks <= 260
    assert len(drawn.bars) <= 3 * days + 9
    edges = [(bar.x, bar.x + bar.width) for bar in drawn.bars]
    assert all(before[1] <= after[0] + 0.01 for before, after in pairwise(edges))
    assert all(-0.01 <= start < end <= 100.01 for start, end in edges)


def test_a_clock_that_stopped_keeps_its_line_and_has_no_needle():
    run = Run(calendar=LONDON, received_at=utc(2, 10), target=3, stopped_at=utc(5, 12))
    drawn = clock_ribbon(run, NOW, size=CASE)
    assert (drawn.now, drawn.stopped is not None) == (None, True)
    assert not any(bar.kind == "ahead" for bar in drawn.bars)
    assert not any(label.is_today for label in drawn.days)
    # Sent back before the clock began.
    early = Run(calendar=LONDON, received_at=utc(2, 10), target=3, stopped_at=utc(2, 15))
    assert clock_ribbon(early, NOW, size=SLOT).bars == ()


def test_before_the_first_day_the_needle_stands_at_its_start():
    drawn = clock_ribbon(Run(calendar=LONDON, received_at=utc(20, 16), target=2), utc(21, 12), size=CASE)
    assert drawn.now == 0
    assert [bar.kind for bar in drawn.bars] == ["ahead"]


def test_a_free_slot_has_a_dial_and_nothing_on_it():
    drawn = free_ribbon()
    assert [one.number for one in drawn.numerals] == [1, 2, 3]
    assert (drawn.bars, drawn.now, drawn.target) == ((), None, None)
    assert free_ribbon(numbered=False).numerals == ()


def test_the_knurl_is_packed_towards_its_ends():
    places = [float(part.partition(" ")[0]) for part in knurl(300, 8).split("M")[1:]]
    steps = [after - before for before, after in pairwise(places)]
    assert steps[0] < steps[75] < steps[149]
    assert places[0] + places[-1] == pytest.approx(1000, abs=0.2)


def test_words_table_and_drawing_say_the_same():
    clock = clock_of(LAYLA, NOW)
    assert clock.words == "2.0 of 3 working days counted. Paused since Fri 20 Nov, 11:15."
    assert [kind for kind, _words in clock.legend] == ["counted", "paused", "ahead"]
    parts = [part for part in ribbon(LAYLA, NOW) if part.worth]
    told = [row["days"] for row in clock.rows if row["days"]]
    assert told == [f"{int(part.worth * 100) / 100:.2f}" for part in parts]
    assert sum(part.worth for part in parts if part.kind == Kind.COUNTED) == Fraction(1060, 510)
    assert [(row["day"], row["span"], row["what"]) for row in clock.rows][:4] == [
        ("Tue 17 Nov", "10:42 to Wed 18 Nov, 09:00", "Before the first working day after receipt, does not count"),
        ("Wed 18 Nov", "09:00 to 16:05", "Counted"),
        ("Wed 18 Nov", "16:05 to 17:30", "Paused, estimate with you"),
        ("Thu 19 Nov", "09:00 to 09:10", "Paused, estimate with you"),
    ]
    assert ("Weekend, does not count", "") in [(row["what"], row["days"]) for row in clock.rows]
    assert clock.rows[-1]["what"] == "If you accept now"


def test_a_holiday_is_named_in_the_table():
    christmas = Calendar(
        zone="Europe/London",
        week=(DAY,) * 5 + ((), ()),
        cut_off=time(12),
        closed={date(2026, 12, 25): "Christmas Day", date(2026, 12, 28): "Boxing Day (observed)"},
    )
    run = Run(calendar=christmas, received_at=utc(22, 10, month=12), target=3)
    what = [row["what"] for row in clock_of(run, utc(29, 12, month=12)).rows]
    assert "Public holiday: Christmas Day, does not count" in what
    assert "Public holiday: Boxing Day (observed), does not count" in what
    # Friday to Monday are one closed block of the dial.
    assert len(clock_ribbon(run, utc(29, 12, month=12), size=CASE).closed) == 1


@pytest.mark.parametrize(
    ("changes", "now", "words"),
    [
        ({"target": 3}, utc(3, 12), "0.3 of 3 working days counted. Target Thu 5 Nov, 17:30."),
        ({"target": 3}, utc(6, 12), "3.3 of 3 working days counted. The target was Thu 5 Nov, 17:30."),
        ({"target": 3}, utc(2, 12), "0.0 of 3 working days counted. The clock starts Tue 3 Nov, 09:00."),
        ({}, utc(5, 17, 30), "3.0 working days counted, standard time, about 10. No target."),
        (
            {"target": 3, "stopped_at": utc(5, 12)},
            utc(9, 12),
            "2.3 of 3 working days counted. Within the target, stopped Thu 5 Nov, 12:00.",
        ),
        (
            {"target": 1, "stopped_at": utc(5, 12)},
            utc(9, 12),
            "2.3 of 1 working day counted. Later than the target, stopped Thu 5 Nov, 12:00.",
        ),
    ],
)
def test_what_a_clock_says(changes, now, words):
    assert clock_of(Run(calendar=LONDON, received_at=utc(2, 10), **changes), now).words == words


def test_small_ones_have_no_legend_and_arabic_is_drawn_from_the_right():
    with translation.override("ar"):
        clock = clock_of(LAYLA, NOW, is_small=True)
    assert (clock.legend, clock.rows, len(clock.drawings)) == ((), (), 1)
    assert clock.drawings[0]["ribbon"].bars[0].x > 50
