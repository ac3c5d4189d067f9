"""Events at the staff desk: written, changed, called off, and the door where members are checked in (§9, §10)."""

from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.urls import reverse

from members.models import Message, StaffChange, StaffLook
from members.rules.numbers import spaced
from members.rules.roles import Role
from servicing import event_door, events
from servicing.cards import token_of
from servicing.models import Booking, CardRevocation, Event, EventVisitor
from tests.factories import NOON, EventFactory, MemberFactory
from tests.portal.staff import EVERYBODY, SUPERUSER, as_role, confirmed, history, programme_tables, staff_user

pytestmark = pytest.mark.django_db
MANAGER = Role.PROGRAMME_MANAGER
AT_THE_DOOR = {Role.MEMBER_CARE, MANAGER, SUPERUSER}


@pytest.fixture(autouse=True)
def clock(time_machine):
    """14:02 in London on the day of the event."""
    time_machine.move_to(NOON + timedelta(days=10, hours=2, minutes=2), tick=False)


@pytest.fixture
def manager(db):
    return as_role(MANAGER)


def address(name, event):
    return reverse(f"admin:{name}", args=[event.pk])


def scan(client, event, card, **more):
    response = client.post(address("event_door", event), {"card": card, **more}, follow=True)
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def guest(client, event, **more):
    data = {"region": "Canon Japan", "card_number": "j 12", "name": "Aiko Mori", **more}
    return client.post(address("event_door", event), data, follow=True).content.decode()


def booked(event, member):
    return events.book(event.pk, member_id=member.pk, at=NOON)


@pytest.mark.parametrize("role", EVERYBODY)
def test_who_of_the_staff_gets_what(role):
    event = EventFactory()
    client = confirmed(staff_user(role))
    door = 200 if role in AT_THE_DOOR else 403
    expected = {
        "event_door": door,
        "event_people": 200 if role in {*AT_THE_DOOR, Role.AUDITOR} else 403,
        "servicing_event_places": 200 if role in {MANAGER, SUPERUSER} else 403,
        "servicing_event_call_off": 200 if role in {MANAGER, SUPERUSER} else 403,
    }
    before = programme_tables()
    assert {name: client.get(address(name, event)).status_code for name in expected} == expected
    assert programme_tables() == before
    if door == 403:
        assert client.post(address("event_door", event), {"card": "1"}).status_code == 403
        assert client.post(address("servicing_event_call_off", event), {"reason": "x"}).status_code in {200, 302, 403}
        assert programme_tables() == before


def test_a_card_in_every_spelling_and_twice(manager, layla, time_machine):
    event = EventFactory(begins_at=NOON + timedelta(days=10, hours=3), booking_ends_at=NOON + timedelta(days=9))
    booked(event, layla)
    token = token_of(layla.pk, 1)
    assert "Layla Mansour is in: Thu 3 Dec, 14:02." in scan(manager, event, f"https://cps.example/v/{token}/")
    time_machine.shift(timedelta(minutes=30))
    for card in (token, f"/v/{token}/\r\n", layla.number, spaced(layla.number), f" {'-'.join(layla.number)} "):
        assert "Layla Mansour is already in, since Thu 3 Dec, 14:02." in scan(manager, event, card)
    assert Booking.objects.get().came_at == NOON + timedelta(days=10, hours=2, minutes=2)
    assert StaffLook.objects.filter(member=layla, page="card", role="Programme manager").count() == 1


def test_what_is_no_card_is_said_beside_the_field(manager, layla):
    event = EventFactory()
    booked(event, layla)
    CardRevocation.objects.create(member=layla, generation=1, at=NOON, by=staff_user(SUPERUSER), why="Lost")
    before = programme_tables()
    off_by_one = layla.number[:-1] + str((int(layla.number[-1]) + 1) % 10)
    for card in (
        *(
            "",
            " ",
            "\x00",
            "x" * 5000,
            "<script>alert(1)</script>",
            "٤٢٠٧٧١٩٠٣٦",
            "=cmd()",
            "/v//",
            "1.1.1",
            "/v/\u202e.1:x/",
        ),
        *(f"/v/{token_of(layla.pk, 1)}/", f"/v/{token_of(layla.pk, 2)[:-1]}_/", token_of(10**30, 1), off_by_one),
    ):
        assert "No valid card and no member number." in scan(manager, event, card), card
        assert "<script>alert" not in scan(manager, event, card)
    assert programme_tables() == before
    assert "is in:" in scan(manager, event, token_of(layla.pk, 2))


def test_a_member_without_a_place_is_let_in_where_one_is_free(manager, layla, omar):
    event = EventFactory(places=1, levels=[2, 3], ends_at=NOON + timedelta(days=11))
    page = scan(manager, event, layla.number)
    assert "No booking" in page
    assert "Look out: For members with the level: Gold, Platinum." in page
    assert not Booking.objects.exists()
    assert "Layla Mansour is in: Thu 3 Dec, 14:02." in scan(manager, event, layla.number, let_in="1")
    assert "is already in" in scan(manager, event, layla.number, let_in="1")
    assert "No place is free." in scan(manager, event, omar.number)
    assert "No place is free any more." in scan(manager, event, omar.number, let_in="1")
    assert Booking.objects.count() == 1
    events.call_off(event.pk, at=NOON)
    assert "This event was called off." in scan(manager, event, layla.number)


def test_visitors_of_other_regions_once_a_card(manager):
    event = EventFactory()
    assert "Aiko Mori is in: Thu 3 Dec, 14:02." in guest(manager, event)
    assert "Aiko Mori is already in, since Thu 3 Dec, 14:02." in guest(manager, event, card_number=" J12 ", name="")
    assert "This field is required." in guest(manager, event, region="")
    assert "Null characters are not allowed." in guest(manager, event, card_number="\x00")
    assert EventVisitor.objects.count() == 1


def test_the_table_of_who_comes_is_safe_for_spreadsheets(manager):
    event = EventFactory(places=1)
    for name in ("=HYPERLINK(1)", "Second, In Line"):
        booked(event, MemberFactory(user__name=name))
    guest(manager, event, name="@SUM(1)", region="+Japan")
    response = manager.get(address("event_people", event))
    assert response["Content-Type"].startswith("text/csv")
    lines = response.content.decode().splitlines()
    assert len(lines) == 4
    assert "'=HYPERLINK(1)" in lines[1]
    assert '"Second, In Line",On the waiting list' in lines[2]
    assert "'@SUM(1)" in lines[3]
    assert "'+Japan J12" in lines[3]


def event_form(event, **changes):
    names = ("title", "summary", "text", "language", "place", "time_zone", "hold_hours")
    data = {name: getattr(event, name) for name in names}
    return data | {
        "country": str(event.country),
        "levels": event.levels,
        "begins_at_0": "2026-12-04",
        "begins_at_1": "18:00",
        "ends_at_0": "2026-12-04",
        "ends_at_1": "20:00",
        "booking_ends_at_0": "2026-12-03",
        "booking_ends_at_1": "18:00",
        "published": "on",
        "reason": "Another hall",
        **changes,
    }


def test_moments_are_entered_by_the_events_own_clock_and_who_booked_is_told(manager, layla):
    event = EventFactory(time_zone="Africa/Cairo", places=5)
    booked(event, layla)
    page = reverse("admin:servicing_event_change", args=[event.pk])
    assert 'value="14:00:00"' in manager.get(page).content.decode()  # noon UTC is 14:00 in Cairo
    response = manager.post(page, event_form(event), follow=True)
    assert "Told of another time or place: 1 members." in response.content.decode()
    event.refresh_from_db()
    assert (event.begins_at.isoformat(), event.places) == ("2026-12-04T16:00:00+00:00", 5)
    manager.post(page, event_form(event, title="Another title"))
    assert Message.objects.filter(kind="event_place").count() == 1
    assert "Begins at: 3 Dec 2026 14:00 → 4 Dec 2026 18:00" in history(event)[0][1]
    # What members have booked does not go out of sight.
    answer = manager.post(page, event_form(event, published=""))
    assert "Members have booked it." in answer.content.decode()
    assert Event.objects.get().published


def test_places_and_calling_off_say_first_whom_they_touch(manager, layla, omar):
    event = EventFactory(places=1)
    for member in (layla, omar):
        booked(event, member)
    page = address("servicing_event_places", event)
    events.change_places(event.pk, places=2, at=NOON)
    answer = manager.post(page, {"places": "1", "reason": "Smaller hall"}).content.decode()
    assert "More places are given or kept already." in answer
    manager.post(page, {"places": "3", "reason": "Larger hall"})
    page = address("servicing_event_call_off", event)
    shown = " ".join(manager.get(page).content.decode().split())
    assert "<dt>Members who will be told</dt><dd>2</dd>" in shown
    assert Event.objects.get().cancelled_at is None
    assert "2 members are told." in manager.post(page, {"reason": "Flood"}, follow=True).content.decode()
    assert Message.objects.filter(kind="event_cancelled").count() == 2
    assert [words for _who, words in history(event)] == [
        "Places: 2 → 3. Larger hall",
        "Called off; 2 members are told. Flood",
    ]
    assert manager.get(page).status_code == 404


def test_the_door_asks_the_same_however_many_came(manager, django_assert_max_num_queries):
    event = EventFactory()
    manager.get(address("event_door", event))
    counts = []
    for _round in range(2):
        for member in MemberFactory.create_batch(6):
            booked(event, member)
            event_door.check_in(event.pk, member_id=member.pk, at=event.begins_at)
        with django_assert_max_num_queries(25) as seen:
            manager.get(address("event_door", event))
        counts.append(len(seen))
    assert counts[0] == counts[1]


def test_far_from_its_day_nobody_is_checked_in(manager, layla, time_machine):
    event = EventFactory()
    booked(event, layla)
    time_machine.move_to(NOON + timedelta(days=3), tick=False)
    page = manager.get(address("event_door", event)).content.decode()
    assert "The door opens on the day before the event." in page
    assert "Wed 2 Dec 2026" in page
    assert 'name="card"' not in page
    assert "The door opens on the day before" in scan(manager, event, layla.number)
    assert "The door opens on the day before" in guest(manager, event)
    assert not Booking.objects.filter(came_at__isnull=False).exists()
    time_machine.move_to(NOON + timedelta(days=13), tick=False)
    assert "The door closed on the day after the event." in scan(as_role(SUPERUSER), event, layla.number)


def test_a_check_in_is_taken_back_with_a_line_on_the_trail(manager, layla):
    event = EventFactory()
    booked(event, layla)
    scan(manager, event, layla.number)
    guest(manager, event)
    booking, visitor = Booking.objects.get(), EventVisitor.objects.get()
    page = manager.get(address("event_door", event)).content.decode()
    assert "Thu 3 Dec, 14:02" in page
    for row in (f"member-{booking.pk}", f"visitor-{visitor.pk}"):
        assert f'value="{row}"' in page
        for _twice in range(2):
            manager.post(address("event_door", event), {"take_back": row})
    booking.refresh_from_db()
    assert (booking.state, booking.came_at) == ("place", None)
    assert not EventVisitor.objects.exists()
    trail = StaffChange.objects.order_by("pk").values_list("kind", "table", "row", "by__name")
    assert ("changed", "servicing_booking", str(booking.pk), "Programme manager") in trail
    assert ("deleted", "servicing_eventvisitor", str(visitor.pk), "Programme manager") in trail
    assert not LogEntry.objects.filter(change_message__contains="Aiko").exists()
    for odd in ("", "member-", "member-x", "visitor-999999", "-1", "member-" + "9" * 40):
        assert manager.post(address("event_door", event), {"take_back": odd}).status_code == 302
    assert "nobody has a place" not in page
    assert "nobody has a place" in manager.get(address("event_door", EventFactory())).content.decode()


def test_who_may_not_give_places_is_told_whom_to_ask(layla, omar):
    event = EventFactory(places=1)
    booked(event, omar)
    page = scan(as_role(Role.MEMBER_CARE), event, layla.number)
    assert "Ask the programme manager for more places" in page
    assert "More places can be given on the page of the event." in scan(as_role(MANAGER), event, layla.number)
