"""Regular work of the kitbag. Each task looks for what is due and returns; a lost call changes nothing."""

from celery import shared_task
from django.utils import timezone

from kitbag import night as nights


@shared_task(time_limit=1500, name="kitbag.tasks.night")
def night() -> list[str]:
    """Take every points day that is due. Returns the days completed."""
    return [day.isoformat() for day in nights.run(at=timezone.now())]
