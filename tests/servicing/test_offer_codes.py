"""Codes that staff give an offer: pasted or from a file, all or none (programme §9)."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from members.rules.roles import Role
from servicing.models import Offer, OfferCode
from servicing.rules.codes import read_codes
from tests.factories import NOON, MemberFactory, OfferFactory
from tests.portal.staff import confirmed, staff_user


@pytest.fixture(autouse=True)
def clock(time_machine):
    time_machine.move_to(NOON, tick=False)


@pytest.fixture
def manager(db):
    return confirmed(staff_user(Role.PROGRAMME_MANAGER.value))


def save(client, offer, **changes):
    """What the form of an offer sends, with changes."""
    data = {
        "title": offer.title,
        "summary": offer.summary,
        "text": offer.text,
        "levels": offer.levels,
        "begins_on": offer.begins_on.isoformat(),
        "ends_on": offer.ends_on.isoformat(),
        "codes": "own",
        "shared_code": "",
        "link": "",
        "published": "on",
        "reason": "Autumn codes",
    }
    return client.post(reverse("admin:servicing_offer_change", args=[offer.pk]), {**data, **changes})


def codes_of(offer):
    return sorted(offer.own_codes.values_list("code", flat=True))


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("A-1\nA-2\r\n\n A-3 ", ("A-1", "A-2", "A-3")),
        ('code;\n"A-1","A-2";', ("A-1", "A-2")),
        ("", ()),
    ],
)
def test_codes_are_read_from_lists_and_tables(text, codes):
    assert read_codes(text).codes == codes


def test_codes_are_pasted_and_uploaded_and_counted(manager):
    offer = OfferFactory(codes="own")
    file = SimpleUploadedFile("codes.csv", "\ufeffcode\nA-2\nA-3\n".encode())
    assert save(manager, offer, new_codes="A-1", codes_file=file).status_code == 302
    assert codes_of(offer) == ["A-1", "A-2", "A-3"]
    page = manager.get(reverse("admin:servicing_offer_change", args=[offer.pk])).content.decode()
    assert "3 of 3" in page
    history = manager.get(reverse("admin:servicing_offer_history", args=[offer.pk])).content.decode()
    assert "A-1" not in history


@pytest.mark.parametrize(
    ("changes", "field", "says"),
    [
        ({"new_codes": "A-2 B-1 B-1"}, "new_codes", "Twice in the list: B-1"),
        ({"new_codes": "A-1\nB-1"}, "new_codes", "This offer has them already: A-1"),
        ({"new_codes": "B-1\n" + "x" * 61}, "new_codes", "Longer than 60 characters"),
        ({"new_codes": "B-1", "codes": "none"}, "codes", "Codes to add are for an offer with a code of their own"),
        ({"codes": "none"}, "codes", "Members have drawn codes"),
        ({"codes_file": SimpleUploadedFile("a.png", b"\x89PNG\xff")}, "codes_file", "no text file"),
    ],
)
def test_a_refused_code_adds_none(manager, changes, field, says):
    offer = OfferFactory(codes="own")
    OfferCode.objects.create(offer=offer, code="A-1", member=MemberFactory(), drawn_at=NOON)
    answer = save(manager, offer, **changes)
    assert answer.status_code == 200
    errors = answer.context["adminform"].form.errors
    assert says in " ".join(errors[field])
    assert codes_of(offer) == ["A-1"]


def test_a_changed_offer_keeps_the_codes_that_were_drawn(manager):
    offer = OfferFactory(codes="own")
    member = MemberFactory()
    OfferCode.objects.create(offer=offer, code="A-1", member=member, drawn_at=NOON)
    assert save(manager, offer, title="Another title", levels=[3]).status_code == 302
    assert Offer.objects.get().title == "Another title"
    assert OfferCode.objects.get().member == member
