"""From the row of a message to its text."""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import InvalidOperation
from typing import Any

from django.conf import settings
from django.template import TemplateDoesNotExist, TemplateSyntaxError
from django.template.loader import render_to_string
from django.urls import NoReverseMatch
from django.utils.translation import override

from members.models import Message, User
from members.wording import accounts, cases, events, former, items, levels, loans, packs, threads
from members.wording.words import Said, link

# What stands around the words of a kind: templates/emails/<layout>.html and .txt.
LETTER = "base"
PART = "part"


class Unwritable(Exception):
    """The row cannot become a text: a fact is missing or wrong. Trying again would not help."""


@dataclass(frozen=True, slots=True)
class Text:
    subject: str
    text: str
    html: str


def write(message: Message, *, layout: str = LETTER, stop: str = "") -> Text:
    """Subject, text and HTML of a programme message to a person, in their language. Raises Unwritable.

    `layout` says what stands around the words; `stop` is the address that ends mail of this kind.
    """
    with _fitting(), override(_user(message).language):
        subject, context = _said(message)
        context |= {"layout": f"emails/{layout}.txt", "stop": stop, "choices": stop and link("messages-preferences")}
        text = tidy(render_to_string(f"emails/{message.kind}.txt", context))
        context["layout"] = f"emails/{layout}.html"
        return Text(subject=subject, text=text, html=render_to_string(f"emails/{message.kind}.html", context))


def preview(user: User, kind: Message.Kind, facts: Mapping[str, Any]) -> Text:
    """The message that a user would get, in their language, before it is posted; nothing is written.

    `facts` as for the kind: servicing/casework.py gives those of a step. Raises Unwritable.
    """
    return write(Message(user=user, kind=kind, facts=dict(facts)))


def subject_of(message: Message) -> str:
    """What a programme message is about, in the active language. Raises Unwritable."""
    with _fitting():
        return _said(message)[0]


def page_of(message: Message) -> str:
    """A programme message as part of a page, in the active language. Raises Unwritable."""
    with _fitting():
        return render_to_string(f"emails/{message.kind}.html", _said(message)[1] | {"layout": "emails/page.html"})


def _user(message: Message) -> User:
    """Who reads it. Somebody without an account is named by its facts: name, language."""
    if message.user is not None:
        return message.user
    return User(email=message.address, name=message.facts["name"], language=message.facts["language"])


def _said(message: Message) -> Said:
    """Subject, and what the templates of the kind are given."""
    user = _user(message)
    subject, context = CONTEXTS[Message.Kind(message.kind)](user, message.facts)
    subject = " ".join(subject.split())
    return subject, context | {
        "subject": subject,
        "first_name": user.get_short_name(),
        "origin": settings.PORTAL_ORIGIN,
    }


@contextmanager
def _fitting() -> Iterator[None]:
    """Facts that do not fit their words are Unwritable."""
    try:
        yield
    except KeyError as error:
        raise Unwritable(f"Without words or fact: {error}") from error
    except (
        ValueError,
        TypeError,
        InvalidOperation,
        NoReverseMatch,
        TemplateDoesNotExist,
        TemplateSyntaxError,
    ) as error:
        raise Unwritable(f"{type(error).__name__}: {error}") from error


def tidy(text: str) -> str:
    """Plain text without the blank lines that template tags leave."""
    return re.sub(r"\n{3,}", "\n\n", re.sub(r"[ \t]+\n", "\n", text)).strip() + "\n"


CONTEXTS: dict[Message.Kind, Callable[[User, Mapping[str, Any]], Said]] = {
    Message.Kind.ITEM_VALIDATED: items.item_validated,
    Message.Kind.ITEM_NEEDS_YOU: items.item_needs_you,
    Message.Kind.CLAIM_AGAINST: items.claim_against,
    Message.Kind.CLAIM_DECIDED: items.claim_decided,
    Message.Kind.LEVEL_UP: levels.level_up,
    Message.Kind.LEVEL_DOWN: levels.level_down,
    Message.Kind.DROP_AHEAD: levels.drop_ahead,
    Message.Kind.DROP_CHANGED: levels.drop_changed,
    Message.Kind.CASE_STEP: cases.case_step,
    Message.Kind.CASE_ESTIMATE: cases.case_estimate,
    Message.Kind.CASE_MESSAGE: cases.case_message,
    Message.Kind.CASE_LANE: cases.case_lane,
    Message.Kind.CASE_EXPIRY: cases.case_expiry,
    Message.Kind.LOAN_OFFER: loans.loan_offer,
    Message.Kind.LOAN_CHANGED: loans.loan_changed,
    Message.Kind.LOAN_DUE: loans.loan_due,
    Message.Kind.EVENT_PLACE: events.event_place,
    Message.Kind.EVENT_CANCELLED: events.event_cancelled,
    Message.Kind.FORMER_INVITE: former.former_invite,
    Message.Kind.PACK_OFFER: packs.pack_offer,
    Message.Kind.PACK_SENT: packs.pack_sent,
    Message.Kind.THREAD_ANSWER: threads.thread_answer,
    Message.Kind.EXPORT_READY: accounts.export_ready,
    Message.Kind.CLOSING_BEGUN: accounts.closing_begun,
    Message.Kind.SUSPENDED: accounts.suspended,
    Message.Kind.UNSUSPENDED: accounts.unsuspended,
    Message.Kind.STAFF_ACTED: accounts.staff_acted,
}
