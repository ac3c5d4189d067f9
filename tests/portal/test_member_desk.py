"""A member's page for staff: who it is, the standing derived as of any day, and part by part what else there is."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from cps_portal.pages.desk.member_parts import PAGE, PARTS
from kitbag import standing
from kitbag.models import Hold, KitItem
from members.models import StaffLook
from members.rules.roles import Role
from tests.factories import NOON, MemberFactory
from tests.portal.staff import SUPERUSER, as_role, confirmed, staff_user

pytestmark = pytest.mark.django_db


def page_of(member, **asked):
    page = reverse("admin:members_member_change", args=[member.pk])
    return page + ("?" + "&".join(f"{name}={value}" for name, value in asked.items()) if asked else "")


def part_of(member, slug):
    return reverse("admin:member_part", args=[member.pk, slug])


def text_of(answer):
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_page_says_who_and_where_they_stand(a_row_of_each, layla, care):
    text = text_of(care.get(page_of(layla)))
    stands = standing.on(layla.pk, NOON.date())
    for words in (layla.user.name, layla.spaced_number, layla.user.email, "United Kingdom", f"{stands.points} points"):
        assert words in text
    assert "Hold a level…" in text
    look = StaffLook.objects.filter(member=layla).order_by("pk").last()
    assert (look.role, look.page) == ("Member care", "member")


def test_the_standing_of_any_day_is_the_one_that_everything_computes(a_row_of_each, layla, care):
    """Before, during and after a hold, and beyond the announced fall: total and level are those of `standing`."""
    hold = Hold.objects.get()
    fall = NOON.date() + timedelta(days=92)
    for on in (NOON.date(), hold.begins_on, hold.ends_on, fall - timedelta(days=1), fall + timedelta(days=1)):
        answer = care.get(page_of(layla, day=on.isoformat()))
        derived, stands = answer.context["derivation"], standing.derive(layla.pk, on)
        assert (derived["total"], derived["level"]) == (stands.points, int(stands.level)), on
        assert sum(item["points"] for item in derived["items"]) == stands.points
    during = text_of(care.get(page_of(layla, day=hold.begins_on.isoformat())))
    assert "A hold keeps Gold until" in during


@pytest.mark.parametrize(
    ("asked", "said"),
    [("1999-01-01", "They joined on"), ("2999-01-01", "Nothing is announced that far ahead"), ("soon", "valid date")],
)
def test_a_day_that_cannot_be_is_told_beside_the_field(asked, said, layla, care, clock):
    answer = care.get(page_of(layla, day=asked))
    assert said in text_of(answer)
    assert answer.context["derivation"]["is_today"]


def test_every_part_shows_its_rows_and_is_a_look_of_its_own(a_row_of_each, layla):
    client = confirmed(staff_user(SUPERUSER))
    filled = 0
    for part in PARTS:
        answer = client.get(part_of(layla, part.slug))
        filled += "<tbody>" in text_of(answer)
        assert StaffLook.objects.filter(member=layla, page=part.look).exists(), part.slug
    assert filled >= 11


def test_a_part_comes_alone_to_a_script_and_whole_without(layla, care, clock):
    alone = text_of(care.get(part_of(layla, "kit"), headers={"HX-Request": "true"}))
    assert "<html" not in alone
    assert "Nothing yet." in alone
    assert "<html" in text_of(care.get(part_of(layla, "kit")))


def test_parts_go_on_by_key_and_back(layla, camera, register, care, clock):
    items = [register(layla, camera, at=NOON - timedelta(days=number)) for number in range(PAGE + 3)]
    first = care.get(part_of(layla, "kit"))
    assert [cells[1].text for cells in first.context["rows"]] == [item.serial_typed for item in items[:PAGE]]
    second = care.get(first.context["next"])
    assert [cells[1].text for cells in second.context["rows"]] == [item.serial_typed for item in items[PAGE:]]
    assert second.context["next"] == ""
    back = care.get(second.context["previous"])
    assert back.context["rows"] == first.context["rows"]
    assert care.get(part_of(layla, "kit") + "?after=nonsense").context["rows"] == first.context["rows"]


def test_whoever_may_not_see_a_part_does_not_find_it(a_row_of_each, layla):
    clerk = as_role(Role.VALIDATION)
    shown = {part["slug"] for part in clerk.get(page_of(layla)).context["sections"]}
    assert shown == {"kit"}
    assert clerk.get(page_of(layla)).context["derivation"] is None
    for part in PARTS:
        assert clerk.get(part_of(layla, part.slug)).status_code == (200 if part.slug == "kit" else 403)
    assert clerk.get(part_of(layla, "shoes")).status_code == 404


@pytest.mark.parametrize("role", [Role.CENTRE_STAFF, Role.LOGISTICS, Role.PROGRAMME_MANAGER])
def test_roles_without_members_have_no_such_page(role, layla, clock):
    client = as_role(role)
    assert client.get(page_of(layla)).status_code == 403
    assert client.get(part_of(layla, "kit")).status_code == 403


def test_centre_staff_have_none_whatever_else_they_hold(layla, clock):
    user = staff_user(Role.CENTRE_STAFF.value)
    user.user_permissions.add(Permission.objects.get(codename="view_member"))
    assert confirmed(user).get(page_of(layla)).status_code == 403


def test_nobody_is_not_found(care, clock):
    assert care.get(reverse("admin:members_member_change", args=[2**31 + 5])).status_code == 404
    assert care.get(reverse("admin:members_member_change", args=[0])).status_code == 404


@pytest.mark.parametrize("count", [5, 50])
def test_the_page_costs_the_same_whatever_is_in_the_kitbag(
    count, layla, camera, register, care, clock, django_assert_max_num_queries
):
    for number in range(count):
        register(layla, camera, at=NOON - timedelta(hours=2 * number))
    care.get(page_of(MemberFactory()))
    with django_assert_max_num_queries(15):
        care.get(page_of(layla))
    with django_assert_max_num_queries(13):
        care.get(part_of(layla, "kit"))
    assert KitItem.objects.filter(member=layla).count() == count
