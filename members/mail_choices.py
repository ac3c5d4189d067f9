"""What people choose about their mail, and the link in a letter by which they end it (RFC 8058)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.db import transaction
from django.db.models import Q
from django.urls import reverse

from members.messages import wake_after_commit
from members.models import Message, User
from members.rules.mailing import REFUSABLE

SALT = "members.mail_choices"


@dataclass(frozen=True, slots=True)
class Refusal:
    """What a link in a letter ends: these kinds of mail to this person."""

    user: User
    kinds: tuple[str, ...]

    @property
    def is_made(self) -> bool:
        return set(self.kinds) <= set(self.user.mail_unwanted)


@transaction.atomic
def choose(*, user_id: int, digest: bool, wanted: Collection[str], at: datetime) -> None:
    """One mail a day or mail at once, and which of the kinds that may be refused are mailed at all.

    Without the daily mail, what waited for it is due at once; what waited and is not wanted any more stays here.
    """
    user = User.objects.select_for_update(no_key=True).get(pk=user_id)
    user.mail_digest = digest
    user.mail_unwanted = [kind for kind in REFUSABLE if kind not in wanted]
    user.save(update_fields=["mail_digest", "mail_unwanted"])
    _leave_unwanted(user, at)
    if not digest:
        # Others that are due later rest after a failed try.
        waiting = Message.objects.waiting().told(at=at).filter(user=user, kind__in=REFUSABLE, tries=0)
        waiting.filter(due_at__gt=at).update(due_at=at)
        wake_after_commit()


@transaction.atomic
def refuse(refusal: Refusal, *, at: datetime) -> None:
    """No more mail of these kinds; what waits of them is not mailed either. Doing it again changes nothing."""
    user = User.objects.select_for_update(no_key=True).get(pk=refusal.user.pk)
    user.mail_unwanted = [kind for kind in REFUSABLE if kind in {*refusal.kinds, *user.mail_unwanted}]
    user.save(update_fields=["mail_unwanted"])
    _leave_unwanted(user, at)
    refusal.user.mail_unwanted = user.mail_unwanted


def _leave_unwanted(user: User, at: datetime) -> None:
    """Rows that a worker holds at this moment are left to it."""
    free = Q(leased_until__isnull=True) | Q(leased_until__lte=at)
    unwanted = Message.objects.waiting().filter(free, user=user, kind__in=user.mail_unwanted)
    unwanted.filter(kind__in=REFUSABLE).update(parked_at=at, unwanted=True, leased_until=None)


def stop_address(user_id: int, kinds: Collection[str]) -> str:
    """The full address that ends mail of these kinds to a person. It holds for ever: letters are kept."""
    token = Signer(salt=SALT).sign_object([user_id, *kinds])
    return settings.PORTAL_ORIGIN + reverse("messages-stop", args=[token])


def read_token(token: str) -> Refusal | None:
    """What a link ends; None where we did not sign it, or where the account or the kinds are gone."""
    try:
        user_id, *kinds = Signer(salt=SALT).unsign_object(token)
    except BadSignature:
        return None
    user = User.objects.filter(pk=user_id).first()
    known = tuple(kind for kind in REFUSABLE if kind in kinds)
    return Refusal(user, known) if user and known else None
