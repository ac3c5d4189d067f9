"""Races over codes and second packs. Each has a control: with its guard removed the same race goes wrong."""

import threading

import pytest
from django.db import IntegrityError
from django.db.models.query import QuerySet

from kitbag import standing
from kitbag.models import Standing
from servicing import offers, packs
from servicing.models import OfferCode, WelcomePack
from servicing.offers import BenefitError
from servicing.packs import Label
from tests.factories import NOON, MemberFactory, OfferFactory, ProductFactory

pytestmark = pytest.mark.usefixtures("committed_db")
LABEL = Label("Layla Mansour", ["1 Rye Lane", "London", "SE15 4TY"], "GB")


def codes(count):
    offer = OfferFactory(codes="own")
    OfferCode.objects.bulk_create([OfferCode(offer=offer, code=f"CPS-{number}") for number in range(count)])
    return offer


def drawing(offer, member):
    return lambda: offers.draw_code(offer.pk, member_id=member.pk, at=NOON)


def without_the_standing_lock(monkeypatch):
    monkeypatch.setattr(standing, "lock", lambda member_id: Standing.objects.get(member=member_id))


@pytest.fixture
def meet_before_saving(monkeypatch):
    """Two who are about to take a code wait for each other."""
    gate, save = threading.Barrier(2), OfferCode.save

    def meet(self, *args, **kwargs):
        gate.wait(timeout=20)
        save(self, *args, **kwargs)

    monkeypatch.setattr(OfferCode, "save", meet)


def test_the_last_code_goes_to_one_of_two_members(together):
    offer = codes(1)
    got = together(*(drawing(offer, MemberFactory()) for _ in range(2)))
    assert sorted(map(str, got)) == ["CPS-0", "no_codes_left"]
    assert isinstance(next(one for one in got if one != "CPS-0"), BenefitError)


def test_control_without_the_lock_two_members_are_shown_the_same_code(together, monkeypatch, meet_before_saving):
    offer = codes(1)
    monkeypatch.setattr(QuerySet, "select_for_update", lambda self, **options: self._chain())
    assert together(*(drawing(offer, MemberFactory()) for _ in range(2))) == ["CPS-0", "CPS-0"]


def test_a_member_in_two_tabs_draws_one_code(together):
    offer, member = codes(3), MemberFactory()
    one, other = together(drawing(offer, member), drawing(offer, member))
    assert one == other
    assert OfferCode.objects.filter(member=member).count() == 1


def test_control_without_the_lock_the_second_tab_meets_the_constraint(together, monkeypatch, meet_before_saving):
    offer, member = codes(3), MemberFactory()
    without_the_standing_lock(monkeypatch)
    got = together(drawing(offer, member), drawing(offer, member))
    refused = [one for one in got if isinstance(one, IntegrityError)]
    assert len(refused) == 1
    assert "offer_code_one_a_member" in str(refused[0])


@pytest.fixture
def silver(register):
    member = MemberFactory()
    register(member, ProductFactory(points=600))
    return member


def asking(member):
    return lambda: packs.request_pack(member.pk, label=LABEL, at=NOON)


def test_two_tabs_ask_for_one_pack(together, silver):
    one, other = together(asking(silver), asking(silver))
    assert one == other
    assert WelcomePack.objects.filter(member=silver).count() == 1


def test_control_without_the_lock_both_tabs_ask_and_only_the_constraint_holds(together, silver, monkeypatch):
    gate, create = threading.Barrier(2), WelcomePack.objects.create

    def meet(**fields):
        gate.wait(timeout=20)
        return create(**fields)

    without_the_standing_lock(monkeypatch)
    monkeypatch.setattr(WelcomePack.objects, "create", meet)
    # Both saw no pack; what is left is the constraint, and its answer is the pack that was there first.
    one, other = together(asking(silver), asking(silver))
    assert one == other
    assert gate.broken is False
    assert WelcomePack.objects.filter(member=silver).count() == 1
