"""Delivery: lease a row, send it, stamp it, letter by letter, each step committed.

A letter is one row, or a day's rows together (members/daily.py). After a crash at most the one in flight
repeats, under the same Message-ID. A lease counts as a try, so that even a row that kills its worker is
parked in the end and meanwhile blocks nobody.
"""

import logging
import smtplib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.core.mail import get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import connection
from django.db.models import Q, QuerySet

from members import daily, letters, wording
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
    rows = daily.together(message, at=clock())
    if not rows:
        return
    if message.tries > TRIES:
        _park(rows, "Its worker ended in mid-send each time.", clock(), done)
        return
    written = []
    for row in rows:
        try:
            written.append(letters.write(row))
        except (wording.Unwritable, ValueError) as error:
            _park([row], f"Cannot be written. {error}", clock(), done)
    if not written:
        return
    rows = [entry.message for entry in written]
    try:
        letter = letters.letter_of(written, server)
        letter.message()
    except (wording.Unwritable, ValueError) as error:
        _park(rows, f"Cannot be written. {error}", clock(), done)
        return
    try:
        server.open()
    except (smtplib.SMTPException, OSError) as error:
        done.unreachable = True
        _put_off(rows, error, clock(), done)
        return
    try:
        server.send_messages([letter])
    except (smtplib.SMTPException, OSError) as error:
        _hang_up(server)
        _put_off(rows, error, clock(), done)
        return
    _stamp(rows, at=clock())
    done.sent += len(rows)


def _unsent(rows: Sequence[Message]) -> QuerySet[Message]:
    return Message.objects.filter(pk__in=[row.pk for row in rows], sent_at__isnull=True)


def _stamp(rows: Sequence[Message], *, at: datetime) -> None:
    _unsent(rows).update(sent_at=at, sealed=None, leased_until=None, last_error="")


def _put_off(rows: Sequence[Message], error: Exception, at: datetime, done: Drained) -> None:
    """Rest longer after each try; after the last one the rows of a letter are parked for people to look at."""
    words = f"{type(error).__name__}: {error}"
    tries = rows[0].tries
    if tries >= TRIES:
        _park(rows, words, at, done)
        return
    log.warning("Message %s could not be sent (try %s): %s", _named(rows), tries, words)
    _unsent(rows).update(due_at=at + pause_after(tries), leased_until=None, last_error=words[:300])
    done.put_off += len(rows)


def _park(rows: Sequence[Message], words: str, at: datetime, done: Drained) -> None:
    log.error("Message %s is parked: %s", _named(rows), words)
    _unsent(rows).update(parked_at=at, leased_until=None, last_error=words[:300])
    done.parked += len(rows)


def _named(rows: Sequence[Message]) -> str:
    return ", ".join(str(row.pk) for row in rows)


def _hang_up(server: BaseEmailBackend) -> None:
    try:
        server.close()
    except (smtplib.SMTPException, OSError) as error:
        log.info("The mail server did not say goodbye: %s", error)


def send_again(messages: QuerySet[Message], *, at: datetime) -> int:
    """Give parked messages a fresh row of tries, due at once; answers how many. For staff."""
    parked = messages.filter(parked_at__isnull=False, sent_at__isnull=True, unwanted=False)
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
