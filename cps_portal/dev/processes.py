"""A family of child processes: started together, tended, stopped in order, never orphaned.

Each child leads a process group of its own. Two things see to it that none outlives its parent: the
kernel signals the child when the parent dies (PR_SET_PDEATHSIG), and the warden ends the whole group,
grandchildren too, when the parent's end of its pipe closes. A child that dies is started again; one that
keeps dying stops the family.
"""

import ctypes
import os
import pwd
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, Self

ROOT = Path(__file__).resolve().parents[2]
PR_SET_PDEATHSIG = 1
DEATHS_ALLOWED = 4
DEATHS_WITHIN_SECONDS = 60
LIBC = ctypes.CDLL(None, use_errno=True)


class FamilyBroken(Exception):
    """A child does not start or keeps dying; the text is fit for the terminal."""


@dataclass(frozen=True)
class Program:
    """What to start: `account` is the user to become (only root can), None to stay."""

    name: str
    argv: Sequence[str | Path]
    env: Mapping[str, str]
    cwd: Path = ROOT
    account: pwd.struct_passwd | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    patience_seconds: float = 15


@dataclass
class Child:
    """A running program."""

    program: Program
    process: subprocess.Popen[bytes]
    deaths: list[float] = field(default_factory=list)


def become(account: pwd.struct_passwd | None) -> dict[str, Any]:
    """For Popen: run as this user and nothing more of what we are."""
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": ()} if account else {}


def die_with_parent(number: signal.Signals) -> Callable[[], None]:
    """For Popen(preexec_fn=...), which runs after the change of user: that change would clear it."""
    parent = os.getpid()

    def tie() -> None:
        if sys.platform == "linux":
            LIBC.prctl(PR_SET_PDEATHSIG, number)
        if os.getppid() != parent:
            os._exit(1)

    return tie


def free_port() -> int:
    """A loopback port nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Family:
    """Context manager; children stop in the reverse of the order in which they were started.

    Use it from the main thread: the kernel's death signal follows the thread that started the child.
    """

    def __init__(self, logs: Path) -> None:
        self.logs = logs
        self.children: dict[str, Child] = {}
        logs.mkdir(parents=True, exist_ok=True)
        reading, writing = os.pipe()
        self.leash = open(writing, "wb", buffering=0)  # noqa: SIM115 (closed by stop)
        self.warden = subprocess.Popen(
            [sys.executable, "-I", "-S", str(Path(__file__).with_name("warden.py"))],
            stdin=reading,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            cwd="/",
        )
        os.close(reading)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self, program: Program) -> Child:
        """Start a program with its output in `<logs>/<name>.log`, fresh each time the family is."""
        known = self.children.get(program.name)
        with open(self.logs / f"{program.name}.log", "ab" if known else "wb") as log:
            process = subprocess.Popen(
                [str(word) for word in program.argv],
                env=dict(program.env),
                cwd=program.cwd,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=die_with_parent(program.stop_signal),  # noqa: PLW1509 (one thread)
                **become(program.account),
            )
        self._tell_warden(f"+{process.pid}")
        child = Child(program, process, known.deaths if known else [])
        self.children[program.name] = child
        return child

    def wait_until(self, ready: Callable[[], bool], *, of: str, seconds: float) -> None:
        """Wait for a child to answer; FamilyBroken when it ends first or takes too long."""
        deadline = time.monotonic() + seconds
        while not ready():
            if self.children[of].process.poll() is not None:
                raise FamilyBroken(f"{of} ended at once.\n{self.tail(of)}")
            if time.monotonic() > deadline:
                raise FamilyBroken(f"{of} did not answer within {seconds:.0f} s.\n{self.tail(of)}")
            time.sleep(0.05)

    def start_server(self, program: Callable[[int], Program], ready: Callable[[int], bool]) -> int:
        """Start a server on a free port and wait for it; another port if that was snatched away."""
        for attempt in range(3):
            port = free_port()
            child = self.start(program(port))
            try:
                self.wait_until(partial(ready, port), of=child.program.name, seconds=60)
            except FamilyBroken:
                self.end(child.program.name)
                if attempt == 2:
                    raise
                time.sleep(1)  # the server of a killed run may be about to let its data go
            else:
                break
        return port

    def tend(self) -> None:
        """Start again what has ended; FamilyBroken when one child ends too often."""
        for name, child in list(self.children.items()):
            code = child.process.poll()
            if code is None:
                continue
            now = time.monotonic()
            child.deaths[:] = [at for at in child.deaths if now - at < DEATHS_WITHIN_SECONDS] + [now]
            self._sweep(child)
            if len(child.deaths) > DEATHS_ALLOWED:
                raise FamilyBroken(f"{name} keeps ending (exit code {code}); stopping.\n{self.tail(name)}")
            print(f"{name} ended (exit code {code}); starting it again.", file=sys.stderr, flush=True)
            time.sleep(0.5)
            self.start(child.program)

    def end(self, name: str) -> None:
        """Stop one child: asked first, killed when it does not listen."""
        child = self.children.pop(name)
        if child.process.poll() is None:
            child.process.send_signal(child.program.stop_signal)
            try:
                child.process.wait(child.program.patience_seconds)
            except subprocess.TimeoutExpired:
                child.process.kill()
                child.process.wait()
        self._sweep(child)

    def stop(self) -> None:
        """Stop everything, last started first, then the warden."""
        for name in reversed(list(self.children)):
            self.end(name)
        self.leash.close()
        self.warden.wait()

    def tail(self, name: str, lines: int = 15) -> str:
        """The end of a child's log, for a message."""
        path = self.logs / f"{name}.log"
        text = path.read_text(errors="replace").splitlines()[-lines:]
        return "\n".join([f"From {path}:", *(f"    {line}" for line in text)])

    def _sweep(self, child: Child) -> None:
        """End what a child left behind in its group."""
        with suppress(ProcessLookupError):
            os.killpg(child.process.pid, signal.SIGKILL)
        self._tell_warden(f"-{child.process.pid}")

    def _tell_warden(self, line: str) -> None:
        with suppress(BrokenPipeError):  # somebody killed the warden: the kernel's signal is left
            self.leash.write(f"{line}\n".encode())
