"""Two windows of one member: neither eleven addresses nor two first ones; without the lock there are eleven."""

import threading

import pytest

from members import addresses
from members.models import Address
from tests.factories import AddressFactory, MemberFactory

SAID = {"name": "Ana", "street": "1 Rye Lane", "postcode": "SE15 4TY", "town": "London", "country": "GB", "phone": ""}


def adding(member, label):
    def act():
        try:
            addresses.add(member.pk, SAID | {"label": label})
        except addresses.AddressError as error:
            return error.code
        return "added"

    return act


@pytest.fixture
def member(committed_db):
    return MemberFactory()


def test_the_first_two_at_once_are_one_first_and_one_other(member, together):
    assert together(adding(member, "Home"), adding(member, "Studio")) == ["added", "added"]
    assert sorted(Address.objects.filter(member=member).values_list("is_first", flat=True)) == [False, True]


def test_the_tenth_place_is_given_once(member, together):
    AddressFactory.create_batch(9, member=member)
    assert sorted(together(adding(member, "Home"), adding(member, "Studio"))) == ["added", "full"]
    assert Address.objects.filter(member=member).count() == 10


def test_control_without_the_lock_the_tenth_place_is_given_twice(member, together, monkeypatch):
    AddressFactory.create_batch(9, member=member)
    have_counted, save = threading.Barrier(2), Address.save

    def save_together(address, *args, **kwargs):
        have_counted.wait(timeout=20)
        save(address, *args, **kwargs)

    monkeypatch.setattr(addresses, "_lock", lambda member_id: None)
    monkeypatch.setattr(Address, "save", save_together)
    assert together(adding(member, "Home"), adding(member, "Studio")) == ["added", "added"]
    assert Address.objects.filter(member=member).count() == 11
