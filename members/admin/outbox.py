"""The outbox: what was sent, what waits, and what is parked for people to look at."""

from typing import Any

from django.contrib import admin, messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from members.delivery import send_again
from members.looking import Page
from members.messages import wake_after_commit
from members.models import Message
from members.staff_pages import FactAdmin
from members.wording import Unwritable, subject_of


class DeliveryFilter(admin.SimpleListFilter):
    """Where a message stands on its way."""

    title = gettext_lazy("delivery")
    parameter_name = "delivery"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("parked", gettext_lazy("Parked")),
            ("waiting", gettext_lazy("Waiting")),
            ("sent", gettext_lazy("Sent")),
            ("unwanted", gettext_lazy("Not mailed, not wanted")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Message]) -> QuerySet[Message]:
        if self.value() == "parked":
            return queryset.filter(parked_at__isnull=False, sent_at=None, unwanted=False)
        if self.value() == "unwanted":
            return queryset.filter(unwanted=True)
        if self.value() == "waiting":
            return queryset.filter(parked_at=None, sent_at=None)
        if self.value() == "sent":
            return queryset.filter(sent_at__isnull=False)
        return queryset


@admin.register(Message)
class MessageAdmin(FactAdmin):
    """The outbox. Security mail shows that it was sent, never what it says."""

    look = Page.MESSAGE

    list_display = ["kind", "recipient", "subject", "created_at", "delivery", "tries", "last_error"]
    list_select_related = ["user"]
    list_filter = [DeliveryFilter, "kind"]
    indexed = {"delivery": frozenset({"parked", "waiting"})}
    linked_lookups = ("user__id__exact",)
    fields = [
        "kind",
        "recipient",
        "subject",
        "about",
        "facts_shown",
        "created_at",
        "due_at",
        "delivery",
        "tries",
        "last_error",
        "sent_at",
        "parked_at",
    ]
    readonly_fields = ["recipient", "subject", "delivery", "facts_shown"]
    search_fields = ["=user__email", "=address"]
    search_help_text = gettext_lazy("E-mail, in full")
    actions = ["try_again"]

    def few_by_index(self, name: str, value: str) -> bool:
        """After a night a million messages may wait; parked ones are few."""
        return value != "waiting" and super().few_by_index(name, value)

    ordering = ["-pk"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Message]:
        return super().get_queryset(request).defer("sealed")

    @admin.display(description=gettext_lazy("To"))
    def recipient(self, obj: Message) -> str:
        return obj.user.email if obj.user else obj.address

    @admin.display(description=gettext_lazy("Subject"))
    def subject(self, obj: Message) -> str:
        if obj.kind == Message.Kind.SECURITY:
            return "–"
        try:
            return subject_of(obj)
        except Unwritable:
            return _("Cannot be written")

    @admin.display(description=gettext_lazy("Delivery"))
    def delivery(self, obj: Message) -> str:
        if obj.sent_at:
            return _("Sent")
        if obj.unwanted:
            return _("Not mailed, not wanted")
        if obj.parked_at:
            return _("Parked")
        return _("Waiting") if not obj.last_error else _("Waiting, to be tried again")

    @admin.display(description=gettext_lazy("Facts"))
    def facts_shown(self, obj: Message) -> str:
        if obj.kind == Message.Kind.SECURITY:
            return _("Security mail is not shown.")
        return ", ".join(f"{name}: {value}" for name, value in obj.facts.items()) or "–"

    def has_retry_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("members.change_message")

    @admin.action(description=gettext_lazy("Try again"), permissions=["retry"])
    def try_again(self, request: HttpRequest, queryset: QuerySet[Message]) -> None:
        """Parked messages get a fresh row of tries; others are left as they are."""
        at = timezone.now()
        with transaction.atomic():
            rows = list(
                queryset.filter(parked_at__isnull=False, sent_at=None, unwanted=False).select_for_update(of=("self",))
            )
            again = send_again(Message.objects.filter(pk__in=[row.pk for row in rows]), at=at)
            for row in rows:
                self.log_change(request, row, _("Tried again"))
            wake_after_commit()
        said = ngettext("%(count)s message will be tried again.", "%(count)s messages will be tried again.", again)
        self.message_user(request, said % {"count": again}, messages.SUCCESS if again else messages.WARNING)
