"""A line of the statement in words, as plain values for the template."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from cps_portal.pages.kitbag.words import listed
from kitbag.models import Spell, Valuation
from kitbag.rules.statement import Line
from kitbag.statement import History
from members.models import Level
from members.rules.levels import Rank


def row_of(line: Line, history: History) -> dict[str, Any]:
    """Day, product with its link, reason, values, change, total and level."""
    moved = ""
    if line.level is not None and line.level_before is not None and line.level != line.level_before:
        moved = "up" if line.level > line.level_before else "down"
    row = {
        "day": line.day,
        "total": line.total,
        "level": None if line.level is None else int(line.level),
        "moved": moved,
        "reason": _reason(line, history),
        "why": reverse("points-day", args=[line.day.year, line.day.month, line.day.day]),
    }
    if line.product is None:
        return row | {"product": _heading(line)}
    return row | {
        "product": history.products[line.product].name,
        "href": reverse("kitbag-item", args=[line.item]),
        "before": line.old,
        "after": line.new,
        "change": line.change,
    }


def _heading(line: Line) -> str:
    if line.kind == "thresholds":
        return _("New thresholds")
    return _("%(level)s kept for you") % {"level": Level(Rank[line.cause.upper()]).label}


def _reason(line: Line, history: History) -> str:
    if line.kind == "hold_begins":
        return _("CPS keeps this level from today")
    if line.kind == "hold_ends":
        return _("CPS no longer keeps this level")
    if line.kind == "thresholds":
        begins = history.facts.thresholds_on(line.day)
        levels = [
            _("%(level)s from %(points)s") % {"level": Level(rank).label, "points": f"{begins.begins(rank):,}"}
            for rank in (Rank.SILVER, Rank.GOLD, Rank.PLATINUM)
        ]
        return listed(levels)
    if line.kind == "opened":
        return str(Spell.Cause(line.cause).label)
    if line.kind == "closed":
        return str(Spell.ClosedCause(line.cause).label)
    if line.kind == "edited":
        former = history.products[line.former or 0].name
        if line.former != line.product:
            return _("Product changed by you, was %(product)s") % {"product": former}
        return _("Serial number changed by you")
    successor = history.products[line.product or 0].superseded_by
    if line.cause == Valuation.Reason.SUPERSEDED and successor:
        return _("Superseded by %(product)s") % {"product": successor}
    if line.cause == Valuation.Reason.SET:
        return _("New value")
    return str(Valuation.Reason(line.cause).label)
