"""Proofs as staff may know of them: what was kept when, and who opened it.

A file is opened only for a check or a claim that waits: by a button, or as a picture beside what is decided. The
opening is written down and the member sees it (programme §3).
"""

from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any, cast

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from kitbag.admin.levels import OfMemberAdmin
from kitbag.models import Proof, ProofOpening
from kitbag.proofs import ONE_OPENING, open_for_staff, purposes_of
from kitbag.registration import KitError
from kitbag.serving import PDF, pictured, shown
from members.looking import Page, role_in_words
from members.models import User
from members.staff_pages import FactAdmin


def may_open(request: HttpRequest) -> bool:
    """Whoever decides on items or claims opens the papers that the decision rests on."""
    may = request.user.has_perm
    return may("kitbag.view_proof") and (may("kitbag.change_claim") or may("kitbag.change_kititem"))


def opening_href(proof: Proof, purpose: str) -> str:
    """Where a paper is opened for a purpose: "claim 12", "review <item>"."""
    return f"{reverse('admin:kitbag_proof_open', args=[proof.pk])}?{urlencode({'for': purpose})}"


def beside(proofs: Iterable[Proof], purpose: str, *, given: Proof | None = None) -> list[dict[str, Any]]:
    """Papers beside what is decided: pictures as they are, of a PDF the first page; the whole file is a click away."""
    return [
        {
            "name": proof.name,
            "kind": proof.get_kind_display(),
            "at": proof.uploaded_at,
            "given": given is not None and proof.pk == given.pk,
            "href": opening_href(proof, purpose) if purpose else "",
            "src": _picture_src(proof, purpose) if purpose and has_picture(proof) else "",
        }
        for proof in proofs
    ]


def has_picture(proof: Proof) -> bool:
    return proof.content_type == PDF or proof.content_type.startswith("image/")


def _picture_src(proof: Proof, purpose: str) -> str:
    return f"{reverse('admin:kitbag_proof_picture', args=[proof.pk])}?{urlencode({'for': purpose})}"


@admin.register(Proof)
class ProofAdmin(OfMemberAdmin):
    look = Page.KIT_ITEM
    list_display = ["name", "kind", "member", "content_type", "size", "uploaded_at", "removed_at"]
    list_filter = ["kind"]
    fields = ["name", "kind", "member", "items", "content_type", "size", "digest", "uploaded_at", "removed_at"]
    ordering = ["-uploaded_at", "-pk"]

    def get_urls(self) -> list[URLPattern]:
        guarded = self.admin_site.admin_view
        return [
            path("<path:object_id>/open/", guarded(self.open_view), name="kitbag_proof_open"),
            path("<path:object_id>/picture/", guarded(self.picture_view), name="kitbag_proof_picture"),
            *super().get_urls(),
        ]

    def picture_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """A paper on the desk of whoever decides what it belongs to; shown is opened, and written down."""
        if not may_open(request):
            raise PermissionDenied
        proof = self.get_object(request, object_id)
        if proof is None or not has_picture(proof):
            raise Http404
        return self._opened(request, proof, pictured, once_in=ONE_OPENING)

    def open_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Ask once, then open the file and write down that it was; only for a check or a claim that waits."""
        if not may_open(request):
            raise PermissionDenied
        proof = self.get_object(request, object_id)
        purpose = request.GET.get("for", "")
        if proof is None or proof.removed_at or purpose not in purposes_of(proof):
            raise Http404
        if request.method == "POST":
            return self._opened(request, proof, shown)
        kind, _space, key = purpose.partition(" ")
        back = "admin:kitbag_claim_change" if kind == "claim" else "admin:kitbag_kititem_change"
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Open a proof"),
            "proof": proof,
            "back": reverse(back, args=[key]),
        }
        return TemplateResponse(request, "admin/kitbag/open_proof.html", context)

    @staticmethod
    def _opened(
        request: HttpRequest,
        proof: Proof,
        as_file: Callable[[Proof], HttpResponse],
        *,
        once_in: timedelta = timedelta(0),
    ) -> HttpResponse:
        """The file, once it is written down that it was opened; 404 for what nobody needs, or what is gone."""
        user, purpose = cast(User, request.user), request.GET.get("for", "")
        if proof.removed_at or purpose not in purposes_of(proof):
            raise Http404
        # Looked for first: a file that is gone is not opened.
        answer = as_file(proof)
        try:
            open_for_staff(
                proof.pk, purpose=purpose, by=user, role=role_in_words(user), at=timezone.now(), once_in=once_in
            )
        except (KitError, Proof.DoesNotExist) as error:
            raise Http404 from error
        return answer


@admin.register(ProofOpening)
class ProofOpeningAdmin(FactAdmin):
    look = Page.KIT_ITEM
    list_display = ["at", "proof", "by", "role", "purpose"]
    list_select_related = ["proof", "by"]
    ordering = ["-pk"]
