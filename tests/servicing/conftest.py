"""A centre's bench with its clerk, and members whose kit goes in."""

from datetime import UTC, datetime
from decimal import Decimal
from uuid import uuid4

import pytest

from servicing import bench, estimating, intake, requesting
from servicing.casework import as_member
from servicing.models import Centre, Service
from servicing.requesting import Address, Wish
from servicing.rules.charges import Charge
from servicing.rules.steps import State
from tests.factories import MemberFactory, ProductFactory, UserFactory

# A Monday; London keeps UTC in November. The centre is open Mon–Fri 09:00–17:30.
MONDAY = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
HOME = Address("Layla Mansour", "1 Rye Lane", "London", "GB", "SE15 4TY")


@pytest.fixture
def elstree(db):
    """The centre in the UK, as migrations made it."""
    return Centre.objects.get(code="UK")


@pytest.fixture
def tom(db):
    """A technician at the bench."""
    return UserFactory(name="Tom Bench", email="tom@example.org", is_staff=True)


@pytest.fixture
def fast_camera(db):
    """A Fast Track product; four of them make Gold."""
    return ProductFactory(name="EOS R5 Mark II", sku="r5-2", points=300, fast_track=True)


@pytest.fixture
def gold(db):
    """A member in London who gets to Gold by their kit."""
    return MemberFactory(user__name="Layla Mansour", user__email="layla.gold@example.org")


@pytest.fixture
def send_in(elstree):
    """Ask for servicing of an item the member's way."""

    def send(item, *, at=MONDAY, service=Service.REPAIR, centre=None, case_id=None, **wish):
        return requesting.request_case(
            item.pk,
            member_id=item.member_id,
            wish=Wish(service=service, centre_id=(centre or elstree).pk, address=HOME, **wish),
            case_id=case_id or uuid4(),
            at=at,
            actor=as_member(item.member.user),
        )

    return send


@pytest.fixture
def take_in(tom):
    """Receive a case at the bench."""

    def receive(case, *, at, received_at=None, **seen):
        seen = intake.Seen(condition="As described", **seen)
        return intake.receive(case.pk, seen=seen, received_at=received_at, at=at, by=tom)

    return receive


@pytest.fixture
def estimate_for(tom):
    """Send an estimate of one part and the way back."""

    def send(case, *, at, amount="100.00", shipping="15.00", estimate_id=None, **options):
        return estimating.send_estimate(
            case.pk,
            work=[Charge("part", "Shutter unit", Decimal(amount))],
            shipping=Decimal(shipping),
            estimate_id=estimate_id or uuid4(),
            at=at,
            by=tom,
            **options,
        )

    return send


@pytest.fixture
def repaired(tom):
    """Take a received case through the bench to shipping, at one moment."""

    def ship(case, *, at):
        for state in (State.INSPECTED, State.IN_REPAIR, State.QUALITY_CHECK):
            bench.take_step(case.pk, state, at=at, by=tom)
        return bench.send_back(case.pk, State.SHIPPED, tracking="JD0002", carrier="Parcel", at=at, by=tom)

    return ship
