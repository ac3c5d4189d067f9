"""A real Celery worker, real Valkey and any mail server, for tests that break one of them."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from time import monotonic, sleep

from celery import Celery
from django.db import connection

from cps_portal.dev.processes import ROOT, Family, Program
from members.messages import WAKE_TASK


def database_url() -> str:
    """The test's own database, for other processes."""
    given = connection.settings_dict
    return "postgres://{USER}:{PASSWORD}@{HOST}:{PORT}/{NAME}".format(**given)


def environment(*, redis_url: str, smtp_port: int) -> dict[str, str]:
    """The environment of a process of the portal on the test's database, broker and mail server."""
    return os.environ | {
        "DATABASE_URL": database_url(),
        "REDIS_URL": redis_url,
        "MAIL_DIR": "",
        "EMAIL_URL": f"smtp://127.0.0.1:{smtp_port}",
        "PYTHONUNBUFFERED": "1",
    }


def start_worker(family: Family, env: dict[str, str], *, name: str = "worker", concurrency: int = 1) -> None:
    """Start a worker of one process, or more, and wait until it takes tasks."""
    family.start(
        Program(
            name,
            [
                *(sys.executable, "-m", "celery", "--app", "cps_portal", "worker", "--concurrency", str(concurrency)),
                *("--without-gossip", "--without-mingle", "--without-heartbeat", "--loglevel", "INFO"),
            ],
            env,
        )
    )
    family.wait_until(lambda: "ready." in family.tail(name, 50), of=name, seconds=60)


def run_python(code: str, env: dict[str, str]) -> str:
    """Run a few lines in a process of the portal; answers what it printed."""
    started = f"import django; django.setup()\n{code}"
    done = subprocess.run(
        [sys.executable, "-c", started], cwd=ROOT, env=env, capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def until(true: Callable[[], bool], *, seconds: float = 20) -> None:
    """Wait until something is so, or fail."""
    end = monotonic() + seconds
    while not true():
        assert monotonic() < end, "It did not happen in time."
        sleep(0.05)


def kill(family: Family, name: str) -> None:
    """SIGKILL to a program and all its processes; whoever has its number next is none of the family."""
    process = family.children[name].process
    os.killpg(process.pid, signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    family.end(name)


def wake(redis_url: str) -> None:
    """One wake-up call, as the schedule sends it."""
    with Celery(broker=redis_url, set_as_current=False) as app:
        app.send_task(WAKE_TASK)
