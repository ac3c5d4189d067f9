"""The form of a kitbag list: which items, what each is worth, and whether proofs are named."""

import re
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import Any
from uuid import UUID

from babel import Locale
from babel.numbers import get_currency_precision, get_territory_currencies
from django import forms
from django.http import QueryDict
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django_countries import countries

from kitbag.lists import Value
from kitbag.rules.dates import plain_digits
from members.rules.names import tidy

# Above it a slip of the finger is likelier than a price.
MOST_WORTH = Decimal(1_000_000_000)
_CODE = re.compile(r"[A-Z]{3}")
_GROUPS = re.compile(r"(?<=\d)[\s\u00a0\u202f'’](?=\d{3}(?:\D|$))")


@cache
def currencies() -> frozenset[str]:
    """Codes of the money in use in any country today."""
    return frozenset(code for country, _name in countries for code in get_territory_currencies(country))


def currency_of(country: str) -> str:
    """The money of a country; the euro where none is known."""
    return (get_territory_currencies(country) or ["EUR"])[0]


@cache
def named_currencies(language: str) -> list[tuple[str, str]]:
    """Every currency with its name in a language, by code."""
    names = Locale.parse(language, sep="-").currencies
    return [(code, f"{code} – {names.get(code, code)}") for code in sorted(currencies())]


def read_amount(text: str, *, currency: str) -> Value | None:
    """ "1,299.50", "1 299,50", "1.299 EUR": an amount, in the currency it names or else in the given one.

    A last group of three digits is thousands; None where it is no amount, or finer than the currency.
    """
    typed = plain_digits(text).upper().replace("٫", ".").replace("٬", ",")
    if found := _CODE.search(typed):
        if found.group() not in currencies():
            return None
        currency = found.group()
        typed = (typed[: found.start()] + typed[found.end() :]).strip()
    typed = _GROUPS.sub("", tidy(typed))
    mark = max(typed.rfind(","), typed.rfind("."))
    if mark >= 0:
        decimals = len(typed) - mark - 1
        one_kind = typed.count(typed[mark]) == len(re.findall(r"[.,]", typed))
        if one_kind and (decimals == 3 or typed.count(typed[mark]) > 1):
            typed = re.sub(r"[.,]", "", typed) if re.fullmatch(r"\d{1,3}([.,]\d{3})+", typed) else ""
        else:
            typed = re.sub(r"[.,]", "", typed[:mark]) + "." + typed[mark + 1 :]
    if not re.fullmatch(r"\d{1,12}(\.\d{1,4})?", typed):
        return None
    try:
        amount = Decimal(typed)
        exact = amount == round(amount, get_currency_precision(currency))
    except InvalidOperation:
        return None
    return Value(amount, currency) if exact and amount <= MOST_WORTH else None


class ListForm(forms.Form):
    """`item` names the chosen ones; the value of each is a field `value-<id>` beside it."""

    use_required_attribute = False

    currency = forms.ChoiceField(
        label=gettext_lazy("Currency of the values"),
        help_text=gettext_lazy("For one in another currency write its code beside the amount: 1,200 EUR."),
        error_messages={"invalid_choice": gettext_lazy("Choose a currency from the list.")},
    )
    with_proofs = forms.BooleanField(
        label=gettext_lazy("Name the proofs of purchase that I uploaded"), required=False, initial=True
    )

    def __init__(self, *args: Any, items: Sequence[UUID], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.items = items
        self.worths: dict[UUID, Value] = {}
        self.problems: dict[UUID, str] = {}
        currency = self.fields["currency"]
        assert isinstance(currency, forms.ChoiceField)
        currency.choices = named_currencies(get_language() or "en")

    def chosen(self) -> list[UUID]:
        """The items that were ticked, in the list's order; anything else is as if it were not there."""
        ticked = set(self.data.getlist("item")) if isinstance(self.data, QueryDict) else set()
        return [item for item in self.items if str(item) in ticked]

    def values(self) -> dict[UUID, Value]:
        """What the chosen items are worth, where the member said so."""
        return self.worths

    def typed(self, item: UUID) -> str:
        """The value of an item as it was typed."""
        return str(self.data.get(f"value-{item}", ""))[:40] if self.is_bound else ""

    def clean(self) -> dict[str, Any]:
        """Values of the chosen items, each an amount; at least one item. Adds errors."""
        cleaned = super().clean() or self.cleaned_data
        chosen = self.chosen()
        if not chosen:
            self.add_error(None, _("Choose at least one product that is in your kitbag."))
        for item in chosen:
            text = self.typed(item)
            if not text.strip():
                continue
            value = read_amount(text, currency=cleaned.get("currency", "EUR"))
            if value is None:
                self.problems[item] = _("Write the value as 1299.50, or 1299.50 EUR.")
            else:
                self.worths[item] = value
        if self.problems:
            self.add_error(None, _("Some values are not amounts: look at the products marked below."))
        return cleaned

    def lines(self, items: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
        """The items as the page shows them, with what was ticked, typed and refused."""
        chosen = set(self.chosen())
        return [
            item
            | {
                "chosen": item["id"] in chosen or not self.is_bound,
                "value": self.typed(item["id"]),
                "problem": self.problems.get(item["id"], ""),
            }
            for item in items
        ]
