"""What a page costs in the database: its own statements once more, by the CPU of the backend that answers them.

Everything that is read lies in the cache, so on an idle machine this is the time that they take; on a busy one the
clock would count what others take from them. EXPLAIN ANALYZE, which asks the clock, is told beside.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from typing import NamedTuple

from django.db import connection, transaction

from benchmarks.pgbench import statements_of

ROUNDS = 7
ANSWERED = ("SELECT", "WITH", "INSERT", "UPDATE", "DELETE", "EXECUTE", "(")


class Cost(NamedTuple):
    """Statements of a page; CPU milliseconds of the database; milliseconds by EXPLAIN ANALYZE, the best round."""

    queries: int
    ms: float
    explained: float


def cost_of(act: Callable[[], object], rounds: int = ROUNDS) -> Cost:
    """What an act costs, medians of rounds; done once before, so that what a process reads but once is not counted."""
    act()
    # The fewer of two: once in a few minutes a page also notes that its session is in use (signed_in.SEEN_EVERY).
    statements = min((statements_of(act) for _turn in range(2)), key=len)
    asked = [one for one in statements if one.upper().startswith(ANSWERED)]
    taken = [_round(asked) for _turn in range(rounds)]
    return Cost(len(statements), median(ms for ms, _explained in taken), min(explained for _ms, explained in taken))


def _round(statements: Sequence[str]) -> tuple[float, float]:
    """CPU and explained milliseconds of statements in order; what they write is taken back."""
    explained = 0.0
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL max_parallel_workers_per_gather = 0")  # all of it by the backend we look at
        cursor.execute("SELECT pg_backend_pid()")
        backend = Path(f"/proc/{cursor.fetchone()[0]}/schedstat")
        begun = _nanoseconds(backend)
        for statement in statements:
            cursor.execute(statement)
        spent = _nanoseconds(backend) - begun
        for statement in statements:
            cursor.execute(f"EXPLAIN (ANALYZE, TIMING OFF, BUFFERS OFF, FORMAT JSON) {statement}")
            plan = cursor.fetchone()[0][0]
            explained += plan["Planning Time"] + plan["Execution Time"]
        transaction.set_rollback(True)
    return spent / 1_000_000, explained


def _nanoseconds(backend: Path) -> int:
    """CPU time of a process until now. Raises FileNotFoundError where the database is not on this machine."""
    return int(backend.read_text().split()[0])
