"""What nights to come would do, found by reading alone: the same counts as their rows (programme §5)."""

from collections.abc import Iterator
from dataclasses import astuple, dataclass
from datetime import date, timedelta

from django.db import connection

from kitbag import night
from kitbag.depreciation import COUNTS_AT_MIDNIGHT, DUE_VALUES, HOLDS, LEVEL_FOR, THRESHOLDS

# Levels before and after 00:00 from the facts, for everybody with something due; for all on a day of thresholds.
_FORESEEN = f"""
WITH {DUE_VALUES}, {HOLDS.format(members="")}, {THRESHOLDS},
due_threshold AS (SELECT 1 FROM now_needs WHERE effective_on = %(day)s),
due_hold AS (SELECT member_id FROM hold WHERE %(day)s IN (begins_on, ends_on)),
fallen AS (
    SELECT s.member_id FROM due_value d JOIN kitbag_spell s USING (product_id) WHERE {COUNTS_AT_MIDNIGHT}
),
concerned AS MATERIALIZED (
    SELECT member_id FROM fallen UNION SELECT member_id FROM due_hold
    UNION SELECT member_id FROM kitbag_standing WHERE EXISTS (SELECT FROM due_threshold)
),
value AS MATERIALIZED (
    SELECT p.id AS product_id, coalesce(before.points, 0) AS old, coalesce(d.new, before.points, 0) AS new
    FROM kitbag_product p LEFT JOIN due_value d ON d.product_id = p.id LEFT JOIN LATERAL (
        SELECT b.points FROM kitbag_valuation b
        WHERE b.product_id = p.id AND b.effective_on < %(day)s AND b.points IS NOT NULL
          AND NOT EXISTS (SELECT FROM kitbag_valuation l WHERE l.product_id = b.product_id
                          AND l.effective_on = b.effective_on AND l.revision > b.revision)
        ORDER BY b.effective_on DESC LIMIT 1) before ON true
    WHERE EXISTS (SELECT FROM concerned)
),
total AS (
    SELECT s.member_id, sum(value.old) AS old, sum(value.new) AS new
    FROM concerned JOIN kitbag_spell s USING (member_id) JOIN value USING (product_id)
    WHERE {COUNTS_AT_MIDNIGHT} GROUP BY s.member_id
),
kept AS (
    SELECT member_id, max(level) FILTER (WHERE begins_on < %(day)s) AS before,
        max(level) FILTER (WHERE ends_on > %(day)s) AS after
    FROM hold GROUP BY member_id
),
moved AS (
    SELECT c.member_id,
        greatest({LEVEL_FOR.format(points="coalesce(total.old, 0)", needs="b")}, kept.before) AS from_level,
        greatest({LEVEL_FOR.format(points="coalesce(total.new, 0)", needs="n")}, kept.after) AS to_level
    FROM concerned c LEFT JOIN total USING (member_id) LEFT JOIN kept USING (member_id)
        LEFT JOIN before_needs b ON true LEFT JOIN now_needs n ON true
)
SELECT (SELECT count(*) FROM due_value), (SELECT count(*) FROM due_hold), (SELECT count(*) FROM due_threshold),
    (SELECT count(*) FROM (SELECT member_id FROM fallen UNION SELECT member_id FROM due_hold
                           UNION SELECT member_id FROM moved WHERE from_level <> to_level) touched),
    (SELECT count(*) FROM fallen),
    (SELECT count(*) FROM moved WHERE to_level > from_level),
    (SELECT count(*) FROM moved WHERE to_level < from_level)
"""


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What a day brings: the counts of its night's row."""

    products: int
    holds: int
    thresholds: int
    members: int
    items: int
    levels_up: int
    levels_down: int

    def __bool__(self) -> bool:
        return any(astuple(self))


def foreseen(day: date) -> Foreseen:
    """What falls due on one day, past or to come."""
    with connection.cursor() as cursor:
        cursor.execute(_FORESEEN, {"day": day})
        return Foreseen(*cursor.fetchone())


def nights(*, through: date) -> Iterator[tuple[date, Foreseen]]:
    """The days that `night.run` has not taken yet, up to one that may lie ahead, each with what it brings."""
    day = night.next_day(through)
    while day is not None and day <= through:
        yield day, foreseen(day)
        day += timedelta(days=1)
