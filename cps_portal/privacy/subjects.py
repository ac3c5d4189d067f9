"""What the portal keeps about people, why, and for how long: the rows of the page /privacy/, in its order."""

from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from cps_portal.unfinished_joining import KEPT_FOR
from kitbag.proofs import KEPT_AFTER_REMOVAL

Words = str | Promise


@dataclass(frozen=True, slots=True)
class Subject:
    """Data that serve one purpose and are kept for one time.

    What closing an account does is the register's to say (showing.py), in these words: `goes` is what of it is
    erased, empty where it is all of `what`; `stays` what is left without a name, and why.
    """

    what: Words
    why: Words
    how_long: Words | Callable[[], str]
    goes: Words = ""
    stays: Words = ""

    def kept(self) -> str:
        """How long it is kept, in the active language."""
        return self.how_long() if callable(self.how_long) else str(self.how_long)


AS_A_MEMBER = _("As long as you are a member.")


def days_of(days: int) -> str:
    return ngettext("%(days)s day.", "%(days)s days.", days) % {"days": days}


def _proofs() -> str:
    days = KEPT_AFTER_REMOVAL.days
    return ngettext(
        "Until you remove them; the file is deleted %(days)s day later.",
        "Until you remove them; the file is deleted %(days)s days later.",
        days,
    ) % {"days": days}


def _sessions() -> str:
    days = settings.SESSION_COOKIE_AGE // (24 * 60 * 60)
    return ngettext(
        "Until you sign out; a session ends by itself after %(days)s day.",
        "Until you sign out; a session ends by itself after %(days)s days.",
        days,
    ) % {"days": days}


def _packs() -> str:
    days = settings.PACK_ADDRESS_KEPT_DAYS
    return ngettext(
        "The address until %(days)s day after the pack was sent.",
        "The address until %(days)s days after the pack was sent.",
        days,
    ) % {"days": days}


def _threads() -> str:
    days = settings.GUEST_KEPT_DAYS
    return ngettext(
        "As long as you are a member; without an account, until %(days)s day after the last word.",
        "As long as you are a member; without an account, until %(days)s days after the last word.",
        days,
    ) % {"days": days}


def _former() -> str:
    days = settings.FORMER_KEPT_DAYS
    return ngettext(
        "As long as you are a member; until %(days)s day after we took it over if you never claim it.",
        "As long as you are a member; until %(days)s days after we took it over if you never claim it.",
        days,
    ) % {"days": days}


def _exports() -> str:
    hours = settings.EXPORT_KEPT_HOURS
    return ngettext("%(hours)s hour.", "%(hours)s hours.", hours) % {"hours": hours}


NOBODY = Subject("Nothing about people", "", "")
IDENTITY = Subject(
    _("Name, e-mail address, language, time zone"),
    _("To know you, write to you and show times as you read them."),
    AS_A_MEMBER,
    stays=_("An entry that names nobody: what else stays hangs on it."),
)
MEMBERSHIP = Subject(
    _("Official country, that you are 18 or older, the versions of the terms you accepted and when"),
    _("Membership and its benefits rest on them."),
    AS_A_MEMBER,
    goes=_("Official country, member number, the terms you accepted and your moves"),
    stays=_(
        "When the membership began and ended and that the age was confirmed: the figures of the programme rest on it."
    ),
)
ADDRESSES = Subject(
    _("Phone number, professional field and addresses that you save"),
    _("So that you need not type them again, and a courier can reach you."),
    _("Until you change or remove them."),
)
KIT = Subject(
    _("Your kit: product, serial number, country, day and store of purchase, and what happened to each entry"),
    _("It gives your points and level. A serial number can count for one member only."),
    _(
        "As long as you are a member; removed products stay on your statement,"
        " so that your points history can be followed."
    ),
    goes=_("Serial numbers, countries, stores and days of purchase and notes of your kit, and what was said in claims"),
    stays=_("Which products were registered and when, without your name or their numbers: points rest on them."),
)
PROOFS = Subject(
    _("Proofs of purchase and photos of serial numbers, made anew without what the camera noted in them"),
    _("You keep them here; we open one only to check a product or to decide a claim, and you see when."),
    _proofs,
    goes=_("Proofs of purchase and photos of serial numbers"),
    stays=_("That there was a proof and when, without the file and its name: decided claims rest on it."),
)
IMPORTS = Subject(
    _("Lists of kit that you paste or upload"),
    _("So that you can look at each row before it is added."),
    lambda: days_of(settings.IMPORT_KEPT_DAYS),
)
LISTS = Subject(
    _("Kitbag lists that you made for an insurer or customs"),
    _("So that whoever has the list can check its code."),
    AS_A_MEMBER,
)
REPORTED = Subject(
    _("Serial numbers that were reported stolen or replaced in a repair"),
    _("So that nobody registers a stolen or a replaced number unseen."),
    _("For good, without your name."),
    stays=_("Serial numbers that were reported stolen or replaced in a repair: they guard the next owner."),
)
POINTS = Subject(
    _("Points, levels and the changes of both"),
    _("So that you can see at any time why your total is what it is."),
    AS_A_MEMBER,
    goes=_("What staff wrote when they kept a level for you"),
    stays=_("Which product counted when, without your name or its number: the sums of the programme must stay right."),
)
CASES = Subject(
    _("Cases in servicing: what was wrong, where it goes back to, what you and the centre wrote, photos and estimates"),
    _("To repair your kit, send it back to you and answer for what was done."),
    AS_A_MEMBER,
    goes=_("What you and the centres wrote about your cases, photos, and where your things went"),
    stays=_("What a centre did and when, without your name: its clock and its figures rest on it."),
)
DRAFTS = Subject(
    _("Requests to a centre that you begin and do not send"),
    _("So that you can go on later."),
    lambda: days_of(settings.CASE_DRAFT_KEPT_DAYS),
)
LOANS = Subject(
    _("Backup loans: the unit, its days and its condition"),
    _("To know where our units are."),
    AS_A_MEMBER,
    goes=_("What was noted about your loans, and days without loans"),
    stays=_("Which unit was lent and when, without your name: a centre answers for its units."),
)
PACKS = Subject(
    _("Your welcome pack and your cards"),
    _("To send them to you once, and to know a lost card."),
    _packs,
    goes=_("Where your welcome pack went; your card and its QR code are valid no more"),
    stays=_("That a pack or a card was sent and when, without name or address: the stock is counted by it."),
)
BENEFITS = Subject(
    _("Codes of offers that you drew, and your places at events"),
    _("Each code is one member’s, and each place as well."),
    AS_A_MEMBER,
    stays=_("Codes of offers that were drawn and places at events, without your name: none is given twice."),
)
THREADS = Subject(_("What you asked us, and our answers"), _("To answer you."), _threads)
FORMER = Subject(
    _("Your account of the former scheme: e-mail address, name, country, levels and kit"),
    _("So that you find in the new scheme what you had in the old one."),
    _former,
)
VISITORS = Subject(
    _("Card holders of other CPS regions at our centres and events: name, card, e-mail address, phone number"),
    _("To serve them, and to give back what they brought."),
    lambda: days_of(settings.GUEST_KEPT_DAYS),
)
SIGNING_IN = Subject(
    _("A fingerprint of your password, passkeys, authenticator secret and recovery codes"),
    _("To let you in and nobody else. The password itself is not kept."),
    _("Until you change or remove them."),
)
SESSIONS = Subject(
    _("Where you are signed in: browser, internet address, times"),
    _("So that you can see and end your sessions."),
    _sessions,
)
EMAIL_CHANGES = Subject(
    _("The address you had before you changed your e-mail address"),
    _("So that a change that was not yours can be undone."),
    lambda: days_of(settings.EMAIL_UNDO_DAYS),
)
MESSAGES = Subject(
    _("Messages we sent you"),
    _("To send each once and to know what you were told."),
    _("As long as you are a member. The text of security mail, such as a code, is erased once it is sent."),
)
EXPORTS = Subject(_("Copies of your data that you ask for"), _("So that you can take them along."), _exports)
LOOKS = Subject(
    _("Which staff role opened your data, and when"),
    _("So that you can see who looked."),
    AS_A_MEMBER,
)
ACTINGS = Subject(
    _("When our staff acted for you or suspended your membership: role, reason and what they sent in"),
    _("So that you can see what was done in your name, and why."),
    AS_A_MEMBER,
)
AUDIT = Subject(
    _("What staff changed, who, when and why"),
    _("So that every change by staff can be answered for."),
    _("As long as you are a member; afterwards without your name."),
    goes=_("What says that something staff did was about you"),
    stays=_("What staff did and when, without your name: every change by staff is answered for."),
)
UNFINISHED = Subject(
    _("What you entered to join, if you never enter the code"),
    _("So that you can still finish."),
    lambda: days_of(KEPT_FOR.days),
)
FAILED = Subject(
    _("Failed sign-ins, by internet address and e-mail address"),
    _("To stop people who try passwords."),
    _("An hour at most; e-mail addresses are kept in a form that cannot be read back."),
)

SHOWN = (
    IDENTITY,
    MEMBERSHIP,
    ADDRESSES,
    KIT,
    PROOFS,
    IMPORTS,
    LISTS,
    REPORTED,
    POINTS,
    CASES,
    DRAFTS,
    LOANS,
    PACKS,
    BENEFITS,
    THREADS,
    FORMER,
    VISITORS,
    SIGNING_IN,
    SESSIONS,
    EMAIL_CHANGES,
    MESSAGES,
    EXPORTS,
    LOOKS,
    ACTINGS,
    AUDIT,
    UNFINISHED,
    FAILED,
)
