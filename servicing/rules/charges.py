"""The lines of an estimate that the programme decides: discount and return shipping, with why or why not (§6).

Discount on maintenance and free return shipping on chargeable repairs, at Canon Service & Repair Centres only.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from servicing.rules.eligibility import CentreKind
from servicing.rules.terms import Given

CENT = Decimal("0.01")


class Why(StrEnum):
    """Why a benefit is on a line, or is not."""

    DISCOUNT = "discount"
    FREE_SHIPPING = "free_shipping"
    AT_PARTNER = "at_partner"
    NOT_AT_LEVEL = "not_at_level"
    NOT_THIS_SERVICE = "not_this_service"
    NO_MEMBER = "no_member"
    WARRANTY = "warranty"


@dataclass(frozen=True, slots=True)
class Charge:
    """A line: its kind, amount before VAT, what it would be without the benefit, and the rule's code."""

    kind: str
    words: str
    amount: Decimal
    full_amount: Decimal | None = None
    why: str = ""


@dataclass(frozen=True, slots=True)
class Sums:
    """Net, VAT and total of an estimate."""

    net: Decimal
    vat: Decimal
    total: Decimal


def cents(amount: Decimal) -> Decimal:
    return amount.quantize(CENT, rounding=ROUND_HALF_UP)


def by_rule(
    work: Sequence[Charge],
    *,
    shipping: Decimal,
    service: str,
    kind: CentreKind,
    given: Given | None,
    warranty: bool = False,
) -> list[Charge]:
    """The work of an estimate, then the discount and return shipping as the programme gives them.

    `given` is what was copied on receipt; None for a visitor. Shipping is the centre's price for sending it back.
    """
    lines = list(work)
    sum_of_work = sum((line.amount for line in work), Decimal(0))
    percent, why = _discount(service, kind, given)
    if service == "maintenance":
        off = cents(sum_of_work * percent / 100)
        lines.append(Charge("discount", f"{percent.normalize():f}", -off, None, why))
    free, why = _shipping(service, kind, given, chargeable=sum_of_work > 0 and not warranty)
    lines.append(Charge("shipping", "", Decimal("0.00") if free else cents(shipping), cents(shipping), why))
    return lines


def _discount(service: str, kind: CentreKind, given: Given | None) -> tuple[Decimal, str]:
    if given is None:
        return Decimal(0), Why.NO_MEMBER
    if kind != CentreKind.CANON:
        return Decimal(0), Why.AT_PARTNER
    if service != "maintenance":
        return Decimal(0), Why.NOT_THIS_SERVICE
    return (given.discount, Why.DISCOUNT) if given.discount else (Decimal(0), Why.NOT_AT_LEVEL)


def _shipping(service: str, kind: CentreKind, given: Given | None, *, chargeable: bool) -> tuple[bool, str]:
    if given is None:
        return False, Why.NO_MEMBER
    if kind != CentreKind.CANON:
        return False, Why.AT_PARTNER
    if service != "repair":
        return False, Why.NOT_THIS_SERVICE
    if not chargeable:
        return False, Why.WARRANTY
    return (True, Why.FREE_SHIPPING) if given.free_shipping else (False, Why.NOT_AT_LEVEL)


def sums(amounts: Sequence[Decimal], *, vat_percent: Decimal) -> Sums:
    """Net, VAT rounded to the cent, and total."""
    net = cents(sum(amounts, Decimal(0)))
    vat = cents(net * vat_percent / 100)
    return Sums(net, vat, net + vat)
