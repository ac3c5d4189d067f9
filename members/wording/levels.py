"""Messages about levels and announced drops."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from members.models import Level, Message, User
from members.wording.words import Said, figure, link, news_of, word

NAMES_SHOWN = 8


def level_up(user: User, facts: Mapping[str, Any]) -> Said:
    context = level_change(Message.Kind.LEVEL_UP, facts)
    old, new = Level(facts["from"]), Level(facts["to"])
    # It asks the database: only where the text is written, not for a subject in a list.
    context["news"] = SimpleLazyObject(lambda: news_of(user, old, new, context["day"]))
    return _("You are %(level)s now") % {"level": new.label}, context


def level_down(user: User, facts: Mapping[str, Any]) -> Said:
    context = level_change(Message.Kind.LEVEL_DOWN, facts)
    return _("Your level is now %(level)s") % {"level": context["to_level"]}, context


def level_change(kind: Message.Kind, facts: Mapping[str, Any]) -> dict[str, Any]:
    names = [str(name) for name in facts["products"]]
    return {
        "from_level": Level(facts["from"]).label,
        "to_level": Level(facts["to"]).label,
        "points": int(facts["points"]),
        "points_figure": figure(int(facts["points"])),
        "day": date.fromisoformat(facts["day"]),
        "causes": [word(kind, code) for code in facts["causes"]],
        "products": names[:NAMES_SHOWN],
        "more_products": max(0, len(names) - NAMES_SHOWN),
        "action": link("points"),
    }


def drop_ahead(user: User, facts: Mapping[str, Any]) -> Said:
    context = drop(Message.Kind.DROP_AHEAD, facts)
    if context["level_falls"]:
        subject = _("On %(on)s your level becomes %(level)s")
    else:
        subject = ngettext(
            "On %(on)s your total falls by %(points)s point",
            "On %(on)s your total falls by %(points)s points",
            context["points"],
        )
    return subject % {"on": context["on"], "level": context["to_level"], "points": context["points_figure"]}, context


def drop_changed(user: User, facts: Mapping[str, Any]) -> Said:
    context = drop(Message.Kind.DROP_CHANGED, facts)
    context["withdrawn"] = {"level": False, "withdrawn": True}[facts["change"]]
    subject = _("The drop of %(on)s is withdrawn") if context["withdrawn"] else _("The drop of %(on)s costs a level")
    return subject % {"on": context["on"]}, context


def drop(kind: Message.Kind, facts: Mapping[str, Any]) -> dict[str, Any]:
    context = level_change(kind, facts)
    total, gap = int(facts["total"]), int(facts["gap"])
    return context | {
        "on": date_format(context["day"], "j M Y"),
        "total_figure": figure(total),
        "level_falls": Level(facts["to"]) < Level(facts["from"]),
        "gap": gap,
        "gap_figure": figure(gap),
        "short_notice": str(facts["short_notice"]),
    }
