"""Rows for tests, made the way the portal makes them."""

from datetime import UTC, date, datetime
from uuid import uuid4

import factory
from django.db import connection, transaction

from kitbag import standing
from kitbag.models import Product, Proof, Valuation
from members.models import Member, User
from members.rules.numbers import member_number

START = date(2024, 1, 1)
NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


class UserFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = User
        skip_postgeneration_save = True

    email = factory.Sequence(lambda n: f"person{n}@example.org")
    name = factory.Sequence(lambda n: f"Person {n}")
    password = factory.django.Password(None)


class MemberFactory(factory.django.DjangoModelFactory):
    """A member with the standing that every member has from the first transaction."""

    class Meta:
        model = Member

    user = factory.SubFactory(UserFactory)
    country = "GB"
    time_zone = "Europe/London"
    adult_confirmed_at = NOON
    joined_at = NOON

    @classmethod
    def _create(cls, model_class, *args, **kwargs):
        standing_on = kwargs.pop("standing_on", NOON.date())
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SELECT nextval('member_number_seq')")
                kwargs.setdefault("number", member_number(cursor.fetchone()[0]))
            member = super()._create(model_class, *args, **kwargs)
            standing.begin(member, day=standing_on)
        return member


class ProductFactory(factory.django.DjangoModelFactory):
    """A product with its first valuation: `points` now and from START on."""

    class Meta:
        model = Product

    sku = factory.Sequence(lambda n: f"product-{n}")
    name = factory.Sequence(lambda n: f"Product {n}")
    category = "camera_mirrorless"
    family = "body"
    media = "both"
    announced_year = 2012
    points_full = 100
    points_superseded = 60
    points_floor = 20
    serial_need = "required"
    added_on = START

    @classmethod
    def _create(cls, model_class, *args, **kwargs):
        points = kwargs.pop("points", None)
        if points is not None:
            kwargs["points_full"] = points
            kwargs["points_superseded"] = max(points * 6 // 10, min(points, 1))
            kwargs["points_floor"] = max(points // 5, 1) if points else 0
        with transaction.atomic():
            product = super()._create(model_class, *args, **kwargs)
            Valuation.objects.create(
                product=product,
                effective_on=START,
                points=product.points_full,
                stage="current",
                reason="first",
                is_first=True,
                recorded_on=START,
            )
        return product


class ProofFactory(factory.django.DjangoModelFactory):
    """A paper's row, without its file; `items` are the kit items it is a proof of."""

    class Meta:
        model = Proof
        skip_postgeneration_save = True

    member = factory.SubFactory(MemberFactory)
    name = "receipt.pdf"
    content_type = "application/pdf"
    size = 10
    uploaded_at = NOON
    file = factory.LazyFunction(lambda: f"aa/{uuid4().hex}")
    digest = factory.LazyFunction(lambda: uuid4().hex)

    @factory.post_generation
    def items(self, create, items):
        self.items.set(items or ())
