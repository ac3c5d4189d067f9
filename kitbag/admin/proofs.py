"""Proofs as staff may know of them: what was kept when, and who opened it. The file itself is opened elsewhere."""

from django.contrib import admin

from kitbag.admin.levels import OfMemberAdmin
from kitbag.models import Proof, ProofOpening
from members.staff_pages import FactAdmin


@admin.register(Proof)
class ProofAdmin(OfMemberAdmin):
    list_display = ["name", "kind", "member", "content_type", "size", "uploaded_at", "removed_at"]
    list_filter = ["kind"]
    fields = ["name", "kind", "member", "items", "content_type", "size", "digest", "uploaded_at", "removed_at"]
    ordering = ["-uploaded_at", "-pk"]


@admin.register(ProofOpening)
class ProofOpeningAdmin(FactAdmin):
    list_display = ["at", "proof", "by", "role", "purpose"]
    list_select_related = ["proof", "by"]
    ordering = ["-pk"]
