"""What the portal knows around a unit, for the automatic checks (programme §3)."""

from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import Q

from kitbag.models import FormerNumber, KitItem, Product, Spell, StolenUnit
from kitbag.rules import checks
from kitbag.rules.checks import Entry, Reason, Surroundings
from members.rules.days import latest_day_on_earth


def entry_of(item: KitItem, product: Product) -> Entry:
    """A kit item's details as the rules take them."""
    return Entry(
        category=product.category,
        serial_need=product.serial_need,
        announced_year=product.announced_year,
        serial=item.serial,
        country=str(item.country_of_purchase or ""),
        purchased_on=item.purchased_on,
        store=item.store,
        number_confirmed=item.number_confirmed,
    )


def siblings(product: Product) -> Q:
    """Products whose numbers could be mistaken for this one's: of the same category, but another row."""
    return Q(product__category=product.category) & ~Q(product=product)


def surroundings(product: Product, serial: str, *, member_id: int, item_id: UUID, at: datetime) -> Surroundings:
    """Facts around a normalised number that a check asks for. Nothing of it is shown to anybody else."""
    mine = KitItem.objects.validated().filter(member=member_id).exclude(pk=item_id)
    validated_last_hour = (
        Spell.objects.filter(
            member=member_id, opened_at__gt=at - timedelta(hours=1), cause__in=["registered", "reviewed"]
        )
        .exclude(item=item_id)
        .count()
    )
    if not serial:
        return Surroundings(
            validated_last_hour=validated_last_hour,
            without_number=mine.filter(product=product, serial="").count(),
        )
    validated = KitItem.objects.validated().filter(serial=serial).exclude(pk=item_id)
    former = FormerNumber.objects.filter(product=product, serial=serial)
    return Surroundings(
        held_by_another=validated.filter(product=product).exists(),
        under_sibling=validated.filter(siblings(product)).exists(),
        own_numbers=tuple(mine.filter(product=product).exclude(serial="").values_list("serial", flat=True)),
        validated_last_hour=validated_last_hour,
        stolen=StolenUnit.objects.filter(product=product, serial=serial, withdrawn_at=None).exists(),
        former_number=former.exists(),
    )


def reasons(entry: Entry, around: Surroundings, *, at: datetime) -> list[Reason]:
    """Why a complete entry waits, by the programme's settings; empty when it is clean."""
    return checks.check(
        entry,
        around,
        latest_day=latest_day_on_earth(at),
        per_hour=settings.ITEMS_VALIDATED_PER_HOUR,
        without_number_limit=settings.ITEMS_WITHOUT_NUMBER_PER_PRODUCT,
    )
