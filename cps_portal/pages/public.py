"""What anyone may read before joining: terms, privacy, countries, accessibility.

Every number on these pages comes from the dated rows and settings it rests on, never from a template.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.http import require_safe
from django_countries import countries as every_country

from cps_portal.pages.joining_form import sort_key
from cps_portal.privacy.showing import what_is_kept
from kitbag.models import Product
from members.models import BenefitClass, CountryTerms, Level, Threshold
from members.rules.days import programme_day
from members.rules.levels import benefit_level
from servicing.models import Service, ServiceTerms

ABOVE_RED = (Level.SILVER, Level.GOLD, Level.PLATINUM)


@dataclass(frozen=True, slots=True)
class Gives:
    """What a level gets for an official address in a country (programme §6): targets in working days."""

    level: str
    target: int | None
    video_target: int | None
    loan: bool
    discount: str
    free_return: bool


def what_levels_get(cap: Level, rows: Iterable[ServiceTerms]) -> list[Gives]:
    """For each level above Red, what its benefit level under the country's cap gets of the country's rows."""
    terms = {(row.level, row.service): row for row in rows}
    given = []
    for level in ABOVE_RED:
        reached = int(benefit_level(level, cap))
        repair = terms.get((reached, Service.REPAIR))
        maintenance = terms.get((reached, Service.MAINTENANCE))
        given.append(
            Gives(
                level=str(level.label),
                target=repair.target_days if repair else None,
                video_target=repair.video_target_days if repair else None,
                loan=bool(repair and repair.loan),
                discount=f"{maintenance.discount_percent.normalize():f}" if maintenance else "0",
                free_return=bool(repair and repair.free_return_shipping),
            )
        )
    return given


def _in_force(day: date) -> list[tuple[CountryTerms, list[Gives]]]:
    """Every participating country of a day with what it gives; two queries."""
    rows = defaultdict(list)
    for terms in ServiceTerms.objects.on(day):
        rows[str(terms.country)].append(terms)
    return [(terms, what_levels_get(terms.cap, rows[str(terms.country)])) for terms in CountryTerms.objects.on(day)]


def targets_of_levels(day: date) -> list[dict[str, Any]]:
    """For each level: where it begins, and the targets of the countries with full benefits, shortest first."""
    thresholds = Threshold.objects.on(day)
    full = [gives for terms, gives in _in_force(day) if terms.benefit_class == BenefitClass.FULL]
    lines = []
    for place, level in enumerate(ABOVE_RED):
        reached = [gives[place] for gives in full]
        lines.append(
            {
                "level": level.label,
                "points": thresholds.begins(level),
                "targets": sorted({line.target for line in reached if line.target is not None}),
                "video": sorted({line.video_target for line in reached if line.video_target is not None}),
                "loan": any(line.loan for line in reached),
            }
        )
    return lines


@require_safe
def terms(request: HttpRequest) -> HttpResponse:
    """Terms of use, with how turnaround times are calculated (the clock of programme §6 in words)."""
    levels = targets_of_levels(programme_day(timezone.now()))
    video = [days for line in levels for days in line["video"]]
    return TemplateResponse(
        request,
        "pages/terms.html",
        {
            "version": settings.TERMS_VERSION,
            "since": settings.TERMS_SINCE,
            "levels": levels,
            "fastest_video": min(video, default=None),
            "loan_levels": [line["level"] for line in levels if line["loan"]],
            "slots": settings.FAST_TRACK_SLOTS,
            "standard_days": settings.STANDARD_TURNAROUND_DAYS,
            "notice_days": settings.DROP_NOTICE_DAYS,
            "undo_days": settings.REMOVAL_UNDO_DAYS,
            "products": Product.objects.count(),
            "fast_track_products": Product.objects.filter(fast_track=True).count(),
        },
    )


@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    """What is kept about people, why, and for how long."""
    return TemplateResponse(
        request,
        "pages/privacy.html",
        {
            "version": settings.TERMS_VERSION,
            "since": settings.TERMS_SINCE,
            "rows": what_is_kept(),
            "undo_days": settings.CLOSING_UNDO_DAYS,
        },
    )


@require_safe
def countries(request: HttpRequest) -> HttpResponse:
    """The participating countries of today by class, with what each gives; what gives the same stands together."""
    day = programme_day(timezone.now())
    in_force = _in_force(day)
    classes = []
    for benefit_class in BenefitClass:
        names: dict[tuple[Gives, ...], list[str]] = defaultdict(list)
        for country_terms, given in in_force:
            if country_terms.benefit_class == benefit_class:
                names[tuple(given)].append(every_country.name(str(country_terms.country)))
        classes.append(
            {
                "key": benefit_class.value,
                "name": benefit_class.label,
                "cap": benefit_class.cap.label,
                "count": sum(len(group) for group in names.values()),
                "groups": [_alike(group, gives) for gives, group in names.items()],
            }
        )
    return TemplateResponse(
        request,
        "pages/countries.html",
        {
            "day": day,
            "classes": classes,
            "count": len(in_force),
            "standard_days": settings.STANDARD_TURNAROUND_DAYS,
        },
    )


def _alike(countries: list[str], gives: tuple[Gives, ...]) -> dict[str, Any]:
    """Countries that give the same; nothing to show where no level has a target."""
    return {
        "countries": sorted(countries, key=sort_key),
        "gives": gives if any(line.target for line in gives) else (),
    }


@require_safe
def country_other(request: HttpRequest) -> HttpResponse:
    """For people without an official address in a participating country; `?country=US` names theirs."""
    day = programme_day(timezone.now())
    taking_part = {str(code) for code in CountryTerms.objects.on(day).values_list("country", flat=True)}
    named = [(code, str(name)) for code, name in every_country if code not in taking_part]
    asked = request.GET.get("country", "").upper()
    return TemplateResponse(
        request,
        "pages/country_other.html",
        {
            "choices": sorted(named, key=lambda pair: sort_key(pair[1])),
            "asked": asked,
            "asked_name": dict(named).get(asked, ""),
            "takes_part": every_country.name(asked) if asked in taking_part else "",
        },
    )


@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    """The accessibility statement."""
    return TemplateResponse(
        request,
        "pages/accessibility.html",
        {"since": settings.TERMS_SINCE},
    )
