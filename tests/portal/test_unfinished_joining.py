"""Joinings whose code was never entered are forgotten; members never are."""

from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.db import connection
from django.utils import timezone

from cps_portal.unfinished_joining import forget_unfinished
from kitbag.models import KitItem, Standing
from members.models import Member, User
from tests.factories import MemberFactory, ProductFactory
from tests.members.test_joining import CODE, FILLED, JOIN, code_mailed_to

pytestmark = pytest.mark.django_db
LATER = timedelta(days=31)


@pytest.fixture
def begun(client):
    ProductFactory(sku="eos-r5")
    client.post(JOIN, FILLED | {"bag": ["eos-r5", "eos-r5"]})
    # As after a commit: what was checked then is not asked again of rows that have gone since.
    connection.check_constraints()
    return User.objects.get(email="nadia@example.org")


def test_it_goes_with_its_drafts_after_thirty_days(begun, layla):
    assert forget_unfinished(at=timezone.now() + timedelta(days=29)) == 0
    assert forget_unfinished(at=timezone.now() + LATER) == 1
    assert not User.objects.filter(pk=begun.pk).exists()
    assert not KitItem.objects.exists()
    assert not EmailAddress.objects.exists()
    assert list(Member.objects.all()) == [layla]
    assert Standing.objects.count() == 1


def test_the_address_is_free_again(begun, client):
    forget_unfinished(at=timezone.now() + LATER)
    client.cookies.clear()
    client.post(JOIN, FILLED)
    assert client.post(CODE, {"code": code_mailed_to("nadia@example.org")}).status_code == 302
    assert client.session["_auth_user_id"]


def test_who_entered_the_code_stays(begun, client):
    client.post(CODE, {"code": code_mailed_to("nadia@example.org")})
    assert forget_unfinished(at=timezone.now() + LATER) == 0


def test_who_has_another_confirmed_address_or_came_in_stays(begun):
    EmailAddress.objects.create(user=begun, email="second@example.org", verified=True)
    assert forget_unfinished(at=timezone.now() + LATER) == 0
    EmailAddress.objects.filter(verified=True).delete()
    User.objects.filter(pk=begun.pk).update(last_login=timezone.now())
    assert forget_unfinished(at=timezone.now() + LATER) == 0


def test_members_without_an_address_of_their_own_yet_stay():
    MemberFactory(user__date_joined=timezone.now() - 10 * LATER)
    assert forget_unfinished(at=timezone.now()) == 0


def test_it_may_run_twice(begun):
    forget_unfinished(at=timezone.now())
    forget_unfinished(at=timezone.now())
    assert User.objects.filter(pk=begun.pk).exists()
