"""Posting: a message is a row written in the transaction that causes it.

The row is the queue. After the commit the worker is woken; where the broker cannot be reached the row
waits for the next wake-up of the schedule, and the request that posted it neither fails nor waits.
"""

import logging
import time
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from celery import current_app
from django.db import transaction
from django.db.models import QuerySet
from kombu.exceptions import OperationalError

from members.models import Message, User

log = logging.getLogger(__name__)

WAKE_TASK = "members.tasks.deliver_messages"
WAKE_EXPIRES_SECONDS = 30
QUIET_AFTER_FAILURE_SECONDS = 20


@dataclass(frozen=True, slots=True)
class Post:
    """One message to post. `facts` are plain JSON values; members/wording says which for each kind.

    Without a user it goes to `address`: somebody without an account.
    """

    user_id: int | None
    kind: Message.Kind
    about: str
    occasion: str
    facts: dict[str, Any]
    at: datetime
    due_at: datetime | None = None
    address: str = ""

    def row(self) -> Message:
        return Message(
            user_id=self.user_id,
            address="" if self.user_id else self.address,
            kind=self.kind,
            about=self.about,
            occasion=self.occasion,
            facts=self.facts,
            created_at=self.at,
            due_at=self.due_at or self.at,
        )


def post(
    *,
    user_id: int | None,
    kind: Message.Kind,
    about: str,
    occasion: str,
    facts: dict[str, Any],
    at: datetime,
    due_at: datetime | None = None,
    address: str = "",
) -> None:
    """Queue one message in the caller's transaction; posting the same occasion again does nothing."""
    post_many([Post(user_id, kind, about, occasion, facts, at, due_at, address)])


def post_many(posts: Iterable[Post]) -> None:
    """Queue many; of those already posted for their person, kind, object and occasion none is doubled."""
    rows = [entry.row() for entry in posts]
    if rows:
        Message.objects.bulk_create(rows, ignore_conflicts=True)
        wake_after_commit()


def hold_back(rows: QuerySet[Message], *, until: datetime) -> None:
    """Let messages posted in this transaction come into being later; until then nobody is told of them.

    Neither the outbox nor the pages of their person know a message before its `created_at`.
    """
    rows.update(created_at=until, due_at=until)


def withdraw(rows: QuerySet[Message]) -> bool:
    """Take messages out of the queue for good, all of them or none; False where one is on its way already.

    Under their lock: a worker passes over locked rows, and a row that a worker leased first is not taken.
    """
    found = list(rows.select_for_update())
    if any(row.sent_at or row.leased_until or row.tries or row.parked_at for row in found):
        return False
    Message.objects.filter(pk__in=[row.pk for row in found]).delete()
    return True


def post_security(*, user: User | None, address: str, subject: str, text: str, html: str, at: datetime) -> Message:
    """Queue ready-made security mail; its text is erased once sent and is shown nowhere.

    With a user, `address` is where it goes, which may differ from the user's own (a changed e-mail has to
    be confirmed at the new one). Without a user the address stands for the person.
    """
    message = Message.objects.create(
        user=user,
        address="" if user else address,
        kind=Message.Kind.SECURITY,
        about="account",
        occasion=str(uuid.uuid4()),
        sealed={"to": address, "subject": subject, "text": text, "html": html},
        created_at=at,
        due_at=at,
    )
    wake_after_commit()
    return message


def wake_after_commit() -> None:
    """Ring for the worker once the transaction is committed; for those who insert rows by SQL, too."""
    bell.ring_after_commit()


class Bell:
    """Wakes the worker through the broker: one short try, and none for a while after a failure.

    A task is called by name: this layer knows nothing of the tasks above it. Rung as soon as the
    transaction is committed; a task that nobody could be woken for waits for its schedule.
    """

    def __init__(self, task: str) -> None:
        self.task = task
        self.quiet_until = 0.0

    def ring_after_commit(self) -> None:
        transaction.on_commit(self.ring, robust=True)

    def ring(self) -> None:
        if time.monotonic() < self.quiet_until:
            return
        try:
            current_app.send_task(self.task, retry=False, expires=WAKE_EXPIRES_SECONDS)
        except OperationalError as error:
            self.quiet_until = time.monotonic() + QUIET_AFTER_FAILURE_SECONDS
            log.warning("The broker cannot be reached (%s); %s waits for its schedule.", error, self.task)


bell = Bell(WAKE_TASK)
