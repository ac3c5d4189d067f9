"""Files of cases: made safe, kept with their row or not at all, seen by who may see the case, swept (§6, §10)."""

import os
from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.db import transaction
from django.test import Client
from django.urls import reverse

from cps_portal.pages.servicing.words import REFUSALS
from members.rules.roles import Role
from servicing import files
from servicing.casework import CaseError, Kind, as_centre, lock, note
from servicing.models import CaseDraft, CaseFile, CentreClerk
from tests.factories import NOON, CentreFactory, UserFactory
from tests.kitbag import hostile
from tests.kitbag.test_hostile_files import left_on, upload
from tests.portal.staff import SUPERUSER, confirmed, staff_user
from tests.servicing.conftest import MONDAY

FAULT, MESSAGE = CaseFile.Purpose.FAULT, CaseFile.Purpose.MESSAGE


@pytest.fixture
def item(gold, fast_camera, register):
    return register(gold, fast_camera, at=MONDAY - timedelta(days=2))


@pytest.fixture
def draft(item, gold, case_shelf):
    return CaseDraft.objects.create(member=gold, item=item, begun_at=MONDAY, changed_at=MONDAY)


@pytest.fixture
def case(item, send_in, case_shelf):
    return send_in(item)


def keep(data=hostile.JPEG, *, by, at=MONDAY, purpose=FAULT, name="photo.jpg", **owner):
    return files.keep_file(upload(data, name), purpose=purpose, at=at, by=by.user, **owner)


def see(client, file):
    return client.get(reverse("case-file", args=[file.pk]))


def test_a_photo_goes_from_the_draft_to_the_case_and_is_kept_once(draft, item, gold, send_in, case_shelf):
    first = keep(hostile.photo(), by=gold, draft=draft)
    assert keep(hostile.photo(), by=gold, draft=draft).pk == first.pk
    assert len(left_on(case_shelf)) == 1
    case = send_in(item)
    first.refresh_from_db()
    assert (first.case_id, first.draft_id) == (case.pk, None)
    content = first.content()
    assert content.startswith(b"\xff\xd8")
    assert b"012345678901" not in content


@pytest.mark.parametrize("what", [what for what in hostile.REFUSED if "20 MB" not in what or "zeros" in what][::3])
def test_hostile_files_are_refused_with_a_sentence_and_nothing_is_left(what, draft, gold, case_shelf):
    data, code = hostile.REFUSED[what]
    with pytest.raises(CaseError) as refused:
        keep(data, by=gold, draft=draft)
    assert refused.value.code == code.replace("proof_", "file_")
    assert str(REFUSALS[refused.value.code][1])
    assert (left_on(case_shelf), CaseFile.objects.count()) == ([], 0)


def test_there_is_room_for_so_many_of_each_purpose(case, gold, settings, case_shelf):
    settings.CASE_FILES_MOST = 1
    keep(by=gold, case=case)
    with pytest.raises(CaseError, match="file_many"):
        keep(hostile.PNG, by=gold, case=case)
    keep(by=gold, case=case, purpose=MESSAGE)
    ready = [files.opened(upload(data)) for data in (hostile.PNG, hostile.TIFF)]
    with pytest.raises(CaseError, match="file_many"):
        files.keep_files(ready, purpose=CaseFile.Purpose.INTAKE, case=case, at=MONDAY, by=gold.user)
    assert len(left_on(case_shelf)) == CaseFile.objects.count() == 2


def test_the_file_goes_again_where_its_row_fails(draft, gold, case_shelf, monkeypatch):
    def fail(**row):
        raise OSError("no more rows")

    monkeypatch.setattr(CaseFile.objects, "create", fail)
    with pytest.raises(OSError, match="no more rows"):
        keep(by=gold, draft=draft)
    assert left_on(case_shelf) == []


def test_a_photo_is_taken_out_of_a_draft_but_not_out_of_a_case(
    draft, item, gold, send_in, case_shelf, django_capture_on_commit_callbacks
):
    kept, other = keep(by=gold, draft=draft), keep(hostile.PNG, by=gold, draft=draft)
    with django_capture_on_commit_callbacks(execute=True):
        files.remove_from_draft(kept)
    assert len(left_on(case_shelf)) == 1
    send_in(item)
    with transaction.atomic():
        files.remove_from_draft(other)
    assert CaseFile.objects.filter(pk=other.pk).exists()


def test_who_sees_a_file(case, gold, layla, elstree, tom, case_shelf):
    fault = keep(by=gold, case=case)
    _case, stretch = lock(case.pk)
    inside = note(stretch, Kind.MESSAGE, as_centre(tom), at=MONDAY, words="For us", internal=True)
    ours = files.keep_file(upload(hostile.PNG), purpose=MESSAGE, case=case, event=inside, at=MONDAY, by=tom)

    at_elstree, elsewhere, nowhere = (UserFactory(is_staff=True) for _clerk in range(3))
    for clerk in (at_elstree, elsewhere, nowhere):
        clerk.groups.add(Group.objects.get(name=Role.CENTRE_STAFF))
    CentreClerk.objects.create(user=at_elstree, centre=elstree)
    CentreClerk.objects.create(user=elsewhere, centre=CentreFactory())
    care, auditor, chief = (staff_user(role) for role in (Role.MEMBER_CARE.value, Role.AUDITOR.value, SUPERUSER))
    logistics = staff_user(Role.LOGISTICS.value)

    seen = {
        user.email: (see(client, fault).status_code, see(client, ours).status_code)
        for user in (gold.user, layla.user, at_elstree, elsewhere, nowhere, care, auditor, chief, logistics)
        if (client := confirmed(user))
    }
    assert list(seen.values()) == [(200, 404), (404, 404), (200, 200), *[(404, 404)] * 2, *[(200, 200)] * 3, (404, 404)]
    # Without a second factor staff see nothing.
    client = Client()
    client.force_login(care)
    assert see(client, fault).status_code == 404
    assert see(Client(), fault).status_code == 302


def test_no_browser_runs_anything_of_it(case, gold, client, case_shelf):
    client.force_login(gold.user)
    answer = see(client, keep(by=gold, case=case, name='x"; filename=evil.html'))
    assert answer.headers["Content-Type"] == "image/jpeg"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert "evil.html" not in answer.headers["Content-Disposition"].split("UTF-8''")[0]
    for path in left_on(case_shelf):
        path.unlink()
    assert see(client, CaseFile.objects.get()).status_code == 404


def test_the_sweep_takes_what_nothing_needs_and_no_more(draft, item, gold, register, fast_camera, send_in, case_shelf):
    keep(by=gold, draft=draft)
    sent = register(gold, fast_camera, at=MONDAY - timedelta(days=1))
    keep(by=gold, case=send_in(sent))
    old, young = case_shelf / "aa" / ("a" * 32), case_shelf / "bb" / ("b" * 32)
    for orphan in (old, young):
        orphan.parent.mkdir(exist_ok=True)
        orphan.write_bytes(b"left over")
    day_ago = (NOON - timedelta(days=2)).timestamp()
    os.utime(old, (day_ago, day_ago))
    os.utime(young, (NOON.timestamp(), NOON.timestamp()))
    assert [files.sweep(at=NOON), files.sweep(at=NOON)] == [1, 0]
    assert len(left_on(case_shelf)) == 3
    # A draft left for its days goes with its photo; young files stay.
    os.utime(young, ((NOON + timedelta(days=61)).timestamp(),) * 2)
    assert files.sweep(at=NOON + timedelta(days=61)) == 1
    assert (CaseDraft.objects.count(), CaseFile.objects.count()) == (0, 1)
