"""Accounts of the former scheme: read in once, invited, and claimed by who proves the e-mail (programme §1)."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from allauth.account.models import EmailAddress
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from members import messages
from members.country_teams import seen_by
from members.models import FormerAccount, FormerImport, Member, Message, User
from members.rules.former import Row, language_of


def known(emails: Collection[str]) -> set[str]:
    """Of some addresses in lower case those that were imported before."""
    return set(FormerAccount.objects.filter(email__in=list(emails)).values_list("email", flat=True))


def proven(emails: Collection[str]) -> QuerySet[Member]:
    """The members behind some addresses who have proved them: a joining whose code is missing is nobody yet."""
    proof = EmailAddress.objects.filter(user=OuterRef("user"), email=OuterRef("user__email"), verified=True)
    return Member.objects.filter(Exists(proof), user__email__in=list(emails), closed_at=None)


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What reading in rows would do: `new` ones, `members` of them at once, and `known` ones, which stay."""

    new: int
    members: int
    known: int


def foresee(rows: Sequence[Row]) -> Foreseen:
    """What `keep` would do with rows; writes nothing."""
    before = known([row.email for row in rows])
    new = [row.email for row in rows if row.email not in before]
    return Foreseen(len(new), proven(new).filter(former_account=None).count(), len(before))


@transaction.atomic
def keep(rows: Sequence[Row], *, digest: str, file_name: str, at: datetime) -> FormerImport | None:
    """Keep the accounts of a file, all or none; who is a member by that e-mail has claimed theirs and is told so.

    An address imported before keeps what it was. None for a file that was read in before.
    """
    source, is_new = FormerImport.objects.get_or_create(
        digest=digest, defaults={"imported_at": at, "file_name": file_name, "accounts": 0}
    )
    if not is_new:
        return None
    FormerAccount.objects.bulk_create(
        [
            FormerAccount(
                email=row.email,
                name=row.name,
                country=row.country,
                photo_level=row.photo_level,
                video_level=row.video_level,
                kit=[{"product": thing.product, "serial": thing.serial} for thing in row.kit],
                source=source,
            )
            for row in rows
        ],
        ignore_conflicts=True,
        batch_size=1000,
    )
    source.accounts = source.rows.count()
    source.save(update_fields=["accounts"])
    _claim_for(proven([row.email for row in rows]).filter(former_account=None), at=at)
    return source


def _claim_for(members: Iterable[Member], *, at: datetime) -> None:
    """Members without an old account get those of their addresses, and are told; in few statements."""
    by_email = {member.user.email: member for member in members}
    found = list(FormerAccount.objects.select_for_update().filter(email__in=list(by_email), member=None))
    for account in found:
        account.member, account.claimed_at = by_email[account.email], at
    FormerAccount.objects.bulk_update(found, ["member", "claimed_at"], batch_size=1000)
    messages.post_many(
        messages.Post(
            user_id=by_email[account.email].user_id,
            kind=Message.Kind.FORMER_INVITE,
            about=f"former {account.pk}",
            occasion="yours",
            facts={"yours": True, "photo_level": account.photo_level, "video_level": account.video_level},
            at=at,
        )
        for account in found
    )


@transaction.atomic
def claim(member: Member, *, at: datetime) -> FormerAccount | None:
    """The member's old account becomes theirs: their e-mail is proved. None where there is none."""
    found = FormerAccount.objects.select_for_update().filter(email=member.user.email, member=None).first()
    if found is None or FormerAccount.objects.filter(member=member).exists():
        return None
    found.member, found.claimed_at = member, at
    found.save(update_fields=["member", "claimed_at"])
    return found


def waiting(by: User | None = None) -> QuerySet[FormerAccount]:
    """Who is neither invited nor here, in the order of inviting; of the countries that `by` is held to."""
    rows = FormerAccount.objects.filter(invited_at=None, member=None).order_by("pk")
    return seen_by(rows, by) if by else rows


@transaction.atomic
def invite(*, most: int, at: datetime, first: int | None = None, by: User | None = None) -> int:
    """Invite people who have not claimed theirs, so many at a time; each is invited once. Answers how many.

    With `first`, the key of the first who waited when it was decided, nobody is invited where it is another's
    turn meanwhile: the same form sent twice invites once.
    """
    chosen = list(waiting(by).select_for_update()[:most])
    if first is not None and (not chosen or chosen[0].pk != first):
        return 0
    messages.post_many(
        messages.Post(
            user_id=None,
            address=account.email,
            kind=Message.Kind.FORMER_INVITE,
            about=f"former {account.pk}",
            occasion="invite",
            facts={
                "name": account.name,
                "language": language_of(str(account.country)),
                "photo_level": account.photo_level,
                "video_level": account.video_level,
            },
            at=at,
        )
        for account in chosen
    )
    FormerAccount.objects.filter(pk__in=[account.pk for account in chosen]).update(invited_at=at)
    return len(chosen)
