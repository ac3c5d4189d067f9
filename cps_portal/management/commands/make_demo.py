"""`manage.py make_demo`: members to look at, once."""

import time
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from cps_portal.demo import history


class Command(BaseCommand):
    help = "Make demo members and staff with two years of history, where there are none yet."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.MAIL_DIR:
            raise CommandError("Demo accounts are only made where mail goes to a mailbox (MAIL_DIR).")
        if history.exists():
            return
        started = time.monotonic()
        members = history.make(at=timezone.now())
        self.stdout.write(f"demo: {members} members, two years of history in {time.monotonic() - started:.1f} s")
