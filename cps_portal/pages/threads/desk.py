"""The staff's desk for questions: what waits longest first, the conversation, answering, closing (programme §9, §10).

A form carries where the thread stood when it was read: of two clerks the second is told, and nothing is overwritten.
"""

from typing import Any, cast
from urllib.parse import urlencode
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.admin.models import CHANGE, LogEntry
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Count
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from cps_portal.pages.logistics.frame import APPROVE, SEE
from cps_portal.pages.threads.files import Ready, shown_notes
from cps_portal.pages.threads.forms import WriteForm
from cps_portal.pages.threads.reading import LONGEST_FIRST, posts_of
from cps_portal.pages.threads.sending import sent
from kitbag import standing
from kitbag.paging import slice_of
from members.access import member_of
from members.country_teams import seen_by
from members.looking import Page, note_look
from members.models import Post, Thread, User
from members.models.threads import Topic
from members.rules.days import programme_day
from members.threads import ThreadError, close, mark_of, write

READ, ANSWER = "members.view_thread", "members.change_thread"
SHOWN = 100
LANGUAGES = {"en": gettext_lazy("English"), "ar": gettext_lazy("Arabic")}


class AnswerForm(WriteForm):
    """An answer; `mark` says where the thread stood when its form was made."""

    mark = forms.CharField(max_length=80, widget=forms.HiddenInput)
    closes = forms.BooleanField(label=gettext_lazy("Nothing more is to be said: close it"), required=False)


def _allowed(request: HttpRequest, permission: str) -> User:
    user = cast(User, request.user)
    if not user.has_perms((READ, permission)):
        raise PermissionDenied
    return user


@require_safe
def threads_desk(request: HttpRequest) -> HttpResponse:
    """Staff page `admin:threads_desk`: questions that wait, the longest first, a page at a time by key.

    `?topic=pack` shows those of one topic.
    """
    user = _allowed(request, READ)
    waiting = seen_by(Thread.objects.filter(state=Thread.State.OPEN), user)
    counts = dict(waiting.order_by().values_list("topic").annotate(Count("pk")))
    topic = request.GET.get("topic", "")
    if topic in Topic.values:
        waiting = waiting.filter(topic=topic)
    here = reverse("admin:threads_desk")
    topics: list[tuple[str, Any, int]] = [("", _("All"), sum(counts.values()))]
    topics += [(value, label, counts.get(value, 0)) for value, label in Topic.choices]
    chosen = topic if topic in Topic.values else ""
    page = slice_of(
        waiting.select_related("user"),
        LONGEST_FIRST,
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
        limit=SHOWN,
    )
    return TemplateResponse(
        request,
        "admin/threads/threads_desk.html",
        {
            "title": _("Questions"),
            "topics": [
                {
                    "href": f"{here}?topic={value}" if value else here,
                    "label": label,
                    "count": count,
                    "current": value == chosen,
                }
                for value, label, count in topics
            ],
            "rows": [
                {
                    "href": reverse("admin:thread_desk", args=[row.pk]),
                    "topic": row.get_topic_display(),
                    "name": row.user.name if row.user else row.name,
                    "is_guest": row.user is None,
                    "about": " ".join(part for part in (row.product, row.serial) if part),
                    "at": row.changed_at,
                }
                for row in page.rows
            ],
            "previous": _address(chosen, before=page.before),
            "next": _address(chosen, after=page.after),
            "all_href": reverse("admin:members_thread_changelist"),
        },
    )


def _address(topic: str, **key: str) -> str:
    """Another page of the list; empty where there is none."""
    if not any(key.values()):
        return ""
    return f"{reverse('admin:threads_desk')}?{urlencode({'topic': topic, **key} if topic else key)}"


@require_http_methods(["GET", "HEAD", "POST"])
def thread_desk(request: HttpRequest, thread_id: UUID) -> HttpResponse:
    """Staff page `admin:thread_desk`: a conversation with who asks; a POST answers or closes it."""
    user = _allowed(request, READ)
    row = get_object_or_404(seen_by(Thread.objects.select_related("user"), user), pk=thread_id)
    member = member_of(row.user) if row.user else None
    note_look(member.pk if member else None, page=Page.THREAD, by=user, at=timezone.now())
    form = AnswerForm(initial={"mark": mark_of(row)})
    kept: list[Ready] = []
    if request.method == "POST":
        _allowed(request, ANSWER)
        if "close" in request.POST:
            return _close(request, row, user)
        form = AnswerForm(request.POST, request.FILES)
        post, kept = sent(request, form, lambda post_id: _answer(row, form, post_id, user))
        if post is not None:
            messages.success(request, _("The answer is sent."))
            return HttpResponseRedirect(reverse("admin:threads_desk"))
    return TemplateResponse(
        request,
        "admin/threads/thread_desk.html",
        {
            "title": row.get_topic_display(),
            "row": row,
            "state": row.get_state_display(),
            "language": LANGUAGES.get(row.language, row.language),
            "mark": mark_of(row),
            "person": _person(request, row),
            "posts": posts_of(row, lambda file_id: reverse("thread-file", args=[file_id]), for_staff=True),
            "form": form if user.has_perm(ANSWER) else None,
            "kept": shown_notes(kept),
            "lost_href": _lost_href(request, row),
        },
    )


def _answer(row: Thread, form: AnswerForm, post_id: UUID, user: User) -> Post:
    """Answer, and close where nothing more is to be said."""
    data, at = form.cleaned_data, timezone.now()
    post = write(row.pk, words=data["words"], post_id=post_id, at=at, user=user, as_staff=True, mark=data["mark"])
    if data["closes"]:
        close(row.pk, at=at)
        _note_closed(row, user)
    return post


def _close(request: HttpRequest, row: Thread, user: User) -> HttpResponse:
    """Close it without an answer; where it moved meanwhile say so."""
    try:
        with transaction.atomic():
            close(row.pk, at=timezone.now(), mark=request.POST.get("mark", ""))
            _note_closed(row, user)
    except ThreadError:
        messages.error(request, _("Somebody wrote or closed this meanwhile. Read it first."))
        return HttpResponseRedirect(reverse("admin:thread_desk", args=[row.pk]))
    messages.success(request, _("The conversation is closed."))
    return HttpResponseRedirect(reverse("admin:threads_desk"))


def _note_closed(row: Thread, user: User) -> None:
    """A line in the history of the staff pages, for the first who closed it."""
    if row.state != Thread.State.CLOSED:
        LogEntry.objects.log_actions(user.pk, [row], CHANGE, change_message=f"{row.state} → closed", single_object=True)


def _person(request: HttpRequest, row: Thread) -> dict[str, Any]:
    """Who asks, with number and level of a member and the way to their page."""
    if row.user is None:
        return {"name": row.name, "email": row.email, "is_guest": True}
    member = member_of(row.user)
    person: dict[str, Any] = {"name": row.user.name, "email": row.user.email}
    if member is not None:
        stands = standing.on(member.pk, programme_day(timezone.now()))
        person |= {"number": member.spaced_number, "level": stands.level.label, "points": f"{stands.points:,}"}
        if cast(User, request.user).has_perm("members.view_member"):
            person["href"] = reverse("admin:members_member_change", args=[member.pk])
    return person


def _lost_href(request: HttpRequest, row: Thread) -> str:
    """Where a new card is approved, for who may."""
    if row.topic != Topic.LOST_CARD or row.user is None or not cast(User, request.user).has_perms((SEE, APPROVE)):
        return ""
    return reverse("admin:pack_lost", args=[row.pk])
