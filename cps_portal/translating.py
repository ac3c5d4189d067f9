"""Translations without the gettext tools: Babel extracts, updates and compiles the catalogues.

Templates go through Django's own `templatize`, which turns their tags into Python calls and blanks the
rest; only the calls are handed to Babel.
"""

import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.utils.translation import templatize

DOMAIN = "django"
KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
_STRING = r"""u?(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")"""
_CALL = re.compile(rf"\b(?:_|gettext|ngettext|pgettext|npgettext)\({_STRING}(?:, *{_STRING})*(?:, *count)?\)")
# Pages for staff speak English; what a member reads is complete in every language.
STAFF_ONLY = (
    "admin.py",
    "/admin/",
    "staff_forms.py",
    "staff_pages.py",
    "stale_forms.py",
    "/management/",
    "/migrations/",
    "/dev/",
    "admin_site.py",
    "night_report.py",
    "/pages/bench/",
    "/pages/desk/",
    "/models/trail.py",
    "/models/data.py",
    "plan_words.py",
    "/cps_portal/data/",
    "/pages/door/",
    "/pages/logistics/",
    "/pages/threads/desk.py",
    "/pdf/packing.py",
    "styleguide",
)


def po_path(language: str) -> Path:
    """Where the catalogue of a language lies."""
    return Path(settings.LOCALE_PATHS[0]) / language / "LC_MESSAGES" / f"{DOMAIN}.po"


def sources() -> Iterator[Path]:
    """Every file with words that a member may read."""
    for folder in ("cps_portal", "members", "kitbag", "servicing", "templates"):
        for path in sorted((settings.BASE_DIR / folder).rglob("*")):
            name = path.as_posix()
            if path.suffix in (".py", ".html", ".txt") and not any(part in name for part in STAFF_ONLY):
                yield path


def messages() -> Catalog:
    """A fresh catalogue of all messages, with the places they stand in."""
    catalog = Catalog(project="CPS portal", charset="utf-8", fuzzy=False)
    for path in sources():
        text = path.read_text("utf-8")
        place = path.relative_to(settings.BASE_DIR).as_posix()
        if path.suffix != ".py":
            text = "\n".join(_CALL.findall(templatize(text, origin=place)))
        found = extract("python", BytesIO(text.encode()), keywords=KEYWORDS, comment_tags=("Translators:",))
        for _line, message, comments, context in found:
            catalog.add(message, locations=[(place, 0)], auto_comments=comments, context=context)
    return catalog


def update(language: str) -> Catalog:
    """Bring a language's catalogue up to date with the sources, keeping what is translated."""
    path = po_path(language)
    if path.exists():
        with path.open("rb") as file:
            catalog = read_po(file, locale=language, domain=DOMAIN)
    else:
        catalog = Catalog(locale=language, domain=DOMAIN, project="CPS portal", charset="utf-8")
    catalog.update(messages(), no_fuzzy_matching=True, update_creation_date=False)
    catalog.obsolete.clear()
    catalog.fuzzy = False
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_po(file, catalog, width=120, omit_header=False, include_lineno=False, sort_output=True)
    return catalog


def missing(language: str) -> list[str]:
    """Messages that the sources use and the catalogue of a language leaves open."""
    path = po_path(language)
    with path.open("rb") as file:
        catalog = read_po(file, locale=language, domain=DOMAIN)
    open_ones = []
    for message in messages():
        if not message.id:
            continue
        known = catalog.get(message.id if isinstance(message.id, str) else message.id[0], message.context)
        string = known.string if known else ""
        strings = [string] if isinstance(string, str) else list(string or ())
        if not strings or not all(strings) or (known is not None and known.fuzzy):
            open_ones.append(message.id if isinstance(message.id, str) else message.id[0])
    return open_ones


def compile_all() -> list[Path]:
    """Compile every catalogue whose text changed since; returns the files written."""
    written = []
    for path in sorted(Path(settings.LOCALE_PATHS[0]).glob(f"*/LC_MESSAGES/{DOMAIN}.po")):
        target = path.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime >= path.stat().st_mtime:
            continue
        with path.open("rb") as file:
            catalog = read_po(file, locale=path.parent.parent.name, domain=DOMAIN)
        content = BytesIO()
        write_mo(content, catalog)
        fresh = target.with_suffix(".mo.new")
        fresh.write_bytes(content.getvalue())
        fresh.replace(target)
        written.append(target)
    return written
