"""A file of a case, for whoever may see the case (programme §6, §10)."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_safe

from cps_portal.staff_access import passed_second_factor
from kitbag.serving import shown
from members.access import member_of
from members.looking import Page, note_look
from members.models import User
from servicing.access import files_for_staff, own_files
from servicing.models import CaseFile


@require_safe
@login_required
def case_file(request: HttpRequest, file_id: UUID) -> HttpResponse:
    """The file; to everybody who may not see it, it is not there (404). A member sees that staff opened it."""
    assert isinstance(request.user, User)
    kept = get_object_or_404(_seen(request).select_related("case"), pk=file_id)
    answer = shown(kept)
    member = member_of(request.user)
    if kept.case and not (member and kept.case.member_id == member.pk):
        note_look(kept.case.member_id, page=Page.CASE, by=request.user, at=timezone.now())
    return answer


def _seen(request: HttpRequest) -> QuerySet[CaseFile]:
    assert isinstance(request.user, User)
    member = member_of(request.user)
    seen = own_files(member.pk) if member else CaseFile.objects.none()
    # Staff pages ask for a second factor, and so do files that they show.
    return seen | files_for_staff(request.user) if passed_second_factor(request) else seen
