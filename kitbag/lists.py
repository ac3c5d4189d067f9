"""Kitbag lists for an insurer or customs: what they say is kept as it was issued (programme §3)."""

import hashlib
import secrets
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction

from kitbag.models import KitItem, KitList, Proof
from kitbag.registration import KitError
from kitbag.rules.list_codes import ALPHABET, LENGTH
from members.models import Member
from members.rules.days import programme_day

# A list's form and paper stay within what one request can carry.
MOST_ITEMS = 500
# The shape of what is kept in `KitList.rows`.
EDITION = 1

# Code, moment and rows in, the finished file out.
Writer = Callable[[KitList], bytes]


@dataclass(frozen=True, slots=True)
class Value:
    """What the member says that an item is worth, for this list only."""

    amount: Decimal
    currency: str


@transaction.atomic
def issue_list(
    *,
    member: Member,
    item_ids: Collection[UUID],
    values: Mapping[UUID, Value],
    with_proofs: bool,
    language: str,
    at: datetime,
    write: Writer,
) -> tuple[KitList, bytes]:
    """Keep what a list says, with the digest of its file, and give both.

    Only live items of the member are listed, newest purchase last. Raises KitError("nothing_chosen") where
    none is left.
    """
    items = _items(member, item_ids, values, with_proofs=with_proofs)
    if not items:
        raise KitError("nothing_chosen")
    issued = KitList(
        code="".join(secrets.choice(ALPHABET) for _place in range(LENGTH)),
        member=member,
        issued_at=at,
        rows={
            "edition": EDITION,
            "language": language,
            "member": {"name": member.user.name or member.user.email, "number": member.number},
            "items": items,
        },
    )
    file = write(issued)
    issued.digest = digest_of(file)
    issued.save(force_insert=True)
    return issued, file


def digest_of(file: bytes) -> str:
    """SHA-256 in hexadecimal."""
    return hashlib.sha256(file).hexdigest()


def _items(
    member: Member, item_ids: Collection[UUID], values: Mapping[UUID, Value], *, with_proofs: bool
) -> list[dict[str, Any]]:
    rows = (
        KitItem.objects.live()
        .owned_by(member)
        .filter(pk__in=item_ids)
        .order_by("product__name", "added_at", "pk")
        .values_list("pk", "product__name", "serial_typed", "purchased_on", "store", "country_of_purchase")[:MOST_ITEMS]
    )
    proofs = _proofs(member, item_ids) if with_proofs else {}
    return [
        {
            "product": name,
            "serial": serial,
            "bought": bought.isoformat() if bought else "",
            "store": store,
            "country": str(country or ""),
            "value": str(values[pk].amount) if pk in values else "",
            "currency": values[pk].currency if pk in values else "",
            "proofs": proofs.get(pk, []),
        }
        for pk, name, serial, bought, store, country in rows
    ]


def _proofs(member: Member, item_ids: Collection[UUID]) -> dict[UUID, list[dict[str, str]]]:
    """Kept proofs of each item, first uploaded first: what each is, never the file or its name."""
    found: dict[UUID, list[dict[str, str]]] = {}
    rows = (
        Proof.objects.kept()
        .owned_by(member)
        .filter(items__in=item_ids)
        .order_by("uploaded_at", "pk")
        .values_list("items", "kind", "content_type", "uploaded_at")
    )
    for item_id, kind, content_type, uploaded_at in rows:
        line = {"kind": kind, "type": content_type, "on": programme_day(uploaded_at).isoformat()}
        found.setdefault(item_id, []).append(line)
    return found
