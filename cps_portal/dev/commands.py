"""The commands of dev.py: run, test, manage, bench."""

import fcntl
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from types import FrameType
from typing import NoReturn

from cps_portal.dev.portal import environment, port_is_free, run_manage, start_portal
from cps_portal.dev.processes import ROOT, Family, FamilyBroken, die_with_parent
from cps_portal.dev.servers import Servers, servers, start_servers

# Where run and manage keep their data; the fault tests set a folder of their own.
LOCAL = Path(os.environ.get("PORTAL_LOCAL", ROOT / ".local"))
STATE = LOCAL / "servers.json"


def main(command: str, arguments: list[str]) -> int:
    """Run one command; answers the exit code."""
    LOCAL.mkdir(parents=True, exist_ok=True)
    LOCAL.chmod(0o700)
    signal.signal(signal.SIGINT, partial(leave, 0 if command == "run" else 130))
    signal.signal(signal.SIGTERM, partial(leave, 143))
    signal.signal(signal.SIGHUP, partial(leave, 129))
    try:
        return {"run": run, "test": test, "manage": manage, "bench": bench}[command](arguments)
    except FamilyBroken as broken:
        print(broken, file=sys.stderr)
        return 1


def leave(code: int, number: int, frame: FrameType | None) -> NoReturn:
    """Leave through every `with`, once; a second Ctrl-C must not disturb that."""
    for again in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        signal.signal(again, signal.SIG_IGN)
    sys.exit(code)


def run(arguments: list[str]) -> int:
    """The whole portal, until Ctrl-C; with `--without-demo` there is nobody in it yet."""
    bare = arguments == ["--without-demo"]
    if arguments and not bare:
        raise FamilyBroken("run knows one argument: --without-demo")
    port = wanted_port()
    with hold_servers("run"), Family(LOCAL / "log") as family:
        if not port_is_free(port):
            raise FamilyBroken(
                f"Port {port} is taken by another program. Stop that, or choose another port:\n"
                f"    PORT={port + 1} python3 dev.py run"
            )
        if not (LOCAL / "secret_key").exists():
            print("First start: tables, catalogue and two years of demo history; about a minute ...", flush=True)
        env = environment(own_servers(family), LOCAL, port=port)
        publish(port, env)
        run_manage("prepare", "assets", "data", *([] if bare else ["demo"]), env=env)
        start_portal(family, env=env, port=port, home=LOCAL)
        print(f"\nThe portal answers at http://localhost:{port}/", flush=True)
        if not bare:
            print(run_manage("demo_signins", env=env, stdout=subprocess.PIPE), flush=True)
        print(f"Logs are in {LOCAL / 'log'}. Ctrl-C stops everything.", flush=True)
        while True:
            family.tend()
            time.sleep(0.5)


def wanted_port() -> int:
    """PORT, or 8000."""
    word = os.environ.get("PORT") or "8000"
    if not (word.isdecimal() and 0 < int(word) < 65536):
        raise FamilyBroken(f"PORT={word} is no port: a number from 1 to 65535.")
    return int(word)


# The whole suite runs in two processes, each with a database of its own; tests/conftest.py deals it out.
SIDE_BY_SIDE = ["--numprocesses=2"]


def test(arguments: list[str]) -> int:
    """pytest on private servers, which vanish afterwards; its exit code (5, no tests, is a failure).

    Without arguments the whole suite, side by side; with them what they name, in one process.
    """
    with private_folder() as home, servers(home, durable=False) as private:
        env = environment(private, home, port=8000)
        run_manage("prepare", "assets", env=env)
        return foreground([sys.executable, "-m", "pytest", *(arguments or SIDE_BY_SIDE)], env)


def bench(arguments: list[str]) -> int:
    """The benchmarks on private servers with full durability; their data is kept for the next time."""
    home = LOCAL / "bench"
    home.mkdir(exist_ok=True)
    with locked(home / "lock") as mine:
        if not mine:
            raise FamilyBroken("Another bench is running; two would measure each other.")
        with servers(home, durable=True) as private:
            env = environment(private, home, port=8000)
            run_manage("prepare", "assets", env=env)
            return foreground([sys.executable, "-m", "benchmarks", *arguments], env)


def manage(arguments: list[str]) -> int:
    """manage.py on the servers of `run`: those of a running one, else started for this command."""
    command = [sys.executable, "manage.py", *arguments]
    with hold_servers("manage") as running:
        if running:
            return foreground(command, running)
        with Family(LOCAL / "log") as family:
            env = environment(own_servers(family), LOCAL, port=wanted_port())
            return foreground(command, env)


def own_servers(family: Family) -> Servers:
    """The servers of run and manage: DATABASE_URL and REDIS_URL win over our own."""
    given = {"database_url": os.environ.get("DATABASE_URL", ""), "redis_url": os.environ.get("REDIS_URL", "")}
    return start_servers(family, LOCAL, durable=True, **given)


@contextmanager
def hold_servers(purpose: str) -> Iterator[dict[str, str] | None]:
    """Be the only one to start the servers in .local.

    Answers None when they are ours to start, or for `manage` the environment of a running `run`. Waits
    for another `manage`, whose servers are about to stop.
    """
    said = False
    while True:
        with locked(LOCAL / "servers.lock") as mine:
            if mine:
                STATE.unlink(missing_ok=True)  # a killed run leaves it behind
                try:
                    yield None
                finally:
                    STATE.unlink(missing_ok=True)
                return
        state = json.loads(STATE.read_text()) if STATE.exists() else None
        if state and purpose == "manage":
            yield state["env"]
            return
        if state:
            raise FamilyBroken(f"The portal runs already (process {state['pid']}) at http://localhost:{state['port']}/")
        if not said:
            print("Waiting for another dev.py that holds the servers ...", file=sys.stderr, flush=True)
            said = True
        time.sleep(0.2)


def publish(port: int, env: dict[str, str]) -> None:
    """Let `manage` find the servers of this run; moved into place so that nobody reads half of it."""
    fresh = STATE.with_suffix(".new")
    fresh.write_text(json.dumps({"pid": os.getpid(), "port": port, "env": env}))
    fresh.rename(STATE)


@contextmanager
def locked(path: Path) -> Iterator[bool]:
    """Whether we got the lock; the kernel frees it when we end, however that comes about."""
    with open(path, "w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True


@contextmanager
def private_folder() -> Iterator[Path]:
    """A folder of this test run; takes along what killed runs have left."""
    for old in LOCAL.glob("test-*-*"):
        if not Path(f"/proc/{old.name.split('-')[1]}").exists():
            shutil.rmtree(old, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix=f"test-{os.getpid()}-", dir=LOCAL) as home:
        yield Path(home)


def foreground(command: list[str], env: dict[str, str]) -> int:
    """Run a command that has the terminal: Ctrl-C is its own to answer, SIGTERM is handed on."""
    before = signal.signal(signal.SIGINT, lambda number, frame: None)
    child = subprocess.Popen(
        command,
        cwd=ROOT,
        env={**os.environ, **env},
        preexec_fn=die_with_parent(signal.SIGTERM),  # noqa: PLW1509 (one thread)
    )
    try:
        return child.wait()
    finally:
        if child.poll() is None:
            child.terminate()
            child.wait()
        signal.signal(signal.SIGINT, before)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
