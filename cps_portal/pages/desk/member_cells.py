"""How a row of each part of a member's page reads for staff: a cell for each column."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django_countries import countries

from cps_portal.pages.privacy.looks import page_words
from kitbag.models import Hold, KitItem, LevelChange, WaitingReason
from members.models import (
    Acceptance,
    Closing,
    CountryMove,
    EmailChange,
    Level,
    Message,
    StaffChange,
    StaffLook,
    Thread,
)
from members.staff_forms import shown
from servicing.models import Booking, Case, Loan, LoanSuspension, OfferCode, WelcomePack
from servicing.rules.numbers import pack_number


@dataclass(frozen=True, slots=True)
class Cell:
    """What stands in a column; `href` leads to the row's own page, `mono` is for numbers of things."""

    text: str
    href: str = ""
    mono: bool = False


def _page(model: str, key: Any) -> str:
    return reverse(f"admin:{model}_change", args=[key])


def kit(row: KitItem) -> Sequence[Cell]:
    waits = "; ".join(str(WaitingReason(code).label) for code in row.reasons) or row.note
    return (
        Cell(row.product.name, _page("kitbag_kititem", row.pk)),
        Cell(row.serial_typed or "–", mono=True),
        Cell(row.get_state_display()),
        Cell(waits or "–"),
        Cell(shown(row.added_at)),
    )


def case(row: Case) -> Sequence[Cell]:
    return (
        Cell(row.number, reverse("admin:bench_case", args=[row.number]), mono=True),
        Cell(f"{row.product.name}, {row.get_service_display()}"),
        Cell(row.get_state_display()),
        Cell(row.centre.name),
        Cell(shown(row.changed_at)),
    )


def loan(row: Loan) -> Sequence[Cell]:
    return (
        Cell(f"{row.unit.product.name} {row.unit.serial}", _page("servicing_loan", row.pk)),
        Cell(row.get_state_display()),
        Cell(f"{shown(row.period.lower)} – {shown(row.period.upper)}"),
        Cell(row.case.number, mono=True),
    )


def suspension(row: LoanSuspension) -> Sequence[Cell]:
    return (
        Cell(f"{shown(row.from_on)} – {shown(row.until_on)}", _page("servicing_loansuspension", row.pk)),
        Cell(row.reason),
        Cell(shown(row.at)),
    )


def message(row: Message) -> Sequence[Cell]:
    if row.parked_at:
        went = _("Parked: %(error)s") % {"error": row.last_error}
    elif row.unwanted:
        went = _("Not wanted by mail")
    else:
        went = _("Mailed %(at)s") % {"at": shown(row.sent_at)} if row.sent_at else _("Waits")
    return Cell(str(row.get_kind_display()), _page("members_message", row.pk)), Cell(went), Cell(shown(row.created_at))


def pack(row: WelcomePack) -> Sequence[Cell]:
    return (
        Cell(pack_number(row.pk), _page("servicing_welcomepack", row.pk), mono=True),
        Cell(_("Card that replaces a lost one") if row.replaces_id else _("Welcome pack")),
        Cell(row.get_state_display()),
        Cell(row.tracking or "–", mono=True),
        Cell(shown(row.requested_at)),
    )


def code(row: OfferCode) -> Sequence[Cell]:
    return (
        Cell(row.offer.title, _page("servicing_offercode", row.pk)),
        Cell(row.code, mono=True),
        Cell(shown(row.drawn_at)),
    )


def booking(row: Booking) -> Sequence[Cell]:
    return (
        Cell(row.event.title, _page("servicing_booking", row.pk)),
        Cell(row.get_state_display()),
        Cell(shown(row.event.begins_at)),
        Cell(shown(row.came_at)),
    )


def thread(row: Thread) -> Sequence[Cell]:
    return (
        Cell(row.get_topic_display(), reverse("admin:thread_desk", args=[row.pk])),
        Cell(row.get_state_display()),
        Cell(shown(row.changed_at)),
    )


def level(row: LevelChange) -> Sequence[Cell]:
    return (
        Cell(shown(row.day), _page("kitbag_levelchange", row.pk)),
        Cell(f"{Level(row.from_level).label} → {Level(row.to_level).label}"),
        Cell("; ".join(str(LevelChange.Cause(cause).label) for cause in row.causes)),
    )


def hold(row: Hold) -> Sequence[Cell]:
    return (
        Cell(str(Level(row.level).label), _page("kitbag_hold", row.pk)),
        Cell(f"{shown(row.begins_on)} – {shown(row.ends_on)}"),
        Cell(row.reason),
        Cell(row.by.email if row.by else "–"),
    )


def look(row: StaffLook) -> Sequence[Cell]:
    return Cell(shown(row.at)), Cell(row.role), Cell(row.by.email), Cell(page_words(row.page))


def change(row: StaffChange) -> Sequence[Cell]:
    return (
        Cell(shown(row.at), _page("members_staffchange", row.pk)),
        Cell(row.role),
        Cell(row.get_kind_display()),
        Cell(", ".join(sorted({*(row.old or {}), *(row.new or {})}))),
        Cell(row.why or "–"),
    )


def acceptance(row: Acceptance) -> Sequence[Cell]:
    return Cell(row.get_document_display()), Cell(row.version), Cell(shown(row.accepted_at))


def email(row: EmailChange) -> Sequence[Cell]:
    undone = shown(row.undone_at) if row.undone_at else "–"
    return Cell(row.old), Cell(row.new), Cell(shown(row.changed_at)), Cell(undone)


def move(row: CountryMove) -> Sequence[Cell]:
    places = (str(countries.name(str(code))) for code in (row.from_country, row.to_country))
    return Cell(" → ".join(places)), Cell(shown(row.at))


def closing(row: Closing) -> Sequence[Cell]:
    return Cell(shown(row.asked_at)), Cell(shown(row.ends_at)), Cell(shown(row.undone_at)), Cell(shown(row.done_at))
