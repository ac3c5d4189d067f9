"""Becoming a member: the number, the member and what they accepted (programme §1).

The parts of joining that members owns; `cps_portal.pages.joining` puts them into one transaction with
the standing and the bag.
"""

from datetime import datetime

from django.conf import settings
from django.db import connection, transaction

from members.models import Acceptance, Member, User
from members.rules.numbers import member_number
from members.rules.zones import first_zone


def next_number() -> str:
    """The next member number: ten digits with a check digit. Numbers may be skipped, never repeated."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('member_number_seq')")
        (sequence,) = cursor.fetchone()
    return member_number(sequence)


@transaction.atomic
def become_member(*, user: User, country: str, at: datetime) -> Member:
    """A member for a user who said they are 18 or older and accepted the terms and privacy in force.

    `country` is the official country, ISO 3166; the caller has checked that it takes part.
    """
    member = Member.objects.create(
        user=user,
        number=next_number(),
        country=country,
        time_zone=first_zone(country),
        adult_confirmed_at=at,
        joined_at=at,
    )
    for document in Acceptance.Document:
        Acceptance.record(member, document, settings.TERMS_VERSION, at=at)
    return member
