"""What waits in a kitbag: which items need their member, for what, and the points that wait there."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from cps_portal.pages.kitbag import words
from cps_portal.pages.kitbag.claim_words import stay_until
from kitbag.models import KitItem
from kitbag.rules import checks
from kitbag.rules.checks import Entry, Reason, members_turn
from kitbag.uncounted import Claimed, Uncounted
from kitbag.uncounted import waiting_of as rows_of

_LENS_SPEED = re.compile(r"(?<=mm)\s+[Ff]/?\d.*$")


@dataclass(frozen=True, slots=True)
class Waiting:
    """An item whose points are grey; `needs_member` where only its member can go on."""

    id: UUID
    product: int
    name: str
    points: int
    needs_member: bool
    words: str
    note: str
    action: str
    href: str

    @property
    def short(self) -> str:
        return short_name(self.name)


def short_name(name: str) -> str:
    """A lens without its speed and what follows: RF 100-500mm; other names as they are."""
    return _LENS_SPEED.sub("", name)


def waiting_of(member_id: int, *, day: date) -> list[Waiting]:
    """Everything that does not count yet, with its points of a day, most points first; one query."""
    return waiting_and_claimed(member_id, day=day)[0]


def waiting_and_claimed(member_id: int, *, day: date) -> tuple[list[Waiting], list[dict[str, str]]]:
    """The same, and the claims to answer, the most pressing first; one query."""
    uncounted, claimed = rows_of(member_id, day=day)
    return [_waiting(item) for item in uncounted], [_claimed(one, day) for one in claimed]


def _waiting(item: Uncounted) -> Waiting:
    entry = Entry("", item.serial_need, None, item.serial, item.country, item.purchased_on, item.store)
    missing = checks.missing(entry) if item.state == KitItem.State.DRAFT else []
    dot, said = words.state_of(item.state, item.reasons, missing=missing, in_servicing=False, asked=item.asked)
    if missing:
        action, href = _("Complete details"), f"{reverse('kitbag-item-edit', args=[item.id])}#id_{missing[0]}"
    elif Reason.ASKED in item.reasons:
        action, href = _("Answer"), reverse("kitbag-item", args=[item.id])
    elif members_turn(item.reasons, asked=item.asked) == [Reason.UNIT_HELD]:
        action, href = _("Tell us more"), reverse("kitbag-item", args=[item.id])
    else:
        action, href = _("Put it right"), reverse("kitbag-item", args=[item.id])
    return Waiting(item.id, item.product, item.name, item.points, dot == "needs-you", said, item.note, action, href)


def _claimed(one: Claimed, day: date) -> dict[str, str]:
    """A unit that another member asks for and this one holds, to release or to object."""
    return {
        "words": str(words.CLAIMED),
        "href": reverse("kitbag-claim-answer", args=[one.claim]),
        "name": one.name,
        "text": stay_until(f"{one.points:,}", one.answer_by, today=day),
        "action": _("Release or object"),
    }


def points_in(waiting: Sequence[Waiting]) -> int:
    """Points that wait, not counted."""
    return sum(item.points for item in waiting)
