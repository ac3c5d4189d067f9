"""A case as its member follows it: the clock, the estimate, what happened, and what can be done now (programme §6)."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.http import HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from cps_portal.pages.servicing import timeline
from cps_portal.pages.servicing.acting_forms import TrackingForm, WriteForm
from cps_portal.pages.servicing.clock import clock_of, free_drawing
from cps_portal.pages.servicing.estimate_view import Shown, shown
from cps_portal.pages.servicing.event_words import reasons_of
from cps_portal.pages.servicing.facts import facts_of
from cps_portal.pages.servicing.looking import Seen, own_case, seen
from cps_portal.pages.servicing.states import SERVICE_AFTER, stands
from cps_portal.pages.servicing.times import local_day, moment_words, zone_words
from members.access import MemberRequest, member_required
from servicing.estimate_links import token_of
from servicing.models import Case, CaseEvent, CaseFile, Estimate, Stretch
from servicing.reopening import reopen_until
from servicing.rules.numbers import read_number
from servicing.rules.steps import LEFT, State


@require_safe
@member_required
def case(request: MemberRequest, number: str) -> HttpResponse:
    """One case; any spelling of its number leads to its one address."""
    canonical = read_number(number)
    if canonical and canonical != number:
        return HttpResponseRedirect(reverse("case", args=[canonical]))
    now = timezone.now()
    found = own_case(request, number)
    view = seen(found, member_id=request.member.pk, now=now)
    stretch, zone = view.stretch, view.zone
    state = stands(found.state, lane=stretch.lane, tracking=found.inbound_tracking)
    return TemplateResponse(
        request,
        "servicing/case.html",
        {
            "crumbs": crumbs_of(found),
            "number": found.number,
            "title": title_of(found),
            "state": state,
            "place_words": _place_words(view),
            "clock": clock_of(view.run, now) if view.run else None,
            "idle": None if view.run else _idle(view),
            "why": _why(view),
            "estimates": _estimates(view),
            "answer": _answer(view),
            "over": _over(view),
            "timeline": _timeline(view),
            "ahead": timeline.ahead(
                found.state,
                view.read,
                done={event.state for event in view.events if event.stretch_id == stretch.pk},
                zone=zone,
                now=now,
                expires_on=view.expires_on,
                parts_on=found.parts_on,
                closes_on=view.closes_on,
            ),
            "facts": facts_of(view, home=str(request.member.country)),
            "photos": [file_row(file) for file in view.files if file.purpose == CaseFile.Purpose.FAULT],
            "came_in": [file_row(file) for file in view.files if file.purpose == CaseFile.Purpose.INTAKE],
            "acts": _acts(view),
            "write_form": WriteForm(auto_id="write_%s") if can_write(stretch, now) else None,
            "tracking_form": TrackingForm(initial={"tracking": found.inbound_tracking})
            if found.state == State.REQUESTED
            else None,
        },
    )


def title_of(case: Case) -> str:
    """Product and service: EOS R5 Mark II, repair."""
    return _("%(product)s, %(service)s") % {"product": case.product.name, "service": SERVICE_AFTER[case.service]}


def crumbs_of(case: Case, last: str = "") -> list[dict[str, str]]:
    """The way from servicing to a case, and to a page about it."""
    crumbs = [{"href": reverse("servicing"), "label": _("Servicing")}]
    if not last:
        return [*crumbs, {"href": "", "label": case.number, "mono": "1"}]
    return [*crumbs, {"href": reverse("case", args=[case.number]), "label": case.number, "mono": "1"}, {"label": last}]


def file_row(file: CaseFile) -> dict[str, str]:
    return {"name": file.name, "href": reverse("case-file", args=[file.pk])}


def can_write(stretch: Stretch, now: datetime) -> bool:
    """Until a month after it is over there is somebody to write to (bench.write)."""
    return stretch.ended_at is None or now <= stretch.ended_at + timedelta(days=settings.CASE_REOPEN_DAYS)


def _place_words(view: Seen) -> str:
    """Slot 1 of 3, London time; or the lane it is in."""
    slot = view.slots.get(view.stretch.pk)
    lane = Stretch.Lane(view.stretch.lane)
    values = {"zone": zone_words(view.zone), "slot": slot}
    if slot:
        return _("Slot %(slot)s of 3, %(zone)s") % values
    if lane == Stretch.Lane.QUEUED:
        return _("Waits for a slot, %(zone)s") % values
    return (_("Standard time, %(zone)s") if lane == Stretch.Lane.STANDARD else "%(zone)s") % values


def _idle(view: Seen) -> dict[str, Any]:
    """What stands in the display while nothing is counted yet."""
    is_queued = view.stretch.lane == Stretch.Lane.QUEUED
    if view.case.state in (State.CANCELLED, State.EXPIRED):
        words, text = _("The clock never started"), ""
    elif is_queued:
        words = _("Waits for a slot")
        text = _("Its level, target and clock begin with the slot: the next one that is free is its own.")
    else:
        words = _("The clock has not started")
        text = _("It starts when the centre opens on the working day after it received your product.")
    return {"words": words, "text": text, "drawing": free_drawing(numbered=False)}


def _why(view: Seen) -> list[str]:
    """Why it is not on Fast Track, from the last time that was decided."""
    if view.stretch.lane == Stretch.Lane.FAST or view.stretch.ended_at:
        return []
    decided = [
        event for event in view.events if event.kind == CaseEvent.Kind.LANE and event.stretch_id == view.stretch.pk
    ]
    return list(reasons_of(decided[-1].facts.get("reasons", ()))) if decided else []


def _estimates(view: Seen) -> list[Shown]:
    """Newest first; each beside the ones it replaced."""
    levels = {stretch.pk: stretch.benefit_level for stretch in view.stretches}
    return [
        shown(
            estimate,
            before=view.estimates[:place],
            level=levels.get(estimate.stretch_id),
            zone=view.zone,
            now=view.now,
        )
        for place, estimate in reversed(list(enumerate(view.estimates)))
    ]


def _answer(view: Seen) -> dict[str, Any] | None:
    """Where the latest estimate is read, printed and answered, and what an answer means."""
    if not view.estimates:
        return None
    latest: Estimate = view.estimates[-1]
    token = token_of(latest.pk)
    links = {"href": reverse("estimate", args=[token]), "pdf": reverse("estimate-pdf", args=[token])}
    return links | {"version": latest.version, "waits": view.waiting is not None} | consequences(view)


def consequences(view: Seen) -> dict[str, str]:
    """What happens if the member accepts now, and if not."""
    due = view.read.due_at if view.read else None
    slot = view.slots.get(view.stretch.pk)
    return {
        "accepting": _("the clock goes on at once and the target becomes %(when)s.")
        % {"when": moment_words(due, zone=view.zone, now=view.now)}
        if due
        else _("the work goes on at once."),
        "declining": _("If you decline, it comes back unrepaired and the slot is free when it is shipped.")
        if slot
        else _("If you decline, it comes back unrepaired."),
    }


def _over(view: Seen) -> list[str]:
    """What a case that has left the bench, or is over, says in its own words."""
    state, now, zone = State(view.case.state), view.now, view.zone
    said: list[str] = []
    if state in LEFT and view.closes_on:
        said.append(
            _("Tell us when it is back. Otherwise the case closes by itself on %(day)s.")
            % {"day": date_format(view.closes_on, "j M Y")}
        )
    elif state == State.EXPIRED:
        said.append(
            _("The centre did not receive it within three weeks, so the request expired and its place is free.")
        )
        said.append(_("Nothing is lost: send it in again from your kitbag."))
    elif state == State.CANCELLED:
        said.append(_("This request was cancelled before the centre received it."))
    elif state == State.CLOSED:
        until = reopen_until(view.stretch)
        if until and view.today <= until:
            said.append(
                _("Is something still wrong? Until %(day)s you can send it in again on this case.")
                % {"day": date_format(until, "j M Y")}
            )
    elif state == State.DECLINED:
        expired = view.estimates and view.estimates[-1].state == Estimate.State.EXPIRED
        said.append(
            _("Nobody answered the estimate in time, which counts as declined. It comes back unrepaired.")
            if expired
            else _("You declined the estimate. It comes back unrepaired.")
        )
    parts_on, due = view.case.parts_on, view.read.due_at if view.read else None
    if state == State.AWAITING_PARTS and parts_on and due and local_day(due, zone) <= parts_on:
        said.append(
            _("The parts come on %(day)s, later than the target of %(when)s. Parts do not stop the clock.")
            % {"day": date_format(parts_on, "j M Y"), "when": moment_words(due, zone=zone, now=now)}
        )
    return said


def _timeline(view: Seen) -> dict[str, Any]:
    starts = []
    for stretch in view.stretches:
        run = view.run_of(stretch)
        if run is not None and not (stretch.left_at and run.starts_at > stretch.left_at):
            starts.append((run.starts_at, stretch))
    files = {key: [file_row(file) for file in rows] for key, rows in view.files_by_event().items()}
    entries = timeline.entries_of(view.events, files, starts, zone=view.zone, now=view.now)
    return timeline.shown(entries, zone=view.zone, now=view.now) | {"count": len(entries)}


def _acts(view: Seen) -> dict[str, str]:
    """What the member can do now, by name: address, "" where it cannot be done."""
    number, state = view.case.number, State(view.case.state)
    before = state == State.REQUESTED
    until = reopen_until(view.stretch)
    may_reopen = state == State.CLOSED and until is not None and view.today <= until
    again = state in (State.EXPIRED, State.CANCELLED) and view.case.item is not None
    return {
        "sheet": reverse("case-sheet", args=[number]) if before else "",
        "change": reverse("case-change", args=[number]) if before else "",
        "cancel": reverse("case-cancel", args=[number]) if before else "",
        "tracking": reverse("case-tracking", args=[number]) if before else "",
        "back": reverse("case-back", args=[number]) if state in LEFT else "",
        "reopen": reverse("case-reopen", args=[number]) if may_reopen else "",
        "again": reverse("kitbag-item", args=[view.case.item_id]) if again else "",
        "write": reverse("case-write", args=[number]),
    }
