"""Races of imports, each with its control; and a process killed in the middle of a chunk, for real."""

import os
import signal
import subprocess
import sys
import threading
import uuid
from itertools import count

import pytest
from django.db import connection, transaction
from django.utils import timezone

from cps_portal.dev.processes import ROOT
from kitbag import importing, invariants, registration, standing
from kitbag.models import ItemEvent, KitImport, KitItem, Standing
from kitbag.rules.table import read_text
from tests.conftest import details
from tests.factories import NOON, ProductFactory
from tests.faults.worker import database_url, until

pytestmark = pytest.mark.usefixtures("committed_db")
HEADINGS = "Product;Serial number;Country;Date;Store\n"
numbers = count(400_000_000_000, 7)


def lines(product, size, *, numbered=True):
    return HEADINGS + "".join(
        f"{product.name};{next(numbers) if numbered else ''};GB;2 Jul 2024;Jacobs\n" for _ in range(size)
    )


def check(member, text):
    return importing.check_table(read_text(text), member_id=member.pk, at=NOON)


def write(found):
    """What a request does: begin, then write all of it."""

    def act():
        importing.begin(found.pk, member_id=found.member_id, at=NOON)
        while importing.write_chunk(found.pk, at=NOON):
            pass

    return act


@pytest.fixture
def strap(db):
    return ProductFactory(
        name="Professional strap", serial_need="none", category="accessory_other", family="accessory", points=10
    )


@pytest.fixture
def small_chunks(monkeypatch):
    monkeypatch.setattr(importing, "CHUNK", 2)


def settled(found, size):
    # Whoever came second leaves the rest to the first: it may still be writing when both are asked.
    importing.write_waiting()
    found.refresh_from_db()
    assert (found.state, found.done, found.total) == ("written", size, size)
    assert KitItem.objects.count() == ItemEvent.objects.filter(kind="added").count() == size
    assert not list(invariants.broken(at=timezone.now()))


def test_a_button_pressed_six_times_at_once_adds_each_row_once(together, small_chunks, layla, camera):
    found = check(layla, lines(camera, 7))
    results = together(*[write(found)] * 6)
    assert not [result for result in results if isinstance(result, Exception)]
    settled(found, 7)
    assert Standing.objects.get(member=layla).points == 7 * 320


def test_two_workers_add_each_row_once(together, small_chunks, layla, omar, camera):
    found = [check(layla, lines(camera, 5)), check(omar, lines(camera, 4))]
    for one in found:
        importing.begin(one.pk, member_id=one.member_id, at=NOON)
    results = together(importing.write_waiting, importing.write_waiting)
    assert not [result for result in results if isinstance(result, Exception)]
    importing.write_waiting()
    assert KitItem.objects.filter(member=layla).count() == 5
    assert KitItem.objects.filter(member=omar).count() == 4


def unlocked(monkeypatch):
    """Imports are read without their lock, by two writers at one moment."""
    both_have_looked = threading.Barrier(2)
    here = threading.local()
    enter = standing.enter_day

    def look_together(day):
        if not hasattr(here, "has_looked"):
            here.has_looked = True
            both_have_looked.wait(timeout=20)
        enter(day)

    monkeypatch.setattr(KitImport.objects, "select_for_update", lambda **how: KitImport.objects.all())
    monkeypatch.setattr(importing.standing, "enter_day", look_together)


def test_control_without_the_lock_rows_are_written_twice_and_their_keys_still_keep_one(
    together, layla, strap, monkeypatch
):
    found = check(layla, lines(strap, 3, numbered=False))
    importing.begin(found.pk, member_id=layla.pk, at=NOON)
    unlocked(monkeypatch)
    results = together(*[lambda: importing.write_chunk(found.pk, at=NOON)] * 2)
    monkeypatch.undo()
    assert results == [False, False]
    assert KitItem.objects.count() == 3


def test_control_without_lock_and_keys_every_row_is_there_twice(together, layla, strap, monkeypatch):
    found = check(layla, lines(strap, 3, numbered=False))
    importing.begin(found.pk, member_id=layla.pk, at=NOON)
    unlocked(monkeypatch)
    monkeypatch.setattr(importing, "item_key", lambda import_id, number: uuid.uuid4())
    together(*[lambda: importing.write_chunk(found.pk, at=NOON)] * 2)
    monkeypatch.undo()
    assert KitItem.objects.count() == 6


def test_one_list_pasted_in_two_tabs_and_added_at_once(together, small_chunks, layla, camera):
    text = lines(camera, 5)
    first, second = check(layla, text), check(layla, text)
    results = together(write(first), write(second))
    assert not [result for result in results if isinstance(result, Exception)]
    assert KitItem.objects.count() == 5
    assert Standing.objects.get(member=layla).points == 5 * 320


def test_control_without_the_standings_lock_both_tabs_add_theirs(together, layla, camera, monkeypatch):
    text = lines(camera, 1)
    found = [check(layla, text), check(layla, text)]
    for one in found:
        importing.begin(one.pk, member_id=layla.pk, at=NOON)
    both_have_looked = threading.Barrier(2)
    register = importing._register

    def look_then_wait(*args, **kwargs):
        both_have_looked.wait(timeout=20)
        return register(*args, **kwargs)

    monkeypatch.setattr(standing, "lock", lambda member_id: Standing.objects.get(member=member_id))
    monkeypatch.setattr(importing, "_register", look_then_wait)
    together(*[lambda pk=one.pk: importing.write_chunk(pk, at=NOON) for one in found])
    monkeypatch.undo()
    assert KitItem.objects.count() == 2


def test_a_process_killed_in_the_middle_of_a_chunk_leaves_nothing_half_done(layla, omar, camera):
    found = check(layla, lines(camera, 40))
    importing.begin(found.pk, member_id=layla.pk, at=timezone.now())
    held_up = found.rows[33]["cells"]["serial_typed"]
    registered, let_go = threading.Event(), threading.Event()

    def hold():
        """Another member registers the unit of a row of the second chunk, and does not commit."""
        try:
            with transaction.atomic():
                registration.add_item(
                    member_id=omar.pk, product_id=camera.pk, details=details(held_up), at=timezone.now()
                )
                registered.set()
                let_go.wait(timeout=60)
                transaction.set_rollback(True)
        finally:
            connection.close()

    holder = threading.Thread(target=hold)
    holder.start()
    assert registered.wait(timeout=20)
    code = f"import django; django.setup()\nfrom kitbag import importing\nimporting.write_through('{found.pk}')"
    environment = os.environ | {"DATABASE_URL": database_url(), "ITEMS_VALIDATED_PER_HOUR": "1000"}
    writer = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, env=environment, start_new_session=True)
    try:
        until(lambda: KitImport.objects.get(pk=found.pk).done == importing.CHUNK, seconds=40)
        until(_somebody_waits_for_a_transaction, seconds=20)
        os.killpg(writer.pid, signal.SIGKILL)
        assert writer.wait(timeout=20) == -signal.SIGKILL
    finally:
        let_go.set()
        holder.join(timeout=20)
    until(lambda: not _others_in_a_transaction(), seconds=20)
    assert KitItem.objects.filter(member=layla).count() == importing.CHUNK
    assert KitImport.objects.get(pk=found.pk).state == KitImport.State.WRITING
    assert not list(invariants.broken(at=timezone.now()))
    # The next wake-up of the schedule finds it.
    assert importing.write_waiting() == 1
    settled(found, 40)


def _count(condition):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            f" AND pid <> pg_backend_pid() AND {condition}"
        )
        return cursor.fetchone()[0]


def _somebody_waits_for_a_transaction():
    return _count("wait_event_type = 'Lock' AND wait_event = 'transactionid'") > 0


def _others_in_a_transaction():
    return _count("state IN ('idle in transaction', 'active')")
