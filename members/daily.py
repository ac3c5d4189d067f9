"""Which rows go out in one letter: one by one, or what is not urgent together once a day (members/rules/mailing.py).

It is decided when a row is leased, never when it is posted: so it holds for rows that were inserted by SQL,
and a choice that a person changes meanwhile counts at once.

A day's letter goes after 08:00 of its person's time zone with everything that waits, and at most one goes
between two mornings: nothing joins one that rests after a failed try, and none goes beside it. Rows of one
letter share the moment they are due and the number of tries; so a letter that is repeated holds the same
rows, and its Message-ID says so.
"""

from datetime import datetime, timedelta

from django.core.exceptions import ObjectDoesNotExist
from django.db import transaction
from django.db.models import Q

from members.models import Message, User
from members.rules.mailing import REFUSABLE, Way, last_morning, next_morning, way_of

# For a worker that meets another one at the same person's letter.
MAKE_WAY = timedelta(minutes=1)


def together(message: Message, *, at: datetime) -> list[Message]:
    """The rows of the letter that a leased one goes out in, leased with it; none where nothing goes now."""
    if message.kind not in REFUSABLE or message.user is None:
        return [message]
    way = way_of(message.kind, digest=message.user.mail_digest, unwanted=message.user.mail_unwanted)
    if way is Way.NOT_MAILED:
        _leave(message, at)
        return []
    return _of_the_day(message, message.user.pk, at) if way is Way.DAILY else [message]


def _leave(message: Message, at: datetime) -> None:
    Message.objects.waiting().filter(pk=message.pk).update(parked_at=at, unwanted=True, leased_until=None)


@transaction.atomic
def _of_the_day(message: Message, user_id: int, at: datetime) -> list[Message]:
    """Locks the person: one worker at a time decides about their letter, and no choice is changed meanwhile."""
    user = User.objects.select_for_update(no_key=True).get(pk=user_id)
    if not user.mail_digest:
        return [message]
    kinds = [kind for kind in REFUSABLE if kind not in user.mail_unwanted]
    # Read once: another worker may lease one of them the next moment, and then makes way for this letter.
    others = list(Message.objects.waiting().filter(user=user, kind__in=kinds).exclude(pk=message.pk))
    if any(row.leased_until and row.leased_until > at for row in others):
        _put_back([message], due_at=at + MAKE_WAY)
        return []
    if message.tries > 1:
        rows = [row for row in others if (row.due_at, row.tries) == (message.due_at, message.tries - 1)]
    else:
        zone = time_zone_of(user)
        morning = last_morning(at, zone)
        resting = any(row.tries for row in others)
        if message.created_at > morning or resting or _had_a_letter(user, since=morning):
            early = [row for row in others if row.tries == 0 and row.due_at <= at]
            _put_back([message, *early], due_at=next_morning(at, zone))
            return []
        rows = [row for row in others if row.tries == 0 and row.created_at <= at]
    for row in rows:
        row.user, row.due_at, row.tries = message.user, message.due_at, message.tries
    taken = Message.objects.filter(pk__in=[row.pk for row in rows])
    changed = taken.update(due_at=message.due_at, leased_until=message.leased_until, tries=message.tries)
    if changed < len(rows):
        # One was withdrawn (members/messages.py) while this waited for its row.
        there = set(taken.values_list("pk", flat=True))
        rows = [row for row in rows if row.pk in there]
    return sorted([message, *rows], key=lambda row: (REFUSABLE.index(row.kind), row.created_at, row.pk))


def _put_back(rows: list[Message], *, due_at: datetime) -> None:
    """Not tried: looked at too early. The first is leased; taken into a letter meanwhile it stays there."""
    leased, *others = rows
    still_ours = Q(pk=leased.pk, leased_until=leased.leased_until) | Q(pk__in=[row.pk for row in others])
    Message.objects.waiting().filter(still_ours).update(due_at=due_at, leased_until=None, tries=0)


def _had_a_letter(user: User, *, since: datetime) -> bool:
    return Message.objects.filter(user=user, kind__in=REFUSABLE, sent_at__gte=since).exists()


def time_zone_of(user: User) -> str:
    """The zone in which a person's moments are shown; UTC for staff without a membership."""
    try:
        return user.member.time_zone
    except ObjectDoesNotExist:
        return "UTC"
