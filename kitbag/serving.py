"""A kept file in an answer that no browser runs anything of (programme §3)."""

from urllib.parse import quote

from django.http import Http404, HttpResponse

from kitbag import proofs
from kitbag.models import Proof


def file_of(proof: Proof) -> HttpResponse:
    """The file to be looked at: its type is ours, nothing is guessed, and nothing of it may act."""
    try:
        content = proofs.content_of(proof)
    except FileNotFoundError as error:
        raise Http404 from error
    return HttpResponse(
        content,
        content_type=proof.content_type,
        headers={
            "Content-Disposition": f"inline; filename*=UTF-8''{quote(proof.name)}",
            "Content-Security-Policy": "sandbox; default-src 'none'; img-src 'self'; style-src 'unsafe-inline'",
            "X-Content-Type-Options": "nosniff",
            "Cross-Origin-Resource-Policy": "same-origin",
            "Cache-Control": "private, no-store",
        },
    )
