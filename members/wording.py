"""What a message says: its row's facts in the words and the language of the person, when it is sent.

Facts of each kind (plain JSON values; days as ISO text, levels as 0 to 3):

- item_validated: item, product, points, total, level
- item_needs_you: item, product, reasons (codes), note
- claim_against: item, product, claim, answer_by (day)
- claim_decided: item, product, claim, yours (true or false), withdrawn (true where nobody decided)
- level_up, level_down: from, to, points, causes (codes), products (names), day
- drop_ahead: day, points (that fall), products (names), total (after it), from, to, gap (points more that
  keep the level, 0 where none is lost), causes (codes), short_notice (the reason, "" where told in time)
- drop_changed: the same, and change: "level" (it now costs one) or "withdrawn" (points are those told before)

Codes belong to the apps above this one. Their words, and what a new level brings, come from the module
`wording` of each app, which Django loads at start (members/apps.py) and which calls `name_codes` and
`tell_news` here: rows keep codes, and the words are those of the day of sending.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.conf import settings
from django.template import TemplateDoesNotExist, TemplateSyntaxError
from django.template.loader import render_to_string
from django.urls import NoReverseMatch, reverse
from django.utils.formats import date_format
from django.utils.functional import Promise, SimpleLazyObject
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from members.models import Level, Message, User

Words = str | Promise
# user, level before, level after, programme day → lines in the active language
News = Callable[[User, Level, Level, date], Sequence[str]]
NAMES_SHOWN = 8
# What stands around the words of a kind: templates/emails/<layout>.html and .txt.
LETTER = "base"
PART = "part"

_words: dict[Message.Kind, dict[str, Words]] = {}
_news: list[News] = []


class Unwritable(Exception):
    """The row cannot become a text: a fact is missing or wrong. Trying again would not help."""


@dataclass(frozen=True, slots=True)
class Text:
    subject: str
    text: str
    html: str


def name_codes(kind: Message.Kind, words: Mapping[str, Words]) -> None:
    """Give the codes in a kind's facts their words (lazy translations)."""
    _words.setdefault(kind, {}).update(words)


def tell_news(news: News) -> None:
    """Register what says what a level brings; asked at sending, in the person's language."""
    if news not in _news:
        _news.append(news)


def write(message: Message, *, layout: str = LETTER, stop: str = "") -> Text:
    """Subject, text and HTML of a programme message to a user, in their language. Raises Unwritable.

    `layout` says what stands around the words; `stop` is the address that ends mail of this kind.
    """
    with _fitting(), override(_user(message).language):
        subject, context = _said(message)
        context |= {"layout": f"emails/{layout}.txt", "stop": stop, "choices": stop and link("messages-preferences")}
        text = tidy(render_to_string(f"emails/{message.kind}.txt", context))
        context["layout"] = f"emails/{layout}.html"
        return Text(subject=subject, text=text, html=render_to_string(f"emails/{message.kind}.html", context))


def subject_of(message: Message) -> str:
    """What a programme message is about, in the active language. Raises Unwritable."""
    with _fitting():
        return _said(message)[0]


def page_of(message: Message) -> str:
    """A programme message as part of a page, in the active language. Raises Unwritable."""
    with _fitting():
        return render_to_string(f"emails/{message.kind}.html", _said(message)[1] | {"layout": "emails/page.html"})


def _user(message: Message) -> User:
    if message.user is None:
        raise Unwritable("A programme message needs a user.")
    return message.user


def _said(message: Message) -> tuple[str, dict[str, Any]]:
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
    except (ValueError, TypeError, NoReverseMatch, TemplateDoesNotExist, TemplateSyntaxError) as error:
        raise Unwritable(f"{type(error).__name__}: {error}") from error


def tidy(text: str) -> str:
    """Plain text without the blank lines that template tags leave."""
    return re.sub(r"\n{3,}", "\n\n", re.sub(r"[ \t]+\n", "\n", text)).strip() + "\n"


def link(name: str, *args: object) -> str:
    """The full address of a page of the portal."""
    return settings.PORTAL_ORIGIN + reverse(name, args=args)


def figure(points: int) -> str:
    """Points as everywhere: a comma at the thousands, Western digits in every language."""
    return f"{points:,}"


def item_validated(user: User, facts: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    product, points = str(facts["product"]), int(facts["points"])
    subject = ngettext("%(product)s counts: %(points)s point", "%(product)s counts: %(points)s points", points)
    return subject % {"product": product, "points": figure(points)}, {
        "product": product,
        "points": points,
        "points_figure": figure(points),
        "total_figure": figure(int(facts["total"])),
        "level": Level(facts["level"]).label,
        "action": link("points"),
        "item_link": link("kitbag-item", facts["item"]),
    }


def item_needs_you(user: User, facts: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    product = str(facts["product"])
    words = _words.get(Message.Kind.ITEM_NEEDS_YOU, {})
    return _("%(product)s needs you") % {"product": product}, {
        "product": product,
        "reasons": [str(words[code]) for code in facts["reasons"]],
        "note": str(facts["note"]),
        "action": link("kitbag-item", facts["item"]),
    }


def level_up(user: User, facts: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    context = level_change(Message.Kind.LEVEL_UP, facts)
    old, new = Level(facts["from"]), Level(facts["to"])
    # It asks the database: only where the text is written, not for a subject in a list.
    context["news"] = SimpleLazyObject(
        lambda: [line for news in _news for line in news(user, old, new, context["day"])]
    )
    return _("You are %(level)s now") % {"level": new.label}, context


def level_down(user: User, facts: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    context = level_change(Message.Kind.LEVEL_DOWN, facts)
    return _("Your level is now %(level)s") % {"level": context["to_level"]}, context


def level_change(kind: Message.Kind, facts: Mapping[str, Any]) -> dict[str, Any]:
    words = _words.get(kind, {})
    names = [str(name) for name in facts["products"]]
    return {
        "from_level": Level(facts["from"]).label,
        "to_level": Level(facts["to"]).label,
        "points": int(facts["points"]),
        "points_figure": figure(int(facts["points"])),
        "day": date.fromisoformat(facts["day"]),
        "causes": [str(words[code]) for code in facts["causes"]],
        "products": names[:NAMES_SHOWN],
        "more_products": max(0, len(names) - NAMES_SHOWN),
        "action": link("points"),
    }


def drop_ahead(user: User, facts: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    context = drop(Message.Kind.DROP_AHEAD, facts)
    if context["level_falls"]:
        subject = _("On %(on)s your level becomes %(level)s")
    else:
        subject = ngettext(
            "On %(on)s your total falls by %(points)s point",
            "On %(on)s your total falls by %(points)s points",
            context["points"],
        )
    return subject % {"on": context["on"], "level": context["to_level"], "points": context["points_figure"]}, context


def drop_changed(user: User, facts: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    context = drop(Message.Kind.DROP_CHANGED, facts)
    context["withdrawn"] = {"level": False, "withdrawn": True}[facts["change"]]
    subject = _("The drop of %(on)s is withdrawn") if context["withdrawn"] else _("The drop of %(on)s costs a level")
    return subject % {"on": context["on"]}, context


def drop(kind: Message.Kind, facts: Mapping[str, Any]) -> dict[str, Any]:
    context = level_change(kind, facts)
    total, gap = int(facts["total"]), int(facts["gap"])
    return context | {
        "on": date_format(context["day"], "j M Y"),
        "total_figure": figure(total),
        "level_falls": Level(facts["to"]) < Level(facts["from"]),
        "gap": gap,
        "gap_figure": figure(gap),
        "short_notice": str(facts["short_notice"]),
    }


def claim_against(user: User, facts: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    product = str(facts["product"])
    return _("Someone else claims the serial number of your %(product)s") % {"product": product}, {
        "product": product,
        "answer_by": date.fromisoformat(facts["answer_by"]),
        "action": link("kitbag-claim-answer", int(facts["claim"])),
    }


def claim_decided(user: User, facts: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    product, yours = str(facts["product"]), bool(facts["yours"])
    withdrawn = bool(facts.get("withdrawn"))
    if withdrawn:
        subject = _("Nobody else claims this %(product)s any more")
    elif yours:
        subject = _("Decided: this %(product)s is yours")
    else:
        subject = _("Decided: this %(product)s is another member’s")
    return subject % {"product": product}, {
        "product": product,
        "yours": yours,
        "withdrawn": withdrawn,
        "action": link("kitbag-item", facts["item"]),
    }


CONTEXTS: dict[Message.Kind, Callable[[User, Mapping[str, Any]], tuple[str, dict[str, Any]]]] = {
    Message.Kind.ITEM_VALIDATED: item_validated,
    Message.Kind.ITEM_NEEDS_YOU: item_needs_you,
    Message.Kind.CLAIM_AGAINST: claim_against,
    Message.Kind.CLAIM_DECIDED: claim_decided,
    Message.Kind.LEVEL_UP: level_up,
    Message.Kind.LEVEL_DOWN: level_down,
    Message.Kind.DROP_AHEAD: drop_ahead,
    Message.Kind.DROP_CHANGED: drop_changed,
}
