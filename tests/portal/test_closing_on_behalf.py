"""Member care closes an account as if the member had asked: told with role and reason, and undone by them."""

from datetime import timedelta

import pytest
from django.urls import reverse

from cps_portal.privacy import closing
from members import letters
from members.models import Closing, Message
from members.rules.roles import Role
from tests.factories import NOON
from tests.portal.staff import EVERYBODY, SUPERUSER, as_role

pytestmark = pytest.mark.django_db
REASON = {"reason": "Asked for on the phone"}


def address(member):
    return reverse("admin:member_close", args=[member.pk])


def test_the_member_is_told_role_and_reason_and_undoes_it(clock, layla, client):
    assert as_role(Role.MEMBER_CARE).post(address(layla), REASON).status_code == 302
    begun = Closing.objects.get()
    assert (begun.role, begun.reason, begun.by.name) == ("Member care", REASON["reason"], "Member care")
    assert begun.ends_at == NOON + timedelta(days=7, hours=1)
    letter = letters.write(Message.objects.get(kind="closing_begun")).text
    for text in (letter.text, letter.html):
        assert "our staff (Member care) asked for your account to be closed" in text
        assert REASON["reason"] in text
        assert "you asked us" not in text
    client.post(reverse("account-close-undo", args=[closing.sign(begun)]))
    begun.refresh_from_db()
    assert begun.undone_at is not None


def test_a_second_submit_is_refused_and_a_members_own_repeats(clock, layla):
    care = as_role(Role.MEMBER_CARE)
    care.post(address(layla), REASON)
    assert "being closed already" in care.post(address(layla), REASON).content.decode()
    assert closing.ask(layla.pk, at=NOON) == Closing.objects.get()
    assert Message.objects.filter(kind="closing_begun").count() == 1


def test_carried_out_it_keeps_no_word_of_why(clock, layla):
    as_role(Role.MEMBER_CARE).post(address(layla), REASON)
    closing.carry_out_due(at=NOON + timedelta(days=8))
    begun = Closing.objects.get()
    assert begun.done_at is not None
    assert (begun.role, begun.reason) == ("", "")


@pytest.mark.parametrize("role", EVERYBODY)
def test_only_care_and_the_superuser(clock, layla, role):
    answer = as_role(role).post(address(layla), REASON)
    assert (answer.status_code == 302) == Closing.objects.exists() == (role in (Role.MEMBER_CARE, SUPERUSER))


def test_without_a_reason_nothing_begins(clock, layla):
    assert as_role(Role.MEMBER_CARE).post(address(layla), {"reason": " "}).status_code == 200
    assert not Closing.objects.exists()
