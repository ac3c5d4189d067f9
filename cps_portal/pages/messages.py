"""What we sent a person and what we will send: their messages, their choices, and the way out of a letter."""

from typing import Any, cast

from django.contrib import messages as toasts
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from cps_portal.pages.messages_form import KIND_WORDS, MailChoicesForm
from members import wording
from members.daily import time_zone_of
from members.mail_choices import choose, read_token, refuse
from members.models import Message, User
from members.rules.mailing import REFUSABLE, Way, way_of
from members.rules.zones import place_of

PAGE = 25
DOTS = {
    Message.Delivery.WAITING: "checking",
    Message.Delivery.SENT: "counts",
    Message.Delivery.UNDELIVERED: "needs-you",
    Message.Delivery.UNWANTED: "",
}


@login_required
@require_safe
def messages(request: HttpRequest) -> HttpResponse:
    """What we wrote to a person, newest first, and whether it reached them."""
    user = cast(User, request.user)
    rows, newer, older = _page(_of(user), request)
    return TemplateResponse(
        request,
        "pages/messages.html",
        {
            "rows": [_line(row) | {"href": reverse("message", args=[row.pk])} for row in rows],
            "newer": newer,
            "older": older,
            **zone_of(user),
        },
    )


@login_required
@require_safe
def message(request: HttpRequest, message_id: int) -> HttpResponse:
    """One message in the language of the page. Security mail is not kept: its words were for one moment."""
    user = cast(User, request.user)
    row = get_object_or_404(_of(user), pk=message_id)
    return TemplateResponse(
        request,
        "pages/message.html",
        _line(row)
        | {
            "body": _body(row),
            "is_security": row.kind == Message.Kind.SECURITY,
            "crumbs": _crumbs(subject_words(row)),
            **zone_of(user),
        },
    )


def _of(user: User) -> QuerySet[Message]:
    """A person's messages; the secret of security mail stays where it is, and what is held back is not told."""
    return (
        Message.objects.told(at=timezone.now()).filter(user=user).select_related("user").defer("sealed").order_by("-pk")
    )


def _page(rows: QuerySet[Message], request: HttpRequest) -> tuple[list[Message], str, str]:
    """A page of rows by key, and where newer and older ones are ("" where there are none)."""
    before, after = _key(request, "before"), _key(request, "after")
    if after is not None:
        found = list(rows.filter(pk__gt=after).order_by("pk")[: PAGE + 1])
        shown, more_newer, more_older = found[:PAGE][::-1], len(found) > PAGE, True
    else:
        found = list((rows if before is None else rows.filter(pk__lt=before))[: PAGE + 1])
        shown, more_newer, more_older = found[:PAGE], before is not None, len(found) > PAGE
    if not shown:
        return [], "", ""
    here = reverse("messages")
    newer = f"{here}?after={shown[0].pk}" if more_newer else ""
    return shown, newer, f"{here}?before={shown[-1].pk}" if more_older else ""


def _key(request: HttpRequest, name: str) -> int | None:
    text = request.GET.get(name, "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else None


def _line(row: Message) -> dict[str, Any]:
    """A message as plain values for its line and the head of its page."""
    delivery = row.delivery
    return {
        "subject": subject_words(row),
        "kind": KIND_WORDS[row.kind],
        "at": row.created_at,
        "state": delivery.label,
        "dot": DOTS[delivery],
        "is_undelivered": delivery is Message.Delivery.UNDELIVERED,
        "sent_at": row.sent_at,
        "waits_until": row.due_at if _waits_for_the_morning(row) else None,
    }


def _waits_for_the_morning(row: Message) -> bool:
    if row.user is None or row.delivery is not Message.Delivery.WAITING or row.due_at == row.created_at or row.tries:
        return False
    return way_of(row.kind, digest=row.user.mail_digest, unwanted=row.user.mail_unwanted) is Way.DAILY


def subject_words(row: Message) -> str:
    """What a message is about, in the language of the page; its kind where that cannot be written."""
    if row.kind == Message.Kind.SECURITY:
        return _("Security mail")
    try:
        return wording.subject_of(row)
    except wording.Unwritable:
        return str(KIND_WORDS[row.kind])


def _body(row: Message) -> str:
    """The words in the language of the page; "" where they are not kept or cannot be written."""
    try:
        return "" if row.kind == Message.Kind.SECURITY else wording.page_of(row)
    except wording.Unwritable:
        return ""


def _crumbs(here: str) -> list[dict[str, str]]:
    return [{"href": reverse("messages"), "label": _("Messages")}, {"label": here}]


def zone_of(user: User) -> dict[str, str]:
    zone = time_zone_of(user)
    return {"zone": zone, "place": "" if zone == "UTC" else place_of(zone, get_language() or "en")}


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def messages_preferences(request: HttpRequest) -> HttpResponse:
    """What is mailed at once, what once a day, and what not; what is always mailed, and why."""
    user = cast(User, request.user)
    # A form with every box empty is a choice, too.
    form = MailChoicesForm(request.POST if request.method == "POST" else None, user=user)
    if request.method == "POST" and form.is_valid():
        chosen = form.cleaned_data
        choose(user_id=user.pk, digest=bool(chosen["digest"]), wanted=chosen["wanted"], at=timezone.now())
        toasts.success(request, _("Saved."))
        return HttpResponseRedirect(reverse("messages-preferences"))
    always = [words for kind, words in KIND_WORDS.items() if kind not in REFUSABLE]
    return TemplateResponse(
        request,
        "pages/messages_preferences.html",
        {"form": form, "always": always, "crumbs": _crumbs(_("What we mail you"))},
    )


# A mail program posts here for its reader: without a session, a cookie or a token of ours (RFC 8058, one click).
# What allows it is the signature in the address. It can do one thing only, end mail to the one person it was
# signed for, which that person takes back on the preferences page; a session, if there is one, is not looked at.
@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def messages_stop(request: HttpRequest, token: str) -> HttpResponse:
    """End mail of a kind, by a POST only: programs that look at links in letters must not end it."""
    refusal = read_token(token)
    if refusal is None:
        raise Http404
    if request.method == "POST":
        refuse(refusal, at=timezone.now())
    # Whoever reads the letter, in the language it was written in.
    translation.activate(refusal.user.language)
    request.LANGUAGE_CODE = translation.get_language()
    kinds = [KIND_WORDS[kind] for kind in refusal.kinds]
    return TemplateResponse(request, "pages/messages_stop.html", {"kinds": kinds, "is_stopped": refusal.is_made})
