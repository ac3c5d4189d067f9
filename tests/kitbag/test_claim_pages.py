"""A claim on the pages of both sides: what each sees, does and never learns."""

from datetime import timedelta
from io import BytesIO

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from PIL import Image

from kitbag import claims, removal, standing
from kitbag.models import Claim, KitItem, Night, Proof, RemovalReason
from tests.factories import NOON, MemberFactory, ProofFactory

TODAY = NOON + timedelta(days=1)
SERIAL = "012345678901"


@pytest.fixture(autouse=True)
def today():
    with time_machine.travel(TODAY, tick=False):
        yield


@pytest.fixture
def held(layla, camera, register):
    return register(layla, camera, serial=SERIAL)


@pytest.fixture
def asked(held, omar, camera, register):
    """Omar's item: it waits because Layla holds its unit."""
    return register(omar, camera, serial=SERIAL)


@pytest.fixture
def claim(asked, omar):
    return claims.open_claim(
        asked.pk,
        member_id=omar.pk,
        ground=Claim.Ground.USED,
        words="From a colleague in Cairo",
        proof_id=ProofFactory(member=omar, name="omars-receipt.pdf").pk,
        at=NOON,
        by=omar.user,
    )


def signed_in(client, member):
    client.force_login(member.user)
    return client


def text(response):
    return " ".join(response.content.decode().split())


def see(client, name, *args, status=200):
    response = client.get(reverse(name, args=args))
    assert response.status_code == status
    return text(response)


def send(client, name, *args, **data):
    return client.post(reverse(name, args=args), data, follow=True)


def proven(proof, **data):
    """What a form of a claim sends with a proof that was kept before."""
    return {"proof": str(proof.pk), "words": "", **data}


# The one who asks


def test_the_item_offers_both_ways_to_ask_and_to_correct(client, omar, asked):
    page = see(signed_in(client, omar), "kitbag-item", asked.pk)
    href = reverse("kitbag-claim", args=[asked.pk])
    assert "Another member has registered this serial number" in page
    assert f'href="{href}?ground=used"' in page
    assert f'href="{href}?ground=mistake"' in page
    assert f"{reverse('kitbag-item-edit', args=[asked.pk])}#id_serial_typed" in page


@pytest.mark.parametrize("ground", ["used", "mistake"])
def test_asking_with_proof(client, omar, layla, asked, ground):
    proof = ProofFactory(member=omar)
    omars = signed_in(client, omar)
    form = omars.get(reverse("kitbag-claim", args=[asked.pk]), {"ground": ground}).context["form"]
    assert form["ground"].value() == ground
    answer = send(omars, "kitbag-claim", asked.pk, **proven(proof, ground=ground, words="From a fair"))
    made = Claim.objects.get()
    assert (made.ground, made.words, made.proof) == (ground, "From a fair", proof)
    page = text(answer)
    assert "You asked us to decide." in page
    assert "The other holder has until 8 Dec 2026 to answer." in page
    assert "We are checking it" in page
    assert "Layla" not in page


@pytest.mark.parametrize(
    ("data", "field"), [({"ground": "used"}, "proof"), ({}, "ground"), ({"ground": "theft"}, "ground")]
)
def test_what_is_left_out_is_said_beside_its_field(client, omar, asked, data, field):
    answer = send(signed_in(client, omar), "kitbag-claim", asked.pk, **data)
    assert field in answer.context["form"].errors
    assert not Claim.objects.exists()


def test_another_members_proof_proves_nothing(client, omar, layla, asked):
    theirs = ProofFactory(member=layla)
    answer = send(signed_in(client, omar), "kitbag-claim", asked.pk, **proven(theirs, ground="used"))
    assert "proof" in answer.context["form"].errors
    assert not Claim.objects.exists()


def test_asked_once_the_page_leads_back_to_the_item(client, omar, claim):
    omars = signed_in(client, omar)
    assert omars.get(reverse("kitbag-claim", args=[claim.item_id])).url == reverse("kitbag-item", args=[claim.item_id])


def test_a_unit_that_is_free_meanwhile_counts_at_once(client, omar, layla, held, asked):
    removal.remove_item(held.pk, member_id=layla.pk, reason=RemovalReason.SOLD, at=NOON, by=layla.user)
    answer = send(signed_in(client, omar), "kitbag-claim", asked.pk, **proven(ProofFactory(member=omar), ground="used"))
    assert "Nobody else holds it any more: EOS R5 Mark II counts." in text(answer)
    assert standing.on(omar.pk, TODAY.date()).points == 320


def png(size=(8, 8)):
    file = BytesIO()
    Image.new("RGB", size, "white").save(file, "PNG")
    return SimpleUploadedFile("receipt.png", file.getvalue(), "image/png")


def test_a_new_file_is_kept_with_the_item_and_proves_the_claim(client, omar, asked, shelf):
    send(signed_in(client, omar), "kitbag-claim", asked.pk, ground="used", words="", proof_file=png())
    proof = Claim.objects.get().proof
    assert (proof.name, list(proof.items.all())) == ("receipt.png", [asked])
    assert [path for path in shelf.rglob("*") if path.is_file()] == [shelf / proof.file.name]


def test_a_file_that_is_none_is_refused_beside_its_field_and_asks_nothing(client, omar, asked, shelf):
    page = SimpleUploadedFile("receipt.pdf", b"<html><script>alert(1)</script></html>", "application/pdf")
    answer = send(signed_in(client, omar), "kitbag-claim", asked.pk, ground="used", words="Mine", proof_file=page)
    assert len(answer.context["form"].errors["proof"]) == 1
    assert answer.context["form"]["words"].value() == "Mine"
    assert not Claim.objects.exists()
    assert not Proof.objects.exists()


def test_a_file_is_not_lost_where_another_field_has_an_error(client, omar, asked, shelf):
    answer = send(signed_in(client, omar), "kitbag-claim", asked.pk, words="", proof_file=png())
    form = answer.context["form"]
    assert "ground" in form.errors
    assert form["proof"].value() == str(Proof.objects.get().pk)


def test_the_holder_objects_with_a_new_file(client, layla, claim, held, shelf):
    send(signed_in(client, layla), "kitbag-claim-answer", claim.pk, words="", proof_file=png())
    claim.refresh_from_db()
    assert (claim.answer, claim.answer_proof.name) == (Claim.Answer.OBJECTED, "receipt.png")
    assert list(claim.answer_proof.items.all()) == [held]


# The one who holds


def test_the_holder_sees_that_somebody_asks_and_not_who(client, layla, omar, claim, held):
    laylas = signed_in(client, layla)
    for page in (
        see(laylas, "dashboard"),
        see(laylas, "kitbag"),
        see(laylas, "kitbag-item", held.pk),
        see(laylas, "kitbag-claim-answer", claim.pk),
    ):
        assert "Someone else claims" in page
        for secret in ("Omar", "Cairo", "omars-receipt", str(claim.item_id), "Egypt"):
            assert secret not in page
    assert "Your 320 points stay until it is decided. Answer by 7 Dec 2026." in see(laylas, "kitbag-item", held.pk)
    assert "One thing needs you, Layla" in see(laylas, "dashboard")
    claimed = laylas.get(reverse("dashboard")).context["needs"]
    assert [need["href"] for need in claimed] == [reverse("kitbag-claim-answer", args=[claim.pk])]


def test_the_dashboard_asks_no_more_for_it(client, layla, claim):
    Night.objects.create(day=TODAY.date(), begun_at=TODAY, completed_at=TODAY)
    laylas = signed_in(client, layla)
    laylas.get(reverse("dashboard"))
    with CaptureQueriesContext(connection) as queries:
        laylas.get(reverse("dashboard"))
    assert len(queries) <= 10


def test_releasing_is_one_button_with_its_effect_shown_first(client, layla, omar, claim, held):
    laylas = signed_in(client, layla)
    page = see(laylas, "kitbag-claim-answer", claim.pk)
    assert "You lose 320 points and stay Red. It cannot be undone." in page
    answer = send(laylas, "kitbag-claim-answer", claim.pk, release="1")
    page = text(answer)
    assert "You released EOS R5 Mark II." in page
    assert "Decided: this unit belongs to another member now." in page
    assert "Put it back" not in page
    assert (standing.on(layla.pk, TODAY.date()).points, standing.on(omar.pk, TODAY.date()).points) == (0, 320)


def test_objecting_with_proof_and_again_with_another(client, layla, claim, held):
    laylas = signed_in(client, layla)
    proof = ProofFactory(member=layla, name="invoice.pdf")
    page = text(send(laylas, "kitbag-claim-answer", claim.pk, **proven(proof, words="Mine since 2024")))
    assert "You objected on 24 Nov 2026." in page
    assert "Your 320 points stay until we have decided." in page
    assert "Nothing needs you, Layla" in see(laylas, "dashboard")
    page = see(laylas, "kitbag-claim-answer", claim.pk)
    assert "invoice.pdf" in page
    assert "Mine since 2024" in page
    other = ProofFactory(member=layla)
    send(laylas, "kitbag-claim-answer", claim.pk, **proven(other))
    claim.refresh_from_db()
    assert (claim.answer, claim.answer_proof) == (Claim.Answer.OBJECTED, other)


def test_objecting_without_proof_is_said_beside_the_field(client, layla, claim):
    answer = send(signed_in(client, layla), "kitbag-claim-answer", claim.pk, words="Mine")
    assert "proof" in answer.context["form"].errors
    claim.refresh_from_db()
    assert not claim.answer


def test_a_late_answer_still_counts(client, layla, claim, held):
    with time_machine.travel(TODAY + timedelta(days=30)):
        laylas = signed_in(client, layla)
        assert "You can still answer." in see(laylas, "kitbag-item", held.pk)
        send(laylas, "kitbag-claim-answer", claim.pk, **proven(ProofFactory(member=layla)))
    claim.refresh_from_db()
    assert claim.answer == Claim.Answer.OBJECTED


def test_decided_meanwhile_the_answer_says_so(client, layla, vera, claim, held):
    laylas = signed_in(client, layla)
    claims.decide(claim.pk, for_claimant=True, note="Two invoices", by=vera, at=TODAY)
    item = reverse("kitbag-item", args=[held.pk])
    assert laylas.get(reverse("kitbag-claim-answer", args=[claim.pk])).url == item
    assert laylas.post(reverse("kitbag-claim-answer", args=[claim.pk]), {"release": "1"}).url == item
    assert "Two invoices" not in see(laylas, "kitbag-item", held.pk)


def test_the_claimant_who_lost_reads_what_to_do(client, omar, vera, claim):
    claims.decide(claim.pk, for_claimant=False, note="The holder's invoice is older", by=vera, at=TODAY)
    page = see(signed_in(client, omar), "kitbag-item", claim.item_id)
    assert "Decided: this unit belongs to another member." in page
    assert "If the number was mistyped, correct it and save" in page
    assert "invoice is older" not in page
    assert "We could not accept" not in page


def test_a_holder_in_servicing_reads_that_the_case_goes_on(client, layla, claim, held):
    KitItem.objects.filter(pk=held.pk).update(in_case_since=NOON)
    assert "the centre goes on with your case" in see(signed_in(client, layla), "kitbag-claim-answer", claim.pk)


# Nobody else


def test_a_claim_is_the_holders_alone_to_answer(client, omar, claim):
    for other in (omar, MemberFactory()):
        signed_in(client, other)
        see(client, "kitbag-claim-answer", claim.pk, status=404)
        assert client.post(reverse("kitbag-claim-answer", args=[claim.pk]), {"release": "1"}).status_code == 404
    assert client.post(reverse("kitbag-claim", args=[claim.item_id])).status_code == 404
    claim.refresh_from_db()
    assert claim.state == Claim.State.OPEN


def test_an_undo_that_meets_a_new_holder_offers_the_claim(client, layla, omar, camera, register):
    item = register(layla, camera, serial=SERIAL)
    removal.remove_item(item.pk, member_id=layla.pk, reason=RemovalReason.SOLD, at=NOON, by=layla.user)
    register(omar, camera, serial=SERIAL, at=NOON + timedelta(hours=1))
    page = text(send(signed_in(client, layla), "kitbag-item-undo", item.pk))
    assert "It has to be checked before it counts again." in page
    assert reverse("kitbag-claim", args=[item.pk]) in page


def test_a_double_click_undoes_once(client, layla, held):
    removal.remove_item(held.pk, member_id=layla.pk, reason=RemovalReason.SOLD, at=NOON, by=layla.user)
    laylas = signed_in(client, layla)
    for _click in range(2):
        assert "is back in your kitbag" in text(send(laylas, "kitbag-item-undo", held.pk))
    assert held.events.filter(kind="undone").count() == 1


@pytest.mark.parametrize("name", ["kitbag-claim", "kitbag-claim-answer"])
def test_the_pages_speak_arabic_the_other_way_round(client, layla, omar, asked, claim, name):
    if name == "kitbag-claim":
        Claim.objects.all().delete()
    member, key = (omar, asked.pk) if name == "kitbag-claim" else (layla, claim.pk)
    signed_in(client, member).cookies["django_language"] = "ar"
    page = see(client, name, key)
    assert 'dir="rtl"' in page
    assert "Someone else" not in page
