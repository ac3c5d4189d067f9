"""A kitbag as a list: rows, counts by family and state, and pages by key (programme §3).

Two queries whatever its size: one for every count, one for the rows of a page. Values are those of the
one expression's valuations on the day asked for.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any, cast
from uuid import UUID

from django.db.models import CharField, Count, Exists, F, Func, OuterRef, Q, Subquery, Sum, Value
from django.db.models.functions import Coalesce, Lower

from kitbag.models import FormerNumber, KitItem, ProposedEdit, Valuation
from kitbag.models.kit import KitItemQuerySet
from kitbag.paging import Key, slice_of
from kitbag.rules.serials import normalise
from kitbag.turns import ASKED, CLAIMED, NEEDS_MEMBER

PAGE = 60
QUERY_LIMIT = 80


class Show(StrEnum):
    """States one can filter by, as they stand in the address."""

    ANY = ""
    NEEDS_YOU = "needs-you"
    COUNTS = "counts"
    WAITING = "waiting"
    SERVICING = "servicing"


class Sort(StrEnum):
    POINTS = "points"
    NAME = "name"
    NEWEST = "newest"


@dataclass(frozen=True, slots=True)
class Choice:
    """What a member chose to see. An empty family is every family."""

    family: str = ""
    show: Show = Show.ANY
    query: str = ""
    sort: Sort = Sort.POINTS


@dataclass(frozen=True, slots=True)
class Row:
    """One item of a list; `points` and `stage` are those of the day."""

    id: UUID
    name: str
    family: str
    category: str
    serial_need: str
    announced_year: int | None
    serial_typed: str
    serial: str
    purchased_on: date | None
    country: str
    store: str
    state: str
    reasons: list[str]
    in_servicing: bool
    change_waits: bool
    asked: bool
    claimed: bool
    points: int
    points_full: int
    stage: str
    fast_track: bool
    fast_track_video: bool


@dataclass(slots=True)
class Counts:
    """Figures of a kitbag: of all of it, and of what a choice finds by family and by state."""

    items: int = 0
    validated: int = 0
    uncounted: int = 0
    uncounted_points: int = 0
    needs_you: int = 0
    fast_track: int = 0
    by_family: dict[str, int] = field(default_factory=dict)
    found_by_family: dict[str, int] = field(default_factory=dict)
    found_by_show: dict[Show, int] = field(default_factory=lambda: dict.fromkeys(Show, 0))


@dataclass(frozen=True, slots=True)
class Page:
    """Rows with the keys of the pages around them; an empty key is no page."""

    rows: Sequence[Row]
    before: str = ""
    after: str = ""


_SHOWN: dict[Show, Q] = {
    Show.ANY: Q(pk__isnull=False),
    Show.NEEDS_YOU: NEEDS_MEMBER,
    Show.COUNTS: Q(state=KitItem.State.VALIDATED),
    Show.WAITING: Q(state__in=[KitItem.State.DRAFT, KitItem.State.WAITING, KitItem.State.REFUSED]),
    Show.SERVICING: Q(in_case_since__isnull=False),
}
_NAME = Lower("product__name")
# Sorting keys with their direction; the last makes them unique.
_KEYS: dict[Sort, tuple[Key, ...]] = {
    Sort.POINTS: (("points", True), ("sort_name", False), ("pk", False)),
    Sort.NAME: (("sort_name", False), ("pk", False)),
    Sort.NEWEST: (("added_at", True), ("pk", False)),
}


def items_of(member_id: int, *, day: date) -> KitItemQuerySet:
    """The live items of a member, each with its `points` and `stage` of a day."""
    value = Valuation.objects.value_of(OuterRef("product"), day)
    return cast(
        KitItemQuerySet,
        KitItem.objects.live()
        .filter(member=member_id)
        .annotate(
            points=Coalesce(Subquery(value.values("points")), 0),
            stage=Subquery(value.values("stage")),
            sort_name=_NAME,
        ),
    )


def _found(query: str) -> Q:
    """Items whose name, other name, serial number or former number holds what was typed, in any spelling."""
    words = query.replace("\x00", "").split()[:8]
    if not words:
        return _SHOWN[Show.ANY]
    by_name, by_alias = Q(), Q()
    for word in words:
        by_name &= Q(product__name__icontains=word)
        by_alias &= Q(product__aliases__icontains=word)
    found = by_name | by_alias
    if squashed := normalise("".join(words)):
        found |= Q(squashed_name__contains=squashed) | Q(serial__contains=squashed)
        found |= Q(Exists(FormerNumber.objects.filter(item=OuterRef("pk"), serial__contains=squashed)))
    return found


def _searchable(items: KitItemQuerySet) -> KitItemQuerySet:
    squashed = Func(
        F("product__name"),
        Value("[^0-9A-Za-z]+"),
        Value(""),
        Value("g"),
        function="regexp_replace",
        output_field=CharField(),
    )
    return cast(
        KitItemQuerySet, items.annotate(squashed_name=Func(squashed, function="upper", output_field=CharField()))
    )


def counts_of(member_id: int, *, day: date, choice: Choice, fast_track: Q) -> Counts:
    """Every figure of the page in one query, grouped by family.

    `fast_track` says which items qualify, in terms of the items of `items_of`.
    """
    found = _found(choice.query)
    shown = {f"found_{show.name.lower()}": Count("pk", filter=found & _SHOWN[show]) for show in Show}
    uncounted = _SHOWN[Show.WAITING]
    rows: Any = (
        _searchable(items_of(member_id, day=day))
        .order_by()
        .values("product__family")
        .annotate(
            items=Count("pk"),
            validated=Count("pk", filter=_SHOWN[Show.COUNTS]),
            uncounted=Count("pk", filter=uncounted),
            uncounted_points=Coalesce(Sum("points", filter=uncounted), 0),
            needs_you=Count("pk", filter=_SHOWN[Show.NEEDS_YOU]),
            fast_track=Count("pk", filter=fast_track),
            **shown,
        )
    )
    counts = Counts()
    for row in rows:
        family = row["product__family"]
        for name in ("items", "validated", "uncounted", "uncounted_points", "needs_you", "fast_track"):
            setattr(counts, name, getattr(counts, name) + row[name])
        counts.by_family[family] = row["items"]
        counts.found_by_family[family] = row[f"found_{choice.show.name.lower()}"]
        if choice.family in ("", family):
            for show in Show:
                counts.found_by_show[show] += row[f"found_{show.name.lower()}"]
    return counts


def page_of(member_id: int, *, day: date, choice: Choice, after: str = "", before: str = "", limit: int = PAGE) -> Page:
    """The rows after or before a key, in the chosen order; a key that is none gives the first page."""
    items = _searchable(items_of(member_id, day=day)).filter(_found(choice.query), _SHOWN[choice.show])
    if choice.family:
        items = items.filter(product__family=choice.family)
    change = ProposedEdit.objects.filter(item=OuterRef("pk"), state=ProposedEdit.State.WAITING)
    items = items.annotate(change_waits=Exists(change), asked=ASKED, claimed=CLAIMED)
    found = slice_of(items.values(*_COLUMNS), _KEYS[choice.sort], after=after, before=before, limit=limit)
    return Page([_row(values) for values in found.rows], before=found.before, after=found.after)


_COLUMNS = (
    "pk",
    "product__name",
    "product__family",
    "product__category",
    "product__serial_need",
    "product__announced_year",
    "product__points_full",
    "product__fast_track",
    "product__fast_track_video",
    "serial_typed",
    "serial",
    "purchased_on",
    "country_of_purchase",
    "store",
    "state",
    "reasons",
    "in_case_since",
    "added_at",
    "points",
    "stage",
    "sort_name",
    "change_waits",
    "asked",
    "claimed",
)


def _row(values: dict[str, Any]) -> Row:
    return Row(
        id=values["pk"],
        name=values["product__name"],
        family=values["product__family"],
        category=values["product__category"],
        serial_need=values["product__serial_need"],
        announced_year=values["product__announced_year"],
        serial_typed=values["serial_typed"],
        serial=values["serial"],
        purchased_on=values["purchased_on"],
        country=str(values["country_of_purchase"] or ""),
        store=values["store"],
        state=values["state"],
        reasons=values["reasons"],
        in_servicing=values["in_case_since"] is not None,
        change_waits=values["change_waits"],
        asked=values["asked"],
        claimed=values["claimed"],
        points=values["points"],
        points_full=values["product__points_full"],
        stage=values["stage"],
        fast_track=values["product__fast_track"],
        fast_track_video=values["product__fast_track_video"],
    )
