"""The portal: settings, URLs, the schedule, and the pages that speak of several apps."""

from cps_portal.celery import app as celery_app

__all__ = ["celery_app"]
