"""The what-if bag: a page whose state is its address, alone or beside a member's kit."""

import uuid
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from kitbag import holds, registration, standing, statement, valuing
from kitbag.models import ItemEvent, KitItem, Stage, Standing
from kitbag.rules.bag import MOST
from kitbag.rules.statement import lines, totals
from members.models import CountryTerms, Level, User
from tests.conftest import details
from tests.factories import NOON, ProductFactory, UserFactory
from tests.members.test_joining import CODE, FILLED, JOIN, code_mailed_to
from tests.stories import fill_kitbag, laylas_year

pytestmark = pytest.mark.django_db
PAGE = reverse("what-if")
DRAFTS = reverse("what-if-drafts")
BUDGET = 10


@pytest.fixture
def year(vera):
    return laylas_year(vera, details)


@pytest.fixture
def cinema(vera):
    """475 points today, 160 from 1 Mar 2027, as announced."""
    product = ProductFactory(
        name="EOS C300 Mark II",
        sku="eos-c300-mark-ii",
        family="cinema",
        points_full=475,
        points_superseded=160,
        points_floor=160,
        fast_track=True,
        fast_track_video=True,
    )
    valuing.replan(product.pk, mark=(Stage.SUPERSEDED, date(2027, 3, 1)), reason="Announced", by=vera, at=NOON)
    return product


def look(client, query="", *, at=NOON, member=None, **headers):
    with time_machine.travel(at, tick=False):
        if member:
            client.force_login(member.user)
        return client.get(PAGE + query, headers=headers)


def text_of(response):
    return " ".join(response.content.decode().split())


def figures(response):
    return [(figure["label"], figure["value"], figure["unit"]) for figure in response.context["figures"]]


def test_an_empty_bag_says_what_to_do_first(client):
    response = look(client)
    text = text_of(response)
    assert (response.context["total"], response.context["level"]) == (0, 0)
    assert "Every level begins with one product." in text
    assert "500 points to Silver. No single product gives that many" in text
    assert "noindex" not in text
    assert reverse("account_signup") in text


def test_points_level_and_targets_of_a_bag(client, camera, lens, cinema):
    camera.fast_track = True
    camera.save(update_fields=["fast_track"])
    response = look(client, f"?bag={camera.sku}*2&bag={cinema.sku}&bag={lens.sku}&country=gb")
    context, text = response.context, text_of(response)
    assert [(row["count"], row["points"], row["track"]) for row in context["rows"]] == [
        (2, 640, "3 working days"),
        (1, 475, "5 working days"),
        (1, 235, "Not on the list"),
    ]
    assert (context["total"], context["level"]) == (1350, Level.GOLD)
    assert "<title>What if: 1,350 points, Gold" in text
    assert 'property="og:title" content="4 things, 1,350 points: Gold"' in text
    assert '<meta name="robots" content="noindex">' in text
    given = {line["words"]: line["cells"][0]["value"] or line["cells"][0]["yes"] for line in context["benefits"]}
    assert given["Fast Track target, working days"] == 3
    assert given["Video products, working days"] == 5
    assert given["Courtesy backup loan if the target is missed"] is True
    assert given["Welcome pack and card"] is True
    assert figures(response) == [
        ("In the bag", "4", "things"),
        ("To Platinum", "250", "points"),
        ("Announced falls", "315", "points"),
        ("Fast Track target", "3", "working days"),
    ]
    assert "<b>Nothing announced lowers your level.</b> One announced fall takes 315 points on 1 Mar 2027." in text


def test_what_lies_ahead_is_told_with_its_day_and_level(client, cinema, lens):
    response = look(client, f"?bag={cinema.sku}*2&bag={lens.sku}")
    (row,) = response.context["ahead"]
    assert (row["day"], row["product"], row["before"], row["after"], row["change"], row["total"], row["level"]) == (
        date(2027, 3, 1),
        "2 × EOS C300 Mark II",
        950,
        320,
        -630,
        555,
        Level.SILVER,
    )
    assert row["href"] == reverse("product", args=[cinema.sku])
    again = look(client, f"?bag={cinema.sku}*2&bag={lens.sku}", at=datetime(2027, 3, 1, tzinfo=UTC))
    assert (again.context["total"], again.context["level"], again.context["ahead"]) == (555, Level.SILVER, [])


def test_a_level_that_falls_is_told_with_its_last_day(client, cinema):
    text = text_of(look(client, f"?bag={cinema.sku}*3"))
    assert "<b>Gold is safe until 28 Feb 2027.</b>" in text
    assert "By 1 Mar 2027 three announced falls would bring you to 480." in text


def test_single_products_that_reach_the_next_level(client, camera, lens):
    enough = ProductFactory(name="Big printer", sku="big-printer", family="printer", points=300)
    response = look(client, f"?bag={lens.sku}&country=GB")
    found = response.context["next"]
    assert (found["level"], found["points"]) == (Level.SILVER, 265)
    assert [(hit["name"], hit["href"]) for hit in found["found"]] == [
        (enough.name, f"{PAGE}?bag={lens.sku}&bag=big-printer&country=GB"),
        (camera.name, f"{PAGE}?bag={lens.sku}&bag={camera.sku}&country=GB"),
    ]
    reached = client.get(found["found"][0]["href"])
    assert reached.context["level"] == Level.SILVER


def test_a_country_may_give_less_than_the_level(client, cinema):
    query = f"?bag={cinema.sku}*4"
    assert CountryTerms.objects.of("HR", day=NOON.date()).cap == Level.SILVER
    capped = look(client, query + "&country=HR")
    assert capped.context["level"] == Level.PLATINUM
    assert "The level would be Platinum. In this country benefits end at those of Silver." in text_of(capped)
    assert capped.context["benefits"][0]["cells"][0]["value"] == 5
    none = look(client, query + "&country=EG")
    assert "In this country it has no Fast Track targets or loans." in text_of(none)
    assert figures(none)[-1] == ("Fast Track target", "None", "in this country")
    unknown = look(client, query + "&country=US")
    assert figures(unknown)[-1] == ("Fast Track target", "By country", "")
    assert [line["words"] for line in unknown.context["benefits"]] == ["Welcome pack and card"]


@pytest.mark.parametrize(
    "query",
    [
        "?bag=",
        "?bag=no-such-thing*60",
        "?bag=%00&country=%00&waiting=%00&q=%00",
        "?bag=" + "x" * 500 + "&country=" + "x" * 500,
        "?bag=eos*999999999999999999999",
        "?bag=<script>alert(1)</script>&country=<b>&q=<i>",
        "?q=%F0%9F%93%B7%E2%80%AE%EF%BC%95%EF%BC%A4",
        "?" + "&".join(["bag=a*9"] * 200),
        "?bag[]=1&bag%5B0%5D=2&key=3",
    ],
)
@pytest.mark.parametrize("signed_in", [False, True])
def test_odd_addresses_get_a_calm_page(client, layla, query, signed_in):
    response = look(client, query, member=layla if signed_in else None)
    assert response.status_code == 200
    assert (response.context["total"], response.context["rows"]) == (0, [])
    assert b"<script>alert" not in response.content


def test_unknown_products_and_too_many_are_said(client, camera):
    text = text_of(look(client, f"?bag={camera.sku}*59&bag=gone&bag=also-gone"))
    assert "This link holds more than 60 things; the rest was left out." in text
    assert "1 product of this link is not in the catalogue." in text
    full = look(client, f"?bag={camera.sku}*60&q=eos")
    assert "The bag is full: it holds 60 things." in text_of(full)
    assert [hit["href"] for hit in full.context["found"]] == [""]
    assert full.context["rows"][0]["more_href"] == ""


def test_every_step_is_a_link_that_works_without_scripts(client, camera, lens):
    response = look(client, f"?bag={lens.sku}&q=eos+r5&country=GB")
    (hit,) = response.context["found"]
    assert hit["href"] == f"{PAGE}?bag={lens.sku}&bag={camera.sku}&country=GB"
    (row,) = client.get(hit["href"]).context["rows"][1:]
    twice = client.get(row["more_href"])
    assert [row["count"] for row in twice.context["rows"]] == [1, 2]
    once = client.get(twice.context["rows"][1]["fewer_href"])
    assert [row["count"] for row in once.context["rows"]] == [1, 1]
    gone = client.get(once.context["rows"][1]["remove_href"])
    assert [row["sku"] for row in gone.context["rows"]] == [lens.sku]
    assert gone.context["country"] == "GB"
    assert client.get(gone.context["empty_href"]).context["rows"] == []
    text = response.content.decode()
    assert f'name="bag" value="{lens.sku}"' in text
    assert "data-copy" in text


def test_a_keystroke_gets_only_what_was_found(client, camera):
    response = look(client, f"?bag={camera.sku}&q=r5", **{"hx-request": "true", "hx-target": "found"})
    assert response.templates[0].name == "pages/_home_found.html"
    assert f"{PAGE}?bag={camera.sku}*2" in response.content.decode()
    assert "<html" not in response.content.decode()


# A member


def test_a_members_kit_and_these(client, year):
    tele = ProductFactory(name="RF 600mm F4L IS USM", sku="rf-600", family="lens", points=300)
    response = look(client, f"?bag={tele.sku}&country=EG", at=year.now, member=year.member)
    context, text = response.context, text_of(response)
    assert (context["counted"], context["uncounted"], context["total"]) == (1503, 300, 1803)
    assert (context["needle_level"], context["level"]) == (Level.GOLD, Level.PLATINUM)
    assert figures(response) == [
        ("Today", "1,503", "Gold"),
        ("These, not counted", "300", "points"),
        ("Announced falls", "515", "points"),
        ("Fast Track target", "2", "working days"),
    ]
    assert [cell["value"] for cell in context["benefits"][0]["cells"]] == [3, 2]
    assert context["country"] == "GB"
    assert "Platinum is safe until 28 Feb 2027." in text
    assert "Without these: Gold is safe until 13 Sep 2027." in text
    assert [row["change"] for row in context["ahead"]] == [-35, -70, -95, -315]
    assert context["ahead"][0]["total"] == 1288
    assert "4 items" not in text
    assert "2 items wait in your kitbag, 212 points." in text
    assert "kit__points--waiting" in text
    assert "Join free" not in text


def test_waiting_items_are_tried_too_where_asked_for(client, year):
    response = look(client, "?waiting=1", at=year.now, member=year.member)
    assert response.context["total"] == 1715
    assert response.context["uncounted"] == 212
    assert ("Waiting, not counted", "212", "points") in figures(response)
    text = text_of(response)
    assert "Leave them out" in text
    assert "With the 2 items that wait in your kitbag, 212 points." in text


def test_a_hold_lifts_the_level_with_these_too(client, layla, camera, vera):
    holds.hold_level(
        layla,
        level=Level.GOLD,
        begins_on=NOON.date() + timedelta(days=1),
        ends_on=date(2027, 1, 1),
        reason="Press",
        by=vera,
        at=NOON,
    )
    response = look(client, f"?bag={camera.sku}", at=NOON + timedelta(days=2), member=layla)
    assert (response.context["total"], response.context["level"]) == (320, Level.GOLD)
    assert "Gold is safe until 31 Dec 2026." in text_of(response)
    assert "Without these" not in text_of(response)


def test_the_forecast_is_that_of_the_same_things_registered(client, layla, camera, cinema, register):
    register(layla, camera)
    response = look(client, f"?bag={cinema.sku}*2&bag={camera.sku}", member=layla)
    told = [(row["day"], row["total"], row["level"]) for row in response.context["ahead"]]
    total = response.context["total"]
    for product in (cinema, cinema, camera):
        register(layla, product)
    stands = standing.on(layla.pk, NOON.date())
    assert (stands.points, int(stands.level)) == (total, response.context["level"])
    real = lines(statement.facts_of(layla.pk), after=NOON.date(), total=total, level=stands.level)
    assert [(day, after) for day, after in totals(real)] == [(day, after) for day, after, _level in told]
    assert real[-1].level == told[0][2]


def test_staff_without_a_membership_look_on_as_visitors(client, camera):
    client.force_login(UserFactory(is_staff=True))
    response = client.get(f"{PAGE}?bag={camera.sku}")
    assert response.status_code == 200
    assert "Join free" not in response.content.decode()
    assert "as drafts" not in response.content.decode()
    assert client.post(f"{DRAFTS}?bag={camera.sku}", {"key": uuid.uuid4()}).status_code == 403


# From the bag into the kitbag


def test_these_become_drafts_once(client, layla, camera, lens):
    response = look(client, f"?bag={camera.sku}*2&bag={lens.sku}", member=layla)
    action, key = response.context["drafts_href"], response.context["key"]
    assert action == f"{DRAFTS}?bag={camera.sku}*2&bag={lens.sku}"
    for _click in range(2):
        answer = client.post(action, {"key": key})
        assert answer.url == reverse("kitbag")
    items = KitItem.objects.filter(member=layla)
    assert sorted(items.values_list("product", flat=True)) == sorted([camera.pk, camera.pk, lens.pk])
    assert set(items.values_list("state", flat=True)) == {KitItem.State.DRAFT}
    assert ItemEvent.objects.filter(item__member=layla, kind=ItemEvent.Kind.ADDED, by=layla.user).count() == 3
    assert Standing.objects.get(member=layla).points == 0
    assert "3 drafts are in your kitbag." in text_of(client.get(answer.url))
    again = look(client, f"?bag={camera.sku}", member=layla).context["key"]
    client.post(f"{DRAFTS}?bag={camera.sku}", {"key": again})
    assert items.count() == 4


def test_a_key_of_another_member_makes_items_of_ones_own(client, layla, omar, camera):
    key = uuid.uuid4()
    for member in (layla, omar):
        client.force_login(member.user)
        client.post(f"{DRAFTS}?bag={camera.sku}", {"key": key})
    assert sorted(KitItem.objects.values_list("member", flat=True)) == sorted([layla.pk, omar.pk])


@pytest.mark.parametrize(
    ("query", "data"),
    [("", {"key": str(uuid.uuid4())}), ("?bag=no", {}), ("?bag=no", {"key": "\x00"}), ("?bag=%00", {"key": "x" * 999})],
)
def test_odd_wishes_lead_back_to_the_bag(client, layla, query, data):
    client.force_login(layla.user)
    answer = client.post(DRAFTS + query, data)
    assert answer.status_code == 302
    assert answer.url.startswith(PAGE)
    assert not KitItem.objects.exists()


def test_nothing_known_makes_nothing(client, layla):
    client.force_login(layla.user)
    client.post(f"{DRAFTS}?bag=no-such-thing", {"key": uuid.uuid4()})
    assert not KitItem.objects.exists()


def test_who_has_to_sign_in_first_finds_the_bag_again(client, layla, camera):
    answer = client.post(f"{DRAFTS}?bag={camera.sku}*2", {"key": uuid.uuid4()})
    assert answer.url.startswith(reverse("account_login"))
    client.force_login(layla.user)
    assert client.get(f"{DRAFTS}?bag={camera.sku}*2").url == f"{PAGE}?bag={camera.sku}*2"
    assert not KitItem.objects.exists()


def test_a_bag_goes_along_through_joining_and_its_code(client, camera, lens):
    join = look(client, f"?bag={camera.sku}*2&bag={lens.sku}&country=GB").context["join_href"]
    assert join == f"{JOIN}?bag={camera.sku}*2&bag={lens.sku}"
    form = client.get(join)
    carried = form.context["form"]["bag"].value()
    assert reverse("account_login") + "?next=%2Fwhat-if%2F%3Fbag%3D" in form.content.decode()
    wrong = client.post(JOIN, FILLED | {"bag": carried, "name": ""})
    carried = wrong.context["form"]["bag"].value()
    client.post(JOIN, FILLED | {"bag": carried})
    client.post(JOIN, FILLED | {"bag": carried})
    answer = client.post(CODE, {"code": code_mailed_to("nadia@example.org")})
    assert answer.url == reverse("dashboard")
    member = User.objects.get().member
    items = KitItem.objects.filter(member=member)
    assert sorted(items.values_list("product", flat=True)) == sorted([camera.pk, camera.pk, lens.pk])
    assert set(items.values_list("state", flat=True)) == {KitItem.State.DRAFT}
    stands = Standing.objects.get(member=member)
    assert (stands.points, stands.level) == (0, 0)
    assert "875" in client.get(reverse("dashboard")).content.decode()


def test_a_known_address_gets_nothing_of_a_strangers_bag(client, layla, camera):
    client.post(JOIN, FILLED | {"email": layla.user.email, "bag": [camera.sku]})
    assert not KitItem.objects.exists()


# Places that lead there


def test_pages_lead_to_the_bag(client, layla, camera):
    assert f"{PAGE}?bag={camera.sku}" in client.get(reverse("product", args=[camera.sku])).content.decode()
    assert PAGE in client.get(reverse("products")).content.decode()
    assert f"{PAGE}?bag={camera.sku}" in client.get(f"{reverse('home')}?bag={camera.sku}").content.decode()
    client.force_login(layla.user)
    assert PAGE in client.get(reverse("dashboard")).content.decode()
    registration.add_item(member_id=layla.pk, product_id=camera.pk, at=NOON, by=layla.user)
    assert PAGE in client.get(reverse("points")).content.decode()


# Queries


def bags_of(number):
    products = [ProductFactory(points=10) for _one in range(number)]
    return "?" + "&".join(f"bag={product.sku}" for product in products) + "&q=" if products else "?q="


@pytest.mark.parametrize("number", [0, 5, MOST])
def test_queries_do_not_grow_with_a_visitors_bag(client, number, django_assert_num_queries):
    query = bags_of(number)
    look(client, query)
    # Steps, thresholds, countries, terms; products of a bag; search looks after its dictionary for a next step.
    with django_assert_num_queries(4 + bool(number) + (number < MOST)):
        look(client, query + "&country=GB")


@pytest.mark.parametrize("number", [0, 5, MOST])
@pytest.mark.parametrize("kit", [0, 50])
def test_a_members_page_keeps_its_budget(client, layla, number, kit):
    fill_kitbag(layla, [ProductFactory(points=10) for _one in range(7)], kit)
    query = bags_of(number)
    look(client, query, member=layla)
    with time_machine.travel(NOON, tick=False), CaptureQueriesContext(connection) as spent:
        client.get(PAGE + query + "&waiting=1")
    assert len(spent) <= BUDGET, [entry["sql"][:90] for entry in spent]
