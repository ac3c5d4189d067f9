"""What every form of threads does when it is sent: files first, then the words and the files together, once."""

from collections.abc import Callable
from uuid import UUID

from allauth.core.internal import ratelimit
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from cps_portal.pages.threads import files
from cps_portal.pages.threads.files import Ready
from cps_portal.pages.threads.forms import WriteForm
from members.models import Post, Thread, User
from members.threads import ThreadError, write

# Opening a file takes a process of its own for a moment.
MEMBER_LIMIT, GUEST_LIMIT = "40/h/user", "12/h/ip"


def may_send(request: HttpRequest) -> bool:
    """Whether this person or address has not sent too much within the hour."""
    limit = MEMBER_LIMIT if request.user.is_authenticated else GUEST_LIMIT
    return bool(ratelimit.consume(request, app="members", action="write", config={"write": limit}))


def sent(request: HttpRequest, form: WriteForm, say: Callable[[UUID], Post]) -> tuple[Post | None, list[Ready]]:
    """The post that a form became; else None, with the reasons in the form and the files that are kept for it.

    `say` writes the words under the form's key and may raise ThreadError.
    """
    is_valid = form.is_valid()
    post_id = form.cleaned_data.get("post")
    if post_id is None or "thread" in form.errors:
        form.refuse("not_yours")
        return None, []
    uploads = [one for one in request.FILES.getlist("photos") if isinstance(one, UploadedFile)]
    ready, refused = files.take(uploads, request.POST.getlist("kept"), post_id=post_id)
    for words in refused:
        form.add_error("photos", words)
    if not is_valid or refused:
        return None, ready
    try:
        with transaction.atomic():
            post = say(post_id)
            files.keep(ready, post)
    except ThreadError as error:
        form.refuse(error.code)
        return None, [] if error.code in ("other_words", "not_yours") else ready
    return post, []


def gone_on(request: HttpRequest, thread: Thread, *, user: User | None) -> tuple[Post | None, WriteForm, list[Ready]]:
    """What who asked adds to their thread, a member or the reader of a link; as `sent` says, with its form."""
    form = WriteForm(request.POST, request.FILES)

    def say(post_id: UUID) -> Post:
        words, now = form.cleaned_data["words"], timezone.now()
        return write(thread.pk, words=words, post_id=post_id, at=now, user=user, as_staff=False)

    post, kept = sent(request, form, say)
    return post, form, kept
