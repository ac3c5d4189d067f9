"""From a file to rows: checked in a transaction that is taken back, saved in one that is not, both by the same act.

So a dry run cannot differ from what saving does. Saving is refused where it would do something else than what was
shown. What a killed worker left is done again: nothing was written, and the row says what is to do.
"""

import hashlib
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, connection, transaction

from cps_portal.data.files import MOST_ROWS, Fault, Faulty, Row, rows_of, text_of
from cps_portal.data.kinds import Kind, kind_of
from cps_portal.data.outcome import SAME, Done, Said
from kitbag import standing
from kitbag.approvals import as_facts, larger, needs_second
from kitbag.impact import Impact, impact_of
from kitbag.registration import KitError
from members.models import DataImport, User
from members.trail import staff_at_work

State = DataImport.State
# Rows up to which a file is checked, and saved, while its page waits.
AT_ONCE = 500
FAULTS_KEPT, CHANGES_KEPT = 200, 200
# Rows between two words on how far the work has come.
ROWS_A_STEP = 100
# Why what was shown once is looked at again.
DIFFERS, GREW = "differs", "grew"
Tick = Callable[..., None]


class _Differs(Exception):
    """A file does something else than what was shown."""


def begin(kind: Kind, *, name: str, data: bytes, reason: str, short_notice: str, by: User, at: datetime) -> DataImport:
    """Keep a file to be checked; a short one is checked at once. Raises Faulty for bytes that are no text."""
    text = text_of(data)
    asked = DataImport.objects.create(
        kind=kind.name,
        file_name=name[:120],
        text=text,
        rows=min(max(len(text.splitlines()) - 1, 1), MOST_ROWS),
        reason=reason,
        short_notice=short_notice,
        by=by,
        asked_at=at,
    )
    if asked.rows <= AT_ONCE:
        check(asked.pk, at=at)
        asked.refresh_from_db()
    return asked


def check(key: UUID, *, at: datetime) -> None:
    """See what a file would do, and take it back."""
    with transaction.atomic():
        asked = _mine(key, State.CHECKING)
        if asked is None:
            return
        again = DIFFERS if asked.outcome else ""
        try:
            with _progress(asked) as tick:
                done, impact, rows = _dry(asked, at, tick)
        except Faulty as faulty:
            asked.state, asked.outcome = State.FAULTY, _faults(faulty.faults)
        else:
            asked.state, asked.rows, asked.rows_done = State.CHECKED, rows, rows
            asked.outcome, asked.mark = _outcome(done, impact, again), _mark(done)
        asked.save(update_fields=["state", "rows", "rows_done", "outcome", "mark"])


def _mine(key: UUID, state: str) -> DataImport | None:
    """The row, for this transaction's worker alone, while it is in the state; None where another has it or it went on.

    Not the row itself is locked: how far the work has come is written beside it.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))", [str(key)])
        if not cursor.fetchone()[0]:
            return None
    return DataImport.objects.filter(pk=key, state=state).first()


@contextmanager
def _progress(asked: DataImport, *, times: int = 1) -> Iterator[Tick]:
    """Count rows on a connection of its own, so that pages see how far a transaction has come before it ends.

    Where each row is dealt with several `times`, it counts in as many parts: what was done never falls.
    """
    beside = connection.copy()
    done = 0

    def tick(rows: int = 1) -> None:
        nonlocal done
        before, done = done, done + rows
        if before // ROWS_A_STEP < done // ROWS_A_STEP:
            with beside.cursor() as cursor:
                sql = f"UPDATE {DataImport._meta.db_table} SET rows_done = %s WHERE id = %s"  # noqa: S608
                cursor.execute(sql, [min(done // times, asked.rows), asked.pk])

    try:
        yield tick
    finally:
        beside.close()


def _rows(asked: DataImport, kind: Kind) -> tuple[list[Row], list[Fault]]:
    return rows_of(asked.text, kind.columns, kind.key)


def _dry(asked: DataImport, at: datetime, tick: Tick) -> tuple[list[Done], Impact | None, int]:
    kind = kind_of(asked.kind)
    assert kind is not None
    rows, faults = _rows(asked, kind)
    done: list[Done] = []

    with _all_told(faults):
        said = _said(asked, tick)

        def act(*, at: datetime) -> None:
            # Rows that name each other are applied all together or not at all: without one others look wrong.
            if faults and kind.wrong_alone:
                raise Faulty(kind.wrong_alone(rows))
            done[:] = kind.apply(rows, said, at) if rows else []

        if kind.moves_points:
            return done, standing.at_the_clock(impact_of, act), len(rows)
        with transaction.atomic():
            mark = transaction.savepoint()
            act(at=at)
            transaction.savepoint_rollback(mark)
    return done, None, len(rows)


@contextmanager
def _all_told(faults: list[Fault]) -> Iterator[None]:
    """What is wrong with rows as they stand is told together with what the programme does not allow."""
    try:
        yield
    except Faulty as faulty:
        raise Faulty([*faults, *faulty.faults]) from faulty
    if faults:
        raise Faulty(faults)


def _said(asked: DataImport, tick: Tick) -> Said:
    return Said(asked.by, asked.reason, asked.short_notice, tick)


def _faults(faults: list[Fault]) -> dict[str, Any]:
    return {"faults": [asdict(fault) for fault in faults[:FAULTS_KEPT]], "fault_count": len(faults)}


def _outcome(done: list[Done], impact: Impact | None, again: str = "") -> dict[str, Any]:
    counts: dict[str, int] = {}
    for one in done:
        counts[one.what] = counts.get(one.what, 0) + 1
    told = [asdict(one) for one in done if one.what != SAME]
    return {
        "counts": counts,
        "changes": told[:CHANGES_KEPT],
        "change_count": len(told),
        "impact": as_facts(impact) if impact else [],
        "more_days": impact.more_days if impact else 0,
        "needs_second": bool(impact and needs_second(impact)),
        "again": again,
    }


def _wants_second(asked: DataImport, now: dict[str, Any]) -> bool:
    """Whether what a file does now asks for a second person who has not seen it: nobody has, or it grew since."""
    if not now["needs_second"] or asked.decided_by_id is None:
        return bool(now["needs_second"])
    seen = asked.outcome
    return larger(now["impact"], seen.get("impact", [])) or now["more_days"] > seen.get("more_days", 0)


def _mark(done: list[Done]) -> str:
    """What tells one outcome from another."""
    told = json.dumps([asdict(one) for one in done if one.what != SAME])
    return hashlib.sha256(told.encode()).hexdigest()


@transaction.atomic
def order(key: UUID, *, by: User) -> DataImport:
    """Who brought a file in wants it saved: at once, or after a second person where its impact asks for one.

    Raises KitError: "not_checked" (it went on meanwhile), "not_yours", "nothing_new".
    """
    asked = DataImport.objects.select_for_update().get(pk=key)
    if asked.state != State.CHECKED:
        raise KitError("not_checked")
    if asked.by_id != by.pk:
        raise KitError("not_yours")
    if not asked.outcome.get("change_count"):
        raise KitError("nothing_new")
    asked.state = State.WAITING if asked.outcome.get("needs_second") else State.SAVING
    asked.rows_done = 0
    asked.save(update_fields=["state", "rows_done"])
    return asked


@transaction.atomic
def decide(key: UUID, *, approves: bool, by: User, at: datetime) -> DataImport:
    """A second person lets a file be saved, or refuses it. Raises KitError: "decided_before", "own_request"."""
    asked = DataImport.objects.select_for_update().get(pk=key)
    if asked.state != State.WAITING:
        raise KitError("decided_before")
    if asked.by_id == by.pk:
        raise KitError("own_request")
    asked.state = State.SAVING if approves else State.REFUSED
    asked.decided_by, asked.decided_at = by, at
    asked.save(update_fields=["state", "decided_by", "decided_at"])
    return asked


def save(key: UUID, *, at: datetime) -> None:
    """Write a file whole, as the staff change of who brought it in.

    Where it would do something else than what was shown it is checked anew instead; where its impact has grown
    beyond what one person decides, or beyond what the second one saw, it waits for a second one.
    """
    with transaction.atomic():
        asked = _mine(key, State.SAVING)
        kind = kind_of(asked.kind) if asked else None
        if asked is None or kind is None:
            return
        asked.rows_done = 0
        try:
            with _progress(asked, times=2) as tick:
                _save(asked, kind, at, tick)
        except _Differs:
            asked.state, asked.decided_by, asked.decided_at = State.CHECKING, None, None
        except Faulty as faulty:
            asked.state, asked.outcome = State.FAULTY, _faults(faulty.faults)
        asked.save(update_fields=["state", "rows_done", "outcome", "saved_at", "decided_by", "decided_at"])
    if asked.state == State.CHECKING and asked.rows <= AT_ONCE:
        check(key, at=at)


def _save(asked: DataImport, kind: Kind, at: datetime, tick: Tick) -> None:
    done, impact, _rows_read = _dry(asked, at, tick)
    if _mark(done) != asked.mark:
        raise _Differs
    now = _outcome(done, impact, GREW)
    if _wants_second(asked, now):
        asked.state, asked.outcome = State.WAITING, now
        asked.decided_by, asked.decided_at = None, None
    else:
        _write(asked, kind, at, tick)
        asked.state, asked.saved_at, asked.rows_done = State.SAVED, at, asked.rows


def _write(asked: DataImport, kind: Kind, at: datetime, tick: Tick) -> None:
    """Write the rows. What the dry run saw it let go of again, so what they come to is compared once more."""
    rows, _none = _rows(asked, kind)
    said = _said(asked, tick)
    try:
        with transaction.atomic(), staff_at_work(asked.by, why=asked.reason, at=at):
            if _mark(standing.at_the_clock(lambda *, at: kind.apply(rows, said, at))) != asked.mark:
                raise _Differs
    except (Faulty, IntegrityError) as error:
        # The dry run found no fault: somebody wrote the same rows since.
        raise _Differs from error


def waiting() -> list[UUID]:
    """The files that are to be checked or saved, the oldest first."""
    rows = DataImport.objects.filter(state__in=[State.CHECKING, State.SAVING]).order_by("asked_at")
    return list(rows.values_list("pk", flat=True)[:20])


def work_on(key: UUID, *, at: datetime) -> None:
    """Check or save one file, whichever it waits for."""
    check(key, at=at)
    save(key, at=at)
