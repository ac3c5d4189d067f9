"""`manage.py update_translations`: bring the catalogues up to date with the words in the sources."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from cps_portal import translating


class Command(BaseCommand):
    help = "Extract all messages into cps_portal/locale/<language>/LC_MESSAGES/django.po."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        for language, _name in settings.LANGUAGES:
            if language != settings.LANGUAGE_CODE:
                translating.update(language)
                self.stdout.write(f"{language}: {len(translating.missing(language))} messages open")
