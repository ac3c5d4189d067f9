"""Members by the thousand with the same Fast Track products, under keys that tell everything else about them.

A user has the key of their member, and a kit item's ends in it: a script of pgbench can count them up.
"""

from datetime import timedelta
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Max
from django.utils import timezone

from kitbag import standing
from kitbag.models import KitItem, Product, Spell, Stage, Standing
from kitbag.rules.worth import step_on
from kitbag.valuing import steps_of
from members.models import Level, Member, User
from members.rules.days import programme_day
from members.rules.numbers import member_number

# Twelve digits, as the end of a UUID has; no row made by the portal comes near it.
FIRST_KEY = 100_000_000_000
BATCH = 2000
OWNED_FOR = timedelta(days=400)
FIRST_NAMES = (
    *("Layla", "Tom", "Anna", "Omar", "Ines", "Jonas", "Maja", "Karim", "Sofia", "Erik", "Nour", "Piotr", "Chloe"),
    *("Yusuf", "Greta", "Liam", "Amina", "Pavel", "Clara", "Hugo", "Salma", "Mateo", "Freya", "Idris", "Vera", "Noah"),
    *("Leila", "Anton", "Marta", "Samir"),
)
LAST_NAMES = (
    *("Mansour", "Becker", "Haddad", "Lindqvist", "Moreau", "Novak", "Okafor", "Rossi", "Silva", "Tanaka", "Khoury"),
    *("Jansen", "Kowalska", "Murphy", "Nasser", "Olsen", "Petrov", "Quinn", "Rahman", "Schmidt", "Toivonen", "Urban"),
    *("Vidal", "Weber", "Yilmaz", "Zidane", "Abbott", "Bianchi", "Costa", "Dubois", "Eriksen", "Ferrari", "Garcia"),
    *("Hoffmann", "Ivanova", "Jensen", "Keller"),
)


def item_of(member: int, place: int) -> UUID:
    """The key of a member's item, from 0."""
    return UUID(f"{place:08}-0000-4000-8000-{member:012}")


@transaction.atomic
def crowd(count: int, *, items: int) -> range:
    """Make members with as many items each that count, all on Fast Track; answers their keys."""
    at = timezone.now() - OWNED_FOR
    taken = User.objects.filter(pk__gte=FIRST_KEY).aggregate(last=Max("pk"))["last"]
    first = (taken or FIRST_KEY - 1) + 1
    keys = range(first, first + count)
    User.objects.bulk_create(
        [User(pk=key, email=f"crowd-{key}@bench.example.org", name=_name(key), password="!") for key in keys], BATCH
    )
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('member_number_seq') FROM generate_series(1, %s)", [count])
        numbers = [member_number(row[0]) for row in cursor.fetchall()]
    Member.objects.bulk_create(
        [
            Member(
                pk=key,
                user_id=key,
                number=number,
                country="GB",
                time_zone="Europe/London",
                adult_confirmed_at=at,
                joined_at=at,
            )
            for key, number in zip(keys, numbers, strict=True)
        ],
        BATCH,
    )
    _fill(keys, _products(items))
    day = programme_day(timezone.now())
    stands = standing.derive(first, day)
    if stands.level == Level.RED:
        raise RuntimeError("These products are not enough for Fast Track.")
    Standing.objects.bulk_create(
        [Standing(member_id=key, points=stands.points, level=stands.level, as_of=day) for key in keys], BATCH
    )
    return keys


def _name(key: int) -> str:
    return f"{FIRST_NAMES[key % len(FIRST_NAMES)]} {LAST_NAMES[key % len(LAST_NAMES)]}"


def _products(count: int) -> list[Product]:
    """The dearest cameras and lenses on Fast Track that are still serviced."""
    day = programme_day(timezone.now())
    dearest = Product.objects.filter(
        fast_track=True, fast_track_video=False, family__in=["body", "lens"], serial_need="required"
    ).order_by("-points_full", "sku")
    serviced = [
        product
        for product in dearest[: count * 4]
        if (step := step_on(steps_of(product.pk), day=day)) and step.stage != Stage.UNSERVICEABLE
    ]
    return serviced[:count]


def _fill(keys: range, products: list[Product]) -> None:
    at = timezone.now() - OWNED_FOR
    items = [
        KitItem(
            pk=item_of(key, place),
            member_id=key,
            product=product,
            serial_typed=f"{place}{key}",
            serial=f"{place}{key}",
            country_of_purchase="GB",
            purchased_on=(at - timedelta(days=30)).date(),
            store="Jacobs",
            state=KitItem.State.VALIDATED,
            added_at=at,
            validated_at=at,
        )
        for key in keys
        for place, product in enumerate(products)
    ]
    KitItem.objects.bulk_create(items, BATCH)
    Spell.objects.bulk_create(
        [
            Spell(
                member_id=item.member_id,
                product_id=item.product_id,
                item=item,
                counted_from=programme_day(at),
                opened_at=at,
                cause=Spell.Cause.REGISTERED,
            )
            for item in items
        ],
        BATCH,
    )
