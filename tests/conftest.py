"""Named people and things that tests speak of."""

import os
from datetime import timedelta
from itertools import count

import pytest

from kitbag import registration
from kitbag.registration import Details
from tests.factories import NOON, MemberFactory, ProductFactory, UserFactory

# Playwright keeps an event loop in this thread; the ORM of other tests is synchronous all the same.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")

serials = count(100_000_000_000, 7)


def details(serial: str | None = None, **changes) -> Details:
    """Complete details with a number of its own unless one is given."""
    return Details(
        **{
            "serial_typed": serial or str(next(serials)),
            "country_of_purchase": "GB",
            "purchased_on": (NOON - timedelta(days=400)).date(),
            "store": "Jacobs",
            **changes,
        }
    )


@pytest.fixture
def noon():
    return NOON


@pytest.fixture
def layla(db):
    """A working photographer in London."""
    return MemberFactory(user__name="Layla Mansour", user__email="layla@example.org")


@pytest.fixture
def omar(db):
    """Another member, in Cairo."""
    return MemberFactory(
        user__name="Omar Haddad", user__email="omar@example.org", country="EG", time_zone="Africa/Cairo"
    )


@pytest.fixture
def vera(db):
    """A clerk who validates."""
    return UserFactory(name="Vera Clerk", email="vera@example.org", is_staff=True)


@pytest.fixture
def camera(db):
    return ProductFactory(name="EOS R5 Mark II", sku="eos-r5-mark-ii", points=320)


@pytest.fixture
def lens(db):
    return ProductFactory(
        name="RF 70-200mm F2.8L IS USM Z", sku="rf-70-200-z", points=235, category="lens_rf", family="lens"
    )


@pytest.fixture
def register():
    """Add a complete item the member's way; spaced in time so that only what a test means is odd."""

    def add(member, product, *, at=NOON, serial=None, **changes):
        return registration.add_item(
            member_id=member.pk, product_id=product.pk, details=details(serial, **changes), at=at, by=member.user
        )

    return add
