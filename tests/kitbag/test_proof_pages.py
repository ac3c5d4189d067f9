"""A member's papers on their pages, and the one way in which staff open them (programme §3)."""

from datetime import timedelta
from urllib.parse import quote

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from cps_portal.pages.kitbag.proof_form import OFFERED
from kitbag import claims, proofs
from kitbag.models import Claim, KitItem, Proof, ProofOpening
from members.rules.roles import Role
from members.wording.words import ROLES, role_words
from tests.factories import NOON, ProofFactory
from tests.kitbag import hostile
from tests.kitbag.test_hostile_files import left_on, upload
from tests.portal.staff import as_role

pytestmark = pytest.mark.usefixtures("shelf")


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def as_layla(client, layla):
    client.force_login(layla.user)
    return client


@pytest.fixture
def body(layla, camera, register):
    return register(layla, camera)


def add(client, item, **sent):
    return client.post(reverse("kitbag-item-proof", args=[item.pk]), sent)


def test_a_new_file_is_kept_with_the_item_and_shown_there(as_layla, layla, body):
    answer = add(as_layla, body, proof_file=upload(hostile.PDF, "Jacobs receipt.pdf"))
    assert answer.url == f"{reverse('kitbag-item', args=[body.pk])}#proofs"
    (shown,) = as_layla.get(reverse("kitbag-item", args=[body.pk])).context["proofs"]
    assert (shown["name"], str(shown["kind"]), shown["openings"]) == ("Jacobs receipt.pdf", "Proof of purchase", [])
    assert Proof.objects.get().member == layla


def test_a_kept_file_may_be_chosen_again(as_layla, layla, body, lens, register):
    proof = proofs.keep_proof(upload(hostile.PDF), member_id=layla.pk, item_ids=[body.pk], at=NOON)
    glass = register(layla, lens, serial="1234567890")
    add(as_layla, glass, proof=str(proof.pk))
    assert set(proof.items.all()) == {body, glass}
    assert Proof.objects.count() == 1


@pytest.mark.parametrize("kind", Proof.Kind.values)
def test_a_file_sent_again_is_taken_though_it_is_not_among_those_offered(as_layla, layla, body, kind):
    long_ago = NOON - timedelta(days=9)
    proof = proofs.keep_proof(upload(hostile.JPEG), member_id=layla.pk, kind=kind, at=long_ago)
    for minutes in range(OFFERED):
        ProofFactory(member=layla, uploaded_at=NOON - timedelta(minutes=minutes))
    assert add(as_layla, body, proof_file=upload(hostile.JPEG)).status_code == 302
    assert list(body.proofs.all()) == [proof]


def test_nothing_chosen_and_others_papers_are_told_beside_the_field(as_layla, omar, body):
    theirs = ProofFactory(member=omar)
    assert add(as_layla, body).context["form"].errors["proof"] == ["Add your proof of purchase."]
    assert "proof" in add(as_layla, body, proof=str(theirs.pk)).context["form"].errors
    assert not body.proofs.exists()


def test_a_refused_file_says_why_and_leaves_nothing(as_layla, body, shelf):
    answer = add(as_layla, body, proof_file=upload(hostile.SVG, "receipt.pdf"))
    assert answer.context["form"].errors["proof"] == ["This is no PDF, JPEG, PNG, HEIC or TIFF. Choose another file."]
    assert "This is no PDF" in answer.content.decode()
    assert left_on(shelf) == []


def test_a_file_is_not_lost_where_another_field_has_an_error(client, layla, omar, camera, register):
    register(layla, camera, serial="012345678901")
    asked = register(omar, camera, serial="012345678901")
    client.force_login(omar.user)
    page = reverse("kitbag-claim", args=[asked.pk])
    answer = client.post(page, {"proof_file": upload(hostile.PDF, "bill.pdf")})
    form = answer.context["form"]
    assert set(form.errors) == {"ground"}
    kept = Proof.objects.get()
    assert form["proof"].value() == str(kept.pk)
    client.post(page, {"proof": form["proof"].value(), "ground": "used"})
    assert Claim.objects.get().proof == kept


@pytest.mark.parametrize("data", [hostile.PDF, hostile.photo()])
def test_the_owner_alone_sees_the_file_and_no_browser_runs_it(as_layla, layla, omar, data):
    proof = proofs.keep_proof(upload(data, 'a"b\u202e.pdf'), member_id=layla.pk, at=NOON)
    page = reverse("kitbag-proof", args=[proof.pk])
    answer = as_layla.get(page)
    assert answer.content == proof.content()
    assert answer["Content-Type"] == proof.content_type
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
    assert answer["Cache-Control"] == "private, no-store"
    assert answer["Content-Disposition"] == f"inline; filename*=UTF-8''{quote(proof.name)}"
    as_layla.force_login(omar.user)
    assert as_layla.get(page).status_code == 404
    as_layla.logout()
    assert as_layla.get(page).status_code == 302


def test_a_removed_paper_is_gone_at_once(as_layla, layla):
    proof = proofs.keep_proof(upload(hostile.PDF), member_id=layla.pk, at=NOON)
    answer = as_layla.post(reverse("kitbag-proof-remove", args=[proof.pk]), follow=True)
    assert "The proof is removed." in answer.content.decode()
    assert as_layla.get(reverse("kitbag-proof", args=[proof.pk])).status_code == 404
    assert as_layla.post(reverse("kitbag-proof-remove", args=[ProofFactory().pk])).status_code == 404


def test_the_page_of_papers_is_paged_by_key_and_asks_the_same_queries(as_layla, layla, body):
    counts = set()
    for size in (5, 45):
        while Proof.objects.count() < size:
            ProofFactory(member=layla, items=[body], uploaded_at=NOON - timedelta(minutes=Proof.objects.count()))
        as_layla.get(reverse("kitbag-proofs"))
        with CaptureQueriesContext(connection) as queries:
            answer = as_layla.get(reverse("kitbag-proofs"))
        counts.add(len(queries))
    assert len(counts) == 1
    assert counts.pop() <= 6
    first = {row["id"] for row in answer.context["proofs"]}
    second = {row["id"] for row in as_layla.get(answer.context["more_href"]).context["proofs"]}
    assert (len(first), len(second), first & second) == (30, 15, set())
    for asked in ("x", "\x00", str(body.pk), "9" * 400):
        assert len(as_layla.get(reverse("kitbag-proofs"), {"after": asked}).context["proofs"]) == 30


@pytest.fixture
def disputed(layla, omar, camera, register):
    held = register(layla, camera, serial="012345678901")
    asked = register(omar, camera, serial="012345678901")
    proof = proofs.keep_proof(upload(hostile.PDF, "bill.pdf"), member_id=omar.pk, at=NOON)
    claim = claims.open_claim(
        asked.pk, member_id=omar.pk, ground=Claim.Ground.USED, proof_id=proof.pk, at=NOON, by=omar.user
    )
    assert KitItem.objects.validated().get() == held
    return claim, proof


def opened(claim, proof):
    return f"{reverse('admin:kitbag_proof_open', args=[proof.pk])}?for=claim+{claim.pk}"


def test_a_clerk_opens_a_paper_for_a_claim_and_its_member_sees_it(disputed, client, omar):
    claim, proof = disputed
    clerk = as_role(Role.VALIDATION)
    page = clerk.get(reverse("admin:kitbag_claim_change", args=[claim.pk])).content.decode()
    assert opened(claim, proof) in page
    assert "The member sees that your role opened it" in clerk.get(opened(claim, proof)).content.decode()
    assert not ProofOpening.objects.exists()
    answer = clerk.post(opened(claim, proof))
    assert answer.content == proof.content()
    assert answer["Content-Security-Policy"].startswith("sandbox")
    client.force_login(omar.user)
    (row,) = client.get(reverse("kitbag-proofs")).context["proofs"]
    assert [(one["role"], one["purpose"]) for one in row["openings"]] == [("Validation", "to decide a claim")]


def test_every_role_that_opened_it_is_named_in_the_members_language():
    assert set(ROLES) == {*Role, "Superuser"}
    with translation.override("ar"):
        assert role_words("Member care, Validation") == "خدمة الأعضاء، التحقق"


def test_a_file_that_is_gone_is_not_opened(disputed, shelf):
    claim, proof = disputed
    for path in left_on(shelf):
        path.unlink()
    assert as_role(Role.VALIDATION).post(opened(claim, proof)).status_code == 404
    assert not ProofOpening.objects.exists()


@pytest.mark.parametrize("purpose", ["", "claim 0", "claim", "review 1", "\x00", "claim 1' OR 1=1"])
def test_without_a_purpose_that_holds_nothing_is_opened(disputed, purpose):
    _claim, proof = disputed
    clerk = as_role(Role.VALIDATION)
    page = reverse("admin:kitbag_proof_open", args=[proof.pk])
    assert clerk.get(page, {"for": purpose}).status_code == 404
    assert clerk.post(f"{page}?for={quote(purpose)}").status_code == 404
    assert not ProofOpening.objects.exists()


def test_after_the_decision_it_is_closed_again(disputed, vera):
    claim, proof = disputed
    claims.decide(claim.pk, for_claimant=False, note="No", by=vera, at=NOON)
    assert as_role(Role.VALIDATION).post(opened(claim, proof)).status_code == 404


@pytest.mark.parametrize("role", [Role.MEMBER_CARE, Role.AUDITOR, Role.LOGISTICS, Role.CENTRE_STAFF])
def test_who_decides_nothing_opens_nothing(disputed, role):
    claim, proof = disputed
    assert as_role(role).post(opened(claim, proof)).status_code == 403
    assert not ProofOpening.objects.exists()


def test_files_are_not_sent_by_the_hundred(as_layla, body, monkeypatch, shelf):
    monkeypatch.setattr("cps_portal.pages.kitbag.proof_form.UPLOADS", "2/h/user")
    for _time in range(2):
        add(as_layla, body, proof_file=upload(hostile.SVG))
    answer = add(as_layla, body, proof_file=upload(hostile.PDF))
    assert answer.context["form"].errors["proof"] == ["That were many files in one hour. Try again a little later."]
    assert left_on(shelf) == []
