"""What must hold for cases, slots, estimates and loans at any moment; each finding in words (programme §6)."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime

from django.conf import settings
from django.db import connection

from servicing import slots, turnaround
from servicing.models import CaseEvent, SlotHold, Stretch
from servicing.rules.clock import reading
from servicing.rules.steps import LEFT, OVER, State

CHUNK = 500


def broken(*, at: datetime) -> Iterator[str]:
    """A sentence for everything that does not hold; none means all is well."""
    yield from items_that_disagree_with_their_case()
    yield from places_without_their_stretch()
    yield from queues_that_wait_for_nothing(at=at)
    yield from clocks_that_differ(at=at)
    yield from steps_that_differ()
    yield from estimates_that_differ()
    yield from loans_that_differ()


def items_that_disagree_with_their_case() -> Iterator[str]:
    """An item says since when it is in servicing, exactly while a case of it is open."""
    for item, since, number, begun in _rows(
        """SELECT i.id, i.in_case_since, c.number, s.requested_at
        FROM kitbag_kititem i
        FULL JOIN servicing_case c ON c.item_id = i.id AND c.state <> ALL(%(over)s)
        LEFT JOIN servicing_stretch s ON s.case_id = c.id AND s.ended_at IS NULL
        WHERE (i.id IS NOT NULL OR c.item_id IS NOT NULL) AND i.in_case_since IS DISTINCT FROM s.requested_at"""
    ):
        yield f"item {item}: in servicing since {since}, its open case {number} since {begun}"


def places_without_their_stretch() -> Iterator[str]:
    """What is on Fast Track and has not left holds one place of its member; nothing else holds any."""
    for number, lane, held in _rows(
        """SELECT c.number, s.lane, h.number
        FROM servicing_stretch s JOIN servicing_case c ON c.id = s.case_id
        LEFT JOIN servicing_slothold h ON h.stretch_id = s.id AND h.freed_at IS NULL
        WHERE (s.lane = 'fast' AND s.left_at IS NULL AND s.ended_at IS NULL) <> (h.id IS NOT NULL)
           OR h.member_id <> c.member_id"""
    ):
        yield f"case {number} ({lane}): holds place {held}"
    for member, count in _rows(
        """SELECT member_id, count(*) FROM servicing_slothold WHERE freed_at IS NULL
        GROUP BY member_id HAVING count(*) > %(places)s"""
    ):
        yield f"member {member} holds {count} Fast Track places"


def queues_that_wait_for_nothing(*, at: datetime) -> Iterator[str]:
    """Nobody waits for a place that is free and could be theirs."""
    held: dict[int | None, int] = defaultdict(int)
    waiting = Stretch.objects.filter(lane=Stretch.Lane.QUEUED, ended_at=None, left_at=None).select_related(
        "case__centre", "case__product", "case__item__product", "case__member"
    )
    members = {stretch.member_id for stretch in waiting}
    for member in SlotHold.objects.filter(freed_at=None, member__in=members).values_list("member", flat=True):
        held[member] += 1
    for stretch in waiting:
        is_free = held[stretch.member_id] < settings.FAST_TRACK_SLOTS
        if is_free and slots.conditions_at(stretch, at=at).qualifies:
            yield f"case {stretch.case.number} waits for a place while one is free"


def clocks_that_differ(*, at: datetime) -> Iterator[str]:
    """What is kept beside a stretch for lists is what its events give."""
    stretches = Stretch.objects.select_related("case").order_by("pk")
    last = 0
    while chunk := list(stretches.filter(pk__gt=last)[:CHUNK]):
        last = chunk[-1].pk
        events: dict[int, list[CaseEvent]] = defaultdict(list)
        steps = CaseEvent.objects.filter(stretch__in=chunk, kind=CaseEvent.Kind.STEP).order_by("at", "pk")
        for event in steps:
            events[event.stretch_id].append(event)
        for stretch in chunk:
            yield from _clock_of(stretch, events[stretch.pk], at=at)


def _clock_of(stretch: Stretch, events: Iterable[CaseEvent], *, at: datetime) -> Iterator[str]:
    run = turnaround.run_of(stretch, events)
    said = reading(run, at) if run else None
    kept = (stretch.due_at, stretch.paused_since, stretch.worked_days, stretch.paused_days, stretch.in_time)
    if said is None:
        wanted: tuple[object, ...] = (None, None, None, None, None)
    elif said.stopped_at is None:
        wanted = (None if said.paused_since else said.due_at, said.paused_since, None, None, None)
    else:
        worked, paused = turnaround.rounded(said.counted), turnaround.rounded(said.paused)
        wanted = (None if said.paused_since else said.due_at, said.paused_since, worked, paused, said.in_time)
    if kept != wanted:
        clock = f"the clock of case {stretch.case.number} ({stretch.number})"
        yield f"{clock} is kept as {_text(kept)}, its events give {_text(wanted)}"


def _text(values: Iterable[object]) -> str:
    return ", ".join(str(value) for value in values)


def steps_that_differ() -> Iterator[str]:
    """A case is where its last step led, and a stretch has the moments of its steps.

    What was received after its request had expired was received when its parcel came.
    """
    for number, state, last in _rows(
        """SELECT c.number, c.state, e.state FROM servicing_case c LEFT JOIN LATERAL (
            SELECT state FROM servicing_caseevent WHERE case_id = c.id AND kind = 'step'
            ORDER BY at DESC, id DESC LIMIT 1
        ) e ON true WHERE c.state IS DISTINCT FROM e.state"""
    ):
        yield f"case {number} is {state}, its last step led to {last}"
    for number, stretch in _rows(
        """SELECT c.number, s.number FROM servicing_stretch s JOIN servicing_case c ON c.id = s.case_id
        LEFT JOIN LATERAL (
            SELECT min(coalesce((facts->>'came_at')::timestamptz, at)) FILTER (WHERE state = 'received') AS received,
                min(at) FILTER (WHERE state = ANY(%(left)s)) AS gone,
                min(at) FILTER (WHERE state = ANY(%(over)s)) AS ended
            FROM servicing_caseevent WHERE stretch_id = s.id AND kind = 'step'
        ) e ON true
        WHERE (s.received_at, s.left_at, s.ended_at) IS DISTINCT FROM (e.received, e.gone, e.ended)"""
    ):
        yield f"case {number} ({stretch}): received, left or over at other moments than its steps say"


def estimates_that_differ() -> Iterator[str]:
    """An estimate waits exactly while its case says so."""
    for number, state, waiting in _rows(
        """SELECT c.number, c.state, count(e.id) FROM servicing_case c
        LEFT JOIN servicing_estimate e ON e.case_id = c.id AND e.state = 'waiting'
        GROUP BY c.id HAVING (c.state = %(asked)s)::int <> count(e.id)"""
    ):
        yield f"case {number} is {state} with {waiting} waiting estimates"


def loans_that_differ() -> Iterator[str]:
    """A loan is its case's member's, of a unit of the case's centre; a booking is of a unit in the pool."""
    for loan, number, why in _rows(
        """SELECT l.id, c.number, CASE
            WHEN l.member_id IS DISTINCT FROM c.member_id THEN 'its member is not the case''s'
            WHEN u.centre_id <> c.centre_id THEN 'its unit is of another centre'
            WHEN l.state = 'booked' AND u.out_since IS NOT NULL THEN 'its unit has left the pool'
            WHEN l.state = 'booked' AND c.state = ANY(%(over)s) THEN 'it is booked for a case that is over'
            END AS why
        FROM servicing_loan l JOIN servicing_case c ON c.id = l.case_id JOIN servicing_loanunit u ON u.id = l.unit_id
        WHERE l.state IN ('booked', 'out') AND (l.member_id IS DISTINCT FROM c.member_id OR u.centre_id <> c.centre_id
            OR l.state = 'booked' AND (u.out_since IS NOT NULL OR c.state = ANY(%(over)s)))"""
    ):
        yield f"loan {loan} of case {number}: {why}"


def _rows(sql: str) -> list[tuple[object, ...]]:
    names: dict[str, str | int | list[str]] = {
        "over": [state.value for state in OVER],
        "left": [state.value for state in LEFT],
        "asked": State.ESTIMATE_SENT.value,
        "places": settings.FAST_TRACK_SLOTS,
    }
    with connection.cursor() as cursor:
        cursor.execute(sql, names)
        return list(cursor.fetchall())
