"""Messages about events (programme §9)."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from members.models import Message, User
from members.wording.words import Said, Words, link, moment

Kind = Message.Kind
# What changed of a place: the subject, which names the event, and the sentence.
CHANGES: Mapping[str, tuple[Words, Words]] = {
    "kept": (
        gettext_lazy("A place is kept for you: %(title)s"),
        gettext_lazy("A place became free, and it is yours to take. Until then it is kept for you:"),
    ),
    "lapsed": (
        gettext_lazy("The place was not taken in time: %(title)s"),
        gettext_lazy(
            "The place that was kept for you was not taken in time, so it has passed on. "
            "You can ask for another one at any time."
        ),
    ),
    "moved": (
        gettext_lazy("Another time or place: %(title)s"),
        gettext_lazy(
            "The event takes place at another time or place than when you booked. Your booking stands; "
            "if it does not suit you any more, give your place back and somebody else can come."
        ),
    ),
}


def _event(facts: Mapping[str, Any]) -> dict[str, Any]:
    """What every message about an event is given."""
    return {
        "title": str(facts["title"]),
        "place": str(facts["place"]),
        "begins": moment(str(facts["begins_at"]), str(facts["zone"])),
        "action": link("event", str(facts["event"])),
    }


def event_place(user: User, facts: Mapping[str, Any]) -> Said:
    context, change = _event(facts), str(facts["change"])
    subject, said = CHANGES[change]
    until = moment(str(facts["held_until"]), str(facts["zone"])) if change == "kept" else ""
    return str(subject) % {"title": context["title"]}, context | {"said": str(said), "until": until}


def event_cancelled(user: User, facts: Mapping[str, Any]) -> Said:
    context = _event(facts)
    subject = _("It does not take place: %(title)s") % {"title": context["title"]}
    return subject, context | {"action": link("events")}
