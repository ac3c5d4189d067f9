"""Threads as staff find them: who asked what, what was answered, and the files beside it."""

from collections.abc import Iterable

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from members.long_lists import values_filter
from members.looking import Page
from members.models import Member, Post, PostFile, Thread
from members.staff_pages import FactAdmin, FactInline

FILE_TYPES = [("application/pdf", "PDF"), ("image/jpeg", "JPEG"), ("image/png", "PNG")]


class PostsInline(FactInline):
    """What was written, in its order."""

    model = Post
    fields = ["at", "from_staff", "by", "words"]
    ordering = ["at", "id"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Post]:
        return super().get_queryset(request).select_related("by")


@admin.register(Thread)
class ThreadAdmin(FactAdmin):
    look = Page.THREAD
    inlines = [PostsInline]
    list_display = ["topic", "state", "asker", "product", "serial", "opened_at", "changed_at"]
    list_select_related = ["user"]
    list_filter = ["state", "topic"]
    indexed = {"state__exact": frozenset({Thread.State.OPEN.value})}
    linked_lookups = ("user__id__exact",)
    fields = ["topic", "state", "asker", "language", "product", "serial", "opened_at", "changed_at"]
    readonly_fields = ["asker"]
    search_fields = ["=user__email", "=user__member__number", "=email", "=serial"]
    search_help_text = gettext_lazy("E-mail in full, member number, or serial number")
    ordering = ["-changed_at", "-pk"]

    def tools(self, request: HttpRequest, obj: Thread) -> Iterable[tuple[str, str]]:
        """The way to the desk, where it is answered."""
        yield _("At the desk…"), reverse("admin:thread_desk", args=[obj.pk])

    def looked_at(self, obj: Thread) -> Iterable[int | None]:
        yield from Member.objects.filter(user=obj.user_id).values_list("pk", flat=True)

    @admin.display(description=gettext_lazy("From"))
    def asker(self, obj: Thread) -> str:
        return f"{obj.user.name} <{obj.user.email}>" if obj.user else f"{obj.name} <{obj.email}>"


@admin.register(Post)
class PostAdmin(FactAdmin):
    look = Page.THREAD
    list_display = ["at", "thread", "from_staff", "by"]
    list_select_related = ["thread", "by"]
    list_filter = ["from_staff"]
    linked_lookups = ("thread__id__exact",)
    ordering = ["-at", "-pk"]

    def looked_at(self, obj: Post) -> Iterable[int | None]:
        yield from Member.objects.filter(user=obj.thread.user_id).values_list("pk", flat=True)


@admin.register(PostFile)
class PostFileAdmin(FactAdmin):
    """What was sent along; the file itself is opened from its thread."""

    list_display = ["name", "post", "content_type", "size"]
    list_select_related = ["post"]
    list_filter = [values_filter("content_type", gettext_lazy("content type"), FILE_TYPES)]
    fields = ["name", "post", "content_type", "size", "digest"]
    ordering = ["-pk"]
