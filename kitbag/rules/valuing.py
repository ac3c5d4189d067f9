"""From a product's plan (superseded from, out of service from, values set) to its dated valuations.

Programme §4: full while current, reduced from the day it is superseded, floor from the day it can no
longer be serviced; the floor is never below 1 for a product that ever had points.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from kitbag.rules.worth import Step, worth


@dataclass(frozen=True, slots=True)
class Scale:
    """What the programme data say a product counts for at each stage of its life."""

    full: int
    superseded: int
    floor: int

    def at(self, stage: str) -> int:
        points = {"current": self.full, "superseded": self.superseded, "unserviceable": self.floor}[stage]
        return max(points, 1) if self.full else points


class PlanError(ValueError):
    """A plan that the programme does not allow; `code` names the rule."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def check_marks(marks: Mapping[str, date]) -> None:
    """Out of service never comes before superseded. Raises PlanError("stages_out_of_order")."""
    superseded, unserviceable = marks.get("superseded"), marks.get("unserviceable")
    if superseded and unserviceable and unserviceable < superseded:
        raise PlanError("stages_out_of_order")


def planned_steps(
    scale: Scale, *, marks: Mapping[str, date], history: list[Step], sets: list[Step], today: date
) -> list[Step]:
    """The steps that should lie ahead of today, in order of day.

    `history` are the steps up to today, `marks` the days of the stages (both may lie behind: a stage once
    begun stays), `sets` the values set by staff ahead. A stage's step never raises the value: where the
    scale gives more than the day before, the day before stands, so totals fall only for the reasons of §4.
    """
    check_marks(marks)
    ahead: list[Step] = []
    for stage in ("superseded", "unserviceable"):
        day = marks.get(stage)
        if day and day > today:
            ahead.append(Step(day, scale.at(stage), stage, stage))
    if len(ahead) == 2 and ahead[0].day == ahead[1].day:
        ahead = ahead[1:]
    fall_days = {step.day for step in ahead}
    ahead += [step for step in sets if step.day > today and step.day not in fall_days]
    ahead.sort(key=lambda step: step.day)
    steps = list(history)
    for step in ahead:
        before = worth(steps, on=step.day - timedelta(days=1))
        stage = step.stage
        if step.reason == "set":
            stage = steps[-1].stage if steps else "current"
            points = max(step.points, before)
        else:
            points = min(step.points, before)
        steps.append(Step(step.day, points, stage, step.reason))
    return steps[len(history) :]


def check_set(points: int, *, day: date, steps: list[Step]) -> None:
    """A directly set value is no back door to a fall (§4).

    Raises PlanError: "day_has_a_fall" where the plan falls on that day, "below_the_day_before",
    "below_the_plan".
    """
    before = worth(steps, on=day - timedelta(days=1))
    planned = worth(steps, on=day)
    if any(step.day == day and step.reason != "set" for step in steps) and planned < before:
        raise PlanError("day_has_a_fall")
    if points < before:
        raise PlanError("below_the_day_before")
    if points < planned:
        raise PlanError("below_the_plan")
