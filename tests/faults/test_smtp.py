"""kill -9 of the real worker while it talks to a mail server: at most the mail in flight repeats."""

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

pytestmark = pytest.mark.usefixtures("committed_db")


@pytest.fixture
def family(tmp_path):
    with Family(tmp_path / "log") as family:
        yield family


def queue(count):
    user = UserFactory()
    for number in range(count):
        messages.post_security(user=user, address=user.email, subject=str(number), text="1", html="", at=timezone.now())


def lease_ends():
    """The time passes that a lease lasts."""
    Message.objects.filter(leased_until__isnull=False).update(leased_until=timezone.now() - timedelta(seconds=1))


def all_sent():
    return not Message.objects.filter(sent_at__isnull=True).exists()


@pytest.fixture
def broker(family, tmp_path):
    return start_valkey(family, tmp_path / "valkey", durable=True)


def test_killed_while_the_mail_server_hangs(family, broker):
    with mail_server() as smtp:
        env = environment(redis_url=broker, smtp_port=smtp.port)
        start_worker(family, env)
        smtp.conduct = "hang"
        queue(3)
        wake(broker)
        assert smtp.hanging.wait(20)
        kill(family, "worker")
        leased = Message.objects.get(leased_until__isnull=False)
        assert leased.sent_at is None
        smtp.conduct = "take"
        start_worker(family, env, name="second")
        wake(broker)
        until(lambda: len(smtp.mails) == 2)
        until(lambda: list(Message.objects.filter(sent_at__isnull=True)) == [leased])
        lease_ends()
        wake(broker)
        until(all_sent)
        assert Counter(smtp.subjects) == {"0": 1, "1": 1, "2": 1}


def test_killed_between_the_mail_and_its_stamp(family, broker):
    """The server has the mail and has not said so when the worker dies: that one repeats, no other."""
    with mail_server() as smtp:
        env = environment(redis_url=broker, smtp_port=smtp.port)
        start_worker(family, env)
        smtp.conduct = "keep"
        queue(3)
        wake(broker)
        assert smtp.hanging.wait(20)
        kill(family, "worker")
        smtp.conduct = "take"
        lease_ends()
        start_worker(family, env, name="second")
        wake(broker)
        until(all_sent)
        assert Counter(smtp.subjects) == {"0": 2, "1": 1, "2": 1}
        assert len({letter["Message-ID"] for letter in smtp.mails}) == 3
