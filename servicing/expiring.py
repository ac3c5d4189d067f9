"""Requests that never arrive: told a week before, then expired (programme §6)."""

from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction

from members.models import Message
from servicing import slots
from servicing.casework import PORTAL, lock, step, tell
from servicing.models import Stretch
from servicing.requesting import expires_at
from servicing.rules.steps import State


def expire_requests(*, at: datetime) -> int:
    """Requests not received within 21 days expire; a week before, their members are told. Answers how many expired."""
    told_from = at - timedelta(days=settings.CASE_REQUEST_DAYS - settings.CASE_EXPIRY_NOTICE_DAYS)
    waiting = Stretch.objects.filter(received_at=None, ended_at=None, requested_at__lte=told_from)
    return sum(expire_request(case_id, at=at) for case_id in list(waiting.values_list("case", flat=True)))


@transaction.atomic
def expire_request(case_id: UUID, *, at: datetime) -> int:
    """Tell, or expire, one request if its day has come; nothing where somebody was faster."""
    case, stretch = lock(case_id)
    if case.state != State.REQUESTED:
        return 0
    ends = expires_at(stretch)
    if at >= ends:
        step(case, stretch, State.EXPIRED, PORTAL, at=at)
        slots.free(stretch, PORTAL, at=at)
        return 1
    if stretch.expiry_told_at is None and at >= ends - timedelta(days=settings.CASE_EXPIRY_NOTICE_DAYS):
        stretch.expiry_told_at = at
        stretch.save(update_fields=["expiry_told_at"])
        tell(
            case,
            Message.Kind.CASE_EXPIRY,
            occasion=str(stretch.number),
            at=at,
            expires_on=ends.astimezone(ZoneInfo(case.centre.time_zone)).date().isoformat(),
        )
    return 0
