"""The kitbag doctor: gaps by points gained, each with what is missing and one save (programme §3)."""

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from kitbag import standing
from kitbag.models import KitItem
from tests.factories import NOON, MemberFactory, ProductFactory
from tests.stories import fill_kitbag

PAGE = reverse("kitbag-doctor")


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def as_layla(client, layla):
    client.force_login(layla.user)
    return client


def names(answer):
    return [row["name"] for row in answer.context["rows"]]


def test_the_most_points_come_first_and_each_row_asks_for_what_is_missing_alone(as_layla, layla, register):
    small, large = ProductFactory(name="Flash", points=20), ProductFactory(name="Body", points=300)
    register(layla, small, store="")
    register(layla, large, serial_typed="", purchased_on=None)
    register(layla, ProductFactory(name="Complete"))
    answer = as_layla.get(PAGE)
    assert names(answer) == ["Body", "Flash"]
    assert [list(row["form"].fields) for row in answer.context["rows"]] == [["serial_typed", "purchased_on"], ["store"]]
    assert (answer.context["count"], answer.context["points"]) == (2, 320)


def save(client, item, **details):
    return client.post(PAGE, {"item": item.pk, **{f"{item.pk.hex}-{name}": value for name, value in details.items()}})


def test_one_save_makes_it_count(as_layla, layla, register):
    item = register(layla, ProductFactory(name="Body", points=300), store="")
    answer = save(as_layla, item, store="Jacobs")
    assert answer.url == PAGE
    assert "Body counts: 300 points." in as_layla.get(PAGE).content.decode()
    assert standing.on(layla.pk, NOON.date()).points == 300
    item.refresh_from_db()
    assert (item.state, item.store) == (KitItem.State.VALIDATED, "Jacobs")


def test_at_zero_it_says_so(as_layla, layla, camera, register):
    register(layla, camera)
    answer = as_layla.get(PAGE)
    assert names(answer) == []
    assert "Nothing is missing" in answer.content.decode()


def test_one_of_two_details_may_be_given_first(as_layla, layla, register):
    item = register(layla, ProductFactory(), store="", purchased_on=None)
    save(as_layla, item, store="Jacobs")
    (row,) = as_layla.get(PAGE).context["rows"]
    assert list(row["form"].fields) == ["purchased_on"]


def test_nothing_or_nonsense_is_told_beside_the_field_and_the_other_rows_stay(as_layla, layla, register):
    item = register(layla, ProductFactory(name="Body", points=300), purchased_on=None)
    register(layla, ProductFactory(name="Flash", points=20), store="")
    for sent, words in (({}, "Enter it here."), ({"purchased_on": "soon"}, "date")):
        answer = save(as_layla, item, **sent)
        first, second = answer.context["rows"]
        assert words in str(first["form"].errors["purchased_on"])
        assert not second["form"].is_bound
    item.refresh_from_db()
    assert item.state == KitItem.State.DRAFT


def test_what_else_needs_the_member_is_listed_with_its_way(as_layla, layla, camera, register):
    item = register(layla, camera, serial="12")
    (row,) = as_layla.get(PAGE).context["rows"]
    assert row["form"] is None
    assert row["href"] == reverse("kitbag-item", args=[item.pk])
    assert save(as_layla, item, store="x").status_code == 302
    item.refresh_from_db()
    assert item.store != "x"


@pytest.mark.parametrize("key", ["", "x", "\x00", "00000000-0000-0000-0000-000000000000"])
def test_no_item_or_anothers_is_not_there(as_layla, omar, register, key):
    theirs = register(omar, ProductFactory(), store="")
    assert as_layla.post(PAGE, {"item": key}).status_code == 404
    assert save(as_layla, theirs, store="x").status_code == 404


def test_a_second_click_changes_nothing(as_layla, layla, register):
    item = register(layla, ProductFactory(points=300), store="")
    save(as_layla, item, store="Jacobs")
    assert save(as_layla, item, store="Jacobs").url == PAGE
    assert standing.on(layla.pk, NOON.date()).points == 300


def test_after_a_save_the_next_gap_stands_where_the_member_was(as_layla, layla, register):
    most, next_, least = (
        register(layla, ProductFactory(name=str(points), points=points), store="") for points in (300, 200, 100)
    )

    def at(address, item):
        return as_layla.post(address, {"item": item.pk, f"{item.pk.hex}-store": "Jacobs"}).url

    assert at(f"{PAGE}?after={most.pk}", next_) == f"{PAGE}?after={most.pk}#gap-{least.pk}"
    assert at(f"{PAGE}?after=nonsense", most) == f"{PAGE}#gap-{least.pk}"
    assert at(PAGE, least) == PAGE


def test_pages_by_key_and_the_same_queries_at_5_50_and_500(client, db):
    products = [ProductFactory(points=10 + n) for n in range(6)]
    counts = set()
    for size in (5, 50, 500):
        member = MemberFactory()
        fill_kitbag(member, products, size)
        client.force_login(member.user)
        client.get(PAGE)
        with CaptureQueriesContext(connection) as queries:
            answer = client.get(PAGE)
        counts.add(len(queries))
        assert len(answer.context["rows"]) == min(size // 5, 20)
    assert len(counts) == 1
    assert counts.pop() <= 6
    seen = {row["id"] for row in answer.context["rows"]}
    following = client.get(answer.context["more_href"])
    assert not seen & {row["id"] for row in following.context["rows"]}
