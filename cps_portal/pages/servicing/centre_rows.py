"""The centres that take a thing, the nearest first, each with what it gives this member (programme §6)."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_DOWN, Decimal
from typing import Any

from django.utils.translation import gettext as _

from cps_portal.pages.servicing.gives import benefits, differences, speed_words, why_not
from kitbag import standing
from kitbag.models import KitItem
from members.models import Level, Member
from servicing import turnaround
from servicing.conditions import Conditions, at_centres, row_of, thing_of
from servicing.home_terms import home_terms
from servicing.locator import country_name, places_called
from servicing.models import Centre, Kind, Service
from servicing.rules.distance import kilometres
from servicing.rules.eligibility import CentreKind
from servicing.rules.places import Place, fold
from servicing.rules.terms import NOTHING, together
from servicing.turnaround import Usual
from servicing.views import place_words

TENTH = Decimal("0.1")


@dataclass(frozen=True, slots=True)
class Near:
    """Where somebody is: what was typed, the place it means, and whether it means none."""

    typed: str = ""
    place: Place | None = None

    @property
    def is_unknown(self) -> bool:
        return bool(self.typed) and self.place is None

    @property
    def words(self) -> str:
        return place_words(self.place) if self.place else ""


def near_of(typed: str, *, town: str = "", country: str = "") -> Near:
    """The place that was typed; without one the town of a return address that is known."""
    if typed.strip():
        return Near(typed[:80], next(iter(places_called(typed)), None))
    found = places_called(f"{town}, {country}") if town and country else []
    at_home = next((place for place in found if place.country == country), None)
    return Near("", at_home)


def kms_of(centres: Collection[Centre], near: Near) -> dict[int, float]:
    """How far each centre is, as the crow flies; none where no place is known."""
    if near.place is None:
        return {}
    here = (near.place.latitude, near.place.longitude)
    return {centre.pk: kilometres(*here, float(centre.latitude), float(centre.longitude)) for centre in centres}


def in_order(centres: Collection[Centre], kms: Mapping[int, float], *, home: str) -> list[Centre]:
    """The nearest first; without a place those of the member's country, then by country and name."""
    if kms:
        return sorted(centres, key=lambda centre: (kms[centre.pk], centre.code))
    return sorted(
        centres,
        key=lambda centre: (
            str(centre.country) != home,
            fold(country_name(str(centre.country))),
            fold(centre.name),
            centre.code,
        ),
    )


def found_at(
    item: KitItem, member: Member, centres: Collection[Centre], *, service: str, day: date
) -> dict[int, Conditions]:
    """What the member gets for an item at each of the centres, by their keys."""
    level = Level(standing.on(member.pk, day).level)
    return at_centres(level, thing_of(item, day=day), member, centres, service=service, day=day)


def rows_of(
    item: KitItem, member: Member, centres: Sequence[Centre], *, service: str, near: Near, at: datetime, day: date
) -> list[dict[str, Any]]:
    """A row for each centre; the queries are the same however many there are."""
    home = str(member.country)
    kms = kms_of(centres, near)
    found = found_at(item, member, centres, service=service, day=day)
    usual = turnaround.usual([centre.pk for centre in centres], at=at)
    own = home_terms(home, day=day)
    video = item.product.fast_track_video
    rows = []
    for centre in in_order(centres, kms, home=home):
        conditions, country = found[centre.pk], str(centre.country)
        terms = own.row(conditions.level, Service(service))
        at_home = row_of(terms) if terms else NOTHING
        given_home = together(at_home, at_home, kind=CentreKind(centre.kind), video=video)
        rows.append(
            {
                "key": str(centre.pk),
                "code": centre.code.lower(),
                "name": centre.name,
                "kind": Kind(centre.kind).label,
                "is_canon": centre.kind == Kind.CANON,
                "is_demo": centre.is_demo,
                "town": centre.town,
                "country": country_name(country),
                "km": f"{max(kms[centre.pk], 1):,.0f}" if kms else "",
                "speed": speed_words(conditions),
                "qualifies": conditions.qualifies,
                "reasons": why_not(conditions),
                "benefits": benefits(conditions, service=service),
                "usual": usual_words(usual.get(centre.pk)),
                "differs": differences(
                    given_home, conditions.given, country=country, service=service, fast=conditions.qualifies
                )
                if country != home
                else [],
                "is_abroad": country != home,
                "offers": centre.offers,
            }
        )
    return rows


def usual_words(usual: Usual | None) -> str:
    """What a centre really took in the last 90 days; empty until it had ten cases."""
    if usual is None:
        return ""
    words = {"half": _tenth(usual.p50), "most": _tenth(usual.p90), "cases": usual.cases}
    return _("Last 90 days: half took %(half)s working days or less, nine in ten %(most)s (%(cases)s cases).") % words


def _tenth(days: Decimal) -> str:
    return f"{days.quantize(TENTH, rounding=ROUND_DOWN)}"
