"""Suspending a membership, and lifting it (programme §10; what it does is our reading, D).

A suspension is about what a member may do, never about what is theirs. While it runs the member signs in to one page,
which says so, why, until when and whom to ask; every session they had has ended. By themselves they register, send in,
claim, book and request nothing; a centre, or the door of an event, may still let them in at its own word. Points, level
and every fact stay: points fall only as the programme says. Cases that are open go on and units on loan come back as
agreed: estimates are answered by their link, centres and logistics are not held up.
It is judged by its dates whenever it is asked, so that its end needs no job.
"""

from datetime import datetime

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import transaction

from members import messages
from members.looking import role_in_words
from members.models import Member, MemberSuspension, Message, User


class SuspendError(Exception):
    """A suspension that cannot be; `code`: "suspended", "closed", "staff", "ends_before", "not_running"."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def running(member_id: int, *, at: datetime) -> MemberSuspension | None:
    """The suspension in force at a moment."""
    return MemberSuspension.objects.running(at).filter(member=member_id).first()


@transaction.atomic
def suspend(
    member_id: int, *, reason: str, words: str, ends_at: datetime | None, by: User, at: datetime
) -> MemberSuspension:
    """Suspend a membership from now on, until `ends_at` or until it is lifted; the member is told in `words`.

    Raises SuspendError: "closed", "staff", "ends_before", "suspended".
    """
    member = _locked(member_id)
    if member.closed_at is not None:
        raise SuspendError("closed")
    if member.user.is_staff:
        raise SuspendError("staff")
    if ends_at is not None and ends_at <= at:
        raise SuspendError("ends_before")
    if running(member_id, at=at) is not None:
        raise SuspendError("suspended")
    suspension = MemberSuspension.objects.create(
        member=member, began_at=at, ends_at=ends_at, reason=reason, words=words, by=by, role=role_in_words(by)
    )
    _end_sessions(member.user_id)
    messages.post(
        user_id=member.user_id,
        kind=Message.Kind.SUSPENDED,
        about="account",
        occasion=f"suspension {suspension.pk}",
        facts={"words": words, "ends_at": ends_at.isoformat() if ends_at else "", "zone": member.time_zone},
        at=at,
    )
    return suspension


@transaction.atomic
def lift(suspension_id: int, *, reason: str, by: User, at: datetime) -> MemberSuspension:
    """End a suspension now; the member is told. Raises SuspendError("not_running") where it is over."""
    member = _locked(MemberSuspension.objects.values_list("member", flat=True).get(pk=suspension_id))
    suspension = running(member.pk, at=at)
    if suspension is None or suspension.pk != suspension_id:
        raise SuspendError("not_running")
    suspension.lifted_at, suspension.lifted_by, suspension.lifted_reason = at, by, reason
    suspension.save(update_fields=["lifted_at", "lifted_by", "lifted_reason"])
    messages.post(
        user_id=member.user_id,
        kind=Message.Kind.UNSUSPENDED,
        about="account",
        occasion=f"suspension {suspension.pk}",
        facts={},
        at=at,
    )
    return suspension


def _locked(member_id: int) -> Member:
    """The member, under lock: one clerk after the other."""
    Member.objects.select_for_update(no_key=True).get(pk=member_id)
    return Member.objects.select_related("user").get(pk=member_id)


def _end_sessions(user_id: int) -> None:
    keys = list(UserSession.objects.filter(user=user_id).values_list("session_key", flat=True))
    Session.objects.filter(session_key__in=keys).delete()
    UserSession.objects.filter(user=user_id).delete()
