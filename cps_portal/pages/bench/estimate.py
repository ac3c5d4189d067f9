"""Writing an estimate: its lines, what the rule adds with why or why not, VAT and total, before it is sent (§6)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cps_portal.pages.bench.fields import line_field, words_field
from cps_portal.pages.servicing import estimate_view
from members.models import User
from servicing import estimating
from servicing.models import Case, Estimate, EstimateLine, Stretch
from servicing.rules.charges import Charge

Kind = EstimateLine.Kind
BY_HAND = [(kind.value, kind.label) for kind in (Kind.PART, Kind.LABOUR, Kind.OTHER)]
EMPTY_LINES, LINES_MOST = 3, 30
DAYS_MOST = 60


def amount_field(label: Any, *, required: bool = True) -> Any:
    return forms.DecimalField(
        label=label,
        required=required,
        min_value=0,
        max_digits=8,
        decimal_places=2,
        widget=forms.NumberInput(attrs={"inputmode": "decimal", "step": "0.01", "min": "0"}),
    )


class LineForm(forms.Form):
    """One line of work, before VAT. Wholly empty ones are left out."""

    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=BY_HAND, required=False)
    words = line_field(gettext_lazy("What it is"), 200, dir="auto")
    amount = amount_field(gettext_lazy("Amount"), required=False)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        words, amount = data.get("words"), data.get("amount")
        if words and amount is None and "amount" not in self.errors:
            self.add_error("amount", _("Write the amount."))
        if amount is not None and not words and "words" not in self.errors:
            self.add_error("words", _("Say what it is."))
        return data

    @property
    def is_written(self) -> bool:
        return bool(self.cleaned_data.get("words")) and self.cleaned_data.get("amount") is not None


LineForms = forms.formset_factory(LineForm, extra=EMPTY_LINES, max_num=LINES_MOST, absolute_max=LINES_MOST + 5)


class EstimateForm(forms.Form):
    """What goes around the lines."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    shipping = amount_field(gettext_lazy("Return shipping, as it costs here"))
    valid_days = forms.IntegerField(
        label=gettext_lazy("Valid for days"), min_value=1, max_value=DAYS_MOST, widget=forms.NumberInput
    )
    words = words_field(help_text=gettext_lazy("What you found. The member reads this."))


@dataclass(frozen=True, slots=True)
class Written:
    """An estimate as it was entered; `form` and `lines` carry the errors."""

    form: EstimateForm
    lines: Any

    def is_valid(self) -> bool:
        # Both are asked, so that all errors are shown at once.
        return all([self.form.is_valid(), self.lines.is_valid()])

    @property
    def work(self) -> list[Charge]:
        return [
            Charge(line.cleaned_data["kind"] or Kind.OTHER, line.cleaned_data["words"], line.cleaned_data["amount"])
            for line in self.lines
            if line.is_written
        ]

    def send(self, case: Case, *, at: datetime, by: User) -> Callable[[], Estimate]:
        data = self.form.cleaned_data
        return lambda: estimating.send_estimate(
            case.pk,
            work=self.work,
            shipping=data["shipping"],
            words=data["words"],
            valid_days=data["valid_days"],
            estimate_id=data["key"],
            at=at,
            by=by,
        )


def entered(data: Mapping[str, Any]) -> Written:
    return Written(EstimateForm(data), LineForms(data, prefix="line"))


def begun(last: Estimate | None) -> Written:
    """An empty form, or the lines of the estimate that a new one would replace."""
    work, shipping = [], None
    if last is not None:
        for line in last.lines.all():
            if line.kind == Kind.SHIPPING:
                shipping = line.full_amount if line.full_amount is not None else line.amount
            elif line.kind != Kind.DISCOUNT:
                work.append({"kind": line.kind, "words": line.words, "amount": line.amount})
    initial = {"key": uuid4(), "shipping": shipping, "valid_days": settings.ESTIMATE_VALID_DAYS}
    return Written(EstimateForm(initial=initial), LineForms(initial=work, prefix="line"))


def with_more_lines(data: Any) -> Written:
    """The form as it was sent, with more empty lines; nothing is checked."""
    sent = data.copy()
    total = data.get("line-TOTAL_FORMS", "")
    count = int(total) if total.isascii() and total.isdecimal() and len(total) < 4 else 0
    sent["line-TOTAL_FORMS"] = str(min(count + EMPTY_LINES, LINES_MOST))
    return entered(sent)


def is_sent(case: Case, key: UUID) -> bool:
    """Whether this very form was carried out before: sent twice is once."""
    return Estimate.objects.filter(pk=key, case=case.pk).exists()


def view_of(estimate: Estimate, stretch: Stretch, *, before: Sequence[Estimate], zone: str, now: datetime) -> Any:
    """An estimate as its member will see it."""
    return estimate_view.shown(estimate, before=before, level=stretch.benefit_level, zone=zone, now=now)
