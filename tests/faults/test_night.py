"""The night under kill -9 and worse: afterwards every row is as if nothing had happened (programme §5).

A server of its own with full durability; each test has its own copy of one world in which eight nights were
missed. A fault strikes while the night's transaction is held open by a lock of the test, and is seen to strike.
"""

import contextlib
import os
import signal
import subprocess
import sys
import threading
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import count

import psutil
import psycopg2
import pytest
import redis

from cps_portal.dev.processes import ROOT, Family, Program
from cps_portal.dev.servers import start_postgres, start_valkey
from tests.faults.night_kills import KILLS, completion, middle
from tests.faults.night_stage import Copy, act
from tests.faults.night_world import MISSED
from tests.faults.worker import kill, until

numbers = count(1)
SCHEDULE_OF_YESTERDAY = """
import sys
from datetime import timedelta
from celery.beat import PersistentScheduler
from cps_portal.celery import app
schedule = PersistentScheduler(app, schedule_filename=sys.argv[1])
for entry in schedule.schedule.values():
    entry.last_run_at = app.now() - timedelta(days=1)
schedule.close()
"""


class World:
    """The server, the template, and the rows of a run that nothing disturbed."""

    def __init__(self, home, family):
        self.home, self.family = home, family
        self.postgres = start_postgres(family, home / "postgres", durable=True)
        self.broker = start_valkey(family, home / "valkey", durable=True)
        self.today = datetime.now(UTC).date()
        manage = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
        subprocess.run(manage, cwd=ROOT, env=os.environ | {"DATABASE_URL": self.postgres}, check=True)
        act(self.postgres, "make", str(self.today))
        self.undisturbed = self.copy()
        act(self.undisturbed.url, "catch_up", str(self.today))
        self.rows = self.undisturbed.everything()

    def copy(self, *, of="portal"):
        name = f"night_{next(numbers)}"
        server = self.postgres.rsplit("/", 1)[0]
        with closing(psycopg2.connect(f"{server}/postgres")) as connection:
            connection.autocommit = True
            with connection.cursor() as cursor:
                # Copied block by block, a crash would set the copy's sequences back: Postgres takes their next
                # 32 numbers for logged, in the template's log.
                cursor.execute(f"CREATE DATABASE {name} TEMPLATE {of} STRATEGY FILE_COPY")
        return Copy(self.family, f"{server}/{name}", self.broker)

    def days_ago(self, days):
        return self.today - timedelta(days=days)

    def members_of(self, days_ago):
        """Who is touched on a day, in the order in which the night takes them."""
        day = self.days_ago(days_ago)
        return [row[0] for row in self.undisturbed.rows(TOUCHED, *[day] * 3)]

    def changed(self, days_ago):
        """Member, user and direction of a level change of the undisturbed run, in the second chunk of a day."""
        second = self.members_of(days_ago)[5:10]
        return self.undisturbed.rows(
            "SELECT c.member_id, m.user_id, CASE WHEN to_level > from_level THEN 'level_up' ELSE 'level_down' END"
            " FROM kitbag_levelchange c JOIN members_member m ON m.id = c.member_id"
            " WHERE day = %s AND item_id IS NULL AND c.member_id = ANY(%s) ORDER BY 1",
            self.days_ago(days_ago),
            second,
        )[0]


TOUCHED = """
SELECT DISTINCT s.member_id FROM kitbag_valuation v JOIN kitbag_spell s USING (product_id)
WHERE v.effective_on = %s UNION
SELECT member_id FROM kitbag_hold WHERE %s IN (begins_on, ends_on) UNION
SELECT member_id FROM kitbag_levelchange WHERE day = %s ORDER BY 1
"""


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    home = tmp_path_factory.mktemp("night")
    with Family(home / "log") as family:
        yield World(home, family)


@pytest.fixture
def copy(world):
    """A copy whose workers end with the test."""
    made = world.copy()
    yield made
    for name in [name for name in world.family.children if name not in ("postgres", "valkey")]:
        world.family.end(name)
    redis.Redis.from_url(world.broker).flushall()


def same_as_undisturbed(world, copy):
    assert copy.everything() == world.rows
    assert copy.broken() == ""


def test_a_worker_killed_at_every_stage_leaves_no_trace(world, copy):
    """Twenty-seven kills of the real worker in one run of eight nights, each in the midst of a transaction."""
    for days_ago, stage in KILLS:
        copy.start_worker()
        statement, values, doing = stage(world, days_ago)
        with copy.held(statement, *values) as holder:
            copy.wake()
            pid = copy.blocked(holder, doing)
            kill(copy.family, "worker")
        until(partial(copy.gone, pid))
        assert not copy.complete(world.days_ago(days_ago)) or stage is completion, (days_ago, stage)
    assert len(KILLS) >= 20
    copy.start_worker()
    copy.finish(world.today)
    same_as_undisturbed(world, copy)


@contextmanager
def in_the_middle(world, copy):
    """A worker in the middle of the first big night, waiting for a standing that the test holds."""
    copy.start_worker()
    statement, values, doing = middle(world, 6)
    with copy.held(statement, *values) as holder:
        copy.wake()
        yield copy.blocked(holder, doing)


def test_the_database_killed_in_the_middle_of_a_night(world, copy):
    child = world.family.children["postgres"]
    server = psutil.Process(child.process.pid)
    with contextlib.suppress(psycopg2.OperationalError), in_the_middle(world, copy):  # the test's lock dies with it
        backends = server.children(recursive=True)
        for process in (server, *backends):
            with contextlib.suppress(psutil.NoSuchProcess):  # one whose work was done has left by itself
                process.kill()
        psutil.wait_procs(backends, timeout=10)
    assert child.process.wait() == -signal.SIGKILL
    start_again(world)
    assert "was not properly shut down" in world.family.tail("postgres", 500)
    assert copy.rows("SELECT completed_at FROM kitbag_night WHERE day = %s", world.days_ago(6)) == [(None,)]
    copy.finish(world.today)
    same_as_undisturbed(world, copy)


def start_again(world):
    """The family starts what has ended, as it does in the portal's own start script."""

    def answers():
        world.family.tend()
        try:
            psycopg2.connect(world.postgres).close()
        except psycopg2.OperationalError:
            return False
        return True

    until(answers, seconds=30)


def test_the_broker_killed_in_the_middle_of_a_night(world, copy):
    child = world.family.children["valkey"]
    with in_the_middle(world, copy):
        child.process.kill()
        assert child.process.wait() == -signal.SIGKILL
    until(partial(copy.complete, world.today), seconds=30)  # the night needs no broker
    world.family.tend()
    until(partial(answers, world.broker))
    same_as_undisturbed(world, copy)
    copy.wake()  # and the worker finds its way back
    until(lambda: world.family.tail("worker", 200).count("succeeded") >= 2, seconds=30)
    same_as_undisturbed(world, copy)


def answers(broker):
    try:
        return redis.Redis.from_url(broker).ping()
    except redis.RedisError:
        return False


def test_an_emptied_broker_costs_a_wake_up_call_and_no_night(world, copy):
    broker = redis.Redis.from_url(world.broker)
    copy.wake()
    assert broker.llen("celery") == 1
    broker.flushall()
    assert broker.llen("celery") == 0
    with in_the_middle(world, copy):
        assert world.family.tail("worker", 500).count("received") == 1
        broker.flushall()
    until(partial(copy.complete, world.today), seconds=30)
    same_as_undisturbed(world, copy)


def test_the_same_task_delivered_twice(world, copy):
    copy.start_worker(concurrency=2)
    statement, values, doing = middle(world, 6)
    with copy.held(statement, *values) as holder:
        copy.wake("twice", "twice")
        copy.blocked(holder, doing)
        until(lambda: world.family.tail("worker", 500).count("Task kitbag.tasks.night[twice] received") == 2)
        # The second returns at once with nothing done, while the first is held in its midst.
        until(lambda: "Task kitbag.tasks.night[twice] succeeded" in world.family.tail("worker", 500))
        assert world.family.tail("worker", 500).count("[twice] succeeded") == 1
    until(partial(copy.complete, world.today), seconds=30)
    same_as_undisturbed(world, copy)


def test_two_schedulers_and_two_workers_at_once(world, copy):
    for place in ("one", "two"):
        copy.start_worker(name=f"worker {place}")
    statement, values, doing = middle(world, 6)
    with copy.held(statement, *values) as holder:
        for place in ("one", "two"):
            start_beat(world, copy, place)
        copy.blocked(holder, doing)
        # Both schedulers have called, and one call came to nothing beside the night that is held.
        until(lambda: all("(kitbag.tasks.night)" in world.family.tail(f"beat {one}", 2000) for one in ("one", "two")))
        until(lambda: finished_nights(world, "one") + finished_nights(world, "two") == 1)
    until(partial(copy.complete, world.today), seconds=30)
    same_as_undisturbed(world, copy)


def finished_nights(world, place):
    lines = world.family.tail(f"worker {place}", 2000).splitlines()
    return sum("Task kitbag.tasks.night[" in line and "succeeded" in line for line in lines)


def start_beat(world, copy, place):
    """A real scheduler that finds everything due, because it last ran yesterday."""
    schedule = str(world.home / f"schedule-{place}-{next(numbers)}")
    subprocess.run([sys.executable, "-c", SCHEDULE_OF_YESTERDAY, schedule], cwd=ROOT, env=copy.env, check=True)
    beat = [sys.executable, "-m", "celery", "--app", "cps_portal", "beat", "--schedule", schedule, "--pidfile", ""]
    world.family.start(Program(f"beat {place}", [*beat, "--loglevel", "INFO"], copy.env))


def test_a_missed_week_gives_what_each_night_on_its_day_would_have_given(world, copy):
    missing = copy.value("SELECT %s - max(day) FROM kitbag_night", world.today)
    assert missing == MISSED > 7
    act(copy.url, "daily", str(world.today))
    same_as_undisturbed(world, copy)


def test_members_register_and_remove_while_the_night_runs(world, copy):
    later = world.copy()
    act(later.url, "catch_up", str(world.today))
    act(later.url, "operate")
    with in_the_middle(world, copy) as night:
        operating = threading.Thread(target=act, args=(copy.url, "operate"))
        operating.start()
        # The first and the last member are free; the one in the midst waits for the chunk that the night has locked.
        until(lambda: copy.rows("SELECT FROM pg_stat_activity WHERE %s = ANY(pg_blocking_pids(pid))", night))
        carried = copy.rows("SELECT as_of FROM kitbag_standing WHERE as_of = %s", world.today)
        assert len(carried) == 2
    operating.join()
    until(partial(copy.complete, world.today), seconds=30)
    assert copy.everything() == later.everything()
    assert copy.broken() == ""
