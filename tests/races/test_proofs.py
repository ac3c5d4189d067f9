"""Two uploads of one member at once: together they stay within the quota, and one file is kept once."""

import threading

import pytest

from kitbag import proofs
from kitbag.models import Proof
from kitbag.registration import KitError
from tests.factories import NOON
from tests.kitbag import hostile
from tests.kitbag.test_hostile_files import left_on, upload

pytestmark = pytest.mark.usefixtures("committed_db")

# Papers are kept as they were sent, so their sizes are known.
TWO_PAGES = hostile.pdf(2)


@pytest.fixture
def both_have_looked(monkeypatch):
    """Holds each upload after it has looked at the quota and before it writes."""
    gate = threading.Barrier(2)
    write = proofs._written

    def wait_then_write(proof, content):
        gate.wait(timeout=30)
        return write(proof, content)

    monkeypatch.setattr(proofs, "_written", wait_then_write)


def keep(member, data):
    return lambda: proofs.keep_proof(upload(data), member_id=member.pk, at=NOON)


def test_two_files_never_pass_the_quota_together(together, both_have_looked, layla, settings, shelf):
    settings.PROOF_QUOTA_BYTES = len(hostile.PDF) + len(TWO_PAGES) - 1
    found = together(keep(layla, TWO_PAGES), keep(layla, hostile.PDF))
    assert sorted(isinstance(one, KitError) for one in found) == [False, True]
    assert proofs.quota_used(layla.pk) <= settings.PROOF_QUOTA_BYTES
    assert len(left_on(shelf)) == Proof.objects.count() == 1


def test_control_without_the_lock_they_pass_it(together, both_have_looked, layla, settings, shelf, monkeypatch):
    settings.PROOF_QUOTA_BYTES = len(hostile.PDF) + len(TWO_PAGES) - 1
    second = threading.Barrier(2)
    used = proofs.quota_used
    asked = threading.local()

    def used_then_wait(member_id):
        answer = used(member_id)
        asked.times = getattr(asked, "times", 0) + 1
        if asked.times == 2:
            second.wait(timeout=30)
        return answer

    monkeypatch.setattr(proofs.standing, "lock", lambda member_id: None)
    monkeypatch.setattr(proofs, "quota_used", used_then_wait)
    together(keep(layla, TWO_PAGES), keep(layla, hostile.PDF))
    assert Proof.objects.count() == 2


def test_one_file_sent_twice_at_once_is_kept_once(together, both_have_looked, layla, shelf):
    found = together(keep(layla, hostile.JPEG), keep(layla, hostile.JPEG))
    assert len({one.pk for one in found}) == 1
    assert len(left_on(shelf)) == Proof.objects.count() == 1
