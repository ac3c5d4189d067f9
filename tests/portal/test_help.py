"""Help answers what people ask, finds it with slips, and says a member's own figures (programme §9)."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cps_portal.pages.help.page import GROUPS
from members.models import FormerAccount, FormerImport
from tests.factories import ProductFactory

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
