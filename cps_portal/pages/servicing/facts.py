"""What a case is, line by line: numbers, service, centre, level and target as copied, loan, way back (design 04)."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django_countries import countries

from cps_portal.pages.servicing.clock import past_words
from cps_portal.pages.servicing.looking import Seen
from cps_portal.pages.servicing.states import centre_words
from members.models import Level
from servicing.lending import right_of
from servicing.models import CaseEvent, SendBy, Service, Stretch
from servicing.rules.address import address_lines
from servicing.rules.lending import NoLoan, Right
from servicing.rules.steps import AT_THE_CENTRE
from servicing.rules.terms import Given, Whose


def facts_of(view: Seen, *, home: str) -> list[dict[str, Any]]:
    """Lines of label and value; `kind` says how a value is set: serial, level, lines, link or plain."""
    return list(_facts(view, home))


def _facts(view: Seen, home: str) -> Iterator[dict[str, Any]]:
    case, stretch = view.case, view.stretch
    numbers = _numbers(view)
    if numbers[0]:
        yield {"label": _("Serial number"), "kind": "serial", "value": numbers[0]}
    for new in numbers[1:]:
        yield {"label": _("New serial number"), "kind": "serial", "value": new}
    yield {"label": _("Service"), "value": _service(view)}
    yield {
        "label": _("Centre"),
        "kind": "link",
        "value": centre_words(case.centre),
        "href": reverse("centre", args=[case.centre.code.lower()]),
    }
    if stretch.level is not None:
        yield {
            "label": _("Level at receipt"),
            "kind": "level",
            "level": stretch.level,
            "value": ""
            if stretch.benefit_level in (None, stretch.level)
            else _("benefits of %(level)s") % {"level": Level(stretch.benefit_level).label},
        }
    yield {
        "label": _("Target"),
        "kind": "link",
        "value": _target(view),
        "note": _whose(view, home),
        "href": f"{reverse('terms')}#turnaround",
    }
    loan, loan_href = _loan(view)
    if loan:
        yield {"label": _("Backup loan"), "kind": "link", "value": loan, "href": loan_href}
    for label, number in (
        (_("Parcel to the centre"), case.inbound_tracking),
        (_("Parcel to you"), case.outbound_tracking),
    ):
        if number:
            yield {"label": label, "kind": "serial", "value": number}
    yield {"label": _("Way to the centre"), "value": SendBy(case.send_by).label}
    yield {"label": _("Goes back to"), "kind": "lines", "value": _address(view)}
    if case.needed_by:
        yield {"label": _("Needed by"), "value": date_format(case.needed_by, "j M Y")}
    if case.sends_accessories:
        yield {"label": _("Goes with it"), "value": case.sends_accessories}
    for earlier in view.stretches[:-1]:
        yield {"label": _("The time before"), "value": past_words(earlier)}


def _numbers(view: Seen) -> list[str]:
    """The number as it came, then every one it was given since."""
    given = [event.facts["serial"] for event in view.events if event.kind == CaseEvent.Kind.NUMBER]
    first = given[0][0] if given and given[0][0] else view.case.serial
    if not given and view.case.item and view.case.item.serial == view.case.serial:
        first = view.case.item.serial_typed or first
    return [first, *(new for _old, new in given)]


def _service(view: Seen) -> str:
    service = str(Service(view.case.service).label)
    if view.case.service != Service.REPAIR:
        return service
    asked = _("under warranty") if view.case.warranty else _("chargeable")
    return _("%(service)s, %(how)s") % {"service": service, "how": asked}


def _target(view: Seen) -> str:
    stretch = view.stretch
    if stretch.target_days is not None:
        words = ngettext("%(days)s working day", "%(days)s working days", stretch.target_days)
        return words % {"days": stretch.target_days}
    if stretch.lane == Stretch.Lane.FAST:
        return _("Set at receipt")
    if stretch.lane == Stretch.Lane.QUEUED:
        return _("Set with the slot")
    return _("None, standard time")


def _whose(view: Seen, home: str) -> str:
    """Which of the two countries' terms decided, where the centre is in another one."""
    abroad = str(view.case.centre.country)
    if view.stretch.terms is None or abroad == home or view.stretch.target_days is None:
        return ""
    given = Given.from_json(view.stretch.terms)
    if given.whose_target == Whose.BOTH:
        return _("the same in both countries")
    country = home if given.whose_target == Whose.HOME else abroad
    return _("by the terms of %(country)s, the longer ones") % {"country": countries.name(country)}


def _loan(view: Seen) -> tuple[str, str]:
    """Whether a backup loan is theirs to ask for, and the page where they do."""
    stretch, case = view.stretch, view.case
    href = reverse("case-loan", args=[case.number])
    happened = [event.facts for event in view.events if event.kind == CaseEvent.Kind.LOAN]
    last = happened[-1] if happened else {}
    if last.get("what") in ("booked", "moved", "longer", "out", "back"):
        day = date_format(date.fromisoformat(last["until_on"]), "j M Y")
        words = (
            _("Booked, %(unit)s until %(day)s") if last["what"] in ("booked", "moved") else _("%(unit)s until %(day)s")
        )
        return words % {"unit": last["unit"], "day": day}, href
    offered = any(facts.get("what") == "offered" for facts in happened)
    if case.state in AT_THE_CENTRE and (offered or (view.read and view.read.missed and _gives_loans(stretch))):
        ground = right_of(case, stretch, at=view.now)
        if ground.answer == NoLoan.SUSPENDED and ground.suspended_until:
            return _("Suspended until %(day)s") % {"day": date_format(ground.suspended_until, "j M Y")}, href
        if isinstance(ground.answer, Right):
            return _("Yours to ask for now"), href
    if stretch.lane != Stretch.Lane.FAST or stretch.terms is None or case.state not in AT_THE_CENTRE:
        return "", ""
    if not _gives_loans(stretch):
        return _("Not at your level, in one of the two countries"), href
    return _("Yours to ask for if the target is missed"), href


def _gives_loans(stretch: Stretch) -> bool:
    return stretch.terms is not None and Given.from_json(stretch.terms).loan


def _address(view: Seen) -> list[str]:
    case = view.case
    lines = address_lines(case.return_street, case.return_postcode, case.return_town, case.return_country)
    return [case.return_name, *lines, str(countries.name(case.return_country))]
