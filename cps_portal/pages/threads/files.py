"""Files sent with a question or an answer: made safe, kept, and not lost when the form comes back (programme §9).

A file lies on its shelf as soon as it is opened; until its post is written the form carries a signed note of it.
What nobody sends in the end is swept after a day, as every file without a row.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from cps_portal.pages.servicing.words import REFUSALS
from kitbag import shelves
from kitbag.cleaning import clean
from kitbag.registration import KitError
from members.models import Post, PostFile
from members.models.threads import thread_storage

MOST = 5
SALT = "threads.kept"
# Shorter than the time after which a file without a row is swept.
KEPT_FOR = shelves.ORPHAN_AFTER - timedelta(hours=4)


@dataclass(frozen=True, slots=True)
class Ready:
    """A file that is safe and lies on the shelf; `post` is the key of the one post it may go with."""

    post: str
    stored: str
    name: str
    content_type: str
    size: int
    digest: str

    @property
    def note(self) -> str:
        """What the form carries until the post is written."""
        return signing.dumps(asdict(self), salt=SALT)


def read_note(note: str, *, post_id: UUID) -> Ready | None:
    """The file of a note of ours for this post; None for anything else, and once it is too old."""
    try:
        ready = Ready(**signing.loads(note, salt=SALT, max_age=KEPT_FOR))
    except (signing.BadSignature, TypeError):
        return None
    return ready if ready.post == post_id.hex else None


def take(uploads: Sequence[UploadedFile], notes: Sequence[str], *, post_id: UUID) -> tuple[list[Ready], list[str]]:
    """Everything that goes with a post, and in words what is refused: with a refusal the rest is not lost."""
    ready = {one.digest: one for note in notes[:MOST] if (one := read_note(note, post_id=post_id))}
    refused = []
    if any(read_note(note, post_id=post_id) is None for note in notes[:MOST]):
        refused.append(_("A file was kept for too long. Choose it again."))
    for upload in uploads:
        name = shelves.shown_name(upload.name or "")
        if len(ready) >= MOST:
            refused.append(_("Five files go with a message at most. Send the others with a second one."))
            break
        try:
            one = _opened(upload, name, post_id)
        except KitError as error:
            refused.append(
                _("%(name)s: %(why)s") % {"name": name, "why": REFUSALS[error.code.replace("proof_", "file_")][1]}
            )
        else:
            ready.setdefault(one.digest, one)
    return list(ready.values()), refused


def _opened(upload: UploadedFile, name: str, post_id: UUID) -> Ready:
    """Look into an upload, make it safe and put it on the shelf. Raises KitError."""
    data, digest = shelves.sent(upload, most=settings.PROOF_MAX_BYTES)
    cleaned = clean(data)
    stored = shelves.Stored(thread_storage()).put(cleaned.content)
    return Ready(post_id.hex, stored, name, cleaned.content_type, len(cleaned.content), digest)


def keep(ready: Sequence[Ready], post: Post) -> None:
    """Write files down with their post, in its transaction; the same file is kept once."""
    for one in ready:
        PostFile.objects.get_or_create(
            post=post,
            digest=one.digest,
            defaults={
                "file": one.stored,
                "name": one.name,
                "content_type": one.content_type,
                "size": one.size,
            },
        )


def shown_notes(ready: Sequence[Ready]) -> list[dict[str, Any]]:
    """Kept files as the form lists them again."""
    return [{"note": one.note, "name": one.name} for one in ready]
