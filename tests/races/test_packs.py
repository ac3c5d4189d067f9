"""Races over welcome packs. Each has a control: with its guard removed the same race goes wrong."""

import threading

import pytest
from django.db.models.query import QuerySet

from members.models import Message
from servicing import packs
from servicing.models import PackBatch, WelcomePack
from tests.factories import UserFactory
from tests.servicing.packed import AT, waiting_pack

pytestmark = pytest.mark.usefixtures("committed_db")


@pytest.fixture
def waiting():
    """Four packs of one country, the oldest first."""
    return [waiting_pack(days=day) for day in range(4)]


@pytest.fixture
def unlocked(monkeypatch):
    """Rows of packs are read without a lock, and all who read them wait for each other before they write."""
    have_read = threading.Barrier(2)
    lock, rows = QuerySet.select_for_update, QuerySet._fetch_all

    def lock_no_packs(self, *args, **kwargs):
        if self.model is not WelcomePack:
            return lock(self, *args, **kwargs)
        found = self._chain()
        found._hints = {**self._hints, "raced": True}
        return found

    def read(self):
        first = self._result_cache is None
        rows(self)
        if first and self._hints.get("raced"):
            have_read.wait(timeout=20)

    monkeypatch.setattr(QuerySet, "select_for_update", lock_no_packs)
    monkeypatch.setattr(QuerySet, "_fetch_all", read)


def picking(clerk, *, most=2):
    return lambda: packs.pick_batch("GB", most=most, at=AT, by=clerk)


def sending(pack):
    return lambda: packs.mark_sent({pack.pk: "RM1GB"}, at=AT)


def sent_mails():
    return Message.objects.filter(kind=Message.Kind.PACK_SENT).count()


def test_two_clerks_take_different_packs(together, waiting):
    together(*(picking(UserFactory(is_staff=True)) for _ in range(2)))
    assert sorted(batch.packs.count() for batch in PackBatch.objects.all()) == [2, 2]


def test_control_without_the_lock_two_clerks_print_the_same_packs(together, waiting, unlocked):
    one, other = together(*(picking(UserFactory(is_staff=True)) for _ in range(2)))
    # The second took what the first had: a batch is left without a pack, while two packs still wait.
    assert sorted((one.packs.count(), other.packs.count())) == [0, 2]


def test_one_clerk_who_presses_twice_at_once_picks_once(together, waiting):
    clerk, oldest = UserFactory(is_staff=True), waiting[0].pk
    calls = [lambda: packs.pick_once(oldest, "GB", most=2, at=AT, by=clerk)] * 2
    one, other = together(*calls)
    assert one == other
    assert WelcomePack.objects.filter(state="picked").count() == 2


def test_a_pack_marked_twice_at_once_is_sent_once(together, waiting):
    packs.pick_batch("GB", most=1, at=AT, by=UserFactory(is_staff=True))
    assert sorted(together(sending(waiting[0]), sending(waiting[0]))) == [0, 1]
    assert sent_mails() == 1


def test_control_without_the_lock_both_send_it(together, waiting, unlocked):
    clerk = UserFactory(is_staff=True)
    WelcomePack.objects.filter(pk=waiting[0].pk).update(
        state="picked", batch=PackBatch.objects.create(country="GB", picked_at=AT, by=clerk)
    )
    assert together(sending(waiting[0]), sending(waiting[0])) == [1, 1]


def test_a_pack_put_back_while_it_is_sent_is_one_or_the_other(together, waiting):
    packs.pick_batch("GB", most=1, at=AT, by=UserFactory(is_staff=True))
    pack = waiting[0]
    together(sending(pack), lambda: packs.put_back(pack.pk))
    pack.refresh_from_db()
    assert (pack.state, sent_mails()) in (("sent", 1), ("requested", 0))
