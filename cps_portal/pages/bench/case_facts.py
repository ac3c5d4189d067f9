"""What the page of a case says: the thing, the person, what came in, estimates, events and papers (programme §6)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django_countries import countries

from cps_portal.pages.bench import words
from cps_portal.pages.bench.frame import Bench
from cps_portal.pages.servicing import estimate_view
from cps_portal.pages.servicing.words import fault_words
from kitbag.models import StolenUnit
from members.models import Level
from servicing.models import Case, CaseEvent, CaseFile, Estimate, Intake, Loan, SendBy, Service, Stretch
from servicing.rules.address import address_lines

Facts = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Dossier:
    """Everything that is kept about a case, read once: eight queries whatever there is."""

    case: Case
    stretches: Sequence[Stretch]
    events: Sequence[CaseEvent]
    files: Sequence[CaseFile]
    estimates: Sequence[Estimate]
    intakes: Sequence[Intake]
    loans: Sequence[Loan]
    stolen: bool

    @property
    def stretch(self) -> Stretch:
        return self.stretches[-1]

    @property
    def own_events(self) -> list[CaseEvent]:
        """What happened in the latest stretch, in order."""
        return [event for event in self.events if event.stretch_id == self.stretch.pk]


def dossier(case: Case) -> Dossier:
    numbers = {case.serial, case.item.serial if case.item else ""} - {""}
    return Dossier(
        case=case,
        stretches=list(case.stretches.order_by("number")),
        events=list(case.events.select_related("by").order_by("at", "pk")),
        files=list(CaseFile.objects.filter(case=case).order_by("uploaded_at", "pk")),
        estimates=list(case.estimates.prefetch_related("lines").order_by("version")),
        intakes=list(Intake.objects.filter(stretch__case=case).select_related("by").order_by("at")),
        loans=list(case.loans.select_related("unit__product").order_by("-booked_at")),
        stolen=StolenUnit.objects.filter(product=case.product_id, serial__in=numbers, withdrawn_at=None).exists(),
    )


def thing(known: Dossier, here: Bench) -> Facts:
    """What is on the bench, and why."""
    case, stretch = known.case, known.stretch
    now = case.item.serial_typed if case.item else ""
    target = stretch.target_days
    said = [
        (_("Serial number, as it came") if stretch.received_at else _("Serial number"), case.serial or "–"),
        (_("Serial number today"), now if now and case.item and case.item.serial != case.serial else ""),
        (_("Service"), Service(case.service).label + (f", {_('warranty')}" if case.warranty else "")),
        (_("Fault"), fault_words(case.fault)),
        (_("In the member’s words"), case.fault_words),
        (_("Sends along"), case.sends_accessories),
        (_("Comes by"), str(SendBy(case.send_by).label)),
        (_("Tracking, on the way here"), case.inbound_tracking),
        (_("Needed by"), date_format(case.needed_by, "j M Y") if case.needed_by else ""),
        (_("Received"), here.clock(stretch.received_at)),
        (_("Lane"), str(words.LANES[stretch.lane])),
        (_("Level at receipt"), _level(stretch)),
        (_("Target"), _target(target) if stretch.terms is not None else ""),
        (_("Parts expected"), date_format(case.parts_on, "j M Y") if case.parts_on else ""),
        (_("Way back"), " ".join(filter(None, (case.outbound_carrier, case.outbound_tracking)))),
        (_("Back on"), date_format(stretch.back_on, "j M Y") if stretch.back_on else ""),
    ]
    return [(label, value) for label, value in said if value]


def _level(stretch: Stretch) -> str:
    """The level, and the benefit level where the member's country caps it."""
    if stretch.level is None or stretch.benefit_level is None:
        return ""
    said = str(Level(stretch.level).label)
    if stretch.benefit_level == stretch.level:
        return said
    return _("%(level)s, with the benefits of %(benefits)s") % {
        "level": said,
        "benefits": Level(stretch.benefit_level).label,
    }


def _target(days: int | None) -> str:
    return ngettext("%(days)s working day", "%(days)s working days", days) % {"days": days} if days else _("none")


def person(case: Case) -> Facts:
    """Whose it is, and where it goes back to."""
    lines = address_lines(case.return_street, case.return_postcode, case.return_town, case.return_country)
    country = str(countries.name(case.return_country) or case.return_country)
    address = [line for line in (case.return_name, *lines, country) if line.strip()]
    if case.visitor:
        who = [
            (_("Visitor"), case.visitor.name),
            (_("Region and card"), f"{case.visitor.region}, {case.visitor.card_number}"),
            (_("E-mail"), case.visitor.email),
            (_("Telephone"), case.visitor.phone),
        ]
    else:
        assert case.member is not None
        who = [(_("Member"), case.member.user.name), (_("Member number"), case.member.spaced_number)]
    said = [*who, (_("Goes back to"), "\n".join(address)), (_("Telephone there"), case.return_phone)]
    return [(label, value) for label, value in said if value]


def warnings(known: Dossier) -> list[str]:
    """What the bench has to know before it does anything."""
    told = {event.facts.get("warning", "") for event in known.own_events if event.kind == CaseEvent.Kind.WARNING} - {
        "stolen"
    }
    codes = [*(["stolen"] if known.stolen else []), *sorted(told)]
    return [str(words.WARNINGS[code]) for code in codes if code in words.WARNINGS]


def events_of(known: Dossier, here: Bench) -> list[dict[str, Any]]:
    """Everything that happened, internal too, the newest first."""
    files: dict[int, list[dict[str, str]]] = {}
    for file in known.files:
        if file.event_id:
            files.setdefault(file.event_id, []).append(_file(file))
    numbers = {stretch.pk: stretch.number for stretch in known.stretches}
    shown = []
    for event in reversed(known.events):
        name, more = words.happened(event)
        who = event.by.name or event.by.email if event.by else words.WHO[event.actor]
        shown.append(
            {
                "when": here.clock(event.at),
                "name": name,
                "more": more,
                "who": str(who),
                "internal": event.internal,
                "is_step": event.kind == CaseEvent.Kind.STEP,
                "stretch": numbers.get(event.stretch_id, 1),
                "files": files.get(event.pk, []),
            }
        )
    return shown


def papers(files: Iterable[CaseFile]) -> list[dict[str, str]]:
    """Photos and papers that came with the case itself."""
    return [_file(file) for file in files if not file.event_id]


def _file(file: CaseFile) -> dict[str, str]:
    return {"name": file.name, "href": reverse("case-file", args=[file.pk]), "purpose": file.get_purpose_display()}


def intakes_of(known: Dossier, here: Bench) -> list[dict[str, Any]]:
    return [
        {
            "when": here.clock(intake.at),
            "by": intake.by.name or intake.by.email,
            "condition": intake.condition,
            "accessories": intake.accessories,
            "serial": intake.serial_seen,
            "agrees": intake.number_agrees,
        }
        for intake in reversed(known.intakes)
    ]


def estimates_of(known: Dossier, here: Bench) -> list[Any]:
    """The estimates as their member sees them, the newest first."""
    zone, by_key = known.case.centre.time_zone, {stretch.pk: stretch for stretch in known.stretches}
    shown = [
        estimate_view.shown(
            estimate,
            before=known.estimates[:place],
            level=by_key[estimate.stretch_id].benefit_level,
            zone=zone,
            now=here.at,
        )
        for place, estimate in enumerate(known.estimates)
    ]
    return shown[::-1]


def loans_of(known: Dossier) -> list[dict[str, str]]:
    return [
        {
            "unit": f"{loan.unit.product.name} {loan.unit.serial}",
            "href": reverse("admin:bench_loan", args=[loan.pk]),
            "state": loan.get_state_display(),
            "days": f"{date_format(loan.period.lower, 'j M Y')} – {date_format(loan.period.upper, 'j M Y')}"
            if loan.period and loan.period.lower and loan.period.upper
            else "",
        }
        for loan in known.loans
    ]
