"""A kept file in an answer that no browser runs anything of (programme §3, §6)."""

from collections.abc import Callable
from urllib.parse import quote

from django.http import Http404, HttpResponse

from kitbag import proofs
from kitbag.models import Proof


def file_of(proof: Proof) -> HttpResponse:
    """The paper to be looked at; 404 where the file is gone."""
    return shown(lambda: proofs.content_of(proof), content_type=proof.content_type, name=proof.name)


def shown(content: Callable[[], bytes], *, content_type: str, name: str) -> HttpResponse:
    """A file to be looked at: its type is ours, nothing is guessed, and nothing of it may act.

    `content` reads it; its FileNotFoundError is a 404.
    """
    try:
        body = content()
    except FileNotFoundError as error:
        raise Http404 from error
    return HttpResponse(
        body,
        content_type=content_type,
        headers={
            "Content-Disposition": f"inline; filename*=UTF-8''{quote(name)}",
            "Content-Security-Policy": "sandbox; default-src 'none'; img-src 'self'; style-src 'unsafe-inline'",
            "X-Content-Type-Options": "nosniff",
            "Cross-Origin-Resource-Policy": "same-origin",
            "Cache-Control": "private, no-store",
        },
    )
