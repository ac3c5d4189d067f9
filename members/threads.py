"""Asking and answering: threads of members, and of people without an account (programme §9).

The keys of threads and posts are their form's own, so that what is sent twice is kept once; the same key with other
words is refused, never lost.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import OuterRef, QuerySet, Subquery
from django.db.models.functions import Left

from members import messages
from members.models import Message, Post, Thread, User
from members.rules.names import first_words

FIRST_WORDS = 90


class ThreadError(Exception):
    """An act on a thread that is not possible; `code`: "words_missing", "not_yours", "other_words", "moved"."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked. Without a user, name and e-mail say who asks."""

    topic: str
    words: str
    language: str
    name: str = ""
    email: str = ""
    product: str = ""
    serial: str = ""


@transaction.atomic
def open_thread(question: Question, *, user: User | None, thread_id: UUID, post_id: UUID, at: datetime) -> Thread:
    """Begin a thread. `thread_id` and `post_id` are the form's own keys: sent twice it is begun once.

    Raises ThreadError: "words_missing"; "not_yours" where a key is somebody else's; "other_words" where it said
    something else before.
    """
    if not question.words.strip():
        raise ThreadError("words_missing")
    thread, is_new = Thread.objects.get_or_create(
        pk=thread_id,
        defaults={
            "user": user,
            "name": "" if user else question.name,
            "email": "" if user else question.email,
            "language": question.language,
            "topic": question.topic,
            "product": question.product,
            "serial": question.serial,
            "opened_at": at,
            "changed_at": at,
        },
    )
    if thread.user_id != (user.pk if user else None) or (user is None and thread.email != question.email):
        raise ThreadError("not_yours")
    if not is_new and not thread.posts.filter(pk=post_id).exists():
        raise ThreadError("other_words")
    _say(thread, post_id, words=question.words, at=at, user=user, as_staff=False)
    return thread


def _say(
    thread: Thread, post_id: UUID, *, words: str, at: datetime, user: User | None, as_staff: bool
) -> tuple[Post, bool]:
    post, is_new = Post.objects.get_or_create(
        pk=post_id,
        defaults={"thread": thread, "from_staff": as_staff, "by": user, "words": words.strip(), "at": at},
    )
    if post.thread_id != thread.pk or post.from_staff != as_staff or post.by_id != (user.pk if user else None):
        raise ThreadError("not_yours")
    if post.words != words.strip():
        raise ThreadError("other_words")
    return post, is_new


def with_first_words(threads: QuerySet[Thread]) -> QuerySet[Any]:
    """Threads with the words that each began with, as `began`; one query, cut off where no list shows more."""
    first = Post.objects.filter(thread=OuterRef("pk")).order_by("at", "pk").values(cut=Left("words", 4 * FIRST_WORDS))
    return threads.annotate(began=Subquery(first[:1]))


def first_words_of(thread: Thread) -> str:
    """The words that a thread began with, on one line."""
    first = thread.posts.order_by("at", "pk").values_list("words", flat=True).first()
    return first_words(first or "", most=FIRST_WORDS)


def mark_of(thread: Thread) -> str:
    """Where a thread stands: what a form of staff carries, so that two of them do not answer past each other."""
    last = thread.posts.order_by("-at", "-pk").values_list("pk", flat=True).first()
    return f"{thread.state}-{last}"


@transaction.atomic
def write(
    thread_id: UUID,
    *,
    words: str,
    post_id: UUID,
    at: datetime,
    user: User | None,
    as_staff: bool,
    mark: str | None = None,
) -> Post:
    """Write on in a thread; a closed one is opened again by its person. Twice is once.

    An answer of staff is mailed to its person; with a `mark` only while the thread stands as it did then.
    Raises ThreadError: "words_missing"; "not_yours" where the key is another thread's or person's; "other_words"
    where it said something else before; "moved".
    """
    if not words.strip():
        raise ThreadError("words_missing")
    thread = Thread.objects.select_for_update(no_key=True).get(pk=thread_id)
    if mark is not None and mark != mark_of(thread) and not thread.posts.filter(pk=post_id).exists():
        raise ThreadError("moved")
    post, is_new = _say(thread, post_id, words=words, at=at, user=user, as_staff=as_staff)
    if is_new:
        thread.state = Thread.State.ANSWERED if as_staff else Thread.State.OPEN
        thread.changed_at = at
        thread.save(update_fields=["state", "changed_at"])
        if as_staff:
            _tell(thread, post)
    return post


def _tell(thread: Thread, post: Post) -> None:
    facts = {"thread": str(thread.pk), "topic": thread.topic, "words": post.words, "asked": first_words_of(thread)}
    if thread.user_id is None:
        facts |= {"name": thread.name, "language": thread.language}
    messages.post(
        user_id=thread.user_id,
        address=thread.email,
        kind=Message.Kind.THREAD_ANSWER,
        about=f"thread {thread.pk}",
        occasion=str(post.pk),
        facts=facts,
        at=post.at,
    )


@transaction.atomic
def close(thread_id: UUID, *, at: datetime, mark: str | None = None) -> Thread:
    """Nothing more is to be said; a member can open it again by writing, a mailed link opens it no more.

    With a `mark` only while it stands as it did then. Raises ThreadError("moved").
    """
    thread = Thread.objects.select_for_update(no_key=True).get(pk=thread_id)
    if thread.state != Thread.State.CLOSED:
        if mark is not None and mark != mark_of(thread):
            raise ThreadError("moved")
        thread.state, thread.changed_at = Thread.State.CLOSED, at
        thread.save(update_fields=["state", "changed_at"])
    return thread
