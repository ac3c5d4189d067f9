"""The backup loan of a case: the right with its reason, days first, then units that are free, and the loan (§6)."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from cps_portal.pages.servicing.case import crumbs_of, file_row, title_of
from cps_portal.pages.servicing.loan_choosing import Asked, asked_of, booked, choosing, sent_form
from cps_portal.pages.servicing.loan_form import BookForm
from cps_portal.pages.servicing.loan_paper import paper_of
from cps_portal.pages.servicing.loan_words import ended_words, why
from cps_portal.pages.servicing.looking import own_case
from cps_portal.pages.servicing.words import days_words
from kitbag.registration import KitError
from members.access import MemberRequest, member_required
from servicing import lending
from servicing.access import own_files
from servicing.casework import as_member
from servicing.locator import country_name
from servicing.models import Case, CaseFile, Loan
from servicing.rules.address import address_lines

State = Loan.State


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def case_loan(request: MemberRequest, number: str) -> HttpResponse:
    """The loan of a case; POST books one (act=book) or cancels the booking (act=cancel)."""
    asked = _asked(request, number)
    form = None
    if request.method == "POST":
        if request.POST.get("act") == "cancel":
            return _cancel(request, asked)
        form = sent_form(request.POST, asked)
        if form.key_of() in {loan.pk for loan in asked.loans}:
            return HttpResponseRedirect(_page(asked.case))
        loan = booked(asked, form, as_member(request.user)) if form.is_valid() else None
        if loan is not None:
            messages.success(request, _("%(unit)s is booked for you.") % {"unit": loan.unit.product.name})
            return HttpResponseRedirect(_page(asked.case))
        asked = _asked(request, number)
    return TemplateResponse(request, "servicing/case_loan.html", _context(request, asked, form))


def _asked(request: MemberRequest, number: str) -> Asked:
    case = own_case(request, number)
    case.member = request.member
    return asked_of(case, timezone.now())


def _page(case: Case) -> str:
    return reverse("case-loan", args=[case.number])


def _cancel(request: MemberRequest, asked: Asked) -> HttpResponse:
    """End the running booking; one that is out meanwhile stays, and the page shows it."""
    if asked.running is not None:
        try:
            lending.cancel_booking(asked.running.pk, at=asked.at, actor=as_member(request.user))
        except KitError:
            messages.error(request, _("It has been handed over already, so it cannot be cancelled."))
        else:
            messages.success(request, _("The booking is cancelled. The unit is free for others."))
    return HttpResponseRedirect(_page(asked.case))


def _context(request: MemberRequest, asked: Asked, sent: BookForm | None) -> dict[str, Any]:
    case, running = asked.case, asked.running
    context = {
        "crumbs": crumbs_of(case, _("Backup loan")),
        "title": title_of(case),
        "number": case.number,
        "case_href": reverse("case", args=[case.number]),
        "here": _page(case),
        "is_given": asked.ground.is_given,
        "why": why(asked.ground, case, asked.stretch),
        "loan": _shown(asked, running) if running else None,
        "where": _where(case),
        "past": [_past(loan) for loan in asked.loans if loan is not running],
        "photos": _photos(request, case),
        "days_after": days_words(settings.LOAN_DAYS_AFTER_RETURN),
    }
    if asked.ground.is_given and running is None:
        context |= choosing(request.GET, asked, sent, same=_("the same as yours"))
    return context


def _shown(asked: Asked, loan: Loan) -> dict[str, Any]:
    """The running loan as its member reads it."""
    is_out = loan.state == State.OUT
    return {
        "name": loan.unit.product.name,
        "serial": loan.unit.serial,
        "family": loan.unit.product.family,
        "is_out": is_out,
        "is_overdue": is_out and loan.due_on < asked.ground.today,
        "is_today": is_out and loan.due_on == asked.ground.today,
        "from_on": loan.from_on,
        "due_on": loan.due_on,
        "is_back": asked.stretch.back_on is not None,
        "accessories": loan.accessories_out if is_out else loan.unit.accessories,
        "condition": loan.condition_out,
        "suspended_until": lending.suspended_until(loan.member_id, max(loan.from_on, asked.ground.today))
        if not is_out
        else None,
        "agreement_href": reverse("loan-agreement", args=[asked.case.number, loan.pk]),
    }


def _past(loan: Loan) -> dict[str, Any]:
    """A loan that is over: what it was, and how it ended."""
    is_back = loan.state == State.BACK
    return {
        "name": loan.unit.product.name,
        "serial": loan.unit.serial,
        "days": None if loan.period.isempty else (loan.from_on, loan.due_on),
        "words": _("Returned") if is_back else ended_words(loan),
        "more": loan.condition_back,
        "agreement_href": reverse("loan-agreement", args=[loan.case.number, loan.pk]) if is_back else "",
    }


def _where(case: Case) -> dict[str, Any]:
    """Where a loan is fetched and brought back to."""
    centre = case.centre
    return {
        "name": centre.name,
        "is_demo": centre.is_demo,
        "lines": address_lines(centre.street, centre.postcode, centre.town, str(centre.country)),
        "country": country_name(str(centre.country)),
        "href": reverse("centre", args=[centre.code.lower()]),
    }


def _photos(request: MemberRequest, case: Case) -> list[dict[str, str]]:
    kept = own_files(request.member.pk).filter(
        case=case, purpose__in=[CaseFile.Purpose.HANDED_OUT, CaseFile.Purpose.HANDED_BACK]
    )
    return [{**file_row(file), "purpose": file.get_purpose_display()} for file in kept]


@require_safe
@member_required
def loan_agreement(request: MemberRequest, number: str, loan_id: UUID) -> HttpResponse:
    """What both sign at the counter, as PDF."""
    case = own_case(request, number)
    return agreement_of(request, case, loan_id)


def agreement_of(request: HttpRequest, case: Case, loan_id: UUID) -> HttpResponse:
    """The agreement of a loan of a case in the page's language; 404 for one that was cancelled."""
    found = Loan.objects.filter(pk=loan_id, case=case).exclude(state=State.CANCELLED)
    loan = found.select_related("unit__product", "member__user", "case__centre", "case__product").first()
    if loan is None:
        raise Http404
    return HttpResponse(
        paper_of(loan),
        content_type="application/pdf",
        headers={
            "Content-Disposition": f'inline; filename="{case.number}-loan.pdf"',
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "private, no-store",
        },
    )
