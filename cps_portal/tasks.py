"""Wake-up calls for what concerns several apps; lost or repeated calls change nothing."""

from uuid import UUID

import structlog
from celery import shared_task
from django.utils import timezone

from cps_portal.data import importing
from cps_portal.privacy import closing, exporting, retention

log = structlog.get_logger(__name__)


@shared_task(name="cps_portal.tasks.keep_no_longer")
def keep_no_longer() -> None:
    """Wake one call for each rule of the retention table, so that none waits for another."""
    for name in retention.names():
        apply_rule.delay(name)


@shared_task(time_limit=1500, name="cps_portal.tasks.apply_rule")
def apply_rule(name: str) -> int:
    """Erase what one rule of the retention table keeps no longer (programme §5). Returns how much."""
    count = retention.apply(name, at=timezone.now())
    log.info("kept no longer", rule=name, count=count)
    return count


@shared_task(name="cps_portal.tasks.erase_exports")
def erase_exports() -> int:
    """Erase copies of data whose hours are over, each hour. Returns how many."""
    return retention.exports(timezone.now())


@shared_task(time_limit=1500, name="cps_portal.tasks.make_exports")
def make_exports() -> int:
    """Make the copies of data that were asked for. Returns how many."""
    return exporting.make_waiting(clock=timezone.now)


@shared_task(time_limit=1500, name="cps_portal.tasks.work_on_imports")
def work_on_imports() -> int:
    """Wake one call for each file of programme data that waits, so that none waits for another. Returns how many."""
    keys = importing.waiting()
    for key in keys:
        work_on_import.delay(str(key))
    return len(keys)


@shared_task(time_limit=1500, name="cps_portal.tasks.work_on_import")
def work_on_import(key: str) -> None:
    """Check or save one file that is too long for a page to wait for."""
    importing.work_on(UUID(key), at=timezone.now())


@shared_task(time_limit=1500, name="cps_portal.tasks.close_accounts")
def close_accounts() -> int:
    """Close the accounts whose days to undo are over. Returns how many."""
    return closing.carry_out_due(at=timezone.now())
