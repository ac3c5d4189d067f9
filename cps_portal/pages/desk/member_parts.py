"""The parts of a member's page for staff: which rows, in which order, for whom; each is one query a page."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cps_portal.pages.desk import member_cells as cells
from cps_portal.pages.desk.member_cells import Cell
from kitbag.models import Hold, KitItem, LevelChange
from kitbag.paging import Key, slice_of
from members.country_teams import countries_seen
from members.looking import Page
from members.models import (
    Acceptance,
    Closing,
    CountryMove,
    EmailChange,
    Member,
    Message,
    StaffChange,
    StaffLook,
    Thread,
    User,
)
from servicing.models import Booking, Case, Loan, LoanSuspension, OfferCode, WelcomePack

PAGE = 10


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


def _changes_of(member: Member) -> QuerySet[StaffChange]:
    """Changes of the rows that say who the member is; those of kit and cases stand in their own histories."""
    own = StaffChange.objects.filter(table="members_member", row=str(member.pk))
    return own | StaffChange.objects.filter(table="members_user", row=str(member.user_id))


PARTS: tuple[Part, ...] = (
    Part(
        "kit",
        _("Kit"),
        "kitbag.view_kititem",
        (_("Product"), _("Serial number"), _("State"), _("Waits because"), _("Added")),
        lambda member: KitItem.objects.filter(member=member).select_related("product"),
        (("added_at", True), ("pk", True)),
        cells.kit,
        Page.KIT_ITEM,
    ),
    Part(
        "cases",
        _("Cases"),
        "servicing.view_case",
        (_("Case"), _("Product"), _("State"), _("Centre"), _("Last change")),
        lambda member: Case.objects.filter(member=member).select_related("product", "centre"),
        (("requested_at", True), ("pk", True)),
        cells.case,
        Page.CASE,
    ),
    Part(
        "loans",
        _("Loans"),
        "servicing.view_loan",
        (_("Unit"), _("State"), _("Days"), _("Case")),
        lambda member: Loan.objects.filter(member=member).select_related("unit__product", "case"),
        (("booked_at", True), ("pk", True)),
        cells.loan,
        Page.CASE,
    ),
    Part(
        "no-loans",
        _("Days without loans"),
        "servicing.view_loansuspension",
        (_("Days"), _("Reason"), _("Entered")),
        lambda member: LoanSuspension.objects.filter(member=member),
        (("id", True),),
        cells.suspension,
        Page.CASE,
    ),
    Part(
        "levels",
        _("Levels"),
        "kitbag.view_levelchange",
        (_("Day"), _("Level"), _("Cause")),
        lambda member: LevelChange.objects.filter(member=member),
        (("at", True), ("id", True)),
        cells.level,
        Page.POINTS,
    ),
    Part(
        "holds",
        _("Holds"),
        "kitbag.view_hold",
        (_("Level"), _("Days"), _("Reason"), _("By")),
        lambda member: Hold.objects.filter(member=member).select_related("by"),
        (("id", True),),
        cells.hold,
        Page.POINTS,
    ),
    Part(
        "messages",
        _("Messages"),
        "members.view_message",
        (_("Message"), _("Mail"), _("Written")),
        lambda member: Message.objects.filter(user=member.user_id).defer("sealed"),
        (("created_at", True), ("id", True)),
        cells.message,
        Page.MESSAGE,
    ),
    Part(
        "questions",
        _("Questions"),
        "members.view_thread",
        (_("Topic"), _("State"), _("Last word")),
        lambda member: Thread.objects.filter(user=member.user_id),
        (("changed_at", True), ("pk", True)),
        cells.thread,
        Page.THREAD,
    ),
    Part(
        "packs",
        _("Welcome pack and card"),
        "servicing.view_welcomepack",
        (_("Number"), _("What"), _("State"), _("Tracking"), _("Requested")),
        lambda member: WelcomePack.objects.filter(member=member),
        (("id", True),),
        cells.pack,
        Page.PACK,
    ),
    Part(
        "codes",
        _("Codes of offers"),
        "servicing.view_offercode",
        (_("Offer"), _("Code"), _("Drawn")),
        lambda member: OfferCode.objects.filter(member=member).select_related("offer"),
        (("id", True),),
        cells.code,
        Page.OFFER,
    ),
    Part(
        "events",
        _("Events"),
        "servicing.view_booking",
        (_("Event"), _("State"), _("Begins"), _("Came")),
        lambda member: Booking.objects.filter(member=member).select_related("event"),
        (("id", True),),
        cells.booking,
        Page.EVENT,
    ),
    Part(
        "accepted",
        _("Accepted"),
        "members.view_acceptance",
        (_("Document"), _("Version"), _("When")),
        lambda member: Acceptance.objects.filter(member=member),
        (("accepted_at", True), ("id", True)),
        cells.acceptance,
    ),
    Part(
        "addresses",
        _("Changes of e-mail"),
        "members.view_emailchange",
        (_("Old"), _("New"), _("When"), _("Undone")),
        lambda member: EmailChange.objects.filter(user=member.user_id),
        (("changed_at", True), ("id", True)),
        cells.email,
    ),
    Part(
        "moves",
        _("Moves"),
        "members.view_countrymove",
        (_("Country"), _("When")),
        lambda member: CountryMove.objects.filter(member=member),
        (("at", True), ("id", True)),
        cells.move,
    ),
    Part(
        "closings",
        _("Closing the account"),
        "members.view_closing",
        (_("Asked"), _("Ends"), _("Undone"), _("Done")),
        lambda member: Closing.objects.filter(member=member),
        (("asked_at", True), ("id", True)),
        cells.closing,
    ),
    Part(
        "looks",
        _("Staff who looked"),
        "members.view_stafflook",
        (_("When"), _("Role"), _("Who"), _("What")),
        lambda member: StaffLook.objects.filter(member=member).select_related("by"),
        (("at", True), ("id", True)),
        cells.look,
    ),
    Part(
        "changes",
        _("What staff changed"),
        "members.view_staffchange",
        (_("When"), _("Role"), _("Kind"), _("Columns"), _("Why")),
        _changes_of,
        (("id", True),),
        cells.change,
    ),
)
