"""`manage.py depreciate`: take the nights that are due, by hand, or see what they would do."""

from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from kitbag import dry_run, night
from kitbag.dry_run import Foreseen
from members.rules.days import programme_day


class Command(BaseCommand):
    help = "Take every points day that is due, up to today or --through DATE."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--through", type=date.fromisoformat, help="last day to take, YYYY-MM-DD")
        parser.add_argument(
            "--dry-run", action="store_true", help="say what falls due each day, also after today, and write nothing"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        if options["dry_run"]:
            return self.say(options["through"] or programme_day(now))
        days = night.run(at=now, through=options["through"])
        self.stdout.write(f"{len(days)} nights taken" + (f", through {days[-1]}" if days else ""))
        return None

    def say(self, through: date) -> None:
        """One line a day."""
        number = 0
        for day, brings in dry_run.nights(through=through):
            number += 1
            self.stdout.write(f"{day}  {_in_words(brings)}")
        self.stdout.write(f"{number} nights would be taken; nothing was written.")


def _in_words(brings: Foreseen) -> str:
    if not brings:
        return "nothing due"
    return (
        f"products {brings.products}, holds {brings.holds}, thresholds {brings.thresholds}, members {brings.members},"
        f" items {brings.items}, levels up {brings.levels_up}, down {brings.levels_down}"
    )
