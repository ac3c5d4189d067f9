"""A total explained: what counted on a day, what it was worth, and why the level changed (programme §4)."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any

from django.http import Http404, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from cps_portal.pages.statement_lines import row_of
from kitbag import statement
from kitbag.models import Stage
from kitbag.rules.statement import Facts, Line, lines, total_on
from kitbag.rules.worth import step_on
from kitbag.statement import History
from members.access import MemberRequest, member_required
from members.models import Level
from members.rules.days import programme_day
from members.rules.levels import Held, level_on

# A forecast that far has no announced step left.
FURTHEST = timedelta(days=3660)


@require_safe
@member_required
def points_day(request: MemberRequest, year: int, month: int, day: int) -> HttpResponse:
    """The member's total at the end of a day, past or to come, item by item; days before they joined are not there."""
    today = programme_day(timezone.now())
    on = _day(year, month, day)
    if on is None or not programme_day(request.member.joined_at) <= on <= today + FURTHEST:
        raise Http404
    history = statement.history_of(request.member.pk)
    facts = history.facts
    total = total_on(facts, on)
    of_day = [line for line in lines(facts, until=on) if line.day == on]
    before = facts.level(total_on(facts, on - timedelta(days=1)), on - timedelta(days=1))
    level = facts.level(total, on)
    return TemplateResponse(
        request,
        "kitbag/points_day.html",
        {
            "crumbs": [{"href": reverse("points"), "label": _("Points")}, {"label": date_format(on, "j M Y")}],
            "day": on,
            "is_ahead": on > today,
            "is_today": on == today,
            "total": total,
            "level": int(level),
            "level_words": _level_words(facts, total, on),
            "items": items_on(history, on),
            "lines": [row_of(line, history) for line in reversed(of_day)],
            "moved": "" if level == before else ("up" if level > before else "down"),
            "level_before": int(before),
            "otherwise": list(_otherwise(history, of_day, on, total)) if level != before else [],
            "back_href": f"{reverse('points')}?year={on.year}#statement",
        },
    )


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def items_on(history: History, on: date) -> list[dict[str, Any]]:
    """What counted at the end of the day, the most valuable first: item, product, since when, stage and points."""
    rows = []
    for spell in history.facts.spells:
        begins = programme_day(spell.opened_at)
        if begins > on or (spell.closed_at and programme_day(spell.closed_at) <= on):
            continue
        step = step_on(history.facts.steps.get(spell.product, ()), day=on)
        rows.append(
            {
                "item": spell.item,
                "href": reverse("kitbag-item", args=[spell.item]),
                "product": history.products[spell.product].name,
                "since": begins,
                "stage": Stage(step.stage).label if step and step.stage else "",
                "valued_on": step.day if step else None,
                "points": step.points if step else 0,
            }
        )
    return sorted(rows, key=lambda row: (-row["points"], row["product"]))


def _level_words(facts: Facts, total: int, on: date) -> str:
    """How the total gives the level: the threshold it reaches, or what CPS keeps."""
    thresholds = facts.thresholds_on(on)
    own = thresholds.level_for(total)
    kept = max((held.level for held in facts.holds if held.covers(on)), default=0)
    values = {
        "level": Level(own).label,
        "begins": f"{thresholds.begins(own):,}",
        "kept": Level(kept).label,
        "points": f"{total:,}",
    }
    if kept > own:
        return _("%(points)s points give %(level)s; CPS keeps %(kept)s for you.") % values
    return _("%(level)s begins at %(begins)s points.") % values


def _otherwise(history: History, of_day: Sequence[Line], on: date, total: int) -> Iterator[str]:
    """What the level would have been without each thing that moved it: "With the EF 70-200mm …: 1,020, Gold"."""
    facts = history.facts
    level = facts.level(total, on)
    before = facts.level(total_on(facts, on - timedelta(days=1)), on - timedelta(days=1))
    for line in of_day:
        if line.product is None:
            continue
        would = facts.level(total - line.change, on)
        if would != level and (would > level) == (before > level):
            yield _line_words(line) % {
                "product": history.products[line.product].name,
                "points": f"{line.old:,}",
                "total": f"{total - line.change:,}",
                "level": Level(would).label,
            }
    yield from _without_decisions(facts, on, total)


def _line_words(line: Line) -> str:
    if line.kind == "closed":
        return _("With the %(product)s still in your kitbag: %(total)s, %(level)s.")
    if line.kind == "opened":
        return _("Without the %(product)s: %(total)s, %(level)s.")
    return _("With the %(product)s still at %(points)s: %(total)s, %(level)s.")


def _without_decisions(facts: Facts, on: date, total: int) -> Iterator[str]:
    """What the thresholds and holds of the day before would have given."""
    eve = on - timedelta(days=1)
    level = facts.level(total, on)
    old_needs = level_on(on, points=total, thresholds=facts.thresholds_on(eve), holds=list(facts.holds))
    if old_needs != level:
        yield _("By the thresholds of the day before: %(level)s.") % {"level": Level(old_needs).label}
    kept = [Held(held.level, held.begins_on, on + timedelta(days=1)) for held in facts.holds if held.covers(eve)]
    held = level_on(on, points=total, thresholds=facts.thresholds_on(on), holds=kept)
    if held > level:
        yield _("With the level that CPS kept until then: %(level)s.") % {"level": Level(held).label}
    if any(one.begins_on == on for one in facts.holds):
        alone = facts.thresholds_on(on).level_for(total)
        if alone < level:
            yield _("Without the level that CPS keeps from this day: %(level)s.") % {"level": Level(alone).label}
