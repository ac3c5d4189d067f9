"""A person's own questions: the list, the conversation, writing on (programme §9)."""

from typing import cast
from uuid import UUID

from allauth.core.internal import ratelimit
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from cps_portal.pages.keys import read_key
from cps_portal.pages.messages import zone_of
from cps_portal.pages.threads.files import Ready, shown_notes
from cps_portal.pages.threads.forms import WriteForm
from cps_portal.pages.threads.reading import conversation, state_of
from cps_portal.pages.threads.sending import gone_on, may_send
from cps_portal.staff_access import passed_second_factor
from kitbag.serving import shown
from members.country_teams import seen_by
from members.models import PostFile, Thread, User

PAGE = 25


@login_required
@require_safe
def threads(request: HttpRequest) -> HttpResponse:
    """What a person asked, the latest first, a page at a time; `?after=` the last one shown."""
    user = cast(User, request.user)
    rows = Thread.objects.filter(user=user).order_by("-changed_at", "-pk")
    after = read_key(request.GET.get("after", ""))
    last = rows.filter(pk=after).first() if after else None
    if last:
        rows = rows.filter(Q(changed_at__lt=last.changed_at) | Q(changed_at=last.changed_at, pk__lt=last.pk))
    found = list(rows[: PAGE + 1])
    return TemplateResponse(
        request,
        "threads/threads.html",
        {
            "crumbs": [{"href": reverse("help"), "label": _("Help")}, {"label": _("Your questions")}],
            "rows": [
                {
                    "href": reverse("thread", args=[row.pk]),
                    "topic": row.get_topic_display(),
                    "about": " ".join(part for part in (row.product, row.serial) if part),
                    "at": row.changed_at,
                    "state": state_of(row),
                }
                for row in found[:PAGE]
            ],
            "more_href": f"{reverse('threads')}?after={found[PAGE - 1].pk}" if len(found) > PAGE else "",
            **zone_of(user),
        },
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def thread(request: HttpRequest, thread_id: UUID) -> HttpResponse:
    """One conversation; a POST writes on, and opens a closed one again."""
    user = cast(User, request.user)
    row = get_object_or_404(Thread, pk=thread_id, user=user)
    form = WriteForm()
    kept: list[Ready] = []
    if request.method == "POST":
        if not may_send(request):
            return ratelimit.respond_429(request)
        post, form, kept = gone_on(request, row, user=user)
        if post is not None:
            messages.success(request, _("Sent. We write to you when we have answered."))
            return HttpResponseRedirect(f"{reverse('thread', args=[row.pk])}#last")
    return TemplateResponse(
        request,
        "threads/thread.html",
        {
            "crumbs": [
                {"href": reverse("help"), "label": _("Help")},
                {"href": reverse("threads"), "label": _("Your questions")},
                {"label": row.get_topic_display()},
            ],
            **conversation(row, lambda file_id: reverse("thread-file", args=[file_id])),
            "form": form,
            "kept": shown_notes(kept),
            **zone_of(user),
        },
    )


@require_safe
@login_required
def thread_file(request: HttpRequest, file_id: UUID) -> HttpResponse:
    """A file of one's own thread, or for staff who answer; to everybody else it is not there (404)."""
    return shown(get_object_or_404(_seen(request), pk=file_id))


def _seen(request: HttpRequest) -> QuerySet[PostFile]:
    user = cast(User, request.user)
    # Staff pages ask for a second factor, and so do files that they show.
    if user.is_staff and user.has_perm("members.view_thread") and passed_second_factor(request):
        return seen_by(PostFile.objects.all(), user)
    return PostFile.objects.filter(post__thread__user=user)
