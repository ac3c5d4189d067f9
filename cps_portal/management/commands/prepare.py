"""Everything between the code and a portal that can serve, in one process because starting Django costs
a second: `assets` (translations, static files), `data` (tables, catalogue), `demo` (members to look at).
"""

import fcntl
import hashlib
from argparse import ArgumentParser
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import BaseCommand, call_command

PARTS = ("assets", "data", "demo")


class Command(BaseCommand):
    """`manage.py prepare assets data demo`; each part does nothing when nothing changed."""

    help = "Prepare the parts of the portal that a change of code may have made stale."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("parts", nargs="+", choices=PARTS)

    def handle(self, *args: object, parts: list[str], **options: object) -> None:
        if "assets" in parts:
            call_command("compile_translations", verbosity=0)
            collect_changed()
        if "data" in parts:
            call_command("migrate", interactive=False, verbosity=0)
            call_command("createcachetable", verbosity=0)
            call_command("load_catalogue", stdout=self.stdout)
        if "demo" in parts:
            call_command("make_demo", stdout=self.stdout)


def collect_changed() -> None:
    """collectstatic, when a source file differs from what was collected; one process at a time."""
    root = Path(settings.STATIC_ROOT)
    root.mkdir(parents=True, exist_ok=True)
    with open(root / ".collected", "a+") as stamp:
        fcntl.flock(stamp, fcntl.LOCK_EX)
        stamp.seek(0)
        now = fingerprint()
        if stamp.read() == now:
            return
        stamp.truncate(0)
        stamp.flush()
        call_command("collectstatic", interactive=False, verbosity=0)
        stamp.write(now)


def fingerprint() -> str:
    """One hash over the path and content of every static file, ours and the packages'."""
    seen = hashlib.sha256(Path(settings.BASE_DIR / "cps_portal" / "settings.py").read_bytes())
    for finder in get_finders():
        for path, storage in finder.list([]):
            seen.update(path.encode())
            with storage.open(path) as file:
                seen.update(file.read())
    return seen.hexdigest()
