"""One case on the bench: its clock, everything known, and what can be done with it now (programme §6)."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from cps_portal.pages.bench import acts, case_facts, estimate, words
from cps_portal.pages.bench.acts import ACTS, ESTIMATE, NEXT
from cps_portal.pages.bench.case_facts import Dossier
from cps_portal.pages.bench.frame import ACT, BenchRequest, own_case, page
from cps_portal.pages.bench.letters import Letter, foreseen
from cps_portal.pages.servicing.clock import clock_of
from kitbag.registration import KitError
from kitbag.standing import at_the_clock
from members.models import User
from servicing import intake, turnaround
from servicing.files import Opened, opened
from servicing.models import Case, CaseState, Loan, Service, Stretch
from servicing.rules.calendar import NeverOpens
from servicing.rules.steps import AT_THE_CENTRE, State

PHOTOS_AT_ONCE = 6


@dataclass(slots=True)
class Panel:
    """The act that is being prepared: its form, its words, and what the member will get.

    `mark` is the state that the form is made for; `lines` and `shown` are an estimate's.
    """

    code: str
    form: Any
    mark: str
    letters: list[Letter] = field(default_factory=list)
    looked: bool = False
    lines: Any = None
    shown: Any = None


@require_http_methods(["GET", "HEAD", "POST"])
def bench_case(request: HttpRequest, number: str) -> HttpResponse:
    """Staff page `admin:bench_case`. ?act=… opens an act; a POST carries it out, or looks at what it would send."""
    if request.method != "POST":
        seen, case = own_case(request, number)
        code = request.GET.get("act", "")
        may_act = request.user.has_perm(ACT)
        panel = _begun(seen, case, code) if may_act and code in acts.allowed(State(case.state)) else None
        return _page(seen, case, panel)
    seen, case = own_case(request, number, permission=ACT)
    code = request.POST.get("act", "")
    if code != ESTIMATE and code not in ACTS:
        raise PermissionDenied
    return _estimate(seen, case) if code == ESTIMATE else _act(seen, case, code)


def _begun(request: BenchRequest, case: Case, code: str) -> Panel:
    """A form to begin with; a step that needs nothing shows its message at once."""
    mark = acts.mark_of(case)
    if code == ESTIMATE:
        written = estimate.begun(case.estimates.prefetch_related("lines").order_by("-version").first())
        return Panel(code, written.form, mark, lines=written.lines)
    panel = Panel(code, ACTS[code].form(), mark)
    empty = ACTS[code].form({})
    if empty.is_valid():
        _look(request, case, panel, empty)
    return panel


def _look(request: BenchRequest, case: Case, panel: Panel, form: forms.Form) -> None:
    """Let the panel show what the member will get. Raises KitError where the act is refused."""
    act = _doing(request, case, panel.code, form, [])
    panel.letters, _seen = foreseen(case, lambda: acts.carry_out(case, panel.mark, lambda: at_the_clock(act)))
    panel.looked = True


def _doing(request: BenchRequest, case: Case, code: str, form: forms.Form, ready: list[Opened]) -> Callable[..., Any]:
    by = request.user
    assert isinstance(by, User)

    def act(*, at: datetime) -> Any:
        return ACTS[code].carry(case, form.cleaned_data, ready, at, by)

    return act


def _act(request: BenchRequest, case: Case, code: str) -> HttpResponse:
    """Carry an act out, or show what it would send; a refusal writes nothing."""
    form = ACTS[code].form(request.POST, request.FILES)
    panel = Panel(code, form, request.POST.get("mark", "")[:40])
    if form.is_valid():
        try:
            if "look" in request.POST:
                _look(request, case, panel, form)
            else:
                uploads = form.cleaned_data.get("photos", [])[:PHOTOS_AT_ONCE]
                act = _doing(request, case, code, form, [opened(upload) for upload in uploads])
                at_the_clock(lambda at: acts.carry_out(case, panel.mark, lambda: act(at=at)))
                messages.success(request, _("%(number)s: done.") % {"number": case.number})
                return HttpResponseRedirect(reverse("admin:bench_case", args=[case.number]))
        except KitError as error:
            words.refuse(form, error)
    return _page(request, case, panel)


def _estimate(request: BenchRequest, case: Case) -> HttpResponse:
    """Show an estimate as it would be sent, and send it from there."""
    mark = request.POST.get("mark", "")[:40]
    if "more" in request.POST:
        written = estimate.with_more_lines(request.POST)
        return _page(request, case, Panel(ESTIMATE, written.form, mark, lines=written.lines))
    written = estimate.entered(request.POST)
    panel = Panel(ESTIMATE, written.form, mark, lines=written.lines)
    if written.is_valid():
        by = request.user
        assert isinstance(by, User)
        send = written.send(case, at=timezone.now(), by=by)
        try:
            if "confirmed" in request.POST:
                if not estimate.is_sent(case, written.form.cleaned_data["key"]):
                    acts.carry_out(case, mark, send)
                messages.success(request, _("%(number)s: the estimate is sent.") % {"number": case.number})
                return HttpResponseRedirect(reverse("admin:bench_case", args=[case.number]))
            before = list(case.estimates.prefetch_related("lines").order_by("version"))
            stretch = case.stretches.latest("number")
            panel.letters, panel.shown = foreseen(
                case,
                lambda: acts.carry_out(case, mark, send),
                lambda sent: estimate.view_of(
                    sent, stretch, before=before, zone=case.centre.time_zone, now=request.bench.at
                ),
            )
            panel.looked = "change" not in request.POST
        except KitError as error:
            words.refuse(written.form, error)
    return _page(request, case, panel)


def _page(request: BenchRequest, case: Case, panel: Panel | None) -> HttpResponse:
    case = Case.objects.select_related("centre", "product", "member__user", "item__product", "visitor").get(pk=case.pk)
    here, known = request.bench, case_facts.dossier(case)
    state = State(case.state)
    may_act = request.user.has_perm(ACT)
    may_come = state == State.REQUESTED or intake.expired_lately(case, at=here.at) is not None
    if panel is not None and panel.code not in acts.allowed(state):
        # The case has moved: the form stays to be read, its refusal with it, and nothing can be sent from it.
        panel.looked = False
    return page(
        request,
        "bench_case",
        case.number,
        "",
        number=case.number,
        product=case.product.name,
        service=Service(case.service).label,
        state=CaseState(case.state).label,
        lane=words.LANES[known.stretch.lane] if case.member_id else _("Visitor"),
        again=known.stretch.number if known.stretch.requested_at > case.requested_at else 0,
        here=reverse("admin:bench_case", args=[case.number]),
        board_href=here.href("bench"),
        clock=_clock(known, here.at),
        warnings=case_facts.warnings(known),
        thing=case_facts.thing(known, here),
        person=case_facts.person(case),
        intakes=case_facts.intakes_of(known, here),
        estimates=case_facts.estimates_of(known, here),
        loans=case_facts.loans_of(known),
        loan_new_href=_loan_href(request, case, known),
        papers=case_facts.papers(known.files),
        events=case_facts.events_of(known, here),
        acts=[_offer(code, case, state, panel) for code in acts.allowed(state)] if may_act else [],
        receive_href=here.href("bench_receive", number=case.number) if may_act and may_come else "",
        panel=_shown(panel) if panel else None,
        is_visitor=case.member_id is None,
    )


def _loan_href(request: BenchRequest, case: Case, known: Dossier) -> str:
    """Where a loan is booked for the member, while the thing is here on Fast Track and none is running."""
    is_running = any(loan.state in {Loan.State.BOOKED, Loan.State.OUT} for loan in known.loans)
    is_here = case.state in AT_THE_CENTRE and known.stretch.lane == Stretch.Lane.FAST
    if is_running or not is_here or not request.user.has_perm("servicing.change_loan"):
        return ""
    return reverse("admin:bench_loan_new", args=[case.number])


def _clock(known: Dossier, now: datetime) -> Any:
    run = turnaround.run_of(known.stretch, known.own_events)
    try:
        return clock_of(run, now, reader=words.READER) if run else None
    except NeverOpens:
        return None


def _offer(code: str, case: Case, state: State, panel: Panel | None) -> dict[str, Any]:
    again = code == "awaiting_parts" and state == State.AWAITING_PARTS
    if code == ESTIMATE:
        label = _("New estimate") if case.estimates.exists() else _("Estimate")
    else:
        label = _("New day for the parts") if again else str(ACTS[code].label)
    return {
        "href": f"{reverse('admin:bench_case', args=[case.number])}?act={code}#act",
        "label": label,
        "primary": code == NEXT.get(state),
        "current": panel is not None and panel.code == code,
    }


def _shown(panel: Panel) -> dict[str, Any]:
    act = ACTS.get(panel.code)
    return {
        "code": panel.code,
        "title": act.label if act else _("Estimate"),
        "button": act.button if act else _("Send the estimate"),
        "note": act.note if act else "",
        "form": panel.form,
        "lines": panel.lines,
        "mark": panel.mark,
        "letters": panel.letters,
        "looked": panel.looked,
        "shown": panel.shown,
        "is_estimate": act is None,
        "writes": panel.code != "note",
    }
