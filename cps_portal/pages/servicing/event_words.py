"""What happened to a case, event by event, in the words of its member (programme §6)."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cps_portal.pages.kitbag.words import listed
from cps_portal.pages.servicing.words import fault_words
from members.wording.words import Words, money
from servicing.casework import ON_BEHALF
from servicing.models import CaseEvent, Stretch
from servicing.rules.eligibility import No
from servicing.rules.lending import Right
from servicing.rules.steps import State
from servicing.wording import GROUNDS, NOT_ELIGIBLE

Kind, Who = CaseEvent.Kind, CaseEvent.Actor

STEPS: dict[State, Words] = {
    State.REQUESTED: gettext_lazy("Requested by you"),
    State.RECEIVED: gettext_lazy("Received by the centre"),
    State.INSPECTED: gettext_lazy("Inspected"),
    State.ESTIMATE_SENT: gettext_lazy("Estimate %(version)s sent to you"),
    State.ACCEPTED: gettext_lazy("Estimate %(version)s accepted by you"),
    State.DECLINED: gettext_lazy("Estimate %(version)s declined by you"),
    State.IN_REPAIR: gettext_lazy("In repair"),
    State.AWAITING_PARTS: gettext_lazy("Waits for parts"),
    State.QUALITY_CHECK: gettext_lazy("Quality check"),
    State.SHIPPED: gettext_lazy("Shipped, clock stops"),
    State.RETURNED: gettext_lazy("Sent back unrepaired"),
    State.BEYOND_REPAIR: gettext_lazy("Beyond repair, sent back"),
    State.CLOSED: gettext_lazy("Back with you, closed"),
    State.CANCELLED: gettext_lazy("Cancelled"),
    State.EXPIRED: gettext_lazy("Request expired"),
}
LOANS: dict[str, Words] = {
    "offered": gettext_lazy("A backup loan is yours to ask for"),
    "booked": gettext_lazy("Backup loan booked"),
    "moved": gettext_lazy("Backup loan: another unit"),
    "no_unit": gettext_lazy("Backup loan booking ended"),
    "longer": gettext_lazy("Backup loan is yours for longer"),
    "back": gettext_lazy("Backup loan comes to its end"),
    "left": gettext_lazy("Backup loan booking ended"),
    "cancelled": gettext_lazy("Backup loan booking cancelled"),
    "out": gettext_lazy("Backup loan handed over"),
    "returned": gettext_lazy("Backup loan returned"),
}
OTHERS: dict[str, Words] = {
    Kind.CHANGED: gettext_lazy("Request changed"),
    Kind.SLOT_TAKEN: gettext_lazy("On Fast Track"),
    Kind.SLOT_FREED: gettext_lazy("Slot free again"),
    Kind.TERMS: gettext_lazy("Level and target copied"),
    Kind.ESTIMATE_EXPIRED: gettext_lazy("Estimate %(version)s expired"),
    Kind.PARTS: gettext_lazy("Parts come at another time"),
    Kind.INTAKE: gettext_lazy("Booked in"),
    Kind.NUMBER: gettext_lazy("New serial number"),
    Kind.TRACKING: gettext_lazy("Tracking number added"),
}
CHANGES: dict[str, Words] = {
    "service": gettext_lazy("service"),
    "centre_id": gettext_lazy("centre"),
    "fault": gettext_lazy("fault"),
    "fault_words": gettext_lazy("description"),
    "warranty": gettext_lazy("warranty"),
    "send_by": gettext_lazy("way of sending"),
    "needed_by": gettext_lazy("day you need it"),
    "sends_accessories": gettext_lazy("what goes with it"),
}
REASONS: dict[str, Words] = {
    **{reason.value: words for reason, words in NOT_ELIGIBLE.items()},
    "slots": gettext_lazy("All three Fast Track slots were taken."),
}


def name_of(event: CaseEvent) -> str:
    """An event's name: who did what."""
    if event.kind == Kind.STEP:
        return _step(event)
    if event.kind == Kind.MESSAGE:
        if event.facts.get(ON_BEHALF):
            return _("Our staff wrote for you")
        return _("You wrote") if _is_theirs(event) else _("The centre wrote")
    if event.kind == Kind.LANE:
        queued = event.facts.get("lane") == Stretch.Lane.QUEUED
        return _("Waits for a slot") if queued else _("Goes on at the standard time")
    if event.kind == Kind.LOAN:
        return str(LOANS.get(event.facts.get("what", ""), _("Backup loan")))
    return str(OTHERS[event.kind]) % {"version": event.facts.get("version", "")}


def _is_theirs(event: CaseEvent) -> bool:
    """Done by the member in person."""
    return event.actor == Who.MEMBER and not event.facts.get(ON_BEHALF)


def _step(event: CaseEvent) -> str:
    state = State(event.state)
    words = str(STEPS[state]) % {"version": event.facts.get("version", "")}
    if state == State.REQUESTED:
        if event.facts.get("again"):
            return _("Sent in again by you") if _is_theirs(event) else _("Sent in again")
        return words if _is_theirs(event) else _("Requested")
    if state == State.DECLINED and event.facts.get("expired"):
        return _("Estimate %(version)s counts as declined") % {"version": event.facts.get("version", "")}
    if state == State.CANCELLED:
        return _("Cancelled by you") if _is_theirs(event) else words
    return words


def told(event: CaseEvent) -> Iterator[str]:
    """What there is to say beside the name, sentence by sentence; what people wrote comes as they wrote it."""
    facts = event.facts
    if facts.get(ON_BEHALF):
        yield _("By our staff, on your behalf.")
    if event.kind == Kind.STEP:
        yield from _of_step(State(event.state), facts)
    elif event.kind == Kind.CHANGED:
        if facts.get("photos"):
            yield _("Photos added: %(names)s.") % {"names": listed([f"\u2068{name}\u2069" for name in facts["photos"]])}
            return
        changed = facts.get("changed", ())
        names = [str(CHANGES[name]) for name in changed if name in CHANGES]
        names += [_("return address")] if any(name.startswith("return_") for name in changed) else []
        yield _("Changed: %(what)s.") % {"what": listed(names)}
    elif event.kind == Kind.SLOT_TAKEN:
        yield _("Fast Track slot %(slot)s is taken for it.") % {"slot": facts["slot"]}
    elif event.kind == Kind.SLOT_FREED:
        yield _("Fast Track slot %(slot)s is free.") % {"slot": facts["slot"]}
    elif event.kind == Kind.LANE:
        yield from reasons_of(facts.get("reasons", ()))
    elif event.kind == Kind.LOAN:
        yield from _of_loan(facts)
    elif event.kind in (Kind.PARTS, Kind.TRACKING, Kind.NUMBER, Kind.INTAKE):
        yield from _of_other(event.kind, facts)
    if event.note and event.kind == Kind.INTAKE:
        yield _("Condition: %(words)s") % {"words": _sentence(event.note)}
    elif event.note and event.kind == Kind.MESSAGE:
        yield event.note
    elif event.note:
        yield (
            _("“%(words)s”") % {"words": event.note}
            if event.actor == Who.MEMBER
            else f"\u2068{_sentence(event.note)}\u2069"
        )


def reasons_of(codes: Any) -> Iterator[str]:
    """Why something is not on Fast Track, in words; a code from elsewhere says nothing."""
    for code in codes:
        if code in REASONS or code in set(No):
            yield str(REASONS[code])


def _of_step(state: State, facts: Mapping[str, Any]) -> Iterator[str]:
    if state == State.REQUESTED and (fault := fault_words(facts.get("fault", ""))):
        yield _("%(sentence)s.") % {"sentence": fault}
    elif state == State.RECEIVED:
        if facts.get("came_on"):
            day = date_format(date.fromisoformat(facts["came_on"]), "j M Y")
            yield _("It came on %(day)s, before the request expired, so the request stands.") % {"day": day}
        yield (
            _("Its serial number agrees with your kitbag.")
            if facts.get("agrees", True)
            else _("Its serial number is another one than in your kitbag.")
        )
    elif state == State.ESTIMATE_SENT:
        total = money(facts["total"], facts["currency"])
        yield _("%(total)s. The clock is paused.") % {"total": total}
    elif state == State.ACCEPTED:
        yield _("The clock goes on.")
    elif state == State.DECLINED:
        yield _("It comes back unrepaired.")
    elif state == State.AWAITING_PARTS:
        yield from _of_other(Kind.PARTS, facts)
        yield _("The clock goes on.")
    elif state == State.EXPIRED:
        yield _("The centre had not received it within three weeks. It is free to be sent in again.")
    elif state == State.CLOSED and facts.get("back_on"):
        yield _("It was back on %(day)s.") % {"day": date_format(date.fromisoformat(facts["back_on"]), "j M Y")}
    if facts.get("tracking"):
        yield _("Parcel %(number)s.") % {"number": _parcel(facts)}


def _of_loan(facts: Mapping[str, Any]) -> Iterator[str]:
    if facts.get("ground"):
        yield str(GROUNDS[Right(facts["ground"])])
    if facts.get("unit"):
        yield _("%(unit)s, serial number %(serial)s, due back on %(day)s.") % {
            "unit": f"\u2068{facts['unit']}\u2069",
            "serial": f"\u2068{facts['serial']}\u2069",
            "day": date_format(date.fromisoformat(facts["until_on"]), "j M Y"),
        }


def _of_other(kind: str, facts: Mapping[str, Any]) -> Iterator[str]:
    if kind == Kind.PARTS:
        if facts.get("parts_on"):
            day = date_format(date.fromisoformat(facts["parts_on"]), "j M Y")
            yield _("Parts are expected on %(day)s.") % {"day": day}
        else:
            yield _("It is not known yet when the parts come.")
    elif kind == Kind.TRACKING:
        yield _("Parcel %(number)s.") % {"number": _parcel(facts)}
    elif kind == Kind.INTAKE and facts.get("accessories"):
        yield _("With it came: %(what)s.") % {"what": facts["accessories"]}
    elif kind == Kind.NUMBER:
        old, new = facts["serial"]
        yield _("%(old)s became %(new)s. Both are found.") % {"old": f"\u2068{old}\u2069", "new": f"\u2068{new}\u2069"}


def _parcel(facts: Mapping[str, Any]) -> str:
    """Carrier and number, each in its own direction in any language."""
    return " ".join(f"\u2068{facts[name]}\u2069" for name in ("carrier", "tracking") if facts.get(name))


def _sentence(words: str) -> str:
    """What people wrote, with a full stop where it has none, before the next sentence begins."""
    return f"{words}." if words[-1:].isalnum() else words


def joined(sentences: Iterable[str]) -> str:
    """Sentences in a row; one without a full stop gets one, so that the next does not run into it."""
    return " ".join(_sentence(said) for said in sentences)
