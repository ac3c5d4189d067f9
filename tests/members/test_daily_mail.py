"""One mail a day: what is not urgent comes together at 08:00 of the member's time zone, once between two mornings."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail
from django.db import connection

from members import delivery, letters, mail_choices, messages
from members.models import Message, User
from tests.factories import NOON, MemberFactory
from tests.members.test_messages_wording import DOWN, UP, VALIDATED

pytestmark = pytest.mark.django_db
MORNING = datetime(2026, 11, 24, 8, tzinfo=UTC)  # the first in London after NOON
HOUR = timedelta(hours=1)


@pytest.fixture
def reader(db):
    return MemberFactory(user__mail_digest=True, user__name="Layla Mansour").user


def validated(user, product, at=NOON, **state):
    return Message.objects.create(
        user=user,
        kind="item_validated",
        about="item",
        occasion=product,
        facts=VALIDATED | {"product": product},
        created_at=at,
        due_at=at,
        **state,
    )


def rise(user, at=NOON):
    facts = UP | {"day": at.date().isoformat()}
    messages.post(user_id=user.pk, kind=Message.Kind.LEVEL_UP, about="level", occasion=facts["day"], facts=facts, at=at)


def drain(at):
    return delivery.drain(clock=lambda: at)


def text_of(letter):
    return letter.get_body(("plain",)).get_content()


def test_it_waits_for_the_morning_and_comes_together(smtp, reader):
    validated(reader, "Lens A")
    validated(reader, "Lens B", NOON + HOUR)
    rise(reader, NOON + HOUR)
    assert drain(NOON + HOUR) == delivery.Drained()
    assert set(Message.objects.values_list("due_at", "tries", "leased_until")) == {(MORNING, 0, None)}
    assert drain(MORNING - timedelta(seconds=1)) == delivery.Drained()
    assert drain(MORNING).sent == 3
    (letter,) = smtp.mails
    assert letter["Subject"] == "You are Gold now, and 2 more"
    assert letter["Date"].datetime == MORNING
    for body in (text_of(letter), letter.get_body(("html",)).get_content()):
        places = [body.index(words) for words in ("You are Gold", "Lens A counts", "Lens B counts")]
        assert places == sorted(places)
        assert body.count("Hello Layla,") == 1
    assert set(Message.objects.values_list("sent_at", "tries", "leased_until")) == {(MORNING, 1, None)}


def test_service_mail_does_not_wait(smtp, reader):
    messages.post(user_id=reader.pk, kind=Message.Kind.LEVEL_DOWN, about="level", occasion="1", facts=DOWN, at=NOON)
    messages.post_security(user=reader, address=reader.email, subject="Code", text="1", html="", at=NOON)
    assert drain(NOON).sent == 2


def test_one_alone_is_a_mail_like_any_other(smtp, reader):
    message = validated(reader, "Lens A")
    drain(NOON)
    assert drain(MORNING).sent == 1
    assert smtp.subjects == ["Lens A counts: 320 points"]
    assert smtp.mails[0]["Message-ID"] == f"<20261123120000000000.{message.pk}@localhost>"
    assert smtp.mails[0]["Date"].datetime == MORNING


def test_once_between_two_mornings(smtp, reader):
    validated(reader, "Lens A")
    drain(NOON)
    drain(MORNING)
    # A night that was caught up on later writes rows of an earlier moment.
    validated(reader, "Lens B", MORNING - HOUR)
    validated(reader, "Lens C", MORNING + HOUR)
    assert drain(MORNING + 2 * HOUR) == delivery.Drained()
    assert drain(MORNING + timedelta(days=1)).sent == 2
    assert smtp.subjects == ["Lens A counts: 320 points", "Lens B counts: 320 points, and 1 more"]


def test_a_late_letter_takes_along_what_came_since(smtp, reader):
    validated(reader, "Lens A")
    drain(NOON)
    validated(reader, "Lens B", MORNING + HOUR)
    assert drain(MORNING + 2 * HOUR).sent == 2
    assert len(smtp.mails) == 1


def test_rows_inserted_by_sql_wait_as_well(smtp, reader):
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO members_message"
            " (user_id, address, kind, about, occasion, facts, created_at, due_at, tries, last_error)"
            " SELECT %s, '', kind, 'level', '2026-11-24', %s::jsonb, at, at, 0, ''"
            " FROM unnest(ARRAY['level_up', 'level_down']) kind, (SELECT '2026-11-24 00:00+00'::timestamptz AS at) m",
            [
                reader.pk,
                '{"from": 1, "to": 2, "points": 1003, "causes": ["value"], "products": [], "day": "2026-11-24"}',
            ],
        )
    assert drain(MORNING - HOUR).sent == 1
    assert smtp.subjects == ["Your level is now Gold"]
    assert drain(MORNING).sent == 1
    assert smtp.subjects[1:] == ["You are Gold now"]


def test_the_morning_is_the_members_own(smtp):
    for zone in ("Asia/Dubai", "America/New_York"):
        validated(MemberFactory(time_zone=zone, user__mail_digest=True).user, zone)
    drain(NOON)
    due = dict(Message.objects.values_list("occasion", "due_at"))
    assert due == {
        "Asia/Dubai": datetime(2026, 11, 24, 4, tzinfo=UTC),
        "America/New_York": datetime(2026, 11, 23, 13, tzinfo=UTC),
    }


def test_without_it_what_waits_is_sent_at_once(smtp, reader, django_capture_on_commit_callbacks):
    validated(reader, "Lens A")
    validated(reader, "Lens B")
    drain(NOON)
    with django_capture_on_commit_callbacks() as woken:
        mail_choices.choose(user_id=reader.pk, digest=False, wanted=["item_validated", "level_up"], at=NOON + HOUR)
    assert len(woken) == 1
    assert drain(NOON + HOUR).sent == 2
    assert len(smtp.mails) == 2


def test_what_is_refused_meanwhile_is_not_mailed(smtp, reader):
    validated(reader, "Lens A")
    rise(reader)
    drain(NOON)
    mail_choices.choose(user_id=reader.pk, digest=True, wanted=["level_up"], at=NOON + HOUR)
    assert Message.objects.get(kind="item_validated").delivery is Message.Delivery.UNWANTED
    assert drain(MORNING).sent == 1
    assert smtp.subjects == ["You are Gold now"]


def test_the_way_out_of_a_letter_leaves_nothing_waiting(reader):
    validated(reader, "Lens A")
    address = mail_choices.stop_address(reader.pk, ["item_validated", "level_up"])
    refusal = mail_choices.read_token(address.split("/")[-2])
    mail_choices.refuse(refusal, at=NOON)
    assert refusal.is_made
    assert Message.objects.get().delivery is Message.Delivery.UNWANTED


def test_a_letter_that_is_refused_comes_again_with_the_same_rows(smtp, reader):
    validated(reader, "Lens A")
    validated(reader, "Lens B")
    drain(NOON)
    smtp.conduct = "drop"
    assert drain(MORNING).put_off == 2
    smtp.conduct = "take"
    validated(reader, "Lens C", MORNING - HOUR)
    (again,) = set(Message.objects.filter(tries=1).values_list("due_at", flat=True))
    assert drain(again - timedelta(seconds=1)) == delivery.Drained()
    assert drain(again).sent == 2
    assert len({letter["Message-ID"] for letter in smtp.mails}) == 1
    assert [text_of(letter) for letter in smtp.mails] == [text_of(smtp.mails[0])] * 2
    assert "Lens C" not in text_of(smtp.mails[1])
    assert Message.objects.get(occasion="Lens C").due_at == MORNING + timedelta(days=1)


def test_a_letter_nobody_takes_is_parked_whole(smtp, reader):
    validated(reader, "Lens A")
    validated(reader, "Lens B")
    drain(NOON)
    smtp.conduct = "reject"
    moment = MORNING
    for _try in range(7):
        assert drain(moment).put_off == 2
        moment = Message.objects.first().due_at
    assert drain(moment).parked == 2
    assert set(Message.objects.values_list("tries", "parked_at")) == {(8, moment)}


def test_a_row_without_words_is_parked_and_the_rest_goes(smtp, reader):
    validated(reader, "Lens A")
    bad = validated(reader, "Lens B")
    validated(reader, "Lens C")
    Message.objects.filter(pk=bad.pk).update(facts={})
    drain(NOON)
    done = drain(MORNING)
    assert (done.sent, done.parked) == (2, 1)
    assert Message.objects.get(parked_at__isnull=False) == bad
    assert smtp.subjects == ["Lens A counts: 320 points, and 1 more"]


def test_another_workers_letter_is_left_alone(smtp, reader):
    held = validated(reader, "Lens A", NOON - timedelta(days=1))
    assert delivery.lease(at=NOON) == held
    validated(reader, "Lens B", NOON - timedelta(days=1))
    assert drain(NOON) == delivery.Drained()
    other = Message.objects.get(occasion="Lens B")
    assert (other.due_at, other.tries, other.leased_until) == (NOON + timedelta(minutes=1), 0, None)


def test_a_very_full_day_stands_with_its_subjects(smtp, reader):
    for number in range(letters.IN_FULL + 5):
        validated(reader, f"Lens {number:02}")
    drain(NOON)
    assert drain(MORNING).sent == letters.IN_FULL + 5
    text = text_of(smtp.mails[0])
    assert text.count("is validated and counts") == letters.IN_FULL
    assert all(f"* Lens {number:02} counts" in text for number in range(letters.IN_FULL + 5))


def test_in_arabic(smtp, reader):
    User.objects.filter(pk=reader.pk).update(language="ar")
    validated(reader, "Lens A")
    validated(reader, "Lens B")
    drain(NOON)
    drain(MORNING)
    html = smtp.mails[0].get_body(("html",)).get_content()
    assert html.count("<html") == html.count('dir="rtl"') == 1
    assert "daily" not in html


def test_several_people_each_get_theirs(smtp):
    people = [MemberFactory(user__mail_digest=True).user for _person in range(3)]
    for number in range(6):
        validated(people[number % 3], f"Lens {number}")
    drain(NOON)
    assert drain(MORNING).sent == 6
    assert Counter(letter["To"] for letter in smtp.mails) == {user.email: 1 for user in people}


def test_a_letter_costs_as_many_statements_however_many_rows(django_assert_num_queries, settings, reader):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    for number in range(9):
        validated(reader, f"Lens {number}", NOON - timedelta(days=1))
    # lease, whom; savepoint, lock, the others, zone, a letter since, lease them, release; stamp; nothing more
    with django_assert_num_queries(11):
        drain(NOON)
    assert len(mail.outbox) == 1
