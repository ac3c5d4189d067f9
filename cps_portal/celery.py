"""The Celery app and the whole beat schedule (UTC).

The database is the truth and a task only a wake-up call: each one looks for what is due, does it
and returns, so a lost, repeated or late call changes nothing.
"""

import os
from typing import Any

from celery import Celery
from celery.schedules import crontab

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cps_portal.settings")

app = Celery("cps_portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


def wake(task: str, schedule: crontab | float, *, within: int) -> dict[str, Any]:
    """An entry of the schedule; a call that no worker took within so many seconds is dropped: the next one comes."""
    return {"task": task, "schedule": schedule, "options": {"expires": within}}


HOUR = 3600
app.conf.beat_schedule = {
    "take the points days that are due": wake("kitbag.tasks.night", crontab(minute="*/10"), within=540),
    "check all standings": wake("kitbag.tasks.full_check", crontab(hour="1", minute="40"), within=HOUR),
    "tell what falls ahead": wake("kitbag.tasks.tell_ahead", crontab(minute="5", hour="*/3"), within=HOUR),
    "write imports that were begun": wake("kitbag.tasks.write_imports", 60.0, within=55),
    "see to cases": wake("servicing.tasks.see_to_cases", crontab(minute="*/5"), within=290),
    "pass on places at events": wake("servicing.tasks.see_to_events", crontab(minute="*/5"), within=290),
    "offer welcome packs": wake("servicing.tasks.offer_packs", crontab(minute="20"), within=HOUR),
    "note figures of days": wake("servicing.tasks.note_figures", crontab(minute="15"), within=HOUR),
    "see to loans": wake("servicing.tasks.see_to_loans", crontab(minute="*/30"), within=1700),
    "send queued messages": wake("members.tasks.deliver_messages", 20.0, within=18),
    "make copies of data": wake("cps_portal.tasks.make_exports", 60.0, within=55),
    "close accounts": wake("cps_portal.tasks.close_accounts", crontab(minute="*/10"), within=540),
    "erase copies of data": wake("cps_portal.tasks.erase_exports", crontab(minute="35"), within=HOUR),
    "erase what is kept no longer": wake(
        "cps_portal.tasks.keep_no_longer", crontab(hour="3", minute="20"), within=HOUR
    ),
}
