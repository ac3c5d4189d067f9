"""Messages about kit items and claims."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from members.models import Level, Message, User
from members.wording.words import Said, figure, link, word


def item_validated(user: User, facts: Mapping[str, Any]) -> Said:
    product, points = str(facts["product"]), int(facts["points"])
    subject = ngettext("%(product)s counts: %(points)s point", "%(product)s counts: %(points)s points", points)
    return subject % {"product": product, "points": figure(points)}, {
        "product": product,
        "points": points,
        "points_figure": figure(points),
        "total_figure": figure(int(facts["total"])),
        "level": Level(facts["level"]).label,
        "action": link("points"),
        "item_link": link("kitbag-item", facts["item"]),
    }


def item_needs_you(user: User, facts: Mapping[str, Any]) -> Said:
    product = str(facts["product"])
    return _("%(product)s needs you") % {"product": product}, {
        "product": product,
        "reasons": [word(Message.Kind.ITEM_NEEDS_YOU, code) for code in facts["reasons"]],
        "note": str(facts["note"]),
        "action": link("kitbag-item", facts["item"]),
    }


def claim_against(user: User, facts: Mapping[str, Any]) -> Said:
    product = str(facts["product"])
    return _("Someone else claims the serial number of your %(product)s") % {"product": product}, {
        "product": product,
        "answer_by": date.fromisoformat(facts["answer_by"]),
        "action": link("kitbag-claim-answer", int(facts["claim"])),
    }


def claim_decided(user: User, facts: Mapping[str, Any]) -> Said:
    product, yours = str(facts["product"]), bool(facts["yours"])
    withdrawn = bool(facts.get("withdrawn"))
    if withdrawn:
        subject = _("Nobody else claims this %(product)s any more")
    elif yours:
        subject = _("Decided: this %(product)s is yours")
    else:
        subject = _("Decided: this %(product)s is another member’s")
    return subject % {"product": product}, {
        "product": product,
        "yours": yours,
        "withdrawn": withdrawn,
        "action": link("kitbag-item", facts["item"]),
    }
