"""Accounts of the former scheme: read in once, invited, and claimed by who proves the e-mail (programme §1)."""

from collections.abc import Collection, Sequence
from datetime import datetime

from django.conf import settings
from django.db import transaction

from members import messages
from members.models import FormerAccount, FormerImport, Member, Message
from members.rules.former import Row


def known(emails: Collection[str]) -> set[str]:
    """Of some addresses in lower case those that were imported before."""
    return set(FormerAccount.objects.filter(email__in=list(emails)).values_list("email", flat=True))


@transaction.atomic
def keep(rows: Sequence[Row], *, digest: str, file_name: str, at: datetime) -> FormerImport | None:
    """Keep the accounts of a file, all or none; who is a member by that e-mail has claimed theirs at once.

    An address imported before keeps what it was. None for a file that was read in before.
    """
    source, is_new = FormerImport.objects.get_or_create(
        digest=digest, defaults={"imported_at": at, "file_name": file_name, "accounts": len(rows)}
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
    for member in Member.objects.filter(user__email__in=[row.email for row in rows], former_account=None):
        claim(member, at=at)
    return source


@transaction.atomic
def claim(member: Member, *, at: datetime) -> FormerAccount | None:
    """The member's old account becomes theirs: their e-mail is proved. None where there is none."""
    found = FormerAccount.objects.select_for_update().filter(email=member.user.email, member=None).first()
    if found is None or FormerAccount.objects.filter(member=member).exists():
        return None
    found.member, found.claimed_at = member, at
    found.save(update_fields=["member", "claimed_at"])
    return found


@transaction.atomic
def invite(*, most: int, at: datetime) -> int:
    """Invite people who have not claimed theirs, so many at a time; each is invited once. Answers how many."""
    waiting = list(
        FormerAccount.objects.select_for_update(skip_locked=True)
        .filter(invited_at=None, member=None)
        .order_by("pk")[:most]
    )
    messages.post_many(
        messages.Post(
            user_id=None,
            address=account.email,
            kind=Message.Kind.FORMER_INVITE,
            about=f"former {account.pk}",
            occasion="invite",
            facts={
                "name": account.name,
                "language": settings.LANGUAGE_CODE,
                "photo_level": account.photo_level,
                "video_level": account.video_level,
            },
            at=at,
        )
        for account in waiting
    )
    FormerAccount.objects.filter(pk__in=[account.pk for account in waiting]).update(invited_at=at)
    return len(waiting)
