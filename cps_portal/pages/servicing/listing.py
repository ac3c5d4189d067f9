"""Servicing: the three slots, what waits, what runs at the standard time, what was begun and what is over (§6)."""

from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Count, Q
from django.http import HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from cps_portal.pages.counting import in_words, sentence
from cps_portal.pages.servicing.slots import open_stretches, row_of, slots_of, steps_of
from cps_portal.pages.servicing.states import (
    IN_SERVICING,
    NEEDS_YOU,
    SERVICE_NAMES,
    WAITS,
    centre_words,
    stands,
)
from cps_portal.pages.servicing.times import local_day
from kitbag import listing, standing
from kitbag.paging import Key, slice_of
from kitbag.standing import Stands
from members.access import MemberRequest, member_required
from members.models import Member, Threshold
from members.rules.days import programme_day
from servicing import eligibility
from servicing.models import Case, CaseDraft, Loan, Stretch
from servicing.rules.eligibility import No, Terms
from servicing.rules.steps import OVER, State

CLOSED_SHOWN = 20
KEYS: tuple[Key, ...] = (("changed_at", True), ("pk", True))
Lane = Stretch.Lane


@require_safe
@member_required
def servicing(request: MemberRequest) -> HttpResponse:
    """A member's cases, the ones that need them first."""
    now = timezone.now()
    member = request.member
    everything: list[Any] = list(open_stretches(member.pk).order_by("requested_at", "pk"))
    held = [stretch for stretch in everything if stretch.slot]
    others = [stretch for stretch in everything if not stretch.slot]
    today = programme_day(now)
    stands_now = standing.on(member.pk, today)
    terms = eligibility.terms_of(str(member.country), level=stands_now.level, day=today)
    qualify, owns = _kit(member, terms, day=today)
    over, previous, following = _over(
        member.pk, after=request.GET.get("after", ""), before=request.GET.get("before", "")
    )
    drafts = [
        {
            "name": draft.item.product.name,
            "family": draft.item.product.family,
            "on": local_day(draft.changed_at, member.time_zone),
            "kept_until": local_day(draft.changed_at, member.time_zone) + _kept(),
            "href": reverse("case-new", args=[draft.item_id]),
        }
        for draft in CaseDraft.objects.filter(member=member).select_related("item__product").order_by("-changed_at")
    ]
    lanes = {
        "queue": [row_of(one) for one in others if one.lane == Lane.QUEUED and not one.left_at],
        "standard": [_row(one) for one in others if one.lane == Lane.STANDARD and not one.left_at],
        "coming": [row_of(one) for one in others if one.left_at],
    }
    return TemplateResponse(
        request,
        "servicing/servicing.html",
        lanes
        | {
            # What is on Fast Track goes on; free places are shown only to who can fill them.
            "slots": slots_of(held, steps_of(held), now=now) if held or not terms.why_not else [],
            "needs_level": _points_to_silver(stands_now, day=today) if No.LEVEL in terms.why_not else 0,
            "not_here": No.COUNTRY in terms.why_not or No.NO_TARGET in terms.why_not,
            "standard_days": settings.STANDARD_TURNAROUND_DAYS,
            "all_taken": len(held) >= settings.FAST_TRACK_SLOTS,
            "needs_you": any(stretch.case.state == State.ESTIMATE_SENT for stretch in held),
            "slots_count": f"{len(held)}/{settings.FAST_TRACK_SLOTS}",
            "qualify": _qualify_words(qualify),
            "owns": owns,
            "is_empty": not (everything or drafts or over or previous),
            "drafts": drafts,
            "loans": _loans(member.pk, now),
            "over": over,
            "previous": previous,
            "next": following,
            "send_href": reverse("servicing-send"),
        },
    )


def _kept() -> timedelta:
    return timedelta(days=settings.CASE_DRAFT_KEPT_DAYS)


def _points_to_silver(stands_now: Stands, *, day: date) -> int:
    """How many points more the level takes with which Fast Track begins."""
    return max(0, Threshold.objects.on(day).silver - stands_now.points)


def _kit(member: Member, terms: Terms, *, day: date) -> tuple[int, bool]:
    """How many things qualify for Fast Track and are not in servicing, and whether there is any kit at all."""
    free = Q(in_case_since=None) & eligibility.qualifying(terms)
    found = listing.items_of(member.pk, day=day).order_by()
    counts = found.aggregate(free=Count("pk", filter=free), owned=Count("pk"))
    return counts["free"], bool(counts["owned"])


def _qualify_words(number: int) -> str:
    """Four more of yours qualify."""
    if not number:
        return ""
    words = ngettext("%(number)s more of yours qualifies.", "%(number)s more of yours qualify.", number)
    return sentence(words % {"number": in_words(number)})


def _row(stretch: Stretch) -> dict[str, Any]:
    """A case at the standard time: since when it is there, and about how long that takes."""
    row = row_of(stretch)
    if stretch.received_at is not None:
        zone = stretch.case.centre.time_zone
        row["since"] = _("Received on %(day)s. Standard time is about %(days)s working days.") % {
            "day": date_format(local_day(stretch.received_at, zone), "j M Y"),
            "days": settings.STANDARD_TURNAROUND_DAYS,
        }
    return row


def _loans(member_id: int, now: datetime) -> list[dict[str, Any]]:
    """The member's running loans, the next to be back first; also of cases that are over."""
    running = Loan.objects.filter(member=member_id, state__in=[Loan.State.BOOKED, Loan.State.OUT])
    rows = running.select_related("unit__product", "case__centre").order_by("period__endswith", "pk")
    return [
        {
            "href": reverse("case-loan", args=[loan.case.number]),
            "case_number": loan.case.number,
            "name": loan.unit.product.name,
            "family": loan.unit.product.family,
            "service": _("Backup loan"),
            "centre": centre_words(loan.case.centre),
            **_loan_state(loan, today=local_day(now, loan.case.centre.time_zone)),
        }
        for loan in rows
    ]


def _loan_state(loan: Loan, *, today: date) -> dict[str, str]:
    """Until when it is theirs, or from when; one that is due today or overdue needs them."""
    if loan.state == Loan.State.BOOKED:
        return {"state": WAITS, "state_words": _("Yours from %(day)s") % {"day": date_format(loan.from_on, "j M Y")}}
    day = {"day": date_format(loan.due_on, "j M Y")}
    if loan.due_on < today:
        return {"state": NEEDS_YOU, "state_words": _("Overdue since %(day)s") % day}
    return {
        "state": NEEDS_YOU if loan.due_on == today else IN_SERVICING,
        "state_words": _("With you until %(day)s") % day,
    }


def _over(member_id: int, *, after: str, before: str) -> tuple[list[dict[str, Any]], str, str]:
    """A page of what is over, newest first, and the addresses of the pages before and after."""
    cases = Case.objects.filter(member=member_id, state__in=OVER).select_related("product", "centre")
    found = slice_of(cases, KEYS, after=after, before=before, limit=CLOSED_SHOWN)
    page = reverse("servicing")
    return (
        [_over_row(case) for case in found.rows],
        f"{page}?before={found.before}#over" if found.before else "",
        f"{page}?after={found.after}#over" if found.after else "",
    )


def _over_row(case: Case) -> dict[str, Any]:
    return {
        "href": reverse("case", args=[case.number]),
        "case_number": case.number,
        "name": case.product.name,
        "family": case.product.family,
        "service": SERVICE_NAMES[case.service],
        "centre": centre_words(case.centre),
        "state_words": stands(State(case.state).value, lane="").words,
        "on": local_day(case.changed_at, case.centre.time_zone),
    }
