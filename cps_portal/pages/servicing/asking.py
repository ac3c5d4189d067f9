"""The order of the questions about sending something in, and which of them are answered (programme §6)."""

from collections.abc import Mapping, Sequence
from datetime import date
from enum import StrEnum
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from cps_portal.pages.address_choice import PARTS, parts_of
from members import addresses
from members.models import Member
from servicing.models import Case, SendBy, Service, Stretch
from servicing.requesting import Address, Wish


class Step(StrEnum):
    """A page of its own each; the check comes last."""

    SERVICE = "service"
    FAULT = "fault"
    WARRANTY = "warranty"
    CENTRE = "centre"
    WAY = "way"
    ADDRESS = "address"
    CHECK = "check"


NAMES: dict[Step, str | Promise] = {
    Step.SERVICE: gettext_lazy("Service"),
    Step.FAULT: gettext_lazy("What is wrong"),
    Step.WARRANTY: gettext_lazy("Warranty"),
    Step.CENTRE: gettext_lazy("Centre"),
    Step.WAY: gettext_lazy("The way there"),
    Step.ADDRESS: gettext_lazy("Return address"),
    Step.CHECK: gettext_lazy("Check and send"),
}


def steps_of(entered: Mapping[str, Any]) -> list[Step]:
    """The questions that a request asks: warranty only for a repair."""
    is_repair = entered.get("service", Service.REPAIR) == Service.REPAIR
    return [step for step in Step if step != Step.WARRANTY or is_repair]


def is_answered(step: Step, entered: Mapping[str, Any], *, centres: Sequence[int]) -> bool:
    """Whether a question needs no asking any more; `centres` are the keys of those that take it."""
    if step == Step.SERVICE:
        return entered.get("service") in Service.values
    if step == Step.FAULT:
        is_said = bool(entered.get("fault") or entered.get("fault_words"))
        return is_said if entered.get("service") == Service.REPAIR else "fault_words" in entered
    if step == Step.WARRANTY:
        return entered.get("warranty") in ("yes", "no")
    if step == Step.CENTRE:
        return entered.get("centre") in centres
    if step == Step.WAY:
        return entered.get("send_by") in SendBy.values
    if step == Step.ADDRESS:
        return all(entered.get(name) for name in ("name", "street", "town", "country"))
    return False


def first_open(entered: Mapping[str, Any], *, centres: Sequence[int]) -> Step:
    """The first question that is not answered; the check where all are."""
    return next(step for step in steps_of(entered) if not is_answered(step, entered, centres=centres))


def known_of(member: Member) -> dict[str, Any]:
    """What the portal knows already: the first address that is kept, else that of the last case, else the country."""
    if kept := addresses.first_of(member):
        return {**parts_of(kept)}
    last = Case.objects.owned_by(member).order_by("-requested_at").first()
    if last is None:
        return {"name": member.user.name, "country": str(member.country)}
    return {name: getattr(last, f"return_{name}") for name in PARTS}


def answers_of(case: Case) -> dict[str, Any]:
    """What a request says, as its form begins with it."""
    return {
        "service": case.service,
        "fault": case.fault,
        "fault_words": case.fault_words,
        "warranty": "yes" if case.warranty else "no",
        "centre": case.centre_id,
        "send_by": case.send_by,
        "sends_accessories": case.sends_accessories,
        "needed_by": case.needed_by.isoformat() if case.needed_by else "",
        **{name: getattr(case, f"return_{name}") for name in PARTS},
    }


def wish_of(entered: Mapping[str, Any], *, lane: str = "") -> Wish:
    """What a member asks for, from answers that are complete."""
    needed_by = entered.get("needed_by") or ""
    return Wish(
        service=Service(entered["service"]),
        centre_id=entered["centre"],
        address=Address(**{name: entered.get(name, "") for name in PARTS}),
        fault=entered.get("fault", ""),
        fault_words=entered.get("fault_words", ""),
        warranty=entered.get("warranty") == "yes" and entered["service"] == Service.REPAIR,
        send_by=SendBy(entered["send_by"]),
        needed_by=date.fromisoformat(needed_by) if needed_by else None,
        sends_accessories=entered.get("sends_accessories", ""),
        lane=Stretch.Lane(lane) if lane else None,
    )
