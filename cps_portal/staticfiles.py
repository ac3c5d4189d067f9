"""One stylesheet and one script, and a second sheet for who is signed in: joined when static files are collected.

`css/portal.css`, `css/signed_in.css` and `js/portal.js` exist only for collectstatic; the parts stay readable files.
"""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import django_htmx
from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.core.files.base import ContentFile
from django.core.files.storage import InMemoryStorage, Storage

STATIC = Path(settings.BASE_DIR) / "static"
HTMX = Path(django_htmx.__file__).parent / "static" / "django_htmx" / "htmx-2.min.js"
CSS = STATIC / "css"
JOINED: dict[str, tuple[Path, ...]] = {
    "css/portal.css": tuple(
        CSS / f"{part}.css"
        for part in ("tokens", "base", "layout", "components", "kitbag", "what_if", "servicing_public", "events")
    ),
    # What only members and staff see: a first visit does not carry it.
    "css/signed_in.css": tuple(
        CSS / f"{part}.css" for part in ("dashboard", "servicing", "sending", "loans", "offers")
    ),
    "js/portal.js": (
        HTMX,
        *(
            STATIC / "js" / f"{part}.js"
            for part in ("theme", "menu", "dialog", "typeahead", "notices", "copy", "position")
        ),
    ),
}


def lighter_css(text: str) -> str:
    """Without comments and indents; every rule stays as written."""
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    return re.sub(r"\s*\n\s*", "\n", text).strip() + "\n"


def joined(name: str) -> str:
    """The text of a joined file. Raises KeyError for a name that is none."""
    text = "\n".join(part.read_text(encoding="utf-8") for part in JOINED[name])
    return lighter_css(text) if name.endswith(".css") else text


class JoinedFinder(BaseFinder):
    """Gives collectstatic the joined files beside the plain ones."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.storage = InMemoryStorage()

    def find(self, path: str, find_all: bool = False, **kwargs: Any) -> Any:
        """Joined files have no place on disk, so there is nothing to point at."""
        return []

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[tuple[str, Storage]]:
        for name in JOINED:
            if self.storage.exists(name):
                self.storage.delete(name)
            self.storage.save(name, ContentFile(joined(name).encode()))
            yield name, self.storage
