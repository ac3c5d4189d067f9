"""The check-in page of an event: one field for card or number, a free place in one press, and visitors.

Who may: servicing.change_booking for members, servicing.add_eventvisitor for visitors of other regions.
"""

from datetime import datetime
from typing import Any, cast
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from cps_portal.pages.bench.desk import REGIONS
from cps_portal.pages.door.meant import LONGEST, member_meant
from cps_portal.pages.events.looking import looker_of
from cps_portal.pages.events.words import audience_words, reason, when_words, where_words
from cps_portal.pages.kitbag.many import csv_file
from cps_portal.pages.servicing.times import moment_words
from kitbag.rules.table_cells import safe
from members.country_teams import seen_by, works_at_a_centre
from members.looking import Page, note_look
from members.models import Level, Member, User
from servicing import event_door as event_door_acts
from servicing.event_door import door_days, why_shut
from servicing.events import LIVE, State
from servicing.models import Booking, Event, EventVisitor
from servicing.offers import BenefitError

CHECK_IN, VISITORS = "servicing.change_booking", "servicing.add_eventvisitor"
# The last who came, shown under the field.
SHOWN = 12
REFUSALS = {
    "called_off": gettext_lazy("This event was called off."),
    "full": gettext_lazy("No place is free any more."),
    "too_early": gettext_lazy("The door opens on the day before the event."),
    "too_late": gettext_lazy("The door closed on the day after the event."),
}


class GuestForm(forms.Form):
    """A member of another CPS region, by their card."""

    region = forms.CharField(label=gettext_lazy("CPS region"), max_length=60)
    card_number = forms.CharField(label=gettext_lazy("Card number"), max_length=40)
    name = forms.CharField(label=gettext_lazy("Name"), max_length=120, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["region"].widget.attrs |= {"list": "cps-regions", "autocomplete": "off"}
        for name in ("card_number", "name"):
            self.fields[name].widget.attrs |= {"autocomplete": "off", "spellcheck": "false"}

    def clean_card_number(self) -> str:
        """As one scan and another give it: without spaces, in capitals."""
        number = "".join(self.cleaned_data["card_number"].split()).upper()
        if not number:
            raise forms.ValidationError(_("Enter the number on the card."))
        return number


@require_http_methods(["GET", "HEAD", "POST"])
def event_door(request: HttpRequest, event_id: UUID) -> HttpResponse:
    """Staff page `admin:event_door`."""
    user, event = _allowed(request, CHECK_IN), _event(event_id)
    at = timezone.now()
    if request.method != "POST":
        return _page(request, event, at=at)
    if "take_back" in request.POST:
        return _taken_back(request, user, event, at=at)
    if "region" in request.POST:
        return _guest(request, _allowed(request, VISITORS), event, at=at)
    asked = request.POST.get("card", "")[:LONGEST].replace("\x00", "")
    member = member_meant(asked)
    if member is None or not seen_by(Member.objects.filter(pk=member.pk), user).exists():
        return _page(request, event, at=at, asked=asked, unknown=True)
    note_look(member.pk, page=Page.CARD, by=user, at=at)
    let_in = event_door_acts.let_in if "let_in" in request.POST else event_door_acts.check_in
    try:
        booking, before = let_in(event.pk, member_id=member.pk, at=at)
    except BenefitError as error:
        if error.code == "no_place":
            return _page(request, event, at=at, member=member)
        return _page(request, event, at=at, member=member, refused=str(REFUSALS[error.code]))
    assert booking.came_at is not None
    _say(request, _who(member), moment_words(booking.came_at, zone=event.time_zone, now=at), before=before)
    return HttpResponseRedirect(reverse("admin:event_door", args=[event.pk]))


def _allowed(request: HttpRequest, permission: str) -> User:
    user = cast(User, request.user)
    if not user.has_perms(("servicing.view_event", permission)) or works_at_a_centre(user):
        raise PermissionDenied
    return user


def _event(event_id: UUID) -> Event:
    event = Event.objects.filter(pk=event_id).first()
    if event is None:
        raise Http404
    return event


def _who(member: Member) -> str:
    return member.user.name or member.spaced_number


def _say(request: HttpRequest, who: str, time: str, *, before: bool) -> None:
    words = {"who": who, "time": time}
    if before:
        messages.warning(request, _("%(who)s is already in, since %(time)s.") % words)
    else:
        messages.success(request, _("%(who)s is in: %(time)s.") % words)


def _taken_back(request: HttpRequest, user: User, event: Event, *, at: datetime) -> HttpResponse:
    """Who was checked in by mistake is not in; the trail notes who took it back (members/trail.py). Twice is once."""
    kind, _dash, text = request.POST["take_back"].partition("-")
    key = int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0
    try:
        if kind == "visitor":
            _allowed(request, VISITORS)
            visitor = EventVisitor.objects.filter(pk=key, event=event).first()
            if visitor and event_door_acts.take_back_visitor(event.pk, visitor_id=key, at=at):
                who = visitor.name or f"{visitor.region} {visitor.card_number}"
                messages.success(request, _("%(who)s is not in any more.") % {"who": who})
        elif seen_by(Booking.objects.filter(pk=key, event=event, came_at__isnull=False), user).exists():
            booking = event_door_acts.take_back(event.pk, booking_id=key, at=at)
            messages.success(
                request, _("%(who)s is not in any more; the place stays theirs.") % {"who": _who(booking.member)}
            )
    except BenefitError as error:
        return _page(request, event, at=at, refused=str(REFUSALS[error.code]))
    return HttpResponseRedirect(reverse("admin:event_door", args=[event.pk]))


def _guest(request: HttpRequest, user: User, event: Event, *, at: datetime) -> HttpResponse:
    form = GuestForm(request.POST)
    if not form.is_valid():
        return _page(request, event, at=at, form=form)
    data = form.cleaned_data
    try:
        visitor, before = event_door_acts.check_in_visitor(event.pk, **data, at=at, by=user)
    except BenefitError as error:
        return _page(request, event, at=at, form=form, refused=str(REFUSALS[error.code]))
    who = visitor.name or f"{visitor.region} {visitor.card_number}"
    _say(request, who, moment_words(visitor.came_at, zone=event.time_zone, now=at), before=before)
    return HttpResponseRedirect(reverse("admin:event_door", args=[event.pk]))


def _page(
    request: HttpRequest,
    event: Event,
    *,
    at: datetime,
    asked: str = "",
    unknown: bool = False,
    member: Member | None = None,
    refused: str = "",
    form: GuestForm | None = None,
) -> HttpResponse:
    user = cast(User, request.user)
    counts = Booking.objects.filter(event=event).aggregate(
        given=Count("pk", filter=Q(state=State.PLACE)),
        kept=Count("pk", filter=Q(state=State.HELD)),
        waiting=Count("pk", filter=Q(state=State.WAITING)),
        came=Count("pk", filter=Q(came_at__isnull=False)),
    )
    free = None if event.places is None else max(0, event.places - counts["given"] - counts["kept"])
    came = _came(event, user)
    shut = why_shut(event, at=at)
    return TemplateResponse(
        request,
        "admin/door/event_door.html",
        {
            "title": _("Check-in"),
            "event": event.title,
            "when": when_words(event, zone=event.time_zone, now=at),
            "where": where_words(event),
            "called_off": event.cancelled_at is not None,
            "here": reverse("admin:event_door", args=[event.pk]),
            "back": reverse("admin:servicing_event_change", args=[event.pk]),
            "list_href": reverse("admin:event_people", args=[event.pk]),
            "figures": [
                {
                    "label": _("Came"),
                    "value": counts["came"],
                    "unit": _("of %(n)s with a place") % {"n": counts["given"]}
                    if counts["given"]
                    else _("nobody has a place"),
                },
                {"label": _("Visitors"), "value": event.visitors.count(), "unit": _("of other CPS regions")},
                {"label": _("Free"), "value": "∞" if free is None else free, "unit": _("places")},
                {
                    "label": _("Waiting"),
                    "value": counts["waiting"],
                    "unit": _("and %(n)s kept") % {"n": counts["kept"]},
                },
            ],
            "asked": asked,
            "unknown": unknown,
            "refused": refused,
            "person": _person(event, member, free=free, at=at) if member else None,
            "came": [
                {"time": moment_words(one, zone=event.time_zone, now=at), "who": who, "number": key, "row": row}
                for one, who, key, row in came
            ],
            "shut": str(REFUSALS[shut]) if shut else "",
            "opens": date_format(door_days(event)[0], "DAY_FORMAT") if shut == "too_early" else "",
            "may_give_places": user.has_perm("servicing.change_event"),
            "form": (form or GuestForm()) if user.has_perm(VISITORS) else None,
            "is_guest": form is not None,
            "regions": REGIONS,
        },
    )


def _came(event: Event, user: User) -> list[tuple[datetime, str, str, str]]:
    """Who came last, members and visitors: when, the name, the number, and the row by which it is taken back."""
    here = Booking.objects.filter(event=event, came_at__isnull=False)
    members = seen_by(here, user).select_related("member__user")
    found = [
        *(
            (one.came_at, _who(one.member), one.member.spaced_number, f"member-{one.pk}")
            for one in members.order_by("-came_at")[:SHOWN]
        ),
        *(
            (one.came_at, one.name or one.region, f"{one.region} {one.card_number}", f"visitor-{one.pk}")
            for one in event.visitors.order_by("-came_at")[:SHOWN]
        ),
    ]
    dated = [(at, who, number, row) for at, who, number, row in found if at]
    return sorted(dated, key=lambda row: row[0], reverse=True)[:SHOWN]


def _person(event: Event, member: Member, *, free: int | None, at: datetime) -> dict[str, Any]:
    """A member who came without a place: how they stand, whether it is for them, and whether one is free."""
    looker = looker_of(member, at=at)
    assert looker is not None
    mine = Booking.objects.filter(event=event, member=member, state__in=LIVE).first()
    why = reason(event, looker.person)
    return {
        "who": _who(member),
        "number": member.spaced_number,
        "level": Level(looker.person.level).label,
        "state": Booking.State(mine.state).label if mine else _("No booking"),
        "is_held": mine is not None and mine.state == State.HELD,
        "held_until": moment_words(mine.held_until, zone=event.time_zone, now=at) if mine and mine.held_until else "",
        "not_for": "" if why.fits else audience_words(event),
        "can_enter": not event.cancelled_at and (free is None or free > 0 or bool(mine and mine.state == State.HELD)),
    }


@require_safe
def event_people(request: HttpRequest, event_id: UUID) -> HttpResponse:
    """Staff page `admin:event_people`: who has a place, who waits and who came, as a table (CSV)."""
    user = _allowed(request, "servicing.view_booking")
    event, now = _event(event_id), timezone.now()

    def clock(moment: datetime | None) -> str:
        return moment_words(moment, zone=event.time_zone, now=now) if moment else ""

    rows = [
        [_("Member number or card"), _("Name"), _("State"), _("Asked"), _("Kept until"), _("Came")],
    ]
    order = {State.PLACE: 0, State.HELD: 1, State.WAITING: 2}
    booked = (
        seen_by(event.bookings.filter(state__in=LIVE), user).select_related("member__user").order_by("asked_at", "pk")
    )
    rows += [
        [
            safe(one.member.spaced_number, as_text=True),
            safe(one.member.user.name),
            str(State(one.state).label),
            clock(one.asked_at),
            clock(one.held_until),
            clock(one.came_at),
        ]
        for one in sorted(booked, key=lambda one: order[State(one.state)])
    ]
    rows += [
        [safe(f"{one.region} {one.card_number}"), safe(one.name), _("Visitor"), "", "", clock(one.came_at)]
        for one in event.visitors.order_by("came_at", "pk")
    ]
    return csv_file(rows, name=f"cps-event-{event.begins_at:%Y-%m-%d}")
