"""Events to come, for everybody; for a member the near ones first, with how they stand there (programme §9)."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from cps_portal.pages.events.form import EventsForm
from cps_portal.pages.events.looking import looker_of
from cps_portal.pages.events.rows import event_row
from cps_portal.pages.events.words import audience_words, language_name, reason
from kitbag.paging import Key, slice_of
from members.access import member_here
from servicing.event_list import Looker, ahead, asked_for

PAGE = 20
BY_TIME: tuple[Key, ...] = (("begins_at", False), ("pk", False))
NEAR_FIRST: tuple[Key, ...] = (("far", False), *BY_TIME)
ASKED = ("where", "country", "language", "level", "everyone")


@require_safe
def events(request: HttpRequest) -> HttpResponse:
    at = timezone.now()
    looker = looker_of(member_here(request), at=at)
    countries, languages = asked_for(at=at)
    form = EventsForm(request.GET, countries=countries, languages=languages, is_member=looker is not None)
    form.is_valid()
    rows = ahead(form.wish(), looker=looker, at=at)
    part = slice_of(
        rows,
        NEAR_FIRST if looker else BY_TIME,
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
        limit=PAGE,
    )
    near = [_row(event, looker, at=at) for event in part.rows if not looker or event.far == "0"]
    far = [_row(event, looker, at=at) for event in part.rows if looker and event.far == "1"]
    return TemplateResponse(
        request,
        "events/events.html",
        {
            "form": form,
            "narrowed": any(request.GET.get(name) for name in ASKED),
            "groups": [
                {"title": title, "id": key, "rows": rows}
                for title, key, rows in (
                    (_("Near you and online") if looker else _("Events to come"), "near", near),
                    (_("Elsewhere"), "elsewhere", far),
                )
                if rows
            ],
            "is_member": looker is not None,
            # An empty answer leads on to what was left out of it.
            "wider_href": "" if looker is None or request.GET.get("everyone") else _page(request, everyone="on"),
            "previous": _page(request, before=part.before),
            "next": _page(request, after=part.after),
        },
    )


def _page(request: HttpRequest, **key: str) -> str:
    """Where the list goes on; "" where it does not."""
    if not any(key.values()):
        return ""
    asked = request.GET.copy()
    for name in ("after", "before"):
        asked.pop(name, None)
    asked.update(key)
    return f"{reverse('events')}?{asked.urlencode()}"


def _row(event: Any, looker: Looker | None, *, at: datetime) -> dict[str, Any]:
    mine = event.mine if looker else ""
    why = reason(event, looker.person) if looker else None
    row = event_row(
        event,
        taken=event.taken,
        waiting=event.waiting,
        mine=mine,
        turn=event.turn if looker else 0,
        called_off=event.cancelled_at is not None,
        now=at,
    )
    has_ended = not event.cancelled_at and not mine and event.booking_ends_at <= at
    return row | {
        "summary": event.summary,
        "language": language_name(event.language),
        "state": _("Booking has ended.") if has_ended else row["state"],
        "audience": audience_words(event),
        "missing": why.words if why and not why.fits and not mine else "",
    }
