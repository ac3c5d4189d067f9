"""Fast Track for one product: yes or no with every reason, whose terms, what a higher level changes, its slot (§6)."""

from datetime import date
from typing import Any

from django.conf import settings
from django.db.models import Count, IntegerField, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from cps_portal.pages.kitbag import words
from kitbag import listing
from kitbag.models import KitItem, Stage
from members.models import Level, Member
from servicing.home_terms import HomeTerms, home_terms
from servicing.locator import country_name
from servicing.models import Case, Service, SlotHold
from servicing.rules.eligibility import Answer, CentreKind, Thing, answer
from servicing.wording import NOT_ELIGIBLE

UNSERVICEABLE = Q(stage=Stage.UNSERVICEABLE)


def in_servicing() -> dict[str, Any]:
    """For the query of an item: the number of the open case it is in, and how many places its member has taken."""
    taken = SlotHold.objects.filter(member=OuterRef("member"), freed_at=None).order_by()
    return {
        "case_number": Subquery(Case.objects.open().filter(item=OuterRef("pk")).values("number")[:1]),
        "places_taken": Coalesce(
            Subquery(taken.values("member").annotate(count=Count("pk")).values("count"), output_field=IntegerField()), 0
        ),
    }


def track_of(item: Any, member: Member, thing: Thing, *, level: int, day: date) -> dict[str, Any]:
    """What the item's page says about Fast Track, in two queries; the item as read with `in_servicing`."""
    home = home_terms(str(member.country), day=day)
    found = answer(thing, home.terms(level))
    reached = home.reached(level)
    case, taken = item.case_number, item.places_taken
    return {
        "qualifies": found.qualifies,
        "reasons": [NOT_ELIGIBLE[reason] for reason in found.reasons],
        "best": found.best,
        "is_video": thing.video,
        "loan": found.qualifies and any((row := home.row(level, one)) is not None and row.loan for one in Service),
        "targets": targets_of(found),
        "kinds": [{"key": kind.value, "label": label} for kind, label in words.CENTRES.items()],
        "capped": reached < level,
        "benefit_level": reached,
        "whose": country_name(str(member.country)),
        "higher": higher(item, member, thing, home=home, level=level, day=day),
        "slots": ngettext(
            "%(taken)s of %(all)s place taken", "%(taken)s of %(all)s places taken", settings.FAST_TRACK_SLOTS
        )
        % {"taken": taken, "all": settings.FAST_TRACK_SLOTS},
        "is_full": found.qualifies and taken >= settings.FAST_TRACK_SLOTS and not case,
        "case": {"number": case, "href": reverse("case", args=[case])} if case else None,
        "send_href": "" if case else reverse("case-new", args=[item.pk]),
        "serviceable": thing.serviceable,
    }


def targets_of(found: Answer) -> list[dict[str, Any]]:
    """A line for each service with the days at each kind of centre."""
    targets: dict[str, dict[str, Any]] = {}
    for target in found.targets:
        line = targets.setdefault(target.service, {"service": Service(target.service).label, "days": {}})
        line["days"][target.kind.value] = ngettext("%(days)s day", "%(days)s days", target.days) % {"days": target.days}
    return list(targets.values())


def higher(item: KitItem, member: Member, thing: Thing, *, home: HomeTerms, level: int, day: date) -> list[str]:
    """What each higher level would change for this product, and for another of the member's beside it."""
    levels = [above for above in Level if above > level and _days(answer(thing, home.terms(above))) is not None]
    if not levels:
        return []
    other = _other(item, member, day=day)
    lines = []
    for above in levels:
        changes = [_change(item.product.name, thing, home=home, level=level, above=above)]
        if other is not None:
            also = Thing(
                listed=True, video=other.product.fast_track_video, serviceable=True, complete=True, validated=True
            )
            changes.append(_change(other.product.name, also, home=home, level=level, above=above))
        said = [change for change in changes if change is not None]
        if any(differs for _text, differs in said):
            told = pgettext("between changes in a row", "; ").join(text for text, _differs in said)
            lines.append(_("At %(level)s %(changes)s.") % {"level": above.label, "changes": told})
    return lines


def _change(name: str, thing: Thing, *, home: HomeTerms, level: int, above: int) -> tuple[str, bool] | None:
    """A product's repair target at a higher level in words, and whether it differs; None where it has none there."""
    before, after = (_days(answer(thing, home.terms(one))) for one in (level, above))
    if after is None:
        return None
    facts = {"product": f"\u2068{name}\u2069", "before": before, "after": after}
    if before is None:
        text = ngettext(
            "your %(product)s comes on Fast Track with %(after)s day",
            "your %(product)s comes on Fast Track with %(after)s days",
            after,
        )
    elif before == after:
        text = ngettext("your %(product)s stays at %(after)s day", "your %(product)s stays at %(after)s days", after)
    else:
        text = ngettext(
            "your %(product)s goes from %(before)s to %(after)s day",
            "your %(product)s goes from %(before)s to %(after)s days",
            after,
        )
    return text % facts, before != after


def _days(found: Answer) -> int | None:
    """The target of a repair at a Canon Service & Repair Centre."""
    wanted = (Service.REPAIR.value, CentreKind.CANON)
    return next((target.days for target in found.targets if (target.service, target.kind) == wanted), None)


def _other(item: KitItem, member: Member, *, day: date) -> KitItem | None:
    """Another Fast Track product that counts, rather one with targets of the other sort (video or not)."""
    return (
        listing.items_of(member.pk, day=day)
        .filter(state=KitItem.State.VALIDATED, product__fast_track=True)
        .exclude(product=item.product_id)
        .exclude(UNSERVICEABLE)
        .select_related("product")
        .order_by(
            "product__fast_track_video" if item.product.fast_track_video else "-product__fast_track_video",
            "product__name",
            "pk",
        )
        .first()
    )
