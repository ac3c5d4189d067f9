"""Lives of members that several tests look at, made by the operations as the days pass."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from django.db import transaction

from kitbag import night, registration, removal, standing, valuing
from kitbag.models import KitItem, Product, RemovalReason, Spell, Stage, Standing
from members.models import Member, User
from tests.factories import NOON, MemberFactory, ProductFactory


@dataclass(frozen=True)
class Year:
    """Layla's year up to Mon 23 Nov 2026 (design NOTES, sample data): 1,503 points, Gold, 212 waiting."""

    member: Member
    now: datetime
    draft: KitItem
    checked: KitItem


def _noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)


def _product(name: str, full: int, superseded: int, floor: int, **more: object) -> Product:
    return ProductFactory(name=name, points_full=full, points_superseded=superseded, points_floor=floor, **more)


def laylas_year(clerk: User, details) -> Year:
    """`details` makes complete details with a number of their own (tests.conftest)."""
    member = MemberFactory(
        user__name="Layla Mansour",
        user__email="layla@example.org",
        joined_at=datetime(2014, 3, 3, 12, tzinfo=UTC),
        standing_on=date(2025, 5, 31),
    )
    c300 = _product("EOS C300 Mark II", 475, 475, 160, family="cinema", category="cinema_camera")
    mark_3 = _product("EOS 5D Mark III", 140, 140, 45)
    zoom = _product("EF 24-105mm f/4L IS USM", 45, 30, 10, family="lens", category="lens_ef")
    printer = _product("imagePROGRAF PRO-1000", 85, 50, 20, family="printer")
    strap = _product("Speedlite 430EX III-RT", 18, 18, 18, family="flash")
    standard = _product("RF 24-70mm F2.8L IS USM", 175, 105, 40, family="lens", category="lens_rf")
    flash = _product("Speedlite EL-1", 80, 50, 15, family="flash")
    body = _product("EOS R5 Mark II", 320, 200, 80)
    extender = _product("Extender RF1.4x", 40, 30, 10, family="lens", category="lens_rf")
    tele = _product("RF 70-200mm F2.8L IS USM Z", 235, 150, 60, family="lens", category="lens_rf")
    long = _product("RF 100-500mm F4.5-7.1L IS USM", 200, 120, 50, family="lens", category="lens_rf")
    small = _product("RF 50mm F1.8 STM", 12, 8, 3, family="lens", category="lens_rf")
    successors = {
        flash: ProductFactory(name="Speedlite EL-1 (Version 2)"),
        printer: ProductFactory(name="imagePROGRAF PRO-1100"),
    }
    for product, successor in successors.items():
        product.superseded_by = successor
        product.save(update_fields=["superseded_by"])

    def plan(product: Product, stage: Stage, day: date, at: datetime) -> None:
        valuing.replan(product.pk, mark=(stage, day), reason="Announced", short_notice="It came late", by=clerk, at=at)

    def add(product: Product, day: date, **changes: object) -> KitItem:
        at = _noon(day)
        night.run(at=at, clock=lambda: at)
        known = details(**{"purchased_on": date(2024, 3, 2), **changes})
        return registration.add_item(member_id=member.pk, product_id=product.pk, details=known, at=at, by=member.user)

    began = date(2025, 6, 1)
    for place, product in enumerate((c300, mark_3, printer, strap)):
        add(product, began + timedelta(days=place))
    sold = add(zoom, date(2025, 6, 10))
    at = _noon(date(2025, 7, 1))
    plan(printer, Stage.SUPERSEDED, date(2026, 4, 1), at)
    plan(flash, Stage.SUPERSEDED, date(2026, 10, 1), at)
    add(standard, date(2026, 1, 12))
    add(flash, date(2026, 2, 9))
    add(body, date(2026, 5, 4))
    add(extender, date(2026, 6, 18))
    at = _noon(date(2026, 9, 3))
    night.run(at=at, clock=lambda: at)
    removal.remove_item(sold.pk, member_id=member.pk, reason=RemovalReason.SOLD, at=at, by=member.user)
    add(tele, date(2026, 11, 12))
    at = _noon(date(2026, 11, 20))
    plan(c300, Stage.UNSERVICEABLE, date(2027, 3, 1), at)
    plan(mark_3, Stage.UNSERVICEABLE, date(2027, 7, 1), at)
    plan(standard, Stage.SUPERSEDED, date(2027, 9, 1), at)
    plan(flash, Stage.UNSERVICEABLE, date(2027, 9, 14), at)
    draft = add(long, date(2026, 11, 21), purchased_on=None, store="")
    checked = add(small, date(2026, 11, 22), serial="AB1", number_confirmed=True)
    now = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)
    night.run(at=now, clock=lambda: now)
    return Year(member, now, draft, checked)


def fill_kitbag(member: Member, products: list[Product], size: int) -> None:
    """A kitbag of a size, quickly: the facts as registering leaves them, four counted for each draft."""
    items = []
    for n in range(size):
        at = NOON - timedelta(hours=size - n)
        draft = n % 5 == 4
        items.append(
            KitItem(
                member=member,
                product=products[n % len(products)],
                serial_typed=f"{member.pk:04}{n:08}",
                serial=f"{member.pk:04}{n:08}",
                country_of_purchase="GB",
                purchased_on=date(2024, 3, 2),
                store="" if draft else "Jacobs",
                state=KitItem.State.DRAFT if draft else KitItem.State.VALIDATED,
                added_at=at,
                validated_at=None if draft else at,
            )
        )
    with transaction.atomic():
        KitItem.objects.bulk_create(items)
        Spell.objects.bulk_create(
            Spell(
                member=member,
                product_id=item.product_id,
                item=item,
                counted_from=item.added_at.date(),
                opened_at=item.added_at,
                cause=Spell.Cause.REGISTERED,
            )
            for item in items
            if item.state == KitItem.State.VALIDATED
        )
        stands = standing.derive(member.pk, NOON.date())
        Standing.objects.filter(member=member).update(points=stands.points, level=stands.level, as_of=NOON.date())
