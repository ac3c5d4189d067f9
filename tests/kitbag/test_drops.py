"""Told ahead: once per member and day, and once more when it is taken back or comes to cost a level."""

from datetime import timedelta

import pytest

from kitbag import drops, holds, removal, valuing
from kitbag.models import DropNotice, Hold, Stage
from kitbag.registration import KitError
from kitbag.rules.valuing import PlanError
from members.models import Level, Message
from tests.factories import NOON, ProductFactory

TODAY = NOON.date()
KINDS = ("drop_ahead", "drop_changed")
SOON = TODAY + timedelta(days=60)


def told(member):
    rows = Message.objects.filter(user=member.user_id, kind__in=KINDS).order_by("pk")
    return [(row.kind, row.facts.get("change", ""), row.facts["points"]) for row in rows]


def plan(product, day=SOON, at=NOON, **changes):
    return valuing.replan(product.pk, mark=(Stage.SUPERSEDED, day), reason="Mark III", by=None, at=at, **changes)


@pytest.fixture
def gold(layla, register):
    """Layla stands at 1,000, Gold: four products of 250 that would fall to 150."""
    products = [ProductFactory(points=250) for _ in range(4)]
    return [register(layla, product) for product in products]


def test_a_drop_is_told_when_its_day_comes_within_sixty_days(layla, gold):
    plan(gold[0].product, day=SOON + timedelta(days=1))
    assert drops.tell(at=NOON) == 0
    assert drops.tell(at=NOON + timedelta(days=1)) == 1
    message = Message.objects.get(user=layla.user_id, kind="drop_ahead")
    assert message.facts == {
        "day": (SOON + timedelta(days=1)).isoformat(),
        "points": 100,
        "products": [gold[0].product.name],
        "total": 900,
        "from": Level.GOLD,
        "to": Level.SILVER,
        "gap": 100,
        "causes": ["value"],
        "short_notice": "",
    }


def test_it_is_told_once_however_often_the_task_runs(layla, gold):
    plan(gold[0].product)
    assert [drops.tell(at=NOON + timedelta(hours=hour)) for hour in range(3)] == [1, 0, 0]
    assert told(layla) == [("drop_ahead", "", 100)]


def test_several_products_on_one_day_are_one_message(layla, gold):
    for item in gold[:3]:
        plan(item.product)
    assert drops.tell(at=NOON) == 1
    assert told(layla) == [("drop_ahead", "", 300)]


def test_who_owns_nothing_that_falls_hears_nothing(omar, gold):
    plan(gold[0].product)
    drops.tell(at=NOON)
    assert told(omar) == []


def test_a_plan_taken_back_is_told_and_so_is_a_new_one_for_the_same_day(layla, gold):
    plan(gold[0].product)
    drops.tell(at=NOON)
    valuing.replan(gold[0].product.pk, mark=(Stage.SUPERSEDED, None), reason="Not yet", by=None, at=NOON)
    assert [drops.tell(at=NOON), drops.tell(at=NOON)] == [1, 0]
    plan(gold[0].product)
    assert [drops.tell(at=NOON), drops.tell(at=NOON)] == [1, 0]
    assert told(layla) == [("drop_ahead", "", 100), ("drop_changed", "withdrawn", 100), ("drop_ahead", "", 100)]
    assert DropNotice.objects.get().round == 3


def test_a_member_who_removed_the_product_is_told_nothing_more(layla, gold):
    plan(gold[0].product)
    drops.tell(at=NOON)
    removal.remove_item(gold[0].pk, member_id=layla.pk, reason="sold", at=NOON, by=layla.user)
    assert drops.tell(at=NOON) == 0
    removal.undo_removal(gold[0].pk, member_id=layla.pk, at=NOON, by=layla.user)
    assert drops.tell(at=NOON) == 0


def test_a_drop_that_comes_to_cost_the_level_is_told_once_more(layla, register, gold):
    spare = register(layla, ProductFactory(points=100))
    plan(gold[0].product)
    drops.tell(at=NOON)
    removal.remove_item(spare.pk, member_id=layla.pk, reason="sold", at=NOON, by=layla.user)
    assert [drops.tell(at=NOON), drops.tell(at=NOON)] == [1, 0]
    assert told(layla) == [("drop_ahead", "", 100), ("drop_changed", "level", 100)]


def test_the_end_of_a_hold_is_told_only_where_it_costs_the_level(layla, omar, vera, gold):
    for member in (layla, omar):
        holds.hold_level(
            member,
            level=Level.GOLD,
            begins_on=TODAY + timedelta(days=1),
            ends_on=TODAY + timedelta(days=20),
            reason="Press",
            by=vera,
            at=NOON,
        )
    drops.tell(at=NOON)
    assert told(layla) == []
    assert told(omar) == [("drop_ahead", "", 0)]
    assert Message.objects.get(kind="drop_ahead").facts["causes"] == ["hold"]


def test_new_thresholds_are_told_to_those_whom_they_cost_a_level(layla, omar, register, vera, gold):
    register(omar, ProductFactory(points=1100))
    holds.plan_thresholds(effective_on=SOON, silver=500, gold=1100, platinum=1600, reason="New", by=vera, at=NOON)
    drops.tell(at=NOON)
    assert told(omar) == []
    (message,) = Message.objects.filter(user=layla.user_id, kind="drop_ahead")
    assert (message.facts["causes"], message.facts["gap"]) == (["threshold"], 100)
    holds.withdraw_thresholds(effective_on=SOON, reason="Not now", by=vera, at=NOON)
    drops.tell(at=NOON)
    assert told(layla) == [("drop_ahead", "", 0), ("drop_changed", "withdrawn", 0)]


def test_less_notice_needs_a_reason_and_is_told_at_once(layla, gold):
    with pytest.raises(PlanError, match="short_notice"):
        plan(gold[0].product, day=SOON - timedelta(days=1))
    plan(gold[0].product, day=TODAY + timedelta(days=3), short_notice="The factory closed.")
    drops.tell(at=NOON)
    assert Message.objects.get(kind="drop_ahead").facts["short_notice"] == "The factory closed."


def test_a_fall_that_comes_later_or_is_smaller_needs_no_reason(layla, gold):
    product = gold[0].product
    plan(product, day=TODAY + timedelta(days=3), short_notice="The factory closed.")
    plan(product, day=TODAY + timedelta(days=30))
    assert [step.day for step in valuing.steps_of(product.pk)][1:] == [TODAY + timedelta(days=30)]


def test_less_notice_of_thresholds_and_of_a_holds_new_end_needs_a_reason(omar, vera):
    day = TODAY + timedelta(days=10)
    wanted = {"effective_on": day, "silver": 500, "gold": 1100, "platinum": 1600, "reason": "New", "by": vera}
    with pytest.raises(KitError, match="short_notice"):
        holds.plan_thresholds(**wanted, at=NOON)
    assert holds.plan_thresholds(**wanted, short_notice="Late", at=NOON).short_notice == "Late"
    hold = holds.hold_level(
        omar,
        level=Level.GOLD,
        begins_on=TODAY + timedelta(days=1),
        ends_on=TODAY + timedelta(days=200),
        reason="Press",
        by=vera,
        at=NOON,
    )
    begun = NOON + timedelta(days=2)
    with pytest.raises(KitError, match="short_notice"):
        holds.end_hold(hold.pk, ends_on=day, reason="Left", by=vera, at=begun)
    assert Hold.objects.count() == 1
    holds.end_hold(hold.pk, ends_on=day, reason="Left", short_notice="They left", by=vera, at=begun)
    assert Hold.objects.count() == 2
    drops.tell(at=begun)
    assert Message.objects.get(user=omar.user_id, kind="drop_ahead").facts["short_notice"] == "Late They left"
