"""dev.py on machines that lack something: it says what to do, and never goes on without it."""

import subprocess
import sys
from pathlib import Path

import pytest

import dev


def test_without_a_browser_the_tests_stop_and_say_what_to_install(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("CHROMIUM", raising=False)
    with pytest.raises(SystemExit, match="never skipped") as stopped:
        dev.find_browser()
    assert "CHROMIUM=/path/to/chromium" in str(stopped.value)


def test_a_browser_that_does_not_start_is_no_browser(monkeypatch, tmp_path):
    stub = tmp_path / "chromium"
    stub.write_text("#!/bin/sh\necho 'please install the snap' >&2\nexit 1\n")
    stub.chmod(0o755)
    monkeypatch.setenv("CHROMIUM", str(stub))
    assert dev.working_browser() is None
    stub.write_text("#!/bin/sh\necho Chromium 156\n")
    assert dev.working_browser() == str(stub)


@pytest.mark.parametrize("manager", dev.MANAGERS)
def test_every_package_manager_is_told_to_ask_nothing(monkeypatch, tmp_path, manager):
    said = tmp_path / "said"
    for name in (manager, "sudo"):
        program = tmp_path / name
        program.write_text(f'#!/bin/sh\necho "{name} $*" >> {said}\n')
        program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("os.geteuid", lambda: 0)
    order, packages = dev.MANAGERS[manager]
    assert dev.install(packages)
    assert said.read_text().splitlines()[-1] == " ".join([*order, *packages])

    said.unlink()
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    assert dev.install(packages)
    first, *_, last = said.read_text().splitlines()
    assert (first, last) == ("sudo -n true", "sudo -n " + " ".join([*order, *packages]))


def test_an_account_that_may_not_install_is_not_asked_for_a_password(monkeypatch, tmp_path):
    for name, code in (("apt-get", 0), ("sudo", 1)):
        (tmp_path / name).write_text(f"#!/bin/sh\nexit {code}\n")
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    assert not dev.install(["chromium"])


def test_the_environment_is_made_again_only_when_the_lock_changed(monkeypatch, tmp_path):
    lock = tmp_path / "requirements-dev.txt"
    lock.write_text("# one\n")
    calls = []
    monkeypatch.setattr(dev, "LOCK", lock)
    monkeypatch.setattr(dev, "LOCAL", tmp_path / ".local")
    monkeypatch.setattr(dev, "VENV", tmp_path / ".venv")
    python = tmp_path / ".venv" / "bin" / "python"

    def call(words, **_):
        calls.append([str(word) for word in words])
        python.parent.mkdir(parents=True, exist_ok=True)
        python.touch()
        return 0

    monkeypatch.setattr(subprocess, "call", call)
    dev.make_environment(python)
    assert len(calls) == 2
    assert {"--no-deps", "--require-hashes", "--only-binary=:all:"} <= set(calls[1])
    dev.make_environment(python)
    assert len(calls) == 2
    lock.write_text("# two\n")
    dev.make_environment(python)
    assert len(calls) == 4


def test_without_a_command_it_explains_itself():
    root = Path(dev.__file__).parent
    done = subprocess.run([sys.executable, root / "dev.py"], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    for command in dev.COMMANDS:
        assert f"dev.py {command}" in done.stderr
