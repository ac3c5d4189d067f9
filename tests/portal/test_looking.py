"""A member sees which role of staff opened their data, when and what (programme §10)."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse

from kitbag.models import Claim, KitItem
from members.looking import ONE_LOOK, Page, note_look
from members.models import Post, StaffLook
from members.rules.roles import Role
from servicing.cards import token_of
from servicing.models import Case, CaseFile, WelcomePack
from tests.factories import NOON, UserFactory
from tests.portal.staff import confirmed, staff_user

pytestmark = pytest.mark.django_db

NOW = NOON + timedelta(hours=1)


@pytest.fixture
def looks():
    """Who was looked at, as which role, and what was opened, by a member of staff."""
    return lambda user: list(StaffLook.objects.filter(by=user).order_by("pk").values_list("member", "role", "page"))


def test_each_page_about_a_member_says_that_it_was_opened(a_row_of_each, layla, looks):
    case = Case.objects.get(member=layla)
    pages = {
        reverse("admin:members_member_change", args=[layla.pk]): "member",
        reverse("admin:kitbag_kititem_change", args=[KitItem.objects.filter(member=layla).first().pk]): "kititem",
        reverse("admin:servicing_case_change", args=[case.pk]): "case",
        reverse("admin:members_thread_change", args=[layla.user.threads.get().pk]): "thread",
        reverse("admin:members_post_change", args=[Post.objects.get().pk]): "thread",
        reverse("admin:servicing_welcomepack_change", args=[WelcomePack.objects.get().pk]): "pack",
    }
    for page, what in pages.items():
        user = UserFactory(is_staff=True)
        user.groups.add(Group.objects.get(name=Role.MEMBER_CARE))
        assert confirmed(user).get(page).status_code == 200, page
        assert looks(user) == [(layla.pk, "Member care", what)], page


def test_a_claim_shows_two_members_and_a_list_shows_nobody(a_row_of_each, looks):
    user = staff_user(Role.VALIDATION.value)
    client = confirmed(user)
    claim = Claim.objects.get()
    client.get(reverse("admin:kitbag_kititem_changelist"))
    assert looks(user) == []
    client.get(reverse("admin:kitbag_claim_change", args=[claim.pk]))
    assert {member for member, _role, _page in looks(user)} == {claim.item.member_id, claim.held_item.member_id}


def test_who_may_not_see_leaves_no_trace(a_row_of_each, layla, looks):
    user = staff_user(Role.LOGISTICS.value)
    assert confirmed(user).get(reverse("admin:members_member_change", args=[layla.pk])).status_code == 403
    assert looks(user) == []


def test_a_file_of_a_case_is_a_look_of_staff_and_none_of_its_member(a_row_of_each, layla, looks, monkeypatch, client):
    kept = CaseFile.objects.get(case__member=layla)
    monkeypatch.setattr(CaseFile, "content", lambda self: b"photo")
    page = reverse("case-file", args=[kept.pk])
    user = staff_user(Role.CENTRE_STAFF.value)
    assert confirmed(user).get(page).status_code == 200
    assert looks(user) == [(layla.pk, "Centre staff", "case")]
    client.force_login(layla.user)
    assert client.get(page).status_code == 200
    assert looks(layla.user) == []


def test_opening_again_within_the_hour_is_the_same_look(layla, vera, django_assert_num_queries):
    vera.groups.add(*Group.objects.all())
    with django_assert_num_queries(3):
        note_look(layla.pk, page=Page.MEMBER, by=vera, at=NOW)
    with django_assert_num_queries(1):
        note_look(layla.pk, page=Page.MEMBER, by=vera, at=NOW + ONE_LOOK - timedelta(seconds=1))
    note_look(layla.pk, page=Page.CASE, by=vera, at=NOW)
    note_look(layla.pk, page=Page.MEMBER, by=vera, at=NOW + ONE_LOOK)
    note_look(None, page=Page.MEMBER, by=vera, at=NOW)
    rows = StaffLook.objects.order_by("pk").values_list("page", "at")
    assert list(rows) == [("member", NOW), ("case", NOW), ("member", NOW + ONE_LOOK)]
    # All roles there are: as much as the column holds.
    assert StaffLook.objects.first().role.startswith("Auditor, Centre staff, Logistics, ")


def test_a_card_that_staff_scan_is_a_look_and_a_strangers_scan_is_none(layla, looks, client):
    scan = reverse("card-check", args=[token_of(layla.pk, 1)])
    assert client.get(scan).status_code == 200
    assert not StaffLook.objects.exists()
    user = staff_user(Role.MEMBER_CARE.value)
    assert confirmed(user).get(scan).status_code == 200
    assert looks(user) == [(layla.pk, "Member care", "card")]
