"""Signing in and out, sessions, and what protects an account (programme §1)."""

import base64
import re
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.contrib.sessions.models import Session
from django.urls import reverse
from django.utils import timezone

from members.models import Message, User
from tests.factories import MemberFactory, UserFactory
from tests.members.test_joining import code_mailed_to

pytestmark = pytest.mark.django_db

SIGN_IN = reverse("account_login")
PASSWORD = "a-long-lens-9"
SECRET = base64.b32encode(b"twenty-bytes-of-keys").decode()


def with_password(user):
    user.set_password(PASSWORD)
    user.save(update_fields=["password"])
    EmailAddress.objects.create(user=user, email=user.email, primary=True, verified=True)
    return user


def app_code():
    return format_hotp_value(hotp_value(SECRET, next(iter(yield_hotp_counters_from_time()))))


def sign_in(client, user, **more):
    return client.post(SIGN_IN, {"login": user.email, "password": PASSWORD, **more})


@pytest.fixture
def nadia(db):
    member = MemberFactory(user__name="Nadia Rahman", user__email="nadia@example.org", user__language="ar")
    with_password(member.user)
    return member.user


def test_with_a_password(client, nadia):
    answer = sign_in(client, nadia)
    assert answer.url == reverse("dashboard")
    assert client.session["_auth_user_id"] == str(nadia.pk)


def test_the_address_in_other_letters_is_the_same(client, nadia):
    client.post(SIGN_IN, {"login": " NADIA@Example.org ", "password": PASSWORD})
    assert client.session["_auth_user_id"] == str(nadia.pk)


def test_signing_in_sets_the_language_of_the_user(client, nadia):
    answer = sign_in(client, nadia)
    assert answer.cookies["django_language"].value == "ar"
    assert 'lang="ar" dir="rtl"' in client.get(reverse("account")).content.decode()


def test_one_comes_back_to_the_page_one_wanted(client, nadia):
    wanted = reverse("account")
    answer = client.get(wanted)
    assert answer.url == f"{SIGN_IN}?next={wanted}"
    assert sign_in(client, nadia, next=wanted).url == wanted


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", "\x00"])
def test_nobody_is_sent_elsewhere(client, nadia, elsewhere):
    assert sign_in(client, nadia, next=elsewhere).url == reverse("dashboard")


def test_wrong_password_and_unknown_address_get_the_same_answer(client, nadia):
    def answer(address):
        page = client.post(SIGN_IN, {"login": address, "password": "not-this-one-9"})
        body = re.sub(rb'(csrfmiddlewaretoken" value=")[^"]+', rb"\1", page.content)
        return page.status_code, body.replace(address.encode(), b"")

    assert answer(nadia.email) == answer("nobody@example.org")


def test_with_a_mailed_code(client, nadia):
    answer = client.post(reverse("account_request_login_code"), {"email": nadia.email})
    assert answer.url == reverse("account_confirm_login_code")
    answer = client.post(answer.url, {"code": code_mailed_to(nadia.email)})
    assert answer.url == reverse("dashboard")


def test_asking_for_a_code_says_the_same_for_unknown_addresses(client, nadia):
    pages = []
    for address in (nadia.email, "nobody@example.org"):
        client.cookies.clear()
        asked = client.post(reverse("account_request_login_code"), {"email": address})
        page = client.get(asked.url)
        body = re.sub(rb'(csrfmiddlewaretoken" value=")[^"]+', rb"\1", page.content)
        pages.append((asked.status_code, asked.url, page.status_code, body.replace(address.encode(), b"")))
    assert pages[0] == pages[1]
    assert "No account uses" in Message.objects.get(sealed__to="nobody@example.org").sealed["text"]


def test_a_forgotten_password_is_replaced_by_code(client, nadia):
    answer = client.post(reverse("account_reset_password"), {"email": nadia.email})
    answer = client.post(answer.url, {"code": code_mailed_to(nadia.email)})
    answer = client.post(answer.url, {"password1": "another-lens-77", "password2": "another-lens-77"})
    assert answer.status_code == 302
    nadia.refresh_from_db()
    assert nadia.check_password("another-lens-77")


def test_too_many_wrong_passwords_lock_the_door_for_a_while(client, nadia):
    for _try in range(5):
        client.post(SIGN_IN, {"login": nadia.email, "password": "wrong"})
    page = sign_in(client, nadia)
    assert page.status_code == 200
    assert "_auth_user_id" not in client.session


def test_a_rate_limit_answers_with_the_portals_page(client):
    for _try in range(21):
        page = client.post(reverse("account_signup"), {"email": "x"})
    assert page.status_code == 429
    assert 'id="main"' in page.content.decode()


def test_rate_limits_live_in_postgres(client, nadia, django_assert_max_num_queries):
    from django.core.cache import cache
    from django.db import connection

    client.post(SIGN_IN, {"login": nadia.email, "password": "wrong"})
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM portal_cache WHERE cache_key LIKE '%%login_failed%%'")
        assert cursor.fetchone()[0] > 0
    assert cache._max_entries >= 100_000


def test_an_authenticator_app_is_asked_for_after_the_password(client, nadia):
    TOTP.activate(nadia, SECRET)
    answer = sign_in(client, nadia)
    assert answer.url == reverse("mfa_authenticate")
    assert "_auth_user_id" not in client.session
    assert client.post(answer.url, {"code": "000000"}).status_code == 200
    assert client.post(answer.url, {"code": app_code()}).url == reverse("dashboard")


def test_setting_up_an_app_asks_for_the_password_first_and_gives_recovery_codes(client, nadia):
    sign_in(client, nadia)
    set_up = reverse("mfa_activate_totp")
    answer = client.get(set_up)
    assert answer.url.startswith(reverse("account_reauthenticate"))
    answer = client.post(answer.url, {"password": PASSWORD})
    assert answer.url == set_up
    page = client.get(set_up)
    assert "style=" not in page.content.decode()
    secret = page.context["form"].secret
    code = format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))
    answer = client.post(set_up, {"code": code})
    assert answer.url == reverse("mfa_view_recovery_codes")
    codes = client.get(answer.url).context["unused_codes"]
    assert len(codes) == 10
    client.logout()
    answer = sign_in(client, nadia)
    assert client.post(answer.url, {"code": codes[0]}).url == reverse("dashboard")


SECURITY_CHANGES = [
    ("mfa_activate_totp", {}),
    ("mfa_add_webauthn", {}),
    ("mfa_generate_recovery_codes", {}),
    ("account_email", {"email": "new@example.org", "action_add": "1"}),
]


@pytest.mark.parametrize(("name", "sent"), SECURITY_CHANGES)
def test_security_changes_ask_who_it_is(client, nadia, name, sent):
    sign_in(client, nadia)
    url = reverse(name)
    answer = client.post(url, sent) if sent else client.get(url)
    assert answer.status_code == 302
    assert answer.url.startswith(reverse("account_reauthenticate"))
    assert not Authenticator.objects.exists()
    assert not Message.objects.filter(sealed__to="new@example.org").exists()


def test_the_old_password_is_asked_for_a_new_one(client, nadia):
    sign_in(client, nadia)
    change = reverse("account_change_password")
    new = {"password1": "another-lens-77", "password2": "another-lens-77"}
    assert client.post(change, {"oldpassword": "wrong", **new}).status_code == 200
    assert client.post(change, {"oldpassword": PASSWORD, **new}).status_code == 302
    told = Message.objects.get(user=nadia).sealed
    assert told["to"] == nadia.email


def test_a_new_address_counts_once_its_code_is_entered(client, nadia):
    sign_in(client, nadia)
    change = reverse("account_email")
    answer = client.post(change, {"email": "New@Example.org", "action_add": "1"})
    answer = client.post(answer.url, {"password": PASSWORD})
    page = client.get(change)
    assert "style=" not in page.content.decode()
    assert User.objects.get(pk=nadia.pk).email == "nadia@example.org"
    code = {"code": code_mailed_to("new@example.org")}
    led = client.post(reverse("account_email_verification_sent"), code, follow=True)
    assert led.redirect_chain == [(reverse("account"), 302)]
    assert ["new@example.org" in str(message) for message in led.context["messages"]] == [True]
    assert User.objects.get(pk=nadia.pk).email == "new@example.org"
    assert Message.objects.filter(sealed__to="nadia@example.org").exists()


def test_sessions_are_listed_and_ended(client, nadia, client_elsewhere):
    sign_in(client, nadia)
    sign_in(client_elsewhere, nadia)
    client.get(reverse("account"))
    page = client.get(reverse("usersessions_list"))
    assert len(page.context["sessions"]) == 2
    client.post(reverse("usersessions_list"))
    assert client.get(reverse("account")).status_code == 200
    assert client_elsewhere.get(reverse("account")).status_code == 302


@pytest.fixture
def client_elsewhere():
    from django.test import Client

    return Client(headers={"user-agent": "Another browser"})


def test_signing_out_takes_a_post(client, nadia):
    sign_in(client, nadia)
    assert client.get(reverse("account_logout")).status_code == 200
    assert "_auth_user_id" in client.session
    assert client.post(reverse("account_logout")).url == "/"
    assert "_auth_user_id" not in client.session


def test_a_members_session_lasts_thirty_days_and_a_staff_session_eight_hours(client, nadia):
    sign_in(client, nadia)
    assert client.session.get_expiry_age() == 30 * 24 * 60 * 60
    client.logout()
    sign_in(client, with_password(UserFactory(email="vera@example.org", is_staff=True)))
    assert client.session.get_expiry_age() == 8 * 60 * 60
    assert Session.objects.latest("expire_date").expire_date < timezone.now() + timedelta(hours=9)


def test_staff_without_membership_land_on_their_desk(client):
    vera = with_password(UserFactory(email="vera@example.org", is_staff=True))
    assert sign_in(client, vera).url == reverse("admin:index")


def test_a_closed_account_does_not_sign_in(client, nadia):
    nadia.is_active = False
    nadia.save(update_fields=["is_active"])
    answer = sign_in(client, nadia)
    assert "_auth_user_id" not in client.session
    assert client.get(reverse("account_inactive")).status_code == 200
    assert answer.status_code in (200, 302)


def test_mail_is_written_in_the_readers_language(client, nadia):
    client.post(reverse("account_request_login_code"), {"email": nadia.email})
    sealed = Message.objects.get().sealed
    assert 'lang="ar"' in sealed["html"]
    assert "<script" not in sealed["html"]


def test_scripts_of_passkeys_are_files_of_ours(client):
    page = client.get(SIGN_IN)
    body = page.content.decode()
    assert "mfa/js/webauthn" in body
    assert not re.search(r"<script(?![^>]*(src=\"/static/|application/json))", body)
    assert "script-src 'self'" in page.headers["Content-Security-Policy"]


ODD = ["", "\x00", "a" * 100_000, "\u202e", "📷", "１２３４", "ABCD-\x00EFG", "<b>"]


@pytest.mark.parametrize("value", ODD, ids=lambda value: repr(value)[:12])
@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("account_login", ["login", "password"]),
        ("account_request_login_code", ["email"]),
        ("account_reset_password", ["email"]),
    ],
)
def test_odd_input_at_the_door(client, name, fields, value):
    page = client.post(reverse(name), dict.fromkeys(fields, value))
    assert page.status_code == 200
    assert page.context["form"].errors


@pytest.mark.parametrize("value", ODD, ids=lambda value: repr(value)[:12])
def test_odd_codes(client, nadia, value):
    answer = client.post(reverse("account_request_login_code"), {"email": nadia.email})
    assert client.post(answer.url, {"code": value}).status_code == 200
    assert "_auth_user_id" not in client.session
