"""Kit that an account of the former scheme named, beside the kitbag and the catalogue of today (programme §1)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from kitbag import search
from kitbag.models import KitItem
from kitbag.rules.serials import normalise
from kitbag.search import Found
from members.rules.former import Owned, Thing, pair


@dataclass(frozen=True, slots=True)
class Kept:
    """A kit item of today that an old account named."""

    id: UUID
    name: str
    counts: bool


@dataclass(frozen=True, slots=True)
class OldThing:
    """A thing as the old account said it.

    `found` is the product that is meant, with its points of the day; None where a name fits none or several.
    `is_unknown`: nothing in the catalogue is like it, so a search by that name finds nothing.
    `kept` is what of the kitbag it is; None where it is to be added.
    """

    said: Thing
    found: Found | None
    is_unknown: bool
    kept: Kept | None


def old_things(kit: Sequence[Thing], *, member_id: int, day: date) -> list[OldThing]:
    """Each thing that an old account named, in its order. At most four queries, however much it is."""
    matches = search.match_many([thing.product for thing in kit], day=day, limit=1)
    meant = [match.found[0] if (match := matches[thing.product]).is_sure else None for thing in kit]
    items = KitItem.objects.live().filter(member=member_id).order_by("added_at", "pk")
    rows = {
        str(pk): (Owned(str(pk), product, serial, state == KitItem.State.VALIDATED), name)
        for pk, product, serial, state, name in items.values_list("pk", "product", "serial", "state", "product__name")
    }
    named = [
        (found.product_id if found else None, normalise(thing.serial)) for thing, found in zip(kit, meant, strict=True)
    ]
    paired = pair(named, [owned for owned, _name in rows.values()])
    return [
        OldThing(
            thing,
            found,
            not matches[thing.product].found,
            Kept(UUID(one.key), rows[one.key][1], one.counts) if one else None,
        )
        for thing, found, one in zip(kit, meant, paired, strict=True)
    ]
