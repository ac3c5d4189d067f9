"""Staff see why an item waits: reason by reason, with links to what it clashes with."""

from datetime import timedelta

import pytest
from django.urls import reverse

from kitbag import claims, removal
from kitbag.editing import edit_item
from kitbag.models import Claim, FormerNumber, ProposedEdit
from tests.conftest import details
from tests.factories import NOON, ProductFactory, ProofFactory
from tests.portal.staff import act, history

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


def review_of(client, item):
    """What stands under "Waits because" on the item's page."""
    page = client.get(reverse("admin:kitbag_kititem_change", args=[item.pk])).content.decode()
    return page.split("field-review")[1].split("field-note")[0]


def link(item):
    return reverse("admin:kitbag_kititem_change", args=[item.pk])


def test_a_sibling_product(clerk, layla, omar, camera, register):
    sibling = ProductFactory(name="EOS R5", category=camera.category)
    other = register(omar, sibling, serial="012345678901")
    item = register(layla, camera, serial="012345678901")
    assert item.reasons == ["sibling"]
    said = review_of(clerk, item)
    assert "registered under a similar product" in said
    assert link(other) in said


def test_consecutive_numbers(clerk, layla, camera, register):
    first = register(layla, camera, serial="012345678901")
    far = register(layla, camera, serial="112345678901")
    item = register(layla, camera, serial="012345678902")
    assert item.reasons == ["consecutive"]
    said = review_of(clerk, item)
    assert link(first) in said
    assert link(far) not in said


def test_many_in_an_hour(clerk, settings, layla, register):
    settings.ITEMS_VALIDATED_PER_HOUR = 2
    before = register(layla, ProductFactory(), at=NOON - timedelta(hours=2))
    counted = [register(layla, ProductFactory()) for _ in range(2)]
    item = register(layla, ProductFactory())
    assert item.reasons == ["many"]
    said = review_of(clerk, item)
    assert "2 validated in the hour before" in said
    assert all(link(one) in said for one in counted)
    assert link(before) not in said


def test_a_stolen_unit(clerk, layla, omar, camera, register):
    lost = register(omar, camera, serial="012345678901")
    removal.remove_item(lost.pk, member_id=omar.pk, reason="stolen", at=NOON, by=omar.user)
    item = register(layla, camera, serial="012345678901")
    said = review_of(clerk, item)
    assert "Reported stolen on 23 Nov 2026 by" in said
    assert "Omar Haddad" in said
    assert link(lost) in said


def test_a_former_number(clerk, layla, omar, camera, register):
    repaired = register(omar, camera)
    FormerNumber.objects.create(product=camera, serial="012345678901", item=repaired, replaced_at=NOON)
    said = review_of(clerk, register(layla, camera, serial="012345678901"))
    assert "Replaced in a repair on 23 Nov 2026" in said
    assert link(repaired) in said


def test_a_confirmed_number_with_its_photo(clerk, waiting, layla):
    assert "No photo of the number yet." in review_of(clerk, waiting)
    photo = ProofFactory(member=layla, items=[waiting], kind="number_photo", name="bottom.jpg")
    said = review_of(clerk, waiting)
    assert "It says 12345, 5 characters." in said
    assert "bottom.jpg" in said
    assert f"/admin/kitbag/proof/{photo.pk}/" in said


def test_the_fourth_without_a_number(clerk, layla, register):
    product = ProductFactory(serial_need="none")
    counted = [register(layla, product, serial_typed="") for _ in range(3)]
    said = review_of(clerk, register(layla, product, serial_typed=""))
    assert all(link(one) in said for one in counted)


def test_an_edit_says_the_same(clerk, layla, omar, lens, camera, register):
    sibling = ProductFactory(name="RF 70-200mm", category=lens.category)
    other = register(omar, sibling, serial="1234567890")
    item = register(layla, lens, serial="9876543210")
    edit_item(item.pk, member_id=layla.pk, details=details("1234567890"), at=NOON, by=layla.user)
    edit = ProposedEdit.objects.get()
    page = clerk.get(reverse("admin:kitbag_proposededit_change", args=[edit.pk])).content.decode()
    assert link(other) in page.split("field-review")[1]


@pytest.fixture
def claim(layla, omar, camera, register):
    """Omar asks for the unit that Layla holds."""
    held = register(layla, camera, serial="012345678901")
    asked = register(omar, camera, serial="012345678901")
    proof = ProofFactory(member=omar, name="invoice-omar.pdf")
    return claims.open_claim(
        asked.pk,
        member_id=omar.pk,
        ground=Claim.Ground.USED,
        words="Bought at a fair",
        proof_id=proof.pk,
        at=NOON,
        by=omar.user,
    ), held


def test_a_unit_that_another_holds_leads_to_the_claim(clerk, claim):
    row, held = claim
    said = review_of(clerk, row.item)
    assert link(held) in said
    assert reverse("admin:kitbag_claim_change", args=[row.pk]) in said
    page = clerk.get(link(held)).content.decode()
    assert reverse("admin:kitbag_claim_change", args=[row.pk]) in page


def test_the_list_shows_open_claims_with_age_and_answer(clerk, claim):
    row, _held = claim
    page = clerk.get(reverse("admin:kitbag_claim_changelist")).content.decode()
    assert "23 Nov 2026, 0 days" in page
    assert "7 Dec 2026" in page
    assert "No answer yet" in page
    row.answer_by = NOON.date() - timedelta(days=1)
    row.save(update_fields=["answer_by"])
    assert "22 Nov 2026, over" in clerk.get(reverse("admin:kitbag_claim_changelist")).content.decode()


def test_both_sides_stand_beside_each_other_with_their_proofs(clerk, claim, layla):
    row, held = claim
    papers = ProofFactory(member=layla, name="invoice-layla.pdf")
    claims.object_to(row.pk, member_id=layla.pk, proof_id=papers.pk, words="Mine since 2024", at=NOON, by=layla.user)
    page = clerk.get(reverse("admin:kitbag_claim_change", args=[row.pk])).content.decode()
    for words in ("Omar Haddad", "Layla Mansour", "invoice-omar.pdf", "invoice-layla.pdf", "Bought at a fair"):
        assert words in page
    assert "Mine since 2024" in page
    assert link(held) in page


@pytest.mark.parametrize(
    ("decision", "states"), [("claimant", ("removed", "validated")), ("holder", ("validated", "refused"))]
)
def test_decide_on_the_claims_page(clerk, claim, decision, states):
    row, held = claim
    page = reverse("admin:kitbag_claim_decide", args=[row.pk])
    assert "note" in clerk.post(page, {"decision": decision, "note": " "}).context["form"].errors
    assert clerk.post(page, {"decision": decision, "note": "Two invoices"}).status_code == 302
    held.refresh_from_db()
    row.item.refresh_from_db()
    assert (held.state, row.item.state) == states
    assert [who for who, _what in history(row)] == ["Validation"]
    answer = clerk.post(page, {"decision": decision, "note": "Again"})
    assert "This claim was decided meanwhile." in answer.content.decode()


def test_decide_from_the_list_asks_why(clerk, claim):
    row, _held = claim
    assert "Neither member reads this" in act(clerk, "kitbag_claim", "for_holder", row).content.decode()
    row.refresh_from_db()
    assert row.state == "open"
    act(clerk, "kitbag_claim", "for_holder", row, carry_out="1", note="The holder's invoice is older.")
    row.refresh_from_db()
    assert (row.state, row.note) == ("for_holder", "The holder's invoice is older.")


def test_an_item_with_an_open_claim_is_not_rejected_beside_it(clerk, claim):
    row, _held = claim
    answer = act(clerk, "kitbag_kititem", "reject", row.item, carry_out="1", note="No.")
    assert "Decide the claim first." in answer.content.decode()
