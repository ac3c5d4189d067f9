"""`manage.py depreciate`: take the nights that are due, by hand."""

from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from kitbag import night


class Command(BaseCommand):
    help = "Take every points day that is due, up to today or --through DATE."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--through", type=date.fromisoformat, help="last day to take, YYYY-MM-DD")

    def handle(self, *args: Any, **options: Any) -> None:
        days = night.run(at=timezone.now(), through=options["through"])
        self.stdout.write(f"{len(days)} nights taken" + (f", through {days[-1]}" if days else ""))
