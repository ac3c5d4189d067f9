"""Loads the catalogue file into the portal, and reports every row that it refused."""

from argparse import ArgumentParser
from pathlib import Path

from django.conf import settings
from django.core.management import BaseCommand, CommandError
from django.db import connection

from kitbag import catalogue
from kitbag.rules.catalogue_file import BrokenFile
from kitbag.standing import at_the_clock

FILE = settings.BASE_DIR / "kitbag" / "data" / "products.csv"


class Command(BaseCommand):
    """`manage.py load_catalogue [file]`; an unchanged file is left alone."""

    help = "Load the catalogue file: what changed in it, and nothing else."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", nargs="?", type=Path, default=FILE)

    def handle(self, *args: object, file: Path, verbosity: int, **options: object) -> None:
        try:
            data = file.read_bytes()
        except OSError as error:
            raise CommandError(f"{file}: {error.strerror}") from None
        try:
            report = at_the_clock(catalogue.load, data)
        except BrokenFile as broken:
            faults = "\n".join(f"  {fault}" for fault in broken.faults)
            raise CommandError(f"{file.name} is broken, nothing was changed:\n{faults}") from None
        if report.skipped:
            if verbosity > 1:
                self.stdout.write(f"{file.name} has not changed.")
            return
        if report.added or report.changed:
            with connection.cursor() as cursor:
                cursor.execute("ANALYZE kitbag_product, kitbag_valuation, kitbag_searchname")
        self.stdout.write(
            f"{file.name}: {len(report.added)} added, {len(report.changed)} changed, "
            f"{report.unchanged} unchanged, {len(report.refused)} faults in refused rows"
        )
        for fault in report.refused:
            self.stderr.write(f"  {fault}")
