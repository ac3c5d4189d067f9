"""The digital card: a signed token that can be revoked, and whose it is (programme §8)."""

from django.core.signing import BadSignature, Signer
from django.db.models import Max
from django.db.models.functions import Coalesce

from members.models import Member

SALT = "servicing.cards"
# No token is longer; longer texts are not looked at.
LONGEST = 100


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
        .annotate(valid=Coalesce(Max("card_revocations__generation"), 0) + 1)
        .select_related("user")
        .first()
    )
    return member if member is not None and member.valid == int(generation) else None
