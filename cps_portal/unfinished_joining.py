"""Joinings whose code was never entered: forgotten after thirty days, with the drafts they brought along."""

from datetime import datetime, timedelta

from allauth.account.models import EmailAddress
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from kitbag.models import ItemEvent, KitItem, Standing
from members.models import User

KEPT_FOR = timedelta(days=30)


def unfinished(*, at: datetime) -> QuerySet[User]:
    """Users who began to join long enough ago, have an address that waits for its code, and never came in."""
    addresses = EmailAddress.objects.filter(user=OuterRef("pk"))
    return User.objects.filter(
        Exists(addresses.filter(verified=False)),
        ~Exists(addresses.filter(verified=True)),
        member__isnull=False,
        is_staff=False,
        last_login__isnull=True,
        date_joined__lt=at - KEPT_FOR,
    )


def forget_unfinished(*, at: datetime) -> int:
    """Forget them one by one; answers how many. Nothing of theirs ever counted, so no fact is lost."""
    return sum(_forget(user_id, at=at) for user_id in unfinished(at=at).values_list("pk", flat=True))


@transaction.atomic
def _forget(user_id: int, *, at: datetime) -> bool:
    user = unfinished(at=at).filter(pk=user_id).select_for_update(of=("self",)).first()
    if user is None:
        return False
    items = KitItem.objects.filter(member__user=user)
    ItemEvent.objects.filter(item__in=items).delete()
    items.delete()
    Standing.objects.filter(member__user=user).delete()
    user.delete()
    return True
