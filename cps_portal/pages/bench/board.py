"""The due board: what is on the bench by its clock, what is expected, what is stale, and open tasks (programme §6)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from cps_portal.pages.bench import words
from cps_portal.pages.bench.frame import ACT, TASKS, Bench, BenchRequest, at_the_bench, page
from servicing import board, finding
from servicing.board import COUNTED_MOST, Key
from servicing.models import Case, CaseState, CentreTask, Service, Stretch
from servicing.rules.board import Marks, Part, risk_of
from servicing.rules.steps import AT_THE_CENTRE, LEFT, OVER, State

EACH = 6
A_PAGE = 50
TASKS_SHOWN = 20
# What is at risk stands where it is due, with its mark; a list of its own is opened by its count.
SECTIONS = tuple(part for part in Part if part != Part.RISK)
ASKED_LENGTH = 80


@require_http_methods(["GET", "HEAD", "POST"])
@at_the_bench()
def bench(request: BenchRequest) -> HttpResponse:
    """Staff page `admin:bench`. A POST marks a task as done."""
    if request.method == "POST":
        return _done(request)
    asked = request.GET.get("q", "").replace("\x00", "").strip()[:ASKED_LENGTH]
    if asked:
        return _search(request, asked)
    state = request.GET.get("state", "")
    if state in {one.value for one in State if one not in OVER}:
        return _of_state(request, State(state))
    part = request.GET.get("part", "")
    if part in {one.value for one in Part}:
        return _of_part(request, Part(part))
    return _overview(request)


def _overview(request: BenchRequest) -> TemplateResponse:
    here = request.bench
    by = board.marks_of(here.centre, at=here.at)
    counts, firsts = board.overview(here.centre, by, each=EACH)
    sections = [
        {
            "title": heading(part, by),
            "id": part.value,
            "count": counted(counts[part]),
            "rows": [row_of(row, here, by) for row in firsts[part]],
            "more": here.href("bench", part=part.value) if counts[part] > EACH else "",
        }
        for part in SECTIONS
        if firsts[part]
    ]
    return _page(request, sections=sections, counts=_strip(here, counts), tasks=_tasks(here))


def _of_part(request: BenchRequest, part: Part) -> TemplateResponse:
    here = request.bench
    by = board.marks_of(here.centre, at=here.at)
    rows = board.pieces(part, here.centre, by)
    counts = board.counts(here.centre, by)
    section, more = _list(request, rows, board.ORDER[part], by, title=heading(part, by))
    section["count"] = counted(counts[part])
    following = here.href("bench", part=part.value, after=more) if more else ""
    return _page(request, sections=[section], counts=_strip(here, counts, part), following=following, back=True)


def _of_state(request: BenchRequest, state: State) -> TemplateResponse:
    here = request.bench
    by = board.marks_of(here.centre, at=here.at)
    rows = [board.in_state(here.centre, state)]
    title = str(CaseState(state.value).label)
    section, more = _list(request, rows, "case__changed_at", by, title=title)
    following = here.href("bench", state=state.value, after=more) if more else ""
    return _page(request, sections=[section], following=following, state=state.value, back=True)


def _list(
    request: BenchRequest, rows: Sequence[QuerySet[Stretch]], order: str, by: Marks, *, title: str
) -> tuple[dict[str, Any], str]:
    """One section with a page of its rows, and the key of the next page."""
    after = read_key(request.GET.get("after", ""))
    found, more = board.page_of(rows, order, after=after, limit=A_PAGE)
    section = {
        "title": title,
        "id": "rows",
        "count": "",
        "rows": [row_of(row, request.bench, by) for row in found],
        "more": "",
    }
    return section, f"{more.moment.isoformat()}~{more.pk}" if more else ""


def _search(request: BenchRequest, asked: str) -> HttpResponse:
    """One case with such a number is opened at once: that is what a hand scanner wants."""
    here = request.bench
    own = Case.objects.at(here.centre)
    keys = list(own.filter(pk__in=finding.cases_called(asked)).values_list("pk", flat=True)[:A_PAGE])
    if len(keys) == 1:
        number = Case.objects.values_list("number", flat=True).get(pk=keys[0])
        return HttpResponseRedirect(reverse("admin:bench_case", args=[number]))
    if not keys:
        named = finding.cases_named(asked, centre_id=here.centre.pk).order_by("-requested_at")
        keys = list(named.values_list("pk", flat=True)[:A_PAGE])
    by = board.marks_of(here.centre, at=here.at)
    section = {
        "title": _("Found"),
        "id": "rows",
        "count": counted(len(keys)) if len(keys) < A_PAGE else f"{A_PAGE}+",
        "rows": [row_of(row, here, by) for row in (board.latest_of(keys) if keys else ())],
        "more": "",
    }
    return _page(request, sections=[section] if keys else [], asked=asked, back=True)


def _page(request: BenchRequest, **context: Any) -> TemplateResponse:
    here = request.bench
    return page(
        request,
        "bench",
        _("Bench"),
        "bench",
        **{"asked": "", "state": "", "following": "", "back": False, "counts": (), "tasks": ()} | context,
        states=[(state.value, CaseState(state.value).label) for state in State if state not in OVER],
        code=here.centre.code if here.chosen else "",
        board_href=here.href("bench"),
        csv_href=here.href("bench_csv", what="board"),
        may_act=request.user.has_perm(ACT),
        may_do_tasks=request.user.has_perm(TASKS),
    )


def read_key(text: str) -> Key | None:
    """The key of a page as it came back in an address; None for anything else."""
    moment, _tilde, pk = text.partition("~")
    if not (pk.isascii() and pk.isdecimal() and len(pk) < 19):
        return None
    try:
        at = datetime.fromisoformat(moment)
    except ValueError:
        return None
    return Key(at, int(pk)) if at.tzinfo else None


def counted(number: int) -> str:
    """A count as it is shown: 999+ for what was not counted to the end."""
    return f"{COUNTED_MOST}+" if number > COUNTED_MOST else str(number)


def heading(part: Part, by: Marks) -> str:
    """What a part is called today; the next working day by its name."""
    if part == Part.NEXT and by.next_day:
        if (by.next_day - by.today).days == 1:
            return _("Due tomorrow")
        return _("Due %(day)s") % {"day": date_format(by.next_day, "D j M")}
    return str(words.PARTS[part])


def _strip(here: Bench, counts: dict[Part, int], current: Part | None = None) -> list[dict[str, Any]]:
    return [
        {
            "label": words.SHORT[part],
            "count": counted(number),
            "href": here.href("bench", part=part.value),
            "current": part == current,
        }
        for part, number in counts.items()
    ]


def part_of(row: dict[str, Any], by: Marks) -> Part | None:
    """Where a stretch stands on the board; None for one that is over."""
    if row["case__state"] in OVER:
        return None
    if row["case__state"] in LEFT:
        return Part.BACK
    if row["received_at"] is None:
        return Part.EXPECTED
    if row["paused_since"]:
        return Part.PAUSED
    due = row["due_at"]
    if due is None:
        return Part.QUEUED if row["lane"] == Stretch.Lane.QUEUED else Part.STANDARD
    if due <= by.missed_until:
        return Part.MISSED
    if due < by.day_ends:
        return Part.TODAY
    return Part.NEXT if due < by.next_ends else Part.LATER


def row_of(row: dict[str, Any], here: Bench, by: Marks) -> dict[str, Any]:
    """A row of the board as it is shown."""
    part = part_of(row, by)
    said = {
        Part.PAUSED: (_("paused since"), row["paused_since"]),
        Part.QUEUED: (_("asked for"), row["requested_at"]),
        Part.STANDARD: (_("in since"), row["received_at"]),
        Part.EXPECTED: (_("asked for"), row["requested_at"]),
        Part.BACK: (_("left"), row["left_at"]),
        None: (_("last"), row["case__changed_at"]),
    }.get(part, (_("due"), row["due_at"]))
    state = row["case__state"]
    turn = state in AT_THE_CENTRE and state != State.ESTIMATE_SENT
    parts_on = row["case__parts_on"] if state == State.AWAITING_PARTS else None
    stale = turn and row["case__changed_at"] < by.stale_before and not (parts_on and parts_on >= by.today)
    return {
        "number": row["case__number"],
        "href": reverse("admin:bench_case", args=[row["case__number"]]),
        "product": row["case__product__name"],
        "serial": row["case__serial"],
        "service": Service(row["case__service"]).label,
        "owner": row["case__member__user__name"] or row["case__visitor__name"] or "",
        "visitor": row["case__visitor__region"] or "",
        "state": CaseState(state).label,
        "lane": words.LANES[row["lane"]] if row["case__member__user__name"] else "",
        "target": row["target_days"],
        "again": row["requested_at"] > row["case__requested_at"],
        "word": said[0],
        "when": here.clock(said[1]),
        "missed": part == Part.MISSED,
        "parts_on": parts_on,
        "risk": risk_words(row, here, by),
        "needed_by": row["case__needed_by"],
        "stale": here.clock(row["case__changed_at"]) if stale else "",
    }


def risk_words(row: dict[str, Any], here: Bench, by: Marks) -> str:
    """Why the target of a row is at risk; "" where it is not."""
    due = row["due_at"]
    risk = risk_of(
        State(row["case__state"]),
        due_at=due,
        due_on=here.day(due) if due else None,
        parts_on=row["case__parts_on"],
        by=by,
    )
    return str(words.RISKS[risk]) if risk and row["left_at"] is None else ""


def _tasks(here: Bench) -> list[dict[str, Any]]:
    opened = CentreTask.objects.filter(centre=here.centre, done_at=None).select_related("case", "loan__case")
    return [
        {
            "pk": task.pk,
            "label": task.get_kind_display(),
            "words": task.words,
            "made": here.clock(task.made_at),
            "case": case.number if (case := task.case or (task.loan.case if task.loan else None)) else "",
            "href": reverse("admin:bench_case", args=[case.number]) if case else "",
        }
        for task in opened.order_by("made_at", "pk")[:TASKS_SHOWN]
    ]


def _done(request: BenchRequest) -> HttpResponse:
    """Mark a task of this centre as done; twice is once."""
    if not request.user.has_perm(TASKS):
        raise PermissionDenied
    here, key = request.bench, request.POST.get("task", "")
    if key.isascii() and key.isdecimal() and len(key) < 19:
        opened = CentreTask.objects.filter(pk=int(key), centre=here.centre, done_at=None)
        if opened.update(done_at=here.at, done_by=request.user):
            messages.success(request, _("Done."))
    return HttpResponseRedirect(here.href("bench"))
