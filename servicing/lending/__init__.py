"""Courtesy backup loans: the right to one, booking, the counter, and the repair's dates that they follow (§6).

Locks. Whatever writes a loan takes, in this order: the standing of the case's member and the case
(`casework.lock`), then the pool of one centre (`pool.lock`: its units, by key), and only then reads loans. A
transaction takes one member and one pool, and nothing of another member's after the pool: a booking that has to
move belongs to somebody else, but its row is written under the pool's lock alone, its event and message are new
rows, and its case is not touched (a loan that moves is no step of the bench). Inserting them takes key locks on
the other member's case and account, which stand beside the locks that operations hold on those. So two acts wait
for each other only in one direction. Whoever adds an act here takes the same road.

The exclusion constraint `loan_unit_never_lent_twice` has the last word, should anything come past the pool.

Events of kind "loan" carry facts: what ("offered", "booked", "moved", "no_unit", "longer", "back", "left",
"cancelled", "out", "returned"), loan, unit, serial, from_on, until_on (days), and for an offer ground.
"""

from servicing.lending.acts import book, bookable_until, cancel_booking, hand_over, suspend, take_back
from servicing.lending.following import daily, follow
from servicing.lending.pool import running, units_for
from servicing.lending.right import Ground, first_day, plan_of, right_of, suspended_until

__all__ = [
    "Ground",
    "book",
    "bookable_until",
    "cancel_booking",
    "daily",
    "first_day",
    "follow",
    "hand_over",
    "plan_of",
    "right_of",
    "running",
    "suspend",
    "suspended_until",
    "take_back",
    "units_for",
]
