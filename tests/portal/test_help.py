"""Help answers what people ask, finds it with slips, and says a member's own figures (programme §9)."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cps_portal.pages.help import finding
from cps_portal.pages.help.page import FOR_GUESTS, GROUPS, href_of
from members.models import FormerAccount, FormerImport
from tests.factories import FormerAccountFactory, ProductFactory

pytestmark = pytest.mark.django_db


def found(client, query, **more):
    text = client.get(reverse("help"), {"q": query}, **more).content.decode()
    return re.findall(r'<article class="help-one" id="([^"]+)"', text)


def test_every_section_has_an_anchor_of_its_own_and_leads_on(client):
    text = client.get(reverse("help")).content.decode()
    sections = [section for group in GROUPS for section in group.sections]
    assert len({section.key for section in sections}) == len(sections) >= 30
    for section in sections:
        assert text.count(f'id="{section.key}"') == 1
        assert f'href="#{section.key}"' in text
    assert "%(" not in text


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("blue dot", "blue-dot"),
        ("grey points", "blue-dot"),
        ("secnod hand", "second-hand"),
        ("why have my points dropped", "fallen"),
        ("lost card", "lost-card"),
        ("welcom pack contents", "in-the-pack"),
        ("SERIAL", "serial-number"),
        ("guaranteed", "fast-track"),
        ("video status", "video-status"),
        ("old level", "old-level"),
    ],
)
def test_a_search_forgives_and_puts_the_best_first(client, query, first):
    assert found(client, query)[0] == first


def test_what_only_a_text_says_is_found_after_what_questions_ask(client):
    page = client.get(reverse("help"), {"q": "proof"})
    sections = page.context["found"]
    asks = [
        finding.score(["proof"], [(1, set(finding.words_of(f"{one['title']} {one['also']}")))]) > 0 for one in sections
    ]
    assert True in asks
    assert False in asks
    assert asks == sorted(asks, reverse=True)


def test_arabic_is_searched_in_arabic(client):
    assert found(client, "النقطة الزرقاء", headers={"accept-language": "ar"})[0] == "blue-dot"
    assert found(client, "بطاقه ضائعه", headers={"accept-language": "ar"})[0] == "lost-card"


def test_an_english_name_is_found_on_an_arabic_page(client):
    assert found(client, "welcome pack contents", headers={"accept-language": "ar"})[0] == "in-the-pack"


@pytest.mark.parametrize("query", ["zzqxj", "%", "\x00", "<script>", "(((", "x" * 5000])
def test_a_search_that_finds_nothing_leads_on(client, query):
    text = client.get(reverse("help"), {"q": query}).content.decode()
    assert reverse("contact") in text
    assert "<script>x" not in text


def test_figures_are_those_of_the_settings(client, settings):
    settings.PACK_LATE_DAYS, settings.DROP_NOTICE_DAYS = 31, 47
    text = client.get(reverse("help")).content.decode()
    assert "31 days" in text
    assert "47 days" in text


def test_a_member_reads_their_own_figures_at_the_same_cost(client, layla, camera, register, noon):
    register(layla, camera)
    register(layla, ProductFactory(points=40), country_of_purchase="", at=noon + timedelta(minutes=20))
    source = FormerImport.objects.create(imported_at=noon, digest="x", file_name="old.csv", accounts=1)
    FormerAccount.objects.create(
        email=layla.user.email,
        name="Layla",
        country="GB",
        photo_level=2,
        source=source,
        member=layla,
        claimed_at=noon,
    )
    client.force_login(layla.user)
    client.get(reverse("help"))
    with CaptureQueriesContext(
        connection,
    ) as few:
        text = client.get(reverse("help")).content.decode()
    for words in (
        "One of your products has a blue dot.",
        "You have 320 points and are Red.",
        "180 points more make you Silver.",
        "Your former account was Gold for photo.",
        "It is yours to ask for once you are Silver.",
        "United Kingdom",
    ):
        assert words.replace("One of", "1 of") in text, words
    for number in range(12):
        register(layla, ProductFactory(points=10), country_of_purchase="", at=noon + timedelta(hours=2 + number))
    with CaptureQueriesContext(connection) as many:
        client.get(reverse("help"))
    assert len(many) == len(few) <= 25


def places(is_guest):
    """Where the links of all sections lead, as sections name them."""
    found = {
        place
        for group in GROUPS
        for section in group.sections
        for _words, place in (*section.own_links, *section.links)
    }
    return found if is_guest else found.difference(FOR_GUESTS)


def test_every_link_leads_a_member_to_what_it_names(client, layla, camera, register):
    """The page is there at once, the anchor stands on it, and the question is the one that the link asks."""
    FormerAccountFactory(member=layla, photo_level=2)
    register(layla, camera)
    client.force_login(layla.user)
    text = client.get(reverse("help")).content.decode().replace("&amp;", "&")
    for place in places(is_guest=False):
        address = href_of(place)
        assert f'href="{address}"' in text, place
        page = client.get(address)
        assert page.status_code == 200, place
        anchor = address.partition("#")[2]
        assert not anchor or page.content.decode().count(f'id="{anchor}"') == 1, place
        if "?topic=" in place:
            assert page.context["form"]["topic"].value() == place.partition("=")[2], place
    assert reverse("account_signup") not in re.findall(r'class="help-one".*', text, re.DOTALL)[0]


def test_every_link_leads_a_visitor_on(client):
    """To the page, or to signing in and from there to it."""
    for place in places(is_guest=True):
        page = client.get(href_of(place))
        assert page.status_code == 200 or page.url.startswith(reverse("account_login") + "?next="), place
