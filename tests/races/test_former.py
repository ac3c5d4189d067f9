"""Races over the file of old accounts. Each has a control: with its guard removed the same race goes wrong."""

import threading

import pytest
from django.contrib.admin.models import LogEntry
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models.query import QuerySet

from members import former
from members.models import FormerAccount, FormerImport, Message
from members.rules import former as rules
from members.rules.roles import Role
from tests.factories import NOON, FormerAccountFactory
from tests.portal.staff import SUPERUSER, as_role

pytestmark = pytest.mark.usefixtures("committed_db")
ADD = "/admin/members/formerimport/add/"
BOTH = (Role.MEMBER_CARE, SUPERUSER)
LINES = [",".join(rules.HEADINGS), "a@example.org,Ada,GB,Gold,,EOS R5|1", "b@example.org,Ben,DE,1,2,"]


def confirming(role):
    """Somebody of the staff who has seen the dry run of the file and is about to confirm it."""
    client = as_role(role)
    # An error is told to every client of the process: which of them met it says the status.
    client.raise_request_exception = False
    file = SimpleUploadedFile("old.csv", "\n".join(LINES).encode())
    packed = client.post(ADD, {"file": file}).context["dry_run"]["packed"]
    assert packed
    return lambda: client.post(ADD, {"packed": packed}, follow=True)


@pytest.fixture
def meet_before_writing(monkeypatch):
    """Two who have found that the file is new wait for each other before they write that they read it."""
    gate, create = threading.Barrier(2), QuerySet.create

    def meet(self, **values):
        if self.model is FormerImport:
            gate.wait(timeout=20)
        return create(self, **values)

    monkeypatch.setattr(QuerySet, "create", meet)


def kept():
    return FormerImport.objects.count(), FormerAccount.objects.count(), LogEntry.objects.count()


def test_two_clerks_confirm_one_file_and_it_is_read_in_once(together, meet_before_writing):
    answers = together(*map(confirming, BOTH))
    said = sorted("2 accounts were read in." in answer.content.decode() for answer in answers)
    assert said == [False, True]
    assert sum("nothing was written twice" in answer.content.decode() for answer in answers) == 1
    assert kept() == (1, 2, 1)


def test_control_where_only_a_look_tells_of_a_file_the_second_clerk_meets_the_constraint(
    together, meet_before_writing, monkeypatch
):
    def look_then_create(self, defaults=None, **values):
        found = self.filter(**values).first()
        return (found, False) if found else (self.create(**values, **(defaults or {})), True)

    monkeypatch.setattr(QuerySet, "get_or_create", look_then_create)
    answers = together(*map(confirming, BOTH))
    assert sorted(answer.status_code for answer in answers) == [200, 500], "an error instead of words"
    assert kept() == (1, 2, 1)


def inviting():
    return former.invite(most=10, at=NOON)


def test_two_clerks_invite_everybody_once(together):
    FormerAccountFactory.create_batch(3, member=None, claimed_at=None, invited_at=None)
    assert sorted(together(inviting, inviting)) == [0, 3]
    assert Message.objects.filter(kind=Message.Kind.FORMER_INVITE).count() == 3


def test_control_without_the_lock_both_believe_they_invited_them(together, monkeypatch):
    FormerAccountFactory.create_batch(3, member=None, claimed_at=None, invited_at=None)
    gate, chosen = threading.Barrier(2), former.messages.post_many

    def meet(posts):
        gate.wait(timeout=20)
        chosen(posts)

    monkeypatch.setattr(QuerySet, "select_for_update", lambda self, **options: self._chain())
    monkeypatch.setattr(former.messages, "post_many", meet)
    assert together(inviting, inviting) == [3, 3]
    # What is left is the constraint of messages: nobody has two letters.
    assert Message.objects.filter(kind=Message.Kind.FORMER_INVITE).count() == 3
