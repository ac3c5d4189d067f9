"""Whose card was scanned, or whose number was typed."""

import re

from members.models import Member
from members.rules.numbers import is_member_number
from servicing.cards import holder_of

LONGEST = 300
# The address that the code of a card holds; scanners add spaces and new lines.
_ADDRESS = re.compile(r"(?:.*/)?v/([^/?#]+)/?", re.ASCII)


def member_meant(text: str) -> Member | None:
    """The member with their user: by a scanned address, its token alone, or a number in any spelling.

    None for a card that is valid no more, for no card of ours, and for a number that nobody has.
    """
    asked = text.strip()[:LONGEST]
    address = _ADDRESS.fullmatch(asked)
    if address or "." in asked:
        return holder_of(address[1] if address else asked)
    digits = "".join(sign for sign in asked if sign.isascii() and sign.isdigit())
    if re.search(r"[^\d\s./\-]", asked) or not is_member_number(digits):
        return None
    found = Member.objects.filter(number=digits, closed_at=None, user__is_active=True)
    return found.select_related("user").first()
