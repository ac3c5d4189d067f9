"""What a level gives in a country, line by line, for one level or two beside each other (programme §6 to §8)."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from members.models import Level
from members.rules.levels import Rank
from servicing.home_terms import HomeTerms
from servicing.models import Service
from servicing.rules.eligibility import Thing, answer


def benefit_lines(levels: Sequence[Level], home: HomeTerms | None) -> list[dict[str, Any]]:
    """A line for each benefit: its words, and for each level a value, True or None.

    Without a country only what follows the level itself.
    """
    lines: list[tuple[str, list[Any]]] = []
    if home is not None:
        lines = [
            (_("Fast Track target, working days"), [_target(home, level) for level in levels]),
            (_("Video products, working days"), [_video(home, level) for level in levels]),
            (
                _("Products on Fast Track at one time"),
                [settings.FAST_TRACK_SLOTS if _target(home, level) else None for level in levels],
            ),
            (
                _("Courtesy backup loan if the target is missed"),
                [_of_repair(home, level, "loan") for level in levels],
            ),
            (
                _("Maintenance discount at Canon Service & Repair Centres"),
                [_discount(home, level) for level in levels],
            ),
            (
                _("Free return shipping at Canon Service & Repair Centres"),
                [_of_repair(home, level, "free_return_shipping") for level in levels],
            ),
        ]
    # The welcome pack follows the level, whatever the country caps (§6, §8).
    lines.append((_("Welcome pack and card"), [level >= Level.SILVER or None for level in levels]))
    return [
        {"words": words, "cells": [{"value": "" if cell is True else cell, "yes": cell is True} for cell in cells]}
        for words, cells in lines
    ]


def track_words(*, listed: bool, video: bool, serviceable: bool, level: Level, home: HomeTerms | None) -> str:
    """Whether a product would be on Fast Track once it counts, and how fast."""
    if not listed:
        return _("Not on the list")
    if not serviceable:
        return _("No longer serviced")
    if home is None:
        return _("On the list")
    best = answer(Thing(listed, video, serviceable, complete=True, validated=True), home.terms(level)).best
    if best is None:
        return _("On the list")
    return ngettext("%(days)s working day", "%(days)s working days", best) % {"days": best}


def cap_words(level: Level, home: HomeTerms | None) -> str:
    """Where a country gives less than the level: what it gives instead."""
    if home is None or home.reached(level) == level:
        return ""
    reached = home.reached(level)
    if reached < Rank.SILVER:
        return _("The level would be %(level)s. In this country it has no Fast Track targets or loans.") % {
            "level": level.label
        }
    return _("The level would be %(level)s. In this country benefits end at those of %(reached)s.") % {
        "level": level.label,
        "reached": Level(reached).label,
    }


def country_cap_words(home: HomeTerms) -> str:
    """Where a member's country gives less than its highest level: what ends there, and what does not (§6)."""
    reached = home.reached(Level.PLATINUM)
    if reached == Level.PLATINUM:
        return ""
    if reached < Rank.SILVER:
        return _(
            "In your country no level has Fast Track targets, loans, discounts or free return shipping. Welcome pack,"
            " card, offers and events follow your level."
        )
    return _(
        "In your country Fast Track, loans, discounts and return shipping end at what %(reached)s has. Welcome pack,"
        " card, offers and events follow your level."
    ) % {"reached": Level(reached).label}


def target_of(home: HomeTerms | None, level: Level) -> int | None:
    """The target of a repair at a level, in working days; None where there is none."""
    return _target(home, level) if home else None


def _target(home: HomeTerms, level: Level) -> int | None:
    row = home.row(level, Service.REPAIR)
    return row.target_days if row else None


def _video(home: HomeTerms, level: Level) -> int | None:
    row = home.row(level, Service.REPAIR)
    return row.video_target_days if row else None


def _of_repair(home: HomeTerms, level: Level, name: str) -> bool | None:
    row = home.row(level, Service.REPAIR)
    return (row is not None and bool(getattr(row, name))) or None


def _discount(home: HomeTerms, level: Level) -> str | None:
    row = home.row(level, Service.MAINTENANCE)
    if row is None or not row.discount_percent:
        return None
    return _("%(percent)s %%") % {"percent": f"{row.discount_percent.normalize():f}"}
