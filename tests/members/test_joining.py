"""Joining, from the form to the dashboard (programme §1)."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from kitbag.models import KitItem, Standing
from members.models import Acceptance, CountryTerms, Member, Message, User
from members.rules.numbers import is_member_number
from tests.factories import MemberFactory, ProductFactory

pytestmark = pytest.mark.django_db

JOIN = reverse("account_signup")
CODE = reverse("account_email_verification_sent")
FILLED = {
    "email": "Nadia@Example.org",
    "name": "Nadia Rahman",
    "country": "GB",
    "password1": "a-long-lens-9",
    "adult": "on",
    "terms": "on",
}


def code_mailed_to(address):
    """The code in the newest security mail to an address."""
    text = Message.objects.filter(sealed__to=address).latest("pk").sealed["text"]
    return re.search(r"^[A-Z]{4}-[A-Z]{4}$", text, re.MULTILINE).group()


def without_tokens(response):
    return re.sub(rb'(name="csrfmiddlewaretoken" value=")[^"]+', rb"\1", response.content)


def test_joining_makes_a_red_member_at_once(client):
    answer = client.post(JOIN, FILLED)
    assert answer.status_code == 302
    assert answer.url == CODE

    answer = client.post(CODE, {"code": code_mailed_to("nadia@example.org")})
    assert answer.status_code == 302
    assert answer.url == reverse("dashboard")

    member = Member.objects.select_related("user").get()
    assert member.user.email == "nadia@example.org"
    assert member.user.name == "Nadia Rahman"
    assert member.user.language == "en"
    assert str(member.country) == "GB"
    assert member.time_zone == "Europe/London"
    assert is_member_number(member.number)
    standing = Standing.objects.get(member=member)
    assert (standing.points, standing.level) == (0, 0)
    assert client.session["_auth_user_id"] == str(member.user.pk)


def test_what_was_accepted_is_kept_with_version_and_moment(client, settings):
    before = timezone.now()
    client.post(JOIN, FILLED)
    rows = {row.document: row for row in Acceptance.objects.all()}
    assert set(rows) == {"terms", "privacy"}
    for row in rows.values():
        assert row.version == settings.TERMS_VERSION
        assert before <= row.accepted_at <= timezone.now()
    assert Member.objects.get().adult_confirmed_at == rows["terms"].accepted_at


def test_numbers_are_never_given_twice(client):
    for place in range(3):
        client.post(JOIN, FILLED | {"email": f"person{place}@example.net"})
        client.logout()
    numbers = Member.objects.values_list("number", flat=True)
    assert len(set(numbers)) == 3


def test_the_language_of_the_page_becomes_the_members(client):
    client.cookies["django_language"] = "ar"
    client.post(JOIN, FILLED)
    assert User.objects.get().language == "ar"


def test_a_wrong_code_lets_nobody_in(client):
    client.post(JOIN, FILLED)
    answer = client.post(CODE, {"code": "WRO-NGG"})
    assert answer.status_code == 200
    assert "_auth_user_id" not in client.session
    for _attempt in range(2):
        answer = client.post(CODE, {"code": "WRO-NGG"})
    assert answer.url == reverse("account_login")
    answer = client.post(CODE, {"code": code_mailed_to("nadia@example.org")})
    assert "_auth_user_id" not in client.session


def test_known_and_unknown_addresses_get_the_same_answers(client):
    MemberFactory(user__email="known@example.org")
    answers = []
    for address in ("known@example.org", "other@example.org"):
        client.cookies.clear()
        form = client.get(JOIN)
        first = client.post(JOIN, FILLED | {"email": address})
        second = client.get(first.url)
        wrong = client.post(first.url, {"code": "WRO-NGG"})
        answers.append(
            [
                (page.status_code, page.headers.get("Location"), sorted(page.cookies), without_tokens(page))
                for page in (form, first, second, wrong)
            ]
        )
    unknown = [
        (status, to, cookies, body.replace(b"other@example.org", b"known@example.org"))
        for status, to, cookies, body in answers[1]
    ]
    assert answers[0] == unknown
    assert User.objects.filter(email="known@example.org").count() == 1
    told = Message.objects.get(sealed__to="known@example.org").sealed
    assert "already" in told["text"]
    assert reverse("account_login") in told["text"]


def test_a_known_address_in_other_letters_is_known(client):
    MemberFactory(user__email="known@example.org")
    client.post(JOIN, FILLED | {"email": "KNOWN@example.ORG"})
    assert User.objects.count() == 1


def test_the_bag_comes_along_as_drafts(client):
    camera, lens = ProductFactory(sku="eos-r5"), ProductFactory(sku="rf-70-200")
    form = client.get(JOIN, {"bag": ["eos-r5", "rf-70-200", "rf-70-200"]})
    page = form.content.decode()
    assert 'name="bag" value="eos-r5"' in page
    assert 'name="bag" value="rf-70-200*2"' in page
    assert f"{reverse('account_signup_by_passkey')}?bag=eos-r5&amp;bag=rf-70-200*2" in page
    assert "3 products, as drafts" in page
    client.post(JOIN, FILLED | {"bag": ["eos-r5", "rf-70-200*2", "no-such-thing", "a\x00b", "é" * 500]})
    items = KitItem.objects.filter(member__user__email="nadia@example.org")
    assert sorted(items.values_list("product", flat=True)) == sorted([camera.pk, lens.pk, lens.pk])
    assert set(items.values_list("state", flat=True)) == {KitItem.State.DRAFT}
    assert Standing.objects.get().points == 0


def test_the_bag_survives_a_form_with_errors(client):
    ProductFactory(sku="eos-r5")
    answer = client.post(JOIN, FILLED | {"name": "", "bag": ["eos-r5"]})
    assert 'name="bag" value="eos-r5"' in answer.content.decode()
    assert not User.objects.exists()


def test_a_fault_leaves_nothing_half_written(client, monkeypatch):
    ProductFactory(sku="eos-r5")

    class Fault(Exception):
        pass

    def refuse(**kwargs):
        raise Fault

    monkeypatch.setattr("kitbag.registration.add_drafts", refuse)
    with pytest.raises(Fault):
        client.post(JOIN, FILLED | {"bag": ["eos-r5"]})
    assert not User.objects.exists()
    assert not Member.objects.exists()
    assert not Message.objects.exists()


def test_only_participating_countries_are_offered(client):
    now = timezone.now()
    CountryTerms.objects.create(country="US", benefit_class="full", valid_from=(now + timedelta(days=3)).date())
    CountryTerms.objects.create(country="PT", benefit_class="full", valid_from=now.date(), ended=True)
    offered = dict(client.get(JOIN).context["form"].fields["country"].choices)
    assert offered.pop("")
    assert "US" not in offered
    assert "PT" not in offered
    assert offered["GB"] == "United Kingdom"
    assert list(offered.values()) == sorted(offered.values())


def test_country_names_follow_the_language(client):
    client.cookies["django_language"] = "ar"
    offered = dict(client.get(JOIN).context["form"].fields["country"].choices)
    assert offered["EG"] == "مصر"


def test_joining_by_passkey_asks_the_same_details(client):
    url = reverse("account_signup_by_passkey")
    page = client.get(url).content.decode()
    for name in ("email", "name", "country", "adult", "terms"):
        assert f'name="{name}"' in page
    assert 'name="password1"' not in page
    details = {name: value for name, value in FILLED.items() if name != "password1"}
    assert not client.post(url, details | {"adult": ""}).context["form"].is_valid()
    assert client.post(url, details).url == CODE
    answer = client.post(CODE, {"code": code_mailed_to("nadia@example.org")})
    assert answer.url == reverse("mfa_signup_webauthn")
    page = client.get(answer.url).content.decode()
    assert "mfa/js/webauthn" in page
    assert not re.search(r"<script(?![^>]*(src=|application/json))", page)
    assert not User.objects.get().has_usable_password()


def test_a_new_code_can_be_sent(client, time_machine):
    client.post(JOIN, FILLED)
    first = code_mailed_to("nadia@example.org")
    time_machine.move_to(timezone.now() + timedelta(seconds=30))
    client.post(CODE, {"action": "resend"})
    second = code_mailed_to("nadia@example.org")
    assert first != second
    assert client.post(CODE, {"code": second}).url == reverse("dashboard")


def test_an_old_code_is_no_use(client, time_machine):
    client.post(JOIN, FILLED)
    code = code_mailed_to("nadia@example.org")
    time_machine.move_to(timezone.now() + timedelta(minutes=16))
    client.post(CODE, {"code": code})
    assert "_auth_user_id" not in client.session
