"""Loading what decides about Fast Track: the terms of a member's official country (programme §6, §7)."""

from datetime import date

from django.db.models import OuterRef, Q, Subquery

from kitbag.models import KitItem, Stage
from members.models import BenefitClass, CountryTerms, Level
from members.rules.levels import benefit_level
from servicing.models import Service, ServiceTerms
from servicing.rules.eligibility import Terms


def terms_of(country: str, *, level: int, day: date) -> Terms:
    """The home terms of a member of a level on a day, in one query; a country without terms gives nothing."""
    in_force = CountryTerms.objects.filter(country=OuterRef("country"), valid_from__lte=day).order_by("-valid_from")
    rows = list(
        ServiceTerms.objects.on(day)
        .filter(country=country)
        .annotate(
            benefit_class=Subquery(in_force.values("benefit_class")[:1]),
            ended=Subquery(in_force.values("ended")[:1]),
        )
        .values_list("benefit_class", "ended", "level", "service", "target_days", "video_target_days")
    )
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
