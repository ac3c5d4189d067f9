"""The message about an account of the former scheme: it is theirs already, or they are invited to it (programme §1)."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.utils.translation import gettext as _

from members.models import Level, User
from members.wording.words import Said, link


def former_invite(user: User, facts: Mapping[str, Any]) -> Said:
    photo, video = (facts[name] for name in ("photo_level", "video_level"))
    yours = bool(facts.get("yours"))
    levels = {
        "yours": yours,
        "photo": "" if photo is None else Level(photo).label,
        "video": "" if video is None else Level(video).label,
        "email": user.email,
    }
    if yours:
        return _("Your CPS account of the former scheme is part of your membership"), levels | {
            "action": link("former")
        }
    return _("Your CPS account of the former scheme is waiting for you"), levels | {
        "action": f"{link('account_signup')}?{urlencode({'email': user.email})}"
    }
