"""Finding a product by what a person types (programme §2).

A dictionary in the process answers what is typed letter by letter. Where it finds fewer than three, none
of them a name begun so, the nearest names by trigrams (GiST) are measured by typing errors. The dictionary
holds the values of one day, by the one expression, and is made anew with the day and with the tables.
"""

import threading
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from time import monotonic

from django.conf import settings
from django.db import connection
from django.db.models import OuterRef, Subquery

from kitbag.models import Product, Valuation
from kitbag.rules import bag
from kitbag.rules.search_index import Entry, Hit, SearchIndex
from kitbag.rules.search_text import Typed, canonical, fold_query, squash, without_maker

_ENOUGH = 3
_NEAREST = 50
_MEASURED_WHOLE = 12
# Beyond this share of unlike trigrams a name with many typing errors is not meant.
_TOO_FAR = 0.6
_NEAREST_NAMES = """
SELECT product_id, text, is_alias, text <-> %(text)s AS far FROM kitbag_searchname
ORDER BY far LIMIT %(limit)s
"""
_NEAREST_NAMES_OF_MANY = """
SELECT asked.text, near.product_id, near.text, near.is_alias, near.far FROM unnest(%(texts)s) AS asked (text),
LATERAL (SELECT product_id, text, is_alias, text <-> asked.text AS far FROM kitbag_searchname
         ORDER BY far LIMIT %(limit)s) near
"""
# Of the names in a list that nothing is like: so many are measured, the others stay without a product.
_MANY_MEASURED = 100

# (product, name, whether it is another region's, how far by trigrams)
Near = tuple[int, str, bool, float]
# (newest product, newest name, newest load, day): the state of the tables that a dictionary was made from.
Version = tuple[int | None, int | None, int | None, date]
_NEWEST = """
SELECT (SELECT max(id) FROM kitbag_product), (SELECT max(id) FROM kitbag_searchname),
       (SELECT max(id) FROM kitbag_catalogueload)
"""


@dataclass(frozen=True, slots=True)
class Found:
    """A product as lists show it; `points` and `stage` are those of the day asked for, `year` 0 where unknown."""

    product_id: int
    sku: str
    name: str
    family: str
    stage: str
    points: int
    fast_track: bool
    year: int
    note: str
    """The other region's or former name it was found by, or empty."""


@dataclass(frozen=True, slots=True)
class Match:
    """What a name of a list leads to, best first; `is_sure`: the first is meant and nothing else."""

    found: list[Found]
    is_sure: bool = False


class _Shelf:
    """The one dictionary of this process, made anew when the tables have moved on.

    Looked after every SEARCH_RECHECK_SECONDS: between two keystrokes of one person nothing is asked.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._held: tuple[Version, float, SearchIndex] | None = None

    def index(self, day: date) -> SearchIndex:
        held = self._held
        if held and held[0][-1] == day and monotonic() - held[1] < settings.SEARCH_RECHECK_SECONDS:
            return held[2]
        with self._lock:
            begun = monotonic()
            version = _version(day)
            held = self._held
            index = held[2] if held and held[0] == version else SearchIndex(_entries(day))
            self._held = (version, begun, index)
            return index


_shelf = _Shelf()


def suggest(query: str, *, day: date, limit: int = 8, family: str = "") -> list[Found]:
    """The products that a query most likely means, best first; none for an empty query.

    `family` keeps to one family. Any text is allowed. Points and stage are kept with the dictionary: the
    values of a day are final before it begins (§4). At most one query to see whether the dictionary is
    still that of the tables, and one where spelling has to be forgiven.
    """
    if not fold_query(query):
        return []
    index = _shelf.index(day)
    return [_found(index.entry(hit.id), hit.alias) for hit in _hits(query, index, limit=limit, family=family)]


def match_many(names: Collection[str], *, day: date, limit: int = 5) -> dict[str, Match]:
    """The products that names in a list mean: one surely (its name, another name of it, its sku), else some.

    Two queries for the whole list. Any text is allowed.
    """
    index = _shelf.index(day)
    skus = {entry.sku: entry for entry in index.entries}
    matches: dict[str, Match] = {}
    left: list[str] = []
    for name in dict.fromkeys(names):
        if entry := skus.get(name.strip().lower()):
            matches[name] = Match([_found(entry, "")], is_sure=True)
            continue
        hits = index.find(name, limit=limit) if fold_query(name) else []
        if (meant := _meant(name, hits, index)) is not None:
            matches[name] = Match([_found(index.entry(meant.id), meant.alias)], is_sure=True)
            continue
        if len(hits) < _ENOUGH:
            known = {hit.id for hit in hits}
            hits = (hits + [hit for hit in index.nearly(name, limit=limit) if hit.id not in known])[:limit]
        matches[name] = Match([_found(index.entry(hit.id), hit.alias) for hit in hits])
        if not hits and fold_query(name):
            left.append(name)
    for name, hits in _nearest_of_many(left[:_MANY_MEASURED], index, limit=limit).items():
        matches[name] = Match([_found(index.entry(hit.id), hit.alias) for hit in hits])
    return matches


def _meant(name: str, hits: list[Hit], index: SearchIndex) -> Hit | None:
    """The one hit that a name is wholly the name of; failing that, the one that it is wholly the end of."""
    key = _key(name)
    by_name = [hit for hit in hits if _key(index.entry(hit.id).name) == key]
    by_alias = [hit for hit in hits if key in {_key(alias) for alias in index.entry(hit.id).aliases.split("|")}]
    by_end = [hit for hit in hits if hit.is_whole]
    for those in (by_name, by_alias, by_end):
        if those:
            return those[0] if len(those) == 1 else None
    return None


def _key(name: str) -> str:
    return squash(canonical(without_maker(fold_query(name))))


def _nearest_of_many(names: Collection[str], index: SearchIndex, *, limit: int) -> dict[str, list[Hit]]:
    """As `_nearest`, for many names in one query."""
    if not names:
        return {}
    rows: dict[str, list[Near]] = {}
    folded = {name: without_maker(fold_query(name)) for name in names}
    with connection.cursor() as cursor:
        cursor.execute(_NEAREST_NAMES_OF_MANY, {"texts": sorted(set(folded.values())), "limit": _NEAREST})
        for asked, *row in cursor.fetchall():
            rows.setdefault(asked, []).append(tuple(row))
    return {name: _by_errors(rows.get(text, []), text, index, family="", limit=limit) for name, text in folded.items()}


def reaching(points: int, *, day: date, most: int) -> list[Found]:
    """Current products of which one alone gives that many points on a day, one of a family, fewest points first."""
    return [_found(entry, "") for entry in bag.reaching(_shelf.index(day).entries, points, most=most)]


def _found(entry: Entry, alias: str) -> Found:
    return Found(
        product_id=entry.id,
        sku=entry.sku,
        name=entry.name,
        family=entry.family,
        stage=entry.stage,
        points=entry.points,
        fast_track=entry.fast_track,
        year=entry.year or 0,
        note=alias,
    )


def _hits(query: str, index: SearchIndex, *, limit: int, family: str) -> list[Hit]:
    hits = index.find(query, limit=limit, family=family)
    if len(hits) >= min(_ENOUGH, limit) or any(hit.is_begun for hit in hits):
        return hits
    known = {hit.id for hit in hits}
    more = [hit for hit in index.nearly(query, limit=limit, family=family) if hit.id not in known]
    if not more and not hits:
        more = _nearest(query, index, family=family, limit=limit)
    return (hits + more)[:limit]


def _nearest(query: str, index: SearchIndex, *, family: str, limit: int) -> list[Hit]:
    """Products whose names lie nearest: by typing errors, of those that are nearest by trigrams."""
    folded = without_maker(fold_query(query))
    with connection.cursor() as cursor:
        cursor.execute(_NEAREST_NAMES, {"text": folded, "limit": _NEAREST})
        rows = cursor.fetchall()
    return _by_errors(rows, folded, index, family=family, limit=limit)


def _by_errors(rows: Iterable[Near], folded: str, index: SearchIndex, *, family: str, limit: int) -> list[Hit]:
    """Of the names that are nearest by trigrams those with the fewest typing errors."""
    typed = [Typed(text) for text in {squash(folded), squash(canonical(folded))}]
    allowed = max(2, len(squash(folded)) // 3)
    near: list[tuple[int, float, int, str, bool]] = []
    for product, text, is_alias, far in rows:
        if index.place_in(product, family=family) is None:
            continue
        errors = min(typing.distance(squash(text), whole=False) for typing in typed)
        if errors <= allowed or far <= _TOO_FAR:
            near.append((errors, far, product, text, is_alias))
    near.sort()
    best: dict[int, tuple[int, int, int | None, str]] = {}
    for errors, _, product, text, is_alias in near[: _MEASURED_WHOLE + limit]:
        whole = min(typing.distance(squash(text), whole=True) for typing in typed)
        rank = (errors, whole, index.place_in(product), text if is_alias else "")
        if product not in best or rank < best[product]:
            best[product] = rank
    ordered = sorted(best.items(), key=lambda item: item[1])[:limit]
    return [Hit(product, index.alias_near(product, rank[3]) if rank[3] else "") for product, rank in ordered]


def _entries(day: date) -> list[Entry]:
    value = Valuation.objects.value_of(OuterRef("pk"), day)
    rows = Product.objects.annotate(
        stage=Subquery(value.values("stage")), worth=Subquery(value.values("points"))
    ).values_list(
        "pk",
        "sku",
        "name",
        "aliases",
        "family",
        "stage",
        "worth",
        "fast_track",
        "announced_year",
        "superseded_by",
    )
    return [Entry(*row) for row in rows.filter(worth__isnull=False).order_by()]


def _version(day: date) -> Version:
    with connection.cursor() as cursor:
        cursor.execute(_NEWEST)
        product, name, load = cursor.fetchone()
    return product, name, load, day
