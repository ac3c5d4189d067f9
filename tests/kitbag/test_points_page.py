"""The points page says what stands, what falls and why, by the member's own lines (programme §4)."""

from datetime import date, timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cps_portal.pages.points import a_year_before, chart_edges
from cps_portal.pages.statement_window import PAGE
from kitbag import holds, standing, valuing
from kitbag.models import Stage
from members.models import Level
from members.rules.days import programme_day
from tests.conftest import details
from tests.factories import NOON, MemberFactory, ProductFactory
from tests.stories import fill_kitbag, laylas_year

BUDGET = 10


@pytest.fixture
def year(db, vera):
    return laylas_year(vera, details)


def page(client, member, *, at=NOON, **query):
    with time_machine.travel(at, tick=False):
        client.force_login(member.user)
        return client.get(reverse("points"), query)


def text_of(response):
    return " ".join(response.content.decode().split())


def test_the_page_of_the_picture(client, year):
    response = page(client, year.member, at=year.now)
    text = text_of(response)
    assert "<h1>1,503 points, Gold</h1>" in text
    assert "<b>Gold is safe until 13 Sep 2027.</b> Four announced falls take 515 points by 14 Sep 2027." in text
    assert "The RF 100-500mm alone, 200 points, would keep Gold." in text
    assert "Complete RF 100-500mm</a>" in text
    assert "Today, Mon 23 Nov 2026: 1,503" in text
    assert "Three falls in twelve months: one removal and two supersessions, 110 points in all." in text
    shown = [(row["day"], row["change"], row["total"], row["moved"]) for row in response.context["lines"][:-1]]
    assert shown == [
        (date(2026, 11, 12), 235, 1503, ""),
        (date(2026, 10, 1), -30, 1268, ""),
        (date(2026, 9, 3), -45, 1298, ""),
        (date(2026, 6, 18), 40, 1343, ""),
        (date(2026, 5, 4), 320, 1303, "up"),
        (date(2026, 4, 1), -35, 983, "down"),
        (date(2026, 2, 9), 80, 1018, "up"),
        (date(2026, 1, 12), 175, 938, ""),
    ]
    assert response.context["lines"][-1] == {
        "day": date(2025, 12, 1),
        "product": "Brought forward from earlier statements",
        "total": 763,
        "level": Level.SILVER,
    }
    coming = [(row["day"], row["change"], row["total"], row["moved"]) for row in response.context["ahead"]]
    assert coming == [
        (date(2027, 9, 14), -35, 988, "down"),
        (date(2027, 9, 1), -70, 1023, ""),
        (date(2027, 7, 1), -95, 1093, ""),
        (date(2027, 3, 1), -315, 1188, ""),
    ]
    reasons = [row["reason"] for row in response.context["lines"] if "reason" in row]
    assert "Superseded by Speedlite EL-1 (Version 2)" in reasons
    assert "Removed by you: sold" in reasons


def test_the_statement_ends_where_the_standing_stands(client, year):
    stands = standing.on(year.member.pk, programme_day(year.now))
    newest = page(client, year.member, at=year.now).context["lines"][0]
    assert (newest["total"], newest["level"]) == (stands.points, stands.level)


def test_chart_table_and_statement_show_the_same_totals(client, year):
    context = page(client, year.member, at=year.now).context
    table = {row["day"]: row["total"] for row in context["table"]}
    assert table == {row["day"]: row["total"] for row in [*context["lines"], *context["ahead"]]}
    assert context["chart"]["past"][0] == (date(2025, 12, 1), 763)
    assert context["chart"]["ahead"][-1] == (date(2027, 9, 14), 988)
    assert {row["day"]: row["waiting"] for row in context["table"]}[date(2027, 3, 1)] == 1188 + 212


def test_a_level_that_is_safe_says_so_and_how_far_the_next_is(client, layla, camera, lens, register):
    register(layla, camera)
    register(layla, lens, serial="1234567890")
    text = text_of(page(client, layla))
    assert "<b>Nothing announced lowers your level.</b> 445 points more make you Gold." in text
    assert "No fall is announced" in text
    assert "No falls in twelve months." in text
    assert "Add to kitbag" in text


def test_a_level_kept_by_staff_says_until_when_and_by_what(client, layla, camera, register, vera):
    begins = NOON.date() + timedelta(days=1)
    register(layla, camera)
    holds.hold_level(
        layla, level=Level.GOLD, begins_on=begins, ends_on=date(2027, 1, 31), reason="Press", by=vera, at=NOON
    )
    response = page(client, layla, at=NOON + timedelta(days=2))
    text = text_of(response)
    assert "<h1>320 points, Gold</h1>" in text
    assert "<b>Gold is safe until 30 Jan 2027.</b>" in text
    assert "After that day CPS no longer holds it, and your points give Red." in text
    assert response.context["lines"][0]["product"] == "Gold kept for you"


def test_an_empty_statement_says_what_to_do_first(client, omar):
    response = page(client, omar)
    assert "Your statement begins with your first product" in text_of(response)
    assert reverse("kitbag-add") in text_of(response)


def test_a_long_statement_comes_in_pages_that_never_change(client, layla, register):
    for n in range(PAGE + 9):
        register(layla, ProductFactory(points=2), at=NOON + timedelta(hours=n))
    at = NOON + timedelta(days=10)
    newest = page(client, layla, at=at).context
    assert len(newest["lines"]) == PAGE + 1
    assert newest["lines"][-1]["total"] == 9 * 2
    older = page(client, layla, at=at, upto="9").context
    assert [row["total"] for row in older["lines"]] == [18 - 2 * n for n in range(9)]
    assert not older["earlier_href"]
    assert not older["ahead"]


@pytest.mark.parametrize("upto", ["", "0", "-1", "x", "9" * 30, "\x00", "٣", "1.5"])
def test_an_odd_page_number_shows_the_newest_page(client, year, upto):
    response = page(client, year.member, at=year.now, upto=upto)
    assert response.status_code == 200
    assert response.context["is_newest"]


@pytest.mark.parametrize(
    ("today", "edges", "year_ago"),
    [
        (date(2026, 11, 23), (date(2025, 12, 1), date(2027, 12, 1)), date(2025, 11, 23)),
        (date(2026, 12, 1), (date(2026, 1, 1), date(2028, 1, 1)), date(2025, 12, 1)),
        (date(2028, 2, 29), (date(2027, 3, 1), date(2029, 3, 1)), date(2027, 2, 28)),
    ],
)
def test_the_chart_covers_24_months(today, edges, year_ago):
    assert chart_edges(today) == edges
    assert a_year_before(today) == year_ago


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
            assert client.get(reverse("points")).status_code == 200
        found[size] = len(queries)
    assert found[5] == found[50] == found[500] <= BUDGET
