"""What the page /privacy/ shows: computed from the register."""

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


def _on_closing(subject: Subject) -> str:
    """The least of what its tables lose; nothing is said of data of people without an account."""
    theirs = [
        table for table in REGISTER.values() if table.subject == subject and (table.theirs or table.ends != Ends.KEPT)
    ]
    if not theirs:
        return ""
    about = [table for table in theirs if table.about_people()]
    if not about:
        return _("It stays without your name when you close your account.")
    if all(table.ends == Ends.GONE for table in theirs):
        return _("Erased when you close your account.")
    return _("When you close your account, what is about you is erased; the rest stays without your name.")
