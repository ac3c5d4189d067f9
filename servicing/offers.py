"""Offers a member sees, with why, and codes drawn one per member (programme §9)."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from kitbag import standing
from kitbag.models import KitItem
from kitbag.registration import KitError
from members.models import Level, Member
from members.rules.days import programme_day
from servicing.models import Offer, OfferCode
from servicing.rules.audience import Audience, Fit, Person, fit


class BenefitError(KitError):
    """An offer, a pack or a place that the programme does not give; `code` names the rule, for a page to word."""


@dataclass(frozen=True, slots=True)
class Seen:
    """An offer as one member sees it."""

    offer: Offer
    fit: Fit


def person_of(member: Member, *, level: int) -> Person:
    """What of a member decides about offers and events; in one query."""
    held = KitItem.objects.validated().filter(member=member).values_list("product", flat=True).distinct()
    return Person(level, str(member.country), frozenset(held))


def audience_of(offer: Offer) -> Audience:
    """Reads `products`: no query where they are prefetched."""
    return Audience(
        frozenset(offer.levels),
        frozenset(offer.countries),
        frozenset(product.pk for product in offer.products.all()),
    )


def offers_for(member: Member, *, level: Level, day: date) -> list[Seen]:
    """Running offers for a member, first those that are theirs, then those within reach; in three queries."""
    person = person_of(member, level=level)
    running = Offer.objects.running(day).prefetch_related("products")
    seen = [Seen(offer, fit(audience_of(offer), person)) for offer in running]
    reachable = [one for one in seen if one.fit.fits or one.fit.within_reach]
    return sorted(reachable, key=lambda one: (not one.fit.fits, one.offer.ends_on, one.offer.title))


def seen_by(member: Member, offer_id: UUID, *, level: Level, day: date) -> Seen | None:
    """One running offer as a member sees it, however far away; None where it is not for their country or level."""
    offer = Offer.objects.running(day).prefetch_related("products").filter(pk=offer_id).first()
    if offer is None:
        return None
    how = fit(audience_of(offer), person_of(member, level=level))
    return Seen(offer, how) if how.country else None


def codes_of(member_id: int) -> list[OfferCode]:
    """The codes that a member has drawn with their offers, also of those that are over; in one query."""
    return list(OfferCode.objects.filter(member=member_id).select_related("offer").order_by("-drawn_at", "-pk"))


def is_over(offer: Offer, *, day: date) -> bool:
    """Whether an offer that codes were drawn of runs no more: its end came, or staff took it back."""
    return not offer.published or offer.ends_on <= day


def follow_country(member: Member, *, to: str, level: Level, day: date) -> tuple[list[Offer], list[Offer]]:
    """Running offers that a move to a country would take from a member, and those it would give; in three queries."""
    here = person_of(member, level=level)
    there = replace(here, country=to)
    gone, new = [], []
    for offer in Offer.objects.running(day).prefetch_related("products").order_by("ends_on", "title"):
        audience = audience_of(offer)
        was, will_be = fit(audience, here).fits, fit(audience, there).fits
        if was and not will_be:
            gone.append(offer)
        elif will_be and not was:
            new.append(offer)
    return gone, new


@transaction.atomic
def add_codes(offer_id: UUID, codes: Iterable[str]) -> int:
    """More codes to be drawn; those that the offer has already stay as they are. How many are new."""
    Offer.objects.select_for_update(no_key=True).get(pk=offer_id)
    known = set(OfferCode.objects.filter(offer=offer_id).values_list("code", flat=True))
    new = [OfferCode(offer_id=offer_id, code=code) for code in dict.fromkeys(codes) if code not in known]
    return len(OfferCode.objects.bulk_create(new))


@transaction.atomic
def draw_code(offer_id: UUID, *, member_id: int, at: datetime) -> str:
    """The member's code of an offer: drawn once, the same whenever it is asked for again.

    Raises BenefitError: "not_running", "not_yours", "without_code" (it has none), "no_codes_left".
    """
    standing.lock(member_id)
    day = programme_day(at)
    drawn = OfferCode.objects.filter(offer=offer_id, member=member_id).first()
    if drawn is not None:
        return drawn.code
    offer = Offer.objects.running(day).prefetch_related("products").filter(pk=offer_id).first()
    if offer is None:
        raise BenefitError("not_running")
    member = Member.objects.get(pk=member_id)
    if not fit(audience_of(offer), person_of(member, level=standing.on(member_id, day).level)).fits:
        raise BenefitError("not_yours")
    if offer.codes == Offer.Codes.NONE:
        raise BenefitError("without_code")
    if offer.codes == Offer.Codes.SHARED:
        return offer.shared_code
    left = OfferCode.objects.select_for_update(skip_locked=True).filter(offer=offer, member=None).order_by("pk").first()
    if left is None:
        raise BenefitError("no_codes_left")
    left.member, left.drawn_at = member, at
    left.save(update_fields=["member", "drawn_at"])
    return left.code
