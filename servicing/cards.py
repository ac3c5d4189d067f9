"""The digital card: a signed token that can be revoked, and whose it is (programme §8)."""

from collections.abc import Collection
from datetime import datetime

from django.core.signing import BadSignature, Signer
from django.db import transaction
from django.db.models import Max
from django.db.models.functions import Coalesce

from kitbag import standing
from members.models import Member, User
from servicing.models import CardRevocation

SALT = "servicing.cards"
# No token is longer; longer texts are not looked at.
LONGEST = 100
# Of a member: the generation after the last that was revoked.
VALID = Coalesce(Max("card_revocations__generation"), 0) + 1


def generations_of(member_ids: Collection[int]) -> dict[int, int]:
    """Which of each member's digital cards is the valid one, from 1 on; in one query."""
    return dict(Member.objects.filter(pk__in=member_ids).annotate(valid=VALID).values_list("pk", "valid"))


def generation_of(member_id: int) -> int:
    """Which of a member's digital cards is the valid one, from 1 on."""
    return generations_of([member_id])[member_id]


@transaction.atomic
def revoke_card(member_id: int, *, why: str, at: datetime, by: User | None) -> int:
    """The code shown so far is valid no more; answers the generation that is valid now."""
    standing.lock(member_id)
    generation = generation_of(member_id)
    CardRevocation.objects.create(member_id=member_id, generation=generation, at=at, by=by, why=why)
    return generation + 1


def token_of(member_id: int, generation: int) -> str:
    """What the code of a member's card says: only that card is valid whose generation was not revoked."""
    return Signer(salt=SALT, sep=".").sign(f"{member_id}.{generation}")


def holder_of(token: str) -> Member | None:
    """The member of a valid card with their user, in one query; None for a revoked, a false or a closed one's."""
    if len(token) > LONGEST:
        return None
    try:
        key, _dot, generation = Signer(salt=SALT, sep=".").unsign(token).partition(".")
    except BadSignature:
        return None
    member = (
        Member.objects.filter(pk=int(key), closed_at=None, user__is_active=True)
        .annotate(valid=VALID)
        .select_related("user")
        .first()
    )
    return member if member is not None and member.valid == int(generation) else None
