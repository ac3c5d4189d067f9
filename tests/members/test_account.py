"""The account's own page."""

import pytest
from django.urls import reverse

from members.models import Acceptance, User
from tests.factories import NOON

pytestmark = pytest.mark.django_db
ACCOUNT = reverse("account")


def test_name_language_and_time_zone_can_be_changed(client, layla):
    client.force_login(layla.user)
    answer = client.post(ACCOUNT, {"name": " Layla  M ", "language": "ar", "time_zone": "Asia/Dubai"})
    assert answer.url == ACCOUNT
    assert answer.cookies["django_language"].value == "ar"
    layla.refresh_from_db()
    assert layla.time_zone == "Asia/Dubai"
    user = User.objects.get(pk=layla.user.pk)
    assert (user.name, user.language) == ("Layla M", "ar")


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        (" +44 (0)20 7946-0018 ", "+44 (0)20 7946-0018"),
        ("020/7946.0018", "020/7946.0018"),
        ("+٩٧١ ٤ ٣٠٤ ٠٠٠٠", "+971 4 304 0000"),
        ("\u202d12345\u202c", "12345"),
        ("+123456789012345", "+123456789012345"),
        ("", ""),
    ],
)
def test_a_phone_is_kept_as_written_in_digits_that_can_be_dialled(client, layla, typed, kept):
    client.force_login(layla.user)
    filled = {"name": "Layla", "language": "en", "time_zone": "Europe/London", "phone": typed, "field": "news"}
    assert client.post(ACCOUNT, filled).url == ACCOUNT
    layla.refresh_from_db()
    assert (layla.phone, layla.field) == (kept, "news")


def test_the_first_steps_ask_for_the_field_until_it_is_said(client, layla):
    client.force_login(layla.user)

    def steps():
        rows = client.get(reverse("dashboard")).context["first_steps"]["rows"]
        return {row["title"]: row["done"] for row in rows}

    assert steps()["Say what you photograph or film"] is False
    client.post(ACCOUNT, {"name": "Layla", "language": "en", "time_zone": "Europe/London", "field": "film"})
    assert steps()["Say what you photograph or film"] is True
    client.post(ACCOUNT, {"name": "Layla", "language": "en", "time_zone": "Europe/London", "field": ""})
    layla.refresh_from_db()
    assert layla.field == ""


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "\x00"),
        ("name", "x" * 500),
        ("language", "tlh"),
        ("language", ""),
        ("time_zone", "Europe/Atlantis"),
        ("time_zone", "../../etc/passwd"),
        ("time_zone", "x\x00"),
        ("phone", "call me"),
        ("phone", "1234"),
        ("phone", "+44 20 7946 0000 0000 00"),
        ("phone", "44+2079460000"),
        ("phone", "0207946\x00"),
        ("phone", "<b>0207946</b>"),
        ("phone", "1" * 500),
        ("field", "astrology"),
        ("field", "\x00"),
    ],
)
def test_odd_input_is_a_field_error(client, layla, field, value):
    client.force_login(layla.user)
    filled = {"name": "Changed", "language": "ar", "time_zone": "Asia/Dubai"}
    page = client.post(ACCOUNT, filled | {field: value})
    assert page.status_code == 200
    assert page.context["form"].errors[field]
    layla.refresh_from_db()
    assert (layla.user.name, layla.time_zone) == ("Layla Mansour", "Europe/London")


def test_what_was_accepted_is_shown(client, layla):
    Acceptance.record(layla, "terms", "2025-01", at=NOON)
    client.force_login(layla.user)
    page = client.get(ACCOUNT).content.decode()
    assert "2025-01" in page
    assert "23 Nov 2026" in page
    assert layla.spaced_number in page


def test_staff_without_membership_have_an_account_too(client, vera):
    client.force_login(vera)
    page = client.get(ACCOUNT)
    assert set(page.context["form"].fields) == {"name", "language"}
    client.post(ACCOUNT, {"name": "Vera C", "language": "en"})
    assert User.objects.get(pk=vera.pk).name == "Vera C"


def test_visitors_sign_in_first(client):
    assert client.get(ACCOUNT).url == f"{reverse('account_login')}?next={ACCOUNT}"


def test_it_asks_few_questions_of_the_database(client, layla, django_assert_max_num_queries):
    client.force_login(layla.user)
    client.get(ACCOUNT)
    with django_assert_max_num_queries(10):
        client.get(ACCOUNT)


@pytest.mark.parametrize(
    "name",
    [
        "account_email",
        "account_set_password",
        "account_change_password",
        "account_logout",
        "mfa_index",
        "mfa_list_webauthn",
        "usersessions_list",
    ],
)
def test_every_page_of_the_account_is_in_our_clothes(client, layla, name):
    client.force_login(layla.user)
    page = client.get(reverse(name), follow=True)
    assert page.status_code == 200
    body = page.content.decode()
    assert 'id="main"' in body
    assert "style=" not in body
    assert 'rel="stylesheet"' in body


@pytest.mark.parametrize(("language", "cairo", "london"), [("en", "Cairo", "London"), ("ar", "القاهرة", "لندن")])
def test_time_zones_are_named_for_their_places(client, layla, language, cairo, london):
    client.force_login(layla.user)
    client.cookies.load({"language": language})
    form = client.get(reverse("account"), headers={"accept-language": language}).context["form"]
    own, everywhere = (dict(zones) for _group, zones in form.fields["time_zone"].choices)
    assert own == {"Europe/London": london}
    assert everywhere["Africa/Cairo"] == cairo
    assert next(iter(everywhere)) == "UTC"
    assert not [name for name in everywhere.values() if "/" in name or "_" in name]
