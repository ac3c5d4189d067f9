"""The lines of a statement: tables at the edges, and properties over random facts (programme §4)."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kitbag.rules.statement import Facts, SpellFact, keeps_level, lines, loses_level, safe_until, total_on, totals
from kitbag.rules.worth import Step
from members.rules.days import day_begins
from members.rules.levels import Held, Rank, Thresholds

FIRST = date(2024, 1, 1)
USUAL = Thresholds(500, 1000, 1600)
NEEDS = [(FIRST, USUAL)]
KINDS = ["value", "hold_begins", "hold_ends", "thresholds"]


def at(day, hour=12, minute=0):
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=UTC)


def spell(item, product, opened, closed=None, *, cause="registered", gone="sold"):
    return SpellFact(UUID(int=item), product, f"sku-{product}", opened, closed, cause, gone if closed else "")


def falling(day, old, new, reason="superseded"):
    return [Step(FIRST, old, "current", "first"), Step(day, new, reason, reason)]


def shown(found):
    return [(line.kind, line.product, line.old, line.new, line.total, line.level) for line in found]


DAY = date(2026, 3, 1)
EVE = DAY - timedelta(days=1)


def test_nothing_happened_nothing_to_read():
    facts = Facts([], {}, [], NEEDS)
    assert lines(facts) == []
    assert totals([]) == []
    assert total_on(facts, DAY) == 0
    assert safe_until([], level=Rank.RED, today=DAY) is None


def test_at_midnight_values_come_by_sku_then_holds_then_thresholds_and_the_level_once():
    facts = Facts(
        [spell(1, 2, at(EVE)), spell(2, 1, at(EVE)), spell(3, 3, at(DAY, 0))],
        {1: falling(DAY, 300, 100), 2: falling(DAY, 300, 200), 3: falling(DAY, 90, 60)},
        [Held(Rank.GOLD, FIRST, DAY), Held(Rank.PLATINUM, DAY, DAY + timedelta(days=9))],
        [*NEEDS, (DAY, Thresholds(200, 400, 2000))],
    )
    of_the_day = [line for line in lines(facts) if line.day == DAY]
    assert shown(of_the_day) == [
        ("value", 1, 300, 100, 400, None),
        ("value", 2, 300, 200, 300, None),
        ("hold_begins", None, 0, 0, 300, None),
        ("hold_ends", None, 0, 0, 300, Rank.PLATINUM),
        # Opened at the very moment of 00:00: not yet there when the value fell, so it opens at the new one.
        ("opened", 3, 0, 60, 360, Rank.PLATINUM),
    ]
    assert of_the_day[3].level_before == Rank.GOLD


def test_one_line_an_item_also_where_the_value_does_not_change():
    steps = {1: falling(DAY, 100, 100)}
    facts = Facts([spell(1, 1, at(EVE)), spell(2, 1, at(EVE))], steps, [], NEEDS)
    falls = [line for line in lines(facts) if line.kind == "value"]
    assert [(line.item.int, line.change, line.level) for line in falls] == [(1, 0, None), (2, 0, Rank.RED)]


def test_an_item_removed_on_the_day_its_product_falls_gives_the_fall_and_the_removal_at_the_new_value():
    facts = Facts([spell(1, 1, at(EVE), at(DAY, 9))], {1: falling(DAY, 100, 60)}, [], NEEDS)
    assert shown(lines(facts))[1:] == [
        ("value", 1, 100, 60, 60, Rank.RED),
        ("closed", 1, 60, 0, 0, Rank.RED),
    ]


@pytest.mark.parametrize(
    ("opened", "closed", "kinds"),
    [
        (at(EVE, 23, 59), None, ["opened", "value"]),
        (at(DAY, 0), None, ["opened"]),
        (at(EVE), at(EVE, 23, 59), ["opened", "closed"]),
        (at(EVE), at(DAY, 0), ["opened", "value", "closed"]),
        (at(DAY, 8), at(DAY, 8), ["opened", "closed"]),
    ],
)
def test_what_is_due_happens_to_the_spells_open_at_midnight(opened, closed, kinds):
    facts = Facts([spell(1, 1, opened, closed)], {1: falling(DAY, 100, 60)}, [], NEEDS)
    assert [line.kind for line in lines(facts)] == kinds


def test_an_edit_is_one_line_and_never_zero_in_between():
    facts = Facts(
        [
            spell(1, 1, at(EVE), at(DAY, 9), gone="edited"),
            spell(1, 2, at(DAY, 9), cause="edited"),
            spell(2, 3, at(EVE)),
        ],
        {
            1: falling(DAY, 400, 400),
            2: [Step(FIRST, 450, "current", "first")],
            3: [Step(FIRST, 150, "current", "first")],
        },
        [],
        NEEDS,
    )
    edit = lines(facts)[-1]
    assert (edit.kind, edit.former, edit.product, edit.old, edit.new, edit.total) == ("edited", 1, 2, 400, 450, 600)
    assert (edit.level_before, edit.level) == (Rank.SILVER, Rank.SILVER)


def test_edits_within_one_moment_follow_each_other():
    facts = Facts(
        [
            spell(1, 1, at(DAY), at(DAY), gone="edited"),
            spell(1, 2, at(DAY), at(DAY), cause="edited", gone="edited"),
            spell(1, 3, at(DAY), cause="edited"),
        ],
        {n: [Step(FIRST, n * 100, "current", "first")] for n in (1, 2, 3)},
        [],
        NEEDS,
    )
    assert [(line.kind, line.total) for line in lines(facts)] == [("opened", 100), ("edited", 200), ("edited", 300)]


def test_of_one_moment_closings_come_before_openings():
    facts = Facts(
        [spell(1, 1, at(EVE), at(DAY)), spell(2, 2, at(DAY))],
        {n: [Step(FIRST, 100, "current", "first")] for n in (1, 2)},
        [],
        NEEDS,
    )
    assert [line.kind for line in lines(facts)] == ["opened", "closed", "opened"]


def test_new_thresholds_are_a_line_only_where_they_change_the_level():
    held = {1: [Step(FIRST, 550, "current", "first")]}
    higher = [*NEEDS, (DAY, Thresholds(600, 1000, 1600))]
    changed = lines(Facts([spell(1, 1, at(EVE))], held, [], higher))[-1]
    assert (changed.kind, changed.level_before, changed.level) == ("thresholds", Rank.SILVER, Rank.RED)
    gold_moves = [*NEEDS, (DAY, Thresholds(500, 1200, 1600))]
    assert lines(Facts([spell(1, 1, at(EVE))], held, [], gold_moves))[-1].kind == "opened"
    kept = Facts([spell(1, 1, at(EVE))], held, [Held(Rank.GOLD, FIRST, DAY + timedelta(days=5))], higher)
    assert "thresholds" not in [line.kind for line in lines(kept)]


def test_a_fall_that_costs_the_level_by_itself_is_not_the_thresholds_doing():
    facts = Facts([spell(1, 1, at(EVE))], {1: falling(DAY, 550, 300)}, [], [*NEEDS, (DAY, Thresholds(500, 1100, 1700))])
    assert shown(lines(facts))[1:] == [("value", 1, 550, 300, 300, Rank.RED)]


def test_a_level_is_safe_until_the_day_before_what_takes_it():
    facts = Facts([spell(1, 1, at(EVE))], {1: falling(DAY, 550, 300)}, [], NEEDS)
    assert safe_until(lines(facts), level=Rank.SILVER, today=EVE) == EVE
    assert safe_until(lines(facts), level=Rank.RED, today=EVE) is None
    assert safe_until(lines(facts), level=Rank.SILVER, today=DAY) is None
    assert loses_level(lines(facts), level=Rank.SILVER).day == DAY


@pytest.mark.parametrize(("extra", "keeps"), [(199, False), (200, True)])
def test_what_one_more_product_would_keep(extra, keeps):
    facts = Facts([spell(1, 1, at(EVE))], {1: falling(DAY, 550, 300)}, [], NEEDS)
    ahead = lines(facts, after=EVE, total=550, level=Rank.SILVER)
    steps = [Step(FIRST, extra, "current", "first")]
    assert keeps_level(facts, ahead, steps, total=550, level=Rank.SILVER, today=EVE) is keeps
    later_fall = [*steps, Step(DAY + timedelta(days=30), 20, "superseded", "superseded")]
    assert keeps_level(facts, ahead, later_fall, total=550, level=Rank.SILVER, today=EVE) is False


# Random facts. Few days and moments, so that things meet.
DAYS = [FIRST + timedelta(days=n) for n in range(6)]
MOMENTS = [at(day, hour) for day in DAYS for hour in (0, 7, 19)]


@st.composite
def some_steps(draw):
    days = sorted(draw(st.sets(st.sampled_from(DAYS), max_size=3)) | {draw(st.sampled_from(DAYS[:2]))})
    values = draw(st.lists(st.integers(0, 900), min_size=len(days), max_size=len(days)))
    return [Step(day, points, "current", "set") for day, points in zip(days, values, strict=True)]


@st.composite
def some_spells(draw, item):
    moments = sorted(draw(st.lists(st.sampled_from(MOMENTS), min_size=1, max_size=5)))
    spells, cause = [], "registered"
    while moments:
        opened = moments.pop(0)
        if spells and spells[-1].closed_cause == "edited":
            opened, cause = spells[-1].closed_at, "edited"
        closed = moments.pop(0) if moments else None
        # An edit opens the next spell itself, so there is always one after it.
        gone = draw(st.sampled_from(["sold", "edited"])) if moments else "sold"
        spells.append(spell(item, draw(st.integers(1, 3)), opened, closed, cause=cause, gone=gone))
        cause = "undone"
    return spells


@st.composite
def some_facts(draw):
    spells = [found for item in range(draw(st.integers(0, 4))) for found in draw(some_spells(item))]
    holds = [
        Held(draw(st.integers(1, 3)), begins, begins + timedelta(days=draw(st.integers(1, 3))))
        for begins in draw(st.lists(st.sampled_from(DAYS), max_size=2))
    ]
    thresholds = list(NEEDS)
    for day in sorted(draw(st.sets(st.sampled_from(DAYS[1:]), max_size=2))):
        silver = draw(st.integers(1, 900))
        thresholds.append((day, Thresholds(silver, silver + draw(st.integers(1, 500)), silver + 900)))
    return Facts(
        sorted(spells, key=lambda one: one.opened_at),
        {product: draw(some_steps()) for product in (1, 2, 3)},
        holds,
        thresholds,
    )


def total_after(found, day):
    return next((line.total for line in reversed(found) if line.day <= day), 0)


@settings(max_examples=400, deadline=None)
@given(some_facts())
def test_the_lines_end_every_day_at_the_total_and_level_of_the_facts(facts):
    found = lines(facts)
    before = Rank.RED
    for day in DAYS:
        of_day = [line for line in found if line.day == day]
        assert total_after(found, day) == total_on(facts, day)
        if of_day:
            assert of_day[-1].level == facts.level(total_on(facts, day), day)
            assert next(line for line in of_day if line.level is not None).level_before == before
            before = of_day[-1].level
        else:
            assert facts.level(total_on(facts, day), day) == before


@settings(max_examples=300, deadline=None)
@given(some_facts())
def test_totals_add_up_line_by_line_in_the_order_of_the_programme(facts):
    found = lines(facts)
    total = 0
    for line in found:
        total += line.change
        assert line.total == total >= 0
    assert [line.at for line in found] == sorted(line.at for line in found)
    for day in DAYS:
        due = [line for line in found if line.kind in KINDS and line.at == day_begins(day)]
        ranks = [0 if line.kind == "value" else 2 if line.kind == "thresholds" else 1 for line in due]
        assert ranks == sorted(ranks)
        products = [line.product for line in due if line.kind == "value"]
        assert products == sorted(products)
        assert [line.level is None for line in due] == [True] * (len(due) - 1) + [False] * bool(due)
        of_day = [line for line in found if line.day == day]
        assert of_day[: len(due)] == due


@settings(max_examples=200, deadline=None)
@given(some_facts(), st.sampled_from(DAYS))
def test_the_lines_after_a_day_are_the_rest_of_all_lines(facts, day):
    total = total_on(facts, day)
    rest = lines(facts, after=day, total=total, level=facts.level(total, day))
    assert rest == [line for line in lines(facts) if line.day > day]
