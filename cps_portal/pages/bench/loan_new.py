"""Booking a loan for a member who stands at the counter, or has called (programme §6)."""

from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from cps_portal.pages.bench.frame import own_case, page
from cps_portal.pages.bench.loan_acts import CHANGE
from cps_portal.pages.servicing.loan_choosing import asked_of, booked, choosing, sent_form
from cps_portal.pages.servicing.loan_words import why
from members.models import User
from servicing.casework import as_centre


@require_http_methods(["GET", "HEAD", "POST"])
def bench_loan_new(request: HttpRequest, number: str) -> HttpResponse:
    """Staff page `admin:bench_loan_new`: days first, then what is free; a running loan is shown instead."""
    seen, case = own_case(request, number, permission=CHANGE)
    asked = asked_of(case, seen.bench.at)
    if asked.running is not None:
        return HttpResponseRedirect(reverse("admin:bench_loan", args=[asked.running.pk]))
    form = None
    if request.method == "POST":
        form = sent_form(request.POST, asked)
        loan = booked(asked, form, as_centre(cast(User, request.user))) if form.is_valid() else None
        if loan is not None:
            messages.success(request, _("%(unit)s is booked, and the member is told.") % {"unit": loan.unit})
            return HttpResponseRedirect(reverse("admin:bench_loan", args=[loan.pk]))
    return page(
        seen,
        "bench_loan_new",
        _("Book a loan"),
        "bench_loans",
        number=case.number,
        case_href=reverse("admin:bench_case", args=[case.number]),
        loans_href=seen.bench.href("bench_loans"),
        here=reverse("admin:bench_loan_new", args=[case.number]),
        product=case.product.name,
        owner=case.member.user.name if case.member else "",
        is_given=asked.ground.is_given,
        why=why(asked.ground, case, asked.stretch),
        **(choosing(request.GET, asked, form, same=_("the same as the member’s")) if asked.ground.is_given else {}),
    )
