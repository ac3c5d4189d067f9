"""A kept file in an answer that no browser runs anything of (programme §3, §6)."""

from hashlib import sha256
from typing import Protocol
from urllib.parse import quote

from django.core.cache import cache
from django.http import Http404, HttpResponse

from kitbag.cleaning import first_page
from kitbag.registration import KitError


class Kept(Protocol):
    """A row of a kept file; `content` raises FileNotFoundError where it is gone."""

    @property
    def name(self) -> str: ...
    @property
    def content_type(self) -> str: ...
    def content(self) -> bytes: ...


PDF = "application/pdf"
UNDRAWN_SECONDS = 60 * 60 * 24


def pictured(kept: Kept) -> HttpResponse:
    """A file as a picture beside what is decided: an image as it is, of a PDF the first page; 404 for what is none.

    A page that cannot be drawn is remembered, so that a clerk waits for it once.
    """
    answer = shown(kept)
    if kept.content_type.startswith("image/"):
        return answer
    undrawn = f"no-picture-{sha256(answer.content).hexdigest()}"
    if kept.content_type != PDF or cache.get(undrawn):
        raise Http404
    try:
        answer.content = first_page(answer.content)
    except KitError as error:
        cache.set(undrawn, True, UNDRAWN_SECONDS)
        raise Http404 from error
    answer.headers["Content-Type"] = "image/png"
    answer.headers["Content-Disposition"] = "inline"
    return answer


def shown(kept: Kept) -> HttpResponse:
    """A file to be looked at: its type is ours, nothing is guessed, nothing of it may act; 404 where it is gone."""
    try:
        body = kept.content()
    except FileNotFoundError as error:
        raise Http404 from error
    return HttpResponse(
        body,
        content_type=kept.content_type,
        headers={
            "Content-Disposition": f"inline; filename*=UTF-8''{quote(kept.name)}",
            "Content-Security-Policy": "sandbox; default-src 'none'; img-src 'self'; style-src 'unsafe-inline'",
            "X-Content-Type-Options": "nosniff",
            "Cross-Origin-Resource-Policy": "same-origin",
            "Cache-Control": "private, no-store",
        },
    )
