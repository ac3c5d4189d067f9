"""The states of a case and the one table of steps between them (programme §6)."""

from collections.abc import Mapping
from enum import StrEnum


class State(StrEnum):
    """Where a case stands. The words are in servicing/models/cases.py."""

    REQUESTED = "requested"
    RECEIVED = "received"
    INSPECTED = "inspected"
    ESTIMATE_SENT = "estimate_sent"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    IN_REPAIR = "in_repair"
    AWAITING_PARTS = "awaiting_parts"
    QUALITY_CHECK = "quality_check"
    SHIPPED = "shipped"
    RETURNED = "returned"
    BEYOND_REPAIR = "beyond_repair"
    CLOSED = "closed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


S = State
# A new estimate replaces the one before it, so it may follow itself. A declined case goes back unrepaired,
# or gets another estimate. A closed case is opened again with a request. An expired request whose parcel had come
# in time is received after all.
STEPS: Mapping[State, frozenset[State]] = {
    S.REQUESTED: frozenset({S.RECEIVED, S.CANCELLED, S.EXPIRED}),
    S.RECEIVED: frozenset({S.INSPECTED}),
    S.INSPECTED: frozenset({S.ESTIMATE_SENT, S.IN_REPAIR, S.AWAITING_PARTS, S.RETURNED, S.BEYOND_REPAIR}),
    S.ESTIMATE_SENT: frozenset({S.ESTIMATE_SENT, S.ACCEPTED, S.DECLINED}),
    S.ACCEPTED: frozenset({S.ESTIMATE_SENT, S.IN_REPAIR, S.AWAITING_PARTS}),
    S.DECLINED: frozenset({S.ESTIMATE_SENT, S.RETURNED}),
    S.IN_REPAIR: frozenset({S.ESTIMATE_SENT, S.AWAITING_PARTS, S.QUALITY_CHECK, S.RETURNED, S.BEYOND_REPAIR}),
    S.AWAITING_PARTS: frozenset({S.ESTIMATE_SENT, S.IN_REPAIR, S.RETURNED, S.BEYOND_REPAIR}),
    S.QUALITY_CHECK: frozenset({S.IN_REPAIR, S.SHIPPED}),
    S.SHIPPED: frozenset({S.CLOSED}),
    S.RETURNED: frozenset({S.CLOSED}),
    S.BEYOND_REPAIR: frozenset({S.CLOSED}),
    S.CLOSED: frozenset({S.REQUESTED}),
    S.CANCELLED: frozenset(),
    S.EXPIRED: frozenset({S.RECEIVED}),
}

# The thing has left the bench: the clock stands, the slot is free, and what follows is the way back.
LEFT = frozenset({S.SHIPPED, S.RETURNED, S.BEYOND_REPAIR})
# Nothing more happens by itself; a closed case may be opened again, and an expired one received that came in time.
OVER = frozenset({S.CLOSED, S.CANCELLED, S.EXPIRED})
AT_THE_CENTRE = frozenset(State) - LEFT - OVER - {S.REQUESTED}
# Steps that the centre's bench takes by hand; the others are the member's, the estimate's or the day's.
BENCH = frozenset(
    {S.RECEIVED, S.INSPECTED, S.IN_REPAIR, S.AWAITING_PARTS, S.QUALITY_CHECK, S.SHIPPED, S.RETURNED, S.BEYOND_REPAIR}
)


def may(before: State, after: State) -> bool:
    """Whether a case may step from one state to another."""
    return after in STEPS[before]
