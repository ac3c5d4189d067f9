"""A total is explained item by item, and a level's change by what the level would have been otherwise."""

import csv
import io
from datetime import date, timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from kitbag import holds, standing
from kitbag.removal import remove_item
from members.models import Level
from tests.conftest import details
from tests.factories import NOON, MemberFactory, ProductFactory
from tests.stories import fill_kitbag, laylas_year


@pytest.fixture
def year(db, vera):
    return laylas_year(vera, details)


def get(client, member, name, *args, at=NOON, **query):
    with time_machine.travel(at, tick=False):
        client.force_login(member.user)
        return client.get(reverse(name, args=args), query)


def explained(client, year, *day):
    return get(client, year.member, "points-day", *day, at=year.now).context


@pytest.mark.parametrize("day", [(2026, 11, 23), (2026, 4, 1), (2026, 5, 4), (2027, 3, 1), (2027, 9, 14)])
def test_the_items_of_a_day_add_up_to_what_the_one_expression_says(client, year, day):
    context = explained(client, year, *day)
    stands = standing.derive(year.member.pk, date(*day))
    assert context["total"] == sum(item["points"] for item in context["items"]) == stands.points
    assert context["level"] == stands.level


def test_a_fall_says_what_the_level_would_have_been(client, year):
    context = explained(client, year, 2026, 4, 1)
    assert (context["moved"], context["level_before"], context["level"]) == ("down", Level.GOLD, Level.SILVER)
    assert context["otherwise"] == ["With the imagePROGRAF PRO-1000 still at 85: 1,018, Gold."]


def test_a_rise_says_what_did_it(client, year):
    assert explained(client, year, 2026, 5, 4)["otherwise"] == ["Without the EOS R5 Mark II: 983, Silver."]


def test_a_removal_says_what_it_would_be_with_the_product(client, layla, register):
    kept = register(layla, ProductFactory(points=600))
    gone = register(layla, ProductFactory(name="EF 70-200mm", points=420))
    assert kept.pk
    remove_item(gone.pk, member_id=layla.pk, reason="sold", at=NOON + timedelta(days=1), by=layla.user)
    context = get(client, layla, "points-day", 2026, 11, 24, at=NOON + timedelta(days=2)).context
    assert context["otherwise"] == ["With the EF 70-200mm still in your kitbag: 1,020, Gold."]


def test_a_level_that_is_no_longer_kept_or_needs_more_says_so(client, omar, register, vera):
    register(omar, ProductFactory(points=600))
    holds.hold_level(
        omar,
        level=Level.GOLD,
        begins_on=date(2026, 11, 25),
        ends_on=date(2027, 2, 1),
        reason="Press",
        by=vera,
        at=NOON,
    )
    holds.plan_thresholds(
        effective_on=date(2027, 3, 1), silver=700, gold=1000, platinum=1600, reason="New", by=vera, at=NOON
    )
    begins = get(client, omar, "points-day", 2026, 11, 25).context
    assert begins["otherwise"] == ["Without the level that CPS keeps from this day: Silver."]
    assert begins["level_words"] == "600 points give Silver; CPS keeps Gold for you."
    ends = get(client, omar, "points-day", 2027, 2, 1).context
    assert ends["otherwise"] == ["With the level that CPS kept until then: Gold."]
    needs_more = get(client, omar, "points-day", 2027, 3, 1).context
    assert needs_more["otherwise"] == ["By the thresholds of the day before: Silver."]


@pytest.mark.parametrize("day", [(2026, 2, 30), (2026, 13, 1), (0, 1, 1), (9999, 1, 1), (2014, 3, 2), (2037, 1, 1)])
def test_days_that_are_none_or_lie_too_far_are_not_there(client, year, day):
    assert get(client, year.member, "points-day", *day, at=year.now).status_code == 404


def test_every_total_of_the_statement_leads_to_its_day(client, year):
    page = get(client, year.member, "points", at=year.now)
    for row in page.context["lines"][:-1] + page.context["ahead"]:
        with time_machine.travel(year.now, tick=False):
            answer = client.get(row["why"])
        assert (
            answer.context["total"]
            == max(
                (other for other in page.context["lines"][:-1] + page.context["ahead"] if other["day"] == row["day"]),
                key=lambda other: other["level"] is not None,
            )["total"]
        )


def test_a_year_has_its_opening_balance_and_its_lines(client, year):
    context = get(client, year.member, "points", at=year.now, year="2026").context
    assert {row["day"].year for row in context["lines"][:-1]} == {2026}
    assert context["lines"][-1]["day"] == date(2026, 1, 1)
    assert context["lines"][-1]["total"] == context["lines"][-2]["total"] - context["lines"][-2]["change"]
    assert context["shows_today"]
    coming = get(client, year.member, "points", at=year.now, year="2027").context
    assert [row["day"].year for row in coming["ahead"]] == [2027] * 4
    assert coming["lines"] == [
        {"day": date(2027, 1, 1), "product": "Brought forward from earlier statements", "total": 1503, "level": 2}
    ]
    assert not coming["shows_today"]
    assert [one["label"] for one in coming["years"] if one["current"]] == [2027]


@pytest.mark.parametrize("asked", ["1999", "x", "", "２０２６", "-1", "9" * 30])
def test_a_year_without_lines_is_left_out(client, year, asked):
    context = get(client, year.member, "points", at=year.now, year=asked).context
    assert context["year"] is None
    assert context["lines"][0]["total"] == 1503


def test_the_table_to_take_along_adds_up(client, year):
    answer = get(client, year.member, "points-csv", at=year.now)
    assert answer["Content-Disposition"] == 'attachment; filename="cps-points-all.csv"'
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    total = 0
    for row in rows:
        total += int(row["Change"])
        assert int(row["Total"]) == total
    assert [(row["Day"], row["Level"]) for row in rows if row["Announced"]][-1] == ("2027-09-14", "Silver")
    assert [int(row["Total"]) for row in rows if not row["Announced"]][-1] == 1503


def test_the_table_of_a_year_begins_with_what_was_brought_forward(client, year):
    answer = get(client, year.member, "points-csv", at=year.now, year="2026")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert rows[0]["Product"] == "Brought forward"
    assert int(rows[0]["Total"]) + sum(int(row["Change"]) for row in rows[1:]) == 1503


@pytest.mark.parametrize("language", ["en", "ar"])
def test_the_paper_is_a_pdf_and_the_same_moment_gives_the_same_one(client, year, language):
    client.cookies["django_language"] = language
    first = get(client, year.member, "points-pdf", at=year.now)
    assert first["Content-Type"] == "application/pdf"
    assert first.content.startswith(b"%PDF-")
    assert get(client, year.member, "points-pdf", at=year.now).content == first.content


def test_a_long_statement_goes_over_several_sheets(client, db, vera):
    member = MemberFactory(standing_on=date(2025, 5, 31))
    fill_kitbag(member, [ProductFactory() for _ in range(6)], 120)
    answer = get(client, member, "points-pdf")
    assert answer.content.count(b"/Type /Page\n") > 3


@pytest.mark.parametrize("name", ["points-day", "points-csv", "points-pdf"])
def test_queries_are_the_same_at_5_50_and_500_items(client, db, name):
    products = [ProductFactory() for _ in range(6)]
    counts = set()
    for size in (5, 50, 500):
        member = MemberFactory()
        fill_kitbag(member, products, size)
        args = (2026, 11, 23) if name == "points-day" else ()
        get(client, member, name, *args)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            get(client, member, name, *args)
        counts.add(len(queries))
    assert len(counts) == 1
    assert counts.pop() <= 16
