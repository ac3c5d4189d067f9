"""A suspended member signs in to one page, which says so (members/suspending.py).

The one place that holds it: whatever address is not in `OPEN` answers with that page, also those added later. Open is
what it takes to reach us, what is sent by mail as a link, and what anybody may read.
"""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.utils.translation import get_language

from members import suspending
from members.rules.zones import place_of

OPEN = frozenset(
    (
        *("contact", "contact-sent", "threads", "thread", "thread-file", "thread-guest", "thread-guest-file"),
        *("estimate", "estimate-pdf", "account-close-undo", "account-email-undo", "messages-stop"),
        *("terms", "privacy", "accessibility", "card-check", "list-check"),
        *("theme", "language", "account_logout", "health", "csp-report", "mailbox", "mailbox-mail"),
    )
)


class SuspendedMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponseBase], args: Any, kwargs: Any
    ) -> HttpResponseBase | None:
        match = request.resolver_match
        if not getattr(request.user, "suspension_id", None) or (match and match.view_name in OPEN):
            return None
        return suspended_page(request)


def suspended_page(request: HttpRequest) -> HttpResponseBase:
    """That the membership is suspended, why, until when, and how to reach us (403)."""
    member: Any = getattr(request.user, "member", None)
    runs = suspending.running(member.pk, at=timezone.now())
    zone = member.time_zone
    place = "" if zone == "UTC" else place_of(zone, get_language() or "en")
    context = {"suspension": runs, "zone": zone, "place": place}
    response = TemplateResponse(request, "members/suspended.html", context, status=403)
    add_never_cache_headers(response)
    return response
