"""What has expired goes; members and facts stay."""

from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection

from members import messages, retention
from members.models import Message, User
from tests.factories import NOON, UserFactory

pytestmark = pytest.mark.django_db
LONG_AGO = NOON - timedelta(days=31)


def test_sessions_that_have_lapsed_go():
    for key, days in (("old", -1), ("new", 1)):
        Session.objects.create(session_key=key, session_data="x", expire_date=NOON + timedelta(days=days))
    assert retention.clear_expired(at=NOON).sessions == 1
    assert list(Session.objects.values_list("session_key", flat=True)) == ["new"]


def test_lapsed_limits_leave_the_cache(time_machine):
    time_machine.move_to(NOON, tick=False)
    call_command("createcachetable", verbosity=0)
    cache.set("lapsed", 1, timeout=60)
    cache.set("lasting", 1, timeout=3600)
    assert retention.clear_expired(at=NOON + timedelta(minutes=5)).limits == 1
    with connection.cursor() as cursor:
        cursor.execute("SELECT cache_key FROM portal_cache")
        assert cursor.fetchall() == [(":1:lasting",)]


def test_a_joining_never_finished_is_forgotten_and_nobody_else(layla):
    User.objects.filter(pk=layla.user.pk).update(date_joined=LONG_AGO)
    UserFactory(email="unfinished@example.org", date_joined=LONG_AGO)
    UserFactory(email="staff@example.org", date_joined=LONG_AGO, is_staff=True)
    UserFactory(email="visitor@example.org", date_joined=LONG_AGO, last_login=LONG_AGO)
    UserFactory(email="yesterday@example.org", date_joined=NOON - timedelta(days=1))
    proven = UserFactory(email="proven@example.org", date_joined=LONG_AGO)
    EmailAddress.objects.create(user=proven, email=proven.email, verified=True)
    unproven = UserFactory(email="unproven@example.org", date_joined=LONG_AGO)
    EmailAddress.objects.create(user=unproven, email=unproven.email, verified=False)
    assert retention.clear_expired(at=NOON).accounts == 2
    assert set(User.objects.values_list("email", flat=True)) == {
        "layla@example.org",
        "staff@example.org",
        "visitor@example.org",
        "yesterday@example.org",
        "proven@example.org",
    }


def test_the_text_of_undelivered_security_mail_is_erased_after_three_days():
    user = UserFactory()
    for days in (2, 4):
        messages.post_security(
            user=user, address=user.email, subject="A", text="1", html="", at=NOON - timedelta(days=days)
        )
    assert retention.clear_expired(at=NOON).sealed == 1
    old, new = Message.objects.order_by("created_at")
    assert (old.sealed, old.parked_at) == (None, NOON)
    assert (new.sealed["text"], new.parked_at) == ("1", None)


def test_it_may_run_twice(layla):
    Session.objects.create(session_key="old", session_data="x", expire_date=LONG_AGO)
    call_command("createcachetable", verbosity=0)
    retention.clear_expired(at=NOON)
    retention.clear_expired(at=NOON)
    assert not Session.objects.exists()
    assert User.objects.filter(pk=layla.user.pk).exists()
