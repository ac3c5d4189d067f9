"""The words for the codes that the kitbag puts into messages (members/wording.py)."""

from django.utils.translation import gettext_lazy as _

from kitbag.models import LevelChange, WaitingReason
from members.models import Message
from members.wording import name_codes

Cause = LevelChange.Cause
CHANGES = {
    Cause.VALUE.value: _("Values of products in your kitbag changed."),
    Cause.THRESHOLD.value: _("The points that a level needs changed."),
    Cause.REGISTERED.value: _("A product was validated and counts."),
    Cause.REMOVED.value: _("A product left your kitbag."),
    Cause.CLAIMED.value: _("A serial number was decided between two members."),
    Cause.TAKEN_BACK.value: _("A product is being checked again."),
    Cause.EDITED.value: _("The details of a product changed."),
}
DROPS = {
    Cause.VALUE.value: _("Values of products in your kitbag change on that day."),
    Cause.THRESHOLD.value: _("The points that a level needs change on that day."),
    Cause.HOLD.value: _("CPS keeps your level until that day."),
}

name_codes(Message.Kind.ITEM_NEEDS_YOU, {reason.value: reason.label for reason in WaitingReason})
name_codes(Message.Kind.LEVEL_UP, CHANGES | {Cause.HOLD.value: _("CPS keeps this level for you.")})
name_codes(Message.Kind.LEVEL_DOWN, CHANGES | {Cause.HOLD.value: _("CPS had kept your level until that day.")})
name_codes(Message.Kind.DROP_AHEAD, DROPS)
name_codes(Message.Kind.DROP_CHANGED, DROPS)
