"""A member with a row in every table that holds something of theirs, and a word of their own in every field of it."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from allauth.account.models import EmailAddress, EmailConfirmation
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.db import connection, models, transaction

from cps_portal.privacy.register import REGISTER, model_of
from cps_portal.privacy.table import Kind
from kitbag import claims
from kitbag.models import Claim, ItemEvent, KitImport, KitList, ProofOpening, ProposedEdit
from kitbag.models.proofs import random_name
from members.models import (
    Acceptance,
    Acting,
    ActingStep,
    Address,
    Closing,
    CountryMove,
    DataExport,
    EmailChange,
    FormerAccount,
    FormerImport,
    MemberSuspension,
    Post,
    PostFile,
    StaffLook,
    Thread,
)
from servicing.models import (
    CardRevocation,
    CaseDraft,
    CaseEvent,
    CaseFile,
    Centre,
    CentreTask,
    LoanSuspension,
    WelcomePack,
)
from tests.factories import (
    NOON,
    CaseFactory,
    EstimateFactory,
    IntakeFactory,
    LoanFactory,
    ProofFactory,
)

CANARY = "kanarie"
NUMBERED = ("serial", "occasion")
# Figures and codes that the database checks; and what a session is found by.
NOT_WORDS = ("number", "password", "session_key", "code", "time_zone", "document", "language")
SHELVES = ("proofs", "cases", "threads", "exports")


@pytest.fixture
def shelves(tmp_path, settings):
    """Folders of the test for everything that people upload or download."""
    settings.STORAGES = settings.STORAGES | {
        name: {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": str(tmp_path / name)},
        }
        for name in SHELVES
    }
    return tmp_path


def stored(shelf):
    """A file on a shelf that says whose it was."""
    return storages[shelf].save(random_name(None, ""), ContentFile(f"of {CANARY}".encode()))


@pytest.fixture
def robin(shelves, layla, omar, vera, camera, lens, register):
    """Layla, with a row of hers in every table of the register: her cases are over, her loan is back."""
    user = layla.user
    held = register(layla, camera, serial="012345678901")
    rival = register(omar, camera, serial="012345678901")
    paper = ProofFactory(member=omar)
    claim = claims.open_claim(
        rival.pk, member_id=omar.pk, ground=Claim.Ground.USED, proof_id=paper.pk, at=NOON, by=omar.user
    )
    proof = ProofFactory(member=layla, items=[held], file=stored("proofs"))
    Claim.objects.filter(pk=claim.pk).update(answer="objected", answered_at=NOON, answer_proof=proof)
    theirs = register(omar, lens, serial="1234567890")
    asked = register(layla, lens, serial="1234567890")
    claims.open_claim(asked.pk, member_id=layla.pk, ground=Claim.Ground.USED, proof_id=proof.pk, at=NOON, by=user)
    ProofOpening.objects.create(proof=proof, by=vera, role="Validation", purpose="claim 1", at=NOON)
    ProposedEdit.objects.create(
        item=held, product=camera, serial="9", proposed_at=NOON, state="refused", decided_at=NOON
    )
    KitImport.objects.create(member=layla, created_at=NOON, rows=[])
    KitList.objects.create(code="0" * 16, member=layla, issued_at=NOON, rows=[], digest="0" * 64)
    uk = Centre.objects.get(code="UK")
    case = over(CaseFactory(centre=uk, item=register(layla, camera, serial="555555555555"), received_at=NOON))
    stretch = case.stretches.get()
    IntakeFactory(stretch=stretch, by=vera)
    told = CaseEvent.objects.create(case=case, stretch=stretch, at=NOON, kind="message", actor="centre", note="x")
    EstimateFactory(case=case, stretch=stretch, state="accepted", answered_at=NOON)
    loan = LoanFactory(case=case, state="back", handed_over_at=NOON, returned_at=NOON)
    LoanSuspension.objects.create(
        member=layla, from_on=NOON.date(), until_on=NOON.date() + timedelta(days=9), reason="x", by=vera, at=NOON
    )
    CentreTask.objects.create(centre=case.centre, kind="stolen", case=case, loan=loan, occasion="1", made_at=NOON)
    paper_of = {"content_type": "image/jpeg", "size": 9, "digest": "0" * 64, "name": "x"}
    CaseFile.objects.create(
        case=case, event=told, purpose="message", file=stored("cases"), uploaded_at=NOON, **paper_of
    )
    draft = CaseDraft.objects.create(member=layla, item=held, begun_at=NOON, changed_at=NOON)
    CaseFile.objects.create(draft=draft, purpose="fault", file=stored("cases"), uploaded_at=NOON, **paper_of)
    batch = vera_s_batch(vera)
    WelcomePack.objects.create(
        member=layla, level=1, state="sent", requested_at=NOON, batch=batch, sent_at=NOON, country="GB"
    )
    CardRevocation.objects.create(member=layla, generation=1, at=NOON, by=vera)
    Acceptance.record(layla, "terms", "1", at=NOON)
    CountryMove.objects.create(member=layla, from_country="IE", to_country="GB", at=NOON)
    Address.objects.create(member=layla)
    EmailChange.objects.create(user=user, old="a@x.org", new="b@x.org", changed_at=NOON, undo_until=NOON + DAY)
    DataExport.objects.create(user=user, asked_at=NOON, made_at=NOON, expires_at=NOON + DAY, file=stored("exports"))
    acted = Acting.objects.create(
        member=layla, by=vera, role="Member care", reason="Asked", began_at=NOON, ends_at=NOON + DAY, ended_at=NOON
    )
    ActingStep.objects.create(acting=acted, at=NOON, page="kitbag-add")
    MemberSuspension.objects.create(
        member=layla,
        by=vera,
        role="Member care",
        reason="Seen",
        words="Why",
        began_at=NOON - 9 * DAY,
        ends_at=NOON - 8 * DAY,
    )
    Closing.objects.create(
        member=layla,
        asked_at=NOON - 9 * DAY,
        ends_at=NOON - 2 * DAY,
        undone_at=NOON - 8 * DAY,
        by=vera,
        role="Member care",
        reason="Asked",
    )
    StaffLook.objects.create(member=layla, by=vera, role="Member care", page="member", at=NOON)
    source = FormerImport.objects.create(imported_at=NOON, digest="0" * 64, file_name="old.csv", accounts=1)
    FormerAccount.objects.create(
        email="layla@example.org", photo_level=1, source=source, member=layla, claimed_at=NOON, country="GB"
    )
    thread = Thread.objects.create(user=user, language="en", topic="other", opened_at=NOON, changed_at=NOON)
    post = Post.objects.create(thread=thread, by=user, words="x", at=NOON)
    PostFile.objects.create(post=post, file=stored("threads"), **paper_of)
    address = EmailAddress.objects.create(user=user, email=user.email, primary=True, verified=True)
    EmailConfirmation.objects.create(email_address=address, key="x")
    Authenticator.objects.create(user=user, type="totp", data={})
    Session.objects.create(session_key=CANARY, session_data=CANARY, expire_date=NOON + 30 * DAY)
    UserSession.objects.create(user=user, ip="10.1.2.3", session_key=CANARY, user_agent="x")
    for row in (layla, held, case):
        LogEntry.objects.create(
            user=vera,
            content_type=ContentType.objects.get_for_model(row),
            object_id=str(row.pk),
            object_repr=CANARY,
            action_flag=2,
            change_message=CANARY,
        )
    ItemEvent.objects.create(item=held, at=NOON, kind="edited", facts={"reason": "other"})
    with transaction.atomic():
        planted = plant(layla)
    layla.refresh_from_db()
    layla.user.refresh_from_db()
    return SimpleNamespace(
        member=layla, held=held, rival=rival, asked=asked, theirs=theirs, case=case, planted=planted, claim=claim
    )


DAY = timedelta(days=1)


def vera_s_batch(vera):
    return WelcomePack._meta.get_field("batch").related_model.objects.create(country="GB", picked_at=NOON, by=vera)


def over(case):
    """A case that was received and is closed, as its events say."""
    stretch = case.stretches.get()
    for hours, state in enumerate(("received", "inspected", "in_repair", "quality_check", "shipped", "closed"), 1):
        at = NOON + timedelta(hours=hours)
        CaseEvent.objects.create(case=case, stretch=stretch, at=at, kind="step", state=state, actor="centre")
    type(stretch).objects.filter(pk=stretch.pk).update(
        left_at=NOON + timedelta(hours=5), ended_at=NOON + timedelta(hours=6)
    )
    type(case).objects.filter(pk=case.pk).update(state="closed")
    case.refresh_from_db()
    return case


def word_for(field):
    """The canary as this field can hold it; None where it holds no words."""
    if isinstance(field, models.FileField | models.GenericIPAddressField | models.BooleanField):
        return None
    if isinstance(field, models.JSONField):
        return {"words": CANARY}
    if isinstance(field, models.EmailField):
        return f"{CANARY}-{field.name}@example.org"
    if field.name in ("serial", "serial_seen"):
        return CANARY.upper()
    if isinstance(field, models.CharField | models.TextField) and (field.max_length or 99) >= len(CANARY):
        return None if field.choices or field.name in NOT_WORDS else CANARY
    return None


def plant(member):
    """Write the canary into every field about a person, of every row of theirs; the fields that now hold it."""
    planted = set()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
    for label, table in REGISTER.items():
        model = model_of(label)
        words = {
            name: word
            for name, kind in table.classed()
            if kind != Kind.NONE and (word := word_for(model._meta.get_field(name))) is not None
        }
        for theirs in table.theirs:
            own = {name: word for name, word in words.items() if name not in theirs.hides.split()}
            rows = model._default_manager.filter(**{theirs.path: member.user_id if theirs.of_user else member.pk})
            assert rows.exists() or label in WITHOUT_ROWS, label
            if own and rows.exists():
                for number, key in enumerate(rows.values_list("pk", flat=True)):
                    unlike = {
                        name: f"{word}{number}" if name in NUMBERED or model._meta.get_field(name).unique else word
                        for name, word in own.items()
                    }
                    rows.filter(pk=key).update(**unlike)
                planted |= {f"{label}.{name}" for name in own}
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = DEFAULT")
    return planted


# Points facts and what members do at centres and events: no word of a person in any of their fields.
WITHOUT_ROWS = {
    "kitbag.Hold",
    "kitbag.StolenUnit",
    "kitbag.FormerNumber",
    "kitbag.DropNotice",
    "kitbag.LevelChange",
    "servicing.SlotHold",
    "servicing.OfferCode",
    "servicing.Booking",
}
