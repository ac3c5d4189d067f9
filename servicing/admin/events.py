"""Events, written by staff for levels and countries; who booked and who came is read."""

from collections.abc import Iterable
from datetime import UTC
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import admin, messages
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kitbag.admin.acts import ActForm, act_page, allow
from members.looking import Page
from members.rules.zones import all_zones
from members.staff_pages import ReasonedAdmin
from servicing import events
from servicing.admin.audience import AudienceForm
from servicing.admin.scoped import CentreFactAdmin
from servicing.events import LIVE, State
from servicing.models import Booking, Event, EventVisitor

MOMENTS = ("begins_at", "ends_at", "booking_ends_at")


class EventForm(AudienceForm):
    join_link = forms.URLField(
        label=gettext_lazy("Link to join"),
        required=False,
        max_length=200,
        assume_scheme="https",
        help_text=gettext_lazy("Shown to who has a place in an online event."),
    )
    time_zone = forms.ChoiceField(
        label=gettext_lazy("Time zone"), choices=lambda: [(zone, zone) for zone in all_zones()]
    )

    class Meta:
        model = Event
        fields = [
            "title",
            "summary",
            "text",
            "language",
            "levels",
            "countries",
            "online",
            "join_link",
            "place",
            "country",
            "time_zone",
            "begins_at",
            "ends_at",
            "booking_ends_at",
            "places",
            "hold_hours",
            "published",
        ]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk and self.instance.time_zone:
            zone = ZoneInfo(self.instance.time_zone)
            for name in MOMENTS:
                self.initial[name] = getattr(self.instance, name).astimezone(zone).replace(tzinfo=UTC)
        for name in MOMENTS:
            if name in self.fields:
                self.fields[name].help_text = _("By the clock of the event’s time zone.")

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        zone = data.get("time_zone")
        for name in MOMENTS:
            if zone and data.get(name):
                data[name] = data[name].replace(tzinfo=ZoneInfo(zone))
        if self.instance.published and not data.get("published") and _live(self.instance).exists():
            self.add_error("published", _("Members have booked it. Call it off instead, and they are told."))
        begins, ends, booked = (data.get(name) for name in ("begins_at", "ends_at", "booking_ends_at"))
        if begins and ends and ends <= begins:
            self.add_error("ends_at", _("It ends after it begins."))
        if booked and ends and booked > ends:
            self.add_error("booking_ends_at", _("Booking ends before the event does."))
        if not data.get("online") and not (data.get("place") and data.get("country")):
            self.add_error("place", _("Say where it is, with its country, or that it is online."))
        if data.get("places") == 0:
            self.add_error("places", _("At least one, or leave it empty."))
        return data


def _live(event: Event) -> QuerySet[Booking]:
    return Booking.objects.filter(event=event, state__in=LIVE)


class PlacesForm(ActForm):
    places = forms.IntegerField(
        label=gettext_lazy("Places"),
        required=False,
        min_value=1,
        max_value=100_000,
        help_text=gettext_lazy("Empty: as many as come. More places go to who waits first."),
    )
    field_order = ["places", "reason"]


WORDS = {"too_few": ("places", gettext_lazy("More places are given or kept already. Nobody loses theirs."))}


def _refuse(form: forms.BaseForm, error: Any) -> None:
    field, words = WORDS.get(error.code, (None, gettext_lazy("The programme does not allow this.")))
    form.add_error(field, str(words))


@admin.register(Event)
class EventAdmin(ReasonedAdmin):
    form = EventForm
    list_display = ["title", "begins_at", "online", "place", "places", "published", "cancelled_at"]
    list_filter = ["published", "online"]
    search_fields = ["title", "place"]
    search_help_text = gettext_lazy("Title or place")
    ordering = ["-begins_at", "title"]
    # Once there, these change through acts that tell those who booked.
    acts = ("places", "cancelled_at")

    def get_fields(self, request: HttpRequest, obj: Event | None = None) -> Any:
        writes = self.has_add_permission(request) if obj is None else self.has_change_permission(request, obj)
        fields = EventForm.Meta.fields if obj is None else [*EventForm.Meta.fields, "cancelled_at"]
        return [*fields, "reason"] if writes else fields

    def get_readonly_fields(self, request: HttpRequest, obj: Event | None = None) -> Any:
        return () if obj is None else self.acts

    def save_model(self, request: HttpRequest, obj: Event, form: Any, change: bool) -> None:
        if not change:
            obj.save()
            return
        told = events.rewrite(obj, at=timezone.now())
        if told:
            self.message_user(request, _("Told of another time or place: %(n)s members.") % {"n": told}, messages.INFO)

    def tools(self, request: HttpRequest, obj: Event) -> Iterable[tuple[str, str]]:
        user = request.user
        if obj.published:
            yield _("On the portal"), reverse("event", args=[obj.pk])
        if user.has_perm("servicing.change_booking"):
            yield _("Check-in"), reverse("admin:event_door", args=[obj.pk])
        if user.has_perm("servicing.view_booking"):
            yield _("Who comes (CSV)"), reverse("admin:event_people", args=[obj.pk])
        if user.has_perm("servicing.change_event") and not obj.cancelled_at:
            yield _("Change places…"), reverse("admin:servicing_event_places", args=[obj.pk])
            yield _("Call it off…"), reverse("admin:servicing_event_call_off", args=[obj.pk])

    def get_urls(self) -> list[URLPattern]:
        acts = [
            path(f"<uuid:event_id>/{route}/", self.admin_site.admin_view(view), name=f"servicing_event_{name}")
            for route, view, name in (("places", self.places, "places"), ("call-off", self.call_off, "call_off"))
        ]
        return [*acts, *super().get_urls()]

    def _found(self, request: HttpRequest, event_id: Any) -> Event:
        allow(request, "servicing.change_event")
        event = Event.objects.filter(pk=event_id, cancelled_at=None).first()
        if event is None:
            raise Http404
        return event

    def places(self, request: HttpRequest, event_id: Any) -> HttpResponse:
        """More places go to who waits, in order; fewer than those given are refused."""
        event = self._found(request, event_id)
        states = list(_live(event).values_list("state", flat=True))

        def act(data: dict[str, Any]) -> tuple[Model, str]:
            before = event.places
            changed = events.change_places(event.pk, places=data["places"], at=timezone.now())
            said = {"before": before or _("no limit"), "after": changed.places or _("no limit")}
            return changed, _("Places: %(before)s → %(after)s.") % said

        return act_page(
            request,
            self,
            form=PlacesForm(request.POST or None, initial={"places": event.places}),
            act=act,
            title=_("Change places"),
            button=_("Change places"),
            back=reverse("admin:servicing_event_change", args=[event.pk]),
            subject=event,
            facts=(
                (_("Given"), str(states.count(State.PLACE))),
                (_("Kept for who waited"), str(states.count(State.HELD))),
                (_("Waiting"), str(states.count(State.WAITING))),
            ),
            refuse=_refuse,
        )

    def call_off(self, request: HttpRequest, event_id: Any) -> HttpResponse:
        """It does not take place; the page says how many will be told before it is done."""
        event = self._found(request, event_id)
        states = list(_live(event).values_list("state", flat=True))

        def act(data: dict[str, Any]) -> tuple[Model, str]:
            row = events.call_off(event.pk, at=timezone.now())
            return row, _("Called off; %(n)s members are told.") % {"n": _live(event).count()}

        return act_page(
            request,
            self,
            form=ActForm(request.POST or None),
            act=act,
            title=_("Call it off"),
            button=_("Call it off and tell them"),
            back=reverse("admin:servicing_event_change", args=[event.pk]),
            subject=event,
            facts=(
                (_("Members who will be told"), str(len(states))),
                (_("With a place"), str(states.count(State.PLACE) + states.count(State.HELD))),
                (_("On the waiting list"), str(states.count(State.WAITING))),
            ),
            note=_("This cannot be taken back. The page of the event stays and says so."),
            refuse=_refuse,
        )

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        # It is called off instead, and who booked is told.
        return False


@admin.register(Booking)
class BookingAdmin(CentreFactAdmin):
    """Bookings of members: no matter of a centre."""

    look = Page.EVENT

    centre_path = ""
    list_display = ["event", "member", "state", "asked_at", "held_until", "came_at"]
    list_select_related = ["event", "member__user"]
    list_filter = ["state"]
    linked_lookups = ("event__id__exact", "member__id__exact")
    search_fields = ["=member__number", "event__title"]
    search_help_text = gettext_lazy("Member number, or title of the event")
    ordering = ["-pk"]


@admin.register(EventVisitor)
class EventVisitorAdmin(CentreFactAdmin):
    centre_path = ""
    list_display = ["event", "region", "card_number", "name", "came_at", "by"]
    list_select_related = ["event", "by"]
    linked_lookups = ("event__id__exact",)
    search_fields = ["=card_number", "name", "event__title"]
    search_help_text = gettext_lazy("Card number, name, or title of the event")
    ordering = ["-pk"]
