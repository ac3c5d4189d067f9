"""Which role of staff opened a member's data, when and what: the member sees it (programme §10)."""

from datetime import datetime, timedelta
from enum import StrEnum

from members.country_teams import roles_of
from members.models import StaffLook, User

# Opening the same page again within it is the same look.
ONE_LOOK = timedelta(hours=1)


class Page(StrEnum):
    """What was opened."""

    MEMBER = "member"
    KIT_ITEM = "kititem"
    CASE = "case"
    THREAD = "thread"
    CARD = "card"
    PACK = "pack"
    POINTS = "points"
    MESSAGE = "message"
    EVENT = "event"
    OFFER = "offer"


def role_in_words(user: User) -> str:
    """The roles of a member of staff by the names of their groups; who has none is the superuser."""
    return ", ".join(roles_of(user))[: StaffLook._meta.get_field("role").max_length] or "Superuser"


def note_look(member_id: int | None, *, page: Page, by: User, at: datetime) -> None:
    """Write down that a member of staff opened a page about a member; once an hour for each page.

    Nothing is written of rows that are no member's.
    """
    if member_id is None:
        return
    looks = StaffLook.objects.filter(member=member_id, by=by, page=page, at__gt=at - ONE_LOOK)
    if not looks.exists():
        StaffLook.objects.create(member_id=member_id, by=by, role=role_in_words(by), page=page, at=at)
