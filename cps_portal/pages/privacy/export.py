"""Download my data: asked for, made in the background, fetched within a day after confirming who one is."""

from datetime import datetime
from typing import Any
from uuid import UUID

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.reauthentication import is_reauthentication_required
from django.conf import settings
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.defaultfilters import filesizeformat
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from cps_portal.privacy import exporting
from members.access import MemberRequest, member_required
from members.models import DataExport
from members.models.privacy import export_storage
from members.wording.words import moment_at


def crumbs(here: str) -> list[dict[str, str]]:
    return [{"href": reverse("account"), "label": _("Account")}, {"label": here}]


@member_required
@require_http_methods(["GET", "HEAD", "POST"])
def account_export(request: MemberRequest) -> HttpResponse:
    """What a copy holds, the one being made, and those that can be fetched; asking is a POST."""
    at = timezone.now()
    if request.method == "POST":
        exporting.ask(request.member, at=at)
        return HttpResponseRedirect(reverse("account-export"))
    exports = DataExport.objects.filter(user=request.user)
    return TemplateResponse(
        request,
        "pages/account_export.html",
        {
            "crumbs": crumbs(_("Download my data")),
            "is_being_made": any(export.made_at is None for export in exports),
            "ready": [_line(export, request.member.time_zone) for export in exports if _is_there(export, at)],
            "is_confirmed": not _has_to_confirm(request),
            "hours": settings.EXPORT_KEPT_HOURS,
        },
    )


def _has_to_confirm(request: MemberRequest) -> bool:
    return bool(is_reauthentication_required(request, app=""))


def _is_there(export: DataExport, at: datetime) -> bool:
    return export.expires_at is not None and export.expires_at > at


def _line(export: DataExport, zone: str) -> dict[str, Any]:
    assert export.made_at is not None
    assert export.expires_at is not None
    return {
        "href": reverse("account-export-file", args=[export.pk]),
        "size": filesizeformat(export.size),
        "made_at": moment_at(export.made_at, zone),
        "expires_at": moment_at(export.expires_at, zone),
    }


@member_required
@require_safe
def account_export_file(request: MemberRequest, export_id: UUID) -> HttpResponseBase:
    """The archive itself; 404 for another's, and once its hours are over.

    Who has to confirm first is led back to the page with the link: a download leaves its reader where they were.
    """
    if _has_to_confirm(request):
        way = get_adapter().get_reauthentication_methods(request.user)[0]["url"]
        return HttpResponseRedirect(f"{way}?{urlencode({REDIRECT_FIELD_NAME: reverse('account-export')})}")
    export = get_object_or_404(DataExport, pk=export_id, user=request.user)
    if not _is_there(export, timezone.now()):
        raise Http404
    try:
        file = export_storage().open(str(export.file.name))
    except FileNotFoundError as error:
        raise Http404 from error
    name = f"cps-{request.member.number}-{export.asked_at:%Y-%m-%d}.zip"
    response = FileResponse(file, as_attachment=True, filename=name, content_type="application/zip")
    response["Cache-Control"] = "no-store"
    return response
