"""Races for places at events and for turns on their waiting lists, each with its control: the event's lock left out."""

import threading
from datetime import timedelta

import pytest

from servicing import event_door, events
from servicing.models import Booking, Event
from tests.factories import NOON, EventFactory, MemberFactory

pytestmark = pytest.mark.usefixtures("committed_db")


def booking(event, member, at=NOON):
    return lambda: events.book(event.pk, member_id=member.pk, at=at).state


def cancelling(event, member, at=NOON + timedelta(hours=1)):
    return lambda: events.cancel(event.pk, member_id=member.pk, at=at)


@pytest.fixture
def unlocked(monkeypatch):
    """The event's lock left out: two who change its places have read them before either writes."""
    have_read, room_of = threading.Barrier(2), events.room_of

    def read_together(one):
        room = room_of(one)
        have_read.wait(timeout=20)
        return room

    def leave_out():
        monkeypatch.setattr(events, "_lock", lambda event_id: Event.objects.get(pk=event_id))
        monkeypatch.setattr(events, "room_of", read_together)

    return leave_out


def test_the_last_place_is_given_once(together):
    event = EventFactory(places=1)
    states = together(*[booking(event, member) for member in MemberFactory.create_batch(12)])
    assert sorted(states) == ["place"] + ["waiting"] * 11


def test_control_without_the_lock_the_last_place_is_given_twice(together, unlocked):
    event = EventFactory(places=1)
    unlocked()
    assert together(*[booking(event, member) for member in MemberFactory.create_batch(2)]) == ["place", "place"]


def test_one_member_who_books_many_times_at_once_has_one_booking(together):
    event, member = EventFactory(places=5), MemberFactory()
    assert together(*[booking(event, member) for _ in range(8)]) == ["place"] * 8
    assert Booking.objects.count() == 1


def test_parallel_cancels_keep_their_places_for_the_first_that_wait(together):
    event = EventFactory(places=4)
    members = MemberFactory.create_batch(10)
    for minute, member in enumerate(members):
        booking(event, member, NOON + timedelta(minutes=minute))()
    # Three with a place and one who waits go, and a newcomer asks, all at once.
    leaving = [*members[:3], members[5]]
    together(
        *[cancelling(event, member) for member in leaving], booking(event, MemberFactory(), NOON + timedelta(hours=1))
    )
    rows = dict(Booking.objects.filter(member__in=members).values_list("member", "state"))
    held = [place for place, member in enumerate(members) if rows[member.pk] == "held"]
    # Who waits at the sixth turn may have been offered a place before they left; nobody later passed anybody.
    assert held == [4, 6, 7]
    assert rows[members[3].pk] == "place"
    given = Booking.objects.filter(state__in=("place", "held")).count()
    assert given == 4


def test_control_without_the_lock_two_places_are_kept_for_one_who_waits(together, unlocked, monkeypatch):
    event = EventFactory(places=2)
    members = MemberFactory.create_batch(4)
    for minute, member in enumerate(members):
        booking(event, member, NOON + timedelta(minutes=minute))()
    unlocked()
    have_chosen, save = threading.Barrier(2), Booking.save

    def save_together(self, **kwargs):
        if self.state == Booking.State.HELD:
            have_chosen.wait(timeout=20)
        save(self, **kwargs)

    monkeypatch.setattr(Booking, "save", save_together)
    together(*[cancelling(event, member) for member in members[:2]])
    states = [Booking.objects.get(member=member).state for member in members]
    assert states == ["cancelled", "cancelled", "held", "waiting"], "a place is free, and somebody waits"


def test_a_card_scanned_at_two_doors_is_let_in_once(together):
    event, member = EventFactory(places=1), MemberFactory()
    booking(event, member)()
    door = event.begins_at
    answers = together(*[lambda: event_door.check_in(event.pk, member_id=member.pk, at=door)[1] for _ in range(4)])
    assert sorted(answers) == [False, True, True, True]
