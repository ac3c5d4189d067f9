"""Many items at once: paste or choose a table, look at its check, add the chosen rows (programme §3)."""

from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from allauth.core import ratelimit
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from cps_portal.pages.kitbag import many_rows, many_words
from cps_portal.pages.kitbag.many_form import ManyForm, changes_in, number_of
from cps_portal.pages.kitbag.words import listed_plainly
from kitbag import import_check, importing
from kitbag.models import KitImport
from kitbag.rules import table_cells
from kitbag.rules.checks import Reason
from kitbag.rules.many import Verdict
from kitbag.rules.table_headings import Column
from members.access import MemberRequest, member_required
from members.rules.days import programme_day

PAGE = 100


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def kitbag_many(request: MemberRequest) -> HttpResponse:
    """Paste a list or choose a file; POST checks it and leads to what would become of each row."""
    form = ManyForm(request.POST, request.FILES) if request.method == "POST" else ManyForm()
    if request.method == "POST":
        if not ratelimit.consume(request, action="kit_many"):
            return ratelimit.respond_429(request)
        if form.is_valid():
            checked = importing.check_table(form.read, member_id=request.member.pk, at=timezone.now())
            if form.read.unread:
                names = listed_plainly([f"\u2068{name}\u2069" for name in form.read.unread[:10]])
                messages.info(request, _("Columns left aside: %(names)s.") % {"names": names})
            return HttpResponseRedirect(_address(checked.pk))
    return TemplateResponse(
        request,
        "kitbag/kitbag_many.html",
        {
            "form": form,
            "columns": [many_words.COLUMNS[column] for column in Column],
            "crumbs": [{"href": reverse("kitbag"), "label": _("Kitbag")}, {"label": _("Many at once")}],
        },
    )


def _address(import_id: UUID, **query: Any) -> str:
    address = reverse("kitbag-many-check", args=[import_id])
    kept = {name: value for name, value in query.items() if value}
    return f"{address}?{urlencode(kept)}" if kept else address


def _own(request: MemberRequest, import_id: UUID) -> KitImport:
    """The member's import. Raises Http404 for another member's."""
    found = KitImport.objects.filter(pk=import_id, member=request.member).first()
    if found is None:
        raise Http404
    return found


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def kitbag_many_check(request: MemberRequest, import_id: UUID) -> HttpResponse:
    """What would become of each row; POST keeps what was changed, or adds the ticked rows."""
    found = _own(request, import_id)
    if request.method == "POST":
        return _changed(request, found)
    context: dict[str, Any] = {
        "crumbs": [
            {"href": reverse("kitbag"), "label": _("Kitbag")},
            {"href": reverse("kitbag-many"), "label": _("Many at once")},
            {"label": _("Check")},
        ],
        "state": found.state,
        "address": _address(found.pk),
        "rows_total": len(found.rows),
    }
    if found.state == KitImport.State.CHECKED:
        context |= _check(request, found)
    elif found.state == KitImport.State.WRITING:
        context |= {"done": found.done, "total": found.total}
    else:
        context |= many_rows.result(found) | {"left_href": reverse("kitbag-many-left", args=[found.pk])}
    return TemplateResponse(request, "kitbag/kitbag_many_check.html", context)


def _changed(request: MemberRequest, found: KitImport) -> HttpResponse:
    member_id, act = request.member.pk, request.POST.get("do", "")
    if found.state == KitImport.State.CHECKED:
        changes = changes_in(request.POST, found.rows)
        found = importing.choose(found.pk, member_id=member_id, changes=changes, at=timezone.now())
    if act == "write":
        if not any(import_check.is_taken(row) for row in found.rows):
            messages.info(request, _("Tick at least one row."))
            return HttpResponseRedirect(_address(found.pk))
        found = importing.begin(found.pk, member_id=member_id, at=timezone.now())
        if found.total <= settings.IMPORT_WRITTEN_AT_ONCE:
            importing.write_through(found.pk)
        return HttpResponseRedirect(_address(found.pk))
    if act == "on":
        # No worker has come by: what one request can bear is written here.
        importing.write_some(found.pk)
        return HttpResponseRedirect(_address(found.pk))
    # "after-120" turns the page; anything else stays on it.
    after = number_of(act.removeprefix("after-") if act.startswith("after-") else request.POST.get("after", ""))
    return HttpResponseRedirect(_address(found.pk, show=_show(request.POST.get("show", "")), after=after))


def _show(text: str) -> str:
    return "needs-you" if text == "needs-you" else ""


def _check(request: MemberRequest, found: KitImport) -> dict[str, Any]:
    rows: list[dict[str, Any]] = found.rows
    show, after = _show(request.GET.get("show", "")), number_of(request.GET.get("after", ""))
    fitting = [row for row in rows if not show or import_check.needs_member(row)]
    begin = next((at for at, row in enumerate(fitting) if row["row"] > after), 0)
    page = fitting[begin : begin + PAGE]
    ready = sum(not import_check.needs_member(row) for row in rows)
    taken = sum(import_check.is_taken(row) for row in rows)
    before = fitting[max(0, begin - PAGE) - 1]["row"] if begin > PAGE else 0
    return {
        "show": show,
        "after": after,
        "rows": many_rows.lines(page, day=programme_day(timezone.now())),
        "shown": ",".join(str(row["row"]) for row in page),
        "ready": ready,
        "needs": len(rows) - ready,
        "taken": taken,
        "figures": many_rows.figures(rows),
        "many": any(Reason.MANY in row["reasons"] for row in rows if row["verdict"] == Verdict.CHECKED),
        "per_hour": settings.ITEMS_VALIDATED_PER_HOUR,
        "every_href": _address(found.pk),
        "needs_href": _address(found.pk, show="needs-you"),
        "has_more": begin + PAGE < len(fitting),
        "last_shown": page[-1]["row"] if page else 0,
        "has_before": begin > 0,
        "before": before,
        "found": len(fitting),
    }


@require_safe
@member_required
def kitbag_many_left(request: MemberRequest, import_id: UUID) -> HttpResponse:
    """The rows left over, each with why, to be corrected and pasted again."""
    found = _own(request, import_id)
    if found.state != KitImport.State.WRITTEN:
        return HttpResponseRedirect(_address(found.pk))
    headings = [str(many_words.COLUMNS[column]) for column in Column]
    rows = [
        [
            *(
                table_cells.safe(row["cells"].get(column, ""), as_text=column in (Column.SERIAL, Column.STORE))
                for column in Column
            ),
            table_cells.safe(many_words.why_left(row)),
            *(table_cells.safe(cell) for cell in row["rest"]),
        ]
        for row in many_rows.left_over(found)
    ]
    return csv_file([[*headings, _("Why it was left over")], *rows], name="cps-kitbag-left-over")


def csv_file(rows: Iterable[Sequence[str]], *, name: str) -> HttpResponse:
    """A table to take along. Cells are safe already."""
    return HttpResponse(
        table_cells.written(rows),
        content_type="text/csv; charset=utf-8",
        headers={
            "Content-Disposition": f'attachment; filename="{name}.csv"',
            "Cache-Control": "private, no-store",
        },
    )
