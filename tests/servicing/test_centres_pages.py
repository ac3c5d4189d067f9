"""The locator and a centre's page: filters, the nearest, open now in the centre's own time, hostile answers."""

import re
from datetime import UTC, date, datetime, time
from decimal import Decimal

import pytest
import time_machine
from django.urls import reverse

from servicing.centres import public_holidays
from servicing.locator import Wish, centres_for, places_called
from servicing.models import Centre, DatedHours
from servicing.rules.address import address_lines
from servicing.rules.calendar import Calendar
from servicing.rules.opening import other_days, standing
from tests.factories import CentreFactory

pytestmark = pytest.mark.django_db
MONDAY_NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.fixture
def world():
    """The UK centre of the programme, and one far from it in each direction; Cairo opens from Sunday to Thursday."""
    CentreFactory(
        code="CAI", name="Nile Optics", kind="partner", town="Cairo", country="EG", time_zone="Africa/Cairo",
        latitude=Decimal("30.05"), longitude=Decimal("31.24"), takes_video=False, services=("repair",),
        offers="Sensor cleaning on Sundays", is_demo=True, week=[6, 0, 1, 2, 3],
    )  # fmt: skip
    CentreFactory(
        code="CPT", name="Cape Lens Clinic", kind="partner", town="Cape Town", country="ZA", serves_cps=False,
        time_zone="Africa/Johannesburg", latitude=Decimal("-33.92"), longitude=Decimal("18.42"),
    )  # fmt: skip
    CentreFactory(
        code="REK", name="Íslensk Myndavél", kind="canon", town="Reykjavík", country="IS", services=("maintenance",),
        time_zone="Atlantic/Reykjavik", latitude=Decimal("64.13"), longitude=Decimal("-21.9"), takes_video=False,
    )  # fmt: skip


def shown(client, asked, at=MONDAY_NOON):
    """Codes in the order of the list."""
    with time_machine.travel(at, tick=False):
        answer = client.get(reverse("centres"), asked)
    assert answer.status_code == 200
    listed = re.findall(r'class="centres__name"><a href="/centres/(\w+)/', answer.content.decode())
    assert len(listed) == len(set(listed))
    return listed


@pytest.mark.parametrize(
    ("asked", "codes"),
    [
        ({}, ["cai", "rek", "cpt", "uk"]),
        ({"cps": "on"}, ["cai", "rek", "uk"]),
        ({"kind": "partner"}, ["cai", "cpt"]),
        ({"country": "GB"}, ["uk"]),
        ({"service": "repair"}, ["cai", "cpt", "uk"]),
        ({"service": "maintenance", "kind": "canon", "video": "on"}, ["uk"]),
        ({"near": "Paris"}, ["uk", "rek", "cai", "cpt"]),
        ({"near": "القاهرة"}, ["cai", "uk", "rek", "cpt"]),
        ({"near": "Paris", "cps": "on", "service": "repair"}, ["uk", "cai"]),
        ({"at": "-30.1,20.0", "near": "", "named": ""}, ["cpt", "cai", "uk", "rek"]),
        # Another name typed over a chosen point: the point is forgotten.
        ({"at": "-30.1,20.0", "near": "Paris", "named": "Newport"}, ["uk", "rek", "cai", "cpt"]),
        ({"country": "EG", "service": "upgrade"}, []),
    ],
)
def test_filters_and_order(client, world, asked, codes):
    assert shown(client, asked) == codes


def test_a_centre_that_has_ended_or_not_begun_is_nowhere(client, world):
    Centre.objects.filter(code="CAI").update(ended_on=date(2026, 11, 23))
    Centre.objects.filter(code="REK").update(begins_on=date(2026, 11, 24))
    assert shown(client, {}) == ["cpt", "uk"]
    with time_machine.travel(MONDAY_NOON, tick=False):
        assert client.get("/centres/cai/").status_code == 404


@pytest.mark.parametrize(
    ("at", "codes"),
    [
        # Sunday 06:59 and 07:00 UTC: Cairo (UTC+2 in winter) opens at nine on a Sunday.
        (datetime(2026, 11, 22, 6, 59, tzinfo=UTC), []),
        (datetime(2026, 11, 22, 7, 0, tzinfo=UTC), ["cai"]),
        # Monday 14:59 and 15:00: Cairo and the Cape close at five; the UK closes at half past, Iceland at five UTC.
        (datetime(2026, 11, 23, 14, 59, tzinfo=UTC), ["cai", "rek", "cpt", "uk"]),
        (datetime(2026, 11, 23, 15, 0, tzinfo=UTC), ["rek", "uk"]),
        (datetime(2026, 11, 23, 17, 29, tzinfo=UTC), ["uk"]),
        (datetime(2026, 11, 23, 17, 30, tzinfo=UTC), []),
        # In summer the UK's half past five is an hour earlier in UTC, and Cairo is at UTC+3.
        (datetime(2027, 7, 5, 16, 30, tzinfo=UTC), ["rek"]),
        (datetime(2027, 7, 4, 6, 0, tzinfo=UTC), ["cai"]),
    ],
)
def test_open_now_is_by_each_centres_own_clock(client, world, at, codes):
    assert shown(client, {"now": "on"}, at=at) == codes


def test_open_on_a_day_knows_weekends_holidays_and_what_a_centre_says_itself(client, world):
    uk = Centre.objects.get(code="UK")
    DatedHours.objects.create(centre=uk, day=date(2026, 11, 28), opens=time(10), closes=time(14), note="Open day")
    DatedHours.objects.create(centre=uk, day=date(2026, 11, 25), note="Stocktaking")
    assert shown(client, {"day": "2026-11-24"}) == ["cai", "rek", "cpt", "uk"]
    assert shown(client, {"day": "2026-11-25"}) == ["cai", "rek", "cpt"]
    assert shown(client, {"day": "2026-11-28"}) == ["uk"]
    assert shown(client, {"day": "2026-11-29"}) == ["cai"]
    assert shown(client, {"day": "2026-12-25"}) == []


def test_the_page_says_what_was_understood(client, world):
    with time_machine.travel(MONDAY_NOON, tick=False):
        twice = client.get("/centres/", {"near": "Newport", "cps": "on"}).content.decode()
        nowhere = client.get("/centres/", {"near": "Germany"}).content.decode()
        late = client.get("/centres/", {"day": "2031-01-01"}).content.decode()
        device = client.get("/centres/", {"at": "51.5,-0.1"}).content.decode()
    assert "Newport, United Kingdom (near Cardiff)" in twice
    other = re.search(r'href="([^"]+)">Newport, United Kingdom \(near Portsmouth\)', twice)[1].replace("&amp;", "&")
    assert "cps=on" in other
    with time_machine.travel(MONDAY_NOON, tick=False):
        chosen = client.get(other).content.decode()
    assert "from Newport, United Kingdom (near Portsmouth)" in chosen
    assert "We do not know a place called “Germany”" in nowhere
    assert "country=DE" in nowhere
    assert "Choose a day from today on" in late
    assert "from your position" in device


@pytest.mark.parametrize(
    "value", ["", "\x00", "a" * 9000, "\u202e\u200f", "９１,９", "91,0", "nan,inf", "' OR 1=1 --", "-1", "%"]
)
def test_hostile_answers_ask_for_nothing_and_break_nothing(client, world, value):
    for name in ("near", "at", "named", "cps", "kind", "country", "service", "video", "now", "day", "other"):
        with time_machine.travel(MONDAY_NOON, tick=False):
            answer = client.get("/centres/", {name: value})
        assert answer.status_code == 200
    assert client.get("/centres/nowhere/").status_code == 404
    assert client.post("/centres/").status_code == 405


def test_what_is_typed_is_never_markup(client, world):
    page = client.get("/centres/", {"near": '"><script>alert(1)</script>'}).content.decode()
    assert "<script>alert" not in page


def test_queries_do_not_grow_with_centres(client, world, django_assert_num_queries):
    CentreFactory.create_batch(40)
    with django_assert_num_queries(4):  # countries to choose from, centres, their hours, their dated hours
        client.get("/centres/", {"near": "Paris"})
    with django_assert_num_queries(4):  # the centre, its hours, its dated hours, the terms of its country
        client.get("/centres/uk/")


def test_a_centres_page_says_where_when_and_what(client, world):
    cairo = Centre.objects.get(code="CAI")
    cairo.phone, cairo.street, cairo.postcode = "+20 2 2574 0000", "26 July Street 10", "11511"
    cairo.save()
    DatedHours.objects.create(centre=cairo, day=date(2026, 11, 25), note="Stocktaking")
    with time_machine.travel(MONDAY_NOON, tick=False):
        page = client.get("/centres/cai/").content.decode()
        uk = client.get("/centres/UK/").content.decode()
    assert "<bdi>Cairo</bdi><br><bdi>11511</bdi><br>Egypt" in page
    assert 'href="tel:+20225740000"' in page
    assert "Open now, until 17:00" in page
    assert "14:00 Cairo time" in page
    assert re.findall(r"Wed 25 Nov 2026.{0,80}Stocktaking", page, re.DOTALL)
    assert "Made up for this demonstration" in page
    assert "Sensor cleaning on Sundays" in page
    assert "No targets in this country" in page
    assert "Made up for this demonstration" not in uk
    assert "Fri 25 Dec 2026" in uk
    assert "Yes, as your level and country give them" in uk


@pytest.mark.parametrize("language", ["en", "ar"])
def test_pins_stand_where_the_projection_says_in_every_language(client, world, language):
    client.cookies["django_language"] = language
    page = client.get("/centres/", {"near": "Paris"}).content.decode()
    places = re.findall(r'<svg class="(?:pin|here)[^"]*" x="([^"]*)" y="([^"]*)"', page)
    # On both maps London, Reykjavík and Paris; Cairo and the Cape on that of EMEA.
    assert len(places) == 8
    assert all(re.fullmatch(r"\d{1,2}\.\d\d%", number) for place in places for number in place)


def test_words_of_the_faq_stand_on_the_page(client):
    page = client.get("/centres/").content.decode()
    for words in (
        "Canon Service & Repair Centres",
        "CPS Authorised Service Partners",
        "Canon Professional Services",
    ):
        assert words in page


def test_nearest_is_nearest(world):
    found = centres_for(Wish(here=(48.86, 2.35)), at=MONDAY_NOON)
    assert [round(one.km) for one in found] == sorted(round(one.km) for one in found)
    assert found[0].km == pytest.approx(365, abs=10)


@pytest.mark.parametrize(
    ("typed", "country"),
    [
        ("Paris", "FR"),
        ("Newport, UK", "GB"),
        ("Köln Germany", "DE"),
        ("Cologne, germany", "DE"),
        ("london GB", "GB"),
    ],
)
def test_a_country_may_follow_the_place(typed, country):
    assert places_called(typed)[0].country == country


@pytest.mark.parametrize(
    ("country", "lines"),
    [
        ("GB", ["1 Lane", "Top floor", "Elstree", "WD6 3SG"]),
        ("DE", ["1 Lane", "Top floor", "WD6 3SG Elstree"]),
        ("SA", ["1 Lane", "Top floor", "Elstree WD6 3SG"]),
        ("LV", ["1 Lane", "Top floor", "Elstree, WD6 3SG"]),
        ("HU", ["Elstree", "1 Lane", "Top floor", "WD6 3SG"]),
    ],
)
def test_an_address_is_written_as_in_its_country(country, lines):
    assert address_lines("1 Lane\nTop floor", "WD6 3SG", "Elstree", country) == lines


def test_an_address_without_a_postcode_has_no_empty_line():
    assert address_lines("Al Quoz 3", "", "Dubai", "AE") == ["Al Quoz 3", "Dubai"]


def test_a_centre_that_never_opens_says_so_and_a_break_closes():
    week = (((time(9), time(12)), (time(13), time(17))),) + ((),) * 6
    calendar = Calendar(zone="UTC", week=week, cut_off=time(12))
    assert standing(calendar, MONDAY_NOON) == standing(calendar, MONDAY_NOON.replace(minute=59))
    assert not standing(calendar, MONDAY_NOON).is_open
    assert standing(calendar, MONDAY_NOON).changes_at == MONDAY_NOON.replace(hour=13)
    assert standing(Calendar(zone="UTC", week=((),) * 7, cut_off=time(12)), MONDAY_NOON).changes_at is None


def test_other_days_are_only_those_that_differ():
    nine_to_five = ((time(9), time(17)),)
    calendar = Calendar(
        zone="UTC",
        week=(nine_to_five,) * 5 + ((),) * 2,
        cut_off=time(12),
        dated={date(2026, 11, 24): nine_to_five, date(2026, 11, 28): ((time(10), time(12)),)},
        closed={date(2026, 11, 26): "Feast", date(2026, 11, 29): "Sunday feast"},
    )
    found = list(other_days(calendar, first=date(2026, 11, 23), days=14, notes={date(2026, 11, 28): "Open day"}))
    assert [(other.day.day, other.spans, other.why) for other in found] == [
        (26, (), "Feast"),
        (28, ((time(10), time(12)),), "Open day"),
    ]


def test_holidays_are_named_in_the_readers_language_where_there_are_names():
    def named(country, language):
        return public_holidays(country, "", first=date(2026, 12, 2), last=date(2026, 12, 26), language=language)

    assert named("AE", "ar")[date(2026, 12, 2)] == "اليوم الوطني"
    assert named("AE", "en-gb")[date(2026, 12, 2)] == "National Day"
    assert named("GB", "ar") == named("GB", "en")
