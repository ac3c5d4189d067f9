"""The staff pages at a million members."""

from benchmarks.goal import Goal
from benchmarks.staff_world import StaffWorld


def run() -> list[Goal]:
    StaffWorld()
    return []
