"""The broker is down, hangs or forgets: requests are neither broken nor slowed, and the rows are sent."""

import socket

import pytest
from django.utils import timezone

from cps_portal.dev.processes import Family, free_port
from cps_portal.dev.servers import start_valkey
from members import messages
from members.models import Message
from tests.factories import UserFactory
from tests.faults.worker import environment, kill, run_python, start_worker, until, wake
from tests.mailserver import mail_server

pytestmark = pytest.mark.usefixtures("committed_db")

POST_AND_TIME = """
from time import monotonic
from django.db import transaction
from django.utils import timezone
from members import messages
from members.models import User
user = User.objects.get()
times = []
for number in range({posts}):
    begin = monotonic()
    with transaction.atomic():
        messages.post_security(
            user=user, address=user.email, subject=str(number), text="1", html="", at=timezone.now()
        )
    times.append(monotonic() - begin)
print(*times)
"""


@pytest.fixture
def family(tmp_path):
    with Family(tmp_path / "log") as family:
        yield family


def seconds_to_post(redis_url, posts):
    UserFactory()
    env = environment(redis_url=redis_url, smtp_port=free_port())
    return [float(word) for word in run_python(POST_AND_TIME.format(posts=posts), env).split()]


def test_a_broker_that_is_down_costs_a_request_nothing():
    times = seconds_to_post(f"redis://127.0.0.1:{free_port()}/0", posts=5)
    assert Message.objects.filter(sent_at__isnull=True).count() == 5
    assert times[0] < 0.8  # the first one also opens the connection to the database
    assert max(times[1:]) < 0.1


def test_a_broker_that_hangs_costs_one_request_its_patience_and_the_next_ones_nothing():
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        times = seconds_to_post(f"redis://127.0.0.1:{deaf.getsockname()[1]}/0", posts=3)
    assert Message.objects.filter(sent_at__isnull=True).count() == 3
    assert times[0] < 6
    assert max(times[1:]) < 0.1


def test_a_flushed_broker_loses_no_message(family, tmp_path):
    broker = start_valkey(family, tmp_path / "valkey", durable=True)
    with mail_server() as smtp:
        env = environment(redis_url=broker, smtp_port=smtp.port)
        UserFactory()
        run_python(POST_AND_TIME.format(posts=2), env)
        flushed = run_python(
            "import os, redis; r = redis.Redis.from_url(os.environ['REDIS_URL']);"
            "print(r.llen('celery'), r.flushall(), r.llen('celery'))",
            env,
        )
        assert flushed == "2 True 0"
        start_worker(family, env)
        wake(broker)
        until(lambda: not Message.objects.filter(sent_at__isnull=True).exists())
        assert sorted(smtp.subjects) == ["0", "1"]


def test_a_worker_outlives_its_broker_and_a_commit_wakes_it(family, tmp_path):
    broker = start_valkey(family, tmp_path / "valkey", durable=True)
    with mail_server() as smtp:
        env = environment(redis_url=broker, smtp_port=smtp.port)
        start_worker(family, env)
        valkey = family.children["valkey"].program
        kill(family, "valkey")
        user = UserFactory()
        messages.post_security(user=user, address=user.email, subject="meanwhile", text="1", html="", at=timezone.now())
        family.start(valkey)
        until(lambda: run_python("from members import messages; messages.bell.ring()", env) == "" and smtp.subjects)
        assert smtp.subjects == ["meanwhile"]
        run_python(POST_AND_TIME.format(posts=1), env)
        until(lambda: len(smtp.mails) == 2, seconds=5)
