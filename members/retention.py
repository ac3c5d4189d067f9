"""What the portal does not keep: lapsed sessions and limits, joinings never finished, undelivered codes."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import connection
from django.db.models import F, Value
from django.db.models.functions import Coalesce

from members.models import Message, User

SEALED_FOR = timedelta(days=3)
UNFINISHED_FOR = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Cleared:
    sessions: int
    limits: int
    accounts: int
    sealed: int


def clear_expired(*, at: datetime) -> Cleared:
    """Clear what has expired at a moment. No member and no fact of the programme is touched."""
    return Cleared(
        sessions=Session.objects.filter(expire_date__lt=at).delete()[0],
        limits=_clear_cache(at),
        accounts=_clear_unfinished_accounts(at),
        sealed=_clear_sealed(at),
    )


def _clear_cache(at: datetime) -> int:
    """Expired rows of the cache in Postgres, which otherwise only leave when it is full."""
    table = connection.ops.quote_name(str(settings.CACHES["default"]["LOCATION"]))
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {table} WHERE expires < %s", [at])  # noqa: S608 (a name of our settings)
        return cursor.rowcount


def _clear_unfinished_accounts(at: datetime) -> int:
    """Accounts that never proved their address and never became a member or staff."""
    unfinished = User.objects.filter(
        member__isnull=True,
        is_staff=False,
        is_superuser=False,
        last_login__isnull=True,
        date_joined__lt=at - UNFINISHED_FOR,
    ).exclude(emailaddress__verified=True)
    count = unfinished.count()
    unfinished.delete()
    return count


def _clear_sealed(at: datetime) -> int:
    """Security mail that could not be delivered in days: its codes have lapsed, its text goes."""
    old = Message.objects.filter(kind=Message.Kind.SECURITY, sealed__isnull=False, created_at__lt=at - SEALED_FOR)
    return old.update(sealed=None, leased_until=None, parked_at=Coalesce(F("parked_at"), Value(at)))
