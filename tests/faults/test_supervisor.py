"""`dev.py run` under signals: nothing outlives it, nothing is lost, what dies comes back."""

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import closing, contextmanager
from pathlib import Path

import psutil
import psycopg2
import pytest

from cps_portal.dev.portal import healthy
from cps_portal.dev.processes import free_port

ROOT = Path(__file__).resolve().parents[2]
NAMES = ("postgres", "valkey-server", "granian", "worker", "beat")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The data of this module's portal, kept from start to start as .local is."""
    return tmp_path_factory.mktemp("portal")


class Run:
    """A running `dev.py run --without-demo`."""

    def __init__(self, folder, port):
        self.folder, self.port = folder, port
        ours = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL")}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "cps_portal.dev.commands", "run", "--without-demo"],
            cwd=ROOT,
            env={**ours, "PORT": str(port), "PORTAL_LOCAL": str(folder), "PYTHONUNBUFFERED": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.said = ""

    def wait_for(self, words):
        """Read what it prints until these words; an end before them fails with everything it said."""
        for line in self.process.stdout:
            self.said += line
            if words in line:
                return self
        pytest.fail(f"never said {words!r}:\n{self.said}")

    def end(self, number):
        self.process.send_signal(number)
        self.said += self.process.communicate(timeout=60)[0]
        return self.process.returncode

    def family(self):
        return psutil.Process(self.process.pid).children(recursive=True)

    def child(self, name):
        """The supervisor's own child of this name, not one of that child's; None while there is none."""
        for one in psutil.Process(self.process.pid).children():
            if any(part == name or f"/{name}" in part for part in cmdline(one)):
                return one
        return None

    def cpu_seconds(self):
        """What it and its family, ended or alive, have used so far."""
        return sum(sum(one.cpu_times()[:4]) for one in [psutil.Process(self.process.pid), *self.family()])

    def state(self):
        return json.loads((self.folder / "servers.json").read_text())

    def execute(self, statement):
        url = self.state()["env"]["DATABASE_URL"]
        with closing(psycopg2.connect(url)) as connection, connection, connection.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchall() if cursor.description else None


@contextmanager
def running(folder, port=None):
    run = Run(folder, port or free_port())
    try:
        yield run.wait_for("The portal answers at")
    finally:
        run.process.kill()
        run.process.communicate()


@pytest.fixture(scope="module")
def portal(tmp_path_factory):
    """One portal for the tests that leave it standing."""
    with running(tmp_path_factory.mktemp("standing")) as run:
        yield run
        assert run.end(signal.SIGTERM) == 143


def a_bare_start():
    """CPU seconds of `manage.py check` on this machine now; a start of the portal has five such processes."""
    before = os.times()
    subprocess.run([sys.executable, "manage.py", "check"], cwd=ROOT, check=True, capture_output=True)
    after = os.times()
    return after.children_user - before.children_user + after.children_system - before.children_system


def survivors(processes, seconds):
    """Who still lives after so many seconds; a zombie has died."""
    deadline = time.monotonic() + seconds
    while living := [one for one in processes if one.is_running() and one.status() != psutil.STATUS_ZOMBIE]:
        if time.monotonic() > deadline:
            return [one.cmdline() for one in living]
        time.sleep(0.1)
    return []


def wait_for(fact, seconds=30):
    deadline = time.monotonic() + seconds
    while not fact():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_a_killed_supervisor_leaves_nobody(folder):
    with running(folder) as run:
        family = run.family()
        assert all(run.child(name) in family for name in NAMES)
        assert len(family) > len(NAMES) + 5
        assert run.end(signal.SIGKILL) == -signal.SIGKILL
        assert survivors(family, 10) == []
        assert not healthy(run.port)


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 0)])
def test_asked_to_stop_it_stops_everything_in_order(folder, number, code):
    with running(folder) as run:
        family = run.family()
        assert run.end(number) == code
        assert survivors(family, 0) == []
        assert "Traceback" not in run.said
        assert "database system is shut down" in (folder / "log" / "postgres.log").read_text()
        assert "bye bye" in (folder / "log" / "valkey.log").read_text()
        assert not (folder / "servers.json").exists()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_the_next_start_is_quick_and_keeps_the_data(folder, number):
    """Quick by its CPU beside a bare start of Django: the clock would measure what else the machine is doing."""
    with running(folder) as run:
        run.execute("CREATE TABLE IF NOT EXISTS kept (word text); TRUNCATE kept; INSERT INTO kept VALUES ('here')")
        run.end(number)
    with running(folder) as run:
        assert run.cpu_seconds() < 8 * a_bare_start()
        assert run.execute("SELECT word FROM kept") == [("here",)]
        assert run.end(signal.SIGTERM) == 143


@pytest.mark.parametrize("name", NAMES)
def test_a_child_that_dies_is_started_again(portal, name):
    before = portal.child(name)
    offspring = before.children(recursive=True)
    before.kill()
    wait_for(lambda: portal.child(name) not in (None, before))
    assert survivors(offspring, 10) == []
    wait_for(lambda: healthy(portal.port))


def test_a_child_that_keeps_dying_stops_the_portal_with_a_reason(folder):
    with running(folder) as run:
        for _ in range(5):
            before = run.child("beat")
            before.kill()
            wait_for(lambda before=before: run.process.poll() == 1 or run.child("beat") not in (None, before))
        assert run.process.wait(30) == 1
        assert "beat keeps ending" in run.process.stdout.read()
        assert not healthy(run.port)


def test_a_second_run_says_that_one_runs_already(portal):
    second = Run(portal.folder, free_port())
    second.wait_for(f"runs already (process {portal.process.pid})")
    assert second.process.wait(30) == 1
    assert healthy(portal.port)


def test_a_taken_port_is_said_so(portal, tmp_path):
    second = Run(tmp_path, portal.port)
    second.wait_for(f"Port {portal.port} is taken")
    assert second.process.wait(30) == 1
    assert not (tmp_path / "postgres").exists()


def test_manage_uses_the_servers_of_a_running_portal(portal):
    portal.execute("CREATE TABLE made_elsewhere (word text)")
    code = "from django.db import connection as c; print(c.settings_dict, c.introspection.table_names())"
    done = subprocess.run(
        [sys.executable, "-m", "cps_portal.dev.commands", "manage", "shell", "--no-imports", "-c", code],
        cwd=ROOT,
        env={**os.environ, "PORTAL_LOCAL": str(portal.folder)},
        capture_output=True,
        text=True,
        check=False,
    )
    port = portal.state()["env"]["DATABASE_URL"].rsplit(":", 1)[1].split("/")[0]
    assert f"'PORT': {port}," in done.stdout, done.stderr
    assert "'made_elsewhere'" in done.stdout


def cmdline(process):
    try:
        return process.cmdline()
    except psutil.NoSuchProcess:  # a zombie is one too
        return []
