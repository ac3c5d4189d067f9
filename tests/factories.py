"""Rows for tests, made the way the portal makes them."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from itertools import count
from uuid import uuid4

import factory
from django.db import connection, transaction

from kitbag import standing
from kitbag.models import Product, Proof, Valuation
from kitbag.registration import Details, add_item
from members.models import Address, FormerAccount, FormerImport, Member, Thread, User
from members.rules.numbers import member_number
from servicing.models import (
    Case,
    CaseEvent,
    Centre,
    Estimate,
    EstimateLine,
    Event,
    Intake,
    Loan,
    LoanUnit,
    Offer,
    OpeningHours,
    Stretch,
    Visitor,
)

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


class ThreadFactory(factory.django.DjangoModelFactory):
    """A question without posts, of somebody signed in."""

    class Meta:
        model = Thread

    user = factory.SubFactory(UserFactory)
    language = "en"
    topic = "other"
    opened_at = NOON
    changed_at = NOON


class FormerImportFactory(factory.django.DjangoModelFactory):
    """A file of old accounts that was read in at noon."""

    class Meta:
        model = FormerImport

    imported_at = NOON
    digest = factory.Sequence(lambda number: f"digest-{number}")
    file_name = "old.csv"
    accounts = 1


class FormerAccountFactory(factory.django.DjangoModelFactory):
    """An old account that was Gold for photo, claimed at noon; `kit` is what it named."""

    class Meta:
        model = FormerAccount

    email = factory.Sequence(lambda number: f"old-{number}@example.org")
    name = "Layla Mansour"
    country = "GB"
    photo_level = 2
    source = factory.SubFactory(FormerImportFactory)
    member = factory.SubFactory("tests.factories.MemberFactory")
    claimed_at = NOON


class CentreFactory(factory.django.DjangoModelFactory):
    """A Canon Service & Repair Centre in London that takes everything, open Mon–Fri 09:00–17:00, cut-off noon."""

    class Meta:
        model = Centre
        skip_postgeneration_save = True

    code = factory.Sequence(lambda n: f"X{chr(65 + n // 676 % 26)}{chr(65 + n // 26 % 26)}{chr(65 + n % 26)}")
    name = factory.LazyAttribute(lambda centre: f"Centre {centre.code}")
    kind = "canon"
    street = "1 Bench Lane"
    postcode = "N1 1AA"
    town = "London"
    country = "GB"
    latitude = Decimal("51.50000")
    longitude = Decimal("-0.12000")
    time_zone = "Europe/London"
    cut_off = time(12)
    services = ("repair", "maintenance", "upgrade")
    families = ("body", "lens", "cinema", "camcorder", "flash", "printer", "scanner", "accessory")
    takes_video = True
    currency = "GBP"
    vat_percent = 20
    begins_on = START

    @factory.post_generation
    def week(self, create, days):
        """Weekdays on which it opens."""
        OpeningHours.objects.bulk_create(
            OpeningHours(centre=self, weekday=day, opens=time(9), closes=time(17))
            for day in (range(5) if days is None else days)
        )


def case_number(centre):
    """The next number of a case, as on a parcel."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('case_number_seq')")
        return f"{centre.code}-26-{cursor.fetchone()[0]:06d}"


class CaseFactory(factory.django.DjangoModelFactory):
    """A repair asked for at noon, with its first stretch; `lane` and `received_at` are the stretch's.

    Its item, unless given, is a validated one of `member` (the product may be given); with a visitor it has none.
    """

    class Meta:
        model = Case

    centre = factory.SubFactory(CentreFactory)
    service = "repair"
    send_by = "parcel"
    return_name = "Layla Mansour"
    return_street = "5 Home Road"
    return_town = "London"
    return_country = "GB"
    requested_at = NOON
    changed_at = factory.LazyAttribute(lambda case: case.requested_at)

    @classmethod
    def _create(cls, model_class, *args, **kwargs):
        lane, received_at = kwargs.pop("lane", "standard"), kwargs.pop("received_at", None)
        if kwargs.get("visitor") is None:
            item = kwargs.get("item")
            if item is None:
                item = _validated(kwargs.get("member") or MemberFactory(), kwargs.get("product") or ProductFactory())
            kwargs |= {"item": item, "member": item.member, "product": item.product}
            kwargs.setdefault("serial", item.serial)
        kwargs.setdefault("number", case_number(kwargs["centre"]))
        kwargs.setdefault("state", "received" if received_at else "requested")
        case = super()._create(model_class, *args, **kwargs)
        copied = {"received_at": received_at, "terms": {}, "calendar": {}} if received_at else {}
        stretch = Stretch.objects.create(
            case=case, member=case.member, centre=case.centre, lane=lane, requested_at=case.requested_at, **copied
        )
        CaseEvent.objects.create(
            case=case, stretch=stretch, at=case.requested_at, kind="step", state="requested", actor="member"
        )
        return case


_serials = count(500_000_000_000, 7)


def _validated(member, product):
    """A complete kit item that counts."""
    details = Details(
        serial_typed=str(next(_serials)),
        country_of_purchase="GB",
        purchased_on=(NOON - timedelta(days=400)).date(),
        store="Jacobs",
    )
    return add_item(member_id=member.pk, product_id=product.pk, details=details, at=NOON, by=member.user)


class VisitorFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Visitor

    region = "Canon USA"
    card_number = factory.Sequence(lambda n: f"US{n:06d}")
    name = factory.Sequence(lambda n: f"Visitor {n}")
    booked_in_at = NOON


class EstimateFactory(factory.django.DjangoModelFactory):
    """An estimate that waits, with one line."""

    class Meta:
        model = Estimate
        skip_postgeneration_save = True

    case = factory.SubFactory(CaseFactory)
    stretch = factory.LazyAttribute(lambda estimate: estimate.case.stretches.get(ended_at=None))
    version = 1
    currency = "GBP"
    vat_percent = 20
    sent_at = NOON
    expires_at = NOON + timedelta(days=14)

    @factory.post_generation
    def line(self, create, amount):
        EstimateLine.objects.create(estimate=self, position=1, kind="labour", words="Shutter", amount=amount or 120)


class IntakeFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Intake

    stretch = factory.LazyAttribute(lambda intake: CaseFactory(received_at=intake.at).stretches.get())
    condition = "Scratched, works"
    by = factory.SubFactory(UserFactory, is_staff=True)
    at = NOON


class LoanUnitFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = LoanUnit

    centre = factory.SubFactory(CentreFactory)
    product = factory.SubFactory(ProductFactory)
    serial = factory.Sequence(lambda n: f"{700_000_000_000 + n}")
    added_at = NOON


class LoanFactory(factory.django.DjangoModelFactory):
    """A booking from the day after noon's for a week, of a unit of the case's centre."""

    class Meta:
        model = Loan

    case = factory.SubFactory(CaseFactory)
    member = factory.LazyAttribute(lambda loan: loan.case.member)
    unit = factory.LazyAttribute(lambda loan: LoanUnitFactory(centre=loan.case.centre, product=loan.case.product))
    period = (NOON.date() + timedelta(days=1), NOON.date() + timedelta(days=8))
    booked_at = NOON


class EventFactory(factory.django.DjangoModelFactory):
    """A published event in London ten days after noon, for every member, booked until a day before."""

    class Meta:
        model = Event

    title = "Printing black and white"
    summary = "A morning at the printer."
    text = "Bring three files."
    language = "en"
    levels = (0, 1, 2, 3)
    place = "1 Bench Lane, London"
    country = "GB"
    time_zone = "Europe/London"
    begins_at = NOON + timedelta(days=10)
    ends_at = factory.LazyAttribute(lambda event: event.begins_at + timedelta(hours=2))
    booking_ends_at = factory.LazyAttribute(lambda event: event.begins_at - timedelta(days=1))
    published = True


class AddressFactory(factory.django.DjangoModelFactory):
    """An address of a member's, not their first."""

    class Meta:
        model = Address

    member = factory.SubFactory(MemberFactory)
    label = factory.Sequence(lambda number: f"Studio {number}")
    name = "Layla Mansour"
    street = "Unit 9\n70 Mill Lane"
    postcode = "SE1 2AA"
    town = "London"
    country = "GB"


class OfferFactory(factory.django.DjangoModelFactory):
    """A published offer without a code, for every level and country, that runs these days."""

    class Meta:
        model = Offer

    title = factory.Sequence(lambda number: f"Offer {number}")
    summary = "Paper at half its price"
    text = "Paper at half its price, in every shop that takes part."
    levels = (0, 1, 2, 3)
    begins_on = NOON.date() - timedelta(days=10)
    ends_on = NOON.date() + timedelta(days=3650)
    published = True
