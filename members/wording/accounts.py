"""Messages about the account itself: a copy of its data, and its end (programme §9)."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from members.models import User
from members.wording.words import Said, link, moment, role_words


def _moment(facts: Mapping[str, Any], name: str) -> str:
    """By the clock of the member; a message that was posted before its facts named one speaks in UTC."""
    return moment(str(facts[name]), str(facts.get("zone", "UTC")))


def export_ready(user: User, facts: Mapping[str, Any]) -> Said:
    return _("Your data are ready"), {
        "until": _moment(facts, "expires_at"),
        "action": link("account-export-file", facts["export"]),
    }


def closing_begun(user: User, facts: Mapping[str, Any]) -> Said:
    return _("Your account is being closed"), {
        "until": _moment(facts, "ends_at"),
        "action": link("account-close-undo", facts["signed"]),
        "role": role_words(str(facts.get("role", ""))),
        "reason": facts.get("reason", ""),
    }


def suspended(user: User, facts: Mapping[str, Any]) -> Said:
    return _("Your membership is suspended"), {
        "words": facts["words"],
        "until": _moment(facts, "ends_at") if facts["ends_at"] else "",
        "action": link("contact"),
    }


def unsuspended(user: User, facts: Mapping[str, Any]) -> Said:
    return _("Your membership goes on"), {"action": link("dashboard")}


def staff_acted(user: User, facts: Mapping[str, Any]) -> Said:
    return _("A member of our staff acted for you"), {
        "role": role_words(str(facts["role"])),
        "reason": facts["reason"],
        "at": _moment(facts, "began_at"),
        "action": link("account-looks"),
    }
