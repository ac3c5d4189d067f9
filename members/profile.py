"""What people can change about themselves."""

from django.db import transaction

from members.models import Member, User


@transaction.atomic
def change_profile(*, user: User, member: Member | None, name: str, language: str, time_zone: str | None) -> None:
    """Name and language of a user, and a member's time zone; values as the form has checked them."""
    user.name = name
    user.language = language
    user.save(update_fields=["name", "language"])
    if member is not None and time_zone is not None:
        member.time_zone = time_zone
        member.save(update_fields=["time_zone"])
