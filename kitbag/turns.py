"""Whose turn it is with an item, as conditions of a query: the one vocabulary of lists, counts and pages (§3)."""

from django.db.models import Exists, OuterRef, Q

from kitbag.models import Claim, KitItem
from kitbag.rules.checks import MEMBER_ACTS, Reason

_OPEN = Claim.objects.open()
# The member asked for the unit that another holds; and another asked for this one, unanswered.
ASKED = Exists(_OPEN.filter(item=OuterRef("pk")))
CLAIMED = Exists(_OPEN.filter(held_item=OuterRef("pk"), answer=Claim.Answer.NONE))

_WAITING = Q(state=KitItem.State.WAITING)
_MEMBERS_TURN = Q(reasons__overlap=sorted(MEMBER_ACTS)) | (Q(reasons__contains=[Reason.UNIT_HELD.value]) & ~ASKED)

# Blue dot: details missing, refused, waiting for something only the member can put right, or claimed by another.
NEEDS_MEMBER = (
    Q(state__in=[KitItem.State.DRAFT, KitItem.State.REFUSED])
    | (_WAITING & _MEMBERS_TURN)
    | (Q(state=KitItem.State.VALIDATED) & CLAIMED)
)
# Words only, no dot: staff are looking.
BEING_CHECKED = _WAITING & ~_MEMBERS_TURN
