"""Geometry of the instrument: where the scale's and the chart's lines stand."""

from datetime import date
from itertools import pairwise

import pytest

from cps_portal.drawing.chart import month_starts, points_chart, steps
from cps_portal.drawing.icons import PATHS
from cps_portal.drawing.scale import MOST_TICKS, points_scale, roomy, step_of, top_of
from cps_portal.drawing.value import value_curve
from kitbag.rules.families import Family

BEGINS = (0, 500, 1000, 1600)


@pytest.mark.parametrize(
    ("highest", "platinum", "top"),
    [(0, 1600, 1800), (1800, 1600, 1800), (1801, 1600, 1900), (12480, 1600, 12500), (0, 1500, 1700)],
)
def test_a_scale_ends_beyond_platinum_and_beyond_the_member(highest, platinum, top):
    assert top_of(highest, platinum) == top


@pytest.mark.parametrize(("top", "step"), [(1800, 20), (2000, 20), (2100, 50), (12500, 200), (600_000, 10000)])
def test_small_ticks_never_become_a_grey_bar(top, step):
    assert step_of(top) == step
    assert top / step <= MOST_TICKS or step == 10000


def test_the_design_s_member_on_the_scale():
    scale = points_scale(1503, 212, BEGINS, level=2)
    assert scale.top == 1800
    assert scale.value == 83.5
    assert scale.waiting == 95.278
    assert [mark.x for mark in scale.marks] == [0, 27.778, 55.556, 88.889]
    assert [mark.is_now for mark in scale.marks] == [False, False, True, False]
    assert [mark.is_near_end for mark in scale.marks] == [False, False, False, True]
    assert all(mark.is_named for mark in scale.marks)
    kinds = {kind: [tick for tick in scale.ticks if tick.kind == kind] for kind in ("major", "wide", "narrow")}
    assert len(kinds["major"]) == 19
    assert len(kinds["wide"]) == 91 - 19
    assert len(kinds["narrow"]) == 18


def test_right_to_left_mirrors_every_position():
    left = points_scale(1503, 212, BEGINS, level=2)
    right = points_scale(1503, 212, BEGINS, level=2, is_rtl=True)
    assert right.value == pytest.approx(100 - left.value)
    assert [mark.x for mark in right.marks] == pytest.approx([100 - mark.x for mark in left.marks])
    assert sorted(tick.x for tick in right.ticks) == pytest.approx(sorted(100 - tick.x for tick in left.ticks))


def test_names_that_would_touch_give_way_to_the_level_one_has():
    assert roomy([0, 4, 8, 13], first=3) == {3, 0}
    assert roomy([0, 4, 8, 13], first=1) == {1}
    assert roomy([0, 28, 56, 89], first=0) == {0, 1, 2, 3}
    crowded = points_scale(12480, 0, BEGINS, level=3)
    assert [mark.is_named for mark in crowded.marks] == [True, False, False, True]


def test_steps_hold_a_total_until_the_next_day_of_change():
    points = [(date(2026, 1, 1), 100), (date(2026, 3, 1), 140), (date(2026, 4, 1), 140)]
    assert steps(points, date(2026, 5, 1)) == [
        (date(2026, 1, 1), 100, date(2026, 3, 1), 100),
        (date(2026, 3, 1), 100, date(2026, 3, 1), 140),
        (date(2026, 3, 1), 140, date(2026, 4, 1), 140),
        (date(2026, 4, 1), 140, date(2026, 5, 1), 140),
    ]
    assert steps([], date(2026, 5, 1)) == []


def test_months_between_two_days():
    days = month_starts(date(2025, 12, 1), date(2027, 12, 1))
    assert len(days) == 25
    assert (days[0], days[1], days[-1]) == (date(2025, 12, 1), date(2026, 1, 1), date(2027, 12, 1))
    assert month_starts(date(2025, 12, 15), date(2026, 1, 31)) == [date(2026, 1, 1)]


def chart(**changes):
    given = {
        "past": [(date(2025, 6, 1), 763), (date(2026, 5, 4), 1303), (date(2026, 11, 12), 1503)],
        "ahead": [(date(2027, 3, 1), 1188), (date(2027, 9, 14), 988), (date(2028, 9, 14), 900)],
        "today": date(2026, 11, 23),
        "begins": BEGINS,
        "waiting": 212,
        "first": date(2025, 12, 1),
        "last": date(2027, 12, 1),
    }
    return points_chart(**(given | changes))


def test_the_lines_of_the_chart_meet_at_today():
    drawing = chart()
    assert drawing.past[0].x1 == 0, "what held before the first day is drawn from the edge"
    assert drawing.past[-1].x2 == drawing.today_x == drawing.ahead[0].x1
    assert drawing.past[-1].y2 == drawing.today_y == drawing.ahead[0].y1
    assert drawing.ahead[-1].x2 == 100
    assert [fall.total for fall in drawing.falls] == [1188, 988], "falls beyond the edge are not drawn"
    assert drawing.waiting[0].y1 < drawing.ahead[0].y1
    for runs in (drawing.past, drawing.ahead, drawing.waiting):
        assert all(run.x1 == run.x2 or run.y1 == run.y2 for run in runs), "steps only, no slopes"
        assert all(before.x2 == after.x1 for before, after in pairwise(runs))


def test_bands_fill_the_height_from_red_to_platinum():
    drawing = chart()
    assert [band.level for band in drawing.bands] == [0, 1, 2, 3]
    assert drawing.bands[0].base == 100
    assert drawing.bands[-1].y == 0
    assert sum(band.height for band in drawing.bands) == pytest.approx(100)


def test_a_chart_of_a_new_member_is_flat_and_whole():
    drawing = chart(past=[], ahead=[], waiting=0)
    assert drawing.past == ()
    assert drawing.waiting == ()
    assert [(run.y1, run.y2) for run in drawing.ahead] == [(100, 100)]


def test_the_chart_mirrors_for_right_to_left():
    left, right = chart(), chart(is_rtl=True)
    assert right.today_x == pytest.approx(100 - left.today_x)
    assert [month.x for month in right.months] == pytest.approx([100 - month.x for month in left.months])


def test_every_family_has_a_drawing():
    assert {family.value for family in Family} <= set(PATHS)


def test_a_value_is_one_line_over_its_three_stages():
    curve = value_curve([80, 50, 15], reached=1)
    assert curve.today_x == 50
    assert [(run.x1, run.y1, run.x2, run.y2) for run in curve.past] == [
        (0, 0, 33.33, 0),
        (33.33, 0, 33.33, 37.5),
        (33.33, 37.5, 50, 37.5),
    ]
    assert (curve.ahead[0].x1, curve.ahead[-1].x2, curve.ahead[-1].y2) == (50, 100, 81.25)


def test_in_arabic_a_value_runs_the_other_way():
    curve = value_curve([80, 50, 15], reached=0, rtl=True)
    assert curve.today_x == 83.33
    assert (curve.past[0].x1, curve.ahead[-1].x2) == (100, 0)


def test_a_product_without_points_has_no_line():
    assert value_curve([0, 0, 0], reached=0) is None
