"""The questions of the list of events, all optional, asked by GET; what is answered wrongly asks for nothing."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cps_portal.pages.events.words import language_name
from members.models import Level
from servicing.event_list import ON_SITE, ONLINE, EventWish
from servicing.locator import country_name


class EventsForm(forms.Form):
    where = forms.ChoiceField(
        label=_("Online or on site"),
        required=False,
        choices=[("", _("Both")), (ONLINE, _("Online")), (ON_SITE, _("On site"))],
    )
    country = forms.ChoiceField(label=_("Takes place in"), required=False)
    language = forms.ChoiceField(label=_("Language"), required=False)
    level = forms.ChoiceField(
        label=_("For the level"),
        required=False,
        choices=[("", _("Every level")), *((str(v), w) for v, w in Level.choices)],
    )
    everyone = forms.BooleanField(label=_("Also events that are not for me"), required=False)

    def __init__(
        self, *args: Any, countries: Sequence[str], languages: Sequence[str], is_member: bool, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        for name, nothing, named in (
            ("country", _("Every country"), [(code, country_name(code)) for code in countries]),
            ("language", _("Every language"), [(code, language_name(code)) for code in languages]),
        ):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = [("", nothing), *sorted(named, key=lambda choice: choice[1])]
        if not is_member:
            del self.fields["everyone"]

    def wish(self) -> EventWish:
        given = self.cleaned_data
        level = given.get("level", "")
        return EventWish(
            country=given.get("country", ""),
            language=given.get("language", ""),
            level=int(level) if level else None,
            where=given.get("where", ""),
            everyone=bool(given.get("everyone")),
        )
