"""The statement, drawn from the database, equals the one expression and the standing (programme §4)."""

import random
from datetime import timedelta

import pytest

from kitbag import editing, holds, night, removal, standing, statement, valuing
from kitbag.models import KitItem, RemovalReason, Spell, Stage
from kitbag.rules.statement import lines, total_on
from kitbag.valuing import PlanError
from members.models import Level
from members.rules.days import programme_day
from tests.conftest import details
from tests.factories import NOON, ProductFactory

QUERIES = 3


def a_life(member, register, vera, *, seed):
    """Forty days of registering, removing, editing and falling values, by the operations and the night."""
    dice = random.Random(seed)
    products = [ProductFactory(points=dice.randrange(20, 700), sku=f"life-{seed}-{n}") for n in range(6)]
    for n in range(40):
        at = NOON + timedelta(days=n, minutes=n)
        night.run(at=at, clock=lambda at=at: at)
        mine = list(KitItem.objects.owned_by(member).validated())
        act = dice.choice(["register", "register", "remove", "edit", "plan", "hold"])
        if act == "register" or not mine:
            register(member, dice.choice(products), at=at)
        elif act == "remove":
            removal.remove_item(
                dice.choice(mine).pk, member_id=member.pk, reason=RemovalReason.SOLD, at=at, by=member.user
            )
        elif act == "edit":
            editing.edit_item(
                dice.choice(mine).pk,
                member_id=member.pk,
                details=details(),
                product_id=dice.choice(products).pk,
                at=at,
                by=member.user,
            )
        elif act == "plan":
            day = programme_day(at) + timedelta(days=dice.randrange(1, 20))
            stage = dice.choice([Stage.SUPERSEDED, Stage.UNSERVICEABLE])
            try:
                valuing.replan(
                    dice.choice(products).pk,
                    mark=(stage, day),
                    reason="Plan",
                    short_notice="It came late",
                    by=vera,
                    at=at,
                )
            except PlanError:
                continue
        else:
            begins = programme_day(at) + timedelta(days=dice.randrange(1, 5))
            holds.hold_level(
                member,
                level=dice.choice([Level.SILVER, Level.GOLD]),
                begins_on=begins,
                ends_on=begins + timedelta(days=4),
                reason="Press",
                by=vera,
                at=at,
            )
    return NOON + timedelta(days=39)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_statement_forecast_standing_and_expression_give_one_answer(layla, register, vera, seed):
    today = programme_day(a_life(layla, register, vera, seed=seed))
    facts = statement.facts_of(layla.pk)
    found = lines(facts)
    for n in range(-2, 65):
        day = NOON.date() + timedelta(days=n)
        total = next((line.total for line in reversed(found) if line.day <= day), 0)
        assert total == total_on(facts, day) == Spell.objects.filter(member=layla).total_on(day), day
        assert standing.derive(layla.pk, day) == standing.Stands(total, Level(facts.level(total, day))), day
    stands = standing.on(layla.pk, today)
    now = [line for line in found if line.day <= today][-1]
    assert (now.total, now.level) == (stands.points, stands.level)
    outlook = statement.outlook_of(layla.pk, after=today).facts
    ahead = lines(outlook, after=today, total=stands.points, level=stands.level)
    assert ahead == [line for line in found if line.day > today]


def test_every_level_change_is_on_the_statement(layla, register, vera):
    a_life(layla, register, vera, seed=4)
    moves = [
        (line.day, line.level_before, line.level)
        for line in lines(statement.facts_of(layla.pk))
        if line.level not in (None, line.level_before) and line.day <= NOON.date() + timedelta(days=39)
    ]
    history = layla.level_changes.order_by("at", "pk").values_list("day", "from_level", "to_level")
    assert moves == list(history)


@pytest.mark.parametrize("items", [0, 5, 50])
def test_facts_cost_the_same_queries_whatever_the_kitbag(layla, register, django_assert_num_queries, items):
    for n in range(items):
        register(layla, ProductFactory(points=10), at=NOON + timedelta(hours=n))
    with django_assert_num_queries(QUERIES):
        statement.history_of(layla.pk)
