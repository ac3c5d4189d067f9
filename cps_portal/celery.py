"""The Celery app and the whole beat schedule (UTC).

The database is the truth and a task only a wake-up call: each one looks for what is due, does it
and returns, so a lost, repeated or late call changes nothing.
"""

import os

from celery import Celery
from celery.schedules import crontab

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cps_portal.settings")

app = Celery("cps_portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

app.conf.beat_schedule = {
    "take the points days that are due": {
        "task": "kitbag.tasks.night",
        "schedule": crontab(minute="*/10"),
        "options": {"expires": 540},
    },
    "check all standings": {
        "task": "kitbag.tasks.full_check",
        "schedule": crontab(hour="1", minute="40"),
        "options": {"expires": 3600},
    },
    "tell what falls ahead": {
        "task": "kitbag.tasks.tell_ahead",
        "schedule": crontab(minute="5", hour="*/3"),
        "options": {"expires": 3600},
    },
    "write imports that were begun": {
        "task": "kitbag.tasks.write_imports",
        "schedule": 60.0,
        "options": {"expires": 55},
    },
    "forget old imports": {
        "task": "kitbag.tasks.forget_imports",
        "schedule": crontab(hour="4", minute="10"),
        "options": {"expires": 3600},
    },
    "sweep files that no proof needs": {
        "task": "kitbag.tasks.sweep_proofs",
        "schedule": crontab(hour="4", minute="10"),
        "options": {"expires": 3600},
    },
    "see to cases": {
        "task": "servicing.tasks.see_to_cases",
        "schedule": crontab(minute="*/5"),
        "options": {"expires": 290},
    },
    "sweep files that no case needs": {
        "task": "servicing.tasks.sweep_case_files",
        "schedule": crontab(hour="4", minute="25"),
        "options": {"expires": 3600},
    },
    "see to loans": {
        "task": "servicing.tasks.see_to_loans",
        "schedule": crontab(minute="*/30"),
        "options": {"expires": 1700},
    },
    "send queued messages": {
        "task": "members.tasks.deliver_messages",
        "schedule": 20.0,
        "options": {"expires": 18},
    },
    "clear what has expired": {
        "task": "members.tasks.clear_expired",
        "schedule": crontab(hour="3", minute="20"),
        "options": {"expires": 3600},
    },
    "forget joinings that were never finished": {
        "task": "cps_portal.tasks.forget_unfinished_joinings",
        "schedule": crontab(hour="3", minute="40"),
        "options": {"expires": 3600},
    },
}
