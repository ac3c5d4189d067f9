"""Several workers at one outbox: no row is leased twice, because a lease skips what another one holds."""

import threading
import time
from collections import Counter

import pytest
from django.db import connection, transaction

from members import delivery, messages
from members.models import Message
from tests.factories import NOON, UserFactory

pytestmark = pytest.mark.usefixtures("committed_db")
WORKERS = 4


def queue(count):
    user = UserFactory()
    for number in range(count):
        messages.post_security(user=user, address=user.email, subject=str(number), text="1", html="", at=NOON)


def side_by_side(work):
    """Run something in as many threads as there are workers, each with its own connection."""

    def run():
        try:
            work()
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _worker in range(WORKERS)]
    for thread in threads:
        thread.start()
    return threads


def waiting_for_a_lock():
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")  # else a transaction sees the first answer for ever
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        return cursor.fetchone()[0]


def lease_while_the_first_row_is_held():
    """The rows that the workers lease while somebody has the most urgent row in hand, and lets it go."""
    queue(WORKERS + 1)
    leased = []
    with transaction.atomic():
        Message.objects.select_for_update().order_by("due_at", "id")[0]
        threads = side_by_side(lambda: leased.append(delivery.lease(at=NOON).sealed["subject"]))
        end = time.monotonic() + 10
        while len(leased) + waiting_for_a_lock() < WORKERS:
            assert time.monotonic() < end
            time.sleep(0.02)
    for thread in threads:
        thread.join()
    return leased


def test_each_worker_leases_a_row_of_its_own():
    assert sorted(lease_while_the_first_row_is_held()) == ["1", "2", "3", "4"]


def test_control_without_the_lock_workers_lease_the_same_row(monkeypatch):
    monkeypatch.setattr(delivery, "LEASE_ONE", delivery.LEASE_ONE.replace("FOR UPDATE SKIP LOCKED", ""))
    assert max(Counter(lease_while_the_first_row_is_held()).values()) > 1


def test_workers_side_by_side_send_each_row_once(smtp):
    queue(60)
    for thread in side_by_side(lambda: delivery.drain(clock=lambda: NOON)):
        thread.join()
    assert Counter(smtp.subjects) == Counter(str(number) for number in range(60))
    assert smtp.connections > 1
