"""What each report of the desk tells: its figures over a time, as series to draw and rows to read."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import Avg, Count, DurationField, ExpressionWrapper, F, Q, QuerySet, Sum
from django.db.models.functions import TruncMonth
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _w
from django_countries import countries

from kitbag.models import Night
from servicing.models import Booking, DayFigures, Event, WelcomePack

UTC = ZoneInfo("UTC")


@dataclass(frozen=True, slots=True)
class Asked:
    """Which days, both included; which countries' members, None for all; which centre, None for all."""

    first: date
    last: date
    countries: frozenset[str] | None
    centre: int | None

    @property
    def begins(self) -> datetime:
        return datetime.combine(self.first, time(), UTC)

    @property
    def ends(self) -> datetime:
        return datetime.combine(self.last + timedelta(days=1), time(), UTC)


@dataclass(frozen=True, slots=True)
class Told:
    """What a report says: series over days, the sum of it in a few figures, and its table as text."""

    columns: Sequence[str | Promise]
    rows: Sequence[Sequence[str]]
    days: Sequence[date] = ()
    series: Sequence[tuple[str, Sequence[int]]] = ()
    figures: Sequence[dict[str, str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Report:
    """One report: its address, who reads it, whether it tells countries apart or centres."""

    slug: str
    title: str | Promise
    text: str | Promise
    permission: str
    tell: Callable[[Asked], Told]
    by_country: bool = False
    of_centres: bool = False


def _figure(label: Any, value: object, unit: object = "") -> dict[str, str]:
    return {"label": str(label), "value": str(value), "unit": str(unit)}


def _share(part: float, of: float) -> str:
    """A share in whole per cent, rounded down, so that 100 means all; a dash of nothing."""
    return f"{int(100 * part / of)} %" if of else "–"


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:,.1f}"


def _of_days(asked: Asked) -> QuerySet[DayFigures]:
    rows = DayFigures.objects.filter(day__gte=asked.first, day__lte=asked.last)
    return rows if asked.countries is None else rows.filter(country__in=asked.countries)


LEVELS = (("red", _w("Red")), ("silver", _w("Silver")), ("gold", _w("Gold")), ("platinum", _w("Platinum")))


def levels(asked: Asked) -> Told:
    """How many members stood at each level at the end of each day, and by country at the end of the last."""
    names = [name for name, _label in LEVELS]
    days: list[Any] = list(
        _of_days(asked).order_by("day").values("day").annotate(**{name: Sum(name) for name in names})
    )
    rows: list[list[str]] = []
    total = dict.fromkeys(names, 0)
    if days:
        last = days[-1]["day"]
        for row in _of_days(asked).filter(day=last).order_by("country").values("country", *names):
            held = [row[name] for name in names]
            rows.append([str(countries.name(row["country"])), *map(str, held), str(sum(held))])
        total = {name: days[-1][name] for name in names}
        rows.sort(key=lambda row: row[0])
    return Told(
        [_w("Country, at the end of the last day"), *(label for _name, label in LEVELS), _w("Members")],
        rows,
        [row["day"] for row in days],
        [(str(label), [row[name] for row in days]) for name, label in reversed(LEVELS)],
        [_figure(label, f"{total[name]:,}", _share(total[name], sum(total.values()))) for name, label in LEVELS],
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
        [_figure(_("Joined"), f"{joined:,}"), _figure(_("Products that began to count"), f"{registered:,}")],
    )


def validation(asked: Asked) -> Told:
    """What staff decided on, and how long it had waited."""
    names = ("decided", "waited_hours", "within_a_day", "within_three_days")
    by_month = _of_days(asked).annotate(month=TruncMonth("day")).order_by("month").values("month")
    months: list[Any] = list(by_month.annotate(**{name: Sum(name) for name in names}))
    total = {name: sum(row[name] for row in months) for name in names}

    def told(row: dict[str, Any]) -> list[str]:
        count = row["decided"]
        return [
            str(count),
            _number(row["waited_hours"] / count if count else None),
            _share(row["within_a_day"], count),
            _share(row["within_three_days"], count),
        ]

    days: list[Any] = list(_of_days(asked).order_by("day").values("day").annotate(decided=Sum("decided")))
    return Told(
        [_w("Month"), _w("Decided"), _w("Waited, hours on average"), _w("Within a day"), _w("Within three days")],
        [[f"{row['month']:%Y-%m}", *told(row)] for row in reversed(months)],
        [row["day"] for row in days],
        [(_("Decided"), [row["decided"] for row in days])],
        [
            _figure(_("Decided"), f"{total['decided']:,}"),
            _figure(_("Waited on average"), told(total)[1], _("hours")),
            _figure(_("Within a day"), told(total)[2]),
            _figure(_("Within three days"), told(total)[3]),
        ],
    )


def depreciation(asked: Asked) -> Told:
    """What fell due in the nights, and whom it concerned; the nights are of all countries together."""
    nights = list(
        Night.objects.filter(day__gte=asked.first, day__lte=asked.last, completed_at__isnull=False)
        .order_by("day")
        .values("day", "products_due", "holds_due", "thresholds_due", "members", "items", "levels_up", "levels_down")
    )
    with_something = [row for row in nights if row["products_due"] or row["holds_due"] or row["thresholds_due"]]
    total = {name: sum(row[name] for row in nights) for name in ("products_due", "items", "levels_up", "levels_down")}
    return Told(
        [
            _w("Night"),
            _w("Products"),
            _w("Holds"),
            _w("Thresholds"),
            _w("Members"),
            _w("Kit items"),
            _w("Levels up"),
            _w("Levels down"),
        ],
        [
            [row["day"].isoformat()]
            + [str(row[name]) for name in ("products_due", "holds_due", "thresholds_due", "members", "items")]
            + [str(row["levels_up"]), str(row["levels_down"])]
            for row in reversed(with_something)
        ],
        [row["day"] for row in nights],
        [
            (_("Levels up"), [row["levels_up"] for row in nights]),
            (_("Levels down"), [row["levels_down"] for row in nights]),
        ],
        [
            _figure(_("Products that fell"), f"{total['products_due']:,}"),
            _figure(_("Kit items"), f"{total['items']:,}"),
            _figure(_("Levels up"), f"{total['levels_up']:,}"),
            _figure(_("Levels down"), f"{total['levels_down']:,}"),
        ],
    )


_SERVICING = """
SELECT c.name, date_trunc('month', s.left_at AT TIME ZONE c.time_zone)::date AS month, count(*),
    count(*) FILTER (WHERE s.in_time IS NOT NULL), count(*) FILTER (WHERE s.in_time),
    coalesce(sum(s.paused_days), 0), coalesce(sum(s.worked_days + s.paused_days), 0),
    count(*) FILTER (WHERE s.requested_at > k.requested_at)
FROM servicing_stretch s JOIN servicing_case k ON k.id = s.case_id JOIN servicing_centre c ON c.id = s.centre_id
WHERE s.left_at >= %(begins)s AND s.left_at < %(ends)s AND (%(centre)s IS NULL OR s.centre_id = %(centre)s)
GROUP BY c.name, month ORDER BY month DESC, c.name
"""


def servicing(asked: Asked) -> Told:
    """What left the benches: in time, paused, sent in again; by centre and month of its own clock."""
    with connection.cursor() as cursor:
        cursor.execute(_SERVICING, {"begins": asked.begins, "ends": asked.ends, "centre": asked.centre})
        found = cursor.fetchall()
    months: dict[date, list[int]] = defaultdict(lambda: [0, 0])
    for _name, month, _cases, with_target, in_time, *_rest in found:
        months[month][0] += with_target
        months[month][1] += in_time
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
            _w("Sent in again"),
        ],
        [
            [
                name,
                f"{month:%Y-%m}",
                str(left),
                str(target),
                str(kept),
                _share(kept, target),
                _share(float(held), float(whole)),
                str(more),
            ]
            for name, month, left, target, kept, held, whole, more in found
        ],
        sorted(months),
        [
            (
                _("On time, %"),
                [int(100 * months[at][1] / months[at][0]) if months[at][0] else 0 for at in sorted(months)],
            )
        ],
        [
            _figure(_("Left the bench"), f"{cases:,}"),
            _figure(_("On time"), _share(in_time, with_target)),
            _figure(_("Paused"), _share(float(paused), float(spent))),
            _figure(_("Sent in again"), f"{again:,}"),
        ],
    )


_LOANS = """
SELECT c.name, count(DISTINCT u.id),
    coalesce(sum(upper(l.period * d.days) - lower(l.period * d.days)), 0),
    count(l.id), count(l.id) FILTER (WHERE l.state = 'out' AND upper(l.period) <= %(today)s)
FROM (SELECT daterange(%(first)s, %(last)s, '[]') AS days) d
CROSS JOIN servicing_centre c JOIN servicing_loanunit u ON u.centre_id = c.id
LEFT JOIN servicing_loan l ON l.unit_id = u.id AND l.period && d.days AND l.state <> 'cancelled'
WHERE %(centre)s IS NULL OR c.id = %(centre)s
GROUP BY c.name ORDER BY c.name
"""


def loans(asked: Asked) -> Told:
    """How much of the time the units of each centre were lent, and what is overdue."""
    with connection.cursor() as cursor:
        cursor.execute(
            _LOANS,
            {"first": asked.first, "last": asked.last, "today": asked.last, "centre": asked.centre},
        )
        found = cursor.fetchall()
    days = (asked.last - asked.first).days + 1
    units, lent, count, overdue = (sum(row[at] for row in found) for at in range(1, 5))
    return Told(
        [
            _w("Centre"),
            _w("Units"),
            _w("Loans"),
            _w("Days lent"),
            _w("Of all unit days"),
            _w("Overdue on the last day"),
        ],
        [
            [name, str(held), str(made), str(out), _share(out, held * days), str(late)]
            for name, held, out, made, late in found
        ],
        figures=[
            _figure(_("Units"), units),
            _figure(_("Loans"), count),
            _figure(_("Lent"), _share(lent, units * days), _("of all unit days")),
            _figure(_("Overdue"), overdue),
        ],
    )


def packs(asked: Asked) -> Told:
    """Welcome packs and cards by the month of their request, and how long they took to be sent."""
    rows = WelcomePack.objects.filter(requested_at__gte=asked.begins, requested_at__lt=asked.ends)
    if asked.countries is not None:
        rows = rows.filter(country__in=asked.countries)
    took = ExpressionWrapper(F("sent_at") - F("requested_at"), output_field=DurationField())
    months: list[Any] = list(
        rows.annotate(month=TruncMonth("requested_at"))
        .order_by("-month")
        .values("month")
        .annotate(
            packs=Count("pk", filter=Q(replaces=None)),
            cards=Count("pk", filter=Q(replaces__isnull=False)),
            sent=Count("pk", filter=Q(state=WelcomePack.State.SENT)),
            took=Avg(took),
        )
    )
    asked_for, cards, sent = (sum(row[name] for row in months) for name in ("packs", "cards", "sent"))
    ordered = list(reversed(months))
    return Told(
        [_w("Month"), _w("Packs requested"), _w("Cards that replace one"), _w("Sent"), _w("Days to send, on average")],
        [
            [
                f"{row['month']:%Y-%m}",
                str(row["packs"]),
                str(row["cards"]),
                str(row["sent"]),
                _number(row["took"].total_seconds() / 86400 if row["took"] else None),
            ]
            for row in months
        ],
        [row["month"].date() for row in ordered],
        [
            (_("Requested"), [row["packs"] + row["cards"] for row in ordered]),
            (_("Sent"), [row["sent"] for row in ordered]),
        ],
        [
            _figure(_("Packs requested"), f"{asked_for:,}"),
            _figure(_("Cards that replace one"), f"{cards:,}"),
            _figure(_("Sent"), f"{sent:,}", _share(sent, asked_for + cards)),
        ],
    )


def events(asked: Asked) -> Told:
    """Events that begin in the time: places, bookings, who waits and who came."""
    taken, waits = Booking.State.PLACE, Booking.State.WAITING
    rows = list(
        Event.objects.filter(begins_at__gte=asked.begins, begins_at__lt=asked.ends, published=True)
        .annotate(
            taken=Count("bookings", filter=Q(bookings__state=taken)),
            waits=Count("bookings", filter=Q(bookings__state=waits)),
            came=Count("bookings", filter=Q(bookings__came_at__isnull=False)),
        )
        .order_by("-begins_at", "pk")[:MOST_EVENTS]
    )
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
        figures=[
            _figure(_("Events"), len(rows)),
            _figure(_("Places taken"), sum(row.taken for row in rows)),
            _figure(_("Came"), sum(row.came for row in rows)),
        ],
    )


MOST_EVENTS = 500
DAYS = "servicing.view_dayfigures"
REPORTS: tuple[Report, ...] = (
    Report(
        "levels", _w("Levels"), _w("Members at each level over time, and by country."), DAYS, levels, by_country=True
    ),
    Report(
        "growth",
        _w("New members and products"),
        _w("Who joined, and what began to count."),
        DAYS,
        growth,
        by_country=True,
    ),
    Report(
        "validation",
        _w("Validation"),
        _w("What staff decided on, and how long it waited."),
        DAYS,
        validation,
        by_country=True,
    ),
    Report(
        "depreciation", _w("Depreciation"), _w("What fell in the nights, and whom it concerned."), DAYS, depreciation
    ),
    Report(
        "servicing",
        _w("Servicing"),
        _w("On time, paused, sent in again, by centre."),
        "servicing.view_case",
        servicing,
        of_centres=True,
    ),
    Report(
        "loans",
        _w("Loans"),
        _w("How much units are lent, and what is overdue."),
        "servicing.view_loan",
        loans,
        of_centres=True,
    ),
    Report(
        "packs",
        _w("Welcome packs"),
        _w("Requested, sent, and the days between."),
        "servicing.view_welcomepack",
        packs,
        by_country=True,
    ),
    Report("events", _w("Events"), _w("Places, who waits and who came."), "servicing.view_event", events),
)
