"""A conversation as plain values: who wrote what and when, with its files."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from kitbag.paging import Key
from members.models import Thread

# The order of lists of what waits for an answer.
LONGEST_FIRST: tuple[Key, ...] = (("changed_at", False), ("pk", False))
STATE_DOTS = {Thread.State.OPEN: "checking", Thread.State.ANSWERED: "counts", Thread.State.CLOSED: ""}


def posts_of(thread: Thread, file_href: Callable[[UUID], str], *, for_staff: bool = False) -> list[dict[str, Any]]:
    """Posts in their order; two queries. For staff the authors of answers are named."""
    rows = list(thread.posts.select_related("by").prefetch_related("files").order_by("at", "pk"))
    return [
        {
            "who": _who(row, for_staff=for_staff),
            "is_ours": row.from_staff,
            "at": row.at,
            "words": row.words,
            "files": [{"name": file.name, "href": file_href(file.pk)} for file in row.files.all()],
            "is_last": row is rows[-1],
        }
        for row in rows
    ]


def conversation(thread: Thread, file_href: Callable[[UUID], str]) -> dict[str, Any]:
    """What the page of a thread shows to who asked, with an account or without; two queries."""
    return {
        "topic": thread.get_topic_display(),
        "product": thread.product,
        "serial": thread.serial,
        "state": state_of(thread),
        "is_closed": thread.state == Thread.State.CLOSED,
        "posts": posts_of(thread, file_href),
    }


def _who(post: Any, *, for_staff: bool) -> str:
    if for_staff:
        return str(post.by.name or post.by.email) if post.from_staff and post.by else _("The person who asks")
    return _("Canon Professional Services") if post.from_staff else pgettext("who wrote a message", "You")


def state_of(thread: Thread) -> dict[str, str]:
    """Where a thread stands, in a member's words."""
    words = {
        Thread.State.OPEN: _("Waits for our answer"),
        Thread.State.ANSWERED: _("Answered"),
        Thread.State.CLOSED: _("Closed"),
    }
    state = Thread.State(thread.state)
    return {"words": words[state], "dot": STATE_DOTS[state]}
