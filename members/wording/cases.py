"""Messages about cases in servicing (programme §6)."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from members.models import Message, User
from members.wording.words import Said, link, moment, money, word

Kind = Message.Kind


def case(facts: Mapping[str, Any]) -> dict[str, Any]:
    """What every message about a case is given."""
    number = str(facts["number"])
    return {"number": number, "product": str(facts["product"]), "action": link("case", number)}


def day_of(facts: Mapping[str, Any], name: str) -> date | None:
    """A day that may be missing or empty."""
    text = facts.get(name)
    return date.fromisoformat(text) if text else None


def _local(text: str, zone: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(ZoneInfo(zone))


def case_step(user: User, facts: Mapping[str, Any]) -> Said:
    context = case(facts)
    state = str(facts["state"])
    code = "declined_expired" if facts.get("expired") else state
    parts_on = day_of(facts, "parts_on") if state == "awaiting_parts" else None
    due_at, back_on = str(facts.get("due_at") or ""), day_of(facts, "back_on")
    subject = _("%(number)s: %(news)s") % {"number": context["number"], "news": word(Kind.CASE_STEP, code)}
    return subject, context | {
        "said": word(Kind.CASE_STEP, f"{code} said"),
        "words": str(facts["words"]),
        "due": moment(due_at, str(facts["zone"])) if due_at else "",
        "came_on": day_of(facts, "came_on"),
        "waits_for_parts": state == "awaiting_parts",
        "parts_on": parts_on,
        "parts_come_late": bool(parts_on and due_at and parts_on > _local(due_at, str(facts["zone"])).date()),
        "tracking": str(facts.get("tracking", "")),
        "carrier": str(facts.get("carrier", "")),
        "reopen_until": back_on + timedelta(days=settings.CASE_REOPEN_DAYS) if back_on else None,
    }


def case_estimate(user: User, facts: Mapping[str, Any]) -> Said:
    context = case(facts)
    total = money(str(facts["total"]), str(facts["currency"]))
    subject = _("%(number)s: estimate %(total)s waits for you")
    return subject % {"number": context["number"], "total": total}, context | {
        "version": int(facts["version"]),
        "total": total,
        "valid_until": date.fromisoformat(facts["valid_until"]),
        "words": str(facts.get("words", "")),
    }


def case_message(user: User, facts: Mapping[str, Any]) -> Said:
    context = case(facts)
    subject = _("%(number)s: the centre wrote to you") % {"number": context["number"]}
    return subject, context | {"words": str(facts["words"])}


def case_lane(user: User, facts: Mapping[str, Any]) -> Said:
    context = case(facts)
    is_fast = {"fast": True, "standard": False}[facts["lane"]]
    subject = _("%(number)s: on Fast Track now") if is_fast else _("%(number)s: goes on at the standard time")
    return subject % {"number": context["number"]}, context | {
        "is_fast": is_fast,
        "reasons": [word(Kind.CASE_LANE, code) for code in facts["reasons"]],
    }


def case_expiry(user: User, facts: Mapping[str, Any]) -> Said:
    context = case(facts)
    day = date.fromisoformat(facts["expires_on"])
    subject = _("%(number)s: your request expires on %(day)s")
    return subject % {"number": context["number"], "day": date_format(day, "j M Y")}, context | {"expires_on": day}
