"""What the member will get: the very message, written by doing the act and taking it back at once."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db import transaction

from members import wording
from members.models import Message
from servicing.models import Case

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Letter:
    """A message as it will be sent, in the member's language."""

    subject: str
    text: str
    language: str


def foreseen(case: Case, act: Callable[[], T], look: Callable[[T], Any] | None = None) -> tuple[list[Letter], Any]:
    """The messages that an act would send to the member of a case, and what `look` sees of what it came to.

    The act is done in a transaction that never commits. Raises what the act raises.
    """
    with transaction.atomic():
        last = Message.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
        came_to = act()
        seen = look(came_to) if look else None
        posted = Message.objects.filter(pk__gt=last, about=f"case {case.pk}").select_related("user").order_by("pk")
        letters = [letter_of(message) for message in posted]
        transaction.set_rollback(True)
    return letters, seen


def letter_of(message: Message) -> Letter:
    said = wording.write(message)
    return Letter(said.subject, said.text, message.user.language if message.user else "en")
