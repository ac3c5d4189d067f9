"""The conversation of somebody without an account, by the link that our answer carried (programme §9).

The link goes only to the address that asked. Closing the thread ends it: nothing is shown then, and whoever wants to
go on asks anew.
"""

from uuid import UUID

from allauth.core.internal import ratelimit
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from cps_portal.pages.threads.files import Ready, shown_notes
from cps_portal.pages.threads.forms import WriteForm
from cps_portal.pages.threads.reading import conversation
from cps_portal.pages.threads.sending import gone_on, may_send
from kitbag.serving import shown
from members.models import PostFile, Thread
from members.thread_links import read_token

GONE = 410
UNLISTED = "noindex, nofollow, noarchive"


def _thread_of(answer: str) -> Thread:
    """The thread of a link; 404 for an address that was not signed here, and for threads of members."""
    key = read_token(answer)
    thread = Thread.objects.filter(pk=key, user=None).first() if key else None
    if thread is None:
        raise Http404
    return thread


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def thread_guest(request: HttpRequest, answer: str) -> HttpResponse:
    """Read and answer without an account, while the thread is not closed. No search engine keeps it."""
    response = _conversation(request, answer)
    response["X-Robots-Tag"] = UNLISTED
    return response


def _conversation(request: HttpRequest, answer: str) -> HttpResponse:
    row = _thread_of(answer)
    if row.state == Thread.State.CLOSED:
        return TemplateResponse(request, "threads/thread_guest.html", {"is_closed": True}, status=GONE)
    form = WriteForm()
    kept: list[Ready] = []
    if request.method == "POST":
        if not may_send(request):
            return ratelimit.respond_429(request)
        post, form, kept = gone_on(request, row, user=None)
        if post is not None:
            return HttpResponseRedirect(f"{request.path}#last")
    return TemplateResponse(
        request,
        "threads/thread_guest.html",
        {
            **conversation(row, lambda file_id: reverse("thread-guest-file", args=[answer, file_id])),
            "form": form,
            "kept": shown_notes(kept),
            "zone": "UTC",
            "place": "",
        },
    )


@require_safe
def thread_guest_file(request: HttpRequest, answer: str, file_id: UUID) -> HttpResponse:
    """A file of the conversation, by the same link; gone once the thread is closed."""
    row = _thread_of(answer)
    if row.state == Thread.State.CLOSED:
        raise Http404
    response = shown(get_object_or_404(PostFile, pk=file_id, post__thread=row))
    response["X-Robots-Tag"] = UNLISTED
    return response
