"""Closing an account: asked for, undone within days, or carried out (programme §9).

Our reading of "open cases and loans first": it may be asked for at any time, and the member may go on using the
portal meanwhile. When the days to undo are over it is carried out as soon as nothing of the member's is on its way:
no case that was received and is not closed, no loan that is out, no pack that is being packed. What was only asked
for by then, requests, bookings, places, a pack, is cancelled with it. What staff do for the programme is done with
an account of its own: who is staff closes that first.
"""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.db import transaction
from django.urls import reverse

from cps_portal.privacy import erasing
from kitbag import claims, standing
from kitbag.models import KitItem, RemovalReason
from kitbag.removal import remove_item
from members import messages
from members.looking import role_in_words
from members.models import Closing, Member, Message, User
from members.rules.days import programme_day
from servicing import events, lending
from servicing.casework import as_member
from servicing.models import Booking, Case, Loan, WelcomePack
from servicing.requesting import cancel_case
from servicing.rules.steps import OVER, State

log = logging.getLogger(__name__)
SALT = "cps_portal.privacy.closing"


class CloseError(Exception):
    """An account that cannot be closed by its member; `code`: "staff", "closed", "running"."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class OnItsWay:
    """What has to be over before an account can go."""

    cases: list[Case]
    loans: list[Loan]
    packs: list[WelcomePack]

    def __bool__(self) -> bool:
        return bool(self.cases or self.loans or self.packs)


def on_its_way(member_id: int) -> OnItsWay:
    """A member's things at a centre, units with them, and packs in the hands of logistics; in three queries."""
    cases = Case.objects.filter(member=member_id).exclude(state__in=[*OVER, State.REQUESTED])
    loans = Loan.objects.filter(member=member_id, state=Loan.State.OUT)
    packs = WelcomePack.objects.filter(member=member_id, state=WelcomePack.State.PICKED)
    return OnItsWay(
        list(cases.select_related("product", "centre").order_by("requested_at")),
        list(loans.select_related("unit__product", "case").order_by("booked_at")),
        list(packs),
    )


def running(member_id: int) -> Closing | None:
    """The closing that is under way."""
    return Closing.objects.filter(member=member_id, undone_at=None, done_at=None).first()


@transaction.atomic
def ask(member_id: int, *, at: datetime, by: User | None = None, reason: str = "") -> Closing:
    """Begin to close an account; the member has CLOSING_UNDO_DAYS to undo it. Asking twice is asking once.

    Staff ask as if the member had: with `by` the member is told the role and the reason.

    Raises CloseError: "staff", "closed"; "running" where staff ask for what was begun.
    """
    standing.lock(member_id)
    member = Member.objects.select_related("user").get(pk=member_id)
    if member.user.is_staff:
        raise CloseError("staff")
    if member.closed_at is not None:
        raise CloseError("closed")
    if begun := running(member_id):
        if by is not None:
            raise CloseError("running")
        return begun
    role = role_in_words(by) if by else ""
    closing = Closing.objects.create(
        member=member,
        asked_at=at,
        ends_at=at + timedelta(days=settings.CLOSING_UNDO_DAYS),
        by=by,
        role=role,
        reason=reason,
    )
    said = {"role": role, "reason": reason} if by else {}
    messages.post(
        user_id=member.user_id,
        kind=Message.Kind.CLOSING_BEGUN,
        about="account",
        occasion=f"closing {closing.pk}",
        facts={"ends_at": closing.ends_at.isoformat(), "signed": sign(closing), "zone": member.time_zone, **said},
        at=at,
    )
    return closing


def sign(closing: Closing) -> str:
    """What the link in the mail says. It holds as long as the closing can be undone."""
    return Signer(salt=SALT).sign(str(closing.pk))


def signed(text: str) -> Closing | None:
    """The closing that a link is about; None where we did not sign it, or where it is no more."""
    try:
        key = Signer(salt=SALT).unsign(text)
    except BadSignature:
        return None
    return Closing.objects.filter(pk=int(key)).select_related("member__user").first()


def undo_address(text: str) -> str:
    return settings.PORTAL_ORIGIN + reverse("account-close-undo", args=[text])


@transaction.atomic
def undo(member_id: int, *, at: datetime) -> bool:
    """Take it back: nothing was changed meanwhile. Twice is once; False where the account is closed."""
    standing.lock(member_id)
    begun = running(member_id)
    if begun is not None:
        begun.undone_at = at
        begun.save(update_fields=["undone_at"])
    return Member.objects.filter(pk=member_id, closed_at=None).exists()


def carry_out_due(*, at: datetime) -> int:
    """Close every account whose days to undo are over; how many were. Each in a transaction of its own.

    A call that is killed leaves the account it was at as it was, and the next call does it.
    """
    due = Closing.objects.filter(undone_at=None, done_at=None, ends_at__lte=at).order_by("ends_at", "pk")
    return sum(_carry_out(closing, at=at) for closing in list(due))


def _carry_out(closing: Closing, *, at: datetime) -> bool:
    try:
        return close(closing.member_id, at=at)
    except standing.DayTurned:
        log.info("closing %s waits for the next call: the day turned", closing.pk)
        return False


@transaction.atomic
def close(member_id: int, *, at: datetime) -> bool:
    """Carry a closing out, once its time has come and nothing is on its way; whether this call did it.

    The member's units are free for the next owner: whoever claimed one gets it as at any removal. Bookings, places
    and requests end. Then everything personal goes, and what points came from stays under a row without a name.
    Raises standing.DayTurned.
    """
    standing.enter_day(programme_day(at))
    claims.lock_with_every_claimant(member_id)
    member = Member.objects.select_related("user").get(pk=member_id)
    # Nothing new hangs on the user until this is committed.
    User.objects.select_for_update().get(pk=member.user_id)
    begun = running(member_id)
    if begun is None or begun.ends_at > at or on_its_way(member_id):
        return False
    _end_what_waits(member, at=at)
    _give_up_the_kit(member, at=at)
    erasing.erase(member, at=at)
    Member.objects.filter(pk=member_id).update(closed_at=at)
    begun.done_at = at
    begun.save(update_fields=["done_at"])
    return True


def _end_what_waits(member: Member, *, at: datetime) -> None:
    """Requests, loans that were booked, places at events, a pack that nobody packs yet; in the order of their keys."""
    actor = as_member(member.user)
    for loan in Loan.objects.filter(member=member, state=Loan.State.BOOKED).order_by("pk"):
        lending.cancel_booking(loan.pk, at=at, actor=actor)
    for case in Case.objects.filter(member=member, state=State.REQUESTED).order_by("pk"):
        cancel_case(case.pk, at=at, actor=actor)
    places = Booking.objects.filter(member=member, state__in=events.LIVE, came_at=None)
    for event in places.order_by("event").values_list("event", flat=True):
        events.cancel(event, member_id=member.pk, at=at)
    waiting = WelcomePack.objects.filter(member=member, state=WelcomePack.State.REQUESTED)
    waiting.exclude(replaces=None).delete()
    waiting.delete()


def _give_up_the_kit(member: Member, *, at: datetime) -> None:
    for item in KitItem.objects.live().owned_by(member).order_by("added_at", "pk").values_list("pk", flat=True):
        remove_item(item, member_id=member.pk, reason=RemovalReason.OTHER, at=at, by=member.user)


def erase_late_arrivals(*, since: datetime, at: datetime) -> int:
    """Erase again what is a lately closed member's: an upload or a letter that was under way at that moment."""
    closed = Member.objects.filter(closed_at__gte=since).select_related("user")
    for member in closed.order_by("pk"):
        with transaction.atomic():
            standing.lock(member.pk)
            erasing.erase(member, at=at, again=True)
    return len(closed)
