"""A portal with a row of every kind, for tests of the staff pages."""

from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType

from kitbag import claims, holds, valuing
from kitbag.catalogue import refresh_names
from kitbag.editing import edit_item
from kitbag.models import (
    CatalogueLoad,
    Claim,
    DropNotice,
    FormerNumber,
    FullCheck,
    KitImport,
    KitItem,
    KitList,
    Night,
    ProofOpening,
    ReviewLease,
    Stage,
)
from kitbag.removal import remove_item
from members.messages import post_security
from members.models import (
    Acceptance,
    Acting,
    ActingStep,
    Address,
    Closing,
    CountryMove,
    DataExport,
    DataImport,
    EmailChange,
    Level,
    MemberSuspension,
    PlanRequest,
    Post,
    PostFile,
)
from members.rules.roles import Role
from servicing.models import (
    CardRevocation,
    CaseDraft,
    CaseEvent,
    CaseFile,
    Centre,
    CentreClerk,
    CentreTask,
    DatedHours,
    DayFigures,
    Event,
    EventVisitor,
    GiftStock,
    LoanSuspension,
    PackContents,
    SlotHold,
)
from tests.conftest import details
from tests.factories import (
    NOON,
    CaseFactory,
    EstimateFactory,
    IntakeFactory,
    LoanFactory,
    MemberFactory,
    ProofFactory,
    UserFactory,
    VisitorFactory,
)
from tests.portal.staff import as_role
from tests.rules_of_membership import rows_of_membership

TOMORROW = NOON.date() + timedelta(days=1)


@pytest.fixture
def clock(time_machine):
    """The clock of the doors stands shortly after the day's noon."""
    time_machine.move_to(NOON + timedelta(hours=1), tick=False)


@pytest.fixture
def waiting(layla, camera, register):
    """An item of Layla's whose number does not look right but is confirmed: staff review."""
    return register(layla, camera, serial="12345", number_confirmed=True)


def a_claim(item):
    """The member of a waiting item asks for its unit, which another holds."""
    return claims.open_claim(
        item.pk,
        member_id=item.member_id,
        ground=Claim.Ground.USED,
        proof_id=ProofFactory(member=item.member).pk,
        at=NOON,
        by=item.member.user,
    )


def servicing_at(centre, item, by):
    """A case of an item with all that goes with one, a visitor's beside it, and what else a centre has."""
    case = CaseFactory(centre=centre, item=item, lane="fast", received_at=NOON)
    stretch = case.stretches.get()
    SlotHold.objects.create(member=item.member, stretch=stretch, number=1, taken_at=NOON)
    EstimateFactory(case=case)
    IntakeFactory(stretch=stretch, by=by)
    told = CaseEvent.objects.create(case=case, stretch=stretch, at=NOON, kind="message", actor="centre", note="Hello")
    CaseFile.objects.create(
        case=case,
        event=told,
        purpose="message",
        file=f"aa/{case.pk.hex}",
        name="shutter.jpg",
        content_type="image/jpeg",
        size=10,
        digest="0" * 64,
        uploaded_at=NOON,
    )
    CaseDraft.objects.create(member=item.member, item=item, begun_at=NOON, changed_at=NOON)
    CaseFactory(centre=centre, visitor=VisitorFactory(), product=item.product)
    loan = LoanFactory(case=case)
    LoanSuspension.objects.create(
        member=item.member, from_on=NOON.date(), until_on=TOMORROW, reason="Late", loan=loan, by=by, at=NOON
    )
    CentreTask.objects.create(centre=centre, kind="no_unit", case=case, loan=loan, occasion=str(loan.pk), made_at=NOON)
    DatedHours.objects.create(centre=centre, day=TOMORROW, note="Stocktaking")
    CentreClerk.objects.create(user=UserFactory(is_staff=True), centre=centre)
    return case


def benefits_of(member, other_member, by):
    """Offers, packs, events, threads, old accounts and what a member did with their data: a row of each."""
    rows_of_membership(member, other_member, by)
    DataImport.objects.create(
        kind="thresholds", state="waiting", file_name="levels.csv", text="day", reason="Plan", by=by, asked_at=NOON
    )
    PlanRequest.objects.create(title="Mark superseded", path="/admin/", entered={}, impact=[], by=by, asked_at=NOON)
    DayFigures.objects.create(day=NOON.date(), country="GB", joined=1, red=1)
    GiftStock.objects.create(contents=PackContents.objects.first(), pieces=50, note="Delivered", at=NOON, by=by)
    CardRevocation.objects.create(member=member, generation=1, at=NOON, by=by, why="Lost")
    EventVisitor.objects.create(event=Event.objects.get(), region="Japan", card_number="1", came_at=NOON, by=by)
    PostFile.objects.create(
        post=Post.objects.get(),
        file=f"aa/{member.pk}",
        name="label.jpg",
        content_type="image/jpeg",
        size=10,
        digest="0" * 64,
    )
    later = NOON + timedelta(days=7)
    Address.objects.create(member=member, label="Studio", name="Layla", street="1 Street", town="London", country="GB")
    CountryMove.objects.create(member=member, from_country="EG", to_country="GB", at=NOON)
    EmailChange.objects.create(
        user=member.user, old="old@example.org", new=member.user.email, changed_at=NOON, undo_until=later
    )
    DataExport.objects.create(user=member.user, asked_at=NOON, made_at=NOON, expires_at=later, file="aa/export")
    MemberSuspension.objects.create(
        member=other_member,
        began_at=NOON - timedelta(days=9),
        ends_at=NOON - timedelta(days=8),
        reason="Numbers of others",
        words="You registered numbers that are not yours.",
        role="Member care",
        by=by,
    )
    acted = Acting.objects.create(
        member=member,
        by=by,
        role="Member care",
        reason="Asked by phone",
        began_at=NOON,
        ends_at=later,
        ended_at=NOON,
    )
    ActingStep.objects.create(acting=acted, at=NOON, page="kitbag-add")
    Closing.objects.create(member=member, asked_at=NOON, ends_at=later, undone_at=NOON)


@pytest.fixture
def a_row_of_each(clock, layla, omar, vera, camera, lens, register, waiting):
    """Every model of the staff pages has a row."""
    validated = register(layla, lens, serial="1234567890")
    edit_item(
        validated.pk,
        member_id=layla.pk,
        details=details("999", number_confirmed=True),
        at=NOON,
        by=layla.user,
    )
    lost = register(omar, camera, serial="012345678901")
    register(omar, lens, serial="9876543210")
    servicing_at(Centre.objects.get(code="UK"), validated, vera)
    benefits_of(layla, omar, vera)
    remove_item(lost.pk, member_id=omar.pk, reason="stolen", at=NOON, by=omar.user)
    FormerNumber.objects.create(product=camera, serial="111111111111", item=waiting, replaced_at=NOON)
    valuing.replan(
        camera.pk,
        mark=(Stage.SUPERSEDED, TOMORROW + timedelta(days=90)),
        reason="A successor",
        short_notice="It came late",
        by=vera,
        at=NOON,
    )
    holds.hold_level(
        layla,
        level=Level.GOLD,
        begins_on=TOMORROW,
        ends_on=TOMORROW + timedelta(days=30),
        reason="Press accreditation",
        by=vera,
        at=NOON,
    )
    refresh_names([camera, lens])
    Acceptance.record(layla, "terms", "2026-11", at=NOON)
    Night.objects.create(day=NOON.date(), begun_at=NOON, completed_at=NOON)
    FullCheck.objects.create(begun_at=NOON, completed_at=NOON, day=NOON.date())
    DropNotice.objects.create(member=layla, day=TOMORROW, points=5, costs_level=False, told_on=NOON.date())
    claim = a_claim(register(MemberFactory(), lens, serial="1234567890"))
    ProofOpening.objects.create(proof=claim.proof, by=vera, role="Validation", purpose=f"claim {claim.pk}", at=NOON)
    ReviewLease.objects.create(item=claim.item, by=vera, until=NOON)
    KitList.objects.create(code="0" * 16, member=layla, issued_at=NOON, rows=[], digest="0" * 64)
    KitImport.objects.create(member=layla, created_at=NOON, rows=[])
    CatalogueLoad.objects.create(loaded_at=NOON, digest="0" * 64, added=2, changed=0, unchanged=0)
    post_security(user=layla.user, address=layla.user.email, subject="Code", text="SECRET-CODE", html="", at=NOON)
    kind = ContentType.objects.get_for_model(KitItem)
    LogEntry.objects.create(
        user=vera, content_type=kind, object_id=str(waiting.pk), object_repr="item", action_flag=2, change_message="x"
    )
    return waiting


@pytest.fixture
def clerk(db):
    return as_role(Role.VALIDATION)


@pytest.fixture
def manager(db):
    return as_role(Role.PROGRAMME_MANAGER)


@pytest.fixture
def care(db):
    return as_role(Role.MEMBER_CARE)
