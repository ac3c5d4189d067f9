"""An answer to a question, for members and for people without an account (programme §9)."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from members.models import User
from members.models.threads import Topic
from members.thread_links import token_of
from members.wording.words import Said, link


def thread_answer(user: User, facts: Mapping[str, Any]) -> Said:
    thread = UUID(str(facts["thread"]))
    is_guest = "name" in facts
    return _("An answer to your question"), {
        "topic": str(Topic(facts["topic"]).label),
        "asked": str(facts.get("asked", "")),
        "words": str(facts["words"]),
        "is_guest": is_guest,
        "action": link("thread-guest", token_of(thread)) if is_guest else link("thread", thread),
    }
