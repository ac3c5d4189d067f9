"""Choosing a product: what a search found, and the one that was chosen, with its value of a day."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.db.models import OuterRef, Subquery
from django.utils.translation import gettext as _

from kitbag import search
from kitbag.models import Product, Valuation

FOUND_LIMIT = 8
QUERY_LIMIT = 80


@dataclass(frozen=True, slots=True)
class Chosen:
    """A product with what it counts for on the day, and where its serial number is."""

    id: int
    sku: str
    name: str
    family: str
    points: int
    points_full: int
    stage: str
    fast_track: bool
    serial_need: str
    serial_place: str


def chosen(sku: str, *, day: date) -> Chosen | None:
    """The product of a sku; None where there is none. Any text is allowed."""
    if not sku or len(sku) > 80 or not sku.isascii() or not sku.isprintable():
        return None
    value = Valuation.objects.value_of(OuterRef("pk"), day)
    row: Any = (
        Product.objects.filter(sku=sku)
        .annotate(points=Subquery(value.values("points")), stage=Subquery(value.values("stage")))
        .values(
            "id",
            "sku",
            "name",
            "family",
            "points",
            "points_full",
            "stage",
            "fast_track",
            "serial_need",
            "serial_hint",
        )
        .first()
    )
    if row is None or row["stage"] is None:
        return None
    place = row.pop("serial_hint")
    return Chosen(**row, serial_place=_(place) if place else "")


def found(query: str, *, day: date, address: str) -> list[dict[str, Any]]:
    """What a search found, each with the address that chooses it."""
    return [
        {
            "name": hit.name,
            "sku": hit.sku,
            "note": hit.note,
            "family": hit.family,
            "points": hit.points,
            "fast_track": hit.fast_track,
            "href": f"{address}?{urlencode({'product': hit.sku, 'q': query})}",
        }
        for hit in (search.suggest(query, day=day, limit=FOUND_LIMIT) if query else ())
    ]


def asked(text: str) -> str:
    """A search as it was typed, cut to what a name can be."""
    return text[:QUERY_LIMIT].replace("\x00", "").strip()
