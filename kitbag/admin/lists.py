"""Kitbag lists that were issued: for whom and when."""

from django.contrib import admin

from kitbag.admin.levels import OfMemberAdmin
from kitbag.models import KitList
from members.looking import Page


@admin.register(KitList)
class KitListAdmin(OfMemberAdmin):
    look = Page.KIT_ITEM
    list_display = ["code", "member", "issued_at"]
    fields = ["code", "member", "issued_at", "digest"]
