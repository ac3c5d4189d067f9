"""The catalogue for everybody: what each product counts for, found by search or by leafing (programme §2)."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.loader import get_template
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from kitbag import search, valuing
from kitbag.models import FamilyName, Product, Stage, Valuation
from kitbag.rules.worth import Step
from members.rules.days import programme_day

PAGE = 50
QUERY_MOST = 80
_SKU_MOST = 80

# Year announced and sku: what a list of products is leafed through by.
Key = tuple[int, str]


@dataclass(frozen=True, slots=True)
class Listed:
    """A product in a list; `year` is 0 where it is unknown, which sorts last."""

    sku: str
    name: str
    family: str
    fast_track: bool
    stage: str
    points: int
    year: int


@dataclass(frozen=True, slots=True)
class Worth:
    """What a product counts for from a day on; without a day, once it comes to that stage."""

    stage: str
    points: int
    day: date | None = None
    words: str = ""
    is_today: bool = False


@require_safe
def products(request: HttpRequest) -> TemplateResponse:
    """Kit values: the nearest products to a search, or all of them by key, of one family or of any."""
    day = programme_day(timezone.now())
    query = typed(request)
    family = request.GET.get("family", "")
    family = family if family in FamilyName.values else ""
    before, after = _key(request, "before"), _key(request, "after")
    counts = dict(Product.objects.order_by().values_list("family").annotate(n=Count("pk")))
    context: dict[str, Any] = {"query": query, "family": family, "total": sum(counts.values()), "most": PAGE}
    if query:
        context["rows"] = search.suggest(query, day=day, limit=PAGE, family=family)
        counts = {}
    else:
        context |= _leaf(day, family=family, before=before, after=after)
    context["segments"] = _segments(counts, query=query, family=family)
    return TemplateResponse(request, "kitbag/products.html", context)


@require_safe
def product_suggest(request: HttpRequest) -> HttpResponse:
    """The answer to a keystroke: a fragment, rendered without what whole pages are given."""
    query = typed(request)
    found = search.suggest(query, day=programme_day(timezone.now()))
    return HttpResponse(get_template("kitbag/_suggestions.html").render({"query": query, "found": found}))


@require_safe
def product(request: HttpRequest, sku: str) -> TemplateResponse:
    """One product: points today and to come, stage, Fast Track, serial number, other names, relations."""
    day = programme_day(timezone.now())
    known = get_object_or_404(Product.objects.select_related("superseded_by"), sku=sku)
    worths = _worths(known, valuing.steps_of(known.pk), day)
    today = next(worth for worth in worths if worth.is_today)
    return TemplateResponse(
        request,
        "kitbag/product.html",
        {
            "sku": known.sku,
            "name": known.name,
            "family": known.family,
            "family_name": known.get_family_display(),
            "year": known.announced_year,
            "fast_track": known.fast_track,
            "by_video_target": known.fast_track_video,
            "serial_need": known.serial_need,
            "serial_place": _(known.serial_hint) if known.serial_hint else "",
            "aliases": [alias for alias in known.aliases.split("|") if alias],
            "successor": known.superseded_by,
            "predecessors": list(known.supersedes.order_by("-announced_year", "sku").values("sku", "name")),
            "today": today,
            "worths": worths,
            "crumbs": [{"href": reverse("products"), "label": _("Kit values")}, {"label": known.name}],
        },
    )


def typed(request: HttpRequest) -> str:
    """What stands in the search box, cut to what a name can be; NUL is nothing that is typed."""
    return request.GET.get("q", "")[: QUERY_MOST * 2].replace("\x00", "").strip()[:QUERY_MOST]


def _key(request: HttpRequest, name: str) -> Key | None:
    """Where a page begins or ends: year and sku of a product, as `_text` writes them; None for anything else."""
    year, dot, sku = request.GET.get(name, "")[: _SKU_MOST + 5].partition(".")
    fits = dot and year.isascii() and year.isdigit() and sku.isascii() and sku.isprintable()
    return (int(year), sku) if fits else None


def _text(row: Listed) -> str:
    return f"{row.year}.{row.sku}"


def _leaf(day: date, *, family: str, before: Key | None, after: Key | None) -> dict[str, Any]:
    """A page of all products, the newest first, and the addresses of the pages beside it."""
    rows = _listed(Product.objects.filter(family=family) if family else Product.objects.all(), day)
    if before:
        year, sku = before
        rows = rows.filter(Q(year__gt=year) | Q(year=year, sku__lt=sku)).order_by("year", "-sku")
    elif after:
        year, sku = after
        rows = rows.filter(Q(year__lt=year) | Q(year=year, sku__gt=sku))
    found = [Listed(*row) for row in rows[: PAGE + 1]]
    page = found[:PAGE][::-1] if before else found[:PAGE]
    has_previous = len(found) > PAGE if before else bool(after)
    has_next = bool(before) or len(found) > PAGE
    return {
        "rows": page,
        "previous": _address(family=family, before=_text(page[0])) if page and has_previous else "",
        "next": _address(family=family, after=_text(page[-1])) if page and has_next else "",
    }


def _listed(rows: QuerySet[Product], day: date) -> QuerySet[Any, tuple[Any, ...]]:
    value = Valuation.objects.value_of(OuterRef("pk"), day)
    return (
        rows.annotate(
            year=Coalesce("announced_year", 0),
            stage=Subquery(value.values("stage")),
            worth=Subquery(value.values("points")),
        )
        .order_by("-year", "sku")
        .values_list("sku", "name", "family", "fast_track", "stage", "worth", "year")
    )


def _address(**parts: str) -> str:
    return "?" + urlencode({name: part for name, part in parts.items() if part})


def _segments(counts: dict[str, int], *, query: str, family: str) -> list[dict[str, Any]]:
    """The filter by family; counts only where everything is listed."""
    whole = {"label": _("All"), "href": _address(q=query), "count": sum(counts.values()) or None, "current": not family}
    return [whole] + [
        {
            "label": name.label,
            "icon": name.value,
            "href": _address(q=query, family=name.value),
            "count": counts.get(name.value),
            "current": family == name.value,
        }
        for name in FamilyName
        if query or name.value in counts
    ]


def _worths(known: Product, steps: list[Step], day: date) -> list[Worth]:
    """A product's values in order: those that began, those announced, those of stages without a day yet."""
    begun = [step for step in steps if step.day <= day]
    reasons = dict(Valuation.Reason.choices)
    worths = [
        Worth(step.stage, step.points, step.day, str(reasons[step.reason]), is_today=step is begun[-1])
        for step in steps
    ]
    scale = {
        Stage.SUPERSEDED: known.points_superseded,
        Stage.UNSERVICEABLE: known.points_floor,
    }
    order = list(Stage)
    last = max(order.index(Stage(step.stage)) for step in steps)
    if not known.points_full:
        return worths
    return worths + [Worth(stage.value, min(scale[stage], steps[-1].points)) for stage in order[last + 1 :]]
