"""Figures of each day by country, noted once it is over: joined, registered, levels, decisions, points that fell.

A day is noted after the next night. Levels of a day follow from those of now and every change since. The country is the
member's at the moment of noting: a member who moved afterwards stays where they were in the days already noted, and in
days noted then counts where they live. What is asked of one moment is asked in one statement. A day is written whole or
not at all, once, and never again: a second run writes nothing, a missed or killed one is made up for by the next, and
what is found out later about a noted day (a member erased, a decision taken back) does not change it.
"""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import connection, transaction

from kitbag.models import Night
from servicing.models import DayFigures

# How far back figures begin the first time.
HISTORY = timedelta(days=731)
LEVELS = ("red", "silver", "gold", "platinum")
_LOCK = 0x6669_6775  # "figu"

_FACTS = """
SELECT 'now', m.country, NULL::date, s.level, NULL::smallint, count(*), 0::bigint, 0::bigint, 0::bigint
    FROM kitbag_standing s JOIN members_member m ON m.id = s.member_id WHERE m.closed_at IS NULL GROUP BY 2, 4
UNION ALL
SELECT 'closed', m.country, (m.closed_at AT TIME ZONE 'UTC')::date, s.level, NULL, count(*), 0, 0, 0
    FROM kitbag_standing s JOIN members_member m ON m.id = s.member_id WHERE m.closed_at >= %(since)s GROUP BY 2, 3, 4
UNION ALL
SELECT 'joined', m.country, (m.joined_at AT TIME ZONE 'UTC')::date, NULL, NULL, count(*), 0, 0, 0
    FROM members_member m WHERE m.joined_at >= %(since)s GROUP BY 2, 3
UNION ALL
SELECT 'level', m.country, c.day, c.from_level, c.to_level, count(*), 0, 0, 0
    FROM kitbag_levelchange c JOIN members_member m ON m.id = c.member_id
    WHERE c.day >= %(day)s GROUP BY 2, 3, 4, 5
UNION ALL
SELECT 'registered', m.country, (s.opened_at AT TIME ZONE 'UTC')::date, NULL, NULL, count(*), 0, 0, 0
    FROM kitbag_spell s JOIN members_member m ON m.id = s.member_id
    WHERE s.opened_at >= %(since)s AND s.cause IN ('registered', 'reviewed', 'claimed') GROUP BY 2, 3
UNION ALL
SELECT 'decided', m.country, (d.at AT TIME ZONE 'UTC')::date, NULL, NULL, count(*),
    coalesce(sum(extract(epoch FROM d.at - d.waits_since) / 3600), 0)::bigint,
    count(*) FILTER (WHERE d.at <= d.waits_since + interval '1 day'),
    count(*) FILTER (WHERE d.at <= d.waits_since + interval '3 days')
    FROM (
        SELECT e.at, i.member_id, coalesce((
            SELECT max(w.at) FROM kitbag_itemevent w
            WHERE w.item_id = e.item_id AND w.kind IN ('waiting', 'edited') AND w.at <= e.at
        ), i.added_at) AS waits_since
        FROM kitbag_itemevent e JOIN kitbag_kititem i ON i.id = e.item_id
        WHERE e.at >= %(since)s AND e.kind IN ('validated', 'refused', 'asked') AND e.by_id IS NOT NULL AND e.by_id IN (
            SELECT id FROM members_user WHERE is_staff
        )
    ) d JOIN members_member m ON m.id = d.member_id GROUP BY 2, 3
UNION ALL
SELECT 'fell', m.country, v.effective_on, NULL, NULL, sum(was.points - v.points)::bigint, 0, 0, 0
    FROM kitbag_valuation v CROSS JOIN LATERAL (
        SELECT w.points FROM kitbag_valuation w
        WHERE w.product_id = v.product_id AND w.effective_on < v.effective_on AND w.points IS NOT NULL AND NOT EXISTS (
            SELECT 1 FROM kitbag_valuation n WHERE n.product_id = w.product_id AND n.effective_on = w.effective_on
                AND n.revision > w.revision
        ) ORDER BY w.effective_on DESC LIMIT 1
    ) was
    JOIN kitbag_spell s ON s.product_id = v.product_id AND s.counted_from < v.effective_on
        AND (s.counted_until IS NULL OR s.counted_until > v.effective_on)
    JOIN members_member m ON m.id = s.member_id
    WHERE v.effective_on BETWEEN %(day)s AND %(through)s AND v.points < was.points AND NOT EXISTS (
        SELECT 1 FROM kitbag_valuation n WHERE n.product_id = v.product_id AND n.effective_on = v.effective_on
            AND n.revision > v.revision
    ) GROUP BY 2, 3
"""


def note_days() -> int:
    """Note every day that is over and has no figures yet. Returns how many days.

    A day is over once the night after it is complete: nights take what falls due at the beginning of their day.
    """
    night = Night.objects.last_complete_day()
    if night is None:
        return 0
    through = night - timedelta(days=1)
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        newest = DayFigures.objects.order_by("-day").values_list("day", flat=True).first()
        first = newest + timedelta(days=1) if newest else through - HISTORY
        if first > through:
            return 0
        rows = list(_days(_facts(first, through), first=first, through=through))
        DayFigures.objects.bulk_create(rows, batch_size=1000)
    return (through - first).days + 1


def _facts(first: date, through: date) -> list[tuple[Any, ...]]:
    """Kind, country, day, level, other level, count and three sums, of one moment."""
    since = datetime.combine(first, time()).isoformat() + "+00:00"
    with connection.cursor() as cursor:
        cursor.execute(_FACTS, {"since": since, "day": first, "through": through})
        return list(cursor.fetchall())


def _days(facts: list[tuple[Any, ...]], *, first: date, through: date) -> Iterator[DayFigures]:
    """The days from the last back to the first: the levels of now, less what happened since."""
    levels: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    happened: dict[date, list[tuple[Any, ...]]] = defaultdict(list)
    for kind, country, day, level, *rest in facts:
        if kind == "now":
            levels[country][level] += rest[1]
        else:
            happened[day].append((kind, country, level, *rest))
    last = max([through, *happened])
    while last > through:
        _take_back(levels, happened[last])
        last -= timedelta(days=1)
    day = through
    while day >= first:
        counted: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
        for kind, country, _level, _other, count, hours, a_day, three_days in happened[day]:
            if kind in ("joined", "registered", "decided"):
                counted[country][kind] += count
            elif kind == "fell":
                counted[country]["points_fell"] += count
            if kind == "decided":
                counted[country]["waited_hours"] += hours
                counted[country]["within_a_day"] += a_day
                counted[country]["within_three_days"] += three_days
        for country in sorted({*counted, *(name for name, held in levels.items() if any(held))}):
            held = dict(zip(LEVELS, levels[country], strict=True))
            yield DayFigures(day=day, country=country, **held, **counted[country])
        _take_back(levels, happened[day])
        day -= timedelta(days=1)


def _take_back(levels: dict[str, list[int]], happened: list[tuple[Any, ...]]) -> None:
    """The levels at the end of the day before: changes undone, who joined not there, who closed still there."""
    for kind, country, level, other, count, *_sums in happened:
        if kind == "level":
            levels[country][other] -= count
            levels[country][level] += count
        elif kind == "joined":
            levels[country][0] -= count
        elif kind == "closed":
            levels[country][level] += count
