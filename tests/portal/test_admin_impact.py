"""What a plan would do is shown before it is saved; short notice says why; many products in one table."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from kitbag import holds, impact, standing, valuing
from kitbag.impact import Move, impact_of
from kitbag.models import DropNotice, LifecycleMark, Stage, Valuation
from kitbag.valuing import marks_of, steps_of
from members.models import Message, Threshold
from tests.factories import NOON, MemberFactory, ProductFactory
from tests.portal.staff import day, history
from tests.portal.test_admin_planning import carry_out

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

TABLE = reverse("admin:kitbag_product_plan_many")


@pytest.fixture
def owners(register):
    """A product of 600 points, superseded 360: two British members and one in France own it alone."""
    product = ProductFactory(points=600)
    for country in ("GB", "GB", "FR"):
        register(MemberFactory(country=country), product)
    register(MemberFactory(country="FR"), ProductFactory(points=600))
    return product


def test_an_impact_says_who_falls_by_country_and_writes_nothing(owners, vera):
    when = (NOON + timedelta(days=90)).date()
    before = list(Valuation.objects.values_list("pk", flat=True))
    found = impact_of(valuing.replan, owners.pk, mark=(Stage.SUPERSEDED, when), reason="x", by=vera, at=NOON)
    (only,) = found.days
    assert (only.day, only.items, only.members, only.points, only.rise, only.fall) == (when, 3, 3, -720, 0, 3)
    assert only.moves == [Move("FR", 1, 0, 1), Move("GB", 1, 0, 2)]
    assert list(Valuation.objects.values_list("pk", flat=True)) == before
    assert not LifecycleMark.objects.exists()


def test_an_impact_is_what_saving_does(owners, vera, layla, register):
    register(layla, owners)
    register(layla, ProductFactory(points=500))
    when = (NOON + timedelta(days=90)).date()
    plan = {"mark": (Stage.UNSERVICEABLE, when), "reason": "x", "by": vera, "at": NOON}
    would = impact_of(valuing.replan, owners.pk, **plan).days[0]
    members = set(owners.spells.values_list("member", flat=True))
    before = standing.derive_many(members, when)
    valuing.replan(owners.pk, **plan)
    after = standing.derive_many(members, when)
    assert would.points == sum(after[one].points - before[one].points for one in members)
    assert would.fall == sum(after[one].level < before[one].level for one in members)


def test_moving_a_plan_shows_both_days(owners, vera):
    first, later = ((NOON + timedelta(days=days)).date() for days in (90, 120))
    valuing.replan(owners.pk, mark=(Stage.SUPERSEDED, first), reason="x", by=vera, at=NOON)
    found = impact_of(valuing.replan, owners.pk, mark=(Stage.SUPERSEDED, later), reason="x", by=vera, at=NOON)
    assert [(one.day, one.rise, one.fall) for one in found.days] == [(first, 3, 0), (later, 0, 0)]


def test_an_impact_of_thresholds_counts_everybody_it_moves(owners, vera, monkeypatch):
    monkeypatch.setattr(impact, "CHUNK", 2)
    when = (NOON + timedelta(days=90)).date()
    from_then = {"effective_on": when, "silver": 700, "gold": 1000, "platinum": 1600}
    found = impact_of(holds.plan_thresholds, **from_then, reason="x", by=vera, at=NOON)
    assert found.days[0].moves == [Move("FR", 1, 0, 2), Move("GB", 1, 0, 2)]
    assert Threshold.objects.count() == 1


def test_the_page_shows_it_and_saves_from_there(manager, owners):
    page = reverse("admin:kitbag_product_superseded", args=[owners.pk])
    post = {"day": day(90), "reason": "Mark III", "short_notice": ""}
    answer = manager.post(page, post)
    text = answer.content.decode()
    assert "United Kingdom" in text
    assert answer.context["entered"] == [("From", day(90)), ("Reason", "Mark III")]
    assert "-720" in text
    assert marks_of(owners.pk) == {}
    again = manager.post(page, {**post, "change": "1"})
    assert again.context["form"]["reason"].value() == "Mark III"
    assert marks_of(owners.pk) == {}
    manager.post(page, {**post, "confirmed": "1"})
    assert set(marks_of(owners.pk)) == {Stage.SUPERSEDED}


def test_short_notice_asks_why_beside_the_field(manager, owners):
    page = reverse("admin:kitbag_product_superseded", args=[owners.pk])
    answer = manager.post(page, {"day": day(59), "reason": "Mark III"})
    assert "programme manager’s reason" in answer.context["form"].errors["short_notice"][0]
    carry_out(manager, page, {"day": day(59), "reason": "Mark III", "short_notice": "The factory closed."})
    assert Valuation.objects.get(product=owners, reason="superseded").short_notice == "The factory closed."
    assert not DropNotice.objects.exists()
    assert not Message.objects.filter(kind="drop_ahead").exists()


def test_many_products_in_one_table(manager, camera, lens):
    rows = f"sku;stage;day\n{camera.sku};superseded;{day(90)}\n{lens.sku};out of service;{day(120)}\n"
    upload = SimpleUploadedFile("plans.csv", b"\xef\xbb\xbf" + rows.encode())
    preview = manager.post(TABLE, {"file": upload, "reason": "Autumn"})
    assert preview.context["impact"] is not None
    carried = preview.context["form"]["table"].value()
    manager.post(TABLE, {"table": carried, "reason": "Autumn", "confirmed": "1"})
    assert [(step.day.isoformat(), step.stage) for step in steps_of(camera.pk)][1:] == [(day(90), "superseded")]
    assert [(step.day.isoformat(), step.stage) for step in steps_of(lens.pk)][1:] == [(day(120), "unserviceable")]
    assert "2 products are planned in one table. Autumn" in history(camera)[0][1]
    assert "2 products are planned in one table. Autumn" in history(lens)[0][1]


def test_one_row_that_is_not_allowed_saves_none(manager, camera, lens):
    rows = f"{camera.sku},superseded,{day(90)}\nno-such,superseded,{day(90)}\n{lens.sku},superseded,{day(0)}\n"
    answer = manager.post(TABLE, {"table": rows, "reason": "x", "confirmed": "1"})
    assert answer.context["form"].errors["table"] == [
        "Row 2, no-such: No product has this sku.",
        f"Row 3, {lens.sku}: Choose a day after today: what holds today was settled before it began.",
    ]
    assert not LifecycleMark.objects.exists()


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ("", "There is no row"),
        ("x,superseded\n,superseded,2027-09-14", "Row 2, –: The sku is missing"),
        ("x,better,2027-09-14", "The stage is superseded or out of service"),
        ("x,superseded,someday", "cannot be read"),
        ("x,superseded,2027-09-14\nx,superseded,2027-10-14", "earlier row"),
        ("sku,day\nx,2027-09-14", "The headings are sku, stage and day"),
        ("x,superseded,2027-09-14\n" * 1001, "At most 1,000 rows"),
        ("\x00,\x00", "Null characters are not allowed"),
        ('"x,superseded', "stage is superseded"),
    ],
)
def test_a_table_that_cannot_be_read_is_told(manager, rows, words):
    answer = manager.post(TABLE, {"table": rows, "reason": "x"})
    assert words in " ".join(answer.context["form"].errors["table"])


@pytest.mark.parametrize("content", [b"\xff\xfe\x00x", b"x" * 500_001])
def test_a_file_that_is_no_table_is_refused(manager, content):
    answer = manager.post(TABLE, {"file": SimpleUploadedFile("a.csv", content), "reason": "x"})
    assert answer.context["form"].errors["file"]


def test_chosen_products_are_taken_to_the_table(manager, camera, lens):
    post = {"action": "plan_chosen", "_selected_action": [camera.pk, lens.pk]}
    answer = manager.post(reverse("admin:kitbag_product_changelist"), post, follow=True)
    shown = answer.context["form"]["table"].value()
    assert {line.split(",")[0] for line in shown.splitlines()} == {camera.sku, lens.sku}


def test_who_may_not_plan_may_not_plan_many(care):
    assert care.get(TABLE).status_code == 403
