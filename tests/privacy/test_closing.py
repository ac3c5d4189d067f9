"""Closing an account: asked for, undone, waited for, carried out; what others get from it."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from allauth.account.models import EmailAddress
from django.urls import reverse
from django.utils import timezone

from cps_portal.privacy import closing
from kitbag import claims, invariants, night
from kitbag.models import Claim, KitItem, Standing
from members import letters
from members.models import Closing, Member, Message, User
from servicing import events
from servicing import invariants as servicing_invariants
from servicing.models import Booking, Case, Event, Loan, Offer, OfferCode, PackBatch, SlotHold, WelcomePack
from servicing.offers import draw_code
from tests.factories import NOON, CaseFactory, LoanFactory, MemberFactory, ProofFactory
from tests.test_access import tables

pytestmark = pytest.mark.django_db
WEEK = timedelta(days=7)
LATER = NOON + WEEK + timedelta(minutes=1)
PASSWORD = "red-index-85-by-54"


@pytest.fixture
def signed_in(client, layla):
    layla.user.set_password(PASSWORD)
    layla.user.save(update_fields=["password"])
    EmailAddress.objects.create(user=layla.user, email=layla.user.email, primary=True, verified=True)
    client.force_login(layla.user)
    return client


def closed(member, *, at=LATER):
    closing.ask(member.pk, at=at - WEEK - timedelta(minutes=1))
    return closing.carry_out_due(at=at)


def test_asked_for_after_confirming_and_said_on_every_page(signed_in, layla):
    here = reverse("account-close")
    Member.objects.filter(pk=layla.pk).update(time_zone="Asia/Tokyo")
    asked = signed_in.post(here)
    assert asked.url.startswith(reverse("account_reauthenticate"))
    assert not Closing.objects.exists()
    signed_in.post(asked.url, {"password": PASSWORD})
    begun = Closing.objects.get()
    assert (begun.ends_at - begun.asked_at) == WEEK
    signed_in.post(here)
    assert Closing.objects.count() == 1
    for name in ("account-close", "dashboard", "kitbag", "messages"):
        body = signed_in.get(reverse(name)).content.decode()
        assert "Your account is being closed." in body, name
    letter = letters.write(Message.objects.get(kind="closing_begun"))
    assert letter.to == layla.user.email
    way_back = closing.undo_address(closing.sign(begun))
    assert way_back in letter.text.text
    until = f"{begun.ends_at.astimezone(ZoneInfo('Asia/Tokyo')):%H:%M}, Tokyo time"
    for said in (letter.text.text, signed_in.get(here).content.decode(), signed_in.get(way_back).content.decode()):
        assert until in said


def test_undone_from_the_mail_without_signing_in_and_only_by_a_post(client, layla, camera, register):
    register(layla, camera)
    before = tables()
    at = timezone.now()
    closing.ask(layla.pk, at=at)
    way_back = reverse("account-close-undo", args=[closing.sign(Closing.objects.get())])
    assert "Keep your account?" in client.get(way_back).content.decode()
    assert Closing.objects.filter(undone_at=None).exists()
    assert client.post(way_back).status_code == 302
    assert "undone before" in client.get(way_back).content.decode()
    assert client.post(way_back).status_code == 200
    assert closing.carry_out_due(at=at + 2 * WEEK) == 0
    Closing.objects.all().delete()
    Message.objects.filter(kind="closing_begun").delete()
    assert tables() == before
    for odd in ("x", "1:x", way_back.split("/")[-2][:-1], "a" * 5000):
        assert client.get(reverse("account-close-undo", args=[odd])).status_code == 404


def test_it_says_first_what_has_to_be_over_and_waits_for_it(signed_in, layla, vera, time_machine):
    time_machine.move_to(LATER, tick=False)
    case = CaseFactory(member=layla, received_at=NOON)
    loan = LoanFactory(case=case, state="out", handed_over_at=NOON)
    batch = PackBatch.objects.create(country="GB", picked_at=NOON, by=vera)
    WelcomePack.objects.create(
        member=layla, level=1, state="picked", batch=batch, country="GB", requested_at=NOON, name="L", lines="x"
    )
    body = signed_in.get(reverse("account-close")).content.decode()
    assert body.index("First this has to be over") < body.index(case.number) < body.index("What goes")
    assert loan.unit.serial in body
    assert closed(layla) == 0
    Case.objects.filter(pk=case.pk).update(state="closed")
    KitItem.objects.filter(pk=case.item_id).update(in_case_since=None)
    assert closing.carry_out_due(at=LATER) == 0
    Loan.objects.filter(pk=loan.pk).update(state="back", returned_at=LATER)
    assert closing.carry_out_due(at=LATER) == 0
    WelcomePack.objects.update(state="sent", sent_at=LATER)
    assert closing.carry_out_due(at=LATER) == 1
    assert closing.carry_out_due(at=LATER) == 0


def test_staff_close_nothing_with_the_account_they_work_with(signed_in, layla):
    User.objects.filter(pk=layla.user_id).update(is_staff=True)
    with pytest.raises(closing.CloseError, match="staff"):
        closing.ask(layla.pk, at=NOON)
    assert "You work for the programme" in signed_in.get(reverse("account-close")).content.decode()


def test_units_places_slots_and_packs_are_free_for_others(layla, omar, camera, lens, register):
    held = register(layla, camera, serial="012345678901")
    rival = register(omar, camera, serial="012345678901")
    paper = ProofFactory(member=omar).pk
    claims.open_claim(rival.pk, member_id=omar.pk, ground=Claim.Ground.USED, proof_id=paper, at=NOON, by=omar.user)
    theirs = register(omar, lens, serial="1234567890")
    mine = register(layla, lens, serial="1234567890")
    own = ProofFactory(member=layla).pk
    claims.open_claim(mine.pk, member_id=layla.pk, ground=Claim.Ground.USED, proof_id=own, at=NOON, by=layla.user)
    case = CaseFactory(item=register(layla, camera, serial="555555555555"), lane="fast")
    KitItem.objects.filter(pk=case.item_id).update(in_case_since=NOON)
    slot = SlotHold.objects.create(member=layla, stretch=case.stretches.get(), number=1, taken_at=NOON)
    event = Event.objects.create(
        title="Night walk", levels=[0, 1, 2, 3], online=True, time_zone="UTC", places=1, published=True,
        begins_at=NOON + 4 * WEEK, ends_at=NOON + 5 * WEEK, booking_ends_at=NOON + 4 * WEEK,
    )  # fmt: skip
    for member in (layla, omar):
        events.book(event.pk, member_id=member.pk, at=NOON)
    offer = Offer.objects.create(
        title="Strap", levels=[0, 1, 2, 3], codes="own", published=True,
        begins_on=NOON.date(), ends_on=NOON.date() + WEEK,
    )  # fmt: skip
    OfferCode.objects.create(offer=offer, code="A1")
    assert draw_code(offer.pk, member_id=layla.pk, at=NOON) == "A1"
    WelcomePack.objects.create(member=layla, level=1, name="L", lines="1 Road", country="GB", requested_at=NOON)

    assert closed(layla) == 1

    states = dict(KitItem.objects.values_list("pk", "state"))
    assert (states[held.pk], states[rival.pk]) == ("removed", "validated")
    assert (states[mine.pk], states[theirs.pk]) == ("removed", "validated")
    assert not Claim.objects.open().exists()
    assert Case.objects.get(pk=case.pk).state == "cancelled"
    slot.refresh_from_db()
    assert slot.freed_at == LATER
    assert Booking.objects.get(member=omar).state == "held"
    assert OfferCode.objects.get().member_id == layla.pk
    assert not WelcomePack.objects.exists()
    assert not Message.objects.filter(user=layla.user).exists()
    told = Message.objects.filter(user=omar.user, kind__in=["claim_decided", "event_place"])
    assert sorted(told.values_list("kind", flat=True)) == ["claim_decided", "claim_decided", "event_place"]
    for message in told:
        assert "Layla" not in str(message.facts)
    assert list(invariants.broken(at=LATER)) == []
    assert list(servicing_invariants.broken(at=LATER)) == []


def test_the_night_goes_on_and_nobody_is_found_by_what_was(layla, camera, register, client, time_machine):
    item = register(layla, camera)
    number = layla.number
    assert closed(layla) == 1
    night.run(at=LATER + timedelta(days=2))
    assert list(invariants.broken(at=LATER + timedelta(days=2))) == []
    assert not Member.objects.filter(number=number).exists()
    assert not User.objects.filter(email="layla@example.org").exists()
    assert not KitItem.objects.filter(serial=item.serial).exists()
    again = MemberFactory(user__email="layla@example.org")
    assert again.pk != layla.pk
    assert Standing.objects.get(member=again).points == 0
    client.force_login(again.user)
    assert client.get(reverse("kitbag")).status_code == 200
    client.force_login(User.objects.get(pk=layla.user_id))
    assert client.get(reverse("kitbag")).status_code == 302


def test_what_came_in_while_it_was_closed_goes_the_next_night(layla, shelves):
    closed(layla)
    ProofFactory(member=layla, name="late.pdf")
    email = User.objects.get(pk=layla.user_id).email
    assert closing.erase_late_arrivals(since=LATER - timedelta(days=1), at=LATER) == 1
    assert list(layla.proofs.values_list("name", "file")) == [("", "")]
    assert User.objects.get(pk=layla.user_id).email == email
