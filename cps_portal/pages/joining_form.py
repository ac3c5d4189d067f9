"""The form by which one joins (programme §1). It shapes what was typed and writes nothing itself."""

import unicodedata
from typing import Any

from allauth.account.forms import SignupForm
from allauth.core import context
from django import forms
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django_countries import countries

from cps_portal.pages.signing_in_forms import InOurWords
from kitbag.rules import bag as bags
from kitbag.rules.bag import Bag
from kitbag.standing import DayTurned
from members.models import CountryTerms, User
from members.rules.days import programme_day
from members.rules.names import can_be_seen, tidy


def sort_key(name: str) -> str:
    """Names in the order people look for them, in any script: accents and case left out."""
    return "".join(
        letter for letter in unicodedata.normalize("NFKD", name) if not unicodedata.combining(letter)
    ).casefold()


class BagInput(forms.MultipleHiddenInput):
    """`bag=<sku>` or `bag=<sku>*2`, once for each product."""


class BagField(forms.MultipleChoiceField):
    """A what-if bag carried along. Skus are looked up when the member exists; unknown ones fall away."""

    hidden_widget = BagInput
    widget = BagInput

    def valid_value(self, value: str) -> bool:
        return True

    def clean(self, value: Any) -> Bag:
        return bags.read(super().clean(value))


class NameField(forms.CharField):
    """A person's name on one line; invisible names are no names."""

    def to_python(self, value: Any) -> str:
        text = tidy(super().to_python(value) or "")
        return text if can_be_seen(text) else ""


class JoinForm(InOurWords, SignupForm):
    """Contact details are enough: e-mail, name, country, 18 or older, terms; a password or a passkey."""

    name = NameField(
        label=gettext_lazy("Your name"),
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    country = forms.ChoiceField(
        label=gettext_lazy("Country of your official address"),
        widget=forms.Select(attrs={"autocomplete": "country"}),
        error_messages={
            "required": gettext_lazy("Choose your country."),
            "invalid_choice": gettext_lazy("Choose a country from the list."),
        },
    )
    adult = forms.BooleanField(
        label=gettext_lazy("I am 18 or older"),
        error_messages={"required": gettext_lazy("CPS is for people of 18 or older. Tick this if you are.")},
    )
    terms = forms.BooleanField(
        error_messages={"required": gettext_lazy("Tick this to join: membership rests on these two pages.")},
    )
    bag = BagField(required=False)

    field_order = ["email", "name", "country", "password1", "adult", "terms", "bag"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.at = timezone.now()
        self.fields["name"].error_messages["required"] = _("Enter your name.")
        if password := self.fields.get("password1"):
            password.help_text = _("At least 8 characters, not only digits, not a common password.")
        self.fields["country"].choices = [
            ("", pgettext_lazy("no country chosen yet", "Choose a country")),
            *self.participating(),
        ]
        self.fields["terms"].label = format_html(
            _('I accept the <a href="{terms}">Terms of use</a> and have read <a href="{privacy}">Privacy</a>'),
            terms=reverse("terms"),
            privacy=reverse("privacy"),
        )
        if not self.is_bound:
            self.initial["bag"] = bags.read(context.request.GET.getlist(bags.NAME)).entries

    def participating(self) -> list[tuple[str, str]]:
        """Countries whose terms are in force today, by their names in the language of the page."""
        codes = CountryTerms.objects.on(programme_day(self.at)).values_list("country", flat=True)
        named = [(str(code), str(countries.name(code))) for code in codes]
        return sorted(named, key=lambda pair: sort_key(pair[1]))

    @property
    def carried(self) -> Bag:
        """What comes along, before and after the form was sent."""
        return bags.read(self["bag"].value() or ())

    @property
    def bag_query(self) -> str:
        """The bag as the query of a link to the other way of joining; empty without one."""
        return bags.query(self.carried)

    @property
    def bag_login_query(self) -> str:
        """Who has an account already signs in and finds the bag where it was."""
        return "?" + urlencode({"next": reverse("what-if") + self.bag_query}) if self.bag_query else ""

    def save(self, request: HttpRequest) -> User:
        """User, e-mail address, member, standing and drafts: all of it or nothing."""
        try:
            return self._save_at_once(request)
        except DayTurned:
            self.at = timezone.now()
            return self._save_at_once(request)

    @transaction.atomic
    def _save_at_once(self, request: HttpRequest) -> User:
        return super().save(request)

    def try_save(self, request: HttpRequest) -> tuple[User | None, HttpResponse | None]:
        """As allauth's; two sign-ups with one address at once end like one with a known address."""
        try:
            return super().try_save(request)
        except IntegrityError:
            if not User.objects.filter(email=self.cleaned_data["email"]).exists():
                raise
            self.account_already_exists = True
            return super().try_save(request)
