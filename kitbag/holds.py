"""Holds and thresholds: what staff decide about levels ahead of a day (programme §4)."""

from datetime import date, datetime

from django.db import transaction
from django.db.models import Max

from kitbag import standing
from kitbag.models import Hold
from kitbag.registration import KitError
from members.models import Level, Member, Threshold, User
from members.rules.days import programme_day


@transaction.atomic
def hold_level(
    member: Member, *, level: Level, begins_on: date, ends_on: date, reason: str, by: User, at: datetime
) -> Hold:
    """Keep a level from a day after today until the day before `ends_on`, for a reason; it only lifts.

    Raises KitError: "day_not_ahead", "ends_before_it_begins", "reason_missing"; standing.DayTurned.
    """
    today = programme_day(at)
    standing.enter_day(today)
    standing.lock(member.pk)
    if begins_on <= today:
        raise KitError("day_not_ahead")
    if ends_on <= begins_on:
        raise KitError("ends_before_it_begins")
    if not reason.strip():
        raise KitError("reason_missing")
    last = Hold.objects.filter(member=member).aggregate(n=Max("number"))["n"] or 0
    return Hold.objects.create(
        member=member,
        number=last + 1,
        level=level,
        begins_on=begins_on,
        ends_on=ends_on,
        reason=reason.strip(),
        recorded_on=today,
        by=by,
    )


@transaction.atomic
def end_hold(hold_id: int, *, ends_on: date, reason: str, by: User, at: datetime) -> Hold:
    """Move the end of a hold; before it has begun, an end on its first day withdraws it.

    Raises KitError: "superseded" (a newer revision exists), "day_not_ahead", "already_ended",
    "reason_missing"; standing.DayTurned.
    """
    today = programme_day(at)
    standing.enter_day(today)
    hold = Hold.objects.get(pk=hold_id)
    standing.lock(hold.member_id)
    if not reason.strip():
        raise KitError("reason_missing")
    newest = Hold.objects.filter(member=hold.member_id, number=hold.number).order_by("-revision").first()
    if newest is None or newest.pk != hold.pk:
        raise KitError("superseded")
    begun = hold.begins_on <= today
    if begun and hold.ends_on <= today:
        raise KitError("already_ended")
    if ends_on < hold.begins_on or (begun and ends_on <= today):
        raise KitError("day_not_ahead")
    return Hold.objects.create(
        member_id=hold.member_id,
        number=hold.number,
        revision=hold.revision + 1,
        level=hold.level,
        begins_on=hold.begins_on,
        ends_on=ends_on,
        reason=reason.strip(),
        recorded_on=today,
        by=by,
    )


@transaction.atomic
def plan_thresholds(
    *, effective_on: date, silver: int, gold: int, platinum: int, reason: str, by: User, at: datetime
) -> Threshold:
    """What the levels need from a day after today; the same day again revises the plan.

    Raises KitError: "day_not_ahead", "levels_do_not_ascend", "reason_missing"; standing.DayTurned.
    """
    today = programme_day(at)
    standing.enter_day(today)
    if effective_on <= today:
        raise KitError("day_not_ahead")
    if not 0 < silver < gold < platinum:
        raise KitError("levels_do_not_ascend")
    if not reason.strip():
        raise KitError("reason_missing")
    last = Threshold.objects.filter(effective_on=effective_on).aggregate(n=Max("revision"))["n"] or 0
    return Threshold.objects.create(
        effective_on=effective_on,
        revision=last + 1,
        silver=silver,
        gold=gold,
        platinum=platinum,
        reason=reason.strip(),
        recorded_on=today,
        by=by,
    )
