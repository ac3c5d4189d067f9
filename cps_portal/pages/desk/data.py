"""Programme data of the desk: files brought in after a dry run, tables taken out, and what a second person decides."""

from typing import Any, cast
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import Resolver404, resolve, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from cps_portal.data import importing
from cps_portal.data.files import MOST_BYTES, Faulty
from cps_portal.data.kinds import KINDS, Kind, kind_of
from kitbag import approvals
from kitbag.registration import KitError
from kitbag.rules.table_cells import written
from members.models import DataImport, PlanRequest, User
from members.staff_forms import shown

SEE = "members.view_dataimport"
State = DataImport.State
SHOWN = 30
REFUSALS = {
    "decided_before": gettext_lazy("Somebody has decided this meanwhile."),
    "own_request": gettext_lazy("You asked for this yourself: a second person decides."),
    "not_checked": gettext_lazy("This file went on meanwhile."),
    "not_yours": gettext_lazy("Whoever brought the file in saves it."),
    "nothing_new": gettext_lazy("Nothing in this file is new."),
    "reason_missing": gettext_lazy("Say why."),
}


class ImportForm(forms.Form):
    file = forms.FileField(
        label=gettext_lazy("File"),
        help_text=gettext_lazy(
            "CSV with the headings of the export. You see what it would do before anything is saved."
        ),
        error_messages={"required": gettext_lazy("Choose a file."), "empty": gettext_lazy("The file is empty.")},
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2, "cols": 60}),
        help_text=gettext_lazy("Stays on the audit trail."),
    )
    short_notice = forms.CharField(
        label=gettext_lazy("Why on short notice"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2, "cols": 60}),
        help_text=gettext_lazy("Only where members would hear of a fall too late. They are told in these words."),
    )

    def __init__(self, *args: Any, may_be_late: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not may_be_late:
            del self.fields["short_notice"]

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > MOST_BYTES:
            raise forms.ValidationError(_("The file is larger than 20 MB. Part it."))
        return file


class WhyForm(forms.Form):
    why = forms.CharField(label=gettext_lazy("Why not"), max_length=500, required=False)


def _user(request: HttpRequest, *permissions: str) -> User:
    user = cast(User, request.user)
    if not user.has_perms((SEE, *permissions)):
        raise PermissionDenied
    return user


def _kind(name: str) -> Kind:
    kind = kind_of(name)
    if kind is None:
        raise Http404
    return kind


@require_safe
def data(request: HttpRequest) -> HttpResponse:
    """Staff page `admin:data`: each kind of programme data, the last files, and what waits for a second person."""
    user = _user(request)
    return TemplateResponse(
        request,
        "admin/desk/data.html",
        {
            "title": _("Programme data"),
            "kinds": [
                {
                    "title": kind.name.label,
                    "export": reverse("admin:data_export", args=[kind.name.value]),
                    "bring_in": reverse("admin:data_import", args=[kind.name.value])
                    if user.has_perm(kind.permission)
                    else "",
                }
                for kind in KINDS
            ],
            "files": [
                {
                    "href": reverse("admin:data_file", args=[row.pk]),
                    "title": str(row),
                    "state": row.get_state_display(),
                    "by": row.by.email,
                    "at": row.asked_at,
                }
                for row in DataImport.objects.select_related("by").defer("text", "outcome")[:SHOWN]
            ],
            "requests": [
                {
                    "href": reverse("admin:approval", args=[row.pk]),
                    "title": row.title,
                    "state": row.get_state_display(),
                    "by": row.by.email,
                    "at": row.asked_at,
                }
                for row in PlanRequest.objects.select_related("by")[:SHOWN]
            ],
        },
    )


@require_safe
def data_export(request: HttpRequest, name: str) -> StreamingHttpResponse:
    """Staff page `admin:data_export`: all of a kind as a table, which comes back in unchanged."""
    _user(request)
    kind = _kind(name)
    lines = (written([row]).removeprefix("\ufeff") for row in kind.table())
    return StreamingHttpResponse(
        (("\ufeff" + line if number == 0 else line) for number, line in enumerate(lines)),
        content_type="text/csv; charset=utf-8",
        headers={
            "Content-Disposition": f'attachment; filename="cps-{kind.name.value}.csv"',
            "Cache-Control": "private, no-store",
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
def data_import(request: HttpRequest, name: str) -> HttpResponse:
    """Staff page `admin:data_import`: a file of one kind; it is checked first, and nothing is saved here."""
    kind = _kind(name)
    user = _user(request, kind.permission)
    posted = request.method == "POST"
    form = ImportForm(request.POST if posted else None, request.FILES if posted else None, may_be_late=kind.may_be_late)
    if posted and form.is_valid():
        file, entered = form.cleaned_data["file"], form.cleaned_data
        try:
            asked = importing.begin(
                kind,
                name=file.name.replace("\x00", ""),
                data=file.read(),
                reason=entered["reason"],
                short_notice=entered.get("short_notice", ""),
                by=user,
                at=timezone.now(),
            )
        except Faulty as faulty:
            form.add_error("file", faulty.faults[0].words)
        else:
            return HttpResponseRedirect(reverse("admin:data_file", args=[asked.pk]))
    return TemplateResponse(
        request,
        "admin/desk/data_import.html",
        {
            "title": _("Bring in: %(kind)s") % {"kind": kind.name.label},
            "form": form,
            "columns": kind.columns,
            "export": reverse("admin:data_export", args=[kind.name.value]),
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
def data_file(request: HttpRequest, key: UUID) -> HttpResponse:
    """Staff page `admin:data_file`: what a file would do; a POST saves it, or decides on it as the second person."""
    asked = get_object_or_404(DataImport.objects.select_related("by", "decided_by").defer("text"), pk=key)
    kind = _kind(asked.kind)
    user = _user(request, *((kind.permission,) if request.method == "POST" else ()))
    if request.method == "POST":
        at = timezone.now()
        try:
            if "save" in request.POST:
                ordered = importing.order(asked.pk, by=user)
            elif "approve" in request.POST or "refuse" in request.POST:
                ordered = importing.decide(asked.pk, approves="approve" in request.POST, by=user, at=at)
            else:
                raise KitError("not_checked")
        except KitError as error:
            messages.error(request, str(REFUSALS[error.code]))
        else:
            if ordered.state == State.SAVING and ordered.rows <= importing.AT_ONCE:
                importing.save(ordered.pk, at=at)
        return HttpResponseRedirect(reverse("admin:data_file", args=[asked.pk]))
    may = user.has_perm(kind.permission)
    outcome = asked.outcome
    return TemplateResponse(
        request,
        "admin/desk/data_file.html",
        {
            "title": str(asked),
            "state": asked.state,
            "state_words": asked.get_state_display(),
            "works": asked.state in (State.CHECKING, State.SAVING),
            "rows": asked.rows,
            "rows_done": asked.rows_done,
            "reason": asked.reason,
            "by": asked.by.email,
            "at": asked.asked_at,
            "decided_by": asked.decided_by.email if asked.decided_by else "",
            "saved_at": asked.saved_at,
            "outcome": outcome,
            "shown_again": outcome.get("again", "") if asked.state in (State.CHECKED, State.WAITING) else "",
            "nothing_new": asked.state == State.CHECKED and not outcome.get("change_count"),
            "may_save": may and asked.state == State.CHECKED and asked.by_id == user.pk and outcome.get("change_count"),
            "may_decide": may and asked.state == State.WAITING and asked.by_id != user.pk,
            "again": reverse("admin:data_import", args=[asked.kind]) if may else "",
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
def approval(request: HttpRequest, key: int) -> HttpResponse:
    """Staff page `admin:approval`: an act that waits for a second person, who carries it out or refuses it."""
    user = _user(request)
    if key >= 2**63:
        raise Http404
    asked = get_object_or_404(PlanRequest.objects.select_related("by", "decided_by"), pk=key)
    form = WhyForm(request.POST if request.method == "POST" else None)
    if request.method == "POST":
        if "approve" in request.POST:
            return _carry_out(request, asked)
        try:
            _user(request, "kitbag.add_lifecyclemark")
            approvals.refuse(asked.pk, why=request.POST.get("why", "")[:500], by=user, at=timezone.now())
        except KitError as error:
            form.add_error("why" if error.code == "reason_missing" else None, str(REFUSALS[error.code]))
        else:
            messages.success(request, _("Refused. Nothing was changed."))
            return HttpResponseRedirect(reverse("admin:data"))
    return TemplateResponse(
        request,
        "admin/desk/approval.html",
        {
            "title": asked.title,
            "asked": asked,
            "by": asked.by.email,
            "decided_by": asked.decided_by.email if asked.decided_by else "",
            "state_words": asked.get_state_display(),
            "entered": [
                (name, ", ".join(values))
                for name, values in asked.entered.items()
                if name not in {"csrfmiddlewaretoken", "confirmed"} and any(values)
            ],
            "impact": asked.impact,
            "form": form,
            "may_decide": asked.state == PlanRequest.State.WAITING
            and asked.by_id != user.pk
            and user.has_perm("kitbag.add_lifecyclemark"),
            "is_own": asked.by_id == user.pk and asked.state == PlanRequest.State.WAITING,
            "at": shown(asked.asked_at),
        },
    )


def _carry_out(request: HttpRequest, asked: PlanRequest) -> HttpResponse:
    """Carry the act out as it was entered, through its own page, in the name of who approves it."""
    try:
        match = resolve(asked.path)
    except Resolver404 as error:
        raise Http404 from error
    entered = QueryDict(mutable=True)
    for name, values in asked.entered.items():
        entered.setlist(name, values)
    entered["confirmed"] = "1"
    entered["csrfmiddlewaretoken"] = request.POST.get("csrfmiddlewaretoken", "")
    request.POST = entered  # type: ignore[assignment]
    request.approves = asked.pk  # type: ignore[attr-defined]
    answer = match.func(request, *match.args, **match.kwargs)
    page = getattr(answer, "context_data", None)
    if page is None and PlanRequest.objects.filter(pk=asked.pk, state=PlanRequest.State.APPROVED).exists():
        return HttpResponseRedirect(reverse("admin:data"))
    said = (
        [str(words) for errors in page["form"].errors.values() for words in errors] if page and "form" in page else []
    )
    messages.error(request, " ".join([_("It cannot be carried out as it was asked."), *said]))
    return HttpResponseRedirect(reverse("admin:approval", args=[asked.pk]))
