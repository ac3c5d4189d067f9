"""Two people decide on one plan, or one file, at the same moment; and a page that looks while a file is written."""

import threading
from datetime import timedelta

import pytest
from django.db import connection

from cps_portal.data import importing
from cps_portal.data.kinds import kind_of
from kitbag import approvals, holds
from kitbag.registration import KitError
from members.models import DataImport, PlanRequest, Threshold
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


def test_a_page_sees_how_far_a_long_file_has_come_before_it_is_saved(vera, monkeypatch):
    """Read on another connection in the middle of each transaction: rows done, and nothing written yet."""
    seen = []
    plan = holds.plan_thresholds

    def look(**said):
        beside = connection.copy()
        with beside.cursor() as cursor:
            cursor.execute(
                "SELECT rows_done, (SELECT count(*) FROM members_threshold WHERE silver = 600) FROM members_dataimport"
            )
            seen.append(cursor.fetchone())
        beside.close()
        return plan(**said)

    monkeypatch.setattr(importing, "AT_ONCE", 0)
    monkeypatch.setattr(importing, "ROWS_A_STEP", 2)
    monkeypatch.setattr(holds, "plan_thresholds", look)
    days = [(NOON + timedelta(days=100 + at)).date() for at in range(5)]
    text = "day,silver,gold,platinum\n" + "".join(f"{on},600,1100,1700\n" for on in days)
    kind = kind_of("thresholds")
    row = importing.begin(kind, name="a.csv", data=text.encode(), reason="Plan", short_notice="", by=vera, at=NOON)
    importing.check(row.pk, at=NOON)
    assert seen == [(0, 0), (2, 0), (2, 0), (4, 0), (4, 0)]
    importing.order(row.pk, by=vera)
    seen.clear()
    importing.save(row.pk, at=NOON)
    assert {written for _done, written in seen} == {0}
    assert [done for done, _written in seen[-5:]] == [4, 2, 2, 4, 4]
    assert Threshold.objects.filter(silver=600).count() == 5
