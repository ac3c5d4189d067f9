"""Events, written by staff for levels and countries; who booked and who came is read."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from members.rules.zones import all_zones
from members.staff_pages import ReasonedAdmin
from servicing.admin.audience import AudienceForm
from servicing.admin.scoped import CentreFactAdmin
from servicing.models import Booking, Event, EventVisitor


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

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
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

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        # It is called off instead, and who booked is told.
        return False


@admin.register(Booking)
class BookingAdmin(CentreFactAdmin):
    """Bookings of members: no matter of a centre."""

    centre_path = ""
    list_display = ["event", "member", "state", "asked_at", "held_until", "came_at"]
    list_select_related = ["event", "member__user"]
    list_filter = ["state"]
    linked_lookups = ("event__id__exact", "member__id__exact")
    search_fields = ["=member__number", "event__title"]
    search_help_text = gettext_lazy("Member number, or title of the event")
    ordering = ["-pk"]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        digits = "".join(search_term.split())
        return super().get_search_results(request, queryset, digits if digits.isdigit() else search_term)


@admin.register(EventVisitor)
class EventVisitorAdmin(CentreFactAdmin):
    centre_path = ""
    list_display = ["event", "region", "card_number", "name", "came_at", "by"]
    list_select_related = ["event", "by"]
    linked_lookups = ("event__id__exact",)
    search_fields = ["=card_number", "name", "event__title"]
    search_help_text = gettext_lazy("Card number, name, or title of the event")
    ordering = ["-pk"]
