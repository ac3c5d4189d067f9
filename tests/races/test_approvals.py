"""Two people decide on one plan, or one file, at the same moment: one of them does. With its control."""

import threading

import pytest

from cps_portal.data import importing
from kitbag import approvals
from kitbag.registration import KitError
from members.models import DataImport, PlanRequest
from tests.factories import NOON, UserFactory

pytestmark = pytest.mark.usefixtures("committed_db")


@pytest.fixture
def people(vera):
    """Two who may approve what vera asked for."""
    return UserFactory(is_staff=True), UserFactory(is_staff=True)


@pytest.fixture
def asked(vera):
    return PlanRequest.objects.create(title="Superseded", path="/", entered={}, impact=[], by=vera, asked_at=NOON)


def approving(asked, people):
    return [lambda who=who: approvals.approve(asked.pk, by=who, at=NOON) for who in people]


def test_a_plan_is_approved_once(together, asked, people):
    came = together(*approving(asked, people))
    refused = [one for one in came if isinstance(one, KitError)]
    assert [error.code for error in refused] == ["decided_before"]
    asked.refresh_from_db()
    assert asked.decided_by in people


def test_control_without_the_lock_both_approve(together, asked, people, monkeypatch):
    both_have_looked = threading.Barrier(2)

    def look(key, by):
        found = PlanRequest.objects.get(pk=key)
        both_have_looked.wait(timeout=20)
        return found

    monkeypatch.setattr(approvals, "_open", look)
    came = together(*approving(asked, people))
    assert [one.state for one in came] == ["approved", "approved"]


def test_a_file_is_approved_by_one_and_refused_by_none_after_it(together, vera, people):
    row = DataImport.objects.create(
        kind="thresholds", state="waiting", file_name="a.csv", text="x", reason="Plan", by=vera, asked_at=NOON
    )
    calls = [
        lambda who=who, yes=yes: importing.decide(row.pk, approves=yes, by=who, at=NOON)
        for who, yes in zip(people, (True, False), strict=True)
    ]
    came = together(*calls)
    assert sum(isinstance(one, KitError) for one in came) == 1
    row.refresh_from_db()
    assert (row.state, row.decided_by) in [("saving", people[0]), ("refused", people[1])]
