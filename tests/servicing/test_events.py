"""Places at events: given in order, kept for a while, passed on, and who came (programme §9)."""

from datetime import timedelta

import pytest

from members.models import Message
from servicing import event_door, events, tasks
from servicing.models import Booking, EventVisitor
from servicing.offers import BenefitError
from tests.factories import NOON, EventFactory, MemberFactory, UserFactory

pytestmark = pytest.mark.django_db
State = Booking.State
HOUR = timedelta(hours=1)


def book(event, member, at=NOON):
    return events.book(event.pk, member_id=member.pk, at=at)


def states(event):
    """Each booking's state, in the order in which they were asked for."""
    return list(event.bookings.order_by("asked_at", "pk").values_list("state", flat=True))


def told(member, kind="event_place"):
    return list(Message.objects.filter(user=member.user, kind=kind).order_by("pk").values_list("facts", flat=True))


@pytest.fixture
def crowd(db):
    """Four members at an event with one place: one has it, three wait."""
    event = EventFactory(places=1, hold_hours=24)
    members = MemberFactory.create_batch(4)
    for minute, member in enumerate(members):
        book(event, member, NOON + timedelta(minutes=minute))
    return event, members


def test_the_place_passes_on_in_order_each_time_it_is_not_taken(crowd, time_machine):
    event, (first, second, third, fourth) = crowd
    assert states(event) == ["place", "waiting", "waiting", "waiting"]
    events.cancel(event.pk, member_id=first.pk, at=NOON + HOUR)
    assert states(event) == ["cancelled", "held", "waiting", "waiting"]
    (kept,) = told(second)
    assert (kept["change"], kept["held_until"]) == ("kept", (NOON + 25 * HOUR).isoformat())
    # Nobody passes who waits, and whoever gave a place back asks anew.
    assert book(event, first, NOON + 2 * HOUR).state == State.WAITING
    time_machine.move_to(NOON + 25 * HOUR, tick=False)
    assert tasks.see_to_events() == 1
    assert states(event) == ["cancelled", "lapsed", "held", "waiting", "waiting"]
    assert [facts["change"] for facts in told(second)] == ["kept", "lapsed"]
    assert tasks.see_to_events() == 0
    assert book(event, third, NOON + 26 * HOUR).state == State.PLACE
    events.cancel(event.pk, member_id=fourth.pk, at=NOON + 27 * HOUR)
    assert states(event) == ["cancelled", "lapsed", "place", "cancelled", "waiting"]


def test_a_place_is_kept_no_longer_than_one_can_book(crowd):
    event, (first, second, *_) = crowd
    late = event.booking_ends_at - HOUR
    events.cancel(event.pk, member_id=first.pk, at=late)
    held = Booking.objects.get(event=event, member=second)
    assert held.held_until == event.booking_ends_at
    with pytest.raises(BenefitError, match="over"):
        book(event, MemberFactory(), event.booking_ends_at)
    # Cancelling works after that, too, and passes nothing on.
    events.cancel(event.pk, member_id=second.pk, at=event.booking_ends_at + HOUR)
    assert states(event) == ["cancelled", "cancelled", "waiting", "waiting"]


def test_more_places_go_to_who_waits_and_none_is_taken_away(crowd):
    event, (_first, second, third, fourth) = crowd
    events.change_places(event.pk, places=3, at=NOON + HOUR)
    assert states(event) == ["place", "held", "held", "waiting"]
    assert (len(told(second)), len(told(third)), len(told(fourth))) == (1, 1, 0)
    with pytest.raises(BenefitError, match="too_few"):
        events.change_places(event.pk, places=2, at=NOON + HOUR)


def test_who_booked_hears_of_another_time_and_that_it_is_called_off_once(crowd):
    event, members = crowd
    event.refresh_from_db()
    event.title = "Printing in colour"
    assert events.rewrite(event, at=NOON + HOUR) == 0
    event.begins_at += HOUR
    event.ends_at += HOUR
    event.places = 50
    assert events.rewrite(event, at=NOON + HOUR) == 4
    event.refresh_from_db()
    assert (event.title, event.places) == ("Printing in colour", 1)
    for _again in range(2):
        events.call_off(event.pk, at=NOON + 2 * HOUR)
    for member in members:
        assert [facts["change"] for facts in told(member)] == ["moved"]
        assert len(told(member, "event_cancelled")) == 1
    events.cancel(event.pk, member_id=members[0].pk, at=NOON + 3 * HOUR)
    assert states(event) == ["cancelled", "waiting", "waiting", "waiting"]


def test_at_the_door_twice_is_once_and_a_free_place_is_for_who_is_there(crowd):
    event, (first, second, third, _fourth) = crowd
    door = event.begins_at
    booking, before = event_door.check_in(event.pk, member_id=first.pk, at=door)
    assert (booking.came_at, before) == (door, False)
    booking, before = event_door.check_in(event.pk, member_id=first.pk, at=door + HOUR)
    assert (booking.came_at, before) == (door, True)
    # Whoever came has nothing to give back.
    events.cancel(event.pk, member_id=first.pk, at=door + HOUR)
    with pytest.raises(BenefitError, match="no_place"):
        event_door.check_in(event.pk, member_id=third.pk, at=door)
    with pytest.raises(BenefitError, match="full"):
        event_door.let_in(event.pk, member_id=third.pk, at=door)
    events.change_places(event.pk, places=3, at=door)
    assert event_door.let_in(event.pk, member_id=third.pk, at=door)[1] is False
    assert event_door.let_in(event.pk, member_id=third.pk, at=door + HOUR)[1] is True
    walked_in, _before = event_door.let_in(event.pk, member_id=MemberFactory().pk, at=door)
    assert (walked_in.state, walked_in.came_at) == (State.PLACE, door)
    with pytest.raises(BenefitError, match="full"):
        event_door.let_in(event.pk, member_id=second.pk, at=door)
    guest = {"region": "Canon Japan", "card_number": "J1", "name": "Aiko", "at": door, "by": UserFactory()}
    assert [event_door.check_in_visitor(event.pk, **guest)[1] for _again in range(2)] == [False, True]
    assert EventVisitor.objects.count() == 1


def test_a_place_kept_for_somebody_is_theirs_at_the_door(crowd):
    event, (first, second, *_) = crowd
    today = {"begins_at": NOON + 5 * HOUR, "ends_at": NOON + 7 * HOUR, "booking_ends_at": NOON + 4 * HOUR}
    type(event).objects.filter(pk=event.pk).update(**today)
    events.cancel(event.pk, member_id=first.pk, at=NOON + HOUR)
    with pytest.raises(BenefitError, match="full"):
        event_door.let_in(event.pk, member_id=first.pk, at=NOON + 2 * HOUR)
    assert event_door.let_in(event.pk, member_id=second.pk, at=NOON + 2 * HOUR)[0].state == State.PLACE


@pytest.mark.parametrize(
    ("days", "code"), [(-2, "too_early"), (-1, ""), (0, ""), (1, ""), (2, "too_late"), (-10, "too_early")]
)
def test_the_door_is_open_from_the_day_before_to_the_day_after(crowd, days, code):
    event, (first, *_) = crowd
    at = event.begins_at + timedelta(days=days)
    acts = (
        lambda: event_door.check_in(event.pk, member_id=first.pk, at=at),
        lambda: event_door.let_in(event.pk, member_id=first.pk, at=at),
        lambda: event_door.check_in_visitor(
            event.pk, region="Canon Japan", card_number="J1", name="", at=at, by=UserFactory()
        ),
    )
    for act in acts:
        if code:
            with pytest.raises(BenefitError, match=code):
                act()
        else:
            act()
    assert (Booking.objects.filter(came_at=at).count(), EventVisitor.objects.count()) == ((0, 0) if code else (1, 1))


def test_who_was_checked_in_by_mistake_is_taken_back_and_keeps_the_place(crowd):
    event, (first, *_) = crowd
    door = event.begins_at
    booking, _before = event_door.check_in(event.pk, member_id=first.pk, at=door)
    for _twice in range(2):
        assert event_door.take_back(event.pk, booking_id=booking.pk, at=door).came_at is None
    booking.refresh_from_db()
    assert (booking.state, booking.came_at) == (State.PLACE, None)
    assert event_door.check_in(event.pk, member_id=first.pk, at=door + HOUR)[1] is False
    guest = {"region": "Canon Japan", "card_number": "J1", "name": "Aiko", "at": door, "by": UserFactory()}
    visitor, _before = event_door.check_in_visitor(event.pk, **guest)
    taken = [event_door.take_back_visitor(event.pk, visitor_id=visitor.pk, at=door) for _twice in range(2)]
    assert taken == [True, False]
