"""The questions of the locator, all of them optional, asked by GET so that an answer can be sent to a friend."""

import re
from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from servicing.locator import DAYS_AHEAD, Wish, countries_with_centres, places_called
from servicing.models import Kind, Service
from servicing.rules.places import NAME_MOST, Place

_POINT = re.compile(r"(-?\d{1,2}(?:\.\d{1,5})?),(-?\d{1,3}(?:\.\d{1,5})?)", re.ASCII)


class LocatorForm(forms.Form):
    """What is filled in wrongly is told and asks for nothing; the rest still counts."""

    near = forms.CharField(label=_("Near"), max_length=NAME_MOST, required=False)
    # A point that was chosen, and what stood in the field then: another name in it and the point is forgotten.
    at = forms.CharField(max_length=24, required=False, widget=forms.HiddenInput)
    named = forms.CharField(max_length=NAME_MOST, required=False, widget=forms.HiddenInput)
    cps = forms.BooleanField(label=_("Canon Professional Services"), required=False)
    kind = forms.ChoiceField(label=_("Kind of centre"), required=False)
    country = forms.ChoiceField(label=_("Country"), required=False)
    service = forms.ChoiceField(label=_("Service"), required=False)
    video = forms.BooleanField(label=_("Takes video products"), required=False)
    now = forms.BooleanField(label=_("Open now"), required=False)
    day = forms.DateField(label=_("Open on"), required=False, widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        for name, nothing, choices in (
            ("kind", _("Both kinds"), Kind.choices),
            ("country", _("Every country"), countries_with_centres(day=today)),
            ("service", _("Any service"), Service.choices),
        ):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = [("", nothing), *choices]
        days = self.fields["day"].widget.attrs
        days["min"], days["max"] = today.isoformat(), (today + timedelta(days=DAYS_AHEAD)).isoformat()
        self.fields["near"].widget.attrs |= {"autocomplete": "off", "spellcheck": "false"}

    def clean_day(self) -> date | None:
        day: date | None = self.cleaned_data["day"]
        # Yesterday is still today somewhere in the region.
        if day and not self.today - timedelta(days=1) <= day <= self.today + timedelta(days=DAYS_AHEAD):
            raise forms.ValidationError(_("Choose a day from today on, within a year."), code="far")
        return day

    def places(self) -> list[Place]:
        """The places of the name that was typed, the chosen one first; none without a name or a point."""
        near, named = (self.cleaned_data.get(name, "") for name in ("near", "named"))
        point = _POINT.fullmatch(self.cleaned_data.get("at", ""))
        found = places_called(near) if near else []
        if point and near == named and abs(float(point[1])) <= 90 and abs(float(point[2])) <= 180:
            latitude, longitude = float(point[1]), float(point[2])
            chosen = next(
                (place for place in found if (place.latitude, place.longitude) == (latitude, longitude)), None
            )
            return [chosen or Place("", "", latitude, longitude), *(place for place in found if place != chosen)]
        return found

    def wish(self, place: Place | None) -> Wish:
        """What is looked for, near a place where one is known."""
        given = self.cleaned_data
        return Wish(
            cps=bool(given.get("cps")),
            kind=given.get("kind", ""),
            country=given.get("country", ""),
            service=given.get("service", ""),
            video=bool(given.get("video")),
            open_now=bool(given.get("now")),
            day=given.get("day"),
            here=(place.latitude, place.longitude) if place else None,
        )
