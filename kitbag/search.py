"""Finding a product by what a person types (programme §2).

A dictionary in the process answers what is typed letter by letter; where it finds fewer than three, the
nearest names by trigrams (GiST) are measured by typing errors. Values come from the valuations of the day.
One statement tells values and whether the dictionary is still that of the tables.
"""

import json
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from django.db import connection
from django.db.models import OuterRef, Subquery
from django.db.models.functions import JSONObject

from kitbag.models import CatalogueLoad, Product, SearchName, Valuation
from kitbag.rules.search_index import Entry, Hit, SearchIndex
from kitbag.rules.search_text import Typed, canonical, fold_query, squash, without_maker

_ENOUGH = 3
_NEAREST = 50
# Beyond this share of unlike trigrams a name with many typing errors is not meant.
_TOO_FAR = 0.6
_NEAREST_NAMES = """
SELECT product_id, text, is_alias, text <-> %(text)s AS far FROM kitbag_searchname
ORDER BY far LIMIT %(limit)s
"""

# (newest product, newest name, newest load, day): the state of the tables that a dictionary was made from.
Version = tuple[int | None, int | None, int | None, date]
_NEWEST = """
SELECT (SELECT max(id) FROM kitbag_product), (SELECT max(id) FROM kitbag_searchname),
       (SELECT max(id) FROM kitbag_catalogueload)
"""


@dataclass(frozen=True, slots=True)
class Found:
    """A product as lists show it; `points` and `stage` are those of the day asked for."""

    product_id: int
    sku: str
    name: str
    family: str
    stage: str
    points: int
    fast_track: bool
    note: str
    """The other region's or former name it was found by, or empty."""


class _Shelf:
    """The one dictionary of this process, made anew when the tables have moved on."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._held: tuple[Version, SearchIndex] | None = None

    def index(self, day: date) -> tuple[Version, SearchIndex]:
        held = self._held
        if held is None or held[0][-1] != day:
            return self.renew(day)
        return held

    def renew(self, day: date) -> tuple[Version, SearchIndex]:
        with self._lock:
            version = _version(day)
            if self._held is None or self._held[0] != version:
                self._held = (version, SearchIndex(_entries(day)))
            return self._held


_shelf = _Shelf()


def suggest(query: str, *, day: date, limit: int = 8, family: str = "") -> list[Found]:
    """The products that a query most likely means, best first; none for an empty query.

    `family` keeps to one family. Any text is allowed. One query to the database, two where spelling had to
    be forgiven.
    """
    folded = fold_query(query)
    if not folded:
        return []
    version, index = _shelf.index(day)
    hits = _hits(query, index, limit=limit, family=family)
    found, now = _values(hits, day=day)
    if now != version:
        version, index = _shelf.renew(day)
        hits = _hits(query, index, limit=limit, family=family)
        found, now = _values(hits, day=day)
    return found


def _hits(query: str, index: SearchIndex, *, limit: int, family: str) -> list[Hit]:
    hits = index.find(query, limit=limit, family=family)
    if len(hits) >= min(_ENOUGH, limit) or any(hit.is_named for hit in hits):
        return hits
    known = {hit.id for hit in hits}
    near = [hit for hit in _nearest(query, index, family=family) if hit.id not in known]
    return (hits + near)[:limit]


def _nearest(query: str, index: SearchIndex, *, family: str) -> list[Hit]:
    """Products whose names lie nearest: by typing errors, of those that are nearest by trigrams."""
    folded = without_maker(fold_query(query))
    with connection.cursor() as cursor:
        cursor.execute(_NEAREST_NAMES, {"text": folded, "limit": _NEAREST})
        rows = cursor.fetchall()
    typed = [Typed(text) for text in {squash(folded), squash(canonical(folded))}]
    allowed = max(2, len(squash(folded)) // 3)
    best: dict[int, tuple[int, int, int, str]] = {}
    for product, text, is_alias, far in rows:
        place = index.place_in(product, family=family)
        if place is None:
            continue
        name = squash(text)
        errors = min(typing.distance(name, whole=False) for typing in typed)
        if errors > allowed and far > _TOO_FAR:
            continue
        whole = min(typing.distance(name, whole=True) for typing in typed)
        rank = (errors, whole, place, text if is_alias else "")
        if product not in best or rank < best[product]:
            best[product] = rank
    ordered = sorted(best.items(), key=lambda item: item[1])
    return [Hit(product, index.alias_near(product, rank[3]) if rank[3] else "") for product, rank in ordered]


def _entries(day: date) -> list[Entry]:
    value = Valuation.objects.value_of(OuterRef("pk"), day)
    rows = Product.objects.annotate(
        stage=Subquery(value.values("stage")), worth=Subquery(value.values("points"))
    ).values_list("pk", "name", "aliases", "family", "stage", "worth", "announced_year", "superseded_by")
    return [Entry(*row) for row in rows if row[4] is not None]


def _version(day: date) -> Version:
    with connection.cursor() as cursor:
        cursor.execute(_NEWEST)
        product, name, load = cursor.fetchone()
    return product, name, load, day


@lru_cache(maxsize=16)
def _values_statement(count: int) -> tuple[str, tuple[Any, ...]]:
    """The SQL of the one expression's values for so many products, compiled once.

    Parameters: the day where `date.min` stands, and the products' keys where -1, -2 … stand.
    """
    value = Valuation.objects.value_of(OuterRef("pk"), date.min)
    rows = Product.objects.filter(pk__in=[-1 - at for at in range(count)]).annotate(
        value=Subquery(value.values(both=JSONObject(stage="stage", points="points"))),
        newest_product=Subquery(Product.objects.order_by("-pk").values("pk")[:1]),
        newest_name=Subquery(SearchName.objects.order_by("-pk").values("pk")[:1]),
        newest_load=Subquery(CatalogueLoad.objects.order_by("-pk").values("pk")[:1]),
    )
    newest = ("newest_product", "newest_name", "newest_load")
    columns = ("pk", "sku", "name", "family", "fast_track", "value", *newest)
    return rows.order_by().values_list(*columns).query.sql_with_params()


def _values(hits: Sequence[Hit], *, day: date) -> tuple[list[Found], Version]:
    """What lists show of the hits, in their order, and the version of the tables, in one query."""
    if not hits:
        return [], _version(day)
    sql, places = _values_statement(len(hits))
    parameters = [
        day if place == date.min else hits[-1 - place].id if isinstance(place, int) and place < 0 else place
        for place in places
    ]
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        rows = {row[0]: row[1:] for row in cursor.fetchall()}
    version: Version = (None, None, None, day)
    found = []
    for hit in hits:
        if hit.id in rows:
            sku, name, family, fast_track, value, *newest = rows[hit.id]
            version = (newest[0], newest[1], newest[2], day)
            if value:
                now = json.loads(value) if isinstance(value, str) else value
                found.append(Found(hit.id, sku, name, family, now["stage"], now["points"], fast_track, hit.alias))
    return found, version
