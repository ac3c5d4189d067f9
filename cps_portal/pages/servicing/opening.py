"""Sending a product in: a question a page, kept as it is answered, and the check at the end (programme §6)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
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

from cps_portal.pages.address_choice import begun_with, is_asked
from cps_portal.pages.keys import read_key
from cps_portal.pages.kitbag.proof_form import received
from cps_portal.pages.servicing.asking import NAMES, Step, first_open, is_answered, known_of, steps_of, wish_of
from cps_portal.pages.servicing.opening_pages import context_of, unserviceable
from cps_portal.pages.servicing.questions import Asked, QuestionForm
from cps_portal.pages.servicing.sending_forms import (
    AddressForm,
    CentreForm,
    FaultForm,
    LaneForm,
    SendForm,
    ServiceForm,
    WarrantyForm,
    WayForm,
)
from cps_portal.pages.servicing.uploads import keep_photos, proof_refusal, prove
from cps_portal.pages.servicing.words import REFUSALS
from kitbag.models import KitItem, Proof
from kitbag.registration import KitError
from members.access import MemberRequest, member_required
from members.rules.days import programme_day
from servicing import drafting, files, requesting
from servicing.casework import CaseError, as_member
from servicing.conditions import can_be_serviced
from servicing.models import Case, CaseDraft, CaseFile, Centre

FORMS: Mapping[Step, type[QuestionForm]] = {
    Step.SERVICE: ServiceForm,
    Step.FAULT: FaultForm,
    Step.WARRANTY: WarrantyForm,
    Step.CENTRE: CentreForm,
    Step.WAY: WayForm,
    Step.ADDRESS: AddressForm,
}
# Where a refusal belongs that comes only when it is sent.
ASKED_AT: Mapping[str, Step] = {
    "centre_does_not_take": Step.CENTRE,
    "proof_missing": Step.WARRANTY,
    "not_local": Step.WARRANTY,
    "warranty_is_for_repairs": Step.WARRANTY,
    "choose_lane": Step.CHECK,
}


@dataclass(frozen=True, slots=True)
class Opening:
    """A request on its way: what is known and said of it, and the centres that take it."""

    item: KitItem
    draft: CaseDraft | None
    entered: Mapping[str, Any]
    centres: list[Centre]
    at: datetime

    @property
    def day(self) -> date:
        return programme_day(self.at)

    @property
    def keys(self) -> list[int]:
        return [centre.pk for centre in self.centres]

    def asked(self, request: MemberRequest) -> Asked:
        item = self.item
        return Asked(
            item=item,
            member=request.member,
            today=self.day,
            centres={str(centre.pk): centre.name for centre in self.centres},
            is_grey=requesting.is_grey(item, day=self.day),
            is_proven=Proof.objects.kept().filter(items=item, kind=Proof.Kind.RECEIPT).exists(),
            entered=self.entered,
        )


def href(item_id: UUID, step: Step | None = None) -> str:
    address = reverse("case-new", args=[item_id])
    return f"{address}?step={step}" if step else address


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def case_new(request: MemberRequest, item_id: UUID) -> HttpResponse:
    """One question, or the check; `?step=` names it, and none that lies beyond an open one is shown."""
    item = get_object_or_404(KitItem.objects.owned_by(request.member).select_related("product"), pk=item_id)
    if elsewhere := _elsewhere(request, item):
        return elsewhere
    opening = _opening(request, item)
    if not can_be_serviced(item.product, day=opening.day):
        return TemplateResponse(request, "servicing/case_new.html", unserviceable(item, day=opening.day))
    if request.method == "POST" and "drop" in request.POST:
        drafting.drop_draft(item.pk, member_id=request.member.pk)
        messages.success(request, _("The request is dropped. Nothing was sent in."))
        return HttpResponseRedirect(reverse("kitbag-item", args=[item.pk]))
    step = _step(request.GET.get("step", ""), opening)
    if request.method == "POST" and "remove" in request.POST:
        return _photo_removed(request, opening)
    if step == Step.CHECK:
        return _checked(request, opening)
    if step == Step.ADDRESS and is_asked(request):
        asked = opening.asked(request)
        begun = {**asked.entered, **begun_with(request, request.member)}
        return page(request, opening, step, AddressForm(asked=replace(asked, entered=begun)))
    if request.method == "POST":
        return _answered(request, opening, step)
    return page(request, opening, step, FORMS[step](asked=opening.asked(request)))


def _elsewhere(request: MemberRequest, item: KitItem) -> HttpResponse | None:
    """Where a page goes whose product is in a case already, by this very form or another, or is removed."""
    sent = read_key(request.POST.get("key", ""))
    case = Case.objects.owned_by(request.member).filter(pk=sent).first() if sent else None
    if case is None and item.in_case_since:
        case = Case.objects.open().owned_by(request.member).filter(item=item).first()
        messages.info(request, str(REFUSALS["in_case"][1]))
    if case is not None:
        return HttpResponseRedirect(reverse("case", args=[case.number]))
    if item.state == KitItem.State.REMOVED:
        messages.error(request, str(REFUSALS["removed"][1]))
        return HttpResponseRedirect(reverse("kitbag-item", args=[item.pk]))
    return None


def _opening(request: MemberRequest, item: KitItem) -> Opening:
    at = timezone.now()
    draft = CaseDraft.objects.filter(member=request.member, item=item).first()
    entered = {**known_of(request.member), **(draft.entered if draft else {})}
    service = entered.get("service", "")
    centres = requesting.centres_taking(item, service=service, day=programme_day(at)) if service else []
    return Opening(item, draft, entered, centres, at)


def _step(asked_for: str, opening: Opening) -> Step:
    """The step that was asked for where everything before it is answered, else the first open one."""
    steps = steps_of(opening.entered)
    until = first_open(opening.entered, centres=opening.keys)
    named = next((step for step in steps if step == asked_for), None)
    return named if named and steps.index(named) <= steps.index(until) else until


def page(request: MemberRequest, opening: Opening, step: Step, form: QuestionForm) -> HttpResponse:
    """The page of a step, beside all steps with what was said."""
    until = first_open(opening.entered, centres=opening.keys)
    steps = steps_of(opening.entered)
    reached = steps.index(until)
    context = {
        "crumbs": [
            {"href": reverse("servicing"), "label": _("Servicing")},
            {"href": reverse("servicing-send"), "label": _("Send it in")},
            {"label": opening.item.product.name},
        ],
        "name": opening.item.product.name,
        "family": opening.item.product.family,
        "serial": opening.item.serial_typed,
        "item_href": reverse("kitbag-item", args=[opening.item.pk]),
        "step": step.value,
        "step_name": NAMES[step],
        "number": steps.index(step) + 1,
        "count": len(steps),
        "steps": [
            {
                "label": NAMES[one],
                "href": href(opening.item.pk, one) if place <= reached and one != step else "",
                "is_here": one == step,
                "is_done": is_answered(one, opening.entered, centres=opening.keys),
            }
            for place, one in enumerate(steps)
        ],
        "has_draft": opening.draft is not None,
        "action": href(opening.item.pk, step),
        "form": form,
    }
    more = context_of(
        request,
        step,
        form,
        item=opening.item,
        draft=opening.draft,
        entered=opening.entered,
        centres=opening.centres,
        at=opening.at,
    )
    return TemplateResponse(request, "servicing/case_new.html", {**context, **more})


def _answered(request: MemberRequest, opening: Opening, step: Step) -> HttpResponse:
    """Keep an answer and go on to the first question that is open."""
    data, refusal = received(request) if step == Step.WARRANTY else (request.POST, None)
    form = FORMS[step](data, asked=opening.asked(request))
    if not form.is_valid() or refusal:
        if refusal:
            form.errors.pop("proof", None)
            form.add_error("proof" if "proof" in form.fields else None, proof_refusal(refusal))
        return page(request, opening, step, form)
    try:
        if step == Step.WARRANTY:
            prove(request, form, opening.item)
        draft = drafting.keep_answers(
            opening.item.pk, member_id=request.member.pk, answers=form.answers(), at=opening.at
        )
    except KitError as error:
        form.refuse(error)
        return page(request, opening, step, form)
    if step == Step.FAULT and (refused := keep_photos(request, draft=draft)):
        form.add_error(None, refused)
        return page(request, _opening(request, opening.item), step, form)
    if step == Step.FAULT and "more" in request.POST:
        return HttpResponseRedirect(href(opening.item.pk, step))
    return HttpResponseRedirect(href(opening.item.pk))


def _photo_removed(request: MemberRequest, opening: Opening) -> HttpResponse:
    """Take a photo out; what was typed beside it is kept where it is an answer."""
    key = read_key(request.POST.get("remove", ""))
    file = CaseFile.objects.filter(draft=opening.draft, pk=key).first() if key and opening.draft else None
    if file is not None:
        files.remove_from_draft(file)
        form = FaultForm(request.POST, asked=opening.asked(request))
        if form.is_valid():
            drafting.keep_answers(opening.item.pk, member_id=request.member.pk, answers=form.answers(), at=opening.at)
    return HttpResponseRedirect(href(opening.item.pk, Step.FAULT))


def _checked(request: MemberRequest, opening: Opening) -> HttpResponse:
    """The check, and the sending: the draft's key makes a second click the same case."""
    asked, draft = opening.asked(request), opening.draft
    if draft is None or request.method != "POST":
        return page(request, opening, Step.CHECK, SendForm(asked=asked))
    form: QuestionForm = LaneForm(request.POST, asked=asked) if "lane" in request.POST else SendForm({}, asked=asked)
    if request.POST.get("key") != str(draft.pk):
        form.add_error(None, str(REFUSALS["not_yours"][1]))
    if not form.is_valid():
        return page(request, opening, Step.CHECK, form)
    try:
        case = requesting.request_case(
            opening.item.pk,
            member_id=request.member.pk,
            wish=wish_of(opening.entered, lane=form.cleaned_data.get("lane", "")),
            case_id=draft.pk,
            at=timezone.now(),
            actor=as_member(request.user),
        )
    except CaseError as error:
        return _refused(request, opening, error)
    messages.success(request, _("Your request is sent. Print the sheet and put it in the parcel."))
    return HttpResponseRedirect(reverse("case", args=[case.number]))


def _refused(request: MemberRequest, opening: Opening, error: CaseError) -> HttpResponse:
    """Why it cannot be sent, at the question that it belongs to."""
    step = ASKED_AT.get(error.code, Step.CHECK)
    asked = opening.asked(request)
    if step == Step.CHECK:
        form: QuestionForm = LaneForm({}, asked=asked) if error.code == "choose_lane" else SendForm({}, asked=asked)
        form.is_valid()
        if error.code != "choose_lane":
            form.refuse(error)
    else:
        form = FORMS[step](dict(opening.entered), asked=asked)
        form.is_valid()
        if not form.errors:
            form.refuse(error)
    return page(request, opening, step, form)
