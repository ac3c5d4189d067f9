"""Messages about the account itself: a copy of its data, and its end (programme §9)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from members.models import User
from members.wording.words import Said, link


def export_ready(user: User, facts: Mapping[str, Any]) -> Said:
    return _("Your data are ready"), {
        "expires_at": datetime.fromisoformat(facts["expires_at"]),
        "action": link("account-export-file", facts["export"]),
    }


def closing_begun(user: User, facts: Mapping[str, Any]) -> Said:
    return _("Your account is being closed"), {
        "ends_at": datetime.fromisoformat(facts["ends_at"]),
        "action": link("account-close-undo", facts["signed"]),
    }
