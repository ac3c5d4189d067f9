"""R1: reading points and level, beside SELECT 1 on the same connection; and a big kitbag beside a small one."""

from collections.abc import Callable
from statistics import median
from time import perf_counter

from django.db import connection
from django.utils import timezone

from benchmarks.goal import Goal
from benchmarks.kits import member_of
from kitbag import standing
from members.rules.days import programme_day

READS = 400
ROUNDS = 9


def run() -> list[Goal]:
    """Microseconds a reading, medians of interleaved rounds."""
    day = programme_day(timezone.now())
    big, small = member_of(500).pk, member_of(5).pk
    of_big, of_small, floor = [], [], []
    for turn in range(ROUNDS + 1):
        spent = (
            _microseconds(lambda: standing.on(big, day)),
            _microseconds(lambda: standing.on(small, day)),
            _microseconds(_select_one),
        )
        if turn:  # the first round warms all three
            of_big.append(spent[0])
            of_small.append(spent[1])
            floor.append(spent[2])
    return [
        Goal.at_most("R1", median(of_small), median(floor), 2),
        Goal.at_most("R1", median(of_big), median(of_small), 1.2),
    ]


def _microseconds(act: Callable[[], object]) -> float:
    spent = []
    for _ in range(READS):
        begin = perf_counter()
        act()
        spent.append(perf_counter() - begin)
    return median(spent) * 1_000_000


def _select_one() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        cursor.fetchone()
