"""Events: places, the waiting list and who came (programme §9). The ticket is the card."""

import uuid
from datetime import datetime

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django_countries.fields import CountryField

from members.models import Level, Member


class EventQuerySet(models.QuerySet["Event"]):
    def ahead(self, at: datetime) -> "EventQuerySet":
        """Published events that are not over."""
        return self.filter(published=True, ends_at__gt=at).order_by("begins_at", "pk")


class Event(models.Model):
    """Something members come to, on site or online. No countries: for members of every country."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    title = models.CharField(max_length=120)
    summary = models.CharField(max_length=200)
    text = models.TextField(max_length=4000)
    language = models.CharField(max_length=8, help_text=_("Code of the language spoken, such as en or ar."))
    levels = ArrayField(models.PositiveSmallIntegerField(choices=Level))
    countries = ArrayField(models.CharField(max_length=2), default=list, blank=True)
    online = models.BooleanField(default=False)
    join_link = models.URLField(blank=True, help_text=_("Shown to who has a place in an online event."))
    place = models.CharField(max_length=200, blank=True)
    country = CountryField(blank=True)
    time_zone = models.CharField(max_length=64)
    begins_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    booking_ends_at = models.DateTimeField()
    places = models.PositiveIntegerField(null=True, blank=True, help_text=_("Empty: as many as come."))
    hold_hours = models.PositiveSmallIntegerField(
        default=24, help_text=_("How long a place that became free is kept for the first on the waiting list.")
    )
    published = models.BooleanField(default=False)
    cancelled_at = models.DateTimeField(null=True, blank=True)

    objects = EventQuerySet.as_manager()

    class Meta:
        ordering = ["begins_at"]
        constraints = [
            models.CheckConstraint(name="event_ends_after_it_begins", condition=Q(ends_at__gt=F("begins_at"))),
            models.CheckConstraint(name="event_booked_before_it_ends", condition=Q(booking_ends_at__lte=F("ends_at"))),
            models.CheckConstraint(
                name="event_levels_known", condition=Q(levels__contained_by=[0, 1, 2, 3]) & ~Q(levels=[])
            ),
            models.CheckConstraint(name="event_somewhere", condition=Q(online=True) | (~Q(place="") & ~Q(country=""))),
            models.CheckConstraint(name="event_has_a_place", condition=Q(places__isnull=True) | Q(places__gte=1)),
        ]
        indexes = [models.Index(name="event_ahead", fields=["ends_at", "begins_at"], condition=Q(published=True))]

    def __str__(self) -> str:
        return self.title


class Booking(models.Model):
    """A member's place at an event, or their turn on its waiting list.

    `held_until`: a place that became free is kept for the first that waits; taken in time it is theirs.
    Cancelling always works, and booking again begins a new row.
    """

    class State(models.TextChoices):
        PLACE = "place", _("Has a place")
        WAITING = "waiting", _("On the waiting list")
        HELD = "held", _("A place is kept for you")
        CANCELLED = "cancelled", _("Cancelled")
        LAPSED = "lapsed", _("Not taken in time")

    event = models.ForeignKey(Event, models.PROTECT, related_name="bookings")
    member = models.ForeignKey(Member, models.PROTECT, related_name="bookings")
    state = models.CharField(max_length=10, choices=State)
    asked_at = models.DateTimeField()
    held_until = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    came_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["event", "asked_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                name="booking_one_a_member",
                fields=["event", "member"],
                condition=Q(state__in=["place", "waiting", "held"]),
            ),
            models.CheckConstraint(
                name="booking_held_until_a_moment",
                condition=Q(state="held", held_until__isnull=False) | ~Q(state="held"),
            ),
            models.CheckConstraint(
                name="booking_ended_at",
                condition=Q(state__in=["cancelled", "lapsed"], ended_at__isnull=False)
                | Q(state__in=["place", "waiting", "held"], ended_at__isnull=True),
            ),
            models.CheckConstraint(
                name="booking_came_with_a_place", condition=Q(came_at__isnull=True) | Q(state="place")
            ),
        ]
        indexes = [models.Index(name="booking_of_member", fields=["member", "-asked_at"])]

    def __str__(self) -> str:
        return f"{self.event_id} {self.member_id} {self.state}"


class EventVisitor(models.Model):
    """A member of another CPS region who came to an event, by their card."""

    event = models.ForeignKey(Event, models.PROTECT, related_name="visitors")
    region = models.CharField(max_length=60)
    card_number = models.CharField(max_length=40)
    name = models.CharField(max_length=120, blank=True)
    came_at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(name="event_visitor_once", fields=["event", "region", "card_number"]),
            models.CheckConstraint(
                name="event_visitor_has_region_and_card", condition=~Q(region="") & ~Q(card_number="")
            ),
        ]
        indexes = [models.Index(name="event_visitor_by_card", fields=["card_number"])]

    def __str__(self) -> str:
        return f"{self.region} {self.card_number}"
