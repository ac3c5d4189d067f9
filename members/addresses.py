"""Addresses that a member keeps for packs and returns; the first one is where forms begin (programme §9)."""

from collections.abc import Mapping

from django.db import transaction

from members.models import Address, Member

MOST = 10
FIELDS = ("label", "name", "street", "postcode", "town", "country", "phone")


class AddressError(Exception):
    """An address that cannot be kept; `code`: "full"."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def kept_by(member: Member) -> list[Address]:
    """All that a member keeps, the first one first."""
    return list(Address.objects.filter(member=member))


def first_of(member: Member) -> Address | None:
    """The address with which a member's forms begin."""
    return Address.objects.filter(member=member).first()


@transaction.atomic
def add(member_id: int, said: Mapping[str, str]) -> Address:
    """Keep one more address; the very same once more changes nothing. Raises AddressError "full"."""
    _lock(member_id)
    theirs = Address.objects.filter(member=member_id)
    values = _values(said)
    if same := theirs.filter(**values).first():
        return same
    kept = theirs.count()
    if kept >= MOST:
        raise AddressError("full")
    return Address.objects.create(member_id=member_id, is_first=not kept, **values)


@transaction.atomic
def change(address_id: int, *, member_id: int, said: Mapping[str, str]) -> Address:
    """Write an address anew. Raises Address.DoesNotExist for another's, and for one that is gone."""
    _lock(member_id)
    address = Address.objects.get(pk=address_id, member=member_id)
    for name, value in _values(said).items():
        setattr(address, name, value)
    address.save(update_fields=FIELDS)
    return address


@transaction.atomic
def put_first(address_id: int, *, member_id: int) -> Address:
    """Let forms begin with an address. Raises Address.DoesNotExist."""
    _lock(member_id)
    address = Address.objects.get(pk=address_id, member=member_id)
    Address.objects.filter(member=member_id, is_first=True).update(is_first=False)
    address.is_first = True
    address.save(update_fields=["is_first"])
    return address


@transaction.atomic
def remove(address_id: int, *, member_id: int) -> None:
    """Forget an address; after the first one the one kept longest is first. Raises Address.DoesNotExist."""
    _lock(member_id)
    address = Address.objects.get(pk=address_id, member=member_id)
    address.delete()
    left = Address.objects.filter(member=member_id).first()
    if left is not None and not left.is_first:
        left.is_first = True
        left.save(update_fields=["is_first"])


def _values(said: Mapping[str, str]) -> dict[str, str]:
    return {name: said[name] for name in FIELDS}


def _lock(member_id: int) -> None:
    """One at a time for each member: two windows neither make eleven addresses nor two first ones."""
    Member.objects.select_for_update(no_key=True).get(pk=member_id)
