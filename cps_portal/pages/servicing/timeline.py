"""The timeline of a case: what happened, newest first, and the steps still ahead as hollow dots (design 04)."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cps_portal.pages.servicing.event_words import joined, name_of, told
from cps_portal.pages.servicing.times import day_words, local_day, moment_words, wall
from members.models import Level
from servicing.models import CaseEvent, Stretch
from servicing.rules.clock import Reading
from servicing.rules.steps import State

Kind, Who = CaseEvent.Kind, CaseEvent.Actor
# What is written down beside another event of the same moment is told with it.
BESIDE = {Kind.SLOT_TAKEN, Kind.SLOT_FREED, Kind.LANE, Kind.INTAKE, Kind.ESTIMATE_EXPIRED}
SHOWN_AT_ONCE = 40
S = State


@dataclass(slots=True)
class Entry:
    """One thing that happened. `files` are (name, address) of photos that came with it."""

    at: datetime
    name: str
    sentences: list[str]
    waits: bool = False
    is_message: bool = False
    files: list[dict[str, str]] = field(default_factory=list)


def entries_of(
    events: Sequence[CaseEvent],
    files: Mapping[int, list[dict[str, str]]],
    starts: Iterable[tuple[datetime, Stretch]],
    *,
    zone: str,
    now: datetime,
) -> list[Entry]:
    """What happened, in order. `starts`: when the clock of each stretch began to count.

    Where a receipt was written down after that moment, its clock's start is told with it and says since when.
    """
    found: list[Entry] = []
    last: CaseEvent | None = None
    for event in events:
        if event.kind == Kind.TERMS:
            continue
        is_beside = last is not None and last.at == event.at and event.kind in BESIDE and found
        if is_beside:
            found[-1].sentences += told(event)
            found[-1].files += files.get(event.pk, [])
            continue
        found.append(
            Entry(
                event.at,
                name_of(event),
                list(told(event)),
                is_message=event.kind == Kind.MESSAGE,
                files=list(files.get(event.pk, [])),
            )
        )
        last = event
    steps = [event for event in events if event.kind == Kind.STEP]
    if steps and steps[-1].state == S.ESTIMATE_SENT:
        waiting = next(entry for entry in reversed(found) if entry.at == steps[-1].at and not entry.is_message)
        waiting.waits = True
    receipts = {event.stretch_id: event.at for event in steps if event.state == S.RECEIVED}
    for at, stretch in starts:
        if at <= now:
            start = _started(at, stretch)
            start.at = max(at, receipts.get(stretch.pk, at))
            if start.at > at:
                start.sentences.insert(
                    0, _("It counts since %(when)s.") % {"when": moment_words(at, zone=zone, now=now)}
                )
            found.append(start)
    return sorted(found, key=lambda entry: entry.at)


def _started(at: datetime, stretch: Stretch) -> Entry:
    said = [_("First working day after receipt.") if stretch.slot_at is None else _("First working day in its slot.")]
    if stretch.target_days is not None and stretch.level is not None:
        words = ngettext(
            "Target %(days)s working day, copied with your level, %(level)s.",
            "Target %(days)s working days, copied with your level, %(level)s.",
            stretch.target_days,
        )
        said.append(words % {"days": stretch.target_days, "level": Level(stretch.level).label})
    elif stretch.target_days is None:
        said.append(_("It runs at the standard time, without a target."))
    return Entry(at, _("Clock started"), said)


def shown(entries: Sequence[Entry], *, zone: str, now: datetime) -> dict[str, list[dict[str, Any]]]:
    """Newest first, a day named once for all that happened on it: the `latest`, and `earlier` ones."""
    today = local_day(now, zone)
    lines: list[dict[str, Any]] = []
    for place, entry in enumerate(reversed(entries)):
        day = local_day(entry.at, zone)
        newer = lines[-1]["on"] if lines else None
        lines.append(
            {
                "on": day,
                "day": day_words(day, today=today) if day != newer or place == SHOWN_AT_ONCE else "",
                "time": wall(entry.at, zone=zone),
                "at": entry.at,
                "name": entry.name,
                "text": joined(entry.sentences) if not entry.is_message else "",
                "message": "\n".join(entry.sentences) if entry.is_message else "",
                "waits": entry.waits,
                "files": entry.files,
            }
        )
    return {"latest": lines[:SHOWN_AT_ONCE], "earlier": lines[SHOWN_AT_ONCE:]}


# The way that is left from each state on; an estimate, parts and a return unrepaired come by themselves.
_AHEAD: dict[State, tuple[State, ...]] = {
    S.REQUESTED: (S.RECEIVED, S.INSPECTED, S.IN_REPAIR, S.QUALITY_CHECK, S.SHIPPED),
    S.RECEIVED: (S.INSPECTED, S.IN_REPAIR, S.QUALITY_CHECK, S.SHIPPED),
    S.INSPECTED: (S.IN_REPAIR, S.QUALITY_CHECK, S.SHIPPED),
    S.ESTIMATE_SENT: (S.IN_REPAIR, S.QUALITY_CHECK, S.SHIPPED),
    S.ACCEPTED: (S.IN_REPAIR, S.QUALITY_CHECK, S.SHIPPED),
    S.DECLINED: (S.RETURNED,),
    S.IN_REPAIR: (S.QUALITY_CHECK, S.SHIPPED),
    S.AWAITING_PARTS: (S.IN_REPAIR, S.QUALITY_CHECK, S.SHIPPED),
    S.QUALITY_CHECK: (S.SHIPPED,),
    S.SHIPPED: (S.CLOSED,),
    S.RETURNED: (S.CLOSED,),
    S.BEYOND_REPAIR: (S.CLOSED,),
}


def _left(state: State, done: Collection[str]) -> list[State]:
    """What is left from a state; what was under repair before an estimate goes on there without a word."""
    left = _AHEAD.get(state, ())
    is_back = state in (S.ESTIMATE_SENT, S.ACCEPTED) and S.IN_REPAIR.value in done
    return [step for step in left if not (is_back and step == S.IN_REPAIR)]


def ahead(
    state: str,
    read: Reading | None,
    *,
    done: Collection[str],
    zone: str,
    now: datetime,
    expires_on: date | None,
    parts_on: date | None,
    closes_on: date | None,
) -> list[dict[str, str]]:
    """The steps that are left, the furthest first, each with what is known of it."""
    names = {
        S.RECEIVED: _("Received by the centre"),
        S.INSPECTED: _("Inspected"),
        S.IN_REPAIR: _("In repair"),
        S.QUALITY_CHECK: _("Quality check"),
        S.SHIPPED: _("Shipped, clock stops"),
        S.RETURNED: _("Sent back unrepaired"),
        S.CLOSED: _("Back with you"),
    }
    notes: dict[State, str] = {}
    if read is not None and read.due_at:
        if read.paused_since:
            words = _("%(day)s is the target if you accept now")
        else:
            words = _("%(day)s was the target") if read.missed else _("%(day)s is the target")
        notes[S.SHIPPED] = words % {"day": day_words(local_day(read.due_at, zone), today=local_day(now, zone))}
    if expires_on:
        notes[S.RECEIVED] = _("The request expires on %(day)s.") % {"day": date_format(expires_on, "j M Y")}
    if state == S.AWAITING_PARTS and parts_on:
        notes[S.IN_REPAIR] = _("Parts are expected on %(day)s.") % {"day": date_format(parts_on, "j M Y")}
    if closes_on:
        notes[S.CLOSED] = _("Closes by itself on %(day)s") % {"day": date_format(closes_on, "j M Y")}
    steps = [{"name": names[step], "note": notes.get(step, "")} for step in _left(State(state), done)]
    if read is not None and now < read.starts_at and not read.stopped_at:
        steps.insert(0, {"name": _("Clock starts"), "note": moment_words(read.starts_at, zone=zone, now=now)})
    return list(reversed(steps))
