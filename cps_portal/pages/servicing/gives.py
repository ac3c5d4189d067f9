"""What a member gets at a centre in words, and what differs there from home (programme §6, §7)."""

from decimal import Decimal

from django.conf import settings
from django.utils.translation import gettext as _

from cps_portal.pages.servicing.words import days_words
from servicing.conditions import Conditions
from servicing.locator import country_name
from servicing.models import Service
from servicing.rules.terms import Given, Whose
from servicing.wording import NOT_ELIGIBLE


def percent(share: Decimal) -> str:
    """A percentage without a needless zero: 20, 12.5."""
    return f"{share.normalize():f}"


def speed_words(found: Conditions) -> str:
    """The target, or that it goes at the standard time."""
    if found.qualifies and found.given.target is not None:
        return _("Fast Track, target %(days)s") % {"days": days_words(found.given.target)}
    return _("Standard time, about %(days)s") % {"days": days_words(settings.STANDARD_TURNAROUND_DAYS)}


def why_not(found: Conditions) -> list[str]:
    """Every reason why it does not go on Fast Track there; empty where it does."""
    return [str(NOT_ELIGIBLE[reason]) for reason in found.reasons]


def benefits(found: Conditions, *, service: str) -> list[str]:
    """What comes with it beside the target."""
    given, lines = found.given, []
    if service == Service.MAINTENANCE and given.discount:
        lines.append(_("%(percent)s%% off") % {"percent": percent(given.discount)})
    if service == Service.REPAIR and given.free_shipping:
        lines.append(_("Free return shipping if it is chargeable"))
    if found.qualifies and given.loan:
        lines.append(_("A courtesy loan if the target is missed, while stock lasts"))
    return lines


def differences(home: Given, there: Given, *, country: str, service: str, fast: bool) -> list[str]:
    """What is not as at home, a line for each; `home` is what a centre of that kind would give there.

    Targets and loans come with Fast Track only, discount and return shipping at the standard time too.
    """
    lines = []
    if fast and home.target != there.target:
        words = {"home": _days(home.target), "here": _days(there.target), "country": country_name(country)}
        lines.append(_("At home %(home)s, here %(here)s: the terms of %(country)s decide.") % words)
    if fast and home.loan and not there.loan:
        lines.append(_("No courtesy loan here."))
    if service == Service.MAINTENANCE and home.discount != there.discount:
        words = {"home": percent(home.discount), "here": percent(there.discount)}
        lines.append(_("At home %(home)s%% off, here %(here)s%%.") % words)
    if service == Service.REPAIR and home.free_shipping and not there.free_shipping:
        lines.append(_("Return shipping is not free here."))
    return lines


def _days(target: int | None) -> str:
    return days_words(target) if target is not None else _("no target")


def whose_words(given: Given, *, home: str, there: str) -> str:
    """Whose terms decided about the target: those of the member's country, of the centre's, or both alike."""
    if home == there:
        return _("By the terms of %(country)s, your country.") % {"country": country_name(home)}
    if given.whose_target == Whose.BOTH:
        return _("The terms of %(home)s and %(there)s are alike.") % {
            "home": country_name(home),
            "there": country_name(there),
        }
    decides = home if given.whose_target == Whose.HOME else there
    return _("By the terms of %(country)s.") % {"country": country_name(decides)}
