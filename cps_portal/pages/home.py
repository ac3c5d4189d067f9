"""The public home: what CPS is, the levels side by side, and what a bag of kit is worth before joining.

The bag lives in the address (`?bag=sku&bag=sku`), so it needs no account, no cookie and no script; joining
carries it along (programme §1).
"""

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

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
from members.models import Level, Threshold
from members.rules.days import programme_day
from members.rules.levels import Rank
from servicing.models import Service, ServiceTerms

BAG_LIMIT = 30
SKU = re.compile(r"[A-Za-z0-9_-]{1,80}")
QUERY_LIMIT = 80
FOUND_LIMIT = 5


@dataclass(frozen=True, slots=True)
class BagLine:
    """One thing in the bag, worth its points today; `remove_href` is the address without it."""

    name: str
    family: str
    points: int
    remove_href: str


@require_safe
def home(request: HttpRequest) -> TemplateResponse:
    """The page, or for a keystroke in its search box only what was found."""
    day = programme_day(timezone.now())
    skus = [sku for sku in request.GET.getlist("bag") if SKU.fullmatch(sku)][:BAG_LIMIT]
    query = request.GET.get("q", "")[:QUERY_LIMIT].replace("\x00", "").strip()
    found = [
        asdict(hit) | {"href": _address([*skus, hit.sku]) if len(skus) < BAG_LIMIT else ""}
        for hit in (search.suggest(query, day=day, limit=FOUND_LIMIT) if query else ())
    ]
    if request.headers.get("HX-Target") == "found":
        return TemplateResponse(request, "pages/_home_found.html", {"query": query, "found": found})

    lines = bag_lines(skus, day)
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
            "skus": skus,
            "total": total,
            "level": level,
            "thresholds": thresholds,
            "products": counts["all"],
            "fast_track": counts["fast_track"],
            "best_target": min((column["target"] for column in levels if column["target"]), default=None),
            "levels": levels,
            "shown_level": level if lines else Rank.SILVER,
            "standard_days": settings.STANDARD_TURNAROUND_DAYS,
            "join_href": reverse("account_signup") + _query(skus),
        },
    )


def bag_lines(skus: Sequence[str], day: date) -> list[BagLine]:
    """The bag's products in the order they were put in, with their points of a day; unknown ones fall away."""
    worth = Valuation.objects.value_of(OuterRef("pk"), day).values("points")
    known = {
        row["sku"]: row
        for row in Product.objects.filter(sku__in=set(skus))
        .annotate(points=Subquery(worth))
        .values("sku", "name", "family", "points")
    }
    return [
        BagLine(
            name=known[sku]["name"],
            family=known[sku]["family"],
            points=known[sku]["points"] or 0,
            remove_href=_address([*skus[:place], *skus[place + 1 :]]),
        )
        for place, sku in enumerate(skus)
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


def _query(skus: Sequence[str]) -> str:
    return "?" + urlencode([("bag", sku) for sku in skus]) if skus else ""


def _address(skus: Sequence[str]) -> str:
    return reverse("home") + _query(skus)
