"""Photos and papers of cases and of requests that were begun: kept, read and swept (programme §6).

A file is opened in a process with limits (kitbag/cleaning.py) and kept on a private shelf (kitbag/shelves.py).
Opening takes seconds: whoever writes other rows with it calls `opened` before the transaction and `keep_files` in it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import QuerySet

from kitbag import shelves, standing
from kitbag.cleaning import Cleaned, clean
from kitbag.registration import KitError
from members.models import User
from servicing.casework import CaseError, as_member, lock, note
from servicing.models import Case, CaseDraft, CaseEvent, CaseFile
from servicing.models.papers import case_storage
from servicing.rules.steps import State


@dataclass(frozen=True, slots=True)
class Opened:
    """A file made safe, not kept yet."""

    name: str
    digest: str
    cleaned: Cleaned


def opened(upload: UploadedFile) -> Opened:
    """Look into an upload and make it safe.

    Raises CaseError: "file_empty", "file_large" (over CASE_FILE_MAX_BYTES), and what `cleaning.clean` says of it as
    "file_unknown", "file_broken", "file_locked", "file_active", "file_mixed", "file_huge".
    """
    try:
        data, digest = shelves.sent(upload, most=settings.CASE_FILE_MAX_BYTES)
        cleaned = clean(data)
    except KitError as error:
        raise CaseError(error.code.replace("proof_", "file_")) from error
    return Opened(shelves.shown_name(upload.name or ""), digest, cleaned)


def keep_file(
    upload: UploadedFile,
    *,
    purpose: CaseFile.Purpose,
    case: Case | None = None,
    draft: CaseDraft | None = None,
    event: CaseEvent | None = None,
    at: datetime,
    by: User,
) -> CaseFile:
    """Open one upload and keep it; the same file without an event is kept once. Raises as `opened` and `keep_files`."""
    (kept,) = keep_files([opened(upload)], purpose=purpose, case=case, draft=draft, event=event, at=at, by=by)
    return kept


def keep_files(
    ready: Sequence[Opened],
    *,
    purpose: CaseFile.Purpose,
    case: Case | None = None,
    draft: CaseDraft | None = None,
    event: CaseEvent | None = None,
    at: datetime,
    by: User,
) -> list[CaseFile]:
    """Keep opened files with a case, with one of its events, or with a draft: all of them or none.

    Raises CaseError("file_many") beyond CASE_FILES_MOST of one purpose, so that neither side takes the other's
    room; Case.DoesNotExist or CaseDraft.DoesNotExist where it went in the meantime.
    """
    assert (case is None) != (draft is None)
    with shelves.storing(case_storage()) as stored, transaction.atomic():
        beside = _locked(case, draft).filter(purpose=purpose)
        count, kept = beside.count(), []
        for file in ready:
            known = None if event else beside.filter(event=None, digest=file.digest).first()
            if known is None:
                if count >= settings.CASE_FILES_MOST:
                    raise CaseError("file_many")
                known = CaseFile.objects.create(
                    case=case,
                    draft=draft,
                    event=event,
                    purpose=purpose,
                    file=stored.put(file.cleaned.content),
                    name=file.name,
                    content_type=file.cleaned.content_type,
                    size=len(file.cleaned.content),
                    digest=file.digest,
                    by=by,
                    uploaded_at=at,
                )
                count += 1
            kept.append(known)
    return kept


@transaction.atomic
def add_to_request(case_id: UUID, ready: Sequence[Opened], *, at: datetime, by: User) -> list[CaseFile]:
    """Photos of the fault that a member adds before receipt, written down where they were not there yet.

    Raises CaseError: "not_now", and those of `keep_files`.
    """
    case, stretch = lock(case_id)
    if case.state != State.REQUESTED:
        raise CaseError("not_now")
    known = set(case.files.values_list("pk", flat=True))
    kept = keep_files(ready, purpose=CaseFile.Purpose.FAULT, case=case, at=at, by=by)
    if added := [file.name for file in kept if file.pk not in known]:
        note(stretch, CaseEvent.Kind.CHANGED, as_member(by), at=at, photos=added)
    return kept


def _locked(case: Case | None, draft: CaseDraft | None) -> QuerySet[CaseFile]:
    """The files beside the new ones, their owner locked: the member's standing first, as everywhere."""
    member_id = case.member_id if case else draft.member_id if draft else None
    if member_id is not None:
        standing.lock(member_id)
    if case is not None:
        return CaseFile.objects.filter(case=Case.objects.select_for_update(no_key=True).get(pk=case.pk))
    assert draft is not None
    return CaseFile.objects.filter(draft=CaseDraft.objects.select_for_update(no_key=True).get(pk=draft.pk))


def remove_from_draft(file: CaseFile) -> None:
    """Take a photo out of a request that was begun; the file goes once the row is gone for good."""
    name = str(file.file.name)
    if CaseFile.objects.filter(pk=file.pk, case=None).delete()[0]:
        transaction.on_commit(lambda: case_storage().delete(name))


def sweep(*, at: datetime) -> int:
    """Delete drafts left for CASE_DRAFT_KEPT_DAYS, files that belong to nothing, and stored ones without a row.

    Answers how many files went. Lost or repeated calls change nothing.
    """
    storage, gone = case_storage(), 0
    CaseDraft.objects.filter(changed_at__lt=at - timedelta(days=settings.CASE_DRAFT_KEPT_DAYS)).delete()
    for file in CaseFile.objects.filter(case=None, draft=None):
        storage.delete(str(file.file.name))
        gone += file.delete()[0]
    return gone + shelves.sweep_orphans(storage, CaseFile.objects.all(), at=at)
