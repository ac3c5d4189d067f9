"""Delivery: lease, send, stamp, one by one; what fails rests, and is parked in the end."""

import threading
from collections import Counter
from datetime import timedelta

import pytest
from django.core import mail
from django.db import connection

from members import delivery, messages, tasks
from members.models import Message
from tests.factories import NOON, UserFactory
from tests.members.test_messages_wording import DOWN, NEEDS_YOU

pytestmark = pytest.mark.django_db


def at(moment):
    return lambda: moment


def code(user, subject="Your code", moment=NOON):
    return messages.post_security(user=user, address=user.email, subject=subject, text="123456\n", html="", at=moment)


def drop_of_level(user, occasion="2027-09-14", facts=DOWN, moment=NOON):
    messages.post(
        user_id=user.pk, kind=Message.Kind.LEVEL_DOWN, about="level", occasion=occasion, facts=facts, at=moment
    )


def test_sent_stamped_and_the_secret_erased(smtp):
    user = UserFactory(email="layla@example.org")
    message = code(user)
    done = delivery.drain(clock=at(NOON + timedelta(seconds=2)))
    assert (done.sent, done.put_off, done.parked) == (1, 0, 0)
    message.refresh_from_db()
    assert message.sent_at == NOON + timedelta(seconds=2)
    assert message.sealed is None
    assert message.leased_until is None
    assert smtp.mails[0]["To"] == "layla@example.org"
    assert smtp.mails[0].get_content().split() == ["123456"]
    assert delivery.drain(clock=at(NOON + timedelta(days=1))).sent == 0


def test_the_headers_of_a_programme_message(smtp):
    drop_of_level(UserFactory(email="layla@example.org"))
    delivery.drain(clock=at(NOON))
    letter = smtp.mails[0]
    message = Message.objects.get()
    assert letter["Message-ID"] == f"<20261123120000000000.{message.pk}@localhost>"
    assert letter["Date"].datetime == NOON
    assert letter["List-Id"] == "CPS <messages.localhost>"
    assert letter["Auto-Submitted"] == "auto-generated"
    assert [part.get_content_type() for part in letter.walk()] == [
        "multipart/alternative",
        "text/plain",
        "text/html",
    ]


def test_written_in_the_language_of_the_moment_of_sending(smtp):
    user = UserFactory()
    drop_of_level(user)
    user.language = "ar"
    user.save(update_fields=["language"])
    delivery.drain(clock=at(NOON))
    assert 'dir="rtl"' in smtp.mails[0].get_body(("html",)).get_content()


def test_security_mail_goes_where_it_was_addressed_and_strangers_are_told(smtp):
    user = UserFactory(email="old@example.org")
    messages.post_security(user=user, address="new@example.org", subject="A", text="1", html="", at=NOON)
    messages.post_security(user=None, address="who@example.org", subject="B", text="2", html="", at=NOON)
    delivery.drain(clock=at(NOON))
    assert [letter["To"] for letter in smtp.mails] == ["new@example.org", "who@example.org"]


def test_a_passing_day_sends_what_was_due_then(smtp):
    user = UserFactory()
    for days in range(3):
        drop_of_level(user, occasion=str(days), moment=NOON + timedelta(days=days))
    assert delivery.drain(clock=at(NOON + timedelta(days=1))).sent == 2
    assert [letter["Date"].datetime for letter in smtp.mails] == [NOON, NOON + timedelta(days=1)]


def test_security_mail_goes_first(smtp):
    user = UserFactory()
    for number in range(3):
        drop_of_level(user, occasion=str(number), moment=NOON - timedelta(hours=1))
    code(user)
    delivery.drain(clock=at(NOON), limit=2)
    assert smtp.subjects == ["Your code", "Your level is now Silver"]


def test_one_connection_for_a_batch(smtp):
    user = UserFactory()
    for number in range(20):
        code(user, str(number))
    assert delivery.drain(clock=at(NOON)).sent == 20
    assert smtp.connections == 1
    assert smtp.subjects == [str(number) for number in range(20)]


def test_a_row_that_cannot_be_written_is_parked_and_blocks_nobody(smtp):
    user = UserFactory()
    drop_of_level(user, facts={"from": 2}, moment=NOON - timedelta(hours=1))
    drop_of_level(user, occasion="good")
    done = delivery.drain(clock=at(NOON))
    assert (done.sent, done.parked) == (1, 1)
    parked = Message.objects.get(parked_at=NOON)
    assert parked.last_error == "Cannot be written. Without words or fact: 'products'"
    assert smtp.subjects == ["Your level is now Silver"]


def test_an_address_no_mail_can_have_is_parked(smtp):
    message = code(UserFactory())
    Message.objects.filter(pk=message.pk).update(sealed={**message.sealed, "to": "a\r\nBcc: b@example.org"})
    assert delivery.drain(clock=at(NOON)).parked == 1
    assert smtp.mails == []


@pytest.mark.parametrize("conduct", ["refuse", "reject", "reset", "hang"])
def test_what_the_server_does_not_take_rests_longer_each_time_and_is_parked(smtp, conduct):
    smtp.conduct = conduct
    message = code(UserFactory())
    moment, pauses = NOON, []
    # A hanging server takes a second a try: enough to see it once and at the end.
    if conduct == "hang":
        assert delivery.drain(clock=at(moment)).put_off == 1
        Message.objects.update(tries=7, due_at=moment)
        pauses = [15, 60, 240, 960, 3840, 15360, 21600]
    else:
        for _try in range(7):
            assert delivery.drain(clock=at(moment)).put_off == 1
            message.refresh_from_db()
            pauses.append((message.due_at - moment).total_seconds())
            assert message.last_error
            assert message.sealed
            assert delivery.drain(clock=at(message.due_at - timedelta(seconds=1))) == delivery.Drained()
            moment = message.due_at
    assert pauses == [15, 60, 240, 960, 3840, 15360, 21600]
    assert delivery.drain(clock=at(moment)).parked == 1
    message.refresh_from_db()
    assert (message.parked_at, message.tries) == (moment, 8)
    assert smtp.mails == []
    smtp.conduct = "take"
    assert delivery.drain(clock=at(moment + timedelta(days=9))) == delivery.Drained()
    assert delivery.send_again(Message.objects.all(), at=moment) == 1
    assert delivery.drain(clock=at(moment)).sent == 1
    assert len(smtp.mails) == 1


def test_one_bad_mail_does_not_hold_up_the_next(smtp):
    user = UserFactory()
    smtp.conduct = "reset"
    first = code(user, "first")
    assert delivery.drain(clock=at(NOON)).put_off == 1
    smtp.conduct = "take"
    code(user, "second", NOON + timedelta(seconds=1))
    assert delivery.drain(clock=at(NOON + timedelta(seconds=1))).sent == 1
    first.refresh_from_db()
    assert delivery.drain(clock=at(first.due_at)).sent == 1
    assert smtp.subjects == ["second", "first"]


def test_a_server_that_drops_the_line_after_taking_the_mail_gets_it_again_under_the_same_id(smtp):
    message = code(UserFactory())
    smtp.conduct = "drop"
    assert delivery.drain(clock=at(NOON)).put_off == 1
    smtp.conduct = "take"
    message.refresh_from_db()
    assert delivery.drain(clock=at(message.due_at)).sent == 1
    assert Counter(letter["Message-ID"] for letter in smtp.mails).most_common() == [
        (f"<20261123120000000000.{message.pk}@localhost>", 2)
    ]


def test_a_server_that_is_away_costs_one_row_a_try_and_leaves_the_others(smtp):
    user = UserFactory()
    for number in range(5):
        code(user, str(number))
    smtp.shut()
    done = delivery.drain(clock=at(NOON))
    assert done.unreachable
    assert sorted(Message.objects.values_list("tries", flat=True)) == [0, 0, 0, 0, 1]
    smtp.open()
    assert delivery.drain(clock=at(NOON)).sent == 4
    assert delivery.drain(clock=at(NOON + timedelta(minutes=1))).sent == 1


def test_a_leased_row_is_nobody_elses_until_the_lease_ends(smtp):
    message = code(UserFactory())
    assert delivery.lease(at=NOON).pk == message.pk
    assert delivery.lease(at=NOON + timedelta(minutes=4)) is None
    assert delivery.lease(at=NOON + timedelta(minutes=5)).tries == 2


def test_a_row_that_ends_its_worker_each_time_is_parked(smtp):
    message = code(UserFactory())
    moment = NOON
    for _death in range(8):
        assert delivery.lease(at=moment)
        moment += delivery.LEASE
    assert delivery.drain(clock=at(moment)).parked == 1
    message.refresh_from_db()
    assert message.last_error == "Its worker ended in mid-send each time."
    assert smtp.mails == []


def test_only_so_many_workers_talk_to_the_mail_server(settings):
    settings.MAIL_CONNECTIONS = 2
    seen = []

    def third():
        with delivery.place_at_the_door() as free:
            seen.append(free)
        connection.close()

    def second():
        with delivery.place_at_the_door() as free:
            seen.append(free)
            worker = threading.Thread(target=third)
            worker.start()
            worker.join()
        connection.close()

    with delivery.place_at_the_door() as free:
        seen.append(free)
        worker = threading.Thread(target=second)
        worker.start()
        worker.join()
    worker = threading.Thread(target=third)
    worker.start()
    worker.join()
    assert seen == [True, True, False, True]


def test_the_task_sends_what_is_due(smtp):
    code(UserFactory())
    tasks.deliver_messages()
    assert smtp.subjects == ["Your code"]


def test_the_task_stops_at_a_server_that_is_away(smtp):
    smtp.shut()
    for number in range(3):
        code(UserFactory(), str(number))
    tasks.deliver_messages()
    assert sorted(Message.objects.values_list("tries", flat=True)) == [0, 0, 1]


def test_one_row_costs_a_fixed_number_of_statements(django_assert_num_queries, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    code(UserFactory())
    with django_assert_num_queries(3):  # lease, stamp, nothing more due
        delivery.drain(clock=at(NOON))
    drop_of_level(UserFactory())
    with django_assert_num_queries(4):  # and whom it goes to
        delivery.drain(clock=at(NOON))
    assert len(mail.outbox) == 2
    assert mail.outbox[1].from_email == settings.DEFAULT_FROM_EMAIL


def test_needs_you_is_sent_too(smtp):
    messages.post(
        user_id=UserFactory().pk,
        kind=Message.Kind.ITEM_NEEDS_YOU,
        about="item",
        occasion="1",
        facts=NEEDS_YOU,
        at=NOON,
    )
    assert delivery.drain(clock=at(NOON)).sent == 1
