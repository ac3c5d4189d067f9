"""An account closed by processes of the portal: its canaries are in no dump, no broker, no log and on no shelf."""

import subprocess
import sys
from datetime import timedelta

import pytest
import redis
from django.db import transaction

from cps_portal.dev.processes import ROOT, Family, free_port
from cps_portal.dev.servers import postgres_binaries, start_valkey
from members.models import Member
from tests.factories import NOON
from tests.faults.worker import database_url, environment
from tests.privacy.conftest import CANARY, robin, shelves

pytestmark = pytest.mark.usefixtures("committed_db")
__all__ = ["robin", "shelves"]

CLOSE = f"""
import sys
import django; django.setup()
from datetime import datetime, timedelta
from cps_portal import tasks
from cps_portal.privacy import closing, exporting, retention
from members.models import Member
at = datetime.fromisoformat({NOON.isoformat()!r})
member = Member.objects.get(number=sys.argv[1])
exporting.ask(member, at=at)
exporting.make_waiting(clock=lambda: at)
closing.ask(member.pk, at=at)
print(closing.carry_out_due(at=at + timedelta(days=8)))
tasks.keep_no_longer()
for name in retention.names():
    if name != "expired":
        tasks.apply_rule(name)
"""


def dump(env):
    """The database as pg_dump writes it, in lower case."""
    program = postgres_binaries(copied=False) / "pg_dump"
    argv = [program, "--data-only", "--dbname", database_url()]
    return subprocess.run(argv, capture_output=True, text=True, check=True, env=env).stdout.lower()


def in_the_broker(url):
    """Every key of the broker with what stands in it."""
    broker = redis.Redis.from_url(url)
    return {key: broker.dump(key) for key in broker.scan_iter()}, broker.lrange("celery", 0, -1)


def on_shelves(folder):
    return [path for path in folder.rglob("*") if path.is_file() and CANARY.encode() in path.read_bytes()]


def test_no_canary_is_left_anywhere(robin, shelves, tmp_path_factory):
    home = tmp_path_factory.mktemp("broker")
    with Family(home / "log") as family:
        broker = start_valkey(family, home / "valkey", durable=True)
        env = environment(redis_url=broker, smtp_port=free_port()) | {"MEDIA_DIR": str(shelves), "LOG_LEVEL": "DEBUG"}
        words = [CANARY, robin.member.number, "10.1.2.3"]
        before = dump(env)
        assert all(word in before for word in words)
        assert before.count(CANARY) > 100
        assert len(on_shelves(shelves)) == 5

        done = subprocess.run(
            [sys.executable, "-c", CLOSE, robin.member.number],
            cwd=ROOT,
            env=env,
            capture_output=True,
            text=True,
            check=True,
        )

        assert "1" in done.stdout.splitlines()
        after = dump(env)
        assert [word for word in words if word in after] == []
        assert on_shelves(shelves) == []
        log = done.stdout + done.stderr
        assert "kept no longer" in log
        kept, tasks = in_the_broker(broker)
        assert len(tasks) > 10
        for word in words:
            assert word not in log
            assert not any(word.encode() in text for text in (*kept, *kept.values(), *tasks))
    with transaction.atomic():
        assert Member.objects.filter(closed_at=NOON + timedelta(days=8)).exists()
