"""The public home: counts, the bag in the address, and its search."""

import pytest
from django.urls import reverse

pytestmark = pytest.mark.django_db


@pytest.fixture
def home(client):
    return lambda query="", **headers: client.get(reverse("home") + query, headers=headers)


def test_counts_are_computed(home, camera, lens):
    lens.fast_track = True
    lens.save(update_fields=["fast_track"])
    context = home().context
    assert (context["products"], context["fast_track"], context["best_target"]) == (2, 1, 2)


def test_levels_side_by_side_come_from_thresholds_and_terms(home):
    rows = home().context["levels"]
    assert [row["begins"] for row in rows] == [0, 500, 1000, 1600]
    assert [row["target"] for row in rows] == [None, 5, 3, 2]
    assert [row["video"] for row in rows] == [None, 5, 5, 5]
    assert [row["slots"] for row in rows] == [None, 3, 3, 3]
    assert [row["loan"] for row in rows] == [False, False, True, True]
    assert [row["pack"] for row in rows] == [False, True, True, True]


def test_a_bag_adds_up_and_goes_along_to_joining(home, camera, lens):
    response = home(f"?bag={camera.sku}&bag={lens.sku}&bag={camera.sku}")
    assert [(line.count, line.points) for line in response.context["bag"]] == [(2, 640), (1, 235)]
    assert (response.context["total"], response.context["level"]) == (875, 1)
    assert response.context["join_href"] == (f"{reverse('account_signup')}?bag={camera.sku}*2&bag={lens.sku}")
    assert response.context["bag"][0].remove_href == f"/?bag={lens.sku}"
    assert f"{reverse('what-if')}?bag={camera.sku}*2&amp;bag={lens.sku}" in response.content.decode()


def test_search_offers_each_find_as_a_link_that_adds_it(home, camera, lens):
    response = home(f"?bag={lens.sku}&q=eos+r5")
    assert [(hit["name"], hit["href"]) for hit in response.context["found"]] == [
        (camera.name, f"/?bag={lens.sku}&bag={camera.sku}")
    ]
    assert "Add" in response.content.decode()


def test_a_keystroke_gets_only_what_was_found(home, camera):
    response = home("?q=r5", **{"hx-request": "true", "hx-target": "found"})
    assert response.templates[0].name == "pages/_home_found.html"
    assert camera.name in response.content.decode()
    assert "<html" not in response.content.decode()


@pytest.mark.parametrize(
    "query",
    [
        "?bag=",
        "?bag=no-such-thing",
        "?bag=%00",
        "?bag=" + "x" * 500,
        "?q=%00",
        "?q=" + "x" * 500,
        "?q=%F0%9F%93%B7%E2%80%AE%EF%BC%95%EF%BC%A4",
        "?" + "&".join(["bag=a"] * 200),
    ],
)
def test_odd_addresses_get_the_page_with_an_empty_bag(home, camera, query):
    response = home(query)
    assert response.status_code == 200
    assert response.context["bag"] == []
    assert response.context["total"] == 0


def test_queries_do_not_grow_with_the_bag(home, camera, lens, django_assert_num_queries):
    with django_assert_num_queries(4):  # bag, thresholds, counts, terms
        home(f"?bag={camera.sku}")
    with django_assert_num_queries(4):
        home("?" + "&".join([f"bag={camera.sku}&bag={lens.sku}"] * 15))


def test_a_bag_has_an_end(home, camera):
    response = home("?" + "&".join([f"bag={camera.sku}"] * 61) + "&q=r5")
    assert [line.count for line in response.context["bag"]] == [60]
    assert response.context["found"][0]["href"] == ""


def test_a_member_is_led_to_the_dashboard(home, client, layla):
    client.force_login(layla.user)
    text = home().content.decode()
    assert reverse("dashboard") in text
    assert "Join free" not in text
