"""`manage.py invariants`: exits 0 when everything holds, else 1 and names what is broken."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from kitbag import invariants


class Command(BaseCommand):
    help = "Check the standings against the facts, and everything else that must hold."

    def handle(self, *args: Any, **options: Any) -> None:
        findings = list(invariants.broken(at=timezone.now()))
        for finding in findings:
            self.stderr.write(finding)
        if findings:
            raise CommandError(f"{len(findings)} findings", returncode=1)
        self.stdout.write("Everything holds.")
