"""Reports of the benches: servicing and loans."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _w

from cps_portal.pages.desk.report_parts import Asked, Lines, Step, Told, figure, share

# Within how many days of being back something counts as sent in again (§6: the days for reopening).
AGAIN_WITHIN = 30

_LEFT = """
WITH gone AS MATERIALIZED (
    SELECT s.id, s.case_id, s.left_at, s.back_on, s.in_time, s.paused_days, s.worked_days, c.name, c.time_zone
    FROM servicing_stretch s JOIN servicing_centre c ON c.id = s.centre_id
    WHERE s.left_at >= %(begins)s AND s.left_at < %(ends)s AND (%(centre)s IS NULL OR s.centre_id = %(centre)s)
), again AS ({again})
SELECT g.name, date_trunc('month', g.left_at AT TIME ZONE g.time_zone)::date AS month, count(*),
    count(*) FILTER (WHERE g.in_time IS NOT NULL), count(*) FILTER (WHERE g.in_time),
    coalesce(sum(g.paused_days), 0), coalesce(sum(g.worked_days + g.paused_days), 0), count(a.id)
FROM gone g LEFT JOIN again a USING (id) GROUP BY g.name, month ORDER BY month DESC, g.name
"""
# What left and came again, in its case reopened or in another one: by the unit, or by the case where it is nobody's.
_AGAIN = """
    SELECT DISTINCT g.id FROM (
        SELECT l.*, coalesce(k.item_id, k.id) AS unit FROM gone l JOIN servicing_case k ON k.id = l.case_id
    ) g JOIN (
        SELECT coalesce(k.item_id, k.id) AS unit, n.requested_at
        FROM servicing_stretch n JOIN servicing_case k ON k.id = n.case_id
        WHERE n.received_at IS NOT NULL AND n.requested_at > %(begins)s
    ) came USING (unit)
    WHERE came.requested_at > g.left_at
        AND (came.requested_at AT TIME ZONE g.time_zone)::date <= g.back_on + %(again)s
"""
_NOT_ASKED = "SELECT NULL::bigint AS id WHERE false"
# What left a bench: counted, with a target, in time, days paused, days in all, sent in again.
Month = list[float]


def _left(asked: Asked, *, again: str) -> tuple[list[tuple[Any, ...]], dict[date, Month]]:
    """Rows of each centre and month, and the same of all centres by month."""
    with connection.cursor() as cursor:
        cursor.execute(
            _LEFT.format(again=again),
            {"begins": asked.begins, "ends": asked.ends, "centre": asked.centre, "again": AGAIN_WITHIN},
        )
        found = cursor.fetchall()
    months: dict[date, Month] = defaultdict(lambda: [0.0] * 6)
    for _name, month, *counted in found:
        months[month] = [so_far + float(more) for so_far, more in zip(months[month], counted, strict=True)]
    return found, months


def on_time(asked: Asked) -> Lines:
    """What left the benches in time, and the part of the time that was paused: the lines of the desk."""
    _rows, months = _left(asked, again=_NOT_ASKED)
    return _shares(months, ((_("On time, %"), 2, 1), (_("Paused, %"), 3, 4)))


def _shares(months: Mapping[date, Month], lines: Sequence[tuple[str, int, int]]) -> Lines:
    """Lines of whole per cent over the months in which something with a target left: what, part of it, of what."""
    days = sorted(month for month, counted in months.items() if counted[1])
    return days, [
        (label, [int(100 * months[day][part] / months[day][of]) if months[day][of] else 0 for day in days])
        for label, part, of in lines
    ]


def servicing(asked: Asked) -> Told:
    """What left the benches: in time, paused, sent in again; by centre and month of its own clock."""
    found, months = _left(asked, again=_AGAIN)
    days, lines = _shares(months, ((_("On time, %"), 2, 1), (_("Paused, %"), 3, 4), (_("Sent in again, %"), 5, 0)))
    cases, with_target, in_time, paused, spent, again = (sum(row[at] for row in found) for at in range(2, 8))
    return Told(
        [
            _w("Centre"),
            _w("Month"),
            _w("Left the bench"),
            _w("With a target"),
            _w("In time"),
            _w("On time"),
            _w("Paused"),
            _w("Sent in again within 30 days"),
        ],
        [
            [
                name,
                f"{month:%Y-%m}",
                str(left),
                str(target),
                str(kept),
                share(kept, target),
                share(float(held), float(whole)),
                str(more),
            ]
            for name, month, left, target, kept, held, whole, more in found
        ],
        days,
        lines,
        [
            figure(_("Left the bench"), f"{cases:,}"),
            figure(_("On time"), share(in_time, with_target)),
            figure(_("Paused"), share(float(paused), float(spent))),
            figure(_("Sent in again within 30 days"), f"{again:,}", share(again, cases)),
        ],
        step=Step.MONTH,
    )


# A loan still out occupies its unit until today at least.
_HELD = (
    "CASE o.state WHEN 'out' THEN daterange(lower(o.period), greatest(upper(o.period), %(until)s + 1))"
    " ELSE o.period END"
)

_LOANS = """
SELECT c.name, count(*) FILTER (WHERE NOT isempty(u.pool)), coalesce(sum(upper(u.pool) - lower(u.pool)), 0),
    coalesce(sum(l.lent), 0), coalesce(sum(l.made), 0), coalesce(sum(l.late), 0)
FROM servicing_centre c CROSS JOIN LATERAL (
    SELECT n.id, daterange(n.first, greatest(n.first, n.ends)) AS pool FROM (
        SELECT w.id, greatest(%(first)s, (w.added_at AT TIME ZONE c.time_zone)::date) AS first,
            least(%(last)s + 1, (w.out_since AT TIME ZONE c.time_zone)::date) AS ends
        FROM servicing_loanunit w WHERE w.centre_id = c.id
    ) n
) u CROSS JOIN LATERAL (
    SELECT sum(upper(h.held * u.pool) - lower(h.held * u.pool)) AS lent,
        count(*) FILTER (WHERE h.held && daterange(%(first)s, %(last)s, '[]')) AS made,
        count(*) FILTER (WHERE h.is_late) AS late
    FROM (
        SELECT {held} AS held, o.state = 'out' AND upper(o.period) <= %(until)s AS is_late
        FROM servicing_loan o WHERE o.unit_id = u.id AND o.state IN ('out', 'back')
    ) h
) l
WHERE %(centre)s IS NULL OR c.id = %(centre)s
GROUP BY c.name HAVING count(*) FILTER (WHERE NOT isempty(u.pool)) > 0 OR coalesce(sum(l.late), 0) > 0
ORDER BY c.name
"""


_OUT = """
SELECT w.week::date, count(DISTINCT o.unit_id) FROM generate_series(
    date_trunc('week', %(first)s::timestamp), %(last)s::timestamp, interval '1 week'
) AS w(week) LEFT JOIN (
    servicing_loan o JOIN servicing_loanunit u ON u.id = o.unit_id AND (%(centre)s IS NULL OR u.centre_id = %(centre)s)
) ON o.state IN ('out', 'back') AND {held} && daterange(w.week::date, w.week::date + 7)
GROUP BY w.week ORDER BY w.week
"""


def loans(asked: Asked) -> Told:
    """How much of the time the units of each centre were lent, and what is still out past its day.

    A unit counts from the day it came until the day it left the pool. A loan still out occupies its unit until today
    at least, and is overdue if it was due by the last day, whenever it began.
    """
    known = {
        "first": asked.first,
        "last": asked.last,
        "until": min(asked.last, asked.today),
        "centre": asked.centre,
    }
    with connection.cursor() as cursor:
        cursor.execute(_LOANS.format(held=_HELD), known)
        found = cursor.fetchall()
        cursor.execute(_OUT.format(held=_HELD), known)
        weeks = cursor.fetchall()
    units, days, lent, count, overdue = (sum(row[at] for row in found) for at in range(1, 6))
    return Told(
        [
            _w("Centre"),
            _w("Units"),
            _w("Loans"),
            _w("Days lent"),
            _w("Of all unit days"),
            _w("Still out, due by the last day"),
        ],
        [
            [name, str(held), str(made), str(out), share(out, whole), str(late)]
            for name, held, whole, out, made, late in found
        ],
        [week for week, _out in weeks],
        [(_("Units with members"), [out for _week, out in weeks])],
        step=Step.WEEK,
        figures=[
            figure(_("Units"), units),
            figure(_("Loans"), count),
            figure(_("Lent"), share(lent, days), _("of all unit days")),
            figure(_("Overdue"), overdue),
        ],
    )
