"""Wake-up calls: each looks for what is due, does it and returns; lost or repeated calls change nothing."""

import structlog
from celery import shared_task
from django.utils import timezone

from members import delivery

log = structlog.get_logger(__name__)


@shared_task(name="members.tasks.deliver_messages")
def deliver_messages() -> None:
    """Send what is due. Looks again after giving up its place: a call meanwhile may have been turned away."""
    while delivery.due(at=timezone.now()).exists():
        with delivery.place_at_the_door() as free:
            if not free:
                return
            done = delivery.drain(clock=timezone.now)
        log.info("messages delivered", sent=done.sent, put_off=done.put_off, parked=done.parked)
        if done.unreachable:
            return
