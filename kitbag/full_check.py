"""The full check: every standing against the facts, in one statement (programme §5). It repairs nothing.

Set-based, so that a million standings take seconds; tests hold its sums equal to `SpellQuerySet.total_on`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from time import monotonic

from django.db import connection, transaction
from django.utils import timezone

from kitbag.depreciation import LEVEL_FOR
from kitbag.models import FullCheck, Night, Standing
from members.models import Level
from members.rules.days import programme_day

NAMED = 20

# Each row is compared on the later of its own day and the last complete night, both parts of one snapshot.
_DIFFERING = f"""
WITH reference AS MATERIALIZED (
    SELECT member_id, points, level, greatest(as_of, %(last)s::date) AS day FROM kitbag_standing
),
days AS MATERIALIZED (SELECT DISTINCT day FROM reference),
value AS MATERIALIZED (
    SELECT days.day, p.id AS product_id, (
        SELECT v.points FROM kitbag_valuation v
        WHERE v.product_id = p.id AND v.effective_on <= days.day AND v.points IS NOT NULL
          AND NOT EXISTS (SELECT FROM kitbag_valuation l WHERE l.product_id = v.product_id
                          AND l.effective_on = v.effective_on AND l.revision > v.revision)
        ORDER BY v.effective_on DESC LIMIT 1) AS points
    FROM days, kitbag_product p
),
needs AS MATERIALIZED (
    SELECT days.day, n.silver, n.gold, n.platinum FROM days LEFT JOIN LATERAL (
        SELECT t.silver, t.gold, t.platinum FROM members_threshold t
        WHERE t.effective_on <= days.day AND NOT t.is_withdrawn
          AND NOT EXISTS (SELECT FROM members_threshold l WHERE l.effective_on = t.effective_on
                          AND l.revision > t.revision)
        ORDER BY t.effective_on DESC LIMIT 1) n ON true
),
kept AS MATERIALIZED (
    SELECT h.member_id, max(h.level) AS level FROM kitbag_hold h JOIN reference r USING (member_id)
    WHERE h.begins_on <= r.day AND h.ends_on > r.day
      AND NOT EXISTS (SELECT FROM kitbag_hold l WHERE l.member_id = h.member_id
                      AND l.number = h.number AND l.revision > h.revision)
    GROUP BY h.member_id
),
total AS (
    SELECT c.member_id, sum(value.points) AS points
    FROM (
        SELECT s.member_id, s.product_id, greatest(r.as_of, %(last)s::date) AS day
        FROM kitbag_spell s JOIN kitbag_standing r USING (member_id)
        WHERE s.counted_from <= greatest(r.as_of, %(last)s::date)
          AND (s.counted_until IS NULL OR s.counted_until > greatest(r.as_of, %(last)s::date))
        OFFSET 0  -- keeps the planner from joining standings with values first, by the day alone
    ) c JOIN value USING (product_id, day)
    GROUP BY c.member_id
),
derived AS (
    SELECT r.member_id, r.day, r.points AS had, r.level AS was, coalesce(total.points, 0) AS points,
        greatest({LEVEL_FOR.format(points="coalesce(total.points, 0)", needs="needs")}, kept.level) AS level
    FROM reference r JOIN needs USING (day) LEFT JOIN total USING (member_id) LEFT JOIN kept USING (member_id)
)
SELECT member_id, day, had, was, points, level, count(*) OVER () FROM derived
WHERE had <> points OR was <> level ORDER BY member_id LIMIT %(most)s
"""


@dataclass(frozen=True, slots=True)
class Differing:
    """How many standings differ from the facts, and the first of them in words."""

    count: int
    findings: list[str]


def compare(*, last: date | None, most: int | None = None) -> Differing:
    """Compare every standing with the facts. `last` is the last complete night; `most` findings are worded."""
    with transaction.atomic(), connection.cursor() as cursor:
        # The planner knows no sizes of the parts: no loop over them, and spells in the order of members, by the index,
        # so that a member's are summed together without a sort.
        cursor.execute(
            "SET LOCAL work_mem = '128MB'; SET LOCAL enable_nestloop = off;"
            " SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off"
        )
        cursor.execute(_DIFFERING, {"last": last, "most": most})
        rows = cursor.fetchall()
    return Differing(rows[0][6] if rows else 0, [_in_words(*row[:6]) for row in rows])


def _in_words(member: int, day: date, had: int, was: int, points: int, level: int) -> str:
    if had != points:
        return f"standing of member {member}: {had} points, the facts of {day} give {points}"
    return f"standing of member {member}: {Level(was).name}, the facts of {day} give {Level(level).name}"


def run(*, at: datetime, clock: Callable[[], datetime] = timezone.now) -> FullCheck:
    """Check all standings and leave a row: committed before the check begins, so that a killed one shows."""
    last = Night.objects.last_complete_day()
    check = FullCheck.objects.create(begun_at=at, day=last or programme_day(at))
    started = monotonic()
    found = compare(last=last, most=NAMED)
    check.milliseconds = int((monotonic() - started) * 1000)
    check.differing, check.findings = found.count, found.findings
    check.members = Standing.objects.count()
    check.completed_at = max(clock(), at)
    check.save(update_fields=["milliseconds", "differing", "findings", "members", "completed_at"])
    return check
