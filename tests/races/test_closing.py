"""Two workers and a killed one close an account: the same in the end, and never half."""

import os
import signal
import subprocess
import sys
from datetime import timedelta

import pytest
from django.db import connection, transaction

from cps_portal.dev.processes import ROOT
from cps_portal.privacy import closing
from kitbag import invariants
from kitbag.models import Spell, Standing
from members.models import Address, Closing, Member
from tests.factories import NOON
from tests.faults.worker import database_url, until

pytestmark = pytest.mark.usefixtures("committed_db")
LATER = NOON + timedelta(days=8)
WORKER = f"""
import django; django.setup()
from datetime import datetime
from cps_portal.privacy import closing
print(closing.carry_out_due(at=datetime.fromisoformat({LATER.isoformat()!r})), flush=True)
"""


@pytest.fixture
def leaving(layla, camera, register):
    """Layla has a unit and an address, and asked for her account to be closed."""
    register(layla, camera)
    Address.objects.create(member=layla, name="Layla Mansour", street="5 Home Road", town="London", country="GB")
    closing.ask(layla.pk, at=NOON)
    return layla


def is_whole(member):
    """Nothing of a member was touched."""
    member.refresh_from_db()
    return (
        member.closed_at is None
        and member.user.name == "Layla Mansour"
        and Address.objects.filter(member=member).exists()
        and Spell.objects.open().filter(member=member).exists()
        and Standing.objects.get(member=member).points == 320
    )


def is_closed(member):
    assert Member.objects.get(pk=member.pk).closed_at == LATER
    assert not Address.objects.exists()
    assert not Spell.objects.open().exists()
    assert Closing.objects.get().done_at == LATER
    assert list(invariants.broken(at=LATER)) == []
    return True


def test_two_workers_close_it_once(leaving, together):
    assert sorted(together(*[lambda: closing.carry_out_due(at=LATER)] * 2)) == [0, 1]
    assert is_closed(leaving)


def test_without_the_look_under_lock_both_would(leaving, together, monkeypatch):
    """The control: who believes what was read before the lock closes it a second time."""
    begun = Closing.objects.get()
    monkeypatch.setattr(closing, "running", lambda member_id: begun)
    assert together(*[lambda: closing.carry_out_due(at=LATER)] * 2) == [1, 1]


def test_undone_and_carried_out_at_once_it_is_one_of_them(leaving, together):
    done, kept = together(lambda: closing.carry_out_due(at=LATER), lambda: closing.undo(leaving.pk, at=LATER))
    assert (done, kept) in ((1, False), (0, True))
    assert is_whole(leaving) if kept else is_closed(leaving)


def test_killed_in_the_middle_it_is_as_before_and_the_next_call_does_it(leaving):
    env = os.environ | {"DATABASE_URL": database_url()}
    with transaction.atomic():
        # Late among what is erased: the worker waits here with all the rest written.
        Address.objects.select_for_update().get()
        worker = subprocess.Popen([sys.executable, "-c", WORKER], cwd=ROOT, env=env)
        until(_waits, seconds=20)
        os.kill(worker.pid, signal.SIGKILL)
        worker.wait()
    until(lambda: not _others_at_work())
    assert is_whole(leaving)
    assert closing.carry_out_due(at=LATER) == 1
    assert is_closed(leaving)


def _waits():
    return _count("wait_event_type = 'Lock'") > 0


def _others_at_work():
    return _count("state <> 'idle'") > 0


def _count(what):
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            f" AND pid <> pg_backend_pid() AND {what}"
        )
        return cursor.fetchone()[0]
