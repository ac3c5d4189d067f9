"""The public pages of the catalogue: kit values, type-ahead, one product."""

from datetime import timedelta
from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from kitbag import valuing
from kitbag.models import Product, Stage
from kitbag.views import PAGE
from members.rules.days import programme_day
from tests.factories import ProductFactory

pytestmark = pytest.mark.django_db


def text(response):
    return unescape(response.content.decode())


def rows(response):
    return [row.sku for row in response.context["rows"]]


@pytest.fixture
def many():
    """Three pages of bodies of four years, some of them unknown, and one lens."""
    for number in range(PAGE * 2 + 5):
        year = (2012, 2026, None, 1987)[number % 4]
        ProductFactory(sku=f"body-{number:03}", name=f"Body {number:03}", points=100, announced_year=year)
    ProductFactory(sku="lens-1", name="Lens One", family="lens", category="lens_rf", points=50)


def test_all_products_are_leafed_through_by_key(client, many):
    seen, address, pages = [], reverse("products"), []
    while address:
        page = client.get(address)
        pages.append(page)
        seen += rows(page)
        address = page.context["next"] and reverse("products") + page.context["next"]
    known = Product.objects.values_list("announced_year", "sku")
    assert seen == [sku for year, sku in sorted(known, key=lambda row: (-(row[0] or 0), row[1]))]
    assert [bool(page.context["previous"]) for page in pages] == [False, True, True]
    back = client.get(reverse("products") + pages[2].context["previous"])
    assert rows(back) == rows(pages[1])
    first = client.get(reverse("products") + back.context["previous"])
    assert rows(first) == rows(pages[0])
    assert not first.context["previous"]


def test_a_family_is_filtered_and_counted(client, many):
    page = client.get(reverse("products"), {"family": "lens"})
    assert rows(page) == ["lens-1"]
    counted = [(segment["label"], segment["count"]) for segment in page.context["segments"]]
    assert counted == [("All", PAGE * 2 + 6), ("Bodies", PAGE * 2 + 5), ("Lenses", 1)]
    assert [segment["current"] for segment in page.context["segments"]] == [False, False, True]


def test_a_search_works_without_scripts(client, camera, lens):
    page = client.get(reverse("products"), {"q": "r5 mk2"})
    assert rows(page) == ["eos-r5-mark-ii"]
    assert "320" in text(page)
    assert rows(client.get(reverse("products"), {"q": "70200", "family": "lens"})) == ["rf-70-200-z"]
    nothing = client.get(reverse("products"), {"q": "qqqqqqqqqq"})
    assert "Nothing by that name" in text(nothing)
    assert reverse("products") in text(nothing)


@pytest.mark.parametrize("query", [{}, {"q": "body"}, {"family": "body"}, {"after": "2026.body-010"}])
def test_queries_do_not_grow_with_the_list(client, query, settings):
    counts = []
    for size in (5, 50, 500):
        for number in range(Product.objects.count(), size):
            ProductFactory(sku=f"body-{number:03}", name=f"Body {number:03}", points=100)
        client.get(reverse("products"), query)
        with CaptureQueriesContext(connection) as asked:
            client.get(reverse("products"), query)
        counts.append(len(asked))
    assert counts[0] == counts[1] == counts[2] <= 3


def test_a_keystroke_is_answered_by_a_fragment(client, camera):
    answer = client.get(reverse("product-suggest"), {"q": "r5"}, headers={"HX-Request": "true"})
    assert "<html" not in text(answer)
    assert "1 product found" in text(answer)
    assert reverse("product", args=["eos-r5-mark-ii"]) in text(answer)
    assert "320" in text(answer)
    assert text(client.get(reverse("product-suggest"))).strip() == ""
    assert "Nothing by that name" in text(client.get(reverse("product-suggest"), {"q": "qqqqqqqqqq"}))


def test_a_product_tells_its_points_stage_and_relations(client, lens):
    after = ProductFactory(name="EOS R5 Mark III", sku="eos-r5-mark-iii")
    camera = ProductFactory(
        name="EOS R5 Mark II",
        sku="eos-r5-mark-ii",
        points=320,
        fast_track=True,
        aliases="EOS Kiss R|EOS Rebel R",
        serial_hint="Base plate under the body, near the tripod socket or battery door; 12 digits",
        superseded_by=after,
    )
    now = timezone.now()
    falls = programme_day(now) + timedelta(days=90)
    valuing.replan(
        camera.pk, mark=(Stage.SUPERSEDED, falls), reason="R5 III", short_notice="It came late", by=None, at=now
    )
    page = client.get(reverse("product", args=[camera.sku]))
    assert (page.context["today"].points, page.context["today"].stage) == (320, "current")
    assert [(worth.stage, worth.points, worth.day) for worth in page.context["worths"][1:]] == [
        ("superseded", 192, falls),
        ("unserviceable", 64, None),
    ]
    for words in ("EOS Kiss R", "EOS Rebel R", "Base plate under the body", "EOS R5 Mark III", "Required"):
        assert words in text(page)
    assert f"{reverse('kitbag-add')}?product=eos-r5-mark-ii" in text(page)
    assert "Supersedes" in text(client.get(reverse("product", args=[after.sku])))
    with CaptureQueriesContext(connection) as asked:
        client.get(reverse("product", args=[camera.sku]))
    assert len(asked) == 3


def test_a_product_without_points_says_so(client):
    ProductFactory(sku="fax", name="FAX-L2000", points=0, serial_need="none")
    page = client.get(reverse("product", args=["fax"]))
    assert "carries no points" in text(page)
    assert "Has none" in text(page)
    assert [worth.points for worth in page.context["worths"]] == [0]


def test_an_unknown_product_is_not_found(client):
    assert client.get(reverse("product", args=["nobody"])).status_code == 404


@pytest.mark.parametrize("name", ["products", "product-suggest"])
@pytest.mark.parametrize(
    "odd", ["\x00", "a" * 10_000, "🎉", "\u202eEOS\u200f", "'\"<i>x</i>", "%", "٥د", "0.", "٢.a", "9.\x00"]
)
def test_odd_input_is_answered(client, camera, name, odd):
    answer = client.get(reverse(name), dict.fromkeys(("q", "family", "after", "before"), odd))
    assert answer.status_code == 200
    assert "<i>x</i>" not in answer.content.decode()


def test_only_reading_is_answered(client, camera):
    for address in (reverse("products"), reverse("product-suggest"), reverse("product", args=[camera.sku])):
        assert client.post(address).status_code == 405
        assert client.head(address).status_code == 200
