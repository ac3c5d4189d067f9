"""Estimates: what it would cost, by rule, and the member's answer (programme §6)."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction

from members.models import Message, User
from servicing import lending
from servicing.casework import PORTAL, Actor, CaseError, Kind, as_centre, lock, note, step, tell
from servicing.models import Case, Estimate, EstimateLine, Stretch
from servicing.rules import charges
from servicing.rules.charges import Charge, Sums
from servicing.rules.eligibility import CentreKind
from servicing.rules.steps import State
from servicing.rules.terms import Given


def lines_by_rule(case: Case, stretch: Stretch, work: Sequence[Charge], *, shipping: Decimal) -> list[Charge]:
    """The work, then discount and return shipping as the copied terms give them."""
    given = Given.from_json(stretch.terms) if case.member_id and stretch.terms else None
    return charges.by_rule(
        work,
        shipping=shipping,
        service=case.service,
        kind=CentreKind(case.centre.kind),
        given=given,
        warranty=case.warranty,
    )


def sums_of(estimate: Estimate) -> Sums:
    """Net, VAT and total of an estimate, from its lines."""
    return charges.sums([line.amount for line in estimate.lines.all()], vat_percent=estimate.vat_percent)


@transaction.atomic
def send_estimate(
    case_id: UUID,
    *,
    work: Sequence[Charge],
    shipping: Decimal,
    words: str = "",
    valid_days: int | None = None,
    estimate_id: UUID,
    at: datetime,
    by: User,
) -> Estimate:
    """Send an estimate; the clock pauses until it is answered or expires. A waiting one is replaced visibly.

    `estimate_id` is the form's own key: twice is once. Raises CaseError: "not_now", "lines_missing".
    """
    case, stretch = lock(case_id)
    if made := Estimate.objects.filter(pk=estimate_id, case=case).first():
        return made
    if not work:
        raise CaseError("lines_missing")
    if stretch.lane == Stretch.Lane.QUEUED and stretch.terms is None and case.member_id:
        # Its discount and shipping come with the terms, and those with the slot.
        raise CaseError("waits_for_a_slot")
    Estimate.objects.filter(case=case, state=Estimate.State.WAITING).update(
        state=Estimate.State.REPLACED, answered_at=at
    )
    estimate = Estimate.objects.create(
        id=estimate_id,
        case=case,
        stretch=stretch,
        version=case.estimates.count() + 1,
        currency=case.centre.currency,
        vat_percent=case.centre.vat_percent,
        note=words,
        sent_at=at,
        expires_at=_expiry(case, at, valid_days or settings.ESTIMATE_VALID_DAYS),
    )
    EstimateLine.objects.bulk_create(
        EstimateLine(
            estimate=estimate,
            position=place,
            kind=line.kind,
            words=line.words,
            amount=line.amount,
            full_amount=line.full_amount,
            why=line.why,
        )
        for place, line in enumerate(lines_by_rule(case, stretch, work, shipping=shipping), start=1)
    )
    total = str(sums_of(estimate).total)
    event = step(
        case,
        stretch,
        State.ESTIMATE_SENT,
        as_centre(by),
        at=at,
        words=words,
        version=estimate.version,
        total=total,
        currency=estimate.currency,
    )
    tell(
        case,
        Message.Kind.CASE_ESTIMATE,
        occasion=str(event.pk),
        at=at,
        version=estimate.version,
        total=total,
        currency=estimate.currency,
        valid_until=_last_day(estimate).isoformat(),
        words=words,
    )
    return estimate


def _last_day(estimate: Estimate) -> date:
    """The day, by the centre, at whose end it expires."""
    zone = ZoneInfo(estimate.case.centre.time_zone)
    return (estimate.expires_at - timedelta(microseconds=1)).astimezone(zone).date()


def _expiry(case: Case, at: datetime, days: int) -> datetime:
    """The end of the last day, by the centre, on which it can be answered."""
    zone = ZoneInfo(case.centre.time_zone)
    return datetime.combine(at.astimezone(zone).date() + timedelta(days=days + 1), time(), zone)


@transaction.atomic
def answer(estimate_id: UUID, *, accept: bool, words: str = "", at: datetime, actor: Actor) -> Estimate:
    """Accept or decline; the same answer twice is once. From here the clock goes on.

    Raises CaseError: "replaced", "expired", "answered" (otherwise, before).
    """
    case_id = Estimate.objects.values_list("case", flat=True).get(pk=estimate_id)
    case, stretch = lock(case_id)
    estimate = Estimate.objects.select_for_update().get(pk=estimate_id)
    wanted = Estimate.State.ACCEPTED if accept else Estimate.State.DECLINED
    if estimate.state == wanted:
        return estimate
    if estimate.state == Estimate.State.REPLACED:
        raise CaseError("replaced")
    if estimate.state == Estimate.State.EXPIRED or at >= estimate.expires_at:
        raise CaseError("expired")
    if estimate.state != Estimate.State.WAITING:
        raise CaseError("answered")
    estimate.state, estimate.answered_at = wanted, at
    estimate.save(update_fields=["state", "answered_at"])
    to = State.ACCEPTED if accept else State.DECLINED
    step(case, stretch, to, actor, at=at, words=words, version=estimate.version, total=str(sums_of(estimate).total))
    lending.follow(case, stretch, at=at)
    return estimate


def expire_estimates(*, at: datetime) -> int:
    """Estimates nobody answered in time count as declined, from the moment they expired; answers how many."""
    waiting = Estimate.objects.filter(state=Estimate.State.WAITING, expires_at__lte=at)
    return sum(_expire(pk, at=at) for pk in list(waiting.values_list("pk", flat=True)))


@transaction.atomic
def _expire(estimate_id: UUID, *, at: datetime) -> int:
    case, stretch = lock(Estimate.objects.values_list("case", flat=True).get(pk=estimate_id))
    estimate = Estimate.objects.select_for_update().get(pk=estimate_id)
    if estimate.state != Estimate.State.WAITING or estimate.expires_at > at:
        return 0
    estimate.state, estimate.answered_at = Estimate.State.EXPIRED, estimate.expires_at
    estimate.save(update_fields=["state", "answered_at"])
    ended = estimate.expires_at
    note(stretch, Kind.ESTIMATE_EXPIRED, PORTAL, at=ended, version=estimate.version)
    step(case, stretch, State.DECLINED, PORTAL, at=ended, version=estimate.version, expired=True)
    lending.follow(case, stretch, at=at)
    return 1
