"""What the pages /privacy/ and "Close my account" say: computed from the register, so that they cannot differ."""

from collections.abc import Iterator
from enum import StrEnum

from django.utils.translation import gettext as _

from cps_portal.privacy.register import REGISTER
from cps_portal.privacy.subjects import SHOWN, Subject
from cps_portal.privacy.table import Ends


def what_is_kept() -> list[dict[str, str]]:
    """Each subject with why and how long it is kept, and what closing an account does to it."""
    return [
        {
            "what": str(subject.what),
            "why": str(subject.why),
            "how_long": subject.kept(),
            "on_closing": _on_closing(subject),
        }
        for subject in SHOWN
    ]


class Fate(StrEnum):
    """What closing an account does to all of a subject."""

    NOBODYS = "nobodys"  # of people without an account: closing does nothing
    GONE = "gone"
    IN_PART = "in part"
    NAMELESS = "nameless"  # nothing in it says who it was


def fate_of(subject: Subject) -> Fate:
    """The least of what its tables lose."""
    theirs = [
        table for table in REGISTER.values() if table.subject == subject and (table.theirs or table.ends != Ends.KEPT)
    ]
    if not theirs:
        return Fate.NOBODYS
    if not any(table.about_people() for table in theirs):
        return Fate.NAMELESS
    return Fate.GONE if all(table.ends == Ends.GONE for table in theirs) else Fate.IN_PART


def what_goes() -> Iterator[str]:
    """What closing an account erases, in the order of the page /privacy/."""
    for subject in SHOWN:
        if fate_of(subject) in (Fate.GONE, Fate.IN_PART):
            yield str(subject.goes or subject.what)


def what_stays() -> Iterator[str]:
    """What stays without a name, and why."""
    for subject in SHOWN:
        if fate_of(subject) in (Fate.IN_PART, Fate.NAMELESS):
            yield str(subject.stays)


def _on_closing(subject: Subject) -> str:
    """Nothing is said of data of people without an account."""
    return {
        Fate.NOBODYS: "",
        Fate.NAMELESS: _("It stays without your name when you close your account."),
        Fate.GONE: _("Erased when you close your account."),
        Fate.IN_PART: _("When you close your account, what is about you is erased; the rest stays without your name."),
    }[fate_of(subject)]
