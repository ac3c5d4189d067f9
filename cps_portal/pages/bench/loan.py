"""One loan at the counter: the unit, the days, how it went out and came back, and what can be done now (§6)."""

from collections.abc import Callable
from typing import Any, cast
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from cps_portal.pages.bench import loan_acts, words
from cps_portal.pages.bench.case import PHOTOS_AT_ONCE, Panel
from cps_portal.pages.bench.frame import Bench, BenchRequest, allowed, page
from cps_portal.pages.bench.letters import foreseen
from cps_portal.pages.bench.loan_acts import ACTS
from cps_portal.pages.servicing.loan import agreement_of
from cps_portal.pages.servicing.loan_words import ENDED
from kitbag.registration import KitError
from members.country_teams import seen_by
from members.looking import Page, note_look
from servicing.access import centre_seen_by, files_for_staff
from servicing.files import opened
from servicing.lending import suspended_until
from servicing.models import CaseFile, CaseState, Loan

SEE = "servicing.view_loan"
State = Loan.State


def own_loan(request: HttpRequest, loan_id: UUID, *, permission: str = SEE) -> tuple[BenchRequest, Loan]:
    """A loan of the user's own centre's units; any other is 404. Raises PermissionDenied, Http404."""
    user = allowed(request, permission)
    rows = Loan.objects.select_related("unit__product", "unit__centre", "member__user", "case__centre", "case__product")
    held_to = centre_seen_by(user)
    rows = seen_by(rows, user) if held_to is None else rows.filter(unit__centre=held_to)
    loan = rows.filter(pk=loan_id).first()
    if loan is None:
        raise Http404
    passed = cast(BenchRequest, request)
    passed.bench = Bench(loan.unit.centre, timezone.now(), chosen=held_to is None)
    note_look(loan.member_id, page=Page.CASE, by=user, at=passed.bench.at)
    return passed, loan


@require_http_methods(["GET", "HEAD", "POST"])
def bench_loan(request: HttpRequest, loan_id: UUID) -> HttpResponse:
    """Staff page `admin:bench_loan`. ?act=… opens an act; a POST carries it out, or looks at what it would send."""
    seen, loan = own_loan(request, loan_id)
    if request.method == "POST":
        return _act(seen, loan, request.POST.get("act", ""))
    act = next((act for act in loan_acts.allowed(loan, seen.user) if act.code == request.GET.get("act")), None)
    panel = Panel(act.code, _form(loan, act), loan_acts.mark_of(loan)) if act else None
    return _page(seen, loan, panel)


@require_safe
def bench_loan_agreement(request: HttpRequest, loan_id: UUID) -> HttpResponse:
    """Staff page `admin:bench_loan_agreement`: what both sign, as PDF."""
    _seen, loan = own_loan(request, loan_id)
    return agreement_of(request, loan.case, loan.pk)


def _form(loan: Loan, act: loan_acts.LoanAct) -> forms.Form:
    """A form to begin with: what goes with it is known."""
    with_it = loan.accessories_out or loan.unit.accessories
    return act.form(initial={"accessories": with_it} if "accessories" in act.form.base_fields else {})


def _act(request: BenchRequest, loan: Loan, code: str) -> HttpResponse:
    """Carry an act out, or show what it would send; a refusal writes nothing."""
    act = ACTS.get(code)
    if act is None or not request.user.has_perm(act.permission):
        raise PermissionDenied
    form = act.form(request.POST, request.FILES)
    panel = Panel(code, form, request.POST.get("mark", "")[:80])
    if form.is_valid():
        try:
            if "look" in request.POST:
                panel.letters, _seen = foreseen(loan.case, lambda: _carry(request, loan, panel, []))
                panel.looked = True
            else:
                uploads = form.cleaned_data.get("photos", [])[:PHOTOS_AT_ONCE]
                _carry(request, loan, panel, [opened(upload) for upload in uploads])
                messages.success(request, _("%(unit)s: done.") % {"unit": loan.unit})
                return HttpResponseRedirect(reverse("admin:bench_loan", args=[loan.pk]))
        except KitError as error:
            words.refuse(form, error)
    _request, loan = own_loan(request, loan.pk)
    return _page(request, loan, panel)


def _carry(request: BenchRequest, loan: Loan, panel: Panel, ready: list[Any]) -> None:
    act = ACTS[panel.code]
    do: Callable[[], Any] = lambda: act.carry(  # noqa: E731 - one line of three names
        loan, panel.form.cleaned_data, ready, timezone.now(), request.user
    )
    loan_acts.carry_out(loan, panel.mark, do)


def _page(request: BenchRequest, loan: Loan, panel: Panel | None) -> HttpResponse:
    here = request.bench
    acts = loan_acts.allowed(loan, request.user)
    href = reverse("admin:bench_loan", args=[loan.pk])
    return page(
        request,
        "bench_loan",
        str(loan.unit),
        "bench_loans",
        unit=loan.unit.product.name,
        serial=loan.unit.serial,
        family=loan.unit.product.family,
        state=loan.get_state_display(),
        warnings=_warnings(loan, here),
        facts=_facts(loan, here),
        sides=_sides(loan, here),
        photos=_photos(request, loan),
        here=href,
        loans_href=here.href("bench_loans"),
        case_href=reverse("admin:bench_case", args=[loan.case.number]),
        number=loan.case.number,
        agreement_href=reverse("admin:bench_loan_agreement", args=[loan.pk]) if loan.state != State.CANCELLED else "",
        acts=[
            {
                "href": f"{href}?act={act.code}#act",
                "label": act.label,
                "primary": place == 0,
                "current": panel is not None and panel.code == act.code,
            }
            for place, act in enumerate(acts)
        ],
        panel=_shown(panel) if panel else None,
        is_visitor=False,
    )


def _shown(panel: Panel) -> dict[str, Any]:
    act = ACTS[panel.code]
    return {
        "code": act.code,
        "title": act.label,
        "button": act.button,
        "note": act.note,
        "form": panel.form,
        "mark": panel.mark,
        "letters": panel.letters,
        "looked": panel.looked,
        "is_estimate": False,
        "writes": act.writes,
    }


def _warnings(loan: Loan, here: Bench) -> list[str]:
    """What the counter should know before it does something."""
    said = []
    if loan.state == State.OUT and loan.due_on < here.today:
        said.append(_("It was due back on %(day)s.") % {"day": date_format(loan.due_on, "j M Y")})
    if loan.state in {State.BOOKED, State.OUT} and (until := suspended_until(loan.member_id, here.today)):
        said.append(_("No loans for this member until %(day)s.") % {"day": date_format(until, "j M Y")})
    if loan.unit.out_since is not None:
        said.append(_("The unit is out of the pool: %(why)s") % {"why": loan.unit.out_why})
    return said


def _facts(loan: Loan, here: Bench) -> list[tuple[str, str]]:
    days = [] if loan.period.isempty else [date_format(day, "j M Y") for day in (loan.from_on, loan.due_on)]
    facts = [
        (_("Whose"), f"{loan.member.user.name}, {loan.member.spaced_number}"),
        (_("In servicing"), f"{loan.case.product.name}, {CaseState(loan.case.state).label}"),
        (_("From"), days[0] if days else here.clock(loan.handed_over_at)),
        (_("Due back"), days[1] if days else here.clock(loan.returned_at)),
        (_("Booked"), here.clock(loan.booked_at)),
    ]
    if loan.ended_why:
        facts.append((_("Why"), str(ENDED.get(loan.ended_why, loan.ended_why))))
    return facts


def _sides(loan: Loan, here: Bench) -> list[dict[str, str]]:
    """How it went out, and how it came back."""
    sides = []
    if loan.handed_over_at:
        sides.append(
            {
                "title": _("At hand-over"),
                "when": here.clock(loan.handed_over_at),
                "condition": loan.condition_out,
                "accessories": loan.accessories_out,
            }
        )
    if loan.returned_at:
        sides.append(
            {
                "title": _("At return"),
                "when": here.clock(loan.returned_at),
                "condition": loan.condition_back,
                "accessories": loan.accessories_back,
            }
        )
    return sides


def _photos(request: BenchRequest, loan: Loan) -> list[dict[str, str]]:
    purposes = [CaseFile.Purpose.HANDED_OUT, CaseFile.Purpose.HANDED_BACK]
    kept = files_for_staff(request.user).filter(case=loan.case, purpose__in=purposes)
    return [
        {"name": file.name, "href": reverse("case-file", args=[file.pk]), "purpose": file.get_purpose_display()}
        for file in kept
    ]
