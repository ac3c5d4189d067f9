"""What people can change about themselves, as a form."""

from typing import Any

from django import forms
from django.conf import settings
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from cps_portal.pages.joining_form import NameField
from members.models import Member, User
from members.rules.zones import all_zones, zones_of


def zone_choices(country: str, current: str) -> list[Any]:
    """The country's zones first, then every zone; the one in use is always among them."""
    own = zones_of(country)
    everywhere = [zone for zone in all_zones() if zone not in own]
    if current not in own and current not in everywhere:
        everywhere.append(current)
    return [
        (_("In your country"), [(zone, zone.replace("_", " ")) for zone in own]),
        (_("Everywhere"), [(zone, zone.replace("_", " ")) for zone in everywhere]),
    ]


class ProfileForm(forms.Form):
    """Name and language, and for members the time zone in which moments are shown."""

    name = NameField(label=_("Your name"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    language = forms.ChoiceField(label=_("Language of pages and mail"), choices=settings.LANGUAGES)
    time_zone = forms.ChoiceField(label=_("Time zone"))

    def __init__(self, data: QueryDict | None, *, user: User, member: Member | None) -> None:
        initial = {"name": user.name, "language": user.language, "time_zone": member and member.time_zone}
        super().__init__(data, initial=initial)
        if member is None:
            del self.fields["time_zone"]
        else:
            zone = self.fields["time_zone"]
            assert isinstance(zone, forms.ChoiceField)
            zone.choices = zone_choices(str(member.country), member.time_zone)
