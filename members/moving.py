"""Moving to another participating country: everything is kept, benefits follow the new one (programme §1)."""

from datetime import datetime

from django.db import transaction

from members.models import CountryMove, CountryTerms, Member
from members.rules.days import programme_day


class NoMove(Exception):
    """The country does not take part in the programme."""


@transaction.atomic
def move(member_id: int, *, to: str, at: datetime, time_zone: str | None = None) -> Member:
    """Make a country the member's official one, from now on; the one they have changes nothing. Raises NoMove.

    With a `time_zone` moments are shown in it from then on.
    """
    member = Member.objects.select_for_update(no_key=True).get(pk=member_id)
    if str(member.country) == to:
        return member
    if CountryTerms.objects.of(to, day=programme_day(at)) is None:
        raise NoMove(to)
    CountryMove.objects.create(member=member, from_country=member.country, to_country=to, at=at)
    member.country = to
    member.time_zone = time_zone or member.time_zone
    member.save(update_fields=["country", "time_zone"])
    return member
