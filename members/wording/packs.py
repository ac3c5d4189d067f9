"""Messages about the welcome pack (programme §8)."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from members.models import User
from members.wording.words import Said, link


def pack_offer(user: User, facts: Mapping[str, Any]) -> Said:
    return _("Your welcome pack"), {"action": link("pack")}


def pack_sent(user: User, facts: Mapping[str, Any]) -> Said:
    card_only = bool(facts["card_only"])
    subject = _("Your new card is on its way") if card_only else _("Your welcome pack is on its way")
    return subject, {"tracking": str(facts["tracking"]), "card_only": card_only, "action": link("pack")}
