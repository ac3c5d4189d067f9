"""What is kept no longer: one table of what is erased, after how long, and how (programme §5, §9).

Each row is an act that looks for what is old enough, erases it and answers how much it was. Lost or repeated calls
change nothing. `words` are for staff and for the reader of this file; what people read stands in subjects.py.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.files.storage import storages
from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from cps_portal import unfinished_joining
from cps_portal.privacy import closing
from kitbag import importing, proofs, shelves
from members import retention
from members.models import DataExport, EmailChange, FormerAccount, Message, Post, PostFile, Thread
from servicing import files
from servicing.models import Case, EventVisitor, Visitor, WelcomePack
from servicing.rules.steps import OVER

LATE_ARRIVALS = timedelta(days=2)
NAMELESS = "—"


@dataclass(frozen=True, slots=True)
class Rule:
    """One row. `after`: how long it is kept, asked when it is due, for settings may change."""

    name: str
    words: str
    after: Callable[[], timedelta]
    erase: Callable[[datetime], int]


def days(setting: str) -> Callable[[], timedelta]:
    return lambda: timedelta(days=getattr(settings, setting))


def after(length: timedelta) -> Callable[[], timedelta]:
    return lambda: length


def what_expired(at: datetime) -> int:
    """Sessions, limits, accounts that never proved their address, and the text of undelivered codes."""
    cleared = retention.clear_expired(at=at)
    return cleared.sessions + cleared.limits + cleared.accounts + cleared.sealed


def session_lines(at: datetime) -> int:
    """Lines of "where you are signed in" whose session is over."""
    alive = Session.objects.filter(session_key=OuterRef("session_key"), expire_date__gt=at)
    return UserSession.objects.filter(~Exists(alive), last_seen_at__lt=at - timedelta(hours=1)).delete()[0]


def email_changes(at: datetime) -> int:
    """Old addresses, once the change can be undone no more."""
    return EmailChange.objects.filter(undo_until__lt=at).delete()[0]


def pack_addresses(at: datetime) -> int:
    """Where packs went: whoever has had theirs for so long will not ask where it is."""
    sent = WelcomePack.objects.filter(sent_at__lt=at - days("PACK_ADDRESS_KEPT_DAYS")()).exclude(name="", lines="")
    return sent.update(name="", lines="")


def exports(at: datetime) -> int:
    """Copies of data, with their files."""
    return _with_files(DataExport.objects.filter(expires_at__lte=at), "exports")


@transaction.atomic
def guest_threads(at: datetime) -> int:
    """Threads of people without an account, with what was written and sent in them."""
    old = Thread.objects.filter(user=None, changed_at__lt=at - days("GUEST_KEPT_DAYS")())
    keys = list(old.values_list("pk", flat=True))
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL portal.erasing = 'on'")
    _with_files(PostFile.objects.filter(post__thread__in=keys), "threads")
    Post.objects.filter(thread__in=keys).delete()
    Thread.objects.filter(pk__in=keys).delete()
    return len(keys)


def guest_mail(at: datetime) -> int:
    """Mail to people without an account, sent or given up."""
    over = Q(sent_at__lt=at - days("GUEST_KEPT_DAYS")()) | Q(parked_at__lt=at - days("GUEST_KEPT_DAYS")())
    return Message.objects.filter(over, user=None).delete()[0]


def visitors(at: datetime) -> int:
    """Who the card holders of other regions were, after their case is over or their event."""
    since = at - days("GUEST_KEPT_DAYS")()
    served = Case.objects.filter(visitor__isnull=False, state__in=OVER, changed_at__lt=since)
    served = served.exclude(visitor__name=NAMELESS)
    keys = list(served.values_list("visitor", flat=True))
    contact = {f"return_{part}": "" for part in ("name", "street", "postcode", "town", "phone")}
    with transaction.atomic():
        served.update(**contact)
        Visitor.objects.filter(pk__in=keys).update(name=NAMELESS, card_number=NAMELESS, email="", phone="")
    return len(keys) + EventVisitor.objects.filter(came_at__lt=since).delete()[0]


def former_accounts(at: datetime) -> int:
    """Accounts of the former scheme that nobody claimed."""
    unclaimed = FormerAccount.objects.filter(member=None, source__imported_at__lt=at - days("FORMER_KEPT_DAYS")())
    return unclaimed.delete()[0]


def files_without_a_row(at: datetime) -> int:
    """What a killed process left on the shelves of threads and copies; the other shelves have rows of their own."""
    threads: QuerySet[Any] = PostFile.objects.all()
    return shelves.sweep_orphans(storages["threads"], threads, at=at) + shelves.sweep_orphans(
        storages["exports"], DataExport.objects.all(), at=at
    )


def closed_accounts(at: datetime) -> int:
    """What came in late for an account while it was closed, and the mail that the portal wrote to nobody."""
    letters = Message.objects.filter(user__member__closed_at__isnull=False).delete()[0]
    return letters + closing.erase_late_arrivals(since=at - LATE_ARRIVALS, at=at)


def _with_files(rows: QuerySet[Any], shelf: str) -> int:
    """Delete rows, and their files once the rows are gone for good."""
    with transaction.atomic():
        names = [name for name in rows.values_list("file", flat=True) if name]
        gone = rows.delete()[0]
        transaction.on_commit(lambda: _delete(names, shelf))
    return gone


def _delete(names: list[str], shelf: str) -> None:
    for name in names:
        storages[shelf].delete(name)


RULES = (
    Rule(
        "expired",
        "Lapsed sessions and limits; accounts that never proved their address; text of undelivered codes",
        after(retention.SEALED_FOR),
        what_expired,
    ),
    Rule(
        "session_lines",
        "Lines of sessions that are over",
        lambda: timedelta(seconds=settings.SESSION_COOKIE_AGE),
        session_lines,
    ),
    Rule(
        "joinings",
        "Joinings whose code was never entered",
        after(unfinished_joining.KEPT_FOR),
        lambda at: unfinished_joining.forget_unfinished(at=at),
    ),
    Rule("imports", "Pasted lists of kit", days("IMPORT_KEPT_DAYS"), lambda at: importing.forget_old(at=at)),
    Rule("proofs", "Files of removed proofs", after(proofs.KEPT_AFTER_REMOVAL), lambda at: proofs.sweep(at=at)),
    Rule(
        "case_files",
        "Requests left half-way, and files that no case needs",
        days("CASE_DRAFT_KEPT_DAYS"),
        lambda at: files.sweep(at=at),
    ),
    Rule("email_changes", "Addresses before a change", days("EMAIL_UNDO_DAYS"), email_changes),
    Rule("pack_addresses", "Addresses of packs that were sent", days("PACK_ADDRESS_KEPT_DAYS"), pack_addresses),
    Rule("exports", "Copies of data", lambda: timedelta(hours=settings.EXPORT_KEPT_HOURS), exports),
    Rule("guest_threads", "Threads of people without an account", days("GUEST_KEPT_DAYS"), guest_threads),
    Rule("guest_mail", "Mail to people without an account", days("GUEST_KEPT_DAYS"), guest_mail),
    Rule("visitors", "Who visitors of other regions were", days("GUEST_KEPT_DAYS"), visitors),
    Rule("former_accounts", "Accounts of the former scheme never claimed", days("FORMER_KEPT_DAYS"), former_accounts),
    Rule("files", "Files on the shelves without a row", after(shelves.ORPHAN_AFTER), files_without_a_row),
    Rule("closed_accounts", "What came in late for a closed account", after(timedelta(0)), closed_accounts),
)


def apply(name: str, *, at: datetime) -> int:
    """Carry one rule out. Raises KeyError for a name that is none."""
    return {rule.name: rule for rule in RULES}[name].erase(at)


def names() -> Iterator[str]:
    return (rule.name for rule in RULES)
