"""Clerks at one queue, and decisions taken back at the last moment. Each race has its control."""

import threading
from datetime import timedelta

import pytest
from django.db import connection

from kitbag import desk, invariants, taking_back, validation
from kitbag.models import ItemEvent, KitItem, ReviewLease, Standing
from kitbag.registration import KitError
from members import delivery, messages
from members.models import Message
from tests.factories import NOON, ProductFactory, UserFactory

pytestmark = pytest.mark.usefixtures("committed_db")
SOON = NOON + timedelta(seconds=59)
MINUTE = NOON + timedelta(seconds=60)


@pytest.fixture
def clerks(vera):
    return vera, UserFactory(is_staff=True)


@pytest.fixture
def waiting(layla, register):
    return register(layla, ProductFactory(points=600), serial="12345", number_confirmed=True)


def next_one(clerk):
    return lambda: desk.take_next(by=clerk, at=NOON)


def on_desks():
    return ReviewLease.objects.count()


# Two clerks ask for the next item at once


def test_two_clerks_get_two_items(together, clerks, layla, register, waiting):
    second = register(layla, ProductFactory(), serial="12346", number_confirmed=True)
    taken = together(*map(next_one, clerks))
    assert set(taken) == {waiting.pk, second.pk}
    assert on_desks() == 2


def test_one_item_goes_to_one_of_two_clerks(together, clerks, waiting):
    taken = together(*map(next_one, clerks))
    assert sorted(taken, key=str) == sorted([waiting.pk, None], key=str)
    assert ReviewLease.objects.get().by == clerks[taken.index(waiting.pk)]


def test_control_without_the_lock_both_are_given_the_item(together, clerks, waiting, monkeypatch):
    both_have_looked = threading.Barrier(2)
    oldest = desk._oldest
    put = desk._put

    def look(by, at, *, edits):
        return oldest(by, at, edits=edits) if threading.get_ident() in done else KitItem.objects.for_staff().first().pk

    def put_after_both_have_looked(item_id, *, by, at):
        both_have_looked.wait(timeout=20)
        done.add(threading.get_ident())
        return put(item_id, by=by, at=at)

    done = set()
    monkeypatch.setattr(desk, "_oldest", look)
    monkeypatch.setattr(desk, "_put", put_after_both_have_looked)
    taken = together(*map(next_one, clerks))
    assert taken == [waiting.pk, waiting.pk]


def test_one_item_opened_by_two_is_on_one_desk(together, clerks, waiting):
    leases = together(*(lambda who=who: desk.take(waiting.pk, by=who, at=NOON) for who in clerks))
    assert leases[0].by == leases[1].by
    assert on_desks() == 1


# A decision taken back against another one


@pytest.fixture
def asked(waiting, clerks):
    """The first clerk has asked about the item; it waits on, and nobody has it on their desk."""
    return taking_back.decide_item(waiting.pk, decision="ask", note="Which?", by=clerks[0], at=NOON)


def taking(event, clerk):
    return lambda: taking_back.take_back(event.pk, by=clerk, at=SOON)


def rejecting(item, clerk):
    return lambda: validation.reject_item(item.pk, note="No", by=clerk, at=SOON)


def kinds(item):
    return list(ItemEvent.objects.filter(item=item).order_by("pk").values_list("kind", flat=True))[-2:]


def test_taken_back_against_a_second_decision_is_one_after_the_other(together, waiting, asked, clerks):
    results = together(taking(asked, clerks[0]), rejecting(waiting, clerks[1]))
    refused = [error.code for error in results if isinstance(error, KitError)]
    state = KitItem.objects.get(pk=waiting.pk).state
    if state == "refused":
        # The other was first; what it did stands.
        assert (refused, kinds(waiting)) == (["moved_on"], ["asked", "refused"])
        assert Message.objects.filter(occasion=str(waiting.events.first().pk)).exists()
    else:
        # Taken back first, the item is on the first clerk's desk again.
        assert (refused, kinds(waiting)) == (["on_another_desk"], ["asked", "taken_back"])
        assert not Message.objects.exists()
    assert not list(invariants.broken(at=SOON))


def test_control_without_the_locks_both_are_carried_out(together, waiting, asked, clerks, monkeypatch):
    both_have_looked = threading.Barrier(2)
    moved = taking_back._refuse_if_moved

    def look_then_wait(event, item):
        moved(event, item)
        both_have_looked.wait(timeout=20)

    def read(item_id, *, by, at):
        item = KitItem.objects.get(pk=item_id)
        both_have_looked.wait(timeout=20)
        return {item.member_id: Standing.objects.get(member=item.member_id)}, item

    monkeypatch.setattr(taking_back, "_refuse_if_moved", look_then_wait)
    monkeypatch.setattr(validation, "_locked", read)
    monkeypatch.setattr(taking_back.claims, "lock_all", lambda ids: {k: Standing.objects.get(member=k) for k in ids})
    monkeypatch.setattr(KitItem.objects, "select_for_update", lambda **_how: KitItem.objects.all())
    results = together(taking(asked, clerks[0]), rejecting(waiting, clerks[1]))
    assert not [error for error in results if isinstance(error, KitError)]
    assert set(kinds(waiting)) == {"taken_back", "refused"}


# A decision taken back against the sender


@pytest.fixture
def accepted(waiting, clerks):
    return taking_back.decide_item(waiting.pk, decision="reject", note="No", by=clerks[0], at=NOON)


def leasing():
    return delivery.lease(at=MINUTE)


def test_taken_back_against_the_sender_it_is_sent_or_taken_back(together, waiting, accepted, clerks):
    taken, leased = together(taking(accepted, clerks[0]), leasing)
    if isinstance(taken, KitError):
        assert (taken.code, leased.occasion) == ("already_told", str(accepted.pk))
        assert KitItem.objects.get(pk=waiting.pk).state == "refused"
    else:
        assert leased is None
        assert KitItem.objects.get(pk=waiting.pk).state == "waiting"
        assert not Message.objects.exists()


def sent_while_it_is_taken_back(accepted, clerk):
    """The sender leases the message while the clerk's act, past looking at it, is held up; what the sender got."""
    looked, sent = threading.Event(), threading.Event()
    withdraw = messages.withdraw
    leased = []

    def withdraw_slowly(rows):
        free = withdraw(rows)
        looked.set()
        assert sent.wait(timeout=20)
        return free

    def send():
        assert looked.wait(timeout=20)
        try:
            leased.append(delivery.lease(at=MINUTE))
        finally:
            sent.set()
            connection.close()

    sender = threading.Thread(target=send)
    sender.start()
    messages.withdraw = withdraw_slowly
    try:
        taking_back.take_back(accepted.pk, by=clerk, at=SOON)
    finally:
        messages.withdraw = withdraw
        sender.join()
    return leased[0]


def test_a_message_being_withdrawn_is_passed_over_by_the_sender(accepted, clerks):
    assert sent_while_it_is_taken_back(accepted, clerks[0]) is None


def test_control_without_the_lock_it_is_sent_all_the_same(accepted, clerks, monkeypatch):
    monkeypatch.setattr(messages, "withdraw", lambda rows: not rows.filter(leased_until__isnull=False).exists())
    assert sent_while_it_is_taken_back(accepted, clerks[0]) is not None
