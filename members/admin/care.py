"""Suspensions, and what staff did on members' behalf. All of it is only read; pages of the desk do it."""

from collections.abc import Iterable

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from members.admin.privacy import OfMemberAdmin
from members.models import Acting, ActingStep, MemberSuspension
from members.staff_pages import FactAdmin


@admin.register(MemberSuspension)
class MemberSuspensionAdmin(OfMemberAdmin):
    list_display = ["member", "began_at", "ends_at", "lifted_at", "role", "by", "reason"]
    list_select_related = ["member__user", "by"]

    def tools(self, request: HttpRequest, obj: MemberSuspension) -> Iterable[tuple[str, str]]:
        runs = MemberSuspension.objects.running(timezone.now()).filter(pk=obj.pk).exists()
        if runs and request.user.has_perm("members.change_membersuspension"):
            yield _("Lift it…"), reverse("admin:member_lift", args=[obj.member_id])


@admin.register(Acting)
class ActingAdmin(OfMemberAdmin):
    list_display = ["began_at", "member", "by", "role", "ends_at", "ended_at", "reason"]
    list_select_related = ["member__user", "by"]


@admin.register(ActingStep)
class ActingStepAdmin(FactAdmin):
    list_display = ["at", "acting", "page"]
    list_select_related = ["acting"]
    search_fields = ["=acting__member__number"]
    ordering = ["-pk"]
