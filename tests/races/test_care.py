"""Two clerks at once suspend a membership, lift it, or begin to act: one of them does."""

from datetime import timedelta

import pytest
from django.db import IntegrityError

from members import acting, suspending
from members.models import Acting, Member, MemberSuspension, Message
from tests.factories import NOON, UserFactory

pytestmark = pytest.mark.usefixtures("committed_db")
LATER = NOON + timedelta(hours=1)


@pytest.fixture
def clerks(db):
    return [UserFactory(is_staff=True), UserFactory(is_staff=True)]


def suspend(member, clerk):
    return lambda: suspending.suspend(member.pk, reason="x", words="y", ends_at=None, by=clerk, at=NOON)


def test_two_clerks_suspend_once_and_the_second_is_told(layla, clerks, together):
    got = together(*[suspend(layla, clerk) for clerk in clerks])
    assert sorted(type(one).__name__ for one in got) == ["MemberSuspension", "SuspendError"]
    assert Message.objects.filter(kind="suspended").count() == 1


def test_without_the_look_under_lock_the_database_refuses(layla, clerks, together, monkeypatch):
    """The control: who does not look meets the constraint, not a second suspension."""
    monkeypatch.setattr(suspending, "running", lambda member_id, at: None)
    got = together(*[suspend(layla, clerk) for clerk in clerks])
    assert [isinstance(one, IntegrityError) for one in got].count(True) == 1
    assert MemberSuspension.objects.count() == 1


def lift(row, clerk):
    return lambda: suspending.lift(row.pk, reason=clerk.email, by=clerk, at=LATER)


def test_two_clerks_lift_once(layla, clerks, together):
    row = suspend(layla, clerks[0])()
    got = together(*[lift(row, clerk) for clerk in clerks])
    assert sorted(type(one).__name__ for one in got) == ["MemberSuspension", "SuspendError"]
    won = next(one for one in got if isinstance(one, MemberSuspension))
    row.refresh_from_db()
    assert (row.lifted_by, row.lifted_reason) == (won.lifted_by, won.lifted_reason)


def test_without_the_lock_both_would_lift(layla, clerks, together, monkeypatch):
    """The control: the look is held back until both have looked."""
    row = suspend(layla, clerks[0])()
    monkeypatch.setattr(suspending, "running", lambda member_id, at: MemberSuspension.objects.get())
    monkeypatch.setattr(suspending, "_locked", lambda member_id: Member.objects.select_related("user").get())
    got = together(*[lift(row, clerk) for clerk in clerks])
    assert [type(one).__name__ for one in got] == ["MemberSuspension"] * 2


def test_one_clerk_begins_twice_at_once_and_acts_for_one(layla, omar, clerks, together):
    clerk = clerks[0]
    calls = [lambda member=member: acting.begin(member.pk, reason="x", by=clerk, at=NOON) for member in (layla, omar)]
    assert all(isinstance(one, Acting) for one in together(*calls))
    assert Acting.objects.filter(ended_at=None).count() == 1
