"""Figures of each day against hand-made histories, and the reports that read them."""

from datetime import timedelta

import pytest
from django.db import connection
from django.db.models import Sum
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cps_portal.drawing.lines import lines_chart
from cps_portal.pages.desk.report_benches import on_time
from cps_portal.pages.desk.report_parts import Asked
from cps_portal.pages.desk.report_rows import REPORTS
from kitbag import night, standing
from kitbag.models import LevelChange, Night, Valuation, WaitingReason
from kitbag.validation import accept_item, reject_item
from members.models import Level, Member
from members.rules.roles import Role
from members.staff_forms import shown
from servicing import figures
from servicing.models import Case, Centre, DayFigures, Event, LoanUnit, Stretch
from tests.factories import (
    NOON,
    CaseFactory,
    CentreFactory,
    EventFactory,
    LoanFactory,
    LoanUnitFactory,
    MemberFactory,
    ProductFactory,
    ThreadFactory,
)
from tests.portal.staff import EVERYBODY, SUPERUSER, as_role, confirmed, day, staff_user

pytestmark = pytest.mark.django_db

TODAY = NOON.date()


def complete(through):
    """A day is over: the night after it is complete."""
    Night.objects.create(day=through + timedelta(days=1), begun_at=NOON, completed_at=NOON)


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


def test_a_day_has_no_figures_while_it_lasts(layla, camera, register):
    """Its own night is complete at its beginning; what is registered later that day is not lost."""
    Night.objects.create(day=TODAY, begun_at=NOON, completed_at=NOON)
    figures.note_days()
    assert not DayFigures.objects.filter(day=TODAY).exists()
    register(layla, camera)
    complete(TODAY)
    figures.note_days()
    assert of(TODAY).registered == 1


def test_a_second_run_and_missed_days_change_nothing(layla, camera, register):
    complete(TODAY)
    figures.note_days()
    before = list(DayFigures.objects.order_by("pk").values())
    assert figures.note_days() == 0
    assert list(DayFigures.objects.order_by("pk").values()) == before
    register(layla, camera, at=NOON + timedelta(days=1))
    night.run(at=NOON + timedelta(days=4))
    assert figures.note_days() == Night.objects.last_complete_day().toordinal() - 1 - TODAY.toordinal()
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


def body(answer):
    """The text of a file."""
    return b"".join(answer.streaming_content if answer.streaming else [answer.content]).decode("utf-8-sig")


def table(client, slug, key):
    """A table beside the first of a report, as the page shows it."""
    page = client.get(reverse("admin:report", args=[slug]), {"first": day(-100), "last": day(5)})
    hit = [row for row in page.context["tables"] if f"table={key}" in row["csv_href"]]
    return hit[0] if hit else None


@pytest.fixture
def all_seeing(clock):
    return confirmed(staff_user(SUPERUSER))


def test_a_country_team_reads_no_centres_figures_and_its_own_events(a_row_of_each):
    Event.objects.update(published=False)
    for title, of in (("For all", []), ("Cairo", ["EG"]), ("London", ["GB"])):
        EventFactory(title=title, countries=of, begins_at=NOON - timedelta(days=5), ends_at=NOON)
    team = confirmed(staff_user(Role.MEMBER_CARE.value, countries=["EG"]))
    for slug in ("servicing", "loans"):
        for name in ("admin:report", "admin:report_csv"):
            assert team.get(reverse(name, args=[slug])).status_code == 403
    listed = {row["href"] for row in team.get(reverse("admin:reports")).context["rows"]}
    assert reverse("admin:report", args=["events"]) in listed
    assert reverse("admin:report", args=["servicing"]) not in listed
    rows = team.get(reverse("admin:report", args=["events"])).context["rows"]
    assert {row[0] for row in rows} == {"For all", "Cairo"}
    assert "servicing" not in str(team.get("/admin/").context["plots"])


@pytest.mark.parametrize("countries", [None, ["GB"]])
def test_the_header_leads_to_reports_for_whoever_has_any(a_row_of_each, countries):
    for role in EVERYBODY:
        of = {"countries": countries} if countries and role != SUPERUSER else {}
        client = confirmed(staff_user(role, **of))
        has = client.get(reverse("admin:reports")).status_code == 200
        assert (f'href="{reverse("admin:reports")}"' in client.get("/admin/").content.decode()) == has, role
        assert has == (role != Role.VALIDATION and not (of and role == Role.CENTRE_STAFF))


def test_a_loan_still_out_is_overdue_whenever_it_began_and_units_out_of_the_pool_leave(layla, all_seeing):
    centre = CentreFactory(name="Loan bench", time_zone="UTC")
    long_ago = NOON - timedelta(days=90)
    case = CaseFactory(member=layla, centre=centre, requested_at=long_ago)
    units = [LoanUnitFactory(centre=centre, added_at=long_ago, product=case.product) for _number in range(2)]
    LoanFactory(
        case=case,
        unit=units[0],
        period=(TODAY - timedelta(days=60), TODAY - timedelta(days=50)),
        state="out",
        handed_over_at=NOON - timedelta(days=60),
    )
    LoanUnit.objects.filter(pk=units[1].pk).update(out_since=NOON - timedelta(days=4), out_why="Sold")
    LoanUnitFactory(centre=centre, added_at=long_ago, out_since=NOON - timedelta(days=50), out_why="Lost")

    def told():
        asked = {"first": day(-9), "last": day(0)}
        rows = all_seeing.get(reverse("admin:report", args=["loans"]), asked).context["rows"]
        return next(row[1:] for row in rows if row[0] == "Loan bench")

    # Ten days of one unit, all of them lent, and five of the other before it left.
    assert told() == ["2", "1", "10", "66 %", "1"]
    # The chart says the same: the unit is with a member in each week, however long ago it was due.
    weeks = [row[1] for row in table(all_seeing, "loans", "drawn")["rows"]]
    out_in = (TODAY - (TODAY - timedelta(days=60))).days // 7
    assert weeks[:out_in] == ["1"] * out_in
    assert weeks[out_in + 2 :].count("0") == len(weeks) - out_in - 2 > 0


def test_what_is_drawn_is_there_in_numbers_and_as_a_file(a_row_of_each, all_seeing):
    for back in (40, 1, 0):
        for country in ("EG", "FR"):
            DayFigures.objects.create(day=TODAY - timedelta(days=back), country=country, joined=back, red=back + 1)
    drawn = table(all_seeing, "levels", "drawn")
    assert [(row[0], row[-1]) for row in drawn["rows"]] == [(day(0), "3"), (day(-1), "4"), (day(-40), "82")]
    months = table(all_seeing, "levels", "months")
    assert [row[:3] for row in months["rows"]] == [
        [day(0), "Egypt", "1"],
        [day(0), "France", "1"],
        [day(0), "United Kingdom", "1"],
        [day(-40), "Egypt", "41"],
        [day(-40), "France", "41"],
    ]
    lines = body(all_seeing.get(months["csv_href"])).splitlines()
    assert lines[0].startswith("At the end of,Country,Red")
    assert lines[1] == f"{day(0)},Egypt,1,0,0,0,1"
    weeks = table(all_seeing, "growth", "drawn")
    assert str(weeks["columns"][0]) == "Week from"
    assert sum(int(row[1]) for row in weeks["rows"]) == 83
    page = all_seeing.get(reverse("admin:report", args=["levels"])).content.decode()
    assert "“What is drawn, in numbers” below says the same" in page
    assert "<summary>What is drawn, in numbers</summary>" in page
    address = reverse("admin:report_csv", args=["levels"])
    assert all_seeing.get(address, {"table": "shoes"}).status_code == 404


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"first": day(0), "last": day(-1)}, "To: Choose a day up to two years after the first."),
        ({"first": "soon", "last": day(0)}, "From: Enter a valid date."),
        ({"last": day(0)}, "From: This field is required."),
        ({"first": day(-9), "last": day(0), "country": "XX"}, "Country: Select a valid choice"),
    ],
)
def test_a_file_of_a_time_that_cannot_be_is_refused_in_words(all_seeing, asked, said):
    answer = all_seeing.get(reverse("admin:report_csv", args=["levels"]), asked)
    assert answer.status_code == 400
    assert said in answer.content.decode()
    page = all_seeing.get(reverse("admin:report", args=["levels"]), asked)
    assert "rows" not in page.context
    assert "Nothing in this time" not in page.content.decode()


def test_waiting_is_told_by_half_and_nine_in_ten_and_by_reason(layla, camera, register, vera, all_seeing):
    def decided(serial, hours, on=NOON):
        item = register(layla, camera, serial=serial, number_confirmed=True, at=on)
        accept_item(item.pk, by=vera, at=on + timedelta(hours=hours))

    for number, hours in enumerate((10, 20, 30)):
        decided(f"1234{number}", hours)
    DayFigures.objects.create(day=TODAY, country="GB", decided=3, waited_hours=60)
    # Days without figures yet are told by neither part of the report.
    DayFigures.objects.create(day=TODAY + timedelta(days=2), country="GB")
    decided("99999", 100)
    asked = {"first": day(-9), "last": day(5)}
    page = all_seeing.get(reverse("admin:report", args=["validation"]), asked)
    assert page.context["rows"][0][1:5] == ["3", "20.0", "28.0", "20.0"]
    reasons = {row[0]: row[1:] for row in table(all_seeing, "validation", "reasons")["rows"]}
    assert reasons[str(WaitingReason.SHAPE_CONFIRMED.label)] == ["3", "20.0", "28.0"]
    earlier = {"first": day(-9), "last": day(0), "country": "EG"}
    none = all_seeing.get(reverse("admin:report", args=["validation"]), earlier)
    assert "reasons" not in [row["csv_href"].rsplit("=", 1)[1] for row in none.context["tables"]]


def test_points_that_fell_and_what_is_announced(layla, omar, camera, register, vera, all_seeing):
    register(layla, camera)
    register(omar, camera, serial="222222222222")
    was = Valuation.objects.in_force().filter(product=camera, effective_on__lte=TODAY).latest("effective_on")
    for ahead, less in ((5, 3), (20, 1), (100, 2)):
        Valuation.objects.create(
            product=camera,
            effective_on=TODAY + timedelta(days=ahead),
            points=was.points - less,
            stage=was.stage,
            reason="set",
            recorded_on=TODAY,
        )
    ahead = table(all_seeing, "depreciation", "ahead")["rows"]
    assert ahead == [[day(5), camera.name, str(was.points), str(was.points - 3)]]
    complete(TODAY + timedelta(days=6))
    figures.note_days()
    fell = of(TODAY + timedelta(days=5)), of(TODAY + timedelta(days=5), "EG")
    assert [row.points_fell for row in fell] == [3, 3]
    assert DayFigures.objects.aggregate(fell=Sum("points_fell"))["fell"] == 6


def test_points_fell_are_in_the_row_of_their_night(all_seeing):
    Night.objects.create(day=TODAY, begun_at=NOON, completed_at=NOON)
    for country, points in (("GB", 40), ("EG", 2)):
        DayFigures.objects.create(day=TODAY, country=country, points_fell=points)
    page = all_seeing.get(reverse("admin:report", args=["depreciation"]))
    assert page.context["rows"][0][:2] == [day(0), "42"]
    team = confirmed(staff_user(Role.MEMBER_CARE.value, countries=["EG"]))
    page = team.get(reverse("admin:report", args=["depreciation"]))
    assert page.context["rows"][0][:2] == [day(0), "2"]
    assert str(page.context["columns"][1]) == "Points that fell in your countries"


def test_points_of_a_night_whose_day_is_not_over_are_not_said_to_be_none(all_seeing):
    for back, products in ((1, 0), (0, 40)):
        night = TODAY - timedelta(days=back)
        Night.objects.create(day=night, begun_at=NOON, completed_at=NOON, products_due=products)
    DayFigures.objects.create(day=TODAY - timedelta(days=1), country="GB", points_fell=7)
    page = all_seeing.get(reverse("admin:report", args=["depreciation"]))
    assert [row[:2] for row in page.context["rows"]] == [[day(0), "–"], [day(-1), "7"]]
    assert page.context["figures"][0]["unit"] == f"until {shown(TODAY - timedelta(days=1))}"


@pytest.mark.parametrize(("after", "again"), [(30, "1"), (31, "0")])
def test_sent_in_again_is_within_thirty_days_of_back(layla, all_seeing, after, again):
    then = NOON - timedelta(days=60)
    case = CaseFactory(member=layla, requested_at=then, received_at=then)
    Stretch.objects.filter(case=case).update(left_at=then, back_on=then.date(), ended_at=then, in_time=True)
    Case.objects.filter(pk=case.pk).update(state="closed")
    later = then + timedelta(days=after)
    CaseFactory(item=case.item, centre=case.centre, requested_at=later, received_at=later)
    rows = all_seeing.get(reverse("admin:report", args=["servicing"])).context["rows"]
    assert [(row[0], row[2], row[-1]) for row in rows] == [(case.centre.name, "1", again)]
    days, lines = on_time(Asked(TODAY - timedelta(days=90), TODAY, None, None, TODAY))
    assert (len(days), [list(values) for _label, values in lines]) == (1, [[100], [0]])


def test_packs_that_never_came_are_counted(layla, omar, all_seeing):
    for member in (layla, layla, omar):
        ThreadFactory(user=member.user, topic="pack")
    ThreadFactory(user=layla.user, topic="other")
    rows = all_seeing.get(reverse("admin:report", args=["packs"])).context["rows"]
    assert [row[-1] for row in rows] == ["3"]
    asked = {"first": day(-9), "last": day(0), "country": "EG"}
    assert [row[-1] for row in all_seeing.get(reverse("admin:report", args=["packs"]), asked).context["rows"]] == ["1"]


def test_no_cell_of_a_file_is_calculated(all_seeing):
    EventFactory(title='=HYPERLINK("https://example.org")', begins_at=NOON - timedelta(days=2), ends_at=NOON)
    text = body(all_seeing.get(reverse("admin:report_csv", args=["events"])))
    assert "\n\"'=HYPERLINK(" in text.replace("\r", "")


@pytest.mark.parametrize("slug", [report.slug for report in REPORTS])
def test_a_report_costs_the_same_whatever_it_tells(slug, a_row_of_each, django_assert_max_num_queries):
    client = confirmed(staff_user(SUPERUSER))
    address, asked = reverse("admin:report", args=[slug]), {"first": day(-100), "last": day(5)}
    client.get(address, asked)
    with CaptureQueriesContext(connection) as few:
        client.get(address, asked)
    for number in range(5):
        centre = CentreFactory()
        DayFigures.objects.create(day=TODAY - timedelta(days=20 * number), country="FR", joined=1, decided=1, gold=2)
        EventFactory(title=str(number), begins_at=NOON - timedelta(days=number), ends_at=NOON + timedelta(days=1))
        case = CaseFactory(centre=centre, received_at=NOON)
        LoanFactory(case=case)
        Stretch.objects.filter(case=case).update(left_at=NOON, in_time=True, worked_days=2, paused_days=1)
        ThreadFactory(topic="pack", opened_at=NOON - timedelta(days=30 * number))
        Night.objects.create(
            day=TODAY - timedelta(days=number + 1),
            begun_at=NOON,
            completed_at=NOON + timedelta(minutes=number),
            items=1,
        )
    with django_assert_max_num_queries(len(few)):
        client.get(address, asked)


def test_a_line_is_one_piece_where_nothing_changes():
    days = [TODAY + timedelta(days=number) for number in range(6)]
    chart = lines_chart(days, [("Red", [5, 5, 5, 5, 10, 0])], is_rtl=False)
    assert [(run.x1, run.y1, run.x2, run.y2) for run in chart.lines[0].runs] == [
        (0, 50, 60, 50),
        (60, 50, 80, 0),
        (80, 0, 100, 100),
    ]
