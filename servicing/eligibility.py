"""Loading what decides about Fast Track: the terms of a member's official country (programme §6, §7)."""

from datetime import date

from django.db.models import Q

from kitbag.models import KitItem, Stage
from members.models import BenefitClass, Level
from members.prepared import Prepared
from members.rules.levels import benefit_level
from servicing.models import Service
from servicing.rules.eligibility import Terms

# Of each level and service the row in force, with what the country is in force as.
_TERMS = Prepared(
    "service_terms_of_country",
    "varchar, date",
    """SELECT c.benefit_class, c.ended, t.level, t.service, t.target_days, t.video_target_days
    FROM (
        SELECT DISTINCT ON (level, service) * FROM servicing_serviceterms
        WHERE country = $1 AND valid_from <= $2 ORDER BY level, service, valid_from DESC
    ) t LEFT JOIN LATERAL (
        SELECT benefit_class, ended FROM members_countryterms
        WHERE country = $1 AND valid_from <= $2 ORDER BY valid_from DESC LIMIT 1
    ) c ON true""",
)


def terms_of(country: str, *, level: int, day: date) -> Terms:
    """The home terms of a member of a level on a day, in one query; a country without terms gives nothing."""
    rows = _TERMS.rows(country, day)
    cap = Level.RED
    if rows and rows[0][0] and not rows[0][1]:
        cap = BenefitClass(rows[0][0]).cap
    reached = benefit_level(level, cap)
    found = {service: (plain, video) for _class, _ended, at, service, plain, video in rows if at == reached}
    return Terms(level, cap, {service.value: found.get(service.value, (None, None)) for service in Service})


def qualifying(terms: Terms) -> Q:
    """The same answer as `rules.eligibility.answer`, for counting kit items annotated with their `stage`."""
    if terms.why_not:
        return Q(pk__isnull=True)
    return Q(state=KitItem.State.VALIDATED, product__fast_track=True) & ~Q(stage=Stage.UNSERVICEABLE)
