"""Events for visitors and members: the list, the page, the place, and the calendar file (programme §9)."""

from datetime import timedelta

import pytest
from django.urls import reverse
from icalendar import Calendar

from servicing import event_door, events
from servicing.models import Booking, Event
from tests.factories import NOON, EventFactory, MemberFactory

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def clock(time_machine):
    time_machine.move_to(NOON + HOUR, tick=False)


@pytest.fixture
def look(client):
    """The text of a page, for a member or a visitor."""

    def page(member, name, *args, **asked):
        if member is not None:
            client.force_login(member.user)
        response = client.get(reverse(name, args=args), asked)
        assert response.status_code == 200, response.status_code
        return " ".join(response.content.decode().split())

    return page


def press(client, member, name, event):
    client.force_login(member.user)
    return client.post(reverse(name, args=[event.pk]), follow=True).content.decode()


def titles(response):
    return [row["title"] for group in response.context["groups"] for row in group["rows"]]


@pytest.fixture
def programme(db):
    """Events here and there, the last one not published."""
    cairo = {"country": "EG", "time_zone": "Africa/Cairo", "place": "Zamalek, Cairo", "language": "ar"}
    day = timedelta(days=1)
    EventFactory(title="Cairo streets", begins_at=NOON + 5 * day, **cairo)
    EventFactory(title="London printing", begins_at=NOON + 9 * day)
    EventFactory(title="Wildlife talk", begins_at=NOON + 7 * day, online=True, place="", country="")
    EventFactory(title="Platinum dinner", begins_at=NOON + 8 * day, levels=[3])
    EventFactory(title="Egypt only", begins_at=NOON + 6 * day, countries=["EG"], **cairo)
    EventFactory(title="Over", begins_at=NOON - day, ends_at=NOON - HOUR, booking_ends_at=NOON - day)
    EventFactory(title="Secret", published=False)


def test_visitors_see_all_by_time_and_members_theirs_with_the_near_ones_first(client, programme, layla, omar):
    page = reverse("events")
    by_time = ["Cairo streets", "Egypt only", "Wildlife talk", "Platinum dinner", "London printing"]
    assert titles(client.get(page)) == by_time
    assert titles(client.get(page, {"where": "online"})) == ["Wildlife talk"]
    assert titles(client.get(page, {"country": "EG", "language": "ar"})) == ["Cairo streets", "Egypt only"]
    assert "Platinum dinner" not in titles(client.get(page, {"level": "2"}))
    assert titles(client.get(page, {"country": "XX", "level": "9"})) == by_time
    client.force_login(layla.user)
    near_first = ["Wildlife talk", "Platinum dinner", "London printing", "Cairo streets"]
    assert titles(client.get(page)) == near_first
    assert titles(client.get(page, {"everyone": "on"})) == [*near_first, "Egypt only"]
    client.force_login(omar.user)
    assert titles(client.get(page))[:3] == ["Cairo streets", "Egypt only", "Wildlife talk"]


def test_page_by_page_there_and_back_with_the_questions_kept(client, layla):
    for hour in range(45):
        country = "GB" if hour % 2 else "EG"
        EventFactory(title=f"Talk {hour}", country=country, begins_at=NOON + timedelta(days=3, hours=hour))
    client.force_login(layla.user)
    whole = [f"Talk {hour}" for hour in (*range(1, 45, 2), *range(0, 45, 2))]
    address, seen = f"{reverse('events')}?where=site", []
    while address:
        response = client.get(address)
        seen += titles(response)
        back, address = response.context["previous"], response.context["next"]
        assert not address or "where=site" in address
    assert seen == whole
    assert titles(client.get(back)) == whole[20:40]


def test_a_page_says_when_by_its_own_clock_and_by_mine(look, layla, omar):
    cairo = EventFactory(
        title="Cairo streets", country="EG", time_zone="Africa/Cairo", place="Zamalek", begins_at=NOON + 10 * 24 * HOUR
    )
    page = look(layla, "event", cairo.pk)
    assert "Thu 3 Dec, 14:00–16:00, Cairo time" in page
    assert "Thu 3 Dec, 12:00–14:00, London time" in page
    assert "London" not in look(omar, "event", cairo.pk)
    night = EventFactory(begins_at=NOON + 11 * HOUR, ends_at=NOON + 14 * HOUR, booking_ends_at=NOON + 9 * HOUR)
    assert "Mon 23 Nov, 23:00 to Tue 24 Nov, 02:00, London time" in look(layla, "event", night.pk)


def test_why_it_is_for_me_or_what_is_missing(client, look, layla):
    assert "For members with the level: Gold, Platinum." in look(None, "event", EventFactory(levels=[2, 3]).pk)
    gold = EventFactory(levels=[2, 3])
    page = look(layla, "event", gold.pk)
    assert "You are Red. With Gold you can come." in page
    assert "Book a place" not in page
    elsewhere = EventFactory(countries=["EG"])
    assert "Your country is United Kingdom, so it is not for you." in look(layla, "event", elsewhere.pk)
    assert "It is for you: you are Red." in look(layla, "event", EventFactory().pk)
    for event in (gold, elsewhere):
        assert "This event is for other members." in press(client, layla, "event-book", event)
    assert not Booking.objects.exists()


def test_a_place_from_booking_to_the_door(client, look, layla):
    event = EventFactory(places=2, online=True, place="", country="", join_link="https://talk.example/room-7")
    assert "2 places left." in look(None, "event", event.pk)
    assert "room-7" not in look(layla, "event", event.pk)
    for _twice in range(2):
        assert "You have a place. Your ticket is your card." in press(client, layla, "event-book", event)
    page = look(layla, "event", event.pk)
    assert 'href="https://talk.example/room-7"' in page
    assert "You have a place." in look(layla, "events")
    other = MemberFactory()
    assert "room-7" not in look(other, "event", event.pk)
    assert "1 place left." in look(other, "event", event.pk)
    assert "Your place is given back." in press(client, layla, "event-cancel", event)
    assert "room-7" not in look(layla, "event", event.pk)
    press(client, layla, "event-book", event)
    event_door.check_in(event.pk, member_id=layla.pk, at=event.begins_at + HOUR)
    assert "You checked in at 13:00." in look(layla, "event", event.pk)
    assert "nothing to give back" in press(client, layla, "event-cancel", event)


def test_the_waiting_list_and_a_place_that_is_kept(client, look, layla, omar, time_machine):
    event = EventFactory(places=1, hold_hours=2)
    press(client, MemberFactory(), "event-book", event)
    assert "Join the waiting list" in look(omar, "event", event.pk)
    time_machine.move_to(NOON + 2 * HOUR, tick=False)
    assert "You are on the waiting list." in press(client, omar, "event-book", event)
    time_machine.move_to(NOON + 3 * HOUR, tick=False)
    press(client, layla, "event-book", event)
    page = look(layla, "event", event.pk)
    assert "You are number 2 on the waiting list." in page
    assert "for 2 hours" in page
    events.cancel(event.pk, member_id=Booking.objects.get(state="place").member_id, at=NOON + 3 * HOUR)
    assert "Take it until <b>Mon 23 Nov, 17:00, London time</b>" in look(omar, "event", event.pk)
    assert "You are number 1 on the waiting list." in look(layla, "events")
    time_machine.move_to(NOON + 5 * HOUR, tick=False)
    # Its time is over, and nobody has come by to pass it on: whoever books now asks anew.
    assert "Take the place" not in look(omar, "event", event.pk)
    events.lapse_all(at=NOON + 5 * HOUR)
    assert "Take the place" in look(layla, "event", event.pk)
    assert "You have a place." in press(client, layla, "event-book", event)
    assert "Leave the waiting list" not in look(layla, "event", event.pk)


def test_whoever_signs_in_to_book_comes_to_the_page(client):
    event = EventFactory()
    answer = client.post(reverse("event-book", args=[event.pk]))
    assert answer.url.startswith(reverse("account_login"))
    assert (
        f"?next={reverse('event', args=[event.pk])}" in client.get(reverse("event", args=[event.pk])).content.decode()
    )


def test_what_is_not_published_is_there_only_for_who_booked_it(client, layla, omar):
    event = EventFactory()
    press(client, layla, "event-book", event)
    Event.objects.filter(pk=event.pk).update(published=False)
    for member, status in ((layla, 200), (omar, 404)):
        client.force_login(member.user)
        for name in ("event", "event-ics"):
            assert client.get(reverse(name, args=[event.pk])).status_code == status
    client.force_login(omar.user)
    assert client.post(reverse("event-book", args=[event.pk])).status_code == 404
    client.force_login(layla.user)
    assert client.post(reverse("event-cancel", args=[event.pk]), follow=True).status_code == 200


def calendar(client, event):
    response = client.get(reverse("event-ics", args=[event.pk]))
    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    (entry,) = Calendar.from_ical(response.content).walk("VEVENT")
    return response.content.decode(), entry


def test_the_calendar_file(client, layla, settings):
    settings.PORTAL_ORIGIN = "https://cps.example"
    hostile = 'Light; shade, \\ "\r\nATTACH:https://evil.example\nBEGIN:VALARM'
    event = EventFactory(
        title=hostile,
        online=True,
        place="",
        country="",
        time_zone="Africa/Cairo",
        join_link="https://talk.example/room-7",
    )
    text, entry = calendar(client, event)
    assert "DTSTART;TZID=Africa/Cairo:20261203T140000" in text
    assert "BEGIN:VTIMEZONE" in text
    assert not [line for line in text.splitlines() if line.startswith(("ATTACH", "BEGIN:VALARM"))]
    assert "room-7" not in text
    assert (entry["uid"], entry["status"]) == (f"{event.pk}@cps.example", "CONFIRMED")
    assert entry["summary"].replace("\r", "") == hostile.replace("\r", "")
    events.book(event.pk, member_id=layla.pk, at=NOON)
    client.force_login(layla.user)
    assert calendar(client, event)[1]["location"] == "https://talk.example/room-7"
    events.call_off(event.pk, at=NOON)
    text, later = calendar(client, event)
    assert (later["uid"], later["status"]) == (entry["uid"], "CANCELLED")
    assert "room-7" in text


def test_queries_do_not_grow(client, layla, django_assert_max_num_queries):
    client.force_login(layla.user)
    page = reverse("events")
    client.get(page)
    counts = []
    for _round in range(2):
        for event in EventFactory.create_batch(8):
            events.book(event.pk, member_id=layla.pk, at=NOON)
        with django_assert_max_num_queries(12) as seen:
            client.get(page)
        counts.append(len(seen))
    assert counts[0] == counts[1]
    with django_assert_max_num_queries(8):
        client.get(reverse("event", args=[event.pk]))


def test_an_empty_answer_leads_on_to_what_was_left_out(client, layla):
    EventFactory(levels=[3], countries=["EG"], language="ar")
    client.force_login(layla.user)
    asked = reverse("events") + "?language=ar"
    page = client.get(asked)
    assert page.context["groups"] == []
    text = page.content.decode()
    assert "No event fits all of that" in text
    assert f'href="{reverse("events")}"' in text
    wider = page.context["wider_href"]
    assert wider.replace("&", "&amp;") in text
    found = client.get(wider)
    assert [row["language"] for group in found.context["groups"] for row in group["rows"]] == ["Arabic"]
    assert found.context["wider_href"] == ""
