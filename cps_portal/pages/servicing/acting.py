"""What a member does with a case: write, say where the parcel is and that it is back, send it in again (§6)."""

from datetime import timedelta
from typing import Any

from allauth.core.internal import ratelimit
from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from cps_portal.pages.servicing.acting_forms import BackForm, CaseForm, ReopenForm, TrackingForm, WriteForm
from cps_portal.pages.servicing.case import can_write, crumbs_of, title_of
from cps_portal.pages.servicing.looking import own_case
from cps_portal.pages.servicing.times import local_day
from kitbag.registration import KitError
from members.access import MemberRequest, member_required
from servicing import bench, reopening, requesting
from servicing.casework import as_member
from servicing.files import keep_files, opened
from servicing.models import Case, CaseFile
from servicing.rules.steps import LEFT, State


def _page(case: Case) -> str:
    return reverse("case", args=[case.number])


def _context(case: Case, form: CaseForm, last: str) -> dict[str, Any]:
    return {
        "crumbs": crumbs_of(case, last),
        "title": title_of(case),
        "number": case.number,
        "centre": case.centre.name,
        "case_href": _page(case),
        "form": form,
    }


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def case_write(request: MemberRequest, number: str) -> HttpResponse:
    """A message to the centre, with photos."""
    case = own_case(request, number)
    now = timezone.now()
    if not can_write(case.stretches.latest("number"), now):
        messages.info(request, _("This case has been over for a month: nobody reads what is written here."))
        return HttpResponseRedirect(_page(case))
    form = WriteForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        limit = {"case_write": "60/h/user"}
        if not ratelimit.consume(request, app="servicing", action="case_write", config=limit):
            return ratelimit.respond_429(request)
        try:
            ready = [opened(file) for file in form.cleaned_data["photos"]]
            with transaction.atomic():
                event = bench.write(
                    case.pk, words=form.cleaned_data["words"], at=timezone.now(), actor=as_member(request.user)
                )
                if ready:
                    keep_files(
                        ready,
                        purpose=CaseFile.Purpose.MESSAGE,
                        case=case,
                        event=event,
                        at=event.at,
                        by=request.user,
                    )
        except KitError as error:
            form.refuse(error)
        else:
            messages.success(request, _("Sent to the centre."))
            return HttpResponseRedirect(f"{_page(case)}#happened")
    return TemplateResponse(request, "servicing/case_write.html", _context(case, form, _("Write to the centre")))


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def case_tracking(request: MemberRequest, number: str) -> HttpResponse:
    """The number of the parcel on its way to the centre."""
    case = own_case(request, number)
    if case.state != State.REQUESTED:
        return HttpResponseRedirect(_page(case))
    form = TrackingForm(request.POST or None, initial={"tracking": case.inbound_tracking})
    if request.method == "POST" and form.is_valid():
        try:
            requesting.add_tracking(
                case.pk, tracking=form.cleaned_data["tracking"], at=timezone.now(), actor=as_member(request.user)
            )
        except KitError as error:
            form.refuse(error)
        else:
            messages.success(request, _("Saved."))
            return HttpResponseRedirect(_page(case))
    return TemplateResponse(request, "servicing/case_tracking.html", _context(case, form, _("Parcel to the centre")))


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def case_back(request: MemberRequest, number: str) -> HttpResponse:
    """ "It is here": today at once from the case's page, or another day from this one."""
    case = own_case(request, number)
    if case.state not in LEFT:
        return HttpResponseRedirect(_page(case))
    now = timezone.now()
    today = local_day(now, case.centre.time_zone)
    is_today = request.method == "POST" and "on" not in request.POST
    form = BackForm({"on": today} if is_today else request.POST or None, initial={"on": today})
    if request.method == "POST" and form.is_valid():
        try:
            bench.is_back(case.pk, on=form.cleaned_data["on"], at=now, actor=as_member(request.user))
        except KitError as error:
            form.refuse(error)
        else:
            until = form.cleaned_data["on"] + timedelta(days=settings.CASE_REOPEN_DAYS)
            messages.success(
                request,
                _("Thank you. If something is still wrong, you can send it in again on this case until %(day)s.")
                % {"day": date_format(until, "j M Y")},
            )
            return HttpResponseRedirect(_page(case))
    return TemplateResponse(request, "servicing/case_back.html", _context(case, form, _("It is here")))


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def case_reopen(request: MemberRequest, number: str) -> HttpResponse:
    """Send a closed case in again within 30 days, with words."""
    case = own_case(request, number)
    now = timezone.now()
    until = reopening.reopen_until(case.stretches.latest("number"))
    is_late = until is None or local_day(now, case.centre.time_zone) > until
    if case.state != State.CLOSED or is_late:
        return HttpResponseRedirect(_page(case))
    form = ReopenForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            reopening.reopen_case(case.pk, words=form.cleaned_data["words"], at=now, actor=as_member(request.user))
        except KitError as error:
            form.refuse(error)
        else:
            messages.success(request, _("The case is open again. Send it in like the first time."))
            return HttpResponseRedirect(_page(case))
    context = _context(case, form, _("Send it in again")) | {"until": until}
    return TemplateResponse(request, "servicing/case_reopen.html", context)
