"""A change of e-mail that the old address undoes: what comes back, what falls with it, and what refuses."""

import re
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from cps_portal import email_undo
from members.models import EmailChange, Message, User
from tests.factories import MemberFactory
from tests.members.test_joining import code_mailed_to
from tests.members.test_signing_in import PASSWORD, sign_in, with_password

pytestmark = pytest.mark.django_db
OLD, NEW = "nadia@example.org", "thief@example.org"


@pytest.fixture
def nadia(db):
    user = MemberFactory(user__name="Nadia Rahman", user__email=OLD).user
    with_password(user)
    return user


@pytest.fixture
def thief(nadia):
    """A browser that is signed in and has changed the address."""
    client = Client(headers={"user-agent": "Elsewhere"})
    change(client, nadia, NEW)
    return client


def change(client, user, to):
    user.refresh_from_db()
    sign_in(client, user)
    asked = client.post(reverse("account_email"), {"email": to, "action_add": "1"})
    if asked.url.startswith(reverse("account_reauthenticate")):
        client.post(asked.url, {"password": PASSWORD})
    client.post(reverse("account_email_verification_sent"), {"code": code_mailed_to(to)})
    assert User.objects.get(pk=user.pk).email == to


def link_mailed_to(address):
    """The link of the last mail about a change; None where it has none."""
    mail = Message.objects.filter(sealed__to=address, sealed__subject="Your e-mail address was changed").latest("pk")
    found = re.search(r"http\S+(/account/email/undo/\S+)", mail.sealed["text"])
    assert bool(found) == ("email/undo" in mail.sealed["html"])
    return found and found[1]


def test_the_old_address_takes_the_account_back(client, nadia, thief):
    link = link_mailed_to(OLD)
    page = client.get(link)
    assert (page.status_code, page.context["old"], page.context["new"]) == (200, OLD, NEW)
    assert User.objects.get(pk=nadia.pk).email == NEW, "a GET only shows"
    assert client.post(link).url == reverse("account_reset_password")
    nadia.refresh_from_db()
    assert (nadia.email, nadia.has_usable_password()) == (OLD, False)
    assert list(EmailAddress.objects.values_list("user", "email", "verified", "primary")) == [
        (nadia.pk, OLD, True, True)
    ]
    assert thief.get(reverse("account")).url.startswith(reverse("account_login"))
    assert "_auth_user_id" not in thief.session
    client.post(reverse("account_reset_password"), {"email": OLD})
    answer = client.post(reverse("account_confirm_password_reset_code"), {"code": code_mailed_to(OLD)})
    client.post(answer.url, {"password1": "another-lens-77", "password2": "another-lens-77"})
    assert User.objects.get(pk=nadia.pk).check_password("another-lens-77")
    for used in (client.get(link), client.post(link)):
        assert (used.status_code, used.context["refused"]) == (410, "used")
    assert User.objects.get(pk=nadia.pk).check_password("another-lens-77")


def test_codes_on_their_way_to_the_new_address_fall_with_it(client, nadia, thief):
    signing_in, resetting = Client(), Client()
    signing_in.post(reverse("account_request_login_code"), {"email": NEW})
    login_code = code_mailed_to(NEW)
    resetting.post(reverse("account_reset_password"), {"email": NEW})
    reset_code = code_mailed_to(NEW)
    client.post(link_mailed_to(OLD))
    signing_in.post(reverse("account_confirm_login_code"), {"code": login_code})
    assert "_auth_user_id" not in signing_in.session
    resetting.post(reverse("account_confirm_password_reset_code"), {"code": reset_code})
    asked = resetting.get(reverse("account_complete_password_reset"))
    assert asked.status_code == 302, "nothing to complete"
    assert not User.objects.get(pk=nadia.pk).has_usable_password()


def test_ways_of_signing_in_that_were_added_with_it_go_and_older_ones_stay(client, nadia, thief):
    kept = Authenticator.objects.create(user=nadia, type="totp", data={})
    Authenticator.objects.filter(pk=kept.pk).update(created_at=timezone.now() - timedelta(days=9))
    Authenticator.objects.create(user=nadia, type="webauthn", data={})
    client.post(link_mailed_to(OLD))
    assert list(Authenticator.objects.all()) == [kept]


def test_later_changes_fall_with_the_first_and_their_links_too(client, nadia, thief):
    change(thief, nadia, "third@example.org")
    first, second = link_mailed_to(OLD), link_mailed_to(NEW)
    client.post(first)
    assert User.objects.get(pk=nadia.pk).email == OLD
    assert client.post(second).status_code == 410
    assert User.objects.get(pk=nadia.pk).email == OLD


def test_ones_own_way_back_gives_the_address_between_no_link(client, nadia, thief):
    first = link_mailed_to(OLD)
    change(client, nadia, OLD)
    assert link_mailed_to(NEW) is None
    assert client.get(first).status_code == 410
    assert not EmailChange.objects.filter(undone_at=None).exists()


def test_an_address_that_was_taken_meanwhile_is_refused(client, nadia, thief):
    link = link_mailed_to(OLD)
    with_password(MemberFactory(user__email=OLD).user)
    for method in (client.get, client.post):
        page = method(link)
        assert page.status_code == 409
        assert "another account" in page.content.decode()
    assert User.objects.get(pk=nadia.pk).email == NEW


@pytest.mark.parametrize("how", ["expired", "erased", "inactive"])
def test_links_that_are_over_say_so_and_do_nothing(client, nadia, thief, how):
    link = link_mailed_to(OLD)
    row = EmailChange.objects.get()
    if how == "expired":
        EmailChange.objects.update(undo_until=timezone.now(), changed_at=row.changed_at - timedelta(days=14))
    elif how == "erased":
        row.delete()
    else:
        User.objects.filter(pk=nadia.pk).update(is_active=False)
    for method in (client.get, client.post):
        page = method(link)
        assert page.status_code == 410
        assert "This link no longer works" in page.content.decode()
        assert NEW not in page.content.decode()
    assert User.objects.get(pk=nadia.pk).email == NEW


@pytest.mark.parametrize("signed", ["1", "1:abc", "x" * 900, "١:", "📷"])
def test_links_that_we_did_not_sign(client, db, signed):
    assert client.post(reverse("account-email-undo", args=[signed])).status_code == 404
    assert email_undo.read(signed) is None
