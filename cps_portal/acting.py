"""While a member of staff acts on a member's behalf: which pages are theirs, and what they leave behind (§10).

`request.user` stays the member of staff, so that every operation names who did it; `members.access` gives the pages
the member instead. What is not in `OPEN` is shut, whatever is added later: signing in and its means, the e-mail
address, papers and photos that were sent in, messages and questions, the copy of the data, closing.

The mark of a form is its CSRF token: beginning and ending to act give the browser a new one, so that a form which was
opened before, for another member or for oneself, is refused in any tab.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime
from typing import Any, cast

from django.contrib import messages as toasts
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.middleware.csrf import rotate_token
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from cps_portal.staff_access import is_staff, passed_second_factor
from members import acting, suspending
from members.country_teams import seen_by
from members.models import Acting, Member, User
from members.trail import staff_at_work
from servicing.access import centre_seen_by

SESSION_KEY = "acting"
SAFE = ("GET", "HEAD", "OPTIONS")
# The member's own pages, and what anybody may open.
OWN = (
    *("dashboard", "points", "points-csv", "points-pdf", "points-day", "what-if", "what-if-drafts"),
    *("kitbag", "kitbag-add", "kitbag-export", "kitbag-many", "kitbag-many-check", "kitbag-many-left"),
    *("kitbag-item", "kitbag-item-edit", "kitbag-item-number", "kitbag-item-proof", "kitbag-item-remove"),
    *("kitbag-item-undo", "kitbag-claim", "kitbag-claim-answer", "kitbag-doctor", "kitbag-photo", "kitbag-proofs"),
    *("servicing", "servicing-send", "case", "case-new", "case-change", "case-cancel", "case-sheet", "case-write"),
    *("case-tracking", "case-back", "case-reopen", "case-loan", "loan-agreement", "estimate", "estimate-pdf"),
    *("events", "event", "event-ics", "event-book", "event-cancel"),
    *("offers", "offer", "benefits", "pack", "card", "card-pdf"),
    *("account-move", "account-addresses", "account-address", "account-address-new", "account-address-first"),
    *("account-address-remove", "account-looks"),
)
ANYBODYS = (
    *("home", "terms", "privacy", "accessibility", "countries", "country-other", "centres", "centre"),
    *("products", "product", "product-suggest", "list-check", "card-check", "help", "theme", "language"),
    *("health", "csp-report", "account_logout", "acting-stop"),
)
OPEN = frozenset((*OWN, *ANYBODYS))


class ActingMiddleware:
    """Puts the acting that holds on the request, lets it pass to open pages only, and writes down what is sent."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        at = timezone.now()
        given = cast(Any, request)
        given.acting, given.acting_is_over = _acting(request, at=at), False
        if given.acting is None:
            given.acting_is_over = request.session.pop(SESSION_KEY, None) is not None
        with _on_the_trail(given.acting, request, at=at):
            response = self.get_response(request)
        if given.acting_is_over:
            # Also where no page was found, or its form was refused before: what is open in a tab holds no more.
            _renew(request)
        if given.acting is not None:
            add_never_cache_headers(response)
        return response

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponseBase], args: Any, kwargs: Any
    ) -> HttpResponseBase | None:
        match, given = request.resolver_match, cast(Any, request)
        assert match is not None
        in_admin = "admin" in match.namespaces
        if given.acting_is_over:
            _renew(request)
            if request.method not in SAFE and not in_admin and match.view_name != "account_logout":
                return TemplateResponse(request, "members/acting_over.html", status=403)
        running: Acting | None = given.acting
        if running is None or in_admin:
            return None
        if match.view_name not in OPEN:
            return TemplateResponse(request, "members/acting_refused.html", status=403)
        if request.method not in SAFE and match.view_name in OWN:
            acting.note_step(running, str(match.view_name), at=timezone.now())
        return None


def _acting(request: HttpRequest, *, at: datetime) -> Acting | None:
    """The acting of this session, while it and all that it needs still hold: role, second factor, time.

    It ends with a suspension of the member, and where the member is not this team's any more.
    """
    key = request.session.get(SESSION_KEY)
    if key is None or not is_staff(request):
        return None
    user = cast(User, request.user)
    may = user.has_perm("members.add_acting") and centre_seen_by(user) is None and passed_second_factor(request)
    running = acting.running(key, by=user, at=at) if may else None
    if running is None or suspending.running(running.member_id, at=at):
        return None
    return running if seen_by(Member.objects.filter(pk=running.member_id), user).exists() else None


def _on_the_trail(running: Acting | None, request: HttpRequest, *, at: datetime) -> AbstractContextManager[None]:
    if running is None or request.method in SAFE:
        return nullcontext()
    return staff_at_work(cast(User, request.user), why=running.reason, at=at)


def _renew(request: HttpRequest) -> None:
    """A new CSRF token, once a request."""
    if not getattr(request, "_acting_renewed", False):
        cast(Any, request)._acting_renewed = True
        rotate_token(request)


@require_POST
def acting_stop(request: HttpRequest) -> HttpResponse:
    """Stop acting for a member, and go back to their page of the desk; whoever is not acting goes to the start page."""
    running: Acting | None = cast(Any, request).acting
    if running is None:
        return HttpResponseRedirect(reverse("home"))
    acting.stop(running.by, at=timezone.now())
    request.session.pop(SESSION_KEY, None)
    cast(Any, request).acting = None
    rotate_token(request)
    toasts.success(request, _("You act on nobody’s behalf any more."))
    return HttpResponseRedirect(reverse("admin:members_member_change", args=[running.member_id]))
