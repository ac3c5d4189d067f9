"""What a member gets for a thing and a service at a centre on a day: level, terms of both countries, reasons (§6)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

from kitbag import checking, standing, valuing
from kitbag.models import KitItem, Product, Stage
from kitbag.rules import checks
from kitbag.rules.worth import step_on
from members.models import CountryTerms, Level, Member
from servicing.centres import calendar_of
from servicing.models import Centre, ServiceTerms
from servicing.rules.calendar import Calendar
from servicing.rules.eligibility import CentreKind, No, Terms, Thing, at_centre
from servicing.rules.terms import NOTHING, Given, Row, together

# A case takes the holidays of this long with it; after that its centre's week goes on by itself.
CALENDAR_KEPT = timedelta(days=3 * 366)


@dataclass(frozen=True, slots=True)
class Conditions:
    """What holds for one thing, service and centre on a day. Without reasons it goes on Fast Track.

    `given` holds what both countries give at the benefit level, whatever the reasons say of the thing.
    """

    level: Level
    benefit_level: Level
    cap: Level
    reasons: tuple[No, ...]
    given: Given

    @property
    def qualifies(self) -> bool:
        return not self.reasons


def thing_of(item: KitItem, *, day: date) -> Thing:
    """What eligibility asks about a kit item."""
    product = item.product
    return Thing(
        listed=product.fast_track,
        video=product.fast_track_video,
        serviceable=can_be_serviced(product, day=day),
        complete=not checks.missing(checking.entry_of(item, product)),
        validated=item.state == KitItem.State.VALIDATED,
    )


def can_be_serviced(product: Product, *, day: date) -> bool:
    """Whether a product is still serviced on a day."""
    step = step_on(valuing.steps_of(product.pk), day=day)
    return step is None or step.stage != Stage.UNSERVICEABLE


def conditions_of(item: KitItem, member: Member, centre: Centre, *, service: str, day: date) -> Conditions:
    """What a member gets for an item at a centre. `day` is the programme day: points and terms are by it."""
    level = standing.on(member.pk, day).level
    return of_level(level, thing_of(item, day=day), member, centre, service=service, day=day)


def of_level(level: Level, thing: Thing, member: Member, centre: Centre, *, service: str, day: date) -> Conditions:
    """The same at any level: to show what another one would change."""
    return at_centres(level, thing, member, [centre], service=service, day=day)[centre.pk]


def at_centres(
    level: Level, thing: Thing, member: Member, centres: Collection[Centre], *, service: str, day: date
) -> dict[int, Conditions]:
    """The same at several centres, by their keys; two queries whatever their number.

    The benefit level is capped by the official country alone. A centre's country gives it what its own class gives:
    what is capped there for its own members is not more for those who travel (§7; FAQ: benefits may differ).
    """
    home = str(member.country)
    countries = {home, *(str(centre.country) for centre in centres)}
    caps = {str(row.country): row.cap for row in CountryTerms.objects.filter(country__in=countries).on(day)}
    cap = caps.get(home, Level.RED)
    reached = Level(min(level, cap))
    rows = {
        str(row.country): row_of(row)
        for row in ServiceTerms.objects.on(day).filter(country__in=list(caps), service=service)
        if row.level == min(reached, caps[str(row.country)])
    }
    at_home = rows.get(home, NOTHING)
    terms = Terms(level, cap, {service: (at_home.target, at_home.video_target)})
    found = {}
    for centre in centres:
        kind = CentreKind(centre.kind)
        given = together(at_home, rows.get(str(centre.country), NOTHING), kind=kind, video=thing.video)
        reasons = at_centre(thing, terms, service=service, kind=kind, target=given.target)
        found[centre.pk] = Conditions(Level(level), reached, cap, reasons, given)
    return found


def row_of(terms: ServiceTerms) -> Row:
    """A row of terms as plain values."""
    return Row(
        target=terms.target_days,
        video_target=terms.video_target_days,
        loan=terms.loan,
        discount=terms.discount_percent,
        free_shipping=terms.free_return_shipping,
    )


def calendar_to_keep(centre: Centre, *, day: date) -> Calendar:
    """The centre's calendar as a case takes it with it: from a week before a day on."""
    first, last = day - timedelta(days=7), day + CALENDAR_KEPT
    return calendar_of(centre, first=first, last=last).frozen(first, last)
