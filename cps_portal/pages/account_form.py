"""What people can change about themselves, as a form."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import get_language, gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from cps_portal.pages.joining_form import NameField, sort_key
from members.models import Field, Member, User
from members.rules.names import tidy
from members.rules.phones import is_phone, latin_digits
from members.rules.zones import all_zones, place_of, zones_of


def zone_choices(country: str, current: str) -> list[Any]:
    """The country's zones first, then every zone by its place; the one in use is always among them."""
    own = zones_of(country)
    everywhere = [zone for zone in all_zones() if zone not in own]
    if current not in own:
        # The first of several zones that one place has is the one that stands there.
        everywhere = [current, *(zone for zone in everywhere if zone != current)]
    return [
        (_("In your country"), _by_place(own)),
        (_("Everywhere"), sorted(_by_place(everywhere), key=lambda pair: (pair[0] != "UTC", sort_key(pair[1])))),
    ]


def _by_place(zones: Sequence[str]) -> list[tuple[str, str]]:
    """Zones by the places that they are named for, in the language of the page; each place once."""
    language = get_language() or "en"
    # Where the language has no word for a place, its zone's own name stands there, with its region before it.
    named = {place_of(zone, language).rpartition("/")[2] if zone != "UTC" else zone: zone for zone in zones[::-1]}
    return [(zone, name) for name, zone in named.items()][::-1]


class ProfileForm(forms.Form):
    """Name and language; for members also their phone, what they mostly do, and the zone in which moments are shown."""

    OF_MEMBERS = ("phone", "field", "time_zone")

    name = NameField(
        label=_("Your name"),
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={"required": _("Enter your name.")},
    )
    phone = forms.CharField(
        label=pgettext_lazy("of a person", "Phone"),
        max_length=32,
        required=False,
        help_text=_("With the country code it works from everywhere."),
        widget=forms.TelInput(attrs={"autocomplete": "tel"}),
    )
    field = forms.ChoiceField(
        label=_("What you mostly photograph or film"),
        required=False,
        help_text=_("It helps us to plan events and offers."),
        choices=[("", pgettext_lazy("no professional field chosen", "Not said")), *Field.choices],
    )
    language = forms.ChoiceField(label=_("Language of pages and mail"), choices=settings.LANGUAGES)
    time_zone = forms.ChoiceField(label=_("Time zone"))

    def __init__(self, data: QueryDict | None, *, user: User, member: Member | None) -> None:
        initial: dict[str, Any] = {"name": user.name, "language": user.language}
        if member is not None:
            initial |= {name: getattr(member, name) for name in self.OF_MEMBERS}
        super().__init__(data, initial=initial)
        if member is None:
            for name in self.OF_MEMBERS:
                del self.fields[name]
        else:
            zone = self.fields["time_zone"]
            assert isinstance(zone, forms.ChoiceField)
            zone.choices = zone_choices(str(member.country), member.time_zone)

    def clean_phone(self) -> str:
        phone = latin_digits(tidy(self.cleaned_data["phone"]))
        if phone and not is_phone(phone):
            raise ValidationError(gettext("Write the number with digits, as +44 20 7946 0000."), code="invalid")
        return phone

    @property
    def of_member(self) -> dict[str, str]:
        """What belongs to the membership; empty for staff without one."""
        return {name: self.cleaned_data[name] for name in self.OF_MEMBERS if name in self.fields}
