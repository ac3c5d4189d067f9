"""Loading a member's facts and drawing the statement from them (programme §4)."""

from collections import defaultdict

from kitbag.models import Hold, Spell, Valuation
from kitbag.rules.statement import Facts, SpellFact
from kitbag.rules.worth import Step
from members.models import Threshold
from members.rules.levels import Held


def facts_of(member_id: int) -> Facts:
    """Everything a member's statement and forecast follow from, in four queries whatever the kitbag."""
    rows = (
        Spell.objects.filter(member=member_id)
        .order_by("opened_at")
        .values_list("item", "product", "product__sku", "opened_at", "closed_at", "cause", "closed_cause")
    )
    spells = [SpellFact(*row) for row in rows]
    steps: dict[int, list[Step]] = defaultdict(list)
    valuations = (
        Valuation.objects.in_force()
        .filter(product__in={spell.product for spell in spells})
        .order_by("product", "effective_on")
        .values_list("product", "effective_on", "points", "stage", "reason")
    )
    for product, day, points, stage, reason in valuations:
        steps[product].append(Step(day, points or 0, stage, reason))
    holds = [
        Held(*row)
        for row in Hold.objects.in_force()
        .filter(member=member_id)
        .order_by("begins_on")
        .values_list("level", "begins_on", "ends_on")
    ]
    return Facts(spells, steps, holds, Threshold.objects.steps())
