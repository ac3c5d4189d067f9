"""What happened to a case, as its bench reads it: days, money and reasons as everywhere else."""

import pytest

from cps_portal.pages.bench.words import happened
from servicing.models import CaseEvent
from servicing.rules.steps import State

Kind = CaseEvent.Kind


@pytest.mark.parametrize(
    ("kind", "state", "facts", "said"),
    [
        (Kind.STEP, State.AWAITING_PARTS, {"parts_on": "2026-12-04"}, ("Awaiting parts · 4 Dec 2026", "")),
        (
            Kind.STEP,
            State.ESTIMATE_SENT,
            {"version": 2, "total": "452.40", "currency": "GBP"},
            ("Estimate sent (2) · £452.40", ""),
        ),
        (Kind.PARTS, "", {"parts_on": "2026-12-04"}, ("Parts expected", "4 Dec 2026")),
        (
            Kind.LANE,
            "",
            {"lane": "standard", "reasons": ["level", "no_such_code"]},
            ("Standard time", "Fast Track begins with Silver."),
        ),
        (
            Kind.LOAN,
            "",
            {"what": "booked", "serial": "990026000017", "from_on": "2026-11-19", "until_on": "2026-12-08"},
            ("Loan", "booked · 990026000017 · 19 Nov 2026 – 8 Dec 2026"),
        ),
    ],
)
def test_events_are_told_in_words(kind, state, facts, said):
    assert happened(CaseEvent(kind=kind, state=state, facts=facts)) == said
