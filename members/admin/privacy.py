"""What members do with their own data, and which staff looked at them. All of it is only read."""

from django.contrib import admin
from django.utils.translation import gettext_lazy

from members.long_lists import values_filter
from members.looking import Page
from members.models import Address, Closing, CountryMove, DataExport, EmailChange, StaffLook
from members.staff_pages import FactAdmin


class OfMemberAdmin(FactAdmin):
    """Rows of a member, found by the member's number in any spacing."""

    list_select_related = ["member__user"]
    linked_lookups = ("member__id__exact",)
    search_fields = ["=member__number"]
    search_help_text = gettext_lazy("Member number")
    ordering = ["-pk"]


@admin.register(Address)
class AddressAdmin(OfMemberAdmin):
    look = Page.MEMBER
    list_display = ["member", "label", "town", "country", "is_first"]


@admin.register(Closing)
class ClosingAdmin(OfMemberAdmin):
    list_display = ["member", "asked_at", "ends_at", "undone_at", "done_at"]


@admin.register(CountryMove)
class CountryMoveAdmin(OfMemberAdmin):
    list_display = ["member", "from_country", "to_country", "at"]


@admin.register(StaffLook)
class StaffLookAdmin(OfMemberAdmin):
    list_display = ["at", "member", "by", "role", "page"]
    list_select_related = ["member__user", "by"]
    list_filter = [values_filter("page", gettext_lazy("page"), [(page.value, page.value) for page in Page])]


@admin.register(EmailChange)
class EmailChangeAdmin(FactAdmin):
    list_display = ["user", "old", "new", "changed_at", "undo_until", "undone_at"]
    list_select_related = ["user"]
    search_fields = ["=user__email", "=old", "=new"]
    search_help_text = gettext_lazy("E-mail, in full")
    ordering = ["-pk"]


@admin.register(DataExport)
class DataExportAdmin(FactAdmin):
    """That a copy was made; the copy itself is its member's alone."""

    list_display = ["user", "asked_at", "made_at", "expires_at", "size"]
    list_select_related = ["user"]
    fields = ["user", "asked_at", "made_at", "expires_at", "size"]
    search_fields = ["=user__email"]
    search_help_text = gettext_lazy("E-mail, in full")
    ordering = ["-asked_at", "-pk"]
