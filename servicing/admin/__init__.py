"""Staff pages about what levels give: centres, cases, loans, offers, packs and events.

Cases, loans, packs and bookings change through operations only.
"""

from servicing.admin import (
    audience,
    cases,
    centres,
    clerks,
    events,
    figures,
    hours,
    loans,
    offers,
    packs,
    papers,
    scoped,
    terms,
)

__all__ = [
    "audience",
    "cases",
    "centres",
    "clerks",
    "events",
    "figures",
    "hours",
    "loans",
    "offers",
    "packs",
    "papers",
    "scoped",
    "terms",
]
