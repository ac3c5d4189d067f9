"""The message that invites the people of the former scheme to claim their old account (programme §1)."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.utils.translation import gettext as _

from members.models import Level, User
from members.wording.words import Said, link


def former_invite(user: User, facts: Mapping[str, Any]) -> Said:
    photo, video = (facts[name] for name in ("photo_level", "video_level"))
    return _("Your CPS account of the former scheme is waiting for you"), {
        "photo": "" if photo is None else Level(photo).label,
        "video": "" if video is None else Level(video).label,
        "email": user.email,
        "action": f"{link('account_signup')}?{urlencode({'email': user.email})}",
    }
