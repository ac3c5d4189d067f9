"""A real Celery worker in the world of the night: woken, watched while it works, and killed."""

import os
import random
import signal
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, date, datetime, time
from pathlib import Path
from time import monotonic, sleep

import psutil
from celery import Celery
from django.conf import settings

from benchmarks.night_world import World
from cps_portal.dev.processes import Family, Program

HELD = """SELECT extract(epoch FROM clock_timestamp() - a.xact_start) * 1000
FROM pg_stat_activity a JOIN pg_locks l USING (pid)
WHERE l.relation = 'kitbag_standing'::regclass AND l.mode IN ('RowShareLock', 'RowExclusiveLock')
  AND a.datname = current_database() AND a.pid <> pg_backend_pid()"""


class Worker:
    """`nights_done` a day at a time: the world's today is complete, so that the task takes only the day it is given."""

    def __init__(self, world: World, family: Family) -> None:
        self.world, self.family = world, family
        self.kills = 0
        with world.connected() as cursor:
            cursor.execute(
                "INSERT INTO kitbag_night SELECT %(day)s, now(), now(), 0, 0, 0, 0, 0, 0, 0, 0, 0"
                " WHERE NOT EXISTS (SELECT FROM kitbag_night WHERE day = %(day)s)",
                {"day": datetime.now(UTC).date()},
            )
        self.start()

    def start(self) -> None:
        argv = [sys.executable, "-m", "celery", "--app", "cps_portal", "worker", "--concurrency", "1"]
        argv += [
            "--without-gossip",
            "--without-mingle",
            "--without-heartbeat",
            "--queues",
            "bench",
            "--loglevel",
            "INFO",
        ]
        self.family.start(Program("worker", argv, os.environ | {"DATABASE_URL": self.world.url()}))
        self.family.wait_until(lambda: "ready." in self.family.tail("worker", 50), of="worker", seconds=60)

    def kill(self) -> None:
        """SIGKILL to the worker and its pool."""
        process = self.family.children["worker"].process
        os.killpg(process.pid, signal.SIGKILL)
        self.kills += process.wait() == -signal.SIGKILL
        self.family.end("worker")

    @property
    def process(self) -> psutil.Process:
        return psutil.Process(self.family.children["worker"].process.pid)

    def open(self, day: date) -> None:
        """The night of a day has begun; its first short transaction is not part of what is timed here."""
        with self.world.connected() as cursor:
            at = datetime.combine(day, time(0, 0, 1), UTC)
            cursor.execute("INSERT INTO kitbag_night SELECT %s, %s, NULL, 0, 0, 0, 0, 0, 0, 0, 0, 0", [day, at])

    def wake(self) -> None:
        with Celery(broker=settings.CELERY_BROKER_URL, set_as_current=False) as app:
            app.send_task("kitbag.tasks.night", queue="bench")

    def take(self, day: date) -> float:
        """Milliseconds from sending the task until the night is seen complete."""
        with self.world.connected() as cursor:
            begin = monotonic()
            self.wake()
            while not self._complete(cursor, day):
                sleep(0.01)
            return (monotonic() - begin) * 1000

    def take_killed(self, day: date, within: float) -> bool:
        """The same with one kill at a moment of choice; whether it struck an unfinished night."""
        with self.world.connected() as cursor:
            self.wake()
            sleep(random.uniform(0, within / 1000))
            self.kill()
            struck = not self._complete(cursor, day)
            self.start()
            if struck:
                self.take(day)
            return struck

    @staticmethod
    def _complete(cursor: "psycopg2.extensions.cursor", day: date) -> bool:  # noqa: F821
        cursor.execute("SELECT completed_at IS NOT NULL FROM kitbag_night WHERE day = %s", [day])
        return bool(cursor.fetchone()[0])

    @contextmanager
    def watched(self) -> Iterator[list[float]]:
        """Samples of how long the transaction that holds standings' locks has lasted, in milliseconds."""
        samples: list[float] = [0.0]
        done = threading.Event()

        def look() -> None:
            with self.world.connected() as cursor:
                while not done.is_set():
                    cursor.execute(HELD)
                    samples.extend(float(row[0]) for row in cursor.fetchall())
                    sleep(0.003)

        watcher = threading.Thread(target=look)
        watcher.start()
        try:
            yield samples
        finally:
            done.set()
            watcher.join()

    def peak_megabytes(self) -> float:
        """The most memory that any process of the worker has had."""
        peaks = []
        for one in [self.process, *self.process.children(recursive=True)]:
            line = next(line for line in Path(f"/proc/{one.pid}/status").read_text().splitlines() if "VmHWM" in line)
            peaks.append(int(line.split()[1]) / 1024)
        return max(peaks)


def cpu_milliseconds(*roots: psutil.Process) -> float:
    """What these processes and all that came of them have used, those that ended as well."""
    total = 0.0
    for root in roots:
        for one in [root, *root.children(recursive=True)]:
            with suppress(psutil.NoSuchProcess):
                total += sum(one.cpu_times()[:4])
    return total * 1000


@contextmanager
def worker_of(world: World) -> Iterator[Worker]:
    """A worker with a queue of its own; it is stopped in the end, and takes no other work."""
    with tempfile.TemporaryDirectory() as logs, Family(Path(logs)) as family:
        yield Worker(world, family)
