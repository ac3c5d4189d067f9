"""A suspended membership: one page, nothing lost, lifted or over by its day (members/suspending.py)."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from cps_portal.suspended import OPEN
from kitbag import standing
from members import suspending
from members.models import MemberSuspension, Message
from members.rules.roles import Role
from members.suspending import SuspendError
from servicing.cards import token_of
from tests.factories import NOON, MemberFactory
from tests.portal.staff import EVERYBODY, SUPERUSER, as_role, day, programme_tables, staff_user
from tests.test_access import ACCESS, address  # noqa: F401 (a fixture)

pytestmark = pytest.mark.django_db
WORDS = "Numbers of other members stand in your kitbag."


def suspend(member, *, by, ends_at=None, at=None):
    at = at or timezone.now()
    return suspending.suspend(member.pk, reason="Seen twice", words=WORDS, ends_at=ends_at, by=by, at=at)


def test_every_address_but_the_open_ones_is_the_one_page(address, client, layla, vera):  # noqa: F811
    client.force_login(layla.user)
    suspend(layla, by=vera)
    client.force_login(layla.user)
    before = programme_tables()
    for name in ACCESS:
        if name.startswith("account_logout"):
            continue
        shut = name not in OPEN
        for method in (client.get, client.post) if shut else (client.get,):
            answer = method(address(name))
            said = b"Your membership is suspended" in answer.content and answer.status_code == 403
            assert said == shut, (name, method)
    assert programme_tables() == before


def test_the_page_says_why_until_when_and_whom_to_ask(clock, client, layla, vera):
    suspend(layla, by=vera, ends_at=timezone.now() + timedelta(days=3))
    client.force_login(layla.user)
    answer = client.get(reverse("dashboard"))
    page = answer.content.decode()
    assert answer.status_code == 403
    assert WORDS in page
    assert "It is suspended until" in page
    assert reverse("contact") in page
    assert "Seen twice" not in page
    assert "no-store" in answer["Cache-Control"]
    assert client.get(reverse("contact")).status_code == 200


def test_an_open_session_ends_and_points_stay(client, layla, vera, camera, register):
    register(layla, camera, serial="012345678901")
    client.force_login(layla.user)
    assert client.get(reverse("dashboard")).status_code == 200
    total = standing.on(layla.pk, NOON.date())
    suspend(layla, by=vera)
    assert client.get(reverse("dashboard")).status_code == 302
    assert standing.on(layla.pk, NOON.date()) == total


def test_the_card_scans_as_not_valid_while_it_lasts(clock, client, layla, vera):
    scan = reverse("card-check", args=[token_of(layla.pk, 1)])
    assert client.get(scan).status_code == 200
    suspension = suspend(layla, by=vera)
    assert client.get(scan).status_code == 404
    suspending.lift(suspension.pk, reason="Explained", by=vera, at=timezone.now())
    assert client.get(scan).status_code == 200


def test_its_last_day_ends_it_without_a_job(clock, client, layla, vera, time_machine):
    suspend(layla, by=vera, ends_at=timezone.now() + timedelta(hours=1))
    client.force_login(layla.user)
    assert client.get(reverse("dashboard")).status_code == 403
    time_machine.move_to(NOON + timedelta(hours=2), tick=False)
    assert client.get(reverse("dashboard")).status_code == 200
    assert suspend(layla, by=vera).pk


def test_care_suspends_and_lifts_and_the_member_is_told(clock, layla):
    care = as_role(Role.MEMBER_CARE)
    page = reverse("admin:members_member_change", args=[layla.pk])
    suspend_page = reverse("admin:member_suspend", args=[layla.pk])
    assert suspend_page in care.get(page).content.decode()
    post = {"reason": "Seen twice", "words": WORDS, "until": day(10)}
    assert care.post(suspend_page, post).url == page
    row = MemberSuspension.objects.get()
    assert (row.reason, row.words, row.role, str(row.ends_at.date())) == ("Seen twice", WORDS, "Member care", day(10))
    again = care.post(suspend_page, post)
    assert (again.status_code, MemberSuspension.objects.count()) == (200, 1)
    assert "This membership is suspended." in again.content.decode()
    lift = reverse("admin:member_lift", args=[layla.pk])
    assert lift in care.get(page).content.decode()
    assert care.post(lift, {"reason": "A mistake", "suspension": row.pk}).url == page
    stale = care.post(lift, {"reason": "A mistake", "suspension": row.pk})
    assert "Somebody has lifted it meanwhile" in stale.content.decode()
    kinds = Message.objects.filter(user=layla.user, kind__contains="suspended").order_by("pk")
    assert [(row.kind) for row in kinds] == ["suspended", "unsuspended"]


@pytest.mark.parametrize("data", [{"until": day(0)}, {"until": day(-3)}, {"words": ""}, {"reason": " "}])
def test_what_is_missing_or_wrong_is_said_and_nothing_written(clock, layla, data):
    post = {"reason": "Seen twice", "words": WORDS, "until": day(10), **data}
    answer = as_role(Role.MEMBER_CARE).post(reverse("admin:member_suspend", args=[layla.pk]), post)
    assert answer.status_code == 200
    assert not MemberSuspension.objects.exists()


@pytest.mark.parametrize("role", EVERYBODY)
def test_only_care_and_the_superuser_suspend(clock, layla, role):
    answer = as_role(role).post(
        reverse("admin:member_suspend", args=[layla.pk]), {"reason": "Seen twice", "words": WORDS}
    )
    allowed = role in (Role.MEMBER_CARE, SUPERUSER)
    assert answer.status_code == (302 if allowed else 403)
    assert MemberSuspension.objects.exists() == allowed


def test_a_suspension_of_another_member_is_not_lifted_from_this_page(clock, layla, omar, vera):
    row = suspend(omar, by=vera)
    care = as_role(Role.MEMBER_CARE)
    care.post(reverse("admin:member_lift", args=[layla.pk]), {"reason": "A mistake", "suspension": row.pk})
    row.refresh_from_db()
    assert row.lifted_at is None


def test_staff_and_closed_members_are_not_suspended(clock, layla, vera):
    staff = MemberFactory(user=staff_user(SUPERUSER))
    with pytest.raises(SuspendError, match="staff"):
        suspend(staff, by=vera)
    layla.closed_at = NOON
    layla.save(update_fields=["closed_at"])
    with pytest.raises(SuspendError, match="closed"):
        suspend(layla, by=vera)


def test_others_are_not_touched(clock, layla, omar, vera):
    suspend(omar, by=vera)
    client = Client()
    client.force_login(layla.user)
    assert client.get(reverse("dashboard")).status_code == 200
