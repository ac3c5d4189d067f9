"""Reports of work: servicing, loans, packs, events."""

from collections import defaultdict
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import Avg, Count, DurationField, ExpressionWrapper, F, Q
from django.db.models.functions import TruncMonth
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _w

from cps_portal.pages.desk.report_parts import Asked, Step, Told, figure, number, share
from members.models import Thread, Topic
from servicing.models import Booking, Event, WelcomePack

MOST_EVENTS = 500
# Within how many days of being back something counts as sent in again (§6: the days for reopening).
AGAIN_WITHIN = 30

_SERVICING = """
SELECT c.name, date_trunc('month', s.left_at AT TIME ZONE c.time_zone)::date AS month, count(*),
    count(*) FILTER (WHERE s.in_time IS NOT NULL), count(*) FILTER (WHERE s.in_time),
    coalesce(sum(s.paused_days), 0), coalesce(sum(s.worked_days + s.paused_days), 0),
    count(*) FILTER (WHERE EXISTS (
        SELECT 1 FROM servicing_stretch n WHERE n.case_id = s.case_id AND n.number > s.number
            AND n.received_at IS NOT NULL AND (n.requested_at AT TIME ZONE c.time_zone)::date <= s.back_on + %(again)s
    ) OR EXISTS (
        SELECT 1 FROM servicing_case o JOIN servicing_stretch n ON n.case_id = o.id
        WHERE o.item_id = k.item_id AND o.id <> k.id AND n.requested_at > s.left_at
            AND n.received_at IS NOT NULL AND (n.requested_at AT TIME ZONE c.time_zone)::date <= s.back_on + %(again)s
    ))
FROM servicing_stretch s JOIN servicing_case k ON k.id = s.case_id JOIN servicing_centre c ON c.id = s.centre_id
WHERE s.left_at >= %(begins)s AND s.left_at < %(ends)s AND (%(centre)s IS NULL OR s.centre_id = %(centre)s)
GROUP BY c.name, month ORDER BY month DESC, c.name
"""


def servicing(asked: Asked) -> Told:
    """What left the benches: in time, paused, sent in again; by centre and month of its own clock."""
    with connection.cursor() as cursor:
        cursor.execute(
            _SERVICING,
            {"begins": asked.begins, "ends": asked.ends, "centre": asked.centre, "again": AGAIN_WITHIN},
        )
        found = cursor.fetchall()
    months: dict[date, list[float]] = defaultdict(lambda: [0.0] * 6)
    for _name, month, *counted in found:
        months[month] = [so_far + float(more) for so_far, more in zip(months[month], counted, strict=True)]
    judged = sorted(month for month, (_left, with_target, *_rest) in months.items() if with_target)

    def per_cent(part: int, of: int) -> list[int]:
        return [int(100 * months[at][part] / months[at][of]) if months[at][of] else 0 for at in judged]

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
        judged,
        [
            (_("On time, %"), per_cent(2, 1)),
            (_("Paused, %"), per_cent(3, 4)),
            (_("Sent in again, %"), per_cent(5, 0)),
        ],
        [
            figure(_("Left the bench"), f"{cases:,}"),
            figure(_("On time"), share(in_time, with_target)),
            figure(_("Paused"), share(float(paused), float(spent))),
            figure(_("Sent in again within 30 days"), f"{again:,}", share(again, cases)),
        ],
        step=Step.MONTH,
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
        SELECT CASE o.state WHEN 'out' THEN daterange(lower(o.period), greatest(upper(o.period), %(until)s + 1))
            ELSE o.period END AS held, o.state = 'out' AND upper(o.period) <= %(until)s AS is_late
        FROM servicing_loan o WHERE o.unit_id = u.id AND o.state IN ('out', 'back')
    ) h
) l
WHERE %(centre)s IS NULL OR c.id = %(centre)s
GROUP BY c.name HAVING count(*) FILTER (WHERE NOT isempty(u.pool)) > 0 OR coalesce(sum(l.late), 0) > 0
ORDER BY c.name
"""


_OUT = """
SELECT w.week::date, count(o.id) FROM generate_series(
    date_trunc('week', %(first)s::timestamp), %(last)s::timestamp, interval '1 week'
) AS w(week) LEFT JOIN (
    servicing_loan o JOIN servicing_loanunit u ON u.id = o.unit_id AND (%(centre)s IS NULL OR u.centre_id = %(centre)s)
) ON o.state IN ('out', 'back') AND o.period && daterange(w.week::date, w.week::date + 7)
GROUP BY w.week ORDER BY w.week
"""


def loans(asked: Asked) -> Told:
    """How much of the time the units of each centre were lent, and what is still out past its day.

    A unit counts from the day it came until the day it left the pool. A loan still out occupies its unit until today
    at least, and is overdue if it was due by the last day, whenever it began.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            _LOANS,
            {
                "first": asked.first,
                "last": asked.last,
                "until": min(asked.last, asked.today),
                "centre": asked.centre,
            },
        )
        found = cursor.fetchall()
        cursor.execute(_OUT, {"first": asked.first, "last": asked.last, "centre": asked.centre})
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


def packs(asked: Asked) -> Told:
    """Welcome packs and cards by the month of their request, how long they took, and who says theirs never came."""
    rows = WelcomePack.objects.filter(requested_at__gte=asked.begins, requested_at__lt=asked.ends)
    missed = Thread.objects.filter(topic=Topic.PACK, opened_at__gte=asked.begins, opened_at__lt=asked.ends)
    if asked.countries is not None:
        rows = rows.filter(country__in=asked.countries)
        missed = missed.filter(user__member__country__in=asked.countries)
    took = ExpressionWrapper(F("sent_at") - F("requested_at"), output_field=DurationField())
    found: list[Any] = list(
        rows.annotate(month=TruncMonth("requested_at"))
        .order_by("month")
        .values("month")
        .annotate(
            packs=Count("pk", filter=Q(replaces=None)),
            cards=Count("pk", filter=Q(replaces__isnull=False)),
            sent=Count("pk", filter=Q(state=WelcomePack.State.SENT)),
            took=Avg(took),
        )
    )
    by_month = {row["month"].date(): row for row in found}
    told_missing: dict[date, int] = {
        month.date(): count
        for month, count in missed.annotate(month=TruncMonth("opened_at"))
        .order_by("month")
        .values_list("month")
        .annotate(Count("pk"))
    }
    nothing: dict[str, Any] = {"packs": 0, "cards": 0, "sent": 0, "took": None}
    months = [(month, by_month.get(month, nothing)) for month in sorted({*by_month, *told_missing})]
    asked_for, cards, sent = (sum(row[name] for _month, row in months) for name in ("packs", "cards", "sent"))
    return Told(
        [
            _w("Month"),
            _w("Packs requested"),
            _w("Cards that replace one"),
            _w("Sent"),
            _w("Days to send, on average"),
            _w("Asked where it is"),
        ],
        [
            [
                f"{month:%Y-%m}",
                str(row["packs"]),
                str(row["cards"]),
                str(row["sent"]),
                number(row["took"].total_seconds() / 86400 if row["took"] else None),
                str(told_missing.get(month, 0)),
            ]
            for month, row in reversed(months)
        ],
        [month for month, _row in months],
        [
            (_("Requested"), [row["packs"] + row["cards"] for _month, row in months]),
            (_("Sent"), [row["sent"] for _month, row in months]),
        ],
        [
            figure(_("Packs requested"), f"{asked_for:,}"),
            figure(_("Cards that replace one"), f"{cards:,}"),
            figure(_("Sent"), f"{sent:,}", share(sent, asked_for + cards)),
            figure(_("Asked where it is"), f"{sum(told_missing.values()):,}"),
        ],
        step=Step.MONTH,
    )


def events(asked: Asked) -> Told:
    """Events that begin in the time, a team's and those for every country: places, bookings, who waits and who came."""
    taken, waits = Booking.State.PLACE, Booking.State.WAITING
    found = Event.objects.filter(begins_at__gte=asked.begins, begins_at__lt=asked.ends, published=True)
    if asked.codes is not None:
        found = found.filter(Q(countries=[]) | Q(countries__overlap=asked.codes))
    rows = list(
        found.annotate(
            taken=Count("bookings", filter=Q(bookings__state=taken)),
            waits=Count("bookings", filter=Q(bookings__state=waits)),
            came=Count("bookings", filter=Q(bookings__came_at__isnull=False)),
        ).order_by("-begins_at", "pk")[:MOST_EVENTS]
    )
    months: dict[date, list[int]] = defaultdict(lambda: [0, 0])
    for row in rows:
        month = months[row.begins_at.date().replace(day=1)]
        month[0] += row.taken
        month[1] += row.came
    return Told(
        [_w("Event"), _w("Begins"), _w("Country"), _w("Places"), _w("Taken"), _w("Wait"), _w("Came")],
        [
            [
                row.title,
                f"{row.begins_at:%Y-%m-%d}",
                str(row.country or _("online")),
                str(row.places or "–"),
                str(row.taken),
                str(row.waits),
                str(row.came),
            ]
            for row in rows
        ],
        sorted(months),
        [
            (_("Places taken"), [months[month][0] for month in sorted(months)]),
            (_("Came"), [months[month][1] for month in sorted(months)]),
        ],
        step=Step.MONTH,
        figures=[
            figure(_("Events"), len(rows)),
            figure(_("Places taken"), sum(row.taken for row in rows)),
            figure(_("Came"), sum(row.came for row in rows)),
        ],
    )
