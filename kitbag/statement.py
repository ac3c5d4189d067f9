"""Loading the facts that a member's statement and forecast are drawn from (programme §4)."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, OuterRef, QuerySet

from kitbag.models import Hold, Spell, Valuation
from kitbag.rules.statement import Facts, SpellFact
from kitbag.rules.worth import Step
from members.models import Threshold
from members.rules.levels import Held


@dataclass(frozen=True, slots=True)
class Named:
    """What a line calls a product, and what superseded it (empty where nothing did)."""

    name: str
    superseded_by: str


@dataclass(frozen=True, slots=True)
class History:
    """A member's facts, and the names of their products by key."""

    facts: Facts
    products: Mapping[int, Named]


def history_of(member_id: int, *, also: Collection[int] = ()) -> History:
    """Everything a member's statement follows from, in four queries whatever the kitbag.

    The steps of products in `also` come along, for what would keep a level.
    """
    return _history(Spell.objects.filter(member=member_id), member_id, also=also)


def outlook_of(member_id: int, *, after: date, also: Collection[int] = ()) -> History:
    """What the announced lines after a day follow from: only what is still open and has something ahead.

    Its total is not the member's: give `rules.statement.lines` the total and level of `after`.
    """
    ahead = Valuation.objects.filter(product=OuterRef("product"), effective_on__gt=after)
    return _history(
        Spell.objects.filter(Exists(ahead), member=member_id).open(), member_id, ending_after=after, also=also
    )


def facts_of(member_id: int) -> Facts:
    """The facts alone."""
    return history_of(member_id).facts


def steps_of(products: Iterable[int]) -> dict[int, list[Step]]:
    """The valuations in force of products, in order of day."""
    steps: dict[int, list[Step]] = defaultdict(list)
    rows = (
        Valuation.objects.in_force()
        .filter(product__in=set(products))
        .order_by("product", "effective_on")
        .values_list("product", "effective_on", "points", "stage", "reason")
    )
    for product, day, points, stage, reason in rows:
        steps[product].append(Step(day, points or 0, stage, reason))
    return steps


def _history(
    spells: QuerySet[Spell], member_id: int, *, ending_after: date | None = None, also: Collection[int] = ()
) -> History:
    rows = list(
        spells.order_by("opened_at", "pk").values_list(
            "item",
            "product",
            "product__sku",
            "opened_at",
            "closed_at",
            "cause",
            "closed_cause",
            "product__name",
            "product__superseded_by__name",
        )
    )
    facts = [SpellFact(*row[:7]) for row in rows]
    products = {spell.product for spell in facts} | set(also)
    holds = Hold.objects.in_force().filter(member=member_id)
    if ending_after is not None:
        holds = holds.filter(ends_on__gt=ending_after)
    return History(
        Facts(
            spells=facts,
            steps=steps_of(products) if products else {},
            holds=[Held(*row) for row in holds.order_by("begins_on").values_list("level", "begins_on", "ends_on")],
            thresholds=Threshold.objects.steps(),
        ),
        {row[1]: Named(row[7], row[8] or "") for row in rows},
    )
