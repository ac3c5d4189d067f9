"""`manage.py check_night`: for cron, so that a stopped scheduler is noticed by something that is none of it."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from kitbag import watch
from kitbag.models import Night


class Command(BaseCommand):
    help = (
        "Exit 1 and say why when no complete night lies within 26 hours, or when the last full check found standings"
        " that differ from the facts."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        alarms = list(watch.alarms(at=timezone.now()))
        if alarms:
            raise CommandError(" ".join(alarms), returncode=1)
        self.stdout.write(f"The night of {Night.objects.last_complete_day()} is complete and no standing differs.")
