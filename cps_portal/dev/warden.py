"""A tiny process that outlives its parent for a moment, to take the parent's children along.

Reads lines `+<process group>` and `-<process group>`. When the pipe closes, its parent is gone, however
that came about: every group still listed is asked to end, and killed after a few seconds. Standard
library only, started with -I -S, so that it costs next to nothing.
"""

import os
import signal
import sys
import time

PATIENCE_SECONDS = 4


def alive(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


def send(group: int, number: signal.Signals) -> None:
    try:
        os.killpg(group, number)
    except ProcessLookupError:
        return


def main() -> None:
    groups: list[int] = []
    for line in sys.stdin:
        group = int(line[1:])
        if line.startswith("+"):
            groups.append(group)
        elif group in groups:
            groups.remove(group)
    for group in groups:
        send(group, signal.SIGTERM)
    deadline = time.monotonic() + PATIENCE_SECONDS
    while any(alive(group) for group in groups) and time.monotonic() < deadline:
        time.sleep(0.05)
    for group in groups:
        send(group, signal.SIGKILL)


if __name__ == "__main__":
    main()
