"""A centre's board: its open stretches by what the clock said at their last event, and what was found (programme §6).

Reads what is kept beside each stretch, so that a board costs the same whatever lies on the bench.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import (
    BigIntegerField,
    Count,
    DateTimeField,
    F,
    IntegerField,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
    Window,
)
from django.db.models import Case as Choose
from django.db.models.functions import RowNumber, TruncDate

from servicing.centres import calendar_of
from servicing.models import Case, Centre, Stretch
from servicing.rules.board import NOT_BEGUN, Marks, Part, marks
from servicing.rules.steps import AT_THE_CENTRE, State

# Counts beyond this are shown as so many and more.
COUNTED_MOST = 999
AROUND = timedelta(days=60)
# A board looks for risks among so many that are due soonest, so that it costs the same whatever lies behind them.
RISKS_AMONG = 300
# What a part is ordered by: a moment, then the key of the stretch.
ORDER: Mapping[Part, str] = {
    Part.MISSED: "due_at",
    Part.RISK: "due_at",
    Part.TODAY: "due_at",
    Part.NEXT: "due_at",
    Part.LATER: "due_at",
    Part.PAUSED: "paused_since",
    Part.QUEUED: "requested_at",
    Part.STANDARD: "received_at",
    Part.EXPECTED: "requested_at",
    Part.BACK: "left_at",
    Part.STALE: "case__changed_at",
}
# Parts whose stretches have no due moment now: an index holds all three together.
WITHOUT_TARGET = (Part.PAUSED, Part.QUEUED, Part.STANDARD)
_TURN = tuple(sorted(AT_THE_CENTRE - {State.ESTIMATE_SENT}))
VALUES = (
    *("pk", "number", "lane", "target_days", "benefit_level", "due_at", "paused_since"),
    *("requested_at", "received_at", "left_at", "case__number", "case__state", "case__service", "case__serial"),
    *("case__product__name", "case__member__user__name", "case__visitor__name", "case__visitor__region"),
    *("case__parts_on", "case__needed_by", "case__changed_at", "case__warranty", "case__inbound_tracking"),
    "case__requested_at",
)


class Key(NamedTuple):
    """Where a page of a list ends."""

    moment: datetime
    pk: int


def marks_of(centre: Centre, *, at: datetime) -> Marks:
    """How the centre's board is divided now, by its calendar; two queries."""
    calendar = calendar_of(centre, first=(at - AROUND).date(), last=(at + AROUND).date())
    return marks(calendar, at=at, stale_days=settings.BENCH_STALE_DAYS)


def stretches(part: Part, centre: Centre, by: Marks) -> QuerySet[Stretch]:
    """The stretches of one part of a centre's board, not in order."""
    opened = Stretch.objects.filter(centre=centre, ended_at=None)
    bench = _on_the_bench(centre)
    unpaused = bench.filter(due_at=None, paused_since=None)
    match part:
        case Part.MISSED:
            return bench.filter(due_at__lte=by.missed_until)
        case Part.RISK:
            ahead = bench.filter(due_at__gt=by.missed_until)
            soonest = ahead.order_by("due_at", "pk").values("pk")[:RISKS_AMONG]
            return at_risk(bench.filter(pk__in=soonest), centre, by)
        case Part.TODAY:
            return bench.filter(due_at__gt=by.missed_until, due_at__lt=by.day_ends)
        case Part.NEXT:
            return bench.filter(due_at__gte=by.day_ends, due_at__lt=by.next_ends)
        case Part.LATER:
            return bench.filter(due_at__gte=by.next_ends)
        case Part.PAUSED:
            return bench.filter(due_at=None, paused_since__isnull=False)
        case Part.QUEUED:
            return unpaused.filter(lane=Stretch.Lane.QUEUED)
        case Part.STANDARD:
            return unpaused.exclude(lane=Stretch.Lane.QUEUED)
        case Part.EXPECTED:
            return opened.filter(received_at=None)
        case Part.BACK:
            # From the first that is on its way back anywhere: nobody walks past years of what arrived.
            on_the_way = Stretch.objects.filter(ended_at=None, left_at__isnull=False).order_by("left_at")
            return opened.filter(left_at__gte=on_the_way.values("left_at")[:1])
        case Part.STALE:
            return bench.filter(_silent(centre, by, of="case__"))


def pieces(part: Part, centre: Centre, by: Marks) -> list[QuerySet[Stretch]]:
    """The same in pieces, each of which an index holds in order: what is stale state by state."""
    if part != Part.STALE:
        return [stretches(part, centre, by)]
    return [_on_the_bench(centre).filter(_silent(centre, by, of="case__", states=[state])) for state in _TURN]


def _on_the_bench(centre: Centre) -> QuerySet[Stretch]:
    return Stretch.objects.filter(centre=centre, ended_at=None, received_at__isnull=False, left_at=None)


def at_risk(ahead: QuerySet[Stretch], centre: Centre, by: Marks) -> QuerySet[Stretch]:
    """What `rules.board.risk_of` finds at risk, of a centre's stretches whose target is still ahead."""
    due_on = TruncDate("due_at", tzinfo=ZoneInfo(centre.time_zone))
    parts = Q(case__state=State.AWAITING_PARTS, case__parts_on__gte=due_on)
    return ahead.filter(parts | Q(due_at__lt=by.next_ends, case__state__in=NOT_BEGUN))


def _silent(centre: Centre, by: Marks, *, of: str = "", states: Sequence[str] = _TURN) -> Q:
    """Nothing happened for days, though it was the bench's turn: no estimate waits, and no part is on its way.

    A condition on cases, or on what leads to one by `of`.
    """
    said = {"centre": centre, "state__in": states, "changed_at__lt": by.stale_before}
    waits_for_parts = {"state": State.AWAITING_PARTS, "parts_on__gte": by.today}
    return Q(**{f"{of}{name}": value for name, value in said.items()}) & ~Q(
        **{f"{of}{name}": value for name, value in waits_for_parts.items()}
    )


class _Counted(Subquery):
    """How many rows a subquery gives."""

    template = "(SELECT count(*) FROM (%(subquery)s) counted)"
    output_field = IntegerField()


def counts(centre: Centre, by: Marks) -> dict[Part, int]:
    """How many each part holds, counted up to COUNTED_MOST + 1; in one query."""
    return _heads(centre, by, each=1)[0]


def overview(centre: Centre, by: Marks, *, each: int) -> tuple[dict[Part, int], dict[Part, list[dict[str, Any]]]]:
    """How many each part holds, and its first rows; in two queries."""
    held, keys = _heads(centre, by, each=each)
    rows = rows_of({pk for some in keys.values() for pk in some})
    firsts = {}
    for part, some in keys.items():
        known = [rows[pk] for pk in some if pk in rows]
        firsts[part] = sorted(known, key=lambda row: (row[ORDER[part]], row["pk"]))[:each]
    return held, firsts


def _heads(centre: Centre, by: Marks, *, each: int) -> tuple[dict[Part, int], dict[Part, list[int]]]:
    """How many each part holds, and keys among which its first are, not in order; in one query.

    Rows of part, key and count; one of the two is 0 where they are read apart.
    """
    read: list[QuerySet[Any, Any]] = []
    for part in (part for part in Part if part not in WITHOUT_TARGET):
        rows: QuerySet[Any, Any] = stretches(part, centre, by)
        if part == Part.RISK:
            # They are looked for among a few: counted as they are found.
            named = ordered(part, rows).annotate(part=Value(part.value), held=Window(Count("pk")))
            read.append(named.values_list("part", "pk", "held")[:each])
            continue
        if part == Part.STALE:
            # Each such case has one stretch on the bench: they are counted without it.
            rows = Case.objects.filter(_silent(centre, by))
        number = _Counted(rows.order_by().values("pk")[: COUNTED_MOST + 1])
        none = Value(0, output_field=BigIntegerField())
        read.append(Centre.objects.filter(pk=centre.pk).order_by().values_list(Value(part.value), none, number))
        for piece in pieces(part, centre, by):
            named = ordered(part, piece).annotate(part=Value(part.value), held=Value(0))
            read.append(named.values_list("part", "pk", "held")[:each])
    held, keys = dict.fromkeys(Part, 0), {part: list[int]() for part in Part}
    for name, pk, count in _without_target(centre, each=each).union(*read, all=True):
        part = Part(name)
        held[part] = max(held[part], min(count, COUNTED_MOST + 1))
        if pk:
            keys[part].append(pk)
    return held, keys


def _without_target(centre: Centre, *, each: int) -> QuerySet[Stretch, Any]:
    """Part, key and count of the first in WITHOUT_TARGET: all three from one look at what no target orders."""
    named = Choose(
        When(paused_since__isnull=False, then=Value(Part.PAUSED.value)),
        When(lane=Stretch.Lane.QUEUED, then=Value(Part.QUEUED.value)),
        default=Value(Part.STANDARD.value),
    )
    moment = Choose(
        *(When(part=part.value, then=F(ORDER[part])) for part in WITHOUT_TARGET),
        output_field=DateTimeField(),
    )
    return (
        _on_the_bench(centre)
        .filter(due_at=None)
        .annotate(part=named)
        .annotate(
            place=Window(RowNumber(), partition_by="part", order_by=[moment, F("pk")]),
            held=Window(Count("pk"), partition_by="part"),
        )
        .filter(place__lte=each)
        .order_by()
        .values_list("part", "pk", "held")
    )


def ordered(part: Part, rows: QuerySet[Stretch]) -> QuerySet[Stretch]:
    """The most pressing first."""
    return rows.order_by(ORDER[part], "pk")


def page_of(
    pieces: Sequence[QuerySet[Stretch]], order: str, *, after: Key | None, limit: int
) -> tuple[list[Any], Key | None]:
    """A page of rows by a moment and their key, and where the next one begins; in one query.

    The keys come first, some of each piece: what a row says is looked up for those of the page alone.
    """
    if after is not None:
        behind = Q(**{f"{order}__gt": after.moment}) | Q(pk__gt=after.pk)
        pieces = [rows.filter(behind, **{f"{order}__gte": after.moment}) for rows in pieces]
    first, *others = (rows.order_by(order, "pk").values("pk")[: limit + 1] for rows in pieces)
    keys = first.union(*others, all=True) if others else first
    whole = Stretch.objects.filter(pk__in=keys).order_by(order, "pk").annotate(moment=F(order))
    found = list(whole.values("moment", *VALUES)[: limit + 1])
    more = Key(found[limit - 1]["moment"], found[limit - 1]["pk"]) if len(found) > limit else None
    return found[:limit], more


def in_state(centre: Centre, state: State) -> QuerySet[Stretch]:
    """Open stretches of the centre's cases in one state; to be ordered by case__changed_at."""
    return Stretch.objects.filter(ended_at=None, case__centre=centre, case__state=state)


def rows_of(keys: Iterable[int]) -> dict[int, dict[str, Any]]:
    """What a row of the board says, by the key of its stretch."""
    return {row["pk"]: row for row in Stretch.objects.filter(pk__in=set(keys)).values(*VALUES)}


def latest_of(case_keys: Sequence[Any]) -> list[dict[str, Any]]:
    """The same for the latest stretch of each case, open or over, the newest request first; in one query."""
    latest = Stretch.objects.filter(case__in=case_keys).order_by("case_id", "-number").distinct("case_id").values("pk")
    return list(Stretch.objects.filter(pk__in=latest).order_by("-requested_at", "-pk").values(*VALUES))
