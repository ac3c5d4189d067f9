"""Delivery: lease a row, send it, stamp it, one by one, each step committed.

After a crash at most the mail in flight repeats, under the same Message-ID. A lease counts as a try, so
that even a row that kills its worker is parked in the end and meanwhile blocks nobody.
"""

import logging
import smtplib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import format_datetime
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import connection
from django.db.models import Q, QuerySet

from members import wording
from members.models import Message

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=5)
LONGEST_DRAIN = timedelta(minutes=2)
TRIES = 8
FIRST_PAUSE = timedelta(seconds=15)
LONGEST_PAUSE = timedelta(hours=6)
DRAIN_LOCK = 50_318  # the first half of the advisory locks that number the drains at work

# Security mail first: somebody is waiting at the screen. COALESCE asks for the rest only when there is none.
# A lease need not survive a crash of the database, which ends the sending too; the stamp does, and waits
# for the disk.
LEASE_ONE = """
WITH quick AS MATERIALIZED (SELECT set_config('synchronous_commit', 'off', true))
UPDATE members_message SET leased_until = %(until)s, tries = tries + 1 FROM quick
WHERE id = COALESCE(
    (SELECT id FROM members_message
     WHERE kind = 'security' AND sent_at IS NULL AND parked_at IS NULL AND due_at <= %(at)s
       AND (leased_until IS NULL OR leased_until <= %(at)s)
     ORDER BY due_at, id LIMIT 1 FOR UPDATE SKIP LOCKED),
    (SELECT id FROM members_message
     WHERE sent_at IS NULL AND parked_at IS NULL AND due_at <= %(at)s
       AND (leased_until IS NULL OR leased_until <= %(at)s)
     ORDER BY due_at, id LIMIT 1 FOR UPDATE SKIP LOCKED))
RETURNING members_message.*
"""


@dataclass(slots=True)
class Drained:
    """What one drain did. `unreachable`: the mail server did not answer, the rest was left alone."""

    sent: int = 0
    put_off: int = 0
    parked: int = 0
    unreachable: bool = False


def due(*, at: datetime) -> QuerySet[Message]:
    """Messages that may be sent at a moment: waiting, due, and in nobody's hands."""
    free = Q(leased_until__isnull=True) | Q(leased_until__lte=at)
    return Message.objects.filter(free, sent_at__isnull=True, parked_at__isnull=True, due_at__lte=at)


def pause_after(tries: int) -> timedelta:
    """How long a message rests after its n-th failed try: 15 s, 1 min, 4 min … at most 6 hours."""
    return min(FIRST_PAUSE * 4 ** (tries - 1), LONGEST_PAUSE)


def drain(*, clock: Callable[[], datetime], limit: int = 1000) -> Drained:
    """Send what is due by the clock, over one connection, until nothing is, or `limit` rows were tried.

    Ends early when the mail server cannot be reached: trying it with every row would only cost them tries.
    """
    done = Drained()
    began = clock()
    server = get_connection()
    try:
        for _round in range(limit):
            message = lease(at=clock())
            if message is None:
                break
            _deliver(message, server, clock, done)
            if done.unreachable or clock() - began > LONGEST_DRAIN:
                break
    finally:
        _hang_up(server)
    return done


def lease(*, at: datetime) -> Message | None:
    """Take the most urgent message that is due, for five minutes; None when there is none."""
    return next(iter(Message.objects.raw(LEASE_ONE, {"at": at, "until": at + LEASE})), None)


def _deliver(message: Message, server: BaseEmailBackend, clock: Callable[[], datetime], done: Drained) -> None:
    if message.tries > TRIES:
        _park(message, "Its worker ended in mid-send each time.", clock(), done)
        return
    try:
        letter = letter_for(message, server)
        letter.message()
    except (wording.Unwritable, ValueError) as error:
        _park(message, f"Cannot be written. {error}", clock(), done)
        return
    try:
        server.open()
    except (smtplib.SMTPException, OSError) as error:
        done.unreachable = True
        _put_off(message, error, clock(), done)
        return
    try:
        server.send_messages([letter])
    except (smtplib.SMTPException, OSError) as error:
        _hang_up(server)
        _put_off(message, error, clock(), done)
        return
    _stamp(message, at=clock())
    done.sent += 1


def letter_for(message: Message, server: BaseEmailBackend) -> EmailMultiAlternatives:
    """The mail of a row. Its Message-ID follows from the row alone: a repeated mail can be recognised."""
    host = urlsplit(settings.PORTAL_ORIGIN).hostname or "localhost"
    headers = {
        "Message-ID": f"<{message.created_at:%Y%m%d%H%M%S%f}.{message.pk}@{host}>",
        "Date": format_datetime(message.created_at),
        "Auto-Submitted": "auto-generated",
    }
    if message.kind == Message.Kind.SECURITY:
        if message.sealed is None:
            raise wording.Unwritable("Its text was erased.")
        to, written = message.sealed["to"], sealed_text(message.sealed)
    elif message.user is None:
        raise wording.Unwritable("A programme message needs a user.")
    else:
        to, written = message.user.email, wording.write(message)
        headers["List-Id"] = f"CPS <messages.{host}>"
    letter = EmailMultiAlternatives(written.subject, written.text, to=[to], headers=headers, connection=server)
    if written.html:
        letter.attach_alternative(written.html, "text/html")
    return letter


def sealed_text(sealed: dict[str, str]) -> wording.Text:
    return wording.Text(subject=" ".join(sealed["subject"].split()), text=sealed["text"], html=sealed["html"])


def _stamp(message: Message, *, at: datetime) -> None:
    Message.objects.filter(pk=message.pk, sent_at__isnull=True).update(
        sent_at=at, sealed=None, leased_until=None, last_error=""
    )


def _put_off(message: Message, error: Exception, at: datetime, done: Drained) -> None:
    """Rest longer after each try; after the last one the message is parked for people to look at."""
    words = f"{type(error).__name__}: {error}"
    if message.tries >= TRIES:
        _park(message, words, at, done)
        return
    log.warning("Message %s could not be sent (try %s): %s", message.pk, message.tries, words)
    Message.objects.filter(pk=message.pk, sent_at__isnull=True).update(
        due_at=at + pause_after(message.tries), leased_until=None, last_error=words[:300]
    )
    done.put_off += 1


def _park(message: Message, words: str, at: datetime, done: Drained) -> None:
    log.error("Message %s is parked: %s", message.pk, words)
    Message.objects.filter(pk=message.pk, sent_at__isnull=True).update(
        parked_at=at, leased_until=None, last_error=words[:300]
    )
    done.parked += 1


def _hang_up(server: BaseEmailBackend) -> None:
    try:
        server.close()
    except (smtplib.SMTPException, OSError) as error:
        log.info("The mail server did not say goodbye: %s", error)


def send_again(messages: QuerySet[Message], *, at: datetime) -> int:
    """Give parked messages a fresh row of tries, due at once; answers how many. For staff."""
    parked = messages.filter(parked_at__isnull=False, sent_at__isnull=True)
    sendable = parked.exclude(kind=Message.Kind.SECURITY, sealed__isnull=True)
    return sendable.update(parked_at=None, leased_until=None, tries=0, due_at=at)


@contextmanager
def place_at_the_door() -> Iterator[bool]:
    """Whether one of the MAIL_CONNECTIONS places is free; it is ours until the block ends.

    So a mail server that hangs holds up so many workers and no more. The lock is the database session's:
    it is free again the moment a killed worker's connection breaks.
    """
    with connection.cursor() as cursor:
        for number in range(settings.MAIL_CONNECTIONS):
            cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [DRAIN_LOCK, number])
            if cursor.fetchone()[0]:
                try:
                    yield True
                finally:
                    cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [DRAIN_LOCK, number])
                return
    yield False
