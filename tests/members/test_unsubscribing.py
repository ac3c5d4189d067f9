"""Out of a letter with one click (RFC 8058), and back on the page of choices."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from members import delivery, messages
from members.mail_choices import read_token, stop_address
from members.models import Message, User
from tests.factories import NOON, UserFactory
from tests.members.test_messages_wording import AGAINST, COSTS_A_LEVEL, DECIDED, DOWN, NEEDS_YOU, UP, VALIDATED

pytestmark = pytest.mark.django_db
ONE_CLICK = {"List-Unsubscribe": "One-Click"}
SERVICE = [
    ("item_needs_you", NEEDS_YOU),
    ("claim_against", AGAINST),
    ("claim_decided", DECIDED),
    ("drop_ahead", COSTS_A_LEVEL),
    ("level_down", DOWN),
]


def posted(user, kind, facts, occasion="1", moment=NOON):
    messages.post(user_id=user.pk, kind=Message.Kind(kind), about="x", occasion=occasion, facts=facts, at=moment)


def letter_to(user, kind="item_validated", facts=VALIDATED):
    """The mail as it goes over the wire, its headers unfolded."""
    posted(user, kind, facts)
    assert delivery.drain(clock=lambda: NOON).sent == 1
    head = mail.outbox[-1].message().as_bytes().decode().split("\n\n")[0]
    return dict(line.split(":", 1) for line in re.sub(r"\n[ \t]+", " ", head).splitlines())


@pytest.fixture(autouse=True)
def kept_here(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"


def test_the_address_in_the_header_ends_that_kind_without_a_session(settings):
    user = UserFactory()
    header = letter_to(user)
    assert header["List-Unsubscribe-Post"].strip() == "List-Unsubscribe=One-Click"
    address = re.fullmatch(r"\s*<(\S+)>", header["List-Unsubscribe"])[1]
    assert address.startswith(settings.PORTAL_ORIGIN)
    # A mail program: no cookie, no token against forgery, and the check for one is on.
    program = Client(enforce_csrf_checks=True)
    answer = program.post(address.removeprefix(settings.PORTAL_ORIGIN), ONE_CLICK)
    assert answer.status_code == 200
    user.refresh_from_db()
    assert user.mail_unwanted == ["item_validated"]


def test_the_footer_leads_there_too_and_to_the_choices():
    letter_to(UserFactory())
    address = stop_address(User.objects.get().pk, ["item_validated"])
    for body in (mail.outbox[0].body, mail.outbox[0].alternatives[0].content):
        assert address in body
        assert reverse("messages-preferences") in body


@pytest.mark.parametrize(("kind", "facts"), SERVICE)
def test_service_mail_has_no_way_out(kind, facts):
    header = letter_to(UserFactory(mail_unwanted=["item_validated", "level_up"]), kind, facts)
    assert not {"List-Unsubscribe", "List-Unsubscribe-Post"} & header.keys()
    assert "/messages/stop/" not in mail.outbox[0].body + mail.outbox[0].alternatives[0].content


def test_security_mail_has_no_way_out():
    user = UserFactory()
    messages.post_security(user=user, address=user.email, subject="Code", text="1", html="", at=NOON)
    delivery.drain(clock=lambda: NOON)
    assert "List-Unsubscribe" not in mail.outbox[0].message()


def test_looking_at_the_address_ends_nothing(client):
    user = UserFactory()
    address = reverse("messages-stop", args=[stop_address(user.pk, ["level_up"]).split("/")[-2]])
    for _time in range(2):
        page = client.get(address).content.decode()
        assert "No more of this mail?" in page
        assert "Your level went up" in page
        assert '<form method="post">' in page
        assert client.head(address).status_code == 200
    user.refresh_from_db()
    assert user.mail_unwanted == []
    for _time in range(2):
        assert "We do not mail you this any more" in client.post(address).content.decode()
    user.refresh_from_db()
    assert user.mail_unwanted == ["level_up"]


def test_the_page_speaks_the_language_of_the_letter(client):
    user = UserFactory(language="ar")
    page = client.get(stop_address(user.pk, ["level_up"]).removeprefix("http://localhost:8000")).content.decode()
    assert 'lang="ar" dir="rtl"' in page


def test_only_what_we_signed_counts(client):
    user = UserFactory()
    token = stop_address(user.pk, ["level_up"]).split("/")[-2]
    payload, signature = token.split(":")
    other = stop_address(user.pk + 1, ["level_up"]).split("/")[-2].split(":")[0]
    for forged in (payload, f"{other}:{signature}", f"{payload}:{signature[:-1]}", "x", "é", "a" * 5000, f"{payload}:"):
        assert read_token(forged) is None
        assert client.post(reverse("messages-stop", args=[forged])).status_code == 404
    user.refresh_from_db()
    assert user.mail_unwanted == []


def test_service_mail_cannot_be_ended_by_a_token_either():
    user = UserFactory()
    assert read_token(stop_address(user.pk, ["security", "drop_ahead"]).split("/")[-2]) is None
    assert read_token(stop_address(user.pk, ["security", "level_up"]).split("/")[-2]).kinds == ("level_up",)


def test_an_account_that_is_gone(client):
    user = UserFactory()
    address = reverse("messages-stop", args=[stop_address(user.pk, ["level_up"]).split("/")[-2]])
    user.delete()
    assert client.post(address).status_code == 404


def test_what_is_not_wanted_is_listed_and_not_mailed(client, layla):
    layla.user.mail_unwanted = ["item_validated"]
    layla.user.save(update_fields=["mail_unwanted"])
    posted(layla.user, "item_validated", VALIDATED)
    posted(layla.user, "level_up", UP)
    assert delivery.drain(clock=lambda: NOON).sent == 1
    assert [letter.subject for letter in mail.outbox] == ["You are Gold now"]
    client.force_login(layla.user)
    page = client.get(reverse("messages")).content.decode()
    assert "EOS R5 Mark II counts: 320 points" in page
    assert "Not mailed, as you chose" in page
    assert delivery.drain(clock=lambda: NOON + timedelta(days=9)) == delivery.Drained()
    assert delivery.send_again(Message.objects.all(), at=NOON) == 0


def test_the_way_back(client, layla):
    layla.user.mail_unwanted = ["item_validated", "level_up"]
    layla.user.save(update_fields=["mail_unwanted"])
    client.force_login(layla.user)
    page = client.get(reverse("messages-preferences")).content.decode()
    assert "checked" in page.split('type="radio"')[1]
    assert page.count('type="checkbox"') == 2
    assert "Codes, and changes to how you sign in" in page
    answer = client.post(reverse("messages-preferences"), {"wanted": ["level_up"], "digest": "1"})
    assert answer.url == reverse("messages-preferences")
    user = User.objects.get(pk=layla.user.pk)
    assert (user.mail_unwanted, user.mail_digest) == (["item_validated"], True)


@pytest.mark.parametrize("sent", [{"wanted": ["security"]}, {"wanted": ["\x00"]}, {"digest": "2"}])
def test_odd_choices_change_nothing(client, layla, sent):
    client.force_login(layla.user)
    assert client.post(reverse("messages-preferences"), sent).status_code == 200
    user = User.objects.get(pk=layla.user.pk)
    assert (user.mail_unwanted, user.mail_digest) == ([], False)
