"""The mailbox of a portal started by dev.py: what it would have mailed, read from MAIL_DIR.

Without MAIL_DIR, in production, these pages do not exist (404).
"""

import re
from collections.abc import Iterator
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.html import strip_tags
from django.views.decorators.http import require_safe

SHOWN = 200
# Django's file backend: one file a connection, named by its moment, mails divided by a line of dashes.
FILE_NAME = re.compile(r"\d{8}-\d{6}-\d+\.log")
DIVIDER = b"\n" + b"-" * 79 + b"\n"
STYLE = re.compile(r"<(style|head)\b.*?</\1>", re.DOTALL | re.IGNORECASE)


@require_safe
def mailbox(request: HttpRequest) -> HttpResponse:
    """The newest mails, at most 200: whom to, what about, when."""
    mails = [
        {"name": name, "to": mail["to"], "subject": mail["subject"], "at": written} for name, written, mail in _newest()
    ]
    return TemplateResponse(request, "pages/mailbox.html", {"mails": mails, "shown": SHOWN})


@require_safe
def mailbox_mail(request: HttpRequest, name: str) -> HttpResponse:
    """One mail of the list, as text; a name that is not in the list is nowhere (404)."""
    for known, written, mail in _newest():
        if known == name:
            return TemplateResponse(request, "pages/mailbox_mail.html", _readable(mail) | {"at": written})
    raise Http404


def _newest() -> list[tuple[str, datetime, EmailMessage]]:
    """Name, moment and mail, newest first. Raises Http404 where there is no mailbox."""
    if not settings.MAIL_DIR:
        raise Http404
    folder = Path(settings.MAIL_DIR)
    files = [path for path in folder.iterdir() if FILE_NAME.fullmatch(path.name)] if folder.is_dir() else []
    found: list[tuple[str, datetime, EmailMessage]] = []
    for path in sorted(files, key=lambda path: (path.stat().st_mtime_ns, path.name), reverse=True):
        written = datetime.fromtimestamp(path.stat().st_mtime).astimezone()
        mails = list(_mails(path))
        found += [(name, written, mail) for name, mail in reversed(mails)]
        if len(found) >= SHOWN:
            break
    return found[:SHOWN]


def _mails(path: Path) -> Iterator[tuple[str, EmailMessage]]:
    parts = [part for part in path.read_bytes().split(DIVIDER) if part.strip()]
    for number, part in enumerate(parts, start=1):
        yield f"{path.stem}-{number}", message_from_bytes(part, policy=policy.default)


def _readable(mail: EmailMessage) -> dict[str, Any]:
    plain = mail.get_body(preferencelist=("plain",))
    html = mail.get_body(preferencelist=("html",))
    text = plain.get_content() if plain else ""
    if html and not plain:
        text = "\n".join(line.strip() for line in strip_tags(STYLE.sub("", html.get_content())).splitlines())
    return {"subject": mail["subject"], "to": mail["to"], "sender": mail["from"], "text": text}
