"""Two members, one unit: asking for it with proof, and answering as the one who holds it (programme §3)."""

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

from cps_portal.pages.kitbag.claim_forms import AnswerForm, ClaimForm
from cps_portal.pages.kitbag.claim_words import stay_until
from cps_portal.pages.kitbag.item import crumbs_of, live_item
from cps_portal.pages.kitbag.proof_form import is_proven, received
from cps_portal.pages.kitbag.words import REFUSALS
from kitbag import claims, removal, standing
from kitbag.models import Claim, KitItem
from kitbag.registration import KitError
from kitbag.rules.checks import Reason
from members.access import MemberRequest, member_required
from members.rules.days import programme_day


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def kitbag_claim(request: MemberRequest, item_id: UUID) -> HttpResponse:
    """ "I bought it used" or "I think this is a mistake", with proof; `?ground=` chooses."""
    item = live_item(request, item_id)
    page = reverse("kitbag-item", args=[item.pk])
    may_ask = item.state == KitItem.State.WAITING and Reason.UNIT_HELD in item.reasons
    if not may_ask or Claim.objects.open().filter(item=item).exists():
        return HttpResponseRedirect(page)
    if request.method == "POST":
        data, refusal = received(request)
        form = ClaimForm(data, member=request.member)
        if is_proven(form, refusal) and _ask(request, item, form):
            return HttpResponseRedirect(page)
    else:
        form = ClaimForm(member=request.member, initial={"ground": request.GET.get("ground", "")[:20]})
    return TemplateResponse(
        request,
        "kitbag/kitbag_claim.html",
        {
            "crumbs": crumbs_of(item, _("Tell us more")),
            "name": item.product.name,
            "serial": item.serial_typed,
            "form": form,
            "item_href": page,
            "edit_href": f"{reverse('kitbag-item-edit', args=[item.pk])}#id_serial_typed",
            "ask_href": f"{reverse('contact')}?topic=serial&item={item.pk}",
        },
    )


def _ask(request: MemberRequest, item: KitItem, form: ClaimForm) -> bool:
    """Carry it out; False where the programme refuses, in the form's words."""
    try:
        claim = standing.at_the_clock(
            claims.open_claim,
            item.pk,
            member_id=request.member.pk,
            ground=Claim.Ground(form.cleaned_data["ground"]),
            words=form.cleaned_data["words"],
            proof_id=form.cleaned_data["proof"],
            by=request.user,
        )
    except KitError as error:
        form.refuse(error)
        return False
    if claim is None:
        item.refresh_from_db()
        counts = item.state == KitItem.State.VALIDATED
        said = _("Nobody else holds it any more: %(name)s counts.") if counts else _("Nobody else holds it any more.")
        messages.success(request, said % {"name": item.product.name})
    else:
        messages.success(request, _("Thank you. You asked us to decide; we tell you as soon as we have."))
    return True


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def kitbag_claim_answer(request: MemberRequest, claim_id: int) -> HttpResponse:
    """The holder's two ways: release with one button, its effect shown first, or object with proof."""
    claim = get_object_or_404(
        Claim.objects.select_related("held_item__product", "answer_proof").filter(held_item__member=request.member),
        pk=claim_id,
    )
    item = claim.held_item
    page = reverse("kitbag-item", args=[item.pk])
    if claim.state != Claim.State.OPEN:
        return HttpResponseRedirect(page)
    form = AnswerForm(member=request.member, initial={"words": claim.answer_words})
    if request.method == "POST":
        try:
            if "release" in request.POST:
                standing.at_the_clock(claims.release, claim.pk, member_id=request.member.pk, by=request.user)
                messages.success(request, _("You released %(name)s.") % {"name": item.product.name})
                return HttpResponseRedirect(page)
            data, refusal = received(request)
            form = AnswerForm(data, member=request.member)
            if is_proven(form, refusal):
                _object(request, claim, form)
                messages.success(request, _("Thank you. You objected; we decide and tell you."))
                return HttpResponseRedirect(page)
        except Claim.DoesNotExist:
            messages.error(request, str(REFUSALS["not_open"][1]))
            return HttpResponseRedirect(page)
        except KitError as error:
            if error.code == "not_open":
                messages.error(request, str(REFUSALS["not_open"][1]))
                return HttpResponseRedirect(page)
            form.refuse(error)
    return TemplateResponse(request, "kitbag/kitbag_claim_answer.html", _answer_context(claim, form))


def _object(request: MemberRequest, claim: Claim, form: AnswerForm) -> None:
    standing.at_the_clock(
        claims.object_to,
        claim.pk,
        member_id=request.member.pk,
        proof_id=form.cleaned_data["proof"],
        words=form.cleaned_data["words"],
        by=request.user,
    )


def _answer_context(claim: Claim, form: AnswerForm) -> dict[str, Any]:
    item = claim.held_item
    today = programme_day(timezone.now())
    effect = removal.effect_of(item, day=today)
    lost = effect.before.points - effect.after.points
    return {
        "crumbs": crumbs_of(item, _("Release or object")),
        "name": item.product.name,
        "serial": item.serial_typed,
        "form": form,
        "item_href": reverse("kitbag-item", args=[item.pk]),
        "in_servicing": item.in_case_since is not None,
        "stay": stay_until(f"{lost:,}", claim.answer_by, today=today),
        "objected_on": programme_day(claim.answered_at) if claim.answered_at else None,
        "objection": claim.answer_words,
        "objection_proof": claim.answer_proof.name if claim.answer_proof else "",
        "before": effect.before,
        "after": effect.after,
        "lost": lost,
        "level_falls": effect.after.level < effect.before.level,
    }
