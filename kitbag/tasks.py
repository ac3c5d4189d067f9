"""Regular work of the kitbag. Each task looks for what is due and returns; a lost call changes nothing."""

from celery import shared_task
from django.utils import timezone

from kitbag import drops, importing
from kitbag import full_check as checks
from kitbag import night as nights


@shared_task(time_limit=1500, name="kitbag.tasks.night")
def night() -> list[str]:
    """Take every points day that is due, then tell what has come within the notice. Returns the days completed."""
    days = [day.isoformat() for day in nights.run(at=timezone.now())]
    if days:
        drops.bell.ring()
    return days


@shared_task(time_limit=1500, name="kitbag.tasks.tell_ahead")
def tell_ahead() -> int:
    """Tell members of drops within the notice that they were not told of. Returns how many messages."""
    return drops.tell(at=timezone.now())


@shared_task(time_limit=1500, name="kitbag.tasks.full_check")
def full_check() -> int:
    """Compare all standings with the facts and leave a row. Returns how many differ; repairs none."""
    return checks.run(at=timezone.now()).differing


@shared_task(time_limit=1500, name="kitbag.tasks.write_imports")
def write_imports() -> int:
    """Write the imports that were begun, also those whose process is gone. Returns how many it went through."""
    return importing.write_waiting()
