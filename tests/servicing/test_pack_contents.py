"""What a pack contains changes from a day on; who asked before gets what was in it then (programme §8)."""

from datetime import timedelta

import pytest
from django.urls import reverse

from members.rules.roles import Role
from servicing.models import GiftStock, PackContents
from servicing.packs import Label, gifts_left, pack_of, request_pack
from tests.factories import NOON, MemberFactory, ProductFactory
from tests.portal.staff import as_role, history

pytestmark = pytest.mark.django_db

NEXT_WEEK = NOON + timedelta(days=7)
LABEL = Label("Layla", ["1 Rye Lane"], "GB")


@pytest.fixture(autouse=True)
def clock(time_machine):
    time_machine.move_to(NOON, tick=False)
    return time_machine


@pytest.fixture
def silver(register):
    """Two members at Silver."""
    product = ProductFactory(points=600)
    both = MemberFactory(), MemberFactory()
    for member in both:
        register(member, product)
    return both


def posted(day):
    return {
        "valid_from": day.date().isoformat(),
        "gift": "Strap",
        "words": "A letter\nYour card\nA strap",
        "letter": "Dear {name}",
        "reason": "Cloths are sold out",
    }


def test_contents_change_from_a_day_on(silver, client, clock):
    early, late = silver
    add = reverse("admin:servicing_packcontents_add")
    programme = as_role(Role.PROGRAMME_MANAGER)
    refused = programme.post(add, posted(NOON))
    assert list(refused.context["adminform"].form.errors) == ["valid_from"]
    assert programme.post(add, posted(NEXT_WEEK)).status_code == 302
    new = PackContents.objects.get(gift="Strap")
    assert "Cloths are sold out" in history(new)[0][1]
    # What is in force is never rewritten.
    held = reverse("admin:servicing_packcontents_change", args=[PackContents.objects.earliest("valid_from").pk])
    assert programme.post(held, posted(NEXT_WEEK)).status_code == 403
    request_pack(early.pk, label=LABEL, at=NOON)
    client.force_login(late.user)
    assert "A strap" not in client.get(reverse("pack")).content.decode()
    clock.move_to(NEXT_WEEK, tick=False)
    assert "A strap" in client.get(reverse("pack")).content.decode()
    request_pack(late.pk, label=LABEL, at=NEXT_WEEK)
    assert (pack_of(early.pk).contents.gift, pack_of(late.pk).contents) == ("Lens cleaning cloth", new)


def test_gifts_come_in_with_a_note_and_are_never_rewritten():
    contents = PackContents.objects.get()
    logistics = as_role(Role.LOGISTICS)
    add = reverse("admin:servicing_giftstock_add")
    nothing = logistics.post(add, {"contents": contents.pk, "pieces": "0", "note": "Counted"})
    assert list(nothing.context["adminform"].form.errors)
    assert logistics.post(add, {"contents": contents.pk, "pieces": "40", "note": "Delivered"}).status_code == 302
    row = GiftStock.objects.get()
    assert (row.at, row.by.name, gifts_left(contents)) == (NOON, "Logistics", 40)
    change = reverse("admin:servicing_giftstock_change", args=[row.pk])
    assert logistics.get(change).status_code == 200
    assert logistics.post(change, {"pieces": "1", "note": "x"}).status_code == 403
