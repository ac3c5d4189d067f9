"""The figures that answers name, from settings, dated rows and counts: none stands in a text."""

from datetime import date

from django.conf import settings
from django.db.models import Count, Q
from django.utils.translation import ngettext

from cps_portal.pages.public import targets_of_levels
from kitbag.models import Product
from members.models import CountryTerms
from servicing.models import Centre, Kind


def figures_of(day: date) -> dict[str, str]:
    """By the names that paragraphs use, as words of the active language; the same few queries always."""
    silver, gold, platinum = targets_of_levels(day)
    products = Product.objects.aggregate(all=Count("pk"), fast=Count("pk", filter=Q(fast_track=True)))
    countries = CountryTerms.objects.on(day).count()
    centres = Centre.objects.filter(kind=Kind.CANON).count()
    shortest = min((days for line in (silver, gold, platinum) for days in line["video"]), default=0)
    return {
        "silver": f"{silver['points']:,}",
        "gold": f"{gold['points']:,}",
        "platinum": f"{platinum['points']:,}",
        "silver_days": working(min(silver["targets"], default=0)),
        "gold_days": working(min(gold["targets"], default=0)),
        "platinum_days": working(min(platinum["targets"], default=0)),
        "video_days": working(shortest),
        "standard": working(settings.STANDARD_TURNAROUND_DAYS),
        "loan_days": working(settings.LOAN_DAYS_AFTER_RETURN),
        "notice": days_in_words(settings.DROP_NOTICE_DAYS),
        "undo": days_in_words(settings.REMOVAL_UNDO_DAYS),
        "email_undo": days_in_words(settings.EMAIL_UNDO_DAYS),
        "late": days_in_words(settings.PACK_LATE_DAYS),
        "expires": days_in_words(settings.CASE_REQUEST_DAYS),
        "slots": products_in_words(settings.FAST_TRACK_SLOTS),
        "products": products_in_words(products["all"]),
        "fast_track": products_in_words(products["fast"]),
        "countries": ngettext("%(number)s country", "%(number)s countries", countries) % {"number": countries},
        "canon_centres": f"{centres}",
    }


def working(days: int) -> str:
    """5 working days."""
    return ngettext("%(days)s working day", "%(days)s working days", days) % {"days": days}


def days_in_words(days: int) -> str:
    """60 days."""
    return ngettext("%(days)s day", "%(days)s days", days) % {"days": days}


def products_in_words(number: int) -> str:
    """3,011 products."""
    return ngettext("%(number)s product", "%(number)s products", number) % {"number": f"{number:,}"}
