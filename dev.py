#!/usr/bin/env python3
"""Run, test, manage and measure the portal.

    python3 dev.py run               the whole portal at http://localhost:$PORT/ (8000 unless set);
                                     with --without-demo an empty one
    python3 dev.py test [arguments]  pytest, with private servers and a real browser
    python3 dev.py manage ...        manage.py against the servers of `run`
    python3 dev.py bench [name]      the benchmarks

This file knows the machine only: Python, the environment in .venv, the browser. It uses the standard
library, makes .venv from the hash-pinned lock, and becomes cps_portal.dev.commands in there.
"""

import sys

if sys.version_info < (3, 11):  # noqa: UP036
    sys.exit(
        f"The portal needs Python 3.11 or newer; this is {sys.version.split()[0]} ({sys.executable}).\n"
        "Start it with a newer one, for example: python3.11 dev.py run"
    )

import ctypes
import fcntl
import hashlib
import importlib.util
import os
import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parent
LOCAL = ROOT / ".local"
VENV = ROOT / ".venv"
LOCK = ROOT / "requirements-dev.txt"
COMMANDS = ("run", "test", "manage", "bench")
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "microsoft-edge")
# How each package manager installs without questions, and its names for a browser and libatomic, which
# Playwright's own node is linked against.
MANAGERS = {
    "apt-get": (["apt-get", "install", "-y", "--no-install-recommends"], ["chromium", "libatomic1"]),
    "dnf": (["dnf", "install", "-y"], ["chromium", "libatomic"]),
    "apk": (["apk", "add"], ["chromium", "libatomic"]),
    "pacman": (["pacman", "-S", "--noconfirm"], ["chromium", "gcc-libs"]),
}


def say(text: str) -> None:
    """Tell the person at the terminal; stderr, so that the output of commands stays clean."""
    print(text, file=sys.stderr, flush=True)


def main() -> None:
    if len(sys.argv) < 2 or sys.argv[1] not in COMMANDS:
        sys.exit(__doc__)
    os.chdir(ROOT)
    python = VENV / "bin" / "python"
    make_environment(python)
    if sys.argv[1] in ("test", "bench"):
        os.environ["CHROMIUM"] = find_browser()
    os.execv(python, [str(python), "-m", "cps_portal.dev.commands", *sys.argv[1:]])


def make_environment(python: Path) -> None:
    """Make .venv, or renew it when the lock changed; a second first run waits for the first."""
    stamp = VENV / "lock.sha256"
    wanted = hashlib.sha256(LOCK.read_bytes()).hexdigest()
    LOCAL.mkdir(exist_ok=True)
    with open(LOCAL / "environment.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if python.exists() and stamp.exists() and stamp.read_text() == wanted:
            return
        stamp.unlink(missing_ok=True)
        if importlib.util.find_spec("ensurepip") is None:
            package = f"python{sys.version_info[0]}.{sys.version_info[1]}-venv"
            if not install([package]):
                sys.exit(
                    f"{sys.executable} cannot make environments: its module ensurepip is missing.\n"
                    f"Install it and start again: apt-get install {package}"
                )
        say("Making the environment in .venv (once, and again when the lock changes) ...")
        if subprocess.call([sys.executable, "-m", "venv", str(VENV)], stdin=subprocess.DEVNULL):
            sys.exit(f"Could not make {VENV}; see above.")
        pip = [str(python), "-m", "pip", "--disable-pip-version-check", "install", "-qq", "--no-input"]
        exact = ["--no-deps", "--require-hashes", "--only-binary=:all:", "-r", str(LOCK)]
        if subprocess.call([*pip, *exact], stdin=subprocess.DEVNULL):
            sys.exit("pip could not install the lock file (requirements-dev.txt); see above.")
        stamp.write_text(wanted)


def find_browser() -> str:
    """The path of a Chromium that starts, installed where this account may; else say what to do."""
    browser = working_browser()
    if not (browser and has_libatomic()):
        manager = next((name for name in MANAGERS if shutil.which(name)), None)
        packages = MANAGERS[manager][1] if manager else ["Chromium", "libatomic"]
        if manager and install(packages):
            browser = working_browser()
        if not (browser and has_libatomic()):
            order = " ".join([*MANAGERS[manager][0], *packages]) if manager else "install " + " and ".join(packages)
            sys.exit(
                "The browser tests need Chromium and libatomic, and they are never skipped.\n"
                f"As an administrator: {order}\n"
                "A Chromium elsewhere is named with CHROMIUM=/path/to/chromium."
            )
    return browser


def working_browser() -> str | None:
    named = os.environ.get("CHROMIUM")
    for candidate in [named] if named else BROWSERS:
        path = shutil.which(candidate)
        # Ubuntu's chromium-browser may be a stub that only asks for a snap: believe what starts.
        if path and subprocess.run([path, "--version"], capture_output=True, check=False).returncode == 0:
            return path
    return None


def has_libatomic() -> bool:
    try:
        ctypes.CDLL("libatomic.so.1")
    except OSError:
        return False
    return True


def install(packages: list[str]) -> bool:
    """Install system packages as root or by a sudo that asks nothing; False where neither may."""
    manager = next((name for name in MANAGERS if shutil.which(name)), None)
    sudo = [] if os.geteuid() == 0 else ["sudo", "-n"]
    if manager is None or (
        sudo
        and (not shutil.which("sudo") or subprocess.run([*sudo, "true"], capture_output=True, check=False).returncode)
    ):
        return False
    say(f"Installing {' '.join(packages)} with {manager} ...")

    def quietly(*command: str) -> int:
        return subprocess.call(
            [*sudo, *command],
            stdin=subprocess.DEVNULL,
            stdout=sys.stderr,
            env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
        )

    if manager == "apt-get":
        quietly("apt-get", "update", "-qq")
    return quietly(*MANAGERS[manager][0], *packages) == 0


if __name__ == "__main__":
    main()
