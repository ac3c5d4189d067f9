"""Why an offer is shown to a member, in the same words on the dashboard and under Offers (programme §9)."""

from django.utils.translation import gettext as _

from members.models import Level
from servicing.locator import country_name


def why_shown(*, owned: str, level: Level, country: str) -> str:
    """By a product of theirs, else by their level. `country`: the code of theirs where the offer is for some only."""
    why = (
        _("Shown because you own the %(product)s.") % {"product": owned}
        if owned
        else _("Shown because you are %(level)s.") % {"level": level.label}
    )
    return f"{why} {of_some_countries(country)}".rstrip()


def of_some_countries(country: str) -> str:
    """That an offer is for some countries, theirs among them; nothing for an offer of every country ("")."""
    if not country:
        return ""
    return _("It is for some countries, and yours is one: %(country)s.") % {"country": country_name(country)}
