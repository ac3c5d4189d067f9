"""What is in a kitbag and does not count yet: its points are grey (programme §3)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from members.prepared import Prepared

# KitItemQuerySet.uncounted with the value of a day, as ValuationQuerySet.value_of gives it.
_ROWS = Prepared(
    "uncounted_of_member",
    "bigint, date",
    """SELECT i.id, p.id, p.name, coalesce((
        SELECT v.points FROM kitbag_valuation v
        WHERE v.product_id = p.id AND v.effective_on <= $2 AND v.points IS NOT NULL AND NOT EXISTS (
            SELECT FROM kitbag_valuation l WHERE l.product_id = v.product_id
            AND l.effective_on = v.effective_on AND l.revision > v.revision)
        ORDER BY v.effective_on DESC LIMIT 1), 0) AS worth,
    i.state, i.reasons, i.note, p.serial_need, i.serial, i.country_of_purchase, i.purchased_on, i.store,
    EXISTS (SELECT FROM kitbag_claim c WHERE c.item_id = i.id AND c.state = 'open')
    FROM kitbag_kititem i JOIN kitbag_product p ON p.id = i.product_id
    WHERE i.member_id = $1 AND i.state IN ('draft', 'waiting', 'refused')
    ORDER BY worth DESC, i.added_at""",
)


@dataclass(frozen=True, slots=True)
class Uncounted:
    """One item; `points` are those of the day, once it counts; `asked`: its member claims the unit."""

    id: UUID
    product: int
    name: str
    points: int
    state: str
    reasons: Sequence[str]
    note: str
    serial_need: str
    serial: str
    country: str
    purchased_on: date | None
    store: str
    asked: bool


def uncounted_of(member_id: int, *, day: date) -> list[Uncounted]:
    """Drafts, waiting and refused items, most points first; one query."""
    return [Uncounted(*row) for row in _ROWS.rows(member_id, day)]
