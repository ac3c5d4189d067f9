"""The bench in words: parts of the board, what happened to a case, and what the programme refuses."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cps_portal.pages.servicing.clock import Reader
from cps_portal.pages.servicing.event_words import reasons_of
from cps_portal.pages.servicing.words import REFUSALS as SHARED
from kitbag.registration import KitError
from members.wording.words import Words, money
from servicing.models import CaseEvent, CaseState, Stretch
from servicing.risks import WARNING
from servicing.rules.board import Part, Risk

PARTS: Mapping[Part, Words] = {
    Part.MISSED: gettext_lazy("Target missed"),
    Part.RISK: gettext_lazy("Target at risk"),
    Part.TODAY: gettext_lazy("Due today"),
    Part.NEXT: gettext_lazy("Due the next working day"),
    Part.LATER: gettext_lazy("Due later"),
    Part.PAUSED: gettext_lazy("Paused: the estimate is with the member"),
    Part.QUEUED: gettext_lazy("Waits for a Fast Track slot"),
    Part.STANDARD: gettext_lazy("Standard time"),
    Part.EXPECTED: gettext_lazy("Expected, not here yet"),
    Part.BACK: gettext_lazy("On the way back"),
    Part.STALE: gettext_lazy("Nothing has happened for days"),
}
SHORT: Mapping[Part, Words] = {
    Part.MISSED: gettext_lazy("Missed"),
    Part.RISK: gettext_lazy("At risk"),
    Part.TODAY: gettext_lazy("Today"),
    Part.NEXT: gettext_lazy("Next day"),
    Part.LATER: gettext_lazy("Later"),
    Part.PAUSED: gettext_lazy("Paused"),
    Part.QUEUED: gettext_lazy("Queued"),
    Part.STANDARD: gettext_lazy("Standard"),
    Part.EXPECTED: gettext_lazy("Expected"),
    Part.BACK: gettext_lazy("Way back"),
    Part.STALE: gettext_lazy("Stale"),
}
RISKS: Mapping[Risk, Words] = {
    Risk.PARTS: gettext_lazy("at risk: the parts come too late"),
    Risk.NOT_BEGUN: gettext_lazy("at risk: the work has not begun"),
}
READER = Reader(gettext_lazy("Paused, estimate with the member"), gettext_lazy("If it is accepted now"))
# Codes of the operations: the field they stand beside ("" for the whole form) and what to do, for the bench.
REFUSALS: Mapping[str, tuple[str, Words]] = {
    "moved": ("", gettext_lazy("The case has moved on since this page was opened. Nothing was done.")),
    "not_now": ("", gettext_lazy("The case is not where this step begins. Look at it again.")),
    "parts_in_the_past": ("parts_on", gettext_lazy("Choose today or a later day.")),
    "back_too_early": ("back_on", gettext_lazy("It left the centre later than that. Choose a later day.")),
    "back_in_the_future": ("back_on", gettext_lazy("Choose today or an earlier day.")),
    "lines_missing": ("", gettext_lazy("Write at least one line with an amount.")),
    "waits_for_a_slot": (
        "",
        gettext_lazy(
            "This case waits for a Fast Track slot. Its terms come with the slot, so an estimate has to wait as well."
        ),
    ),
    "words_missing": ("words", gettext_lazy("Write something first.")),
    "too_early": ("", gettext_lazy("The loan begins on a later day. It can be handed over then.")),
    "suspended": ("", gettext_lazy("There are no loans for this member on that day.")),
    "out_of_pool": ("", gettext_lazy("This unit is out of the pool. Cancel the booking, or book another unit.")),
    "unit_is_out": ("", gettext_lazy("Somebody else still has this unit. Take it back first.")),
    "ends_before_it_begins": ("until_on", gettext_lazy("Choose a day after the first one.")),
    "too_late": ("", gettext_lazy("This case has been over for a month. It takes no more messages.")),
    "received_later": ("came_on", gettext_lazy("Choose a moment that has passed.")),
    "received_expired": (
        "came_on",
        gettext_lazy("The request had expired by then. Choose when it came; what came later needs a new request."),
    ),
    "received_too_early": (
        "came_on",
        gettext_lazy("It cannot have come before it was asked for, nor more than four days ago."),
    ),
    "unit_held": ("serial", gettext_lazy("Another member’s validated product holds this number. CPS decides that.")),
    "number_missing": ("serial", gettext_lazy("Write the number as it stands on the product.")),
    "not_counting": (
        "",
        gettext_lazy("This product does not count in the kitbag now. CPS staff look after its number."),
    ),
    "not_yours": ("", gettext_lazy("This product belongs to another member.")),
    "removed": ("", gettext_lazy("The member has removed this product from their kitbag.")),
    "in_case": ("", gettext_lazy("This product is in an open case already.")),
    "centre_does_not_take": ("service", gettext_lazy("This centre does not do this for such a product.")),
    "choose_lane": ("", gettext_lazy("All Fast Track slots of the member are taken.")),
}
OTHERWISE = ("", gettext_lazy("The programme does not allow this."))

LANES: Mapping[str, Words] = {
    Stretch.Lane.FAST: gettext_lazy("Fast Track"),
    Stretch.Lane.QUEUED: gettext_lazy("Waits for a slot"),
    Stretch.Lane.STANDARD: gettext_lazy("Standard time"),
}
WARNINGS: Mapping[str, Words] = {
    "stolen": gettext_lazy("This unit was reported stolen. Do not send it back; CPS decides."),
    "number": gettext_lazy("The serial number seen is not the one in the kitbag."),
    "former": gettext_lazy("The serial number seen is one that an earlier repair replaced."),
}
# Noted once by the portal; whether it is so now, the board says.
NOTED: Mapping[str, Words] = {WARNING.format(risk.value): said for risk, said in RISKS.items()}

LOANS: Mapping[str, Words] = {
    "offered": gettext_lazy("offered"),
    "booked": gettext_lazy("booked"),
    "moved": gettext_lazy("moved to another unit"),
    "no_unit": gettext_lazy("no unit is free"),
    "longer": gettext_lazy("extended"),
    "back": gettext_lazy("the repair is back"),
    "left": gettext_lazy("the repair has left"),
    "cancelled": gettext_lazy("cancelled"),
    "out": gettext_lazy("handed over"),
    "returned": gettext_lazy("returned"),
}
WHO: Mapping[str, Words] = {
    CaseEvent.Actor.MEMBER: gettext_lazy("the member"),
    CaseEvent.Actor.CENTRE: gettext_lazy("the centre"),
    CaseEvent.Actor.STAFF: gettext_lazy("CPS staff"),
    CaseEvent.Actor.PORTAL: gettext_lazy("the portal"),
}


def refuse(form: forms.BaseForm, error: KitError) -> None:
    """Put a refusal beside its field, or above the form where it speaks of none."""
    field, words = REFUSALS.get(error.code) or SHARED.get(error.code) or OTHERWISE
    form.add_error(field if field in form.fields else None, str(words))


def happened(event: CaseEvent) -> tuple[str, str]:
    """What happened in a few words, and more about it, as the bench needs to know it."""
    facts = event.facts
    match event.kind:
        case CaseEvent.Kind.STEP:
            return _step(event.state, facts), event.note
        case CaseEvent.Kind.MESSAGE:
            return _("Internal note") if event.internal else _("Message"), event.note
        case CaseEvent.Kind.INTAKE:
            return _("Booked in"), _joined(event.note, facts.get("accessories"))
        case CaseEvent.Kind.NUMBER:
            old, new = (*facts.get("serial", ()), "", "")[:2]
            return _("Serial number changed"), _joined(f"{old} → {new}", event.note)
        case CaseEvent.Kind.PARTS:
            return _("Parts expected"), _joined(_day(facts.get("parts_on")), event.note)
        case CaseEvent.Kind.CHANGED:
            return event.get_kind_display(), ", ".join(facts.get("photos", ()))
        case CaseEvent.Kind.WARNING:
            code = facts.get("warning", "")
            return _("Warning"), str(WARNINGS.get(code) or NOTED.get(code) or code)
        case CaseEvent.Kind.LANE:
            return str(LANES.get(facts.get("lane", ""), "")), _joined(*reasons_of(facts.get("reasons", ())))
        case CaseEvent.Kind.TERMS:
            target = facts.get("target")
            return _("Terms copied"), _("target %(days)s working days") % {"days": target} if target else _("no target")
        case CaseEvent.Kind.SLOT_TAKEN | CaseEvent.Kind.SLOT_FREED:
            return event.get_kind_display(), str(facts.get("slot", ""))
        case CaseEvent.Kind.LOAN:
            days = " – ".join(filter(None, (_day(facts.get("from_on")), _day(facts.get("until_on")))))
            return _("Loan"), _joined(LOANS.get(facts.get("what", ""), ""), facts.get("serial"), days, event.note)
        case CaseEvent.Kind.TRACKING:
            return _("Tracking number"), _joined(facts.get("tracking"), event.note)
        case _:
            return event.get_kind_display(), event.note


def _step(state: str, facts: Mapping[str, Any]) -> str:
    said = str(CaseState(state).label)
    if version := facts.get("version"):
        said = f"{said} ({version})"
    more = [_day(facts.get("parts_on")), facts.get("carrier"), facts.get("tracking"), _day(facts.get("back_on"))]
    if facts.get("total") and facts.get("currency"):
        more.append(money(facts["total"], facts["currency"]))
    if facts.get("expired"):
        more.append(_("nobody answered in time"))
    return _joined(said, *more)


def _day(iso: str | None) -> str:
    """A day of an event's facts as everywhere: 4 Dec 2026; empty for none."""
    return date_format(date.fromisoformat(iso), "j M Y") if iso else ""


def _joined(*parts: Any) -> str:
    return " · ".join(str(part) for part in parts if part)
