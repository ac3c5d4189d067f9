"""What waits in a kitbag: which items need their member, for what, and the points that wait there."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext as _

from cps_portal.pages.kitbag import words
from kitbag.models import KitItem, Valuation
from kitbag.rules import checks
from kitbag.rules.checks import Entry, Reason

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
    value = Valuation.objects.value_of(OuterRef("product"), day)
    rows = (
        KitItem.objects.filter(member=member_id)
        .uncounted()
        .annotate(worth=Coalesce(Subquery(value.values("points")), 0))
        .order_by("-worth", "added_at")
        .values_list(
            "id",
            "product",
            "product__name",
            "worth",
            "state",
            "reasons",
            "note",
            "product__serial_need",
            "serial",
            "country_of_purchase",
            "purchased_on",
            "store",
        )
    )
    return [_waiting(*row) for row in rows]


def _waiting(
    item: UUID,
    product: int,
    name: str,
    worth: int,
    state: str,
    reasons: Sequence[str],
    note: str,
    serial_need: str,
    serial: str,
    country: str,
    purchased_on: date | None,
    store: str,
) -> Waiting:
    entry = Entry("", serial_need, None, serial, country, purchased_on, store)
    missing = checks.missing(entry) if state == KitItem.State.DRAFT else []
    dot, said = words.state_of(state, reasons, missing=missing, in_servicing=False)
    if missing:
        action, href = _("Complete details"), f"{reverse('kitbag-item-edit', args=[item])}#id_{missing[0]}"
    elif Reason.ASKED in reasons:
        action, href = _("Answer"), reverse("kitbag-item", args=[item])
    else:
        action, href = _("Put it right"), reverse("kitbag-item", args=[item])
    return Waiting(item, product, name, worth, dot == "needs-you", said, note, action, href)


def points_in(waiting: Sequence[Waiting]) -> int:
    """Points that wait, not counted."""
    return sum(item.points for item in waiting)
