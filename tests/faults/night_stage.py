"""A server of the tests' own with copies of one world, and a night that a lock of the test holds at a stage."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from time import monotonic, sleep

import psycopg2
from celery import Celery

from cps_portal.dev.processes import ROOT, Family, free_port
from tests.faults.worker import start_worker, until

TASK = "kitbag.tasks.night"

# What must be the same whatever befell the night; moments only where they are 00:00 of a day.
ROWS = {
    "standings": "SELECT member_id, points, level, as_of FROM kitbag_standing ORDER BY 1",
    "level changes": """SELECT member_id, day, CASE WHEN item_id IS NULL THEN at END, from_level, to_level, points,
            causes
        FROM kitbag_levelchange c ORDER BY member_id, c.at, from_level""",
    "messages": """SELECT user_id, kind, about, CASE WHEN starts_with(occasion, 'change-') THEN '' ELSE occasion END,
            (facts - 'item')::text
        FROM members_message WHERE kind IN ('level_up', 'level_down') ORDER BY 1, 2, 4, 5""",
    "nights": """SELECT day, completed_at IS NOT NULL, products_due, holds_due, thresholds_due, members, items,
            levels_up, levels_down FROM kitbag_night ORDER BY 1""",
}


def act(url: str, *words: str) -> None:
    """An act of tests/faults/night_world.py in a process of the portal."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.faults.night_world", *words],
        cwd=ROOT,
        env=os.environ | {"DATABASE_URL": url, "PGOPTIONS": "-c synchronous_commit=off"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


class Copy:
    """One database that is a copy of the world, with a broker and workers on it."""

    def __init__(self, family: Family, url: str, redis_url: str) -> None:
        self.family, self.url, self.redis_url = family, url, redis_url
        self.env = os.environ | {
            "DATABASE_URL": url,
            "REDIS_URL": redis_url,
            "NIGHT_CHUNK": "5",
            "MAIL_DIR": "",
            "EMAIL_URL": f"smtp://127.0.0.1:{free_port()}",
            "PYTHONUNBUFFERED": "1",
        }

    def rows(self, statement: str, *values: object) -> list[tuple]:
        with closing(psycopg2.connect(self.url)) as connection, connection.cursor() as cursor:
            cursor.execute(statement, values)
            return cursor.fetchall()

    def value(self, statement: str, *values: object):
        return self.rows(statement, *values)[0][0]

    def everything(self) -> dict[str, list[tuple]]:
        return {name: self.rows(statement) for name, statement in ROWS.items()}

    def broken(self) -> str:
        """What `manage.py invariants` finds; empty when all holds."""
        command = [sys.executable, "manage.py", "invariants"]
        done = subprocess.run(command, cwd=ROOT, env=self.env, capture_output=True, text=True, check=False)
        return "" if done.returncode == 0 else done.stderr

    @contextmanager
    def held(self, statement: str, *values: object) -> Iterator[int]:
        """An open transaction of the test that holds what this statement locks; its backend's number."""
        with closing(psycopg2.connect(self.url)) as connection, connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            pid = cursor.fetchone()[0]
            cursor.execute(statement, values)
            yield pid
            connection.rollback()

    def blocked(self, holder: int, doing: str, *, seconds: float = 30) -> int:
        """Wait until a backend is blocked by the holder in a statement with these words; its number."""
        end = monotonic() + seconds
        while True:
            found = self.rows(
                "SELECT pid, query FROM pg_stat_activity WHERE datname = current_database()"
                " AND wait_event_type = 'Lock' AND %s = ANY(pg_blocking_pids(pid))",
                holder,
            )
            if found and any(doing in query for _pid, query in found):
                return found[0][0]
            assert monotonic() < end, f"nobody is blocked in {doing!r}: {found} {self.family.tail('worker', 60)}"
            sleep(0.02)

    def gone(self, pid: int) -> bool:
        return not self.rows("SELECT FROM pg_stat_activity WHERE pid = %s", pid)

    def start_worker(self, *, name: str = "worker", concurrency: int = 1) -> None:
        start_worker(self.family, self.env, name=name, concurrency=concurrency)

    def wake(self, *task_ids: str) -> None:
        """The wake-up call, as the schedule sends it; one a given id."""
        with Celery(broker=self.redis_url, set_as_current=False) as app:
            for task_id in task_ids or (None,):
                app.send_task(TASK, task_id=task_id)

    def complete(self, through: object) -> bool:
        row = self.rows("SELECT completed_at IS NOT NULL FROM kitbag_night WHERE day = %s", through)
        return row == [(True,)]

    def finish(self, through: object) -> None:
        """Wake it again and again, as the schedule does, until the night of a day is complete."""
        end = monotonic() + 60
        while not self.complete(through):
            assert monotonic() < end, self.family.tail("worker", 60)
            self.wake()
            with suppress(AssertionError):
                until(lambda: self.complete(through), seconds=10)
