"""Choosing a loan, for a member and at the counter: the first day, what is free from it, and the booking (§6)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.translation import pgettext

from cps_portal.pages.servicing.loan_form import BookForm, FromForm
from kitbag.registration import KitError
from servicing import lending
from servicing.casework import Actor
from servicing.lending import Ground
from servicing.models import Case, Loan, LoanUnit, Stretch
from servicing.rules.calendar import DAY

State = Loan.State


@dataclass(slots=True)
class Asked:
    """What a page about a loan rests on, read once."""

    case: Case
    stretch: Stretch
    ground: Ground
    loans: list[Loan]
    at: datetime

    @property
    def running(self) -> Loan | None:
        return next((loan for loan in self.loans if loan.state in {State.BOOKED, State.OUT}), None)


def asked_of(case: Case, at: datetime) -> Asked:
    """Read a case's loans and the right to one at a moment."""
    stretch = case.stretches.latest("number")
    stretch.case = case
    loans = list(Loan.objects.filter(case=case).select_related("unit__product").order_by("-booked_at", "-pk"))
    return Asked(case, stretch, lending.right_of(case, stretch, at=at), loans, at)


def sent_form(data: Mapping[str, Any], asked: Asked) -> BookForm:
    """The form as it was sent, over the units that are free from its day now."""
    typed = BookForm(data, units=[], from_day=None)
    typed.full_clean()
    day = typed.cleaned_data.get("from_day")
    return BookForm(data, units=_free(asked, day)[0] if day else [], from_day=day)


def booked(asked: Asked, form: BookForm, actor: Actor) -> Loan | None:
    """Book what was chosen; a refusal stands beside its field."""
    data = form.cleaned_data
    try:
        return lending.book(
            asked.case.pk,
            int(data["unit"]),
            data["from_day"],
            loan_id=data["key"],
            at=asked.at,
            actor=actor,
        )
    except KitError as error:
        form.refuse(error)
        return None


def _free(asked: Asked, day: date) -> tuple[list[LoanUnit], date | None, KitError | None]:
    """Units free from a day, the day until which they would be lent, and why none is where the day cannot be."""
    try:
        until = lending.bookable_until(asked.case, asked.stretch, day, at=asked.at)
    except KitError as error:
        return [], None, error
    return lending.units_for(asked.case, day, until, today=asked.ground.today), until, None


def choosing(query: Mapping[str, Any], asked: Asked, sent: BookForm | None, *, same: str) -> dict[str, Any]:
    """Days first, then what is free from that day on. `same`: what a unit like the case's product is called."""
    first = lending.first_day(asked.case, asked.stretch, today=asked.ground.today)
    last = max(lending.plan_of(asked.case, asked.stretch, asked.ground).due_on - DAY, first)
    days = FromForm(query, first=first, last=last)
    day = (sent.cleaned_data.get("from_day") if sent else days.day) or first
    units, until, refused = _free(asked, day)
    if refused is not None and days.is_bound:
        days.refuse(refused)
    if sent is None:
        form = BookForm(units=units, from_day=day)
    else:
        # What was sent, with its errors, over the units that are free now.
        form, sent.fields["unit"].choices = sent, [(str(unit.pk), str(unit)) for unit in units]  # type: ignore[attr-defined]
    radios = {str(radio.data["value"]): radio for radio in form["unit"]}
    wanted = asked.case.product
    return {
        "days": days,
        "form": form,
        "from_day": day,
        "until_day": until,
        "units": [
            {
                "radio": radios[str(unit.pk)],
                "name": unit.product.name,
                "serial": unit.serial,
                "family": unit.product.family,
                "accessories": unit.accessories,
                "note": same if unit.product_id == wanted.pk else _note(unit),
            }
            for unit in units
        ],
        "is_refused": refused is not None,
    }


def _note(unit: LoanUnit) -> str:
    """What tells one that stands in from another: its mount, its series."""
    parts = [unit.product.series, unit.product.mount]
    return pgettext("between things in a row", ", ").join(part for part in parts if part)
