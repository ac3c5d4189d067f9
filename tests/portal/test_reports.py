"""Figures of each day against hand-made histories, and the reports that read them."""

from datetime import timedelta

import pytest
from django.db.models import Sum
from django.urls import reverse

from cps_portal.pages.desk.report_rows import REPORTS
from kitbag import night, standing
from kitbag.models import LevelChange, Night
from kitbag.validation import accept_item, reject_item
from members.models import Level, Member
from members.rules.roles import Role
from servicing import figures
from servicing.models import Centre, DayFigures, Event, Stretch
from tests.factories import NOON, CentreFactory, LoanUnitFactory, MemberFactory, ProductFactory
from tests.portal.staff import SUPERUSER, as_role, confirmed, day, staff_user

pytestmark = pytest.mark.django_db

TODAY = NOON.date()


def complete(through):
    """Nights up to a day are complete."""
    Night.objects.create(day=through, begun_at=NOON, completed_at=NOON)


def of(on, country="GB"):
    return DayFigures.objects.get(day=on, country=country)


def test_a_day_says_who_joined_what_was_registered_and_where_members_stand(layla, omar, camera, register):
    register(layla, camera)
    complete(TODAY)
    assert figures.note_days() > 0
    british, egyptian = of(TODAY), of(TODAY, "EG")
    assert (british.registered, egyptian.registered) == (1, 0)
    levels = [standing.on(member.pk, TODAY).level for member in (layla, omar)]
    assert levels == [Level.RED, Level.RED]
    assert (british.red, egyptian.red) == (1, 1)
    assert of(layla.joined_at.date()).joined == 1


def test_levels_of_past_days_are_what_each_day_derives(layla, register):
    """Whoever rose and fell: on each day the figures agree with the one expression."""
    long_ago = NOON - timedelta(days=200)
    Member.objects.filter(pk=layla.pk).update(joined_at=long_ago)
    layla.refresh_from_db()
    others = [MemberFactory(joined_at=long_ago + timedelta(days=190 - number)) for number in (150, 165, 170)]
    big = ProductFactory(points=1100)
    for number, member in enumerate([layla, *others]):
        register(member, big, at=NOON - timedelta(days=10 * number))
    complete(TODAY)
    figures.note_days()
    members = [layla, *others]
    for back in range(45):
        on = TODAY - timedelta(days=back)
        there = [member for member in members if member.joined_at.date() <= on]
        counted = [0, 0, 0, 0]
        for member in there:
            counted[standing.derive(member.pk, on).level] += 1
        row = DayFigures.objects.filter(day=on).aggregate(*(Sum(name) for name in figures.LEVELS))
        assert [row[f"{name}__sum"] or 0 for name in figures.LEVELS] == counted, on
    assert LevelChange.objects.count() >= 4


def test_a_second_run_and_missed_days_change_nothing(layla, camera, register):
    complete(TODAY)
    figures.note_days()
    before = list(DayFigures.objects.order_by("pk").values())
    assert figures.note_days() == 0
    assert list(DayFigures.objects.order_by("pk").values()) == before
    register(layla, camera, at=NOON + timedelta(days=1))
    night.run(at=NOON + timedelta(days=4))
    assert figures.note_days() == Night.objects.last_complete_day().toordinal() - TODAY.toordinal()
    assert of(TODAY + timedelta(days=1)).registered == 1
    assert list(DayFigures.objects.filter(day__lte=TODAY).order_by("pk").values()) == before


def test_decisions_of_staff_say_how_long_they_took(layla, waiting, camera, register, vera):
    second = register(layla, camera, serial="54321", number_confirmed=True)
    accept_item(waiting.pk, by=vera, at=NOON + timedelta(hours=10))
    reject_item(second.pk, note="Not this product.", by=vera, at=NOON + timedelta(days=2))
    complete(TODAY + timedelta(days=2))
    figures.note_days()
    first = of((NOON + timedelta(hours=10)).date())
    assert (first.decided, first.waited_hours, first.within_a_day, first.within_three_days) == (1, 10, 1, 1)
    then = of(TODAY + timedelta(days=2))
    assert (then.decided, then.waited_hours, then.within_a_day, then.within_three_days) == (1, 48, 0, 1)


@pytest.mark.parametrize("slug", [report.slug for report in REPORTS])
def test_every_report_is_drawn_told_and_taken_along(slug, a_row_of_each):
    figures.note_days()
    Night.objects.update(products_due=1, items=2, members=2)
    Event.objects.update(published=True)
    Stretch.objects.filter(received_at__isnull=False).update(left_at=NOON, in_time=True, worked_days=2, paused_days=1)
    client = confirmed(staff_user(SUPERUSER))
    asked = {"first": day(-100), "last": day(5)}
    page = client.get(reverse("admin:report", args=[slug]), asked)
    assert page.status_code == 200
    assert page.context["rows"], slug
    table = client.get(reverse("admin:report_csv", args=[slug]), asked)
    lines = b"".join(table.streaming_content if table.streaming else [table.content]).decode("utf-8-sig").splitlines()
    assert len(lines) == len(page.context["rows"]) + 1
    assert str(page.context["columns"][0]) in lines[0]


def test_a_time_that_cannot_be_is_told_beside_the_field(clock):
    client = confirmed(staff_user(SUPERUSER))
    for first, last, said in (
        (day(0), day(-1), "Choose a day up to two years after the first."),
        (day(-2000), day(0), "Choose a day up to two years after the first."),
        ("soon", day(0), "Enter a valid date."),
    ):
        page = client.get(reverse("admin:report", args=["levels"]), {"first": first, "last": last})
        assert said in page.content.decode()
    page = client.get(reverse("admin:report", args=["levels"]), {"first": day(-9), "last": day(0), "country": "XX"})
    assert "Select a valid choice" in page.content.decode()


def test_roles_read_their_reports(a_row_of_each):
    allowed = {
        Role.MEMBER_CARE: {report.slug for report in REPORTS},
        Role.AUDITOR: {report.slug for report in REPORTS},
        Role.PROGRAMME_MANAGER: {"levels", "growth", "validation", "depreciation", "events"},
        Role.CENTRE_STAFF: {"servicing", "loans"},
        Role.LOGISTICS: {"packs"},
        Role.VALIDATION: set(),
    }
    for role, slugs in allowed.items():
        client = as_role(role)
        for report in REPORTS:
            for name in ("admin:report", "admin:report_csv"):
                status = client.get(reverse(name, args=[report.slug])).status_code
                assert status == (200 if report.slug in slugs else 403), (role, report.slug)
        assert client.get(reverse("admin:reports")).status_code == (200 if slugs else 403)
    assert confirmed(staff_user(SUPERUSER)).get(reverse("admin:report", args=["shoes"])).status_code == 404


def test_centre_staff_read_their_own_centres_figures(a_row_of_each):
    centre_staff = as_role(Role.CENTRE_STAFF)
    LoanUnitFactory(centre=Centre.objects.exclude(code="UK").first() or CentreFactory())
    rows = centre_staff.get(reverse("admin:report", args=["loans"])).context["rows"]
    assert [row[0] for row in rows] == [Centre.objects.get(code="UK").name]


def test_a_country_team_reads_its_countries(layla, omar, clock):
    complete(TODAY)
    figures.note_days()
    team = confirmed(staff_user(Role.MEMBER_CARE.value, countries=["EG"]))
    page = team.get(reverse("admin:report", args=["levels"]))
    assert [row[0] for row in page.context["rows"]] == ["Egypt"]
    asked = {"first": day(-9), "last": day(0), "country": "GB"}
    assert "Select a valid choice" in team.get(reverse("admin:report", args=["levels"]), asked).content.decode()
