"""Values, holds and thresholds planned on the staff pages, and products put right: by operations, with a reason."""

import pytest
from django.urls import reverse

from kitbag.models import Hold, LifecycleMark, SearchName, Stage, Valuation
from kitbag.valuing import marks_of, steps_of
from members.models import Level, Threshold
from tests.factories import ProductFactory
from tests.portal.staff import day, history

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

SOON = day(60)


def carry_out(client, page, post, **extra):
    """Ask for an act, look at what it would do, and save it from there."""
    preview = client.post(page, post)
    assert preview.context["impact"] is not None, preview.context["form"].errors
    return client.post(page, {**post, "confirmed": "1"}, **extra)


def test_mark_superseded_and_withdraw_it(manager, camera):
    page = reverse("admin:kitbag_product_superseded", args=[camera.pk])
    answer = carry_out(manager, page, {"day": SOON, "reason": "EOS R5 Mark III"}, follow=True)
    assert "EOS R5 Mark II: superseded from 22 Jan 2027." in answer.content.decode()
    assert [(step.day.isoformat(), step.points) for step in steps_of(camera.pk)][1:] == [(SOON, 192)]
    mark = LifecycleMark.objects.get(product=camera)
    assert (mark.by.name, mark.reason) == ("Programme manager", "EOS R5 Mark III")
    assert "EOS R5 Mark III" in history(camera)[0][1]
    assert b"Withdraw the plan" in manager.get(page).content
    carry_out(manager, page, {"withdraw": "on", "reason": "Not yet"})
    assert marks_of(camera.pk) == {}
    assert len(steps_of(camera.pk)) == 1


@pytest.mark.parametrize(
    ("name", "post", "field", "words"),
    [
        ("superseded", {"day": day(0), "reason": "x"}, "day", "Choose a day after today"),
        ("superseded", {"day": "", "reason": "x"}, "day", "This field is required"),
        ("superseded", {"day": day(1)}, "reason", "This field is required"),
        ("value", {"day": day(0), "points": 900, "reason": "x"}, "day", "Choose a day after today"),
        ("value", {"day": day(1), "points": 1, "reason": "x"}, "points", "below that of the day before"),
        ("value", {"day": day(1), "points": -1, "reason": "x"}, "points", "greater than or equal to 0"),
    ],
)
def test_a_plan_that_is_not_allowed_is_told_beside_its_field(manager, camera, name, post, field, words):
    answer = manager.post(reverse(f"admin:kitbag_product_{name}", args=[camera.pk]), post)
    assert answer.status_code == 200
    assert words in "".join(answer.context["form"].errors[field])
    assert len(steps_of(camera.pk)) == 1
    assert history(camera) == []


def test_out_of_service_never_comes_before_superseded(manager, camera):
    carry_out(manager, reverse("admin:kitbag_product_superseded", args=[camera.pk]), {"day": day(90), "reason": "x"})
    page = reverse("admin:kitbag_product_unserviceable", args=[camera.pk])
    answer = manager.post(page, {"day": day(70), "reason": "x"})
    assert "on or after the day it is superseded" in "".join(answer.context["form"].errors["day"])
    assert carry_out(manager, page, {"day": day(100), "reason": "x"}).status_code == 302
    assert set(marks_of(camera.pk)) == {Stage.SUPERSEDED, Stage.UNSERVICEABLE}


def test_set_a_value(manager, camera):
    page = reverse("admin:kitbag_product_value", args=[camera.pk])
    answer = carry_out(manager, page, {"day": day(1), "points": "400", "reason": "Put right"}, follow=True)
    assert "400 from 24 Nov 2026" in answer.content.decode()
    row = Valuation.objects.get(product=camera, reason="set")
    assert (row.points, row.note, row.by.name) == (400, "Put right", "Programme manager")


def product_form(client, product, **changes):
    page = reverse("admin:kitbag_product_change", args=[product.pk])
    form = client.get(page).context["adminform"].form
    data = {name: form.initial.get(name) for name in form.fields}
    data = {name: value for name, value in data.items() if value not in (None, False)}
    return page, {**data, "reason": "Put right", **changes}


def test_a_products_words_change_and_search_follows(manager, camera):
    page, post = product_form(manager, camera, aliases="Kiss Zeta")
    assert manager.post(page, post).status_code == 302
    assert SearchName.objects.filter(product=camera, text__contains="kiss").exists()
    assert "Kiss Zeta" in history(camera)[0][1]
    assert "Reason: Put right" in history(camera)[0][1]
    assert len(steps_of(camera.pk)) == 1


def test_a_changed_scale_runs_the_plan_again(manager, camera):
    carry_out(manager, reverse("admin:kitbag_product_superseded", args=[camera.pk]), {"day": SOON, "reason": "x"})
    post = {"points_full": 320, "points_superseded": 150, "points_floor": 64, "reason": "Put right"}
    answer = carry_out(manager, reverse("admin:kitbag_product_scale", args=[camera.pk]), post, follow=True)
    assert "192 → 150. Ahead: 22 Jan 2027: 150 (Superseded)." in answer.content.decode()
    assert [step.points for step in steps_of(camera.pk)] == [320, 150]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"points_superseded": 321}, "points_superseded"),
        ({"points_floor": 200}, "points_floor"),
        ({"points_floor": 0}, "points_floor"),
        ({"reason": ""}, "reason"),
    ],
)
def test_a_scale_that_is_not_allowed(manager, camera, changes, field):
    post = {"points_full": 320, "points_superseded": 192, "points_floor": 64, "reason": "Put right", **changes}
    answer = manager.post(reverse("admin:kitbag_product_scale", args=[camera.pk]), post)
    assert field in answer.context["form"].errors
    camera.refresh_from_db()
    assert (camera.points_superseded, camera.points_floor) == (192, 64)


@pytest.mark.parametrize(("changes", "field"), [({"reason": ""}, "reason"), ({"name": ""}, "name")])
def test_a_products_form_refuses(manager, camera, changes, field):
    page, post = product_form(manager, camera, **changes)
    answer = manager.post(page, post)
    assert field in answer.context["adminform"].form.errors


def test_products_never_supersede_each_other_in_a_circle(manager, camera):
    successor = ProductFactory(superseded_by=camera)
    page, post = product_form(manager, camera, superseded_by=successor.pk)
    answer = manager.post(page, post, follow=True)
    assert "supersede each other in a circle" in answer.content.decode()
    camera.refresh_from_db()
    assert camera.superseded_by is None
    assert history(camera) == []


def test_hold_a_level_and_move_its_end(care, layla):
    page = reverse("admin:kitbag_hold_add")
    assert layla.number in care.get(page, {"member": layla.number}).content.decode()
    post = {"member": layla.spaced_number, "level": 2, "day": day(1), "ends_on": day(31), "reason": "Press card"}
    answer = carry_out(care, page, post, follow=True)
    assert "Gold is kept for" in answer.content.decode()
    hold = Hold.objects.get(member=layla)
    assert (hold.level, hold.begins_on.isoformat(), hold.by.name) == (Level.GOLD, day(1), "Member care")
    assert "Press card" in history(hold)[0][1]
    end = reverse("admin:kitbag_hold_end", args=[hold.pk])
    assert carry_out(care, end, {"day": day(15), "reason": "Shorter"}).status_code == 302
    assert Hold.objects.in_force().get(member=layla).ends_on.isoformat() == day(15)
    answer = care.post(end, {"day": day(20), "reason": "Late"})
    assert "Somebody has changed this hold meanwhile" in answer.content.decode()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"day": day(0)}, "day"),
        ({"ends_on": day(1)}, "ends_on"),
        ({"reason": "  "}, "reason"),
        ({"member": "4207 719 036"}, "member"),
        ({"level": 0}, "level"),
        ({"level": 9}, "level"),
    ],
)
def test_a_hold_that_is_not_allowed(care, layla, changes, field):
    post = {"member": layla.number, "level": 2, "day": day(1), "ends_on": day(31), "reason": "Press card"}
    answer = care.post(reverse("admin:kitbag_hold_add"), {**post, **changes})
    assert field in answer.context["form"].errors
    assert not Hold.objects.exists()


def test_plan_thresholds(manager):
    page = reverse("admin:members_threshold_add")
    post = {"day": day(90), "silver": 550, "gold": 1100, "platinum": 1700, "reason": "New year"}
    assert carry_out(manager, page, post).status_code == 302
    row = Threshold.objects.get(effective_on=day(90))
    assert (row.silver, row.gold, row.platinum, row.by.name) == (550, 1100, 1700, "Programme manager")
    assert "New year" in history(row)[0][1]
    assert "platinum" in manager.post(page, {**post, "platinum": 1000}).context["form"].errors
    assert "day" in manager.post(page, {**post, "day": day(0)}).context["form"].errors
    assert Threshold.objects.count() == 2
