"""kill -9 of the real worker at somebody's daily mail: at most that letter repeats, row for row."""

from collections import Counter
from datetime import timedelta

import pytest
from django.utils import timezone

from cps_portal.dev.processes import Family
from cps_portal.dev.servers import start_valkey
from members import messages
from members.models import Message
from tests.factories import UserFactory
from tests.faults.worker import environment, kill, start_worker, until, wake
from tests.mailserver import mail_server
from tests.members.test_messages_wording import VALIDATED

pytestmark = pytest.mark.usefixtures("committed_db")
ROWS = 3


@pytest.fixture
def family(tmp_path):
    with Family(tmp_path / "log") as family:
        yield family


@pytest.fixture
def broker(family, tmp_path):
    return start_valkey(family, tmp_path / "valkey", durable=True)


def rows_of_yesterday():
    """What waits for somebody's daily mail, and a code that somebody else waits for at the screen."""
    reader, other = UserFactory(mail_digest=True), UserFactory()
    Message.objects.bulk_create(
        Message(
            user=reader,
            kind=Message.Kind.ITEM_VALIDATED,
            about="item",
            occasion=str(number),
            facts=VALIDATED | {"product": f"Lens {number}"},
            created_at=timezone.now() - timedelta(days=1, minutes=number),
            due_at=timezone.now() - timedelta(hours=1),
        )
        for number in range(ROWS)
    )
    return reader, other


@pytest.mark.parametrize(("conduct", "copies"), [("hang", 1), ("keep", 2)])
def test_killed_at_the_letter(family, broker, conduct, copies):
    """`hang`: the server had not taken it yet. `keep`: it had, and had not said so."""
    reader, other = rows_of_yesterday()
    with mail_server() as smtp:
        env = environment(redis_url=broker, smtp_port=smtp.port)
        start_worker(family, env)
        smtp.conduct = conduct
        wake(broker)
        assert smtp.hanging.wait(20)
        kill(family, "worker")
        assert Message.objects.filter(user=reader, sent_at=None, leased_until__gt=timezone.now()).count() == ROWS
        smtp.conduct = "take"
        # What comes after the crash is not drawn into the letter that may have left already.
        messages.post(
            user_id=reader.pk,
            kind=Message.Kind.ITEM_VALIDATED,
            about="item",
            occasion="late",
            facts=VALIDATED | {"product": "Late lens"},
            at=timezone.now(),
        )
        messages.post_security(user=other, address=other.email, subject="Code", text="1", html="", at=timezone.now())
        start_worker(family, env, name="second")
        wake(broker)
        until(lambda: "Code" in smtp.subjects)
        killed = Message.objects.filter(user=reader, leased_until__isnull=False).exclude(occasion="late")
        killed.update(leased_until=timezone.now() - timedelta(seconds=1))
        wake(broker)
        until(lambda: Message.objects.filter(user=reader, sent_at__isnull=False).count() == ROWS)
        until(lambda: Message.objects.filter(occasion="late", sent_at=None, due_at__gt=timezone.now()).exists())
    letters = [letter for letter in smtp.mails if letter["To"] == reader.email]
    assert len(letters) == copies
    assert len({letter["Message-ID"] for letter in letters}) == 1
    texts = Counter(letter.get_body(("plain",)).get_content() for letter in letters)
    assert list(texts.values()) == [copies]
    (text,) = texts
    assert all(f"Lens {number} " in text for number in range(ROWS))
    assert "Late lens" not in text
