"""The public home: what CPS is, the levels side by side, and what a bag of kit is worth before joining.

The bag lives in the address (kitbag.rules.bag), so it needs no account, no cookie and no script; joining
carries it along, and the what-if page says more about it (programme §1).
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from django.conf import settings
from django.contrib.postgres.aggregates import BoolOr
from django.db.models import Count, Min, OuterRef, Q, Subquery
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from kitbag import search
from kitbag.models import Product, Valuation
from kitbag.rules import bag as bags
from kitbag.rules.bag import Bag
from members.models import Level, Threshold
from members.rules.days import programme_day
from members.rules.levels import Rank
from servicing.models import Service, ServiceTerms

QUERY_LIMIT = 80
FOUND_LIMIT = 5


@dataclass(frozen=True, slots=True)
class BagLine:
    """A product in the bag: `count` of it are worth `points` today; `remove_href` is the address without it."""

    name: str
    family: str
    count: int
    points: int
    remove_href: str


@require_safe
def home(request: HttpRequest) -> TemplateResponse:
    """The page, or for a keystroke in its search box only what was found."""
    day = programme_day(timezone.now())
    bag = bags.read(request.GET.getlist(bags.NAME))
    query = request.GET.get("q", "")[:QUERY_LIMIT].replace("\x00", "").strip()
    found = [
        asdict(hit) | {"href": "" if bag.is_full else _address(bag.more(hit.sku))}
        for hit in (search.suggest(query, day=day, limit=FOUND_LIMIT) if query else ())
    ]
    if request.headers.get("HX-Target") == "found":
        return TemplateResponse(request, "pages/_home_found.html", {"query": query, "found": found})

    lines = bag_lines(bag, day)
    total = sum(line.points for line in lines)
    thresholds = Threshold.objects.on(day)
    level = thresholds.level_for(total)
    counts = Product.objects.aggregate(all=Count("pk"), fast_track=Count("pk", filter=Q(fast_track=True)))
    levels = level_columns([thresholds.begins(rank) for rank in Rank], day)
    return TemplateResponse(
        request,
        "pages/home.html",
        {
            "query": query,
            "found": found,
            "bag": lines,
            "entries": bag.entries,
            "total": total,
            "level": level,
            "thresholds": thresholds,
            "products": counts["all"],
            "fast_track": counts["fast_track"],
            "best_target": min((column["target"] for column in levels if column["target"]), default=None),
            "levels": levels,
            "shown_level": level if lines else Rank.SILVER,
            "standard_days": settings.STANDARD_TURNAROUND_DAYS,
            "what_if_href": reverse("what-if") + bags.query(bag),
            "join_href": reverse("account_signup") + bags.query(bag),
        },
    )


def bag_lines(bag: Bag, day: date) -> list[BagLine]:
    """The bag's products in the order they were put in, with their points of a day; unknown ones fall away."""
    worth = Valuation.objects.value_of(OuterRef("pk"), day).values("points")
    known = {
        row["sku"]: row
        for row in Product.objects.filter(sku__in=list(bag.counts))
        .annotate(points=Subquery(worth))
        .values("sku", "name", "family", "points")
    }
    return [
        BagLine(
            name=known[sku]["name"],
            family=known[sku]["family"],
            count=count,
            points=(known[sku]["points"] or 0) * count,
            remove_href=_address(bag.without(sku)),
        )
        for sku, count in bag.counts.items()
        if sku in known
    ]


def level_columns(begins: Sequence[int], day: date) -> list[dict[str, Any]]:
    """What each level gives where it gives most: the best repair targets of any country on a day (§6)."""
    terms: dict[int, dict[str, Any]] = {
        row["level"]: dict(row)
        for row in ServiceTerms.objects.on(day)
        .filter(service=Service.REPAIR)
        .order_by()
        .values("level")
        .annotate(target=Min("target_days"), video=Min("video_target_days"), lends=BoolOr("loan"))
    }
    columns = []
    for level in Level:
        row = terms.get(level.value, {})
        target = row.get("target")
        columns.append(
            {
                "level": level.value,
                "key": level.name.lower(),
                "begins": begins[level.value],
                "target": target,
                "video": row.get("video"),
                "slots": settings.FAST_TRACK_SLOTS if target else None,
                # The welcome pack begins with Silver (§8).
                "pack": level >= Level.SILVER,
                "loan": bool(row.get("lends")),
            }
        )
    return columns


def _address(bag: Bag) -> str:
    return reverse("home") + bags.query(bag)
