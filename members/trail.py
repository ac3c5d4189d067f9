"""The audit trail: whatever staff write is noted by the database, with who, when, old, new and why (programme §10).

While `staff_at_work` holds, the connection carries who it is, and the trigger `staff_change_noted` on every table of
the programme writes a `StaffChange` beside each row that is added, changed or deleted, by whatever way it came about.
Without it the triggers do nothing: members' own acts and nightly jobs are no staff changes. Not noted are files of
programme data and requests for a second person, which say who and why themselves, tables that follow from others
(standings, letters of the outbox, search names) and the trail's own.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime

from django.db import connection

from members.looking import role_in_words
from members.models import StaffChange, User

# Where forms of staff say why, the first that is filled counts. A note is written to a member and is no reason.
REASONS = ("reason", "why", "short_notice")
_LONGEST = StaffChange._meta.get_field("why").max_length
# Written by the trigger, or following from what is noted; permissions are written by migrations only.
NOT_NOTED = frozenset(
    {
        "auth_permission",
        "kitbag_fullcheck",
        "kitbag_night",
        "kitbag_reviewlease",
        "kitbag_searchname",
        "kitbag_standing",
        "members_dataimport",
        "members_actingstep",
        "members_message",
        "members_planrequest",
        "members_staffchange",
        "members_stafflook",
        "servicing_dayfigures",
    }
)


_at_work: ContextVar[tuple[str, str, str, str]] = ContextVar("staff at work", default=("", "", "", ""))


def reason_in(posted: Mapping[str, str]) -> str:
    """Why, as a form of staff says it; empty where it does not."""
    return next((text for name in REASONS if (text := posted.get(name, "").replace("\x00", "").strip())), "")


@contextmanager
def staff_at_work(user: User, *, why: str, at: datetime) -> Iterator[None]:
    """Let every change of this connection be noted as a member of staff's, until the block ends.

    A block inside another one is its own person's; the outer one goes on after it.
    """
    before, said = _at_work.get(), (str(user.pk), role_in_words(user), why[:_LONGEST], at.isoformat())
    try:
        _at_work.set(said)
        _say(*said)
        yield
    finally:
        _at_work.set(before)
        _say(*before)


def _say(staff: str, role: str, why: str, at: str) -> None:
    # For the connection, not the transaction: an act may take several. It is unsaid before another request begins.
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('portal.staff', %s, false), set_config('portal.role', %s, false),"
            " set_config('portal.why', %s, false), set_config('portal.at', %s, false)",
            [staff, role, why, at],
        )
