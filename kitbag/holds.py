"""Holds and thresholds: what staff decide about levels ahead of a day (programme §4)."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Max

from kitbag import drops, standing
from kitbag.models import Hold
from kitbag.registration import KitError
from kitbag.rules.notice import is_short
from members.models import Level, Member, Threshold, User
from members.rules.days import programme_day
from members.rules.levels import Thresholds


@transaction.atomic
def hold_level(
    member: Member, *, level: Level, begins_on: date, ends_on: date, reason: str, by: User, at: datetime
) -> Hold:
    """Keep a level from a day after today until the day before `ends_on`, for a reason; it only lifts.

    Its end takes back what it gave, so a short hold needs no notice; the member hears of the end at once.

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
    drops.wake_after_commit()
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
def end_hold(hold_id: int, *, ends_on: date, reason: str, short_notice: str = "", by: User, at: datetime) -> Hold:
    """Move the end of a hold; before it has begun, an end on its first day withdraws it.

    An end that is moved forward and costs a level sooner than members are told ahead says why in
    `short_notice`. Raises KitError: "superseded" (a newer revision exists), "day_not_ahead",
    "already_ended", "reason_missing", "short_notice"; standing.DayTurned.
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
    short = begun and ends_on < hold.ends_on and _is_short(ends_on, today) and _costs_level(hold, ends_on)
    if short and not short_notice.strip():
        raise KitError("short_notice")
    drops.wake_after_commit()
    return Hold.objects.create(
        member_id=hold.member_id,
        number=hold.number,
        revision=hold.revision + 1,
        level=hold.level,
        begins_on=hold.begins_on,
        ends_on=ends_on,
        reason=reason.strip(),
        short_notice=short_notice.strip() if short else "",
        recorded_on=today,
        by=by,
    )


def _is_short(day: date, today: date) -> bool:
    return is_short(day, today=today, notice=timedelta(days=settings.DROP_NOTICE_DAYS))


def _costs_level(hold: Hold, day: date) -> bool:
    """Whether the level is above what the member would have without this hold on a day."""
    points = standing.derive(hold.member_id, day).points
    others = Hold.objects.in_force().filter(member=hold.member_id, begins_on__lte=day, ends_on__gt=day)
    kept = others.exclude(number=hold.number).aggregate(level=Max("level"))["level"] or 0
    return hold.level > max(Threshold.objects.on(day).level_for(points), kept)


@transaction.atomic
def plan_thresholds(
    *,
    effective_on: date,
    silver: int,
    gold: int,
    platinum: int,
    reason: str,
    short_notice: str = "",
    by: User,
    at: datetime,
) -> Threshold:
    """What the levels need from a day after today; the same day again revises the plan.

    Levels that come to need more sooner than members are told ahead say why in `short_notice`.
    Raises KitError: "day_not_ahead", "levels_do_not_ascend", "reason_missing", "short_notice";
    standing.DayTurned.
    """
    today = programme_day(at)
    standing.enter_day(today)
    if effective_on <= today:
        raise KitError("day_not_ahead")
    if not 0 < silver < gold < platinum:
        raise KitError("levels_do_not_ascend")
    if not reason.strip():
        raise KitError("reason_missing")
    needs = Thresholds(silver, gold, platinum)
    said = Said(reason.strip(), short_notice.strip(), by)
    return _record(effective_on, needs, instead_of=Threshold.objects.on(effective_on), said=said, today=today)


@transaction.atomic
def withdraw_thresholds(
    *, effective_on: date, reason: str, short_notice: str = "", by: User, at: datetime
) -> Threshold:
    """Take back thresholds planned for a day after today.

    Raises KitError: "day_not_ahead", "not_planned", "reason_missing", "short_notice" (taking them back makes
    levels need more, sooner than members are told ahead); standing.DayTurned.
    """
    today = programme_day(at)
    standing.enter_day(today)
    if effective_on <= today:
        raise KitError("day_not_ahead")
    if not reason.strip():
        raise KitError("reason_missing")
    newest = Threshold.objects.filter(effective_on=effective_on).order_by("revision").last()
    if newest is None or newest.is_withdrawn:
        raise KitError("not_planned")
    said = Said(reason.strip(), short_notice.strip(), by)
    taken_back = Thresholds(newest.silver, newest.gold, newest.platinum)
    return _record(effective_on, taken_back, instead_of=taken_back, said=said, today=today, is_withdrawn=True)


@dataclass(frozen=True, slots=True)
class Said:
    """Why staff decided, and why at short notice; by whom."""

    reason: str
    short_notice: str
    by: User


def _record(
    day: date, needs: Thresholds, *, instead_of: Thresholds, said: Said, today: date, is_withdrawn: bool = False
) -> Threshold:
    """Write a revision of a day's thresholds; where levels come to need more on short notice, it has to say why.

    `instead_of` held on the day until now; a withdrawn revision leaves those of the day before in force.
    """
    in_force = Threshold.objects.on(day - timedelta(days=1)) if is_withdrawn else needs
    needs_more = any(in_force.begins(level) > instead_of.begins(level) for level in Level.values)
    short = needs_more and _is_short(day, today)
    if short and not said.short_notice:
        raise KitError("short_notice")
    last = Threshold.objects.filter(effective_on=day).aggregate(n=Max("revision"))["n"] or 0
    drops.wake_after_commit()
    return Threshold.objects.create(
        effective_on=day,
        revision=last + 1,
        silver=needs.silver,
        gold=needs.gold,
        platinum=needs.platinum,
        is_withdrawn=is_withdrawn,
        reason=said.reason,
        short_notice=said.short_notice if short else "",
        recorded_on=today,
        by=said.by,
    )
