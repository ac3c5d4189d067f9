"""Moving country: what it changes is shown first, everything is kept, and benefits follow (programme §1)."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from kitbag import standing
from members.models import CountryMove, CountryTerms
from servicing import events
from servicing.models import Booking
from tests.factories import NOON, CaseFactory, EventFactory, OfferFactory, ProductFactory

pytestmark = pytest.mark.django_db
MOVE = reverse("account-move")


@pytest.fixture(autouse=True)
def clock(time_machine):
    time_machine.move_to(NOON, tick=False)


@pytest.fixture
def gold(client, layla, register):
    register(layla, ProductFactory(name="EOS R1", points=1100, fast_track=True))
    client.force_login(layla.user)
    return layla


def test_what_changes_and_what_stays_before_anything_is_written(client, gold):
    OfferFactory(title="British paper", countries=["GB"])
    OfferFactory(title="Croatian paper", countries=["HR"])
    OfferFactory(title="Platinum paper", countries=["HR"], levels=[3])
    OfferFactory(title="Paper everywhere")
    CaseFactory(member=gold)
    page = client.get(MOVE, {"country": "hr"})
    effects = page.context["effects"]
    lines = {line["words"]: line for line in effects["lines"]}
    target = lines["Fast Track target, working days"]
    assert (target["now"]["value"], target["then"]["value"], target["changes"]) == (3, 5, True)
    assert not lines["Welcome pack and card"]["changes"]
    assert [offer["title"] for offer in effects["gone"]] == ["British paper"]
    assert effects["new"] == ["Croatian paper"]
    body = page.content.decode()
    for words in ("Your 1,200 points and your level, Gold", "1 open case", "Show times in Zagreb time"):
        assert words in body
    assert "In Croatia benefits end at those of Silver." in body
    gold.refresh_from_db()
    assert (str(gold.country), CountryMove.objects.count()) == ("GB", 0)


def test_events_follow_the_country_and_what_is_booked_stays(client, gold, omar):
    EventFactory(title="British walk", countries=["GB"])
    croatian = EventFactory(title="Croatian walk", countries=["HR"])
    EventFactory(title="Walk for Platinum", countries=["HR"], levels=[3])
    EventFactory(title="Walk booked out of time", countries=["GB"], booking_ends_at=NOON)
    EventFactory(title="Walk called off", countries=["HR"], cancelled_at=NOON)
    EventFactory(title="Walk everywhere")
    place, turn = (EventFactory(title=title, countries=["GB"], places=1) for title in ("My walk", "My turn"))
    Booking.objects.create(event=turn, member=omar, state="place", asked_at=NOON)
    for event in (place, turn):
        events.book(event.pk, member_id=gold.pk, at=NOON)
    page = client.get(MOVE, {"country": "HR"})
    effects = page.context["effects"]
    assert [event["title"] for event in effects["events_gone"]] == ["British walk"]
    assert effects["events_new"] == [{"title": "Croatian walk", "href": reverse("event", args=[croatian.pk])}]
    assert effects["booked"] == ["1 place at an event", "1 turn on a waiting list"]
    client.post(MOVE, {"country": "HR"})
    events.cancel(turn.pk, member_id=omar.pk, at=NOON)
    assert events.book(turn.pk, member_id=gold.pk, at=NOON).state == "place", "the turn became a place after the move"
    assert list(gold.bookings.values_list("state", flat=True)) == ["place", "place"]


def test_the_move_keeps_everything_and_twice_is_once(client, gold):
    case = CaseFactory(member=gold)
    terms = {name: value for name, value in vars(case).items() if not name.startswith("_")}
    before = standing.on(gold.pk, NOON.date())
    for _click in range(2):
        assert client.post(MOVE, {"country": "HR", "time_zone": "1"}).url == MOVE
    gold.refresh_from_db()
    assert (str(gold.country), gold.time_zone) == ("HR", "Europe/Zagreb")
    assert standing.on(gold.pk, NOON.date()) == before
    case.refresh_from_db()
    assert {name: value for name, value in vars(case).items() if not name.startswith("_")} == terms
    assert [(str(row.from_country), str(row.to_country)) for row in gold.moves.all()] == [("GB", "HR")]
    page = client.get(MOVE)
    assert page.context["moves"] == [{"from": "United Kingdom", "to": "Croatia", "at": NOON}]
    assert "From United Kingdom to Croatia" in page.content.decode()


def test_the_time_zone_stays_unless_it_is_wanted(client, gold):
    client.post(MOVE, {"country": "HR"})
    gold.refresh_from_db()
    assert (str(gold.country), gold.time_zone) == ("HR", "Europe/London")
    gold.time_zone = "Atlantic/Canary"
    gold.save()
    assert client.get(MOVE, {"country": "ES"}).context["effects"]["zone"] == ""


def test_only_participating_countries(client, gold):
    elsewhere = reverse("country-other")
    for method in (client.get, client.post):
        assert method(MOVE, {"country": "US"}).url == f"{elsewhere}?country=US"
    CountryTerms.objects.create(country="HR", benefit_class="silver", valid_from=NOON.date(), ended=True)
    assert client.post(MOVE, {"country": "HR"}).url == f"{elsewhere}?country=HR"
    for odd in ("", "\x00", "x" * 900, "GB'--", "📷"):
        assert client.get(MOVE, {"country": odd}).context["effects"] is None
        page = client.post(MOVE, {"country": odd})
        assert (page.status_code, page.context["error"]) == (200, "Choose a country from the list.")
    assert client.get(MOVE, {"country": "GB"}).context["effects"] is None
    assert not CountryMove.objects.exists()


def test_it_costs_the_same_with_many_offers_and_cases(client, gold):
    found = []
    OfferFactory(countries=["FR"]).products.add(ProductFactory())
    for _size in range(2):
        client.get(MOVE, {"country": "FR"})
        with CaptureQueriesContext(connection) as queries:
            client.get(MOVE, {"country": "FR"})
        found.append(len(queries))
        for _number in range(12):
            OfferFactory(countries=["FR"]).products.add(ProductFactory())
            CaseFactory(member=gold)
            EventFactory(countries=["FR"])
            events.book(EventFactory().pk, member_id=gold.pk, at=NOON)
    assert found[0] == found[1] <= 16
