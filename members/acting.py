"""Acting on a member's behalf: member care opens the member's own pages, for a reason and a short time (programme §10).

The member of staff stays who they are: whatever is done is theirs by name on the record, and the member is told which
role acted, when and why. One member at a time for each member of staff; beginning with another ends the one before.
"""

from datetime import datetime, timedelta

from django.db import transaction

from members import messages
from members.looking import role_in_words
from members.models import Acting, ActingStep, Member, MemberSuspension, Message, User

LASTS = timedelta(minutes=30)


class ActingError(Exception):
    """Nobody may act for this member; `code`: "closed", "suspended", "staff"."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@transaction.atomic
def begin(member_id: int, *, reason: str, by: User, until: datetime | None = None, at: datetime) -> Acting:
    """Begin to act for a member; the member is told. It ends by itself after `LASTS`, or at `until` if that is sooner.

    Raises ActingError: "closed", "suspended", "staff".
    """
    User.objects.select_for_update(no_key=True).get(pk=by.pk)
    member = Member.objects.select_related("user").get(pk=member_id)
    if member.closed_at is not None:
        raise ActingError("closed")
    if member.user.is_staff:
        raise ActingError("staff")
    if MemberSuspension.objects.running(at).filter(member=member_id).exists():
        raise ActingError("suspended")
    stop(by, at=at)
    ends_at = at + LASTS if until is None else min(at + LASTS, until)
    acting = Acting.objects.create(
        member=member, by=by, role=role_in_words(by), reason=reason, began_at=at, ends_at=ends_at
    )
    messages.post(
        user_id=member.user_id,
        kind=Message.Kind.STAFF_ACTED,
        about="account",
        occasion=f"acting {acting.pk}",
        facts={"role": acting.role, "reason": reason, "began_at": at.isoformat(), "zone": member.time_zone},
        at=at,
    )
    return acting


def stop(by: User, *, at: datetime) -> None:
    """End whatever acting of a member of staff has not ended; twice is once."""
    Acting.objects.filter(by=by, ended_at=None).update(ended_at=at)


def running(acting_id: int, *, by: User, at: datetime) -> Acting | None:
    """An acting of this member of staff that still holds, with its member."""
    still = Acting.objects.running(at).filter(pk=acting_id, by=by, member__closed_at=None)
    return still.select_related("member__user").first()


def note_step(acting: Acting, page: str, *, at: datetime) -> None:
    """Write down that a form was sent to a page."""
    ActingStep.objects.create(acting=acting, page=page[:60], at=at)
