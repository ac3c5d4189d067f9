"""Wake-up calls for what concerns several apps; lost or repeated calls change nothing."""

import structlog
from celery import shared_task
from django.utils import timezone

from cps_portal.unfinished_joining import forget_unfinished

log = structlog.get_logger(__name__)


@shared_task(name="cps_portal.tasks.forget_unfinished_joinings")
def forget_unfinished_joinings() -> None:
    """Forget joinings whose code was never entered (programme §5, retention)."""
    log.info("unfinished joinings forgotten", count=forget_unfinished(at=timezone.now()))
