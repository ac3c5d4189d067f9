"""A claim on a clerk's desk: both sides' papers beside each other, what each would be told, one decision."""

from datetime import timedelta

import pytest
from django.urls import reverse

from kitbag import claims
from kitbag.models import Claim, ProofOpening
from members import wording
from members.models import Message
from tests.factories import NOON, ProofFactory
from tests.portal.desk import PNG, picture, second_clerk

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


@pytest.fixture
def claim(layla, omar, camera, register):
    """Omar asks for the unit that Layla holds; she objects. Both have shown a picture."""
    held = register(layla, camera, serial="012345678901")
    asked = register(omar, camera, serial="012345678901")
    claim = claims.open_claim(
        asked.pk,
        member_id=omar.pk,
        ground=Claim.Ground.USED,
        words="Bought at a fair",
        proof_id=picture(asked).pk,
        at=NOON,
        by=omar.user,
    )
    claims.object_to(claim.pk, member_id=layla.pk, proof_id=picture(held).pk, words="Mine", at=NOON, by=layla.user)
    return Claim.objects.get(pk=claim.pk)


def desk_of(claim):
    return reverse("admin:kitbag_claim_decide", args=[claim.pk])


def test_both_sides_papers_are_shown_and_written_down(clerk, claim):
    page = clerk.get(desk_of(claim))
    sources = [paper["src"] for side in page.context["sides"] for paper in side["papers"]]
    assert len(sources) == 2
    for src in sources:
        assert src in page.content.decode()
        assert clerk.get(src).content == PNG
    assert set(ProofOpening.objects.values_list("proof", "purpose")) == {
        (claim.proof_id, f"claim {claim.pk}"),
        (claim.answer_proof_id, f"claim {claim.pk}"),
    }


def test_who_only_reads_sees_that_there_are_papers(care, claim):
    page = care.get(reverse("admin:kitbag_claim_change", args=[claim.pk]))
    papers = [paper for side in page.context["sides"] for paper in side["papers"]]
    assert [(paper["name"], paper["src"], paper["href"]) for paper in papers] == [("label.png", "", "")] * 2


@pytest.mark.parametrize("decision", ["claimant", "holder"])
def test_what_is_previewed_is_what_is_mailed(clerk, claim, decision):
    outcomes = {row["value"]: row["letters"] for row in clerk.get(desk_of(claim)).context["outcomes"]}
    clerk.post(desk_of(claim), {"decision": decision, "note": "Two invoices"})
    mailed = [
        wording.write(Message.objects.get(kind="claim_decided", user=item.member.user))
        for item in (claim.item, claim.held_item)
    ]
    assert [(one["subject"], one["text"]) for one in outcomes[decision]] == [(one.subject, one.text) for one in mailed]


def test_neither_letter_names_the_other_side_or_the_reason(clerk, claim):
    for outcome in clerk.get(desk_of(claim)).context["outcomes"]:
        to_claimant, to_holder = (letter["subject"] + letter["text"] for letter in outcome["letters"])
        assert "Layla" not in to_claimant
        assert "Omar" not in to_holder
        assert "fair" not in to_holder


def test_a_claim_is_on_one_desk(clerk, claim):
    other = second_clerk()
    clerk.get(desk_of(claim))
    page = other.get(desk_of(claim))
    assert "On another desk: Validation, until" in page.content.decode()
    assert "Carry out" not in page.content.decode()
    assert not [paper for side in page.context["sides"] for paper in side["papers"] if paper["src"]]
    refused = other.post(desk_of(claim), {"decision": "holder", "note": "Older"})
    assert "Somebody else has this on their desk." in refused.content.decode()
    claim.refresh_from_db()
    assert claim.state == "open"


def test_a_second_decision_is_told_and_overwrites_nothing(clerk, claim, time_machine):
    other = second_clerk()
    other.get(desk_of(claim))
    time_machine.shift(timedelta(minutes=11))
    clerk.get(desk_of(claim))
    assert clerk.post(desk_of(claim), {"decision": "claimant", "note": "Two invoices"}).status_code == 302
    told = other.post(desk_of(claim), {"decision": "holder", "note": "Older"}).content.decode()
    assert "This claim was decided meanwhile." in told
    assert "Decided for the claimant" in told
    claim.refresh_from_db()
    assert (claim.state, claim.note) == ("for_claimant", "Two invoices")
    assert Message.objects.filter(kind="claim_decided").count() == 2


def test_decided_its_papers_are_closed(clerk, claim):
    src = clerk.get(desk_of(claim)).context["sides"][0]["papers"][0]["src"]
    clerk.post(desk_of(claim), {"decision": "claimant", "note": "Two invoices"})
    page = clerk.get(desk_of(claim))
    assert not [paper for side in page.context["sides"] for paper in side["papers"] if paper["href"] or paper["src"]]
    assert clerk.get(src).status_code == 404


def test_a_paper_that_is_no_picture_opens_by_its_button(clerk, claim):
    pdf = ProofFactory(member=claim.item.member, items=[claim.item], name="invoice.pdf")
    said = clerk.get(desk_of(claim)).content.decode()
    assert reverse("admin:kitbag_proof_open", args=[pdf.pk]) in said
