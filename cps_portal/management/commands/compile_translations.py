"""`manage.py compile_translations`: what the portal reads at run time, from the catalogues."""

from typing import Any

from django.core.management.base import BaseCommand

from cps_portal import translating


class Command(BaseCommand):
    help = "Compile the translation catalogues with Babel. Needs no gettext tools and no database."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        for path in translating.compile_all():
            self.stdout.write(f"compiled {path.parent.parent.name}")
