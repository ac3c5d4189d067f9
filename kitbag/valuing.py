"""Changing a product's plan: the only way a value comes into being (programme §4).

Staff mark a product superseded or out of service from a day on, or set a value; the policy in
`rules.valuing` says what should lie ahead, and this module writes the difference as new revisions,
all in one transaction. Days that have begun are never touched.
"""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import Max

from kitbag import standing
from kitbag.models import LifecycleMark, Product, Stage, Valuation
from kitbag.rules.valuing import PlanError, Scale, check_set, planned_steps
from kitbag.rules.worth import Step
from members.models import User
from members.rules.days import programme_day

Mark = tuple[Stage, date | None]


@dataclass(frozen=True, slots=True)
class SetValue:
    """A value set by staff from a day on."""

    points: int
    day: date


def steps_of(product_id: int) -> list[Step]:
    """Valuations in force of one product, in order of day, past and planned."""
    rows = Valuation.objects.in_force().filter(product=product_id).order_by("effective_on")
    found = rows.values_list("effective_on", "points", "stage", "reason")
    return [Step(day, points or 0, stage, reason) for day, points, stage, reason in found]


def marks_of(product_id: int) -> dict[str, date]:
    """The days of a product's stages, by its newest marks; withdrawn ones left out."""
    rows = (
        LifecycleMark.objects.filter(product=product_id)
        .order_by("stage", "-revision")
        .distinct("stage")
        .values_list("stage", "effective_on")
    )
    return {stage: day for stage, day in rows if day}


@transaction.atomic
def replan(
    product_id: int,
    *,
    mark: Mark | None = None,
    set_value: SetValue | None = None,
    reason: str,
    by: User | None,
    at: datetime,
) -> list[Step]:
    """Change a product's plan and write what follows from it; returns the steps now ahead.

    `mark` is a stage and the day it begins (None withdraws it); `set_value` a value from a day on. Without
    either, the plan is run again over changed programme data. Days must lie after today.
    Raises PlanError ("day_not_ahead", "already_begun", "stages_out_of_order", "day_has_a_fall",
    "below_the_day_before", "below_the_plan") and standing.DayTurned.
    """
    today = programme_day(at)
    standing.enter_day(today)
    product = Product.objects.select_for_update().get(pk=product_id)
    marks = marks_of(product_id)
    if mark:
        stage, day = mark
        if day is not None and day <= today:
            raise PlanError("day_not_ahead")
        if stage in marks and marks[stage] <= today:
            raise PlanError("already_begun")
        _record_mark(product_id, stage, day, reason=reason, by=by, today=today)
        marks = marks_of(product_id)
    steps = steps_of(product_id)
    history = [step for step in steps if step.day <= today]
    sets = [step for step in steps if step.day > today and step.reason == Valuation.Reason.SET]
    if set_value:
        if set_value.day <= today:
            raise PlanError("day_not_ahead")
        others = [step for step in steps if not (step.day == set_value.day and step.reason == "set")]
        check_set(set_value.points, day=set_value.day, steps=others)
        sets = [step for step in sets if step.day != set_value.day]
        sets.append(Step(set_value.day, set_value.points, "", Valuation.Reason.SET))
    scale = Scale(product.points_full, product.points_superseded, product.points_floor)
    wanted = planned_steps(scale, marks=marks, history=history, sets=sets, today=today)
    _write(product_id, wanted, [step for step in steps if step.day > today], reason, by, today)
    return wanted


def _record_mark(product_id: int, stage: Stage, day: date | None, *, reason: str, by: User | None, today: date) -> None:
    last = LifecycleMark.objects.filter(product=product_id, stage=stage).aggregate(n=Max("revision"))["n"]
    LifecycleMark.objects.create(
        product_id=product_id,
        stage=stage,
        effective_on=day,
        revision=(last or 0) + 1,
        reason=reason,
        recorded_on=today,
        by=by,
    )


def _write(product_id: int, wanted: list[Step], existing: list[Step], note: str, by: User | None, today: date) -> None:
    before = {step.day: step for step in existing}
    after = {step.day: step for step in wanted}
    revisions = dict(
        Valuation.objects.filter(product=product_id, effective_on__gt=today)
        .values("effective_on")
        .annotate(n=Max("revision"))
        .values_list("effective_on", "n")
    )
    rows = []
    for day in sorted(before.keys() | after.keys()):
        new, old = after.get(day), before.get(day)
        if new == old:
            continue
        rows.append(
            Valuation(
                product_id=product_id,
                effective_on=day,
                revision=revisions.get(day, 0) + 1,
                points=new.points if new else None,
                stage=new.stage if new else (old.stage if old else Stage.CURRENT),
                reason=new.reason if new else Valuation.Reason.WITHDRAWN,
                note=note,
                recorded_on=today,
                by=by,
            )
        )
    Valuation.objects.bulk_create(rows)


__all__ = ["Mark", "PlanError", "SetValue", "marks_of", "replan", "steps_of"]
