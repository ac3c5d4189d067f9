"""Letters: the mail of one row, or of a day's rows together, with its headers."""

from collections.abc import Sequence
from dataclasses import dataclass
from email.utils import format_datetime
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.core.mail.backends.base import BaseEmailBackend
from django.template.loader import render_to_string
from django.utils.translation import ngettext, override

from members import wording
from members.mail_choices import stop_address
from members.models import Message
from members.rules.mailing import REFUSABLE
from members.wording import Text

# The rest of a very full day stands with its subjects only.
IN_FULL = 20


@dataclass(frozen=True, slots=True)
class Written:
    """A row with its words; `stop` is where mail of its kind ends, "" for service mail."""

    message: Message
    text: Text
    to: str
    stop: str = ""


def write(message: Message) -> Written:
    """The words of a row as a letter of its own. Raises Unwritable."""
    if message.kind == Message.Kind.SECURITY:
        if message.sealed is None:
            raise wording.Unwritable("Its text was erased.")
        return Written(message, sealed_text(message.sealed), message.sealed["to"])
    if message.user is None:
        return Written(message, wording.write(message), message.address)
    if not message.user.is_active:
        raise wording.Unwritable("Its account is closed.")
    stop = stop_address(message.user.pk, [message.kind]) if message.kind in REFUSABLE else ""
    return Written(message, wording.write(message, stop=stop), message.user.email, stop)


def letter_of(written: Sequence[Written], server: BaseEmailBackend) -> EmailMultiAlternatives:
    """The mail of one row or of several. Its Message-ID follows from them: a repeated mail can be recognised."""
    entry = written[0] if len(written) == 1 else _of_the_day(written)
    host = urlsplit(settings.PORTAL_ORIGIN).hostname or "localhost"
    message = entry.message
    kind = "day." if len(written) > 1 else ""
    # What waited for the morning is the morning's mail.
    waited = bool(entry.stop and message.user and message.user.mail_digest)
    headers = {
        "Message-ID": f"<{message.created_at:%Y%m%d%H%M%S%f}.{kind}{message.pk}@{host}>",
        "Date": format_datetime(message.due_at if waited else message.created_at),
        "Auto-Submitted": "auto-generated",
    }
    if message.kind != Message.Kind.SECURITY:
        headers["List-Id"] = f"CPS <messages.{host}>"
    if entry.stop:
        headers |= {"List-Unsubscribe": f"<{entry.stop}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
    letter = EmailMultiAlternatives(
        entry.text.subject, entry.text.text, to=[entry.to], headers=headers, connection=server
    )
    if entry.text.html:
        letter.attach_alternative(entry.text.html, "text/html")
    return letter


def _of_the_day(written: Sequence[Written]) -> Written:
    """One letter of several rows of one person, in the order given; the newest row names it."""
    user = written[0].message.user
    if user is None:
        raise wording.Unwritable("A programme message needs a user.")
    newest = max((entry.message for entry in written), key=lambda message: message.pk)
    stop = stop_address(user.pk, REFUSABLE)
    with override(user.language):
        more = len(written) - 1
        subject = ngettext("%(subject)s, and %(more)s more", "%(subject)s, and %(more)s more", more)
        context = {
            "subject": subject % {"subject": written[0].text.subject, "more": more},
            "parts": [wording.write(entry.message, layout=wording.PART) for entry in written[:IN_FULL]],
            "others": [entry.text.subject for entry in written[IN_FULL:]],
            "first_name": user.get_short_name(),
            "origin": settings.PORTAL_ORIGIN,
            "action": wording.link("messages"),
            "stop": stop,
            "choices": wording.link("messages-preferences"),
        }
        text = Text(
            subject=context["subject"],
            text=wording.tidy(render_to_string("emails/day.txt", context)),
            html=render_to_string("emails/day.html", context),
        )
    return Written(newest, text, user.email, stop)


def sealed_text(sealed: dict[str, str]) -> Text:
    """Security mail as allauth wrote it."""
    return Text(subject=" ".join(sealed["subject"].split()), text=sealed["text"], html=sealed["html"])
