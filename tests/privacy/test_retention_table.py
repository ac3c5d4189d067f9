"""A test for every row of the table of what is kept no longer: what is old enough goes, what is younger stays."""

from datetime import timedelta
from uuid import uuid4

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.utils import timezone

from cps_portal import tasks
from cps_portal.privacy import closing, retention
from kitbag.models import KitImport, Proof
from members import threads
from members.models import DataExport, EmailChange, FormerAccount, FormerImport, Message, Post, PostFile, Thread
from servicing.models import CaseDraft, PackBatch, WelcomePack
from tests.factories import NOON, CaseFactory, ProofFactory, UserFactory, VisitorFactory
from tests.privacy.conftest import stored

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
TESTED = {}


def of(name):
    """Names the rule that a test is about."""

    def mark(test):
        TESTED[name] = test
        return test

    return mark


def erased(name, at=NOON):
    return retention.apply(name, at=at)


@of("expired")
def test_expired():
    call_command("createcachetable", verbosity=0)
    Session.objects.create(session_key="old", session_data="x", expire_date=NOON - DAY)
    assert erased("expired") == 1


@of("session_lines")
def test_lines_of_sessions_that_are_over():
    user = UserFactory()
    Session.objects.create(session_key="on", session_data="x", expire_date=NOON + DAY)
    for key in ("on", "over"):
        UserSession.objects.create(user=user, ip="10.0.0.1", session_key=key, last_seen_at=NOON - DAY)
    assert erased("session_lines") == 1
    assert UserSession.objects.get().session_key == "on"


@of("joinings")
def test_joinings(layla):
    assert erased("joinings", NOON + 99 * DAY) == 0


@of("imports")
def test_imports(layla):
    KitImport.objects.create(member=layla, created_at=NOON - 31 * DAY, rows=[])
    assert erased("imports") == 1


@of("proofs")
def test_removed_proofs(layla, shelves):
    kept, removed = (ProofFactory(member=layla, file=stored("proofs")) for _ in range(2))
    Proof.objects.filter(pk=removed.pk).update(removed_at=NOON - 31 * DAY)
    assert erased("proofs") == 1
    assert [Proof.objects.get(pk=one.pk).file.name != "" for one in (kept, removed)] == [True, False]


@of("case_files")
def test_drafts(layla, camera, register, shelves):
    item = register(layla, camera)
    CaseDraft.objects.create(member=layla, item=item, begun_at=NOON, changed_at=NOON - 61 * DAY)
    erased("case_files")
    assert not CaseDraft.objects.exists()


@of("email_changes")
def test_email_changes(layla):
    for days in (-1, 1):
        EmailChange.objects.create(
            user=layla.user, old="a@x.org", new="b@x.org", changed_at=NOON - 14 * DAY, undo_until=NOON + days * DAY
        )
    assert erased("email_changes") == 1


@of("pack_addresses")
def test_addresses_of_packs(layla, omar, vera):
    batch = PackBatch.objects.create(country="GB", picked_at=NOON, by=vera)
    for member, days in ((layla, 181), (omar, 179)):
        sent = NOON - days * DAY
        WelcomePack.objects.create(
            member=member, level=1, state="sent", batch=batch, sent_at=sent, requested_at=sent, name="N", lines="1 Road"
        )
    assert erased("pack_addresses") == 1
    assert dict(WelcomePack.objects.values_list("member", "lines")) == {layla.pk: "", omar.pk: "1 Road"}


@of("exports")
def test_copies_go_with_their_files(layla, shelves, django_capture_on_commit_callbacks):
    for hours in (-1, 1):
        DataExport.objects.create(
            user=layla.user,
            asked_at=NOON - DAY,
            made_at=NOON - DAY,
            expires_at=NOON + timedelta(hours=hours),
            file=stored("exports"),
        )
    with django_capture_on_commit_callbacks(execute=True):
        assert erased("exports") == 1
    assert [path.name for path in shelves.rglob("*") if path.is_file()] == [
        str(DataExport.objects.get().file.name).rpartition("/")[2]
    ]


@of("guest_threads")
def test_threads_of_guests(layla, shelves, django_capture_on_commit_callbacks):
    question = threads.Question(topic="other", words="Hello", language="en", name="Ana", email="ana@example.org")
    for at, user in ((NOON - 366 * DAY, None), (NOON - 364 * DAY, None), (NOON - 366 * DAY, layla.user)):
        thread = threads.open_thread(question, user=user, thread_id=uuid4(), post_id=uuid4(), at=at)
    old = Post.objects.filter(thread__user=None).earliest("at")
    PostFile.objects.create(post=old, file=stored("threads"), name="x", content_type="image/png", size=1, digest="0")
    with django_capture_on_commit_callbacks(execute=True):
        assert erased("guest_threads") == 1
    assert Thread.objects.count() == Post.objects.count() == 2
    assert Thread.objects.filter(pk=thread.pk).exists()
    assert [path for path in shelves.rglob("*") if path.is_file()] == []


@of("guest_mail")
def test_mail_to_guests():
    for days in (364, 366):
        Message.objects.create(
            address="ana@example.org", kind="thread_answer", about="x", occasion=str(days),
            created_at=NOON, due_at=NOON, sent_at=NOON - days * DAY,
        )  # fmt: skip
    assert erased("guest_mail") == 1


@of("visitors")
def test_visitors_stay_without_a_name(camera):
    visitor = VisitorFactory(email="v@example.org", phone="1")
    CaseFactory(visitor=visitor, product=camera, state="closed", changed_at=NOON - 366 * DAY, return_phone="1")
    VisitorFactory()
    assert erased("visitors") == 1
    assert erased("visitors") == 0
    visitor.refresh_from_db()
    assert (visitor.name, visitor.email, visitor.phone) == ("—", "", "")
    assert (visitor.case.return_name, visitor.case.return_street, visitor.case.return_phone) == ("", "", "")


@of("former_accounts")
def test_old_accounts_nobody_claimed(layla):
    source = FormerImport.objects.create(imported_at=NOON - 731 * DAY, digest="0", file_name="x", accounts=2)
    FormerAccount.objects.create(email="a@x.org", name="A", country="GB", photo_level=1, source=source)
    FormerAccount.objects.create(
        email="b@x.org", name="B", country="GB", photo_level=1, source=source, member=layla, claimed_at=NOON
    )
    assert erased("former_accounts") == 1
    assert FormerAccount.objects.get().member == layla


@of("files")
def test_files_without_a_row(shelves, time_machine):
    stored("threads")
    stored("exports")
    now = timezone.now()
    assert erased("files", now) == 0
    assert erased("files", now + 2 * DAY) == 2


@of("closed_accounts")
def test_what_the_portal_wrote_to_a_closed_account(layla):
    closing.ask(layla.pk, at=NOON)
    closing.carry_out_due(at=NOON + 8 * DAY)
    Message.objects.create(user=layla.user, kind="level_down", about="x", occasion="1", created_at=NOON, due_at=NOON)
    assert erased("closed_accounts", NOON + 9 * DAY) == 2
    assert not Message.objects.exists()


def test_every_row_has_its_test_and_says_how_long():
    assert set(TESTED) == set(retention.names())
    for rule in retention.RULES:
        assert rule.words
        assert rule.after() >= timedelta(0)


def test_the_nightly_call_wakes_one_for_each_row(monkeypatch):
    woken = []
    monkeypatch.setattr(tasks.apply_rule, "delay", woken.append)
    tasks.keep_no_longer()
    assert woken == list(retention.names())
