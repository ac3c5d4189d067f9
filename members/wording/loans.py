"""Messages about courtesy loans (programme §6)."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from members.models import Message, User
from members.wording.cases import day_of
from members.wording.words import Said, link, word

Kind = Message.Kind


def loan(facts: Mapping[str, Any]) -> dict[str, Any]:
    """What every message about a loan is given."""
    number = str(facts["number"])
    return {"number": number, "product": str(facts["product"]), "action": link("case-loan", number)}


def unit(facts: Mapping[str, Any]) -> dict[str, Any]:
    """The thing that is lent."""
    return {"unit": str(facts["unit"]), "serial": str(facts["serial"])}


def headed(kind: Message.Kind, code: str, number: str, day: date | None = None) -> str:
    """The subject that a code gives; some name a day."""
    news = word(kind, code) % {"day": date_format(day, "j M Y") if day else ""}
    return _("%(number)s: %(news)s") % {"number": number, "news": news}


def loan_offer(user: User, facts: Mapping[str, Any]) -> Said:
    context = loan(facts)
    subject = _("%(number)s: a loan is yours to ask for") % {"number": context["number"]}
    return subject, context | {
        "ground": word(Kind.LOAN_OFFER, str(facts["ground"])),
        "parts_on": day_of(facts, "parts_on"),
    }


def loan_changed(user: User, facts: Mapping[str, Any]) -> Said:
    context = loan(facts)
    change, until = str(facts["change"]), date.fromisoformat(facts["until_on"])
    return headed(Kind.LOAN_CHANGED, change, context["number"], until), context | unit(facts) | {
        "said": word(Kind.LOAN_CHANGED, f"{change} said"),
        "from_on": date.fromisoformat(facts["from_on"]),
        "until_on": until,
        "is_booked": change in {"booked", "moved"},
        "is_out": change in {"longer", "back"},
        "words": str(facts["note"]),
    }


def loan_due(user: User, facts: Mapping[str, Any]) -> Said:
    context = loan(facts)
    reminder, due_on = str(facts["reminder"]), date.fromisoformat(facts["due_on"])
    return headed(Kind.LOAN_DUE, reminder, context["number"], due_on), context | unit(facts) | {
        "said": word(Kind.LOAN_DUE, f"{reminder} said"),
        "until_on": due_on,
        "is_out": True,
        "centre": str(facts["centre"]),
    }
