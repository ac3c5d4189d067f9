"""Reports of members over days: levels, growth, validation, depreciation."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import F, Max, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import TruncMonth
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _w
from django_countries import countries

from cps_portal.pages.desk.report_parts import Asked, Step, Table, Told, figure, number, share
from kitbag.models import Night, Valuation, WaitingReason
from members.rules.days import day_begins
from members.staff_forms import shown
from servicing.models import DayFigures

# Of how many decisions the waiting is measured at most: the newest of the time.
MEASURED_MOST = 20_000
# How far ahead what is announced is told.
AHEAD = timedelta(days=60)


def _of_days(asked: Asked) -> QuerySet[DayFigures]:
    rows = DayFigures.objects.filter(day__gte=asked.first, day__lte=asked.last)
    return rows if asked.countries is None else rows.filter(country__in=asked.countries)


LEVELS = (("red", _w("Red")), ("silver", _w("Silver")), ("gold", _w("Gold")), ("platinum", _w("Platinum")))


def levels(asked: Asked) -> Told:
    """How many members stood at each level at the end of each day, and by country at the end of each month."""
    names = [name for name, _label in LEVELS]
    days: list[Any] = list(
        _of_days(asked).order_by("day").values("day").annotate(**{name: Sum(name) for name in names})
    )
    last_of_months = {f"{row['day']:%Y-%m}": row["day"] for row in days}
    ends: list[tuple[date, list[str]]] = []
    for row in _of_days(asked).filter(day__in=list(last_of_months.values())).values("day", "country", *names):
        held = [row[name] for name in names]
        ends.append((row["day"], [str(countries.name(row["country"])), *map(str, held), str(sum(held))]))
    ends.sort(key=lambda end: (-end[0].toordinal(), end[1][0]))
    last = days[-1] if days else dict.fromkeys(names, 0)
    labels = [label for _name, label in LEVELS]
    return Told(
        [_w("Country, at the end of the last day"), *labels, _w("Members")],
        [row for day, row in ends if day == last.get("day")],
        [row["day"] for row in days],
        [(str(label), [row[name] for row in days]) for name, label in reversed(LEVELS)],
        [figure(label, f"{last[name]:,}", share(last[name], sum(last[of] for of in names))) for name, label in LEVELS],
        more=[
            Table(
                "months",
                _w("By country at the end of each month"),
                [_w("At the end of"), _w("Country"), *labels, _w("Members")],
                [[day.isoformat(), *row] for day, row in ends],
            )
        ],
    )


def growth(asked: Asked) -> Told:
    """Members who joined and products that began to count, day by day."""
    sums = {"joined": Sum("joined"), "registered": Sum("registered")}
    days: list[Any] = list(_of_days(asked).order_by("day").values("day").annotate(**sums))
    months: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for row in days:
        month = months[f"{row['day']:%Y-%m}"]
        month[0] += row["joined"]
        month[1] += row["registered"]
    weeks: dict[date, list[int]] = defaultdict(lambda: [0, 0])
    for row in days:
        week = weeks[row["day"] - timedelta(days=row["day"].weekday())]
        week[0] += row["joined"]
        week[1] += row["registered"]
    joined, registered = (sum(month[at] for month in months.values()) for at in (0, 1))
    return Told(
        [_w("Month"), _w("Joined"), _w("Products that began to count")],
        [[month, str(new), str(kit)] for month, (new, kit) in sorted(months.items(), reverse=True)],
        sorted(weeks),
        [
            (_("Joined, by week"), [weeks[week][0] for week in sorted(weeks)]),
            (_("Products, by week"), [weeks[week][1] for week in sorted(weeks)]),
        ],
        [figure(_("Joined"), f"{joined:,}"), figure(_("Products that began to count"), f"{registered:,}")],
        step=Step.WEEK,
    )


_WAITED = """
WITH decided AS MATERIALIZED (
    SELECT date_trunc('month', e.at AT TIME ZONE 'UTC')::date AS month, e.facts -> 'before' AS reasons,
        extract(epoch FROM e.at - coalesce((
            SELECT max(w.at) FROM kitbag_itemevent w
            WHERE w.item_id = e.item_id AND w.kind IN ('waiting', 'edited') AND w.at <= e.at
        ), i.added_at)) / 3600 AS hours
    FROM kitbag_itemevent e JOIN kitbag_kititem i ON i.id = e.item_id JOIN members_member m ON m.id = i.member_id
    JOIN members_user u ON u.id = e.by_id AND u.is_staff
    WHERE e.kind IN ('validated', 'refused', 'asked') AND e.by_id IS NOT NULL
        AND e.at >= %(begins)s AND e.at < %(ends)s
        AND (%(countries)s::text[] IS NULL OR m.country = ANY(%(countries)s::text[]))
    ORDER BY e.at DESC LIMIT %(most)s
)
SELECT month, NULL, count(*), percentile_cont(0.5) WITHIN GROUP (ORDER BY hours),
    percentile_cont(0.9) WITHIN GROUP (ORDER BY hours) FROM decided GROUP BY GROUPING SETS ((), (month))
UNION ALL
SELECT NULL, r.reason, count(*), percentile_cont(0.5) WITHIN GROUP (ORDER BY hours),
    percentile_cont(0.9) WITHIN GROUP (ORDER BY hours)
    FROM decided CROSS JOIN LATERAL jsonb_array_elements_text(
        CASE WHEN jsonb_typeof(reasons) = 'array' THEN reasons ELSE '[]' END
    ) r (reason) GROUP BY r.reason ORDER BY 3 DESC, 2
"""
Waited = tuple[float | None, float | None]


def _waited(asked: Asked) -> tuple[dict[date | None, Waited], list[list[str]], int]:
    """Hours that half and nine in ten waited at most: of each month and of all (None), and rows by reason."""
    with connection.cursor() as cursor:
        cursor.execute(
            _WAITED,
            {"begins": asked.begins, "ends": _noted_until(asked), "countries": asked.codes, "most": MEASURED_MOST},
        )
        found = cursor.fetchall()
    known = dict(WaitingReason.choices)
    by_month = {month: (half, most) for month, reason, _count, half, most in found if reason is None}
    by_reason = [
        [str(known.get(reason, reason)), str(count), number(half), number(most)]
        for _month, reason, count, half, most in found
        if reason is not None
    ]
    return by_month, by_reason, max(count for _month, _reason, count, *_hours in found)


def _noted_until(asked: Asked) -> datetime:
    """The end of the time, or of the last day that has its figures: both parts of the report tell the same days."""
    newest = DayFigures.objects.order_by("-day").values_list("day", flat=True).first()
    return min(asked.ends, day_begins(newest + timedelta(days=1))) if newest else asked.begins


def validation(asked: Asked) -> Told:
    """What staff decided on, and how long it had waited."""
    names = ("decided", "waited_hours", "within_a_day", "within_three_days")
    by_month = _of_days(asked).annotate(month=TruncMonth("day")).order_by("month").values("month")
    months: list[Any] = list(by_month.annotate(**{name: Sum(name) for name in names}))
    total = {name: sum(row[name] for row in months) for name in names}
    waited, by_reason, measured = _waited(asked)

    def told(row: dict[str, Any]) -> list[str]:
        count = row["decided"]
        half, most = waited.get(row.get("month"), (None, None))
        return [
            str(count),
            number(half),
            number(most),
            number(row["waited_hours"] / count if count else None),
            share(row["within_a_day"], count),
            share(row["within_three_days"], count),
        ]

    weeks: dict[date, list[int]] = defaultdict(lambda: [0, 0])
    for row in _of_days(asked).order_by("day").values("day").annotate(count=Sum("decided"), hours=Sum("waited_hours")):
        week = weeks[row["day"] - timedelta(days=row["day"].weekday())]
        week[0] += row["count"]
        week[1] += row["hours"]
    of_newest = _(" of the newest %(most)s") % {"most": f"{MEASURED_MOST:,}"} if measured == MEASURED_MOST else ""
    return Told(
        [
            _w("Month"),
            _w("Decided"),
            _w("Half waited at most, hours"),
            _w("Nine in ten, hours"),
            _w("On average, hours"),
            _w("Within a day"),
            _w("Within three days"),
        ],
        [[f"{row['month']:%Y-%m}", *told(row)] for row in reversed(months)],
        sorted(weeks),
        [
            (_("Waited, hours on average"), [int(hours / count) if count else 0 for count, hours in _in_order(weeks)]),
            (_("Decided"), [count for count, _hours in _in_order(weeks)]),
        ],
        [
            figure(_("Decided"), f"{total['decided']:,}"),
            figure(_("Half waited at most"), told(total)[1], _("hours") + of_newest),
            figure(_("Nine in ten waited at most"), told(total)[2], _("hours") + of_newest),
            figure(_("Within three days"), told(total)[5]),
        ],
        more=[
            Table(
                "reasons",
                _w("By reason; an item with several counts under each"),
                [_w("Reason"), _w("Decided"), _w("Half waited at most, hours"), _w("Nine in ten, hours")],
                by_reason,
            )
        ]
        if by_reason
        else [],
        step=Step.WEEK,
    )


def _in_order(weeks: Mapping[date, list[int]]) -> list[list[int]]:
    return [weeks[week] for week in sorted(weeks)]


def _ahead(asked: Asked) -> Table:
    """What is announced: products that will be worth less, of all countries."""
    in_force = Valuation.objects.in_force()
    before = in_force.filter(product=OuterRef("product"), effective_on__lt=OuterRef("effective_on"))
    falls = (
        in_force.filter(effective_on__gt=asked.today, effective_on__lte=asked.today + AHEAD)
        .annotate(was=Subquery(before.order_by("-effective_on").values("points")[:1]))
        .filter(points__lt=F("was"))
        .order_by("effective_on", "product__name")
        .values_list("effective_on", "product__name", "was", "points")
    )
    return Table(
        "ahead",
        _w("Announced for the next 60 days"),
        [_w("Day"), _w("Product"), _w("Points before"), _w("Points from then")],
        [[day.isoformat(), name, str(was), str(points)] for day, name, was, points in falls],
    )


def depreciation(asked: Asked) -> Told:
    """What fell in the nights, whom it concerned, and what is announced; nights are of all countries together.

    Points that fell are of the countries asked for, from the figures of each day: those of the newest night are not
    told before its day is over.
    """
    counts = ("products_due", "holds_due", "thresholds_due", "members", "items", "levels_up", "levels_down")
    nights = list(
        Night.objects.filter(day__gte=asked.first, day__lte=asked.last, completed_at__isnull=False)
        .order_by("day")
        .values("day", *counts)
    )
    fell: dict[date, int] = dict(
        _of_days(asked).filter(points_fell__gt=0).order_by("day").values_list("day").annotate(Sum("points_fell"))
    )
    noted: date = DayFigures.objects.aggregate(last=Max("day"))["last"] or date.min
    with_something = [
        row for row in nights if row["products_due"] or row["holds_due"] or row["thresholds_due"] or row["day"] in fell
    ]
    total = {name: sum(row[name] for row in nights) for name in counts}
    until = _("until %(day)s") % {"day": shown(noted)} if noted > date.min else ""
    points = _("Points that fell") if asked.codes is None else _("Points that fell in your countries")
    return Told(
        [
            _w("Night"),
            points,
            _w("Products"),
            _w("Holds"),
            _w("Thresholds"),
            _w("Members"),
            _w("Kit items"),
            _w("Levels up"),
            _w("Levels down"),
        ],
        [
            [
                row["day"].isoformat(),
                "–" if row["day"] > noted else str(fell.get(row["day"], 0)),
                *(str(row[name]) for name in counts),
            ]
            for row in reversed(with_something)
        ],
        [row["day"] for row in nights],
        [
            (_("Levels up"), [row["levels_up"] for row in nights]),
            (_("Levels down"), [row["levels_down"] for row in nights]),
        ],
        [
            figure(points, f"{sum(fell.values()):,}", "" if all(row["day"] <= noted for row in nights) else until),
            figure(_("Products that fell"), f"{total['products_due']:,}"),
            figure(_("Kit items"), f"{total['items']:,}"),
            figure(_("Levels up"), f"{total['levels_up']:,}"),
            figure(_("Levels down"), f"{total['levels_down']:,}"),
        ],
        more=[_ahead(asked)],
    )
