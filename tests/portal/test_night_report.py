"""The staff page of the last nights: drawn, in words, and as a table; how far one is that is under way."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cps_portal.drawing.nights import NightFigures, nights_chart, round_top
from cps_portal.pages.night_report import in_seconds
from kitbag import full_check
from kitbag.models import Night, Standing
from members.rules.roles import Role
from tests.factories import MemberFactory
from tests.portal.staff import confirmed, staff_user

DAY = date(2026, 11, 23)
PAGE = "admin:kitbag_night_report"


def figures(days_ago, members=0, up=0, down=0, took=5):
    return NightFigures(DAY - timedelta(days=days_ago), members, up, down, took)


@pytest.mark.parametrize(("highest", "top"), [(0, 1), (1, 1), (3, 5), (5, 5), (76_600, 100_000), (1_200, 2_000)])
def test_the_edge_of_a_strip_is_a_round_number(highest, top):
    assert round_top(highest) == top


def test_bars_stand_on_their_days_and_a_missing_night_leaves_a_gap():
    nights = [figures(9, members=500, down=5, took=400), figures(8, took=8), figures(6, took=8), figures(0, up=10)]
    chart = nights_chart(nights, days=10)
    assert [(bar.x, bar.y, bar.height) for bar in chart.members] == [(1.5, 0, 100)]
    assert [(bar.y, bar.height) for bar in chart.down] == [(50, 25)]
    assert [(bar.x, bar.y, bar.height) for bar in chart.up] == [(91.5, 0, 50)]
    assert [(run.x1, run.y1, run.x2, run.y2) for run in chart.duration] == [(5, 20, 15, 98.4)]
    mirrored = nights_chart(nights, days=10, is_rtl=True)
    assert [bar.x for bar in mirrored.members] == [91.5]


def test_a_night_under_way_has_no_time_yet():
    chart = nights_chart([figures(1), figures(0, took=None)], days=5)
    assert chart.duration == ()
    assert chart.top_milliseconds == 5


@pytest.mark.parametrize(
    ("took", "words"), [(8, "8 ms"), (400, "0.4 s"), (9_960, "10 s"), (1_000, "1 s"), (75_000, "75 s")]
)
def test_times_in_words(took, words):
    assert in_seconds(took) == words


@pytest.fixture
def nights(db):
    at = datetime(2026, 11, 23, 0, 10, tzinfo=UTC)
    for days_ago in range(100):
        when = at - timedelta(days=days_ago)
        Night.objects.create(
            day=when.date(),
            begun_at=when,
            completed_at=when if days_ago else None,
            products_due=days_ago % 7,
            members=1_000 * (days_ago % 7),
            levels_up=days_ago % 3,
            levels_down=days_ago % 5,
            milliseconds=100 + days_ago,
        )
    return at


def test_ninety_nights_in_a_table_and_how_far_the_one_under_way_is(nights):
    members = [MemberFactory() for _ in range(4)]
    Night.objects.filter(completed_at=None).update(progress=members[1].pk)
    check = full_check.run(at=nights, clock=lambda: nights)
    client = confirmed(staff_user(Role.AUDITOR.value))
    page = client.get(reverse(PAGE))
    text = page.content.decode()
    assert len(page.context["rows"]) == 90
    assert text.count("<tr>") == 91
    per_cent = members[1].pk * 100 // members[-1].pk
    assert page.context["under_way"].per_cent == per_cent
    assert f'value="{per_cent}"' in text
    assert "The night of 23 Nov 2026 is under way since 23 Nov 2026, 00:10 UTC." in text
    assert "0 of 4 standings differ from the facts" in text
    assert "Most members in a night: 6,000 on" in text
    assert "style=" not in text.split("<main", 1)[1]
    changelist = client.get(reverse("admin:kitbag_night_changelist")).content.decode()
    assert f"under way, {per_cent} %" in changelist
    assert reverse(PAGE) in changelist
    assert "None." in client.get(reverse("admin:kitbag_fullcheck_change", args=[check.pk])).content.decode()


def test_findings_of_a_full_check_are_read_in_words(db):
    member = MemberFactory()
    Standing.objects.filter(member=member).update(points=9)
    at = datetime(2026, 11, 23, 2, tzinfo=UTC)
    check = full_check.run(at=at, clock=lambda: at)
    client = confirmed(staff_user(Role.AUDITOR.value))
    text = client.get(reverse("admin:kitbag_fullcheck_change", args=[check.pk])).content.decode()
    assert f"standing of member {member.pk}: 9 points" in text


def test_without_nights_the_page_says_so(db):
    client = confirmed(staff_user(Role.AUDITOR.value))
    assert "No night has been taken yet." in client.get(reverse(PAGE)).content.decode()


def test_its_queries_do_not_grow_with_the_nights(nights):
    client = confirmed(staff_user(Role.AUDITOR.value))
    client.get(reverse(PAGE))
    with CaptureQueriesContext(connection) as many:
        client.get(reverse(PAGE))
    Night.objects.filter(day__lt=DAY - timedelta(days=3)).delete()
    with CaptureQueriesContext(connection) as few:
        client.get(reverse(PAGE))
    assert len(many) == len(few) <= 15
