"""Messages we sent you: the list, one message, and what stands there of its delivery."""

from datetime import timedelta
from itertools import chain

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cps_portal.pages.messages import PAGE
from cps_portal.pages.messages_form import KIND_WORDS
from members import delivery, messages
from members.models import Message
from tests.factories import NOON, UserFactory
from tests.members.test_messages_wording import DOWN, EVERY_KIND, UP, VALIDATED

pytestmark = pytest.mark.django_db
MESSAGES = reverse("messages")


def row(user, kind="level_down", facts=DOWN, occasion="1", at=NOON, **state):
    return Message.objects.create(
        user=user, kind=kind, about="x", occasion=occasion, facts=facts, created_at=at, due_at=at, **state
    )


def page_of(client, message):
    return client.get(reverse("message", args=[message.pk]))


def test_each_stands_with_its_moment_in_the_members_zone_and_its_delivery(client, omar):
    omar.time_zone = "Asia/Dubai"
    omar.save(update_fields=["time_zone"])
    row(omar.user, occasion="sent", sent_at=NOON)
    row(omar.user, occasion="waits")
    row(omar.user, occasion="parked", parked_at=NOON, last_error="refused by mx.example.org")
    row(omar.user, "level_up", UP, parked_at=NOON, unwanted=True)
    client.force_login(omar.user)
    answer = client.get(MESSAGES)
    assert [entry["state"] for entry in answer.context["rows"]] == [
        "Not mailed, as you chose",
        "Could not be delivered",
        "Waiting",
        "Sent",
    ]
    page = answer.content.decode()
    assert "23 Nov 2026, 16:00" in page
    assert "in Dubai time" in page
    assert "Your level is now Silver" in page
    assert "mx.example.org" not in page


def test_what_waits_for_the_daily_mail_says_when(client, layla):
    layla.user.mail_digest = True
    layla.user.save(update_fields=["mail_digest"])
    messages.post(
        user_id=layla.user.pk,
        kind=Message.Kind.ITEM_VALIDATED,
        about="item",
        occasion="1",
        facts=VALIDATED,
        at=NOON,
    )
    delivery.drain(clock=lambda: NOON)
    client.force_login(layla.user)
    assert "for your daily mail, 24 Nov 2026, 08:00" in client.get(MESSAGES).content.decode()
    layla.user.mail_unwanted = ["item_validated"]
    layla.user.save(update_fields=["mail_unwanted"])
    assert "for your daily mail" not in client.get(MESSAGES).content.decode()


@pytest.mark.parametrize(("kind", "facts"), EVERY_KIND)
@pytest.mark.parametrize("language", ["en", "ar"])
def test_every_kind_can_be_read(client, layla, kind, facts, language):
    layla.user.language = language
    layla.user.save(update_fields=["language"])
    message = row(layla.user, kind, facts, sent_at=NOON)
    client.force_login(layla.user)
    client.cookies["django_language"] = language
    page = page_of(client, message).content.decode()
    assert f'<html lang="{language}"' in page
    assert "&lt;p&gt;" not in page
    if language == "en":
        assert page.count(str(KIND_WORDS[kind])) >= 1
    assert page.count("<h1") == 1
    assert page.count("<html") == 1


def test_security_mail_is_listed_and_its_words_are_nowhere(client, layla):
    message = messages.post_security(
        user=layla.user, address=layla.user.email, subject="Code 987654", text="987654", html="<b>987654</b>", at=NOON
    )
    client.force_login(layla.user)
    for page in (client.get(MESSAGES), page_of(client, message)):
        assert "Security mail" in page.content.decode()
        assert "987654" not in page.content.decode()


def test_a_row_without_words_is_still_a_page(client, layla):
    message = row(layla.user, facts={"from": 2}, parked_at=NOON)
    client.force_login(layla.user)
    assert "Your level went down" in client.get(MESSAGES).content.decode()
    page = page_of(client, message)
    assert page.status_code == 200
    assert "We cannot show this message." in page.content.decode()


def test_another_persons_is_not_there(client, layla, omar):
    message = row(omar.user)
    client.force_login(layla.user)
    assert page_of(client, message).status_code == 404
    assert client.get(MESSAGES).context["rows"] == []
    assert client.get(f"{MESSAGES}?before={message.pk + 1}").context["rows"] == []


def test_nothing_sent_yet(client, layla):
    client.force_login(layla.user)
    assert "No messages yet" in client.get(MESSAGES).content.decode()


def test_names_in_facts_stay_text(client, layla):
    message = row(layla.user, "item_validated", VALIDATED | {"product": "<script>x</script>"})
    client.force_login(layla.user)
    for page in (client.get(MESSAGES), page_of(client, message)):
        assert "<script>x" not in page.content.decode()
        assert "&lt;script&gt;x" in page.content.decode()


def test_page_by_page_there_and_back(client, layla):
    rows = [row(layla.user, occasion=str(number), at=NOON + timedelta(minutes=number)) for number in range(60)]
    client.force_login(layla.user)
    newest_first = [reverse("message", args=[message.pk]) for message in reversed(rows)]

    def walk(way):
        address, seen = (MESSAGES if way == "older" else f"{MESSAGES}?after=0"), []
        while address:
            found = client.get(address).context
            seen.append([entry["href"] for entry in found["rows"]])
            address = found[way]
        return seen

    forth, back = walk("older"), walk("newer")
    assert list(chain(*forth)) == list(chain(*reversed(back))) == newest_first
    assert max(map(len, forth + back)) == PAGE
    assert "older" not in client.get(MESSAGES).context["newer"]


def test_the_number_of_queries_does_not_grow(client, layla):
    client.force_login(layla.user)
    counts = []
    for number in (1, 5, 50):  # the first look also fills what is kept between requests
        for occasion in range(number):
            row(layla.user, "level_up", UP, occasion=f"{number} {occasion}")
        with CaptureQueriesContext(connection) as queries:
            client.get(MESSAGES)
        counts.append(len(queries))
    assert counts[1] == counts[2] <= 4  # session, user, messages, membership


def test_every_kind_has_a_members_words():
    assert set(KIND_WORDS) == set(Message.Kind.values)


def test_staff_without_membership_have_their_messages_too(client):
    user = UserFactory(is_staff=True)
    messages.post_security(user=user, address=user.email, subject="A", text="1", html="", at=NOON)
    client.force_login(user)
    page = client.get(MESSAGES).content.decode()
    assert "in UTC" in page
    assert "23 Nov 2026, 12:00" in page
