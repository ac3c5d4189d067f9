"""What an official country gives on a day, for every level at once: to compare levels (programme §6, §7)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import OuterRef, Subquery

from members.models import BenefitClass, CountryTerms, Level
from members.rules.levels import Rank, benefit_level
from servicing.models import Service, ServiceTerms
from servicing.rules.eligibility import Terms


@dataclass(frozen=True, slots=True)
class HomeTerms:
    """A country's cap, and its rows by level and service; no rows where it gives nothing."""

    cap: Level
    rows: Mapping[tuple[int, str], ServiceTerms]

    def terms(self, level: int) -> Terms:
        """The terms of a member of a level, as `eligibility.terms_of` gives them."""
        return Terms(level, self.cap, {service.value: self._days(level, service) for service in Service})

    def row(self, level: int, service: Service) -> ServiceTerms | None:
        """What a level's benefit level gets for a service; None where the country says nothing about it."""
        return self.rows.get((self.reached(level), service.value))

    def reached(self, level: int) -> Rank:
        """The benefit level of a level here."""
        return benefit_level(level, self.cap)

    def _days(self, level: int, service: Service) -> tuple[int | None, int | None]:
        row = self.row(level, service)
        return (row.target_days, row.video_target_days) if row else (None, None)


def home_terms(country: str, *, day: date) -> HomeTerms:
    """The terms of a country in force on a day, in one query; a country without terms gives nothing."""
    in_force = CountryTerms.objects.filter(country=OuterRef("country"), valid_from__lte=day).order_by("-valid_from")[:1]
    found = list(
        ServiceTerms.objects.on(day)
        .filter(country=country)
        .annotate(benefit_class=Subquery(in_force.values("benefit_class")), ended=Subquery(in_force.values("ended")))
    )
    if not found or found[0].ended or not found[0].benefit_class:
        return HomeTerms(Level.RED, {})
    cap = BenefitClass(found[0].benefit_class).cap
    return HomeTerms(cap, {(row.level, row.service): row for row in found})
