"""Who looks at events, and the event of an address."""

from datetime import datetime
from uuid import UUID

from django.http import Http404

from kitbag import standing
from members.models import Member
from members.rules.days import programme_day
from servicing.event_list import Looker, seen
from servicing.models import Event
from servicing.rules.audience import Person


def looker_of(member: Member | None, *, at: datetime) -> Looker | None:
    """A member who looks, with level and country; None for who is none."""
    if member is None:
        return None
    level = standing.on(member.pk, programme_day(at)).level
    return Looker(member.pk, Person(level, str(member.country)))


def found(event_id: UUID, looker: Looker | None) -> Event:
    """The event as they see it (servicing.event_list.seen says what is added). Raises Http404."""
    event = seen(looker).filter(pk=event_id).first()
    if event is None:
        raise Http404
    return event
