"""For whom an offer or an event is: levels and countries, as staff choose them in a form."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy
from django_countries import countries

from members.models import Level
from members.staff_forms import ReasonedForm


class AudienceForm(ReasonedForm):
    """The form of a row that has levels and countries; no country means every country."""

    levels = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Levels"), coerce=int, choices=Level.choices, widget=forms.CheckboxSelectMultiple
    )
    countries = forms.MultipleChoiceField(
        label=gettext_lazy("Countries"),
        required=False,
        help_text=gettext_lazy("None chosen: for members of every country."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields.get("countries")
        if isinstance(field, forms.MultipleChoiceField):
            field.choices = list(countries)
