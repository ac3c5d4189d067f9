"""The logistics pages in words: what the programme refuses, and the letter of a card that replaces a lost one."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from members.wording.words import Words

# Codes of BenefitError and of what a list of sent packs can have wrong.
REFUSALS: Mapping[str, Words] = {
    "unreadable": _("This is no pack’s number. It is a P and digits, such as P000123."),
    "unknown": _("There is no pack with this number."),
    "not_picked": _("This pack is in no batch. Pick it first."),
    "sent_otherwise": _("This pack was marked as sent before, with another tracking number. It stays as it was."),
    "twice": _("This pack stands in the list twice."),
    "long": _("A tracking number has at most 60 characters."),
    "letters": _("A tracking number has Latin letters, digits, spaces and . - / only."),
    "empty": _("There is nothing in the list."),
    "many": _("A list has at most 2,000 rows. Send it in parts."),
    "big": _("The file is too large for a list of packs."),
    "not_text": _("The file is not a text in UTF-8. Save it as CSV UTF-8."),
    "not_sent": _(
        "The first card was never sent, so it cannot have been lost by the member. Look at where the pack is instead."
    ),
}


def refusal(code: str) -> str:
    """What the programme, or a list, refuses by a code, in words."""
    return str(REFUSALS[code])


CARD_LETTER = """Dear {name},

here is your new membership card. You are a {level} member.

It takes the place of the card that you lost. The code on the lost card is no longer valid.

Yours,
the CPS team
"""

LOST_ANSWER = """Your new card is on its way: it goes to the post with our next parcels. \
The code on the lost card is no longer valid; the card in the portal shows the new one already.
"""
