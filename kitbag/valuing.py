"""Changing a product's plan: the only way a value comes into being (programme §4).

Staff mark a product superseded or out of service from a day on, or set a value; the policy in
`rules.valuing` says what should lie ahead, and this module writes the difference as new revisions,
all in one transaction. Days that have begun are never touched.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Max

from kitbag import drops, standing
from kitbag.models import LifecycleMark, Product, Stage, Valuation
from kitbag.rules.notice import short_falls
from kitbag.rules.plan_table import PlannedMark, RowFault
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
    short_notice: str = "",
    by: User | None,
    at: datetime,
) -> list[Step]:
    """Change a product's plan and write what follows from it; returns the steps now ahead.

    `mark` is a stage and the day it begins (None withdraws it); `set_value` a value from a day on. Without
    either, the plan is run again over changed programme data. Days must lie after today. A fall that comes
    sooner than members are told ahead (setting DROP_NOTICE_DAYS) says why in `short_notice`.
    Raises PlanError ("day_not_ahead", "already_begun", "stages_out_of_order", "day_has_a_fall",
    "below_the_day_before", "below_the_plan", "short_notice") and standing.DayTurned.
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
    ahead = [step for step in steps if step.day > today]
    notice = timedelta(days=settings.DROP_NOTICE_DAYS)
    short = {step.day for step in short_falls(steps, [*history, *wanted], today=today, notice=notice)}
    if short and not short_notice.strip():
        raise PlanError("short_notice")
    said = dict.fromkeys(short, short_notice.strip())
    _write(product_id, wanted, ahead, Written(note=reason, short_notice=said, by=by, today=today))
    drops.wake_after_commit()
    return wanted


class TableError(PlanError):
    """Rows of a table of plans that are not allowed; nothing was written."""

    def __init__(self, faults: list[RowFault]) -> None:
        super().__init__("rows")
        self.faults = faults


@transaction.atomic
def replan_many(
    marks: Sequence[PlannedMark], *, reason: str, short_notice: str = "", by: User | None, at: datetime
) -> int:
    """Carry out a table of plans, all of it or nothing; returns how many products it concerns.

    Raises TableError with every row that the programme does not allow; standing.DayTurned.
    """
    products = dict(Product.objects.filter(sku__in=[mark.sku for mark in marks]).values_list("sku", "pk"))
    faults: list[RowFault] = []
    for mark in sorted(marks, key=lambda mark: (mark.sku, mark.stage != Stage.SUPERSEDED)):
        if mark.sku not in products:
            faults.append(RowFault(mark.line, mark.sku, "sku_unknown"))
            continue
        plan = (Stage(mark.stage), mark.day)
        try:
            with transaction.atomic():
                replan(products[mark.sku], mark=plan, reason=reason, short_notice=short_notice, by=by, at=at)
        except PlanError as error:
            faults.append(RowFault(mark.line, mark.sku, error.code))
    if faults:
        raise TableError(sorted(faults, key=lambda fault: fault.line))
    return len({mark.sku for mark in marks})


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


@dataclass(frozen=True, slots=True)
class Written:
    """What stands beside each valuation of one change; `short_notice` by day."""

    note: str
    short_notice: Mapping[date, str]
    by: User | None
    today: date


def _write(product_id: int, wanted: list[Step], existing: list[Step], written: Written) -> None:
    before = {step.day: step for step in existing}
    after = {step.day: step for step in wanted}
    revisions = dict(
        Valuation.objects.filter(product=product_id, effective_on__gt=written.today)
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
                note=written.note,
                short_notice=written.short_notice.get(day, ""),
                recorded_on=written.today,
                by=written.by,
            )
        )
    Valuation.objects.bulk_create(rows)


__all__ = ["Mark", "PlanError", "SetValue", "TableError", "marks_of", "replan", "replan_many", "steps_of"]
