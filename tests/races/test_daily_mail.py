"""Several workers at one person's daily mail: the rows leave in one letter, whoever holds them."""

import time
from datetime import timedelta

import pytest
from django.db import transaction

from members import daily, delivery
from members.models import Message, User
from tests.factories import NOON, UserFactory
from tests.members.test_messages_wording import VALIDATED
from tests.races.test_outbox import WORKERS, side_by_side, waiting_for_a_lock

pytestmark = pytest.mark.usefixtures("committed_db")
ROWS = 12


def rows_of_a_day():
    """What waits for the 08:00 of a person who likes one mail a day."""
    user = UserFactory(mail_digest=True)
    Message.objects.bulk_create(
        Message(
            user=user,
            kind=Message.Kind.ITEM_VALIDATED,
            about="item",
            occasion=str(number),
            facts=VALIDATED | {"product": f"Lens {number}"},
            created_at=NOON - timedelta(hours=6),
            due_at=NOON - timedelta(hours=4),
        )
        for number in range(ROWS)
    )
    return user


def drain_while_the_person_is_held(user):
    """Each worker has leased a row and waits for the person; then they are let go all at once."""
    with transaction.atomic():
        User.objects.select_for_update(no_key=True).get(pk=user.pk)
        threads = side_by_side(lambda: delivery.drain(clock=lambda: NOON))
        end = time.monotonic() + 20
        while waiting_for_a_lock() < WORKERS:
            assert time.monotonic() < end
            time.sleep(0.02)
        assert Message.objects.filter(leased_until__gt=NOON).count() == WORKERS
    for thread in threads:
        thread.join()


def test_workers_who_meet_at_a_person_send_one_letter(smtp):
    drain_while_the_person_is_held(rows_of_a_day())
    assert len(smtp.mails) == 1
    text = smtp.mails[0].get_body(("plain",)).get_content()
    assert all(f"Lens {number} " in text for number in range(ROWS))
    assert Message.objects.filter(sent_at=NOON, tries=1, leased_until=None).count() == ROWS


def test_control_without_gathering_each_row_is_a_mail(smtp, monkeypatch):
    user = rows_of_a_day()
    monkeypatch.setattr(daily, "together", lambda message, *, at: [message])
    for thread in side_by_side(lambda: delivery.drain(clock=lambda: NOON)):
        thread.join()
    assert len(smtp.mails) == Message.objects.filter(user=user, sent_at=NOON).count() == ROWS


def test_workers_side_by_side_send_one_letter_a_person(smtp):
    for _person in range(5):
        rows_of_a_day()
    for thread in side_by_side(lambda: delivery.drain(clock=lambda: NOON)):
        thread.join()
    delivery.drain(clock=lambda: NOON + daily.MAKE_WAY)  # who made way looks again
    assert sorted(letter["To"] for letter in smtp.mails) == sorted(User.objects.values_list("email", flat=True))
    assert not Message.objects.filter(sent_at=None).exists()
