"""The parts of the instrument that need geometry or a table of names."""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Any

from django import template
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language, get_language_bidi, pgettext_lazy
from django.utils.translation import gettext as _

from cps_portal.drawing import chart as chart_drawing
from cps_portal.drawing import scale as scale_drawing
from cps_portal.drawing.icons import PATHS
from kitbag.models import Stage
from members.models import Level
from members.rules.levels import Rank, Thresholds
from members.wording.words import english_level

register = template.Library()

STAGES: Mapping[str, int] = {
    Stage.CURRENT.value: 0,
    Stage.SUPERSEDED.value: 1,
    Stage.UNSERVICEABLE.value: 2,
    "floor": 2,
}
STAGE_WORDS = {
    0: pgettext_lazy("stage of value", "current"),
    1: pgettext_lazy("stage of value", "superseded"),
    2: pgettext_lazy("stage of value", "floor"),
}
STATES = {"needs-you", "checking", "counts", "servicing"}


@register.simple_tag
def icon(name: str, size: int = 24) -> SafeString:
    """A line icon by name, decorative: the words beside it carry the meaning. Raises KeyError."""
    return format_html(
        '<svg class="icon icon--{0}" width="{0}" height="{0}" viewBox="0 0 24 24" aria-hidden="true">'
        '<path d="{1}"/></svg>',
        size,
        PATHS[name],
    )


@register.filter
def metal(level: int) -> str:
    """Class of a level's metal: metal-red, metal-silver, metal-gold or metal-platinum."""
    return f"metal-{Rank(level).name.lower()}"


@register.filter
def level_name(level: int) -> str:
    """Name of a level in the page's language."""
    return str(Level(level).label)


@register.filter
def stage_name(stage: str) -> str:
    """Stage of a product in words: current, superseded, no longer serviced."""
    return str(Stage(stage).label)


@register.filter
def points(value: int | None) -> str:
    """Points with a comma at the thousands, in Western digits in every language: 1,503."""
    return "" if value is None else f"{int(value):,}"


@register.filter
def change(value: int) -> str:
    """A signed change with a real minus: +235, −35, 0."""
    return f"{'+' if value > 0 else '−' if value < 0 else ''}{abs(value):,}"


@register.inclusion_tag("components/level_badge.html")
def level_badge(level: int, moved: str = "") -> dict[str, Any]:
    """A level as a small plate and its word; `moved` is "up", "down" or empty."""
    return {"level": int(level), "moved": moved}


@register.inclusion_tag("components/status_dot.html")
def status_dot(state: str, words: str, href: str = "") -> dict[str, Any]:
    """A state with its words: needs-you, checking, counts or servicing; `href` makes it a link."""
    if state not in STATES:
        raise ValueError(f"No such state: {state}")
    return {"state": state, "words": words, "href": href}


@register.inclusion_tag("components/stage.html")
def stage_of_value(stage: str, words: str = "") -> dict[str, Any]:
    """Three stops, the index under today's, and the word (current, superseded, floor)."""
    at = STAGES[stage]
    is_rtl = get_language_bidi()
    return {"x": (32, 17, 2)[at] if is_rtl else (2, 17, 32)[at], "words": words or STAGE_WORDS[at]}


@register.inclusion_tag("components/membership_card.html")
def membership_card(
    level: int, name: str, number: str, member_since: int, level_since: date | None = None, qr: str = ""
) -> dict[str, Any]:
    """The card: `number` as printed (4207 719 036), the year of joining, the day the level began."""
    return {
        "level": int(level),
        "name": name,
        "number": number,
        "member_since": member_since,
        "level_since": level_since,
        "qr": qr,
        # Other regions read the level in English.
        "english": "" if get_language() == "en" else english_level(level),
    }


def _begins(thresholds: Thresholds) -> Sequence[int]:
    return (0, thresholds.silver, thresholds.gold, thresholds.platinum)


@lru_cache(maxsize=256)
def _ticks(ticks: tuple[scale_drawing.Tick, ...]) -> SafeString:
    """The small lines by kind; a hundred of them, the same for everyone whose scale ends alike."""
    return format_html_join(
        "",
        '<g class="scale__{}">{}</g>',
        (
            (
                kind,
                format_html_join("", '<rect x="{}%"/>', ((tick.x,) for tick in ticks if tick.kind == kind)),
            )
            for kind in ("wide", "narrow", "major")
        ),
    )


@register.inclusion_tag("components/points_scale.html")
def points_scale(total: int, thresholds: Thresholds, level: int, waiting: int = 0) -> dict[str, Any]:
    """The exposure scale with today's total, the waiting points hatched and the thresholds named."""
    begins = _begins(thresholds)
    is_rtl = get_language_bidi()
    drawing = scale_drawing.points_scale(total, waiting, begins, level=int(level), is_rtl=is_rtl)
    words = [_("%(points)s points, %(level)s.") % {"points": f"{total:,}", "level": Level(level).label}]
    if waiting:
        words.append(_("%(points)s points waiting, not counted.") % {"points": f"{waiting:,}"})
    words += [
        _("%(level)s begins at %(points)s.") % {"level": Level(rank).label, "points": f"{begins[rank]:,}"}
        for rank in (1, 2, 3)
    ]
    # A bar is drawn from its left edge, whichever end of the page it grows from.
    return {
        "scale": drawing,
        "words": " ".join(words),
        "ticks": _ticks(drawing.ticks),
        "ink_x": drawing.value if is_rtl else 0,
        "ink_width": round(100 - drawing.value if is_rtl else drawing.value, 3),
        "waiting_x": drawing.waiting if is_rtl else drawing.value,
        "waiting_width": round(abs(drawing.waiting - drawing.value), 3),
        "notches": [mark for mark in drawing.marks[1:] if mark.points < total],
        "dx": -6 if is_rtl else 6,
        "key": f"{total}-{waiting}",
    }


@register.inclusion_tag("components/points_chart.html")
def points_chart(
    past: Sequence[tuple[date, int]],
    ahead: Sequence[tuple[date, int]],
    today: date,
    thresholds: Thresholds,
    first: date,
    last: date,
    waiting: int = 0,
    notes: Sequence[Mapping[str, Any]] = (),
    table_href: str = "",
) -> dict[str, Any]:
    """The chart of 24 months.

    `past` and `ahead` are (day, total after it) in order; `notes` are words at a point: mappings with
    day, total, text, and optionally side ("before", "after", "below") and strong.
    """
    is_rtl = get_language_bidi()
    begins = _begins(thresholds)
    drawing = chart_drawing.points_chart(
        past, ahead, today=today, begins=begins, waiting=waiting, first=first, last=last, is_rtl=is_rtl
    )
    span = (last - first).days
    placed = []
    for note in notes:
        share = (note["day"] - first).days * 100 / span
        side = note.get("side", "after")
        turn = -1 if is_rtl else 1
        placed.append(
            {
                "x": round(100 - share if is_rtl else share, 3),
                "y": round(100 - note["total"] * 100 / drawing.top, 3),
                "text": note["text"],
                "is_end": side in ("before", "below"),
                "dx": {"before": -8, "below": -4}.get(side, 8) * turn,
                "dy": {"below": 18}.get(side, -10 if side == "after" else 4),
                "strong": note.get("strong", False),
            }
        )
    now = past[-1][1] if past else 0
    words = [_("Today %(points)s points.") % {"points": f"{now:,}"}]
    words += [
        _("%(day)s: %(points)s points.") % {"day": date_format(fall.day, "j M Y"), "points": f"{fall.total:,}"}
        for fall in drawing.falls
    ]
    return {
        "chart": drawing,
        "notes": placed,
        "now": now,
        "waiting": waiting,
        "words": " ".join(words),
        "table_href": table_href,
        # The side from which time runs, the side it runs to, and pixels in that direction.
        "edge": 100 if is_rtl else 0,
        "far": 0 if is_rtl else 100,
        "after": -8 if is_rtl else 8,
        "before": 8 if is_rtl else -8,
        "short": -5 if is_rtl else 5,
        "long": -9 if is_rtl else 9,
        "name_dx": -12 if is_rtl else 12,
    }
