"""The parts of a member's page for staff: what is shown of each, in one query a page."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_countries import countries

from cps_portal.pages.privacy.looks import page_words
from kitbag.models import Hold, KitItem, LevelChange, WaitingReason
from kitbag.paging import Key, slice_of
from members.country_teams import countries_seen
from members.looking import Page
from members.models import (
    Acceptance,
    Closing,
    CountryMove,
    EmailChange,
    Level,
    Member,
    Message,
    StaffChange,
    StaffLook,
    Thread,
    User,
)
from members.staff_pages import shown
from servicing.models import Booking, Case, Loan, LoanSuspension, OfferCode, WelcomePack
from servicing.rules.numbers import pack_number

PAGE = 10


@dataclass(frozen=True, slots=True)
class Cell:
    """What stands in a column; `href` leads to the row's own page, `mono` is for numbers of things."""

    text: str
    href: str = ""
    mono: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """One part: who may see it, its rows newest first by keys, and how a row reads."""

    slug: str
    title: str | Promise
    permission: str
    columns: Sequence[str | Promise]
    rows: Callable[[Member], QuerySet[Any]]
    keys: Sequence[Key]
    cells: Callable[[Any], Sequence[Cell]]
    look: Page = Page.MEMBER


@dataclass(frozen=True, slots=True)
class Found:
    rows: list[Sequence[Cell]]
    before: str
    after: str


def rows_of(part: Part, member: Member, user: User, *, after: str, before: str) -> Found:
    """A page of a part. What staff changed is not for who is held to countries (members/country_teams.py)."""
    rows = part.rows(member)
    if rows.model is StaffChange and countries_seen(user) is not None:
        rows = rows.none()
    found = slice_of(rows, part.keys, after=after, before=before, limit=PAGE)
    return Found([part.cells(row) for row in found.rows], found.before, found.after)


def _page(model: str, key: Any) -> str:
    return reverse(f"admin:{model}_change", args=[key])


def _kit(row: KitItem) -> Sequence[Cell]:
    waits = "; ".join(str(WaitingReason(code).label) for code in row.reasons) or row.note
    return (
        Cell(row.product.name, _page("kitbag_kititem", row.pk)),
        Cell(row.serial_typed or "–", mono=True),
        Cell(row.get_state_display()),
        Cell(waits or "–"),
        Cell(shown(row.added_at)),
    )


def _case(row: Case) -> Sequence[Cell]:
    return (
        Cell(row.number, reverse("admin:bench_case", args=[row.number]), mono=True),
        Cell(f"{row.product.name}, {row.get_service_display()}"),
        Cell(row.get_state_display()),
        Cell(row.centre.name),
        Cell(shown(row.changed_at)),
    )


def _loan(row: Loan) -> Sequence[Cell]:
    return (
        Cell(f"{row.unit.product.name} {row.unit.serial}", _page("servicing_loan", row.pk)),
        Cell(row.get_state_display()),
        Cell(f"{shown(row.period.lower)} – {shown(row.period.upper)}"),
        Cell(row.case.number, mono=True),
    )


def _suspension(row: LoanSuspension) -> Sequence[Cell]:
    return (
        Cell(f"{shown(row.from_on)} – {shown(row.until_on)}", _page("servicing_loansuspension", row.pk)),
        Cell(row.reason),
        Cell(shown(row.at)),
    )


def _message(row: Message) -> Sequence[Cell]:
    if row.parked_at:
        went = _("Parked: %(error)s") % {"error": row.last_error}
    elif row.unwanted:
        went = _("Not wanted by mail")
    else:
        went = _("Mailed %(at)s") % {"at": shown(row.sent_at)} if row.sent_at else _("Waits")
    return Cell(str(row.get_kind_display()), _page("members_message", row.pk)), Cell(went), Cell(shown(row.created_at))


def _pack(row: WelcomePack) -> Sequence[Cell]:
    return (
        Cell(pack_number(row.pk), _page("servicing_welcomepack", row.pk), mono=True),
        Cell(_("Card that replaces a lost one") if row.replaces_id else _("Welcome pack")),
        Cell(row.get_state_display()),
        Cell(row.tracking or "–", mono=True),
        Cell(shown(row.requested_at)),
    )


def _code(row: OfferCode) -> Sequence[Cell]:
    return (
        Cell(row.offer.title, _page("servicing_offercode", row.pk)),
        Cell(row.code, mono=True),
        Cell(shown(row.drawn_at)),
    )


def _booking(row: Booking) -> Sequence[Cell]:
    return (
        Cell(row.event.title, _page("servicing_booking", row.pk)),
        Cell(row.get_state_display()),
        Cell(shown(row.event.begins_at)),
        Cell(shown(row.came_at)),
    )


def _thread(row: Thread) -> Sequence[Cell]:
    return (
        Cell(row.get_topic_display(), reverse("admin:thread_desk", args=[row.pk])),
        Cell(row.get_state_display()),
        Cell(shown(row.changed_at)),
    )


def _level(row: LevelChange) -> Sequence[Cell]:
    return (
        Cell(shown(row.day), _page("kitbag_levelchange", row.pk)),
        Cell(f"{Level(row.from_level).label} → {Level(row.to_level).label}"),
        Cell("; ".join(str(LevelChange.Cause(cause).label) for cause in row.causes)),
    )


def _hold(row: Hold) -> Sequence[Cell]:
    return (
        Cell(str(Level(row.level).label), _page("kitbag_hold", row.pk)),
        Cell(f"{shown(row.begins_on)} – {shown(row.ends_on)}"),
        Cell(row.reason),
        Cell(row.by.email if row.by else "–"),
    )


def _look(row: StaffLook) -> Sequence[Cell]:
    return Cell(shown(row.at)), Cell(row.role), Cell(row.by.email), Cell(page_words(row.page))


def _change(row: StaffChange) -> Sequence[Cell]:
    return (
        Cell(shown(row.at), _page("members_staffchange", row.pk)),
        Cell(row.role),
        Cell(row.get_kind_display()),
        Cell(", ".join(sorted({*(row.old or {}), *(row.new or {})}))),
        Cell(row.why or "–"),
    )


def _acceptance(row: Acceptance) -> Sequence[Cell]:
    return Cell(row.get_document_display()), Cell(row.version), Cell(shown(row.accepted_at))


def _email(row: EmailChange) -> Sequence[Cell]:
    undone = shown(row.undone_at) if row.undone_at else "–"
    return Cell(row.old), Cell(row.new), Cell(shown(row.changed_at)), Cell(undone)


def _move(row: CountryMove) -> Sequence[Cell]:
    places = (str(countries.name(str(code))) for code in (row.from_country, row.to_country))
    return Cell(" → ".join(places)), Cell(shown(row.at))


def _closing(row: Closing) -> Sequence[Cell]:
    return Cell(shown(row.asked_at)), Cell(shown(row.ends_at)), Cell(shown(row.undone_at)), Cell(shown(row.done_at))


def _changes_of(member: Member) -> QuerySet[StaffChange]:
    """Changes of the rows that say who the member is; those of kit and cases stand in their own histories."""
    own = StaffChange.objects.filter(table="members_member", row=str(member.pk))
    return own | StaffChange.objects.filter(table="members_user", row=str(member.user_id))


_w = gettext_lazy
PARTS: tuple[Part, ...] = (
    Part(
        "kit",
        _w("Kit"),
        "kitbag.view_kititem",
        (_w("Product"), _w("Serial number"), _w("State"), _w("Waits because"), _w("Added")),
        lambda member: KitItem.objects.filter(member=member).select_related("product"),
        (("added_at", True), ("pk", True)),
        _kit,
        Page.KIT_ITEM,
    ),
    Part(
        "cases",
        _w("Cases"),
        "servicing.view_case",
        (_w("Case"), _w("Product"), _w("State"), _w("Centre"), _w("Last change")),
        lambda member: Case.objects.filter(member=member).select_related("product", "centre"),
        (("requested_at", True), ("pk", True)),
        _case,
        Page.CASE,
    ),
    Part(
        "loans",
        _w("Loans"),
        "servicing.view_loan",
        (_w("Unit"), _w("State"), _w("Days"), _w("Case")),
        lambda member: Loan.objects.filter(member=member).select_related("unit__product", "case"),
        (("booked_at", True), ("pk", True)),
        _loan,
        Page.CASE,
    ),
    Part(
        "no-loans",
        _w("No loans"),
        "servicing.view_loansuspension",
        (_w("Days"), _w("Reason"), _w("Entered")),
        lambda member: LoanSuspension.objects.filter(member=member),
        (("id", True),),
        _suspension,
        Page.CASE,
    ),
    Part(
        "levels",
        _w("Levels"),
        "kitbag.view_levelchange",
        (_w("Day"), _w("Level"), _w("Cause")),
        lambda member: LevelChange.objects.filter(member=member),
        (("at", True), ("id", True)),
        _level,
        Page.POINTS,
    ),
    Part(
        "holds",
        _w("Holds"),
        "kitbag.view_hold",
        (_w("Level"), _w("Days"), _w("Reason"), _w("By")),
        lambda member: Hold.objects.filter(member=member).select_related("by"),
        (("id", True),),
        _hold,
        Page.POINTS,
    ),
    Part(
        "messages",
        _w("Messages"),
        "members.view_message",
        (_w("Message"), _w("Mail"), _w("Written")),
        lambda member: Message.objects.filter(user=member.user_id).defer("sealed"),
        (("created_at", True), ("id", True)),
        _message,
        Page.MESSAGE,
    ),
    Part(
        "questions",
        _w("Questions"),
        "members.view_thread",
        (_w("Topic"), _w("State"), _w("Last word")),
        lambda member: Thread.objects.filter(user=member.user_id),
        (("changed_at", True), ("pk", True)),
        _thread,
        Page.THREAD,
    ),
    Part(
        "packs",
        _w("Welcome pack and card"),
        "servicing.view_welcomepack",
        (_w("Number"), _w("What"), _w("State"), _w("Tracking"), _w("Requested")),
        lambda member: WelcomePack.objects.filter(member=member),
        (("id", True),),
        _pack,
        Page.PACK,
    ),
    Part(
        "codes",
        _w("Codes of offers"),
        "servicing.view_offercode",
        (_w("Offer"), _w("Code"), _w("Drawn")),
        lambda member: OfferCode.objects.filter(member=member).select_related("offer"),
        (("id", True),),
        _code,
        Page.OFFER,
    ),
    Part(
        "events",
        _w("Events"),
        "servicing.view_booking",
        (_w("Event"), _w("State"), _w("Begins"), _w("Came")),
        lambda member: Booking.objects.filter(member=member).select_related("event"),
        (("id", True),),
        _booking,
        Page.EVENT,
    ),
    Part(
        "accepted",
        _w("Accepted"),
        "members.view_acceptance",
        (_w("Document"), _w("Version"), _w("When")),
        lambda member: Acceptance.objects.filter(member=member),
        (("accepted_at", True), ("id", True)),
        _acceptance,
    ),
    Part(
        "addresses",
        _w("Changes of e-mail"),
        "members.view_emailchange",
        (_w("Old"), _w("New"), _w("When"), _w("Undone")),
        lambda member: EmailChange.objects.filter(user=member.user_id),
        (("changed_at", True), ("id", True)),
        _email,
    ),
    Part(
        "moves",
        _w("Moves"),
        "members.view_countrymove",
        (_w("Country"), _w("When")),
        lambda member: CountryMove.objects.filter(member=member),
        (("at", True), ("id", True)),
        _move,
    ),
    Part(
        "closings",
        _w("Closing the account"),
        "members.view_closing",
        (_w("Asked"), _w("Ends"), _w("Undone"), _w("Done")),
        lambda member: Closing.objects.filter(member=member),
        (("asked_at", True), ("id", True)),
        _closing,
    ),
    Part(
        "looks",
        _w("Staff who looked"),
        "members.view_stafflook",
        (_w("When"), _w("Role"), _w("Who"), _w("What")),
        lambda member: StaffLook.objects.filter(member=member).select_related("by"),
        (("at", True), ("id", True)),
        _look,
    ),
    Part(
        "changes",
        _w("What staff changed"),
        "members.view_staffchange",
        (_w("When"), _w("Role"), _w("Kind"), _w("Columns"), _w("Why")),
        _changes_of,
        (("id", True),),
        _change,
    ),
)
