"""The automatic checks of a complete item: clean, or waiting with its reasons (programme §3)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from kitbag.rules import serials


class Reason(StrEnum):
    SERIAL_SHAPE = "serial_shape"
    DATE_CODE = "date_code"
    DATE_FUTURE = "date_future"
    DATE_EARLY = "date_early"
    ASKED = "asked"
    UNIT_HELD = "unit_held"
    SHAPE_CONFIRMED = "shape_confirmed"
    SIBLING = "sibling"
    CONSECUTIVE = "consecutive"
    MANY = "many"
    STOLEN = "stolen"
    FORMER_NUMBER = "former_number"
    OVER_LIMIT = "over_limit"


# What only the member can put right: a blue dot. The others wait for staff: words, no dot. A unit held by
# another is the member's turn until they have asked for it (a claim), then it is staff's.
MEMBER_ACTS = frozenset(
    reason.value
    for reason in (Reason.SERIAL_SHAPE, Reason.DATE_CODE, Reason.DATE_FUTURE, Reason.DATE_EARLY, Reason.ASKED)
)


def members_turn(reasons: Iterable[str], *, asked: bool) -> list[Reason]:
    """Reasons for which the member has to act; `asked`: they have an open claim to the unit."""
    return [Reason(code) for code in reasons if code in MEMBER_ACTS or (code == Reason.UNIT_HELD and not asked)]


class Detail(StrEnum):
    """The four details of §3, named as the fields of the form."""

    SERIAL = "serial_typed"
    COUNTRY = "country_of_purchase"
    DATE = "purchased_on"
    STORE = "store"


@dataclass(frozen=True, slots=True)
class Entry:
    """What a member entered for one product. `serial` is normalised."""

    category: str
    serial_need: str
    announced_year: int | None
    serial: str
    country: str
    purchased_on: date | None
    store: str
    number_confirmed: bool = False


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the portal knows around an entry when it is checked."""

    held_by_another: bool = False
    under_sibling: bool = False
    own_numbers: tuple[str, ...] = ()
    validated_last_hour: int = 0
    stolen: bool = False
    former_number: bool = False
    without_number: int = 0


def missing(entry: Entry) -> list[Detail]:
    """Details still missing, in the order of the form; none means the item is complete."""
    gaps = []
    if not entry.serial and entry.serial_need == "required":
        gaps.append(Detail.SERIAL)
    if not entry.country:
        gaps.append(Detail.COUNTRY)
    if entry.purchased_on is None:
        gaps.append(Detail.DATE)
    if not entry.store:
        gaps.append(Detail.STORE)
    return gaps


def check(
    entry: Entry, around: Surroundings, *, latest_day: date, per_hour: int, without_number_limit: int
) -> list[Reason]:
    """Reasons for which a complete entry waits; empty means it is clean.

    `latest_day` is today in UTC+14; `per_hour` and `without_number_limit` are settings (§3).
    """
    reasons: list[Reason] = []
    if entry.serial:
        if serials.is_date_code(entry.serial):
            reasons.append(Reason.SHAPE_CONFIRMED if entry.number_confirmed else Reason.DATE_CODE)
        elif not serials.fits(entry.serial, category=entry.category):
            reasons.append(Reason.SHAPE_CONFIRMED if entry.number_confirmed else Reason.SERIAL_SHAPE)
    if entry.purchased_on is not None:
        if entry.purchased_on > latest_day:
            reasons.append(Reason.DATE_FUTURE)
        elif entry.announced_year and entry.purchased_on.year < entry.announced_year:
            reasons.append(Reason.DATE_EARLY)
    if entry.serial:
        if around.stolen:
            reasons.append(Reason.STOLEN)
        if around.former_number:
            reasons.append(Reason.FORMER_NUMBER)
        if around.held_by_another:
            reasons.append(Reason.UNIT_HELD)
        if around.under_sibling:
            reasons.append(Reason.SIBLING)
        if any(serials.are_consecutive(entry.serial, other) for other in around.own_numbers):
            reasons.append(Reason.CONSECUTIVE)
    elif around.without_number >= without_number_limit:
        reasons.append(Reason.OVER_LIMIT)
    if around.validated_last_hour >= per_hour:
        reasons.append(Reason.MANY)
    return reasons
