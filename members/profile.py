"""What people can change about themselves."""

from collections.abc import Mapping

from django.db import transaction

from members.models import Member, User


@transaction.atomic
def change_profile(
    *, user: User, member: Member | None, name: str, language: str, of_member: Mapping[str, str]
) -> None:
    """Name and language of a user; of a member phone, field and time zone, as the form has checked them."""
    user.name = name
    user.language = language
    user.save(update_fields=["name", "language"])
    if member is not None and of_member:
        for field, value in of_member.items():
            setattr(member, field, value)
        member.save(update_fields=[*of_member])
