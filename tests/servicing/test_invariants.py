"""Each rule of servicing/invariants.py finds what is broken on purpose, and nothing on cases that operations made."""

from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from servicing import bench, invariants, requesting
from servicing.casework import as_member
from servicing.models import Estimate, LoanUnit, SlotHold, Stretch
from servicing.rules.steps import State
from tests.factories import CentreFactory, LoanFactory, LoanUnitFactory, MemberFactory
from tests.servicing.conftest import MONDAY

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)


@pytest.fixture
def cases(gold, fast_camera, register, send_in, take_in, estimate_for, repaired, tom):
    """Three on Fast Track (one with an estimate that waits, one requested), one queued, one shipped before."""
    items = [register(gold, fast_camera, at=MONDAY - timedelta(days=2, hours=-place)) for place in range(5)]
    shipped = send_in(items[4])
    take_in(shipped, at=MONDAY + timedelta(hours=1))
    repaired(shipped, at=MONDAY + timedelta(hours=30))
    at = MONDAY + timedelta(hours=31)
    first, second, third = (send_in(item, at=at) for item in items[:3])
    queued = send_in(items[3], at=at, lane=Stretch.Lane.QUEUED)
    take_in(first, at=at)
    take_in(second, at=at)
    bench.take_step(second.pk, State.INSPECTED, at=at, by=tom)
    estimate_for(second, at=at)
    assert not list(invariants.broken(at=NOW))
    return {"received": first, "asked": second, "requested": third, "queued": queued, "shipped": shipped}


@contextmanager
def unguarded():
    """Rows as no operation could leave them: without the triggers, and never committed."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        yield
        cursor.execute("SET session_replication_role = DEFAULT")


def found(text):
    findings = list(invariants.broken(at=NOW))
    assert [finding for finding in findings if text in finding], findings
    return findings


def test_an_item_that_is_not_where_its_case_is(cases):
    item = cases["received"].item
    type(item).objects.filter(pk=item.pk).update(in_case_since=None)
    found("in servicing since None")
    type(item).objects.filter(pk=item.pk).update(in_case_since=NOW)
    assert len(found(f"item {item.pk}: in servicing since")) == 1
    type(item).objects.filter(pk=item.pk).update(in_case_since=MONDAY + timedelta(hours=31))
    done = cases["shipped"]
    bench.is_back(done.pk, at=NOW, actor=as_member(done.member.user))
    type(item).objects.filter(pk=done.item_id).update(in_case_since=NOW)
    found("its open case None")


def test_a_place_of_nobody_and_a_stretch_without_its_place(cases):
    held = SlotHold.objects.get(stretch__case=cases["requested"], freed_at=None)
    with unguarded():
        SlotHold.objects.filter(pk=held.pk).update(freed_at=NOW)
        assert len(found(f"case {cases['requested'].number} (fast): holds place None")) == 2
        SlotHold.objects.filter(pk=held.pk).update(
            freed_at=None, stretch=Stretch.objects.get(case=cases["queued"]), member=MemberFactory()
        )
        found(f"case {cases['queued'].number} (queued): holds place")


def test_a_fourth_place(cases, settings):
    settings.FAST_TRACK_SLOTS = 2
    found("holds 3 Fast Track places")


def test_a_queue_that_waits_while_a_place_is_free(cases):
    with unguarded():
        Stretch.objects.filter(case=cases["requested"]).update(lane="standard")
        SlotHold.objects.filter(stretch__case=cases["requested"]).update(freed_at=NOW)
        found(f"case {cases['queued'].number} waits for a place while one is free")


@pytest.mark.parametrize(
    ("which", "changes"),
    [
        ("received", {"due_at": NOW}),
        ("received", {"paused_since": NOW}),
        ("asked", {"paused_since": None}),
        ("queued", {"due_at": NOW}),
        ("shipped", {"worked_days": 1}),
        ("shipped", {"paused_days": 1}),
        ("shipped", {"in_time": False}),
        ("shipped", {"worked_days": None}),
    ],
)
def test_a_clock_that_was_kept_wrong(cases, which, changes):
    with unguarded():
        Stretch.objects.filter(case=cases[which]).update(**changes)
        assert len(found(f"the clock of case {cases[which].number}")) == 1


def test_a_state_that_no_step_led_to(cases):
    case = cases["received"]
    type(case).objects.filter(pk=case.pk).update(state="in_repair")
    assert len(found(f"case {case.number} is in_repair, its last step led to received")) == 1


@pytest.mark.parametrize(
    ("which", "changes"),
    [
        ("received", {"received_at": NOW - timedelta(hours=1)}),
        ("shipped", {"left_at": NOW}),
        ("asked", {"ended_at": NOW}),
    ],
)
def test_moments_that_no_step_has(cases, which, changes):
    with unguarded():
        Stretch.objects.filter(case=cases[which]).update(**changes)
        found(f"case {cases[which].number} (1): received, left or over at other moments")


def test_an_estimate_that_waits_alone(cases):
    with unguarded():
        Estimate.objects.filter(case=cases["asked"]).update(state="accepted", answered_at=NOW)
        found("is estimate_sent with 0 waiting estimates")
        Estimate.objects.filter(case=cases["asked"]).update(state="waiting", answered_at=None, case=cases["received"])
        found("is received with 1 waiting estimates")


def test_a_loan_that_does_not_fit_its_case(cases):
    case = cases["received"]
    loan = LoanFactory(case=case)
    assert not list(invariants.broken(at=NOW))
    LoanUnit.objects.filter(pk=loan.unit_id).update(out_since=NOW, out_why="Dropped")
    found("its unit has left the pool")
    type(loan).objects.filter(pk=loan.pk).update(unit=LoanUnitFactory(centre=CentreFactory(), product=case.product))
    found("its unit is of another centre")
    type(loan).objects.filter(pk=loan.pk).update(member=MemberFactory())
    found("its member is not the case's")
    other = LoanFactory(case=cases["requested"])
    requesting.cancel_case(cases["requested"].pk, at=NOW, actor=as_member(case.member.user))
    assert len(found(f"loan {other.pk} of case {cases['requested'].number}: it is booked for a case that is over")) == 2


def test_the_command_looks_at_cases_too(cases, capsys):
    call_command("invariants")
    assert "Everything holds." in capsys.readouterr().out
    case = cases["received"]
    type(case).objects.filter(pk=case.pk).update(state="in_repair")
    with pytest.raises(CommandError, match="1 findings"):
        call_command("invariants")
    assert f"case {case.number} is in_repair" in capsys.readouterr().err
