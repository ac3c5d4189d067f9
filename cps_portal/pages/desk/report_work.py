"""Reports of welcome packs and events."""

from collections import defaultdict
from datetime import date
from typing import Any

from django.db.models import Avg, Count, DurationField, ExpressionWrapper, F, Q
from django.db.models.functions import TruncMonth
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _w

from cps_portal.pages.desk.report_parts import Asked, Step, Told, figure, number, share
from members.models import Thread, Topic
from servicing.models import Booking, Event, WelcomePack

MOST_EVENTS = 500


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
