"""Every address of the staff pages: visitors sign in, members are refused, staff show a second factor."""

import base64
import re
import time

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from django.contrib import admin
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from cps_portal.admin_site import PortalAdminSite
from tests.factories import UserFactory
from tests.members.test_signing_in import SECRET, app_code, sign_in, with_password

pytestmark = pytest.mark.django_db


# By the kind of an argument; nothing has these keys.
IN_PLACE_OF = {"int": "1", "path": "1", "str": "1", "slug": "labels", "uuid": "00000000-0000-4000-8000-000000000000"}


def admin_addresses():
    """Every pattern under /admin/, with something in place of its arguments."""

    def walk(patterns, prefix):
        for entry in patterns:
            route = prefix + str(entry.pattern)
            if isinstance(entry, URLResolver):
                yield from walk(entry.url_patterns, route)
            elif isinstance(entry, URLPattern):
                yield route

    resolver = next(entry for entry in get_resolver().url_patterns if str(entry.pattern) == "admin/")
    filled = {
        "<id>": "1",
        r"^(?P<app_label>auth|account|kitbag|members)/$": "members/",
        "(?P<url>.*)$": "nowhere",
    }
    for route in walk(resolver.url_patterns, "/admin/"):
        address = re.sub(r"<(\w+):\w+>", lambda found: IN_PLACE_OF[found[1]], route)
        for pattern, value in filled.items():
            address = address.replace(pattern, value)
        if "(?P" in address:
            address = "/admin/members/" if "app_label" in address else address.split("(?P")[0].rstrip("^") + "x"
        yield address


ADDRESSES = sorted(set(admin_addresses()))


@pytest.fixture
def staff(db):
    return with_password(UserFactory(email="vera@example.org", is_staff=True, is_superuser=True))


@pytest.fixture
def with_app(client, staff):
    TOTP.activate(staff, SECRET)
    answer = sign_in(client, staff)
    client.post(answer.url, {"code": app_code()})
    return client


def test_the_staff_site_is_ours():
    assert isinstance(admin.site, PortalAdminSite)
    assert len(ADDRESSES) > 10


@pytest.mark.parametrize("method", ["get", "post"])
def test_visitors_sign_in_first(client, method):
    for address in ADDRESSES:
        answer = getattr(client, method)(address)
        assert answer.status_code == 302, address
        assert answer.url.startswith(reverse("account_login")), address


def test_members_are_refused(client, layla):
    client.force_login(layla.user)
    for address in ADDRESSES:
        assert client.get(address).status_code == 403, address


@pytest.mark.parametrize("method", ["get", "post"])
def test_staff_without_a_second_factor_are_told_what_they_need(client, staff, method):
    sign_in(client, staff)
    for address in ADDRESSES:
        answer = getattr(client, method)(address)
        assert answer.status_code == 302, address
        assert answer.url.startswith(reverse("staff-second-factor")), address
    page = client.get(answer.url)
    assert page.status_code == 200
    assert reverse("mfa_activate_totp") in page.content.decode()


def test_staff_with_an_app_pass(with_app):
    for address in ADDRESSES:
        answer = with_app.get(address)
        # An act is only posted to (405): who asks has passed all the same.
        assert answer.status_code in (200, 302, 403, 404, 405), (address, answer.status_code)
        if answer.status_code == 302:
            assert not answer.url.startswith((reverse("staff-second-factor"), reverse("account_login"))), address
    assert with_app.get(reverse("admin:index")).status_code == 200


def test_setting_an_app_up_is_not_yet_confirming_with_it(client, staff):
    sign_in(client, staff)
    TOTP.activate(staff, SECRET)
    desk = reverse("admin:index")
    asked = client.get(desk)
    page = client.get(asked.url).content.decode()
    confirm = f"{reverse('mfa_reauthenticate')}?next=/admin/"
    assert confirm in page.replace("%2F", "/")
    assert client.post(confirm, {"code": "000000", "next": desk}).status_code == 200
    assert client.get(desk).status_code == 302
    assert client.post(confirm, {"code": app_code(), "next": desk}).url == desk
    assert client.get(desk).status_code == 200
    assert client.get(asked.url).url == desk


def test_a_recovery_code_opens_no_staff_page(client, staff):
    TOTP.activate(staff, SECRET)
    codes = Authenticator.objects.create(
        user=staff, type="recovery_codes", data={"migrated_codes": ["12345678"], "used_mask": 0}
    )
    answer = sign_in(client, staff)
    assert client.post(answer.url, {"code": "12345678"}).status_code == 302
    codes.refresh_from_db()
    assert client.session["_auth_user_id"] == str(staff.pk)
    assert client.get(reverse("admin:index")).url.startswith(reverse("staff-second-factor"))


def test_a_removed_authenticator_opens_nothing(with_app, staff):
    Authenticator.objects.filter(user=staff).delete()
    assert with_app.get(reverse("admin:index")).url.startswith(reverse("staff-second-factor"))


def test_a_confirmation_lasts_eight_hours(with_app, time_machine):
    time_machine.move_to(time.time() + 7 * 60 * 60)
    assert with_app.get(reverse("admin:index")).status_code == 200
    session = with_app.session
    session.set_expiry(30 * 24 * 60 * 60)
    session.save()
    time_machine.move_to(time.time() + 2 * 60 * 60)
    assert with_app.get(reverse("admin:index")).url.startswith(reverse("staff-second-factor"))


def test_another_persons_confirmation_is_no_use(with_app, staff):
    other = UserFactory(is_staff=True, is_superuser=True)
    TOTP.activate(other, base64.b32encode(b"other-bytes-of-keys-").decode())
    session = with_app.session
    records = session["account_authentication_methods"]
    with_app.force_login(other)
    session = with_app.session
    session["account_authentication_methods"] = records
    session["account_authentication_methods_user"] = str(staff.pk)
    session.save()
    assert with_app.get(reverse("admin:index")).status_code == 302


def test_former_staff_are_refused(with_app, staff):
    staff.is_staff = False
    staff.save(update_fields=["is_staff"])
    assert with_app.get(reverse("admin:index")).status_code == 403


def test_one_is_not_sent_elsewhere_after_confirming(with_app):
    url = reverse("staff-second-factor")
    for elsewhere in ("https://evil.example/", "//evil.example", "\x00"):
        assert with_app.get(url, {"next": elsewhere}).url == reverse("admin:index")
