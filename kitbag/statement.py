"""Loading the facts that a member's statement and forecast are drawn from (programme §4)."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from kitbag.rules.statement import Facts, SpellFact
from kitbag.rules.worth import Step
from members.prepared import Prepared
from members.rules.levels import Held, Thresholds


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


# No member has this id.
_NOBODY = 0
_SPELL = """
SELECT s.item_id, s.product_id, p.sku, s.opened_at, s.closed_at, s.cause, s.closed_cause, p.name, n.name
FROM kitbag_spell s JOIN kitbag_product p ON p.id = s.product_id
LEFT JOIN kitbag_product n ON n.id = p.superseded_by_id
WHERE s.member_id = $1
"""
_ALL_SPELLS = Prepared("spells_of_member", "bigint", f"{_SPELL} ORDER BY s.opened_at, s.id")
# Only what is still open and has a value ahead.
_SPELLS_AHEAD = Prepared(
    "spells_with_values_ahead",
    "bigint, date",
    f"""{_SPELL} AND s.closed_at IS NULL AND EXISTS (
        SELECT FROM kitbag_valuation v WHERE v.product_id = s.product_id AND v.effective_on > $2)
    ORDER BY s.opened_at, s.id""",
)
# In force: the highest revision of a product's day, unless that withdrew it.
_STEPS = Prepared(
    "steps_of_products",
    "bigint[]",
    """SELECT v.product_id, v.effective_on, v.points, v.stage, v.reason FROM kitbag_valuation v
    WHERE v.product_id = ANY($1) AND v.points IS NOT NULL AND NOT EXISTS (
        SELECT FROM kitbag_valuation l WHERE l.product_id = v.product_id
        AND l.effective_on = v.effective_on AND l.revision > v.revision)
    ORDER BY v.product_id, v.effective_on""",
)
# What makes a level of a total: the member's holds in force, and every change of thresholds.
_LEVELS = Prepared(
    "levels_of_member",
    "bigint, date",
    """SELECT true AS held, h.begins_on AS begins, h.ends_on, h.level::int, 0, 0 FROM kitbag_hold h
    WHERE h.member_id = $1 AND h.ends_on > $2 AND h.ends_on > h.begins_on AND NOT EXISTS (
        SELECT FROM kitbag_hold l WHERE l.member_id = h.member_id AND l.number = h.number AND l.revision > h.revision)
    UNION ALL
    SELECT false, t.effective_on, NULL, t.silver, t.gold, t.platinum FROM members_threshold t
    WHERE NOT t.is_withdrawn AND NOT EXISTS (
        SELECT FROM members_threshold l WHERE l.effective_on = t.effective_on AND l.revision > t.revision)
    ORDER BY begins""",
)


def history_of(member_id: int, *, also: Collection[int] = ()) -> History:
    """Everything a member's statement follows from, in three queries whatever the kitbag.

    The steps of products in `also` come along, for what would keep a level.
    """
    return _history(_ALL_SPELLS.rows(member_id), member_id, after=date.min, also=also)


def outlook_of(member_id: int, *, after: date, also: Collection[int] = ()) -> History:
    """What the announced lines after a day follow from: only what is still open and has something ahead.

    Its total is not the member's: give `rules.statement.lines` the total and level of `after`.
    """
    return _history(_SPELLS_AHEAD.rows(member_id, after), member_id, after=after, also=also)


def plans_of(products: Collection[int], *, after: date) -> Facts:
    """The steps of products and the thresholds, for what nobody's kitbag holds; two queries."""
    return _history((), _NOBODY, after=after, also=products).facts


def facts_of(member_id: int) -> Facts:
    """The facts alone."""
    return history_of(member_id).facts


def _history(rows: Collection[tuple[Any, ...]], member_id: int, *, after: date, also: Collection[int]) -> History:
    steps: dict[int, list[Step]] = defaultdict(list)
    for product, day, points, stage, reason in _STEPS.rows(list({row[1] for row in rows} | set(also))):
        steps[product].append(Step(day, points, stage, reason))
    levels = _LEVELS.rows(member_id, after)
    return History(
        Facts(
            spells=[SpellFact(*row[:7]) for row in rows],
            steps=steps,
            holds=[Held(level, begins, ends) for held, begins, ends, level, *_none in levels if held],
            thresholds=[(begins, Thresholds(*needs)) for held, begins, _ends, *needs in levels if not held],
        ),
        {row[1]: Named(row[7], row[8] or "") for row in rows},
    )
