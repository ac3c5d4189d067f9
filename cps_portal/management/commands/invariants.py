"""`manage.py invariants`: exits 0 when everything holds, else 1 and names what is broken."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from kitbag import invariants as of_kitbags
from servicing import invariants as of_servicing


class Command(BaseCommand):
    help = "Check the standings against the facts, cases against their events, and everything else that must hold."

    def handle(self, *args: Any, **options: Any) -> None:
        at = timezone.now()
        findings = [*of_kitbags.broken(at=at), *of_servicing.broken(at=at)]
        for finding in findings:
            self.stderr.write(finding)
        if findings:
            raise CommandError(f"{len(findings)} findings", returncode=1)
        self.stdout.write("Everything holds.")
