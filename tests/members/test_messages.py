"""Posting: a row in the caller's transaction, once per occasion; the worker is woken after the commit."""

from datetime import timedelta

import pytest
from celery import current_app
from django.db import IntegrityError, transaction
from kombu.exceptions import OperationalError

from members import messages
from members.models import Message
from tests.factories import NOON, UserFactory

pytestmark = pytest.mark.django_db

FACTS = {"item": "5b7c9e0a-0000-4000-8000-000000000001", "product": "EOS R5", "reasons": ["asked"], "note": ""}


def needs_you(user, occasion="1", **changes):
    given = {
        "user_id": user.pk,
        "kind": Message.Kind.ITEM_NEEDS_YOU,
        "about": "item 1",
        "occasion": occasion,
        "facts": FACTS,
        "at": NOON,
    }
    messages.post(**(given | changes))


@pytest.fixture
def calls(monkeypatch):
    """What was sent to the broker, in place of a broker."""
    sent = []
    monkeypatch.setattr(current_app._get_current_object(), "send_task", lambda name, **options: sent.append(name))
    monkeypatch.setattr(messages, "bell", messages.Bell(messages.WAKE_TASK))
    return sent


def test_the_same_occasion_is_posted_once():
    user = UserFactory()
    needs_you(user)
    needs_you(user, facts=FACTS | {"note": "again"})
    needs_you(user, occasion="2")
    assert list(Message.objects.order_by("occasion").values_list("occasion", "facts__note")) == [("1", ""), ("2", "")]


def test_two_people_each_get_theirs():
    needs_you(UserFactory())
    needs_you(UserFactory())
    assert Message.objects.count() == 2


def test_it_is_due_at_once_unless_told_otherwise():
    user = UserFactory()
    needs_you(user)
    needs_you(user, occasion="later", due_at=NOON + timedelta(days=3))
    assert list(Message.objects.order_by("due_at").values_list("due_at", flat=True)) == [
        NOON,
        NOON + timedelta(days=3),
    ]


def test_the_worker_is_woken_after_the_commit_only(calls, django_capture_on_commit_callbacks):
    user = UserFactory()
    with django_capture_on_commit_callbacks(execute=True):
        needs_you(user)
        assert calls == []
    assert calls == ["members.tasks.deliver_messages"]


def test_nothing_is_left_and_nobody_woken_when_the_transaction_fails(calls, django_capture_on_commit_callbacks):
    user = UserFactory()

    def fail():
        with transaction.atomic():
            needs_you(user)
            raise ZeroDivisionError

    with django_capture_on_commit_callbacks(execute=True) as woken, pytest.raises(ZeroDivisionError):
        fail()
    assert woken == []
    assert calls == []
    assert not Message.objects.exists()


def test_a_dead_broker_is_asked_once_and_then_left_in_peace(monkeypatch):
    tries = []

    def refuse(name, **options):
        tries.append(options)
        raise OperationalError("connection refused")

    monkeypatch.setattr(current_app._get_current_object(), "send_task", refuse)
    bell = messages.Bell(messages.WAKE_TASK)
    bell.ring()
    bell.ring()
    assert len(tries) == 1
    assert tries[0]["retry"] is False
    bell.quiet_until = 0.0
    bell.ring()
    assert len(tries) == 2


def test_security_mail_keeps_its_own_address():
    user = UserFactory(email="old@example.org")
    message = messages.post_security(
        user=user, address="new@example.org", subject="Code", text="123456", html="", at=NOON
    )
    assert (message.user, message.address) == (user, "")
    assert message.sealed["to"] == "new@example.org"
    stranger = messages.post_security(
        user=None, address="nobody@example.org", subject="Hello", text="No account", html="", at=NOON
    )
    assert (stranger.user, stranger.address) == (None, "nobody@example.org")


def test_each_security_mail_is_an_occasion_of_its_own():
    user = UserFactory()
    for _time in range(2):
        messages.post_security(user=user, address=user.email, subject="Code", text="1", html="", at=NOON)
    assert Message.objects.count() == 2


@pytest.mark.parametrize(
    ("changes", "constraint"),
    [
        ({"user_id": None, "address": ""}, "message_has_one_recipient"),
        ({"address": "somebody@example.org"}, "message_has_one_recipient"),
        ({"kind": "advert"}, "message_kind_known"),
        ({"sent_at": NOON, "sealed": {"text": "123456"}}, "message_sealed_erased_once_sent"),
    ],
)
def test_the_database_refuses(changes, constraint):
    user = UserFactory()
    given = {
        "user_id": user.pk,
        "kind": "security",
        "about": "account",
        "occasion": "1",
        "created_at": NOON,
        "due_at": NOON,
    }
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Message.objects.bulk_create([Message(**(given | changes))])


def test_the_database_refuses_the_same_occasion_twice():
    user = UserFactory()
    needs_you(user)
    with pytest.raises(IntegrityError, match="message_once_per_occasion"), transaction.atomic():
        Message.objects.bulk_create(
            [Message(user=user, kind="item_needs_you", about="item 1", occasion="1", created_at=NOON, due_at=NOON)]
        )
