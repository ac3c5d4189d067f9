"""The dashboard: a member's own facts first, each with its reasons."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cps_portal.drawing.qr import picture
from cps_portal.pages.counting import in_words
from cps_portal.pages.dashboard import NEEDS_SHOWN, clock_words
from cps_portal.pages.needs import short_name
from cps_portal.pages.offers.card import card_link, link_of_card
from kitbag import holds, validation, valuing
from kitbag.models import Stage
from members.models import Level, Member
from members.rules.roles import Role
from servicing import events as booking
from servicing import requesting
from servicing.cards import revoke_card
from servicing.casework import as_member
from tests.conftest import details
from tests.factories import NOON, EventFactory, MemberFactory, ProductFactory
from tests.portal.staff import staff_user
from tests.servicing.lent import body, gold_item, received, sent_in
from tests.stories import fill_kitbag, laylas_year

BUDGET = 10


@pytest.fixture
def year(db, vera):
    return laylas_year(vera, details)


def page(client, member, *, at=NOON):
    with time_machine.travel(at, tick=False):
        client.force_login(member.user)
        return client.get(reverse("dashboard"))


def text_of(response):
    return " ".join(response.content.decode().split())


def figures(response):
    return [(figure["label"], figure["value"], figure["unit"]) for figure in response.context["figures"]]


def test_the_dashboard_of_the_picture(client, year):
    response = page(client, year.member, at=year.now)
    text = text_of(response)
    assert "<h1>One thing needs you, Layla</h1>" in text
    assert "Mon 23 Nov 2026, 14:00 London time" in text
    assert response.context["level_since"] == date(2026, 5, 4)
    assert response.context["member_since"] == 2014
    assert "Why 1,503?" in text
    assert (
        "<b>Gold is safe until 13 Sep 2027.</b> By 14 Sep 2027 four announced falls would bring you to 988. "
        "Complete the RF 100-500mm and Gold stays."
    ) in text
    assert figures(response) == [
        ("To Platinum", "97", "points"),
        ("Waiting, not counted", "212", "points"),
        ("Falling by 14 Sep 2027", "515", "points"),
        ("Fast Track target", "3", "working days"),
    ]
    [need] = response.context["needs"]
    assert need["text"] == "200 points wait here. With them you are Platinum, at 1,703."
    assert need["words"] == "Date and store missing"
    assert need["href"] == reverse("kitbag-item-edit", args=[year.draft.pk]) + "#id_purchased_on"


def test_what_staff_check_does_not_need_the_member(client, layla, camera, register):
    register(layla, camera, serial="AB1", number_confirmed=True)
    response = page(client, layla)
    assert "Nothing needs you, Layla" in text_of(response)
    assert figures(response)[1] == ("Waiting, not counted", "320", "points")


def test_what_staff_asked_or_refused_is_there_in_their_words(client, layla, camera, lens, register, vera):
    asked = register(layla, camera, serial="AB1", number_confirmed=True)
    validation.ask_member(asked.pk, note="Is there a photo of the number?", by=vera, at=NOON)
    refused = register(layla, lens, serial="AB2", number_confirmed=True)
    validation.reject_item(refused.pk, note="The receipt is of another lens.", by=vera, at=NOON)
    response = page(client, layla)
    assert "Two things need you, Layla" in text_of(response)
    assert [(need["words"], need["text"], need["action"]) for need in response.context["needs"]] == [
        ("Answer our question", "Is there a photo of the number?", "Answer"),
        ("Not accepted", "The receipt is of another lens.", "Put it right"),
    ]


def test_the_first_six_by_points_and_the_way_to_the_rest(client, layla, register):
    for points in range(1, NEEDS_SHOWN + 3):
        register(layla, ProductFactory(points=points), store="")
    response = page(client, layla)
    assert "Eight things need you, Layla" in text_of(response)
    assert [need["text"].split()[0] for need in response.context["needs"]] == ["8", "7", "6", "5", "4", "3"]
    assert f'href="{reverse("kitbag")}?show=needs-you"' in text_of(response)
    assert text_of(response).count("button--primary") == 1


def test_what_waits_to_be_sent_in_needs_the_member_until_it_is_on_its_way(client, layla, camera, register):
    """However many there are, they cost no query more."""
    found = {}
    for size in (1, 5):
        cases = [sent_in(register(layla, camera, serial=""), at=NOON) for _each in range(size)]
        page(client, layla)
        with CaptureQueriesContext(connection) as queries, time_machine.travel(NOON, tick=False):
            response = client.get(reverse("dashboard"))
        found[size] = len(queries)
    assert "Six things need you, Layla" in text_of(response)
    first = response.context["needs"][0]
    assert (first["words"], first["action"]) == ("Send it in", "Open the case")
    assert first["text"] == "Canon Service & Repair Centre, UK expects it. The request expires on 14 Dec 2026."
    assert found[1] == found[5] <= BUDGET
    by = as_member(layla.user)
    requesting.add_tracking(cases[0].pk, tracking="JD1", at=NOON, actor=by)
    requesting.cancel_case(cases[1].pk, at=NOON, actor=by)
    assert "Four things need you, Layla" in text_of(page(client, layla))


def test_a_place_kept_for_them_needs_them_until_its_moment(client, layla, omar):
    day = timedelta(days=1)
    full = EventFactory(title="Clean and check day", places=1, hold_hours=24, begins_at=NOON + 9 * day)
    for near in range(3):
        booking.book(EventFactory(begins_at=NOON + (near + 2) * day).pk, member_id=layla.pk, at=NOON)
    booking.book(full.pk, member_id=omar.pk, at=NOON)
    booking.book(full.pk, member_id=layla.pk, at=NOON)
    assert page(client, layla).context["needs"] == []
    booking.cancel(full.pk, member_id=omar.pk, at=NOON)
    Member.objects.filter(pk=layla.pk).update(time_zone="Europe/London")
    response = page(client, layla)
    need = response.context["needs"][0]
    assert (need["name"], need["action"]) == ("Clean and check day", "Take the place")
    assert need["text"] == "It is yours until Tue 24 Nov 2026, 12:00, London time; then it passes on."
    assert need["href"] == reverse("event", args=[full.pk])
    assert "Clean and check day" in [row["title"] for row in response.context["events"]]
    booking.book(full.pk, member_id=layla.pk, at=NOON)
    assert page(client, layla).context["needs"] == []


def test_open_cases_without_a_slot_are_shown(client, layla, camera, register):
    item = register(layla, camera, serial="")
    case = sent_in(item, at=NOON)
    requesting.add_tracking(case.pk, tracking="JD1", at=NOON, actor=as_member(layla.user))
    response = page(client, layla)
    assert [(row["case_number"], row["state_words"]) for row in response.context["also_open"]] == [
        (case.number, "On its way to the centre")
    ]
    assert reverse("case", args=[case.number]) in text_of(response)
    assert response.context["slots"] == []


def test_first_steps_ask_for_details_only_where_there_is_a_product(client, omar, camera, register):
    def titles():
        rows = page(client, omar).context["first_steps"]["rows"]
        return [(row["title"], row["done"]) for row in rows]

    assert titles() == [
        ("Confirm your e-mail", True),
        ("Add your first product", False),
        ("Say what you photograph or film", False),
    ]
    register(omar, camera, store="")
    assert ("Complete its details", False) in titles()
    register(omar, camera, serial="012345678909")
    assert ("Complete its details", False) in titles()


def test_an_empty_kitbag_is_told_where_to_begin(client, omar):
    client.force_login(omar.user)
    doctor = client.get(reverse("kitbag-doctor")).content.decode()
    assert "Your kitbag is empty" in doctor
    assert reverse("kitbag-add") in doctor
    assert "Everything in your kitbag counts" not in doctor
    response = page(client, omar)
    assert "Add your first product" in text_of(response)
    assert response.context["level_since"] == NOON.date()
    assert figures(response)[0] == ("To Silver", "500", "points")


@pytest.mark.parametrize(
    ("country", "level", "figure"),
    [
        ("GB", None, ("None", "until Silver")),
        ("GB", Level.SILVER, ("5", "working days")),
        ("GB", Level.PLATINUM, ("2", "working days")),
        ("AE", Level.PLATINUM, ("5", "working days")),
        ("EG", Level.PLATINUM, ("None", "in your country")),
    ],
)
def test_the_target_is_that_of_the_benefit_level(client, vera, country, level, figure):
    member = MemberFactory(country=country)
    if level:
        day = NOON.date() + timedelta(days=1)
        holds.hold_level(member, level=level, begins_on=day, ends_on=date(2028, 1, 1), reason="Press", by=vera, at=NOON)
    response = page(client, member, at=NOON + timedelta(days=1))
    assert figures(response)[3] == ("Fast Track target", *figure)


def test_platinum_shows_how_far_above_its_threshold(client, layla, register):
    register(layla, ProductFactory(points=1650))
    assert figures(page(client, layla))[0] == ("Above Platinum’s 1,600", "50", "points")


@pytest.mark.parametrize(
    ("zone", "words"),
    [
        ("Africa/Cairo", "Tue 24 Nov 2026, 01:30 Cairo time"),
        ("UTC", "Mon 23 Nov 2026, 23:30 UTC"),
        ("America/New_York", "Mon 23 Nov 2026, 18:30 New York time"),
    ],
)
def test_the_clock_is_the_members(zone, words):
    assert clock_words(datetime(2026, 11, 23, 23, 30, tzinfo=UTC), zone) == words


@pytest.mark.parametrize(("number", "words"), [(0, "no"), (1, "one"), (10, "ten"), (11, "11"), (1200, "1,200")])
def test_small_numbers_are_words(number, words):
    assert in_words(number) == words


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("RF 100-500mm F4.5-7.1L IS USM", "RF 100-500mm"),
        ("EF 24-105mm f/4L IS USM", "EF 24-105mm"),
        ("EOS R5 Mark II", "EOS R5 Mark II"),
        ("EOS F1 Body", "EOS F1 Body"),
    ],
)
def test_lenses_are_called_by_their_focal_length(name, short):
    assert short_name(name) == short


def test_a_case_at_a_centre_costs_no_query_more(client, db):
    item = gold_item(body())
    received(item, staff_user(Role.CENTRE_STAFF.value), at=NOON - timedelta(hours=2))
    page(client, item.member)
    with CaptureQueriesContext(connection) as queries, time_machine.travel(NOON, tick=False):
        response = client.get(reverse("dashboard"))
    first, *others = response.context["slots"]
    assert first["clock"].words.startswith("0.0 of 3 working days")
    assert [slot["free"] for slot in others] == [True, True]
    assert len(queries) <= BUDGET


def test_queries_are_the_same_at_5_50_and_500_items(client, vera):
    products = [ProductFactory(points=10) for _ in range(20)]
    valuing.replan(
        products[1].pk,
        mark=(Stage.SUPERSEDED, date(2027, 1, 5)),
        reason="New",
        short_notice="It came late",
        by=vera,
        at=NOON,
    )
    found = {}
    for size in (5, 50, 500):
        member = MemberFactory()
        fill_kitbag(member, products, size)
        page(client, member)
        with CaptureQueriesContext(connection) as queries, time_machine.travel(NOON, tick=False):
            assert client.get(reverse("dashboard")).status_code == 200
        found[size] = len(queries)
    assert found[5] == found[50] == found[500] <= BUDGET


def test_the_card_carries_the_code_of_the_card_that_is_valid(client, layla):
    assert f'src="{picture(card_link(layla))}"' in page(client, layla).content.decode()
    revoke_card(layla.pk, why="Lost", at=NOON, by=layla.user)
    shown = page(client, layla).content.decode()
    assert f'src="{picture(card_link(layla))}"' in shown
    assert f'src="{picture(link_of_card(layla.pk, 1))}"' not in shown


def test_events_booked_and_near_stand_beside_the_offers(client, layla, omar):
    """Booked before others, near before elsewhere, three of all; in the words of the list of events."""
    day = timedelta(days=1)
    EventFactory(title="Cairo streets", country="EG", time_zone="Africa/Cairo", begins_at=NOON + 2 * day)
    full = EventFactory(title="Clean and check day", places=1, begins_at=NOON + 9 * day)
    EventFactory(title="Wildlife", begins_at=NOON + 5 * day, online=True, place="", country="", places=40)
    off = EventFactory(title="Studio light", begins_at=NOON + 7 * day)
    for missing in ({"levels": [3]}, {"countries": ["EG"]}, {"published": False}, {"booking_ends_at": NOON}):
        EventFactory(title="Not for her", begins_at=NOON + 3 * day, **missing)
    for member in (omar, layla):
        booking.book(full.pk, member_id=member.pk, at=NOON)
    booking.book(off.pk, member_id=layla.pk, at=NOON)
    booking.call_off(off.pk, at=NOON)
    response = page(client, layla)
    assert [(row["title"], row["when"], row["where"], row["state"]) for row in response.context["events"]] == [
        ("Wildlife", "Sat 28 Nov, 12:00–14:00, London time", "Online", "40 places left."),
        (
            "Studio light",
            "Mon 30 Nov, 12:00–14:00, London time",
            "1 Bench Lane, London, United Kingdom",
            "It does not take place.",
        ),
        (
            "Clean and check day",
            "Wed 2 Dec, 12:00–14:00, London time",
            "1 Bench Lane, London, United Kingdom",
            "You are number 1 on the waiting list.",
        ),
    ]
    assert response.context["events_count"] == 4
    assert f'href="{reverse("events")}"' in text_of(response)
