"""The three Fast Track slots as the dashboard and the servicing page show them (design 01)."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, FilteredRelation, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import JSONObject
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from cps_portal.pages.servicing.clock import clock_of, free_drawing
from cps_portal.pages.servicing.states import SERVICE_NAMES, centre_words, stands
from cps_portal.pages.servicing.times import local_day
from members.wording.words import money
from servicing import requesting, turnaround
from servicing.models import CaseEvent, Loan, SlotHold, Stretch
from servicing.rules.calendar import DAY
from servicing.rules.steps import State


def open_stretches(member_id: int) -> QuerySet[Any]:
    """A member's cases that are not over, each with the `slot` it holds and the steps `taken`."""
    return _with_slots(Stretch.objects.filter(member=member_id, ended_at=None))


def _with_slots(stretches: QuerySet[Stretch]) -> QuerySet[Any]:
    held = SlotHold.objects.filter(stretch=OuterRef("pk"), freed_at=None).values("number")
    steps = CaseEvent.objects.filter(stretch=OuterRef("pk"), kind=CaseEvent.Kind.STEP).order_by("at", "pk")
    taken = ArraySubquery(steps.values(json=JSONObject(state="state", at="at", facts="facts")))
    rows = stretches.annotate(slot=Subquery(held), taken=taken)
    return rows.select_related("case__product", "case__centre").defer("terms")


def for_the_dashboard(member_id: int, *, day: date) -> tuple[list[Any], list[Any]]:
    """Open cases, the oldest first, on Fast Track or not; and one of each case whose loan is due back.

    In one query. `day`: of the programme; a centre's own may be one ahead, so a loan is asked about once more.
    """
    near = Q(case__loans__state=Loan.State.OUT, case__loans__period__endswith__lte=day + DAY)
    rows = (
        _with_slots(Stretch.objects.filter(member=member_id))
        .annotate(
            lent=FilteredRelation("case__loans", condition=near),
            lent_until=F("lent__period__endswith"),
            lent_name=F("lent__unit__product__name"),
        )
        .filter(Q(lent__isnull=False) | Q(ended_at=None))
        .order_by("requested_at", "pk")
    )
    found = list(rows)
    held = [row for row in found if row.ended_at is None]
    return held, list({row.case_id: row for row in found if row.lent_until}.values())


def steps_of(stretches: Sequence[Any]) -> Mapping[int, list[CaseEvent]]:
    """The steps of stretches that were received, in order, by stretch; they came with the stretches."""
    return {stretch.pk: [_step(stretch, row) for row in stretch.taken] for stretch in stretches if stretch.received_at}


def _step(stretch: Stretch, row: Mapping[str, Any]) -> CaseEvent:
    return CaseEvent(
        stretch_id=stretch.pk,
        kind=CaseEvent.Kind.STEP,
        state=row["state"],
        at=datetime.fromisoformat(row["at"]),
        facts=row["facts"],
    )


def slots_of(held: Sequence[Any], steps: Mapping[int, list[CaseEvent]], *, now: datetime) -> list[dict[str, Any]]:
    """The three slots in order, taken and free: from open stretches and their steps."""
    by_number = {stretch.slot: stretch for stretch in held if stretch.slot}
    return [
        taken(by_number[number], number, steps.get(by_number[number].pk, ()), now=now)
        if number in by_number
        else {"number": number, "free": True, "drawing": free_drawing(), "href": reverse("servicing-send")}
        for number in range(1, settings.FAST_TRACK_SLOTS + 1)
    ]


def taken(stretch: Stretch, number: int, steps: Sequence[CaseEvent], *, now: datetime) -> dict[str, Any]:
    """A slot with a case in it."""
    case = stretch.case
    run = turnaround.run_of(stretch, steps)
    clock = clock_of(run, now, is_small=True) if run else None
    return row_of(stretch) | {
        "number": number,
        "free": False,
        "clock": clock,
        "drawing": None if clock else free_drawing(numbered=False),
        "due": _due(clock) if clock else _("The clock starts with its receipt."),
        "needs_you": case.state == State.ESTIMATE_SENT,
    }


def _due(clock: Any) -> str:
    """When it is due: "Target Tue 24 Nov, 17:30"."""
    return f"{clock.note} {clock.when}".strip()


def row_of(stretch: Stretch) -> dict[str, Any]:
    """An open case as a line of a list; everything from columns, nothing computed."""
    case, zone = stretch.case, stretch.case.centre.time_zone
    is_request = case.state == State.REQUESTED
    expires = local_day(requesting.expires_at(stretch), zone) if is_request else None
    state = stands(case.state, lane=stretch.lane, tracking=case.inbound_tracking)
    return {
        "href": reverse("case", args=[case.number]),
        "case_number": case.number,
        "name": case.product.name,
        "family": case.product.family,
        "service": SERVICE_NAMES[case.service],
        "centre": centre_words(case.centre),
        "state": state.dot,
        "state_words": state.words,
        "expires": _("The request expires on %(day)s.") % {"day": date_format(expires, "j M Y")} if expires else "",
        "back_href": reverse("case-back", args=[case.number]) if stretch.left_at else "",
    }


def loans_due(lent: Sequence[Any], *, now: datetime) -> list[dict[str, str]]:
    """Loans that are due back today or overdue, by the centre's own day; gone once they are back."""
    found = []
    for stretch in lent:
        case, due_on = stretch.case, stretch.lent_until
        today = local_day(now, case.centre.time_zone)
        if due_on > today:
            continue
        is_late = due_on < today
        found.append(
            {
                "words": _("Overdue since %(day)s") % {"day": date_format(due_on, "j M Y")}
                if is_late
                else _("Due back today"),
                "href": reverse("case-loan", args=[case.number]),
                "name": stretch.lent_name,
                "text": _("Bring this loan back to %(centre)s, with all that went with it.")
                % {"centre": centre_words(case.centre)},
                "action": _("See the loan"),
            }
        )
    return found


def to_send_in(held: Sequence[Any]) -> list[dict[str, str]]:
    """Requests whose product waits to be sent; gone with a tracking number, or once the centre has it."""
    rows = [(row_of(stretch), stretch.case) for stretch in held if stretch.case.state == State.REQUESTED]
    return [
        {
            "words": row["state_words"],
            "href": row["href"],
            "name": row["name"],
            "text": _("%(centre)s expects it.") % {"centre": row["centre"]} + f" {row['expires']}",
            "action": _("Open the case"),
        }
        for row, case in rows
        if not case.inbound_tracking
    ]


def needs_of(held: Sequence[Any], steps: Mapping[int, list[CaseEvent]]) -> list[dict[str, str]]:
    """What needs the member: estimates that wait, with their totals, as the dashboard's "Needs you" shows them."""
    found = []
    for stretch in held:
        sent = [event for event in steps.get(stretch.pk, ()) if event.state == State.ESTIMATE_SENT]
        if stretch.case.state != State.ESTIMATE_SENT or not sent:
            continue
        total = money(sent[-1].facts["total"], sent[-1].facts["currency"])
        found.append(
            {
                "words": stands(stretch.case.state, lane=stretch.lane).words,
                "href": f"{reverse('case', args=[stretch.case.number])}#estimate",
                "name": stretch.case.product.name,
                "text": _("%(total)s including VAT. The clock is paused until you answer.") % {"total": total},
                "action": _("Review estimate"),
            }
        )
    return found
