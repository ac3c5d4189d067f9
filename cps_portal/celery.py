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
    "forget old imports": wake("kitbag.tasks.forget_imports", crontab(hour="4", minute="10"), within=HOUR),
    "sweep files that no proof needs": wake("kitbag.tasks.sweep_proofs", crontab(hour="4", minute="10"), within=HOUR),
    "see to cases": wake("servicing.tasks.see_to_cases", crontab(minute="*/5"), within=290),
    "sweep files that no case needs": wake(
        "servicing.tasks.sweep_case_files", crontab(hour="4", minute="25"), within=HOUR
    ),
    "see to loans": wake("servicing.tasks.see_to_loans", crontab(minute="*/30"), within=1700),
    "send queued messages": wake("members.tasks.deliver_messages", 20.0, within=18),
    "clear what has expired": wake("members.tasks.clear_expired", crontab(hour="3", minute="20"), within=HOUR),
    "forget joinings that were never finished": wake(
        "cps_portal.tasks.forget_unfinished_joinings", crontab(hour="3", minute="40"), within=HOUR
    ),
}
