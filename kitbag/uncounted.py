"""What waits in a kitbag: items that do not count yet, and claims to answer for those that do (programme §3)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from members.prepared import Prepared

# KitItemQuerySet.uncounted, and turns.CLAIMED for what counts, each with the value of a day, as
# ValuationQuerySet.value_of gives it. An item has a row for each claim that its member has to answer.
_ROWS = Prepared(
    "waiting_of_member",
    "bigint, date",
    """SELECT i.id, p.id, p.name, coalesce((
        SELECT v.points FROM kitbag_valuation v
        WHERE v.product_id = p.id AND v.effective_on <= $2 AND v.points IS NOT NULL AND NOT EXISTS (
            SELECT FROM kitbag_valuation l WHERE l.product_id = v.product_id
            AND l.effective_on = v.effective_on AND l.revision > v.revision)
        ORDER BY v.effective_on DESC LIMIT 1), 0) AS worth,
    i.state, i.reasons, i.note, p.serial_need, i.serial, i.country_of_purchase, i.purchased_on, i.store,
    EXISTS (SELECT FROM kitbag_claim c WHERE c.item_id = i.id AND c.state = 'open'),
    against.id, against.answer_by
    FROM kitbag_kititem i JOIN kitbag_product p ON p.id = i.product_id
    LEFT JOIN kitbag_claim against ON against.held_item_id = i.id AND against.state = 'open'
        AND against.answer = '' AND i.state = 'validated'
    WHERE i.member_id = $1 AND (i.state IN ('draft', 'waiting', 'refused') OR against.id IS NOT NULL)
    ORDER BY against.answer_by, against.id, worth DESC, i.added_at""",
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


@dataclass(frozen=True, slots=True)
class Claimed:
    """A claim to answer: another member asks for an item that counts; `points` are its own on the day."""

    claim: int
    name: str
    points: int
    answer_by: date


def waiting_of(member_id: int, *, day: date) -> tuple[list[Uncounted], list[Claimed]]:
    """Drafts, waiting and refused items, most points first; claims to answer, the most pressing first; one query."""
    uncounted, claimed = [], []
    for *item, claim, answer_by in _ROWS.rows(member_id, day):
        if claim is None:
            uncounted.append(Uncounted(*item))
        else:
            claimed.append(Claimed(claim, item[2], item[3], answer_by))
    return uncounted, claimed
