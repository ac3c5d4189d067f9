"""What a product counts for on a day, from its dated steps (programme §4)."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Step:
    """A valuation in force: `points` from `day` on, at a stage of the product's life, for a reason."""

    day: date
    points: int
    stage: str
    reason: str


def step_on(steps: Sequence[Step], *, day: date) -> Step | None:
    """The latest step not after a day; `steps` are in order of day. None before the first."""
    index = bisect_right(steps, day, key=lambda step: step.day)
    return steps[index - 1] if index else None


def worth(steps: Sequence[Step], *, on: date) -> int:
    """Points a product counts for on a day: its latest step not after that day, else 0."""
    step = step_on(steps, day=on)
    return step.points if step else 0
