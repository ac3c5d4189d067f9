"""Acting on a member's behalf: which pages, how long, whose name, and what the member sees (cps_portal/acting.py)."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from cps_portal.acting import ANYBODYS, OPEN, OWN, SESSION_KEY
from kitbag.models import ItemEvent
from members import acting
from members.models import Acting, ActingStep, Member, Message, StaffChange
from members.rules.roles import Role
from servicing.models import CentreClerk
from tests.factories import NOON, MemberFactory
from tests.portal.staff import EVERYBODY, SUPERUSER, as_role, confirmed, programme_tables, staff_user
from tests.test_access import ACCESS, address  # noqa: F401 (a fixture)

pytestmark = pytest.mark.django_db
REASON = {"reason": "Asked for on the phone"}
SHUT = b"Shut while acting for a member"


def begin(client, member):
    return client.post(reverse("admin:member_act", args=[member.pk]), REASON)


@pytest.fixture
def care(layla):
    """A clerk of member care who acts for Layla."""
    client = as_role(Role.MEMBER_CARE)
    assert begin(client, layla).url == reverse("dashboard")
    return client


def test_the_table_names_addresses_that_exist():
    assert set(ACCESS) >= OPEN
    assert not set(OWN) & set(ANYBODYS)
    for name in OPEN:
        assert not name.startswith(("mfa_", "usersessions", "account-export", "account-close", "account-email"))
    assert [name for name in OPEN if name.startswith("account_")] == ["account_logout"]


def test_every_address_is_open_or_shut_as_the_table_says(address, care, layla):  # noqa: F811
    before = programme_tables()
    for name in ACCESS:
        answer = care.get(address(name))
        assert (SHUT in answer.content and answer.status_code == 403) == (name not in OPEN), name
        if name in OWN:
            assert answer.status_code in (200, 302, 405), (name, answer.status_code)
    assert programme_tables() == before
    for name in set(ACCESS) - OPEN:
        assert SHUT in care.post(address(name)).content, name
    assert programme_tables() == before


def test_the_pages_are_the_members_with_a_bar_on_each_and_nothing_is_kept_in_caches(care, layla):
    answer = care.get(reverse("dashboard"))
    page = answer.content.decode()
    assert "You act for" in page
    assert layla.spaced_number in page
    assert reverse("acting-stop") in page
    assert "no-store" in answer["Cache-Control"]
    assert "You act for" in care.get(reverse("admin:index")).content.decode()
    assert layla.user.name in care.get(reverse("card")).content.decode()


def test_what_is_sent_in_is_the_clerks_by_name_and_the_member_sees_it(care, layla, camera, client):
    post = {"product": camera.sku, "then": "save"}
    care.post(reverse("what-if-drafts"), {"bag": camera.sku})
    care.post(reverse("kitbag-add"), post)
    steps = list(ActingStep.objects.values_list("page", flat=True))
    assert steps == ["what-if-drafts", "kitbag-add"]
    for event in ItemEvent.objects.filter(item__member=layla):
        assert event.by.name == "Member care"
    client.force_login(layla.user)
    looks = client.get(reverse("account-looks")).content.decode()
    assert REASON["reason"] in looks
    assert "Member care" in looks
    assert Message.objects.filter(user=layla.user, kind="staff_acted").count() == 1


def test_an_address_that_staff_save_is_on_the_audit_trail(care, layla):
    care.post(
        reverse("account-address-new"),
        {
            "label": "Studio",
            "name": "Layla",
            "street": "1 Street",
            "town": "London",
            "country": "GB",
            "postcode": "W1A 1AA",
        },
    )
    assert layla.addresses.count() == 1
    change = StaffChange.objects.get(table="members_address")
    assert (change.why, change.by.name) == (REASON["reason"], "Member care")


def test_it_ends_by_itself_and_a_form_sent_too_late_is_refused(clock, layla, time_machine):
    client = as_role(Role.MEMBER_CARE)
    begin(client, layla)
    time_machine.move_to(NOON + timedelta(hours=1, minutes=29), tick=False)
    assert client.get(reverse("kitbag")).status_code == 200
    time_machine.move_to(NOON + timedelta(hours=1, minutes=30), tick=False)
    late = client.post(reverse("account-address-new"), {"label": "Studio"})
    assert (late.status_code, b"on nobody" in late.content) == (403, True)
    assert SESSION_KEY not in client.session
    assert client.get(reverse("kitbag")).status_code == 403
    assert not ActingStep.objects.exists()


def test_stop_goes_back_to_the_members_page_and_shuts_theirs(care, layla):
    assert care.post(reverse("acting-stop")).url == reverse("admin:members_member_change", args=[layla.pk])
    assert care.get(reverse("kitbag")).status_code == 403
    assert Acting.objects.get().ended_at is not None
    assert care.get(reverse("account")).status_code == 200


def form_of(client, name):
    answer = client.get(reverse(name))
    return {"csrfmiddlewaretoken": str(answer.context["csrf_token"]), "label": "Studio"}


@pytest.mark.parametrize("then", ["stopped", "another"])
def test_a_form_opened_for_one_member_is_refused_after_stop_and_for_another(layla, omar, then):
    user = staff_user(Role.MEMBER_CARE)
    MemberFactory(user=user)  # even where the clerk has pages of their own
    client = confirmed(user)
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = client.cookies
    begin(client, layla)
    old = form_of(strict, "account-address-new")
    assert strict.post(reverse("account-address-new"), old).status_code == 200
    if then == "stopped":
        client.post(reverse("acting-stop"))
    else:
        begin(client, omar)
    refused = strict.post(reverse("account-address-new"), old)
    assert (refused.status_code, b"open too long" in refused.content) == (403, True)
    assert strict.post(reverse("account-address-new"), form_of(strict, "account-address-new")).status_code == 200


def test_beginning_with_another_ends_the_one_before(care, layla, omar):
    begin(care, omar)
    ended, running = Acting.objects.order_by("pk")
    assert (ended.member, ended.ended_at is not None) == (layla, True)
    assert (running.member, running.ended_at) == (omar, None)
    assert omar.spaced_number in care.get(reverse("kitbag")).content.decode()


@pytest.mark.parametrize("role", EVERYBODY)
def test_only_care_and_the_superuser_act(layla, role):
    client = as_role(role)
    allowed = role in (Role.MEMBER_CARE, SUPERUSER)
    assert begin(client, layla).status_code == (302 if allowed else 403)
    assert client.get(reverse("kitbag")).status_code == (200 if allowed else 403)


def test_who_becomes_centre_staff_or_loses_the_role_stops_at_once(care, layla):
    user = Acting.objects.get().by
    user.groups.clear()
    assert care.get(reverse("kitbag")).status_code == 403
    assert not CentreClerk.objects.exists()


def test_the_key_of_somebody_elses_acting_opens_nothing(care, layla):
    other = confirmed(staff_user(SUPERUSER))
    session = other.session
    session[SESSION_KEY] = Acting.objects.get().pk
    session.save()
    assert other.get(reverse("kitbag")).status_code == 403


def test_nobody_acts_for_staff_for_the_closed_or_the_suspended(clock, layla, omar, vera):
    Member.objects.filter(pk=omar.pk).update(closed_at=NOON)
    for member, code in ((MemberFactory(user=vera), "staff"), (omar, "closed")):
        with pytest.raises(acting.ActingError, match=code):
            acting.begin(member.pk, reason="x", by=vera, at=timezone.now())
