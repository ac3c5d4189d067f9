"""Files of members are opened by a process with limits: whatever they do to it, the portal stands (programme §3)."""

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from kitbag.registration import KitError

# The process limits its own CPU time; this is for one that waits.
WALL_SECONDS = 40
PICTURE_WALL_SECONDS = 10
_HERE = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True)
class Cleaned:
    """A file as it is kept."""

    content_type: str
    content: bytes


def clean(data: bytes) -> Cleaned:
    """The file made safe, by `rules/papers.py` in a process of its own.

    Raises KitError: "proof_unknown" (no PDF and no image), "proof_broken", "proof_locked" (needs a password),
    "proof_active" (does something by itself), "proof_mixed" (two files in one), "proof_huge". A process that
    dies or hangs says "proof_broken".
    """
    done = _run(_PAPERS, data, WALL_SECONDS)
    head, _newline, content = done.stdout.partition(b"\n")
    said, _space, what = head.decode("ascii", "replace").partition(" ")
    if done.returncode == 0 and said == "ok" and content:
        return Cleaned(what, content)
    raise KitError(what if done.returncode == 0 and said == "refused" else "proof_broken")


def first_page(data: bytes) -> bytes:
    """The first page of a kept PDF as PNG, by `rules/pages.py` in such a process. Raises KitError("proof_broken")."""
    done = _run(_PAGES, data, PICTURE_WALL_SECONDS)
    if done.returncode or not done.stdout:
        raise KitError("proof_broken")
    return done.stdout


def _run(program: str, data: bytes, seconds: int) -> subprocess.CompletedProcess[bytes]:
    try:
        return subprocess.run(  # noqa: S603 (our own interpreter and our own program)
            [sys.executable, "-I", "-c", program],
            input=data,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=seconds,
            check=False,
            env={},
            cwd="/",
        )
    except (subprocess.TimeoutExpired, OSError) as error:
        raise KitError("proof_broken") from error


# Isolated from the environment and the working directory, so the place of the project is named.
_PLACE = f"import sys; sys.path.insert(0, {str(_HERE)!r}); "
_PAPERS = f"{_PLACE}from kitbag.rules import papers; papers.main()"
_PAGES = f"{_PLACE}from kitbag.rules import pages; pages.main()"
