"""A case's clock as a page shows it: figures, the ribbon drawn, its legend and its table (programme §6).

The same for member and staff: plain values for templates/components/clock_ribbon.html.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Any

from django.conf import settings
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import get_language_bidi, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from cps_portal.drawing.dial import CASE, SLOT, Size, knurl
from cps_portal.drawing.ribbon import Ribbon, clock_ribbon, free_ribbon
from cps_portal.pages.servicing.times import day_words, local_day, moment_words, short_moment, wall
from servicing.models import Stretch as StretchRow
from servicing.rules.clock import Reading, Run, reading
from servicing.rules.ribbon import Kind, Reason, Stretch, ribbon

KINDS = {
    Kind.COUNTED: gettext_lazy("Counted"),
    Kind.CLOSED: gettext_lazy("Closed"),
    Kind.AHEAD: gettext_lazy("Ahead"),
}
REASONS = {
    Reason.QUEUED: gettext_lazy("Waited for a slot"),
    Reason.BEFORE_START: gettext_lazy("Before the first working day after receipt"),
    Reason.ESTIMATE: gettext_lazy("Estimate waits for the answer"),
    Reason.NIGHT: gettext_lazy("Night"),
    Reason.BREAK: gettext_lazy("Break"),
    Reason.WEEKEND: gettext_lazy("Weekend"),
    Reason.HOLIDAY: gettext_lazy("Public holiday"),
    Reason.EXCEPTION: gettext_lazy("Closed on this day"),
}


@dataclass(frozen=True, slots=True)
class Reader:
    """What is said otherwise to the member than to the bench."""

    paused: str | Promise
    accepted: str | Promise


MEMBER = Reader(gettext_lazy("Paused, estimate with you"), gettext_lazy("If you accept now"))
# The hours between closing and opening are every day's; a line for each would hide the others.
NOT_TOLD = {Reason.NIGHT, Reason.BREAK}


@dataclass(frozen=True, slots=True)
class Clock:
    """What a page says about a clock. `read` is the reading that all of it comes from."""

    read: Reading
    shown: str
    unit: str
    note: str
    when: str
    words: str
    drawings: tuple[dict[str, Any], ...]
    legend: tuple[tuple[str, str], ...]
    rows: tuple[dict[str, str], ...]

    @property
    def figure(self) -> str:
        """ "2.0 of 3 working days counted"."""
        return f"{self.shown} {self.unit}"


def clock_of(run: Run, now: datetime, *, is_small: bool = False, reader: Reader = MEMBER) -> Clock:
    """The clock of a case at a moment; small: for a slot, without legend and table. Raises NeverOpens."""
    read = reading(run, now)
    zone = run.calendar.zone
    shown, unit = f"{read.shown}", _unit(run, read)
    note, when = _note(read, now, zone)
    words = f"{shown} {unit}. {note} {when}".strip() + "."
    sizes = (SLOT,) if is_small else (CASE, SLOT)
    return Clock(
        read=read,
        shown=shown,
        unit=unit,
        note=note,
        when=when,
        words=words,
        drawings=tuple(_drawing(run, read, now, size) for size in sizes),
        legend=() if is_small else tuple(_legend(run, read, reader)),
        rows=() if is_small else tuple(_rows(run, now, reader)),
    )


def past_words(stretch: StretchRow) -> str:
    """What the clock of a stretch that is over said, as it was kept."""
    if stretch.worked_days is None:
        return _("ended before the clock started")
    days = f"{int(stretch.worked_days * 10) / 10:.1f}"
    if stretch.target_days is None or stretch.in_time is None:
        return _("%(days)s working days, standard time") % {"days": days}
    words = (
        _("%(days)s of %(target)s working days, within the target")
        if stretch.in_time
        else _("%(days)s of %(target)s working days, later than the target")
    )
    return words % {"days": days, "target": stretch.target_days}


def free_drawing(*, numbered: bool = True) -> dict[str, Any]:
    """The dial of a free slot, or, without numbers, of a case that is not counted yet."""
    return _parts(free_ribbon(numbered=numbered, rtl=get_language_bidi()))


def _unit(run: Run, read: Reading) -> str:
    if run.target is None:
        counted = ngettext("working day counted", "working days counted", 1 if read.shown == 1 else 2)
        return _("%(counted)s, standard time, about %(days)s") % {
            "counted": counted,
            "days": settings.STANDARD_TURNAROUND_DAYS,
        }
    words = ngettext("of %(days)s working day counted", "of %(days)s working days counted", run.target)
    return words % {"days": run.target}


def _note(read: Reading, now: datetime, zone: str) -> tuple[str, str]:
    """What the clock does now, and since or until when."""
    if read.stopped_at:
        if read.in_time is None:
            return _("Stopped"), moment_words(read.stopped_at, zone=zone, now=now)
        words = _("Within the target, stopped") if read.in_time else _("Later than the target, stopped")
        return words, moment_words(read.stopped_at, zone=zone, now=now)
    if read.paused_since:
        return _("Paused since"), moment_words(read.paused_since, zone=zone, now=now)
    if now < read.starts_at:
        return _("The clock starts"), moment_words(read.starts_at, zone=zone, now=now)
    if read.due_at is None:
        return _("No target"), ""
    words = _("The target was") if read.missed else _("Target")
    return words, moment_words(read.due_at, zone=zone, now=now)


def _drawing(run: Run, read: Reading, now: datetime, size: Size) -> dict[str, Any]:
    zone = run.calendar.zone
    ribbon = clock_ribbon(run, now, size=size, rtl=get_language_bidi())
    at, stopped = run.as_of(now)
    labels = {
        "now_words": (_("Stopped, %(when)s") if stopped else _("Now, %(when)s"))
        % {"when": short_moment(at, zone=zone)},
        "target_words": _("Target, %(when)s") % {"when": short_moment(read.due_at, zone=zone)} if read.due_at else "",
    }
    return _parts(ribbon) | labels


def _parts(ribbon: Ribbon) -> dict[str, Any]:
    """A drawing with the words under it and the directions that its texts lean to."""
    size = ribbon.size
    form = "D j M" if size.has_words else "D j"
    turn = -1 if get_language_bidi() else 1
    return {
        "ribbon": ribbon,
        "size": size,
        "days": [(label, date_format(label.day, form)) for label in ribbon.days],
        "knurl": knurl(size.lines, size.knurl),
        "knurl_low": size.height - size.knurl,
        "bar_line": size.bar + 0.5,
        "bar_inner": size.bar_height - 1,
        "bar_end": size.bar + size.bar_height,
        "closed_height": size.height - 2 * size.knurl,
        "before": -10 * turn,
        "after": 10 * turn,
    }


def _legend(run: Run, read: Reading, reader: Reader) -> Iterator[tuple[str, str]]:
    yield "counted", str(KINDS[Kind.COUNTED])
    if run.pauses:
        yield "paused", str(reader.paused)
    if not read.stopped_at and read.due_at and not read.missed:
        yield "ahead", str(reader.accepted) if read.paused_since else _("Until the target")


def _rows(run: Run, now: datetime, reader: Reader) -> Iterator[dict[str, str]]:
    """The spans of the ribbon as lines of a table, nights left out."""
    zone = run.calendar.zone
    at, _stopped = run.as_of(now)
    told = [part for part in ribbon(run, now) if part.reason not in NOT_TOLD]
    for part in told:
        first, last = local_day(part.start, zone), local_day(part.end, zone)
        end = wall(part.end, zone=zone) if first == last else moment_words(part.end, zone=zone, now=now)
        is_closed = part.kind == Kind.CLOSED
        yield {
            "day": day_words(first, today=local_day(now, zone)),
            "span": _("%(start)s to %(end)s") % {"start": wall(part.start, zone=zone), "end": end},
            "kind": part.kind.value,
            "what": _what(part, reader, waits=bool(run.waits(at))),
            "days": "" if is_closed else f"{_hundredths(part.worth)}",
        }


def _what(part: Stretch, reader: Reader, *, waits: bool) -> str:
    if part.kind == Kind.CLOSED and part.reason:
        name = f"\u2068{part.name}\u2069" if get_language_bidi() else part.name
        words = f"{REASONS[part.reason]}: {name}" if part.name else str(REASONS[part.reason])
        return _("%(reason)s, does not count") % {"reason": words}
    if part.kind == Kind.AHEAD and waits:
        return str(reader.accepted)
    return str(reader.paused if part.kind == Kind.PAUSED else KINDS[part.kind])


def _hundredths(days: Fraction) -> str:
    """Working days with two decimals, rounded down."""
    hundredths = int(days * 100)
    return f"{hundredths // 100}.{hundredths % 100:02d}"
