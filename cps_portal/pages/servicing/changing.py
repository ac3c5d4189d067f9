"""A request before it is received: changed on one page, or cancelled with its effect shown first (programme §6)."""

from dataclasses import replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from cps_portal.pages.address_choice import begun_with, choices, is_asked
from cps_portal.pages.kitbag.proof_form import ACCEPTED, received
from cps_portal.pages.servicing.asking import answers_of, wish_of
from cps_portal.pages.servicing.changing_form import ChangeForm
from cps_portal.pages.servicing.needing import needed_words
from cps_portal.pages.servicing.opening_pages import warranty_of
from cps_portal.pages.servicing.questions import Asked
from cps_portal.pages.servicing.uploads import keep_photos, proof_refusal, prove
from kitbag.models import Proof
from kitbag.registration import KitError
from members.access import MemberRequest, member_required
from members.rules.days import programme_day
from servicing import requesting, slots
from servicing.casework import CaseError, as_member
from servicing.models import Case, CaseState, Centre, SlotHold, Stretch
from servicing.rules.numbers import read_number

Lane = Stretch.Lane


def own_case(request: MemberRequest, number: str) -> Case:
    """A member's own case; another's is not there (404)."""
    cases = Case.objects.owned_by(request.member).select_related("item__product", "product", "centre")
    return get_object_or_404(cases, number=read_number(number) or number)


def too_late(request: MemberRequest, case: Case) -> HttpResponse | None:
    """Where a page goes whose request has been received, cancelled or has expired in the meantime."""
    if case.state == CaseState.REQUESTED:
        return None
    words = _("%(number)s is “%(state)s” now, so it cannot be changed or cancelled here. Write to the centre instead.")
    if case.state in (CaseState.CANCELLED, CaseState.EXPIRED):
        words = _("%(number)s is “%(state)s” now. There is nothing left to change.")
    messages.error(request, words % {"number": case.number, "state": CaseState(case.state).label})
    return HttpResponseRedirect(reverse("case", args=[case.number]))


def _lane_of(case: Case, now: datetime) -> str:
    """The lane that can be chosen anew: of what waits for a place, or would if it were not at the standard time."""
    stretch = case.stretches.select_related("case__item__product", "case__member", "case__centre").latest("number")
    may = stretch.lane == Lane.QUEUED or (
        stretch.lane == Lane.STANDARD and slots.conditions_at(stretch, at=now).qualifies
    )
    return stretch.lane if may else ""


def _asked(request: MemberRequest, case: Case) -> Asked:
    assert case.item is not None
    now = timezone.now()
    day = programme_day(now)
    takers: dict[str, str] = {}
    for centre in Centre.objects.working(day):
        if any(requesting.takes(centre, case.item, service=service, day=day) for service in centre.services):
            takers[str(centre.pk)] = f"{centre.name}, {centre.town}"
    return Asked(
        item=case.item,
        member=request.member,
        today=day,
        centres=takers,
        is_grey=requesting.is_grey(case.item, day=day),
        is_proven=Proof.objects.kept().filter(items=case.item, kind=Proof.Kind.RECEIPT).exists(),
        entered=answers_of(case) | {"lane": _lane_of(case, now)},
    )


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def case_change(request: MemberRequest, number: str) -> HttpResponse:
    """Every question on one page; what is saved is what the centre finds on receipt."""
    case = own_case(request, number)
    if late := too_late(request, case):
        return late
    assert case.item is not None
    asked = _asked(request, case)
    form = ChangeForm(asked=asked)
    if is_asked(request):
        form = ChangeForm(asked=replace(asked, entered={**asked.entered, **begun_with(request, request.member)}))
    elif request.method == "POST":
        data, refusal = received(request)
        form = ChangeForm(data, asked=asked)
        if refusal:
            form.is_valid()
            form.errors.pop("proof", None)
            form.add_error("proof" if "proof" in form.fields else None, proof_refusal(refusal))
        elif form.is_valid() and (answer := _changed(request, case, form)):
            return answer
    context: dict[str, Any] = {
        "crumbs": _crumbs(case, _("Change")),
        "name": case.product.name,
        "number": case.number,
        "case_href": reverse("case", args=[case.number]),
        "form": form,
        "addresses": choices(request.member, form),
        "photos": [
            {"name": file.name, "href": reverse("case-file", args=[file.pk])}
            for file in case.files.filter(purpose="fault")
        ],
        "accepted": ACCEPTED,
        **warranty_of(case.item, day=asked.today),
    }
    return TemplateResponse(request, "servicing/case_change.html", context)


def _changed(request: MemberRequest, case: Case, form: ChangeForm) -> HttpResponse | None:
    """Carry the change out; None where the form says why not."""
    assert case.item is not None
    try:
        prove(request, form, case.item)
        wish = wish_of(form.answers(), lane=form.cleaned_data.get("lane", ""))
        requesting.change_case(case.pk, wish=wish, at=timezone.now(), actor=as_member(request.user))
    except KitError as error:
        if error.code == "not_now":
            case.refresh_from_db()
            return too_late(request, case)
        form.refuse(error)
        return None
    if refused := keep_photos(request, case=case):
        form.add_error(None, refused)
        return None
    messages.success(request, _("The change is saved. Print the sheet again if it was printed already."))
    if wish.needed_by and (told := _needed(case.pk, wish.needed_by)):
        messages.info(request, told)
    return HttpResponseRedirect(reverse("case", args=[case.number]))


def _needed(case_id: UUID, needed_by: date) -> str:
    """Whether what was changed to allows the day."""
    now = timezone.now()
    stretches = Stretch.objects.filter(case=case_id)
    stretch = stretches.select_related("case__item__product", "case__member", "case__centre").latest("number")
    given = slots.conditions_at(stretch, at=now).given
    target = given.target if stretch.lane == Lane.FAST else None
    return needed_words(stretch.case.centre, target, needed_by=needed_by, at=now)


def _crumbs(case: Case, last: str) -> list[dict[str, Any]]:
    return [
        {"href": reverse("servicing"), "label": _("Servicing")},
        {"href": reverse("case", args=[case.number]), "label": case.number},
        {"label": last},
    ]


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def case_cancel(request: MemberRequest, number: str) -> HttpResponse:
    """Cancel a request: the page shows what that changes, the button does it."""
    case = own_case(request, number)
    if late := too_late(request, case):
        return late
    if request.method == "POST":
        try:
            requesting.cancel_case(case.pk, at=timezone.now(), actor=as_member(request.user))
        except CaseError:
            case.refresh_from_db()
            return too_late(request, case) or HttpResponseRedirect(reverse("case", args=[case.number]))
        messages.success(request, _("%(number)s is cancelled.") % {"number": case.number})
        return HttpResponseRedirect(reverse("case", args=[case.number]))
    place = SlotHold.objects.filter(stretch__case=case, freed_at=None).values_list("number", flat=True).first()
    waiting = (
        Case.objects.open()
        .owned_by(request.member)
        .filter(stretches__lane="queued", stretches__ended_at=None, stretches__left_at=None)
        .exclude(pk=case.pk)
        .order_by("requested_at")
        .values_list("product__name", flat=True)
        .first()
    )
    context = {
        "crumbs": _crumbs(case, _("Cancel")),
        "name": case.product.name,
        "number": case.number,
        "case_href": reverse("case", args=[case.number]),
        "place": place,
        "next_in_line": waiting if place else "",
        "is_on_its_way": bool(case.inbound_tracking),
    }
    return TemplateResponse(request, "servicing/case_cancel.html", context)
