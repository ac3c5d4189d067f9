"""The words of the kitbag's pages: states, what is missing, what to do, and what the programme refuses."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

from kitbag.models import Claim, ItemEvent, KitItem, RemovalReason, WaitingReason
from kitbag.rules.checks import Detail, Reason, members_turn
from members.wording.words import Words
from servicing.rules.eligibility import Answer, CentreKind, No

DETAIL_NAMES: dict[Detail, Words] = {
    Detail.SERIAL: gettext_lazy("serial number"),
    Detail.COUNTRY: gettext_lazy("country"),
    Detail.DATE: gettext_lazy("date"),
    Detail.STORE: gettext_lazy("store"),
}
ADD_DETAIL: dict[Detail, Words] = {
    Detail.SERIAL: gettext_lazy("Add the serial number"),
    Detail.COUNTRY: gettext_lazy("Add the country of purchase"),
    Detail.DATE: gettext_lazy("Add the date of purchase"),
    Detail.STORE: gettext_lazy("Add the store"),
}
# What a member can do about a reason, or what happens next where we are looking.
WHAT_TO_DO: dict[Reason, Words] = {
    Reason.SERIAL_SHAPE: gettext_lazy(
        "Compare it with the product once more. If it is what the product says, tell us and we check it by hand."
    ),
    Reason.DATE_CODE: gettext_lazy(
        "A letter, four digits and a letter is how Canon writes a date of manufacture. Look for a longer number of "
        "digits. If there is none, tell us and we check it by hand."
    ),
    Reason.DATE_FUTURE: gettext_lazy("Correct the date of purchase."),
    Reason.DATE_EARLY: gettext_lazy("Correct the date of purchase, or choose the product you own."),
    Reason.ASKED: gettext_lazy("Read our question, change what it asks about and save."),
    Reason.UNIT_HELD: gettext_lazy(
        "Compare the number once more. If it is right, as it can be with second-hand kit, tell us how you came by it "
        "and add your proof of purchase: then we decide."
    ),
    Reason.SHAPE_CONFIRMED: gettext_lazy("You told us that this is what it says. We look at it and tell you."),
    Reason.SIBLING: gettext_lazy("Check that you chose the product you own. If so, there is nothing to do."),
    Reason.CONSECUTIVE: gettext_lazy("Check the last digits. If they are right, there is nothing to do."),
    Reason.MANY: gettext_lazy("There is nothing to do: we look at the last ones by hand."),
    Reason.STOLEN: gettext_lazy("We look at it and may ask you for proof of purchase."),
    Reason.FORMER_NUMBER: gettext_lazy("The centre gave it a new number. If yours shows that, correct it here."),
    Reason.OVER_LIMIT: gettext_lazy("We look at it and tell you."),
}
# The same in a list: what a member is asked to look at.
TO_LOOK_AT: dict[Reason, Words] = {
    Reason.SERIAL_SHAPE: gettext_lazy("Look at the serial number"),
    Reason.DATE_CODE: gettext_lazy("Look at the serial number"),
    Reason.DATE_FUTURE: gettext_lazy("Look at the date"),
    Reason.DATE_EARLY: gettext_lazy("Look at the date"),
    Reason.ASKED: gettext_lazy("Answer our question"),
    Reason.UNIT_HELD: gettext_lazy("Another member has registered it: tell us more"),
}
CLAIMED = gettext_lazy("Someone else claims this serial number")
# As servicing.wording.NOT_ELIGIBLE says it, in a list.
NOT_ELIGIBLE_SHORT: dict[No, Words] = {
    No.NOT_LISTED: gettext_lazy("No: not on the list"),
    No.UNSERVICEABLE: gettext_lazy("No: no longer serviced"),
    No.DETAILS_MISSING: gettext_lazy("No: details missing"),
    No.NOT_VALIDATED: gettext_lazy("No: not checked yet"),
    No.LEVEL: gettext_lazy("No: from Silver"),
    No.COUNTRY: gettext_lazy("No: not in your country"),
    No.NO_TARGET: gettext_lazy("No: no target"),
    No.CENTRE_KIND: gettext_lazy("No: repairs only"),
    No.CENTRE_TARGET: gettext_lazy("No: no target there"),
}
CENTRES: dict[CentreKind, Words] = {
    CentreKind.CANON: gettext_lazy("Canon Service & Repair Centres"),
    CentreKind.PARTNER: gettext_lazy("CPS Authorised Service Partners"),
}
# What the programme refuses, by code: the field it belongs beside (empty: the whole form), and the words.
REFUSALS: dict[str, tuple[str, Words]] = {
    "counts": ("", gettext_lazy("This product was checked in the meantime and counts. Look at it and save again.")),
    "not_counting": ("", gettext_lazy("This product does not count any more. Look at it and save again.")),
    "removed": ("", gettext_lazy("This product has been removed from your kitbag.")),
    "details_missing": ("", gettext_lazy("A product that counts keeps all its details. Fill in every field.")),
    "in_servicing": (
        "serial_typed",
        gettext_lazy("It is in servicing: product and serial number stay as the centre received them."),
    ),
    "date_future": (Detail.DATE, gettext_lazy("This date lies in the future.")),
    "date_early": (Detail.DATE, gettext_lazy("This is before the product was announced.")),
    "not_yours": ("", gettext_lazy("This form is out of date. Look at it and save again.")),
    "claimed": ("", gettext_lazy("This unit belongs to another member now.")),
    "too_late": ("", gettext_lazy("The days in which a removal can be undone are over. Add the product again.")),
    "not_open": ("", gettext_lazy("This was decided in the meantime.")),
    "not_a_claim": ("", gettext_lazy("This product does not wait for a claim any more.")),
    "changed": ("", gettext_lazy("This changed a moment ago. Look at it and send it again.")),
    "proof_missing": ("proof", gettext_lazy("Add your proof of purchase.")),
    "proof_empty": ("proof", gettext_lazy("This file is empty.")),
    "proof_large": ("proof", gettext_lazy("This file is larger than 10 MB. A photo of the receipt is enough.")),
    "proof_quota": ("proof", gettext_lazy("Your proofs take all the room there is. Remove one that you do not need.")),
    "proof_unknown": ("proof", gettext_lazy("This is no PDF, JPEG, PNG, HEIC or TIFF. Choose another file.")),
    "proof_broken": ("proof", gettext_lazy("This file cannot be read. Save it anew, or take a photo of it.")),
    "proof_locked": ("proof", gettext_lazy("This PDF needs a password. Print it to a new PDF, or take a photo of it.")),
    "proof_active": (
        "proof",
        gettext_lazy("This PDF contains something that runs by itself. Print it to a new PDF, or take a photo of it."),
    ),
    "proof_mixed": ("proof", gettext_lazy("This file holds a second file. Save it anew, or take a photo of it.")),
    "proof_huge": ("proof", gettext_lazy("This file is too large to open. Take a photo of the receipt instead.")),
    "proof_many": ("proof", gettext_lazy("That were many files in one hour. Try again a little later.")),
    "proof_in_claim": ("", gettext_lazy("A claim that is open rests on this proof. It can be removed after that.")),
}


def listed_plainly(names: Sequence[str]) -> str:
    """Things in a row without "and": "Jacobs, United Kingdom"."""
    return pgettext("between things in a row", ", ").join(names)


def listed(names: Sequence[str]) -> str:
    """Things in a row: "serial number, date and store"."""
    if len(names) < 2:
        return "".join(names)
    return _("%(first)s and %(last)s") % {"first": listed_plainly(names[:-1]), "last": names[-1]}


def missing_words(details: Iterable[Detail]) -> str:
    """What a draft lacks, as its state: "Date and store missing"."""
    names = listed([str(DETAIL_NAMES[detail]) for detail in details])
    return capfirst(_("%(details)s missing") % {"details": names})


def state_of(
    state: str,
    reasons: Sequence[str],
    *,
    missing: Sequence[Detail],
    in_servicing: bool,
    change_waits: bool = False,
    asked: bool = False,
    claimed: bool = False,
) -> tuple[str, str]:
    """Dot and words of an item's state (design: blue needs you, ring being checked, green counts).

    `asked`: its member has an open claim to the unit; `claimed`: another has one against it, unanswered.
    """
    if state == KitItem.State.VALIDATED:
        if claimed:
            return "needs-you", _("Someone else claims it")
        if in_servicing:
            return "servicing", _("Counts. In servicing")
        return "counts", _("Counts. A change is being checked") if change_waits else _("Counts")
    if state == KitItem.State.DRAFT:
        return "needs-you", missing_words(missing) if missing else _("Details missing")
    if state == KitItem.State.REFUSED:
        return "needs-you", _("Not accepted")
    if acts := members_turn(reasons, asked=asked):
        return "needs-you", str(TO_LOOK_AT[acts[0]])
    return "checking", _("We are checking it")


def of_event(kind: str, facts: Mapping[str, Any]) -> str:
    """What an event says beside its name: a note, a reason, what was changed."""
    if note := facts.get("note"):
        return str(note)
    if kind == ItemEvent.Kind.REMOVED:
        return str(RemovalReason(facts["reason"]).label)
    if kind == ItemEvent.Kind.CLAIM_ANSWERED:
        return _("You released it") if facts.get("answer") == Claim.Answer.RELEASED else _("You objected, with proof")
    if kind == ItemEvent.Kind.CLAIM_DECIDED:
        if facts.get("withdrawn"):
            return _("Nobody else asks for it any more. It stays with you")
        return _("It is yours") if facts["yours"] else _("It belongs to another member")
    if kind == ItemEvent.Kind.CLAIM_OPENED:
        return str(Claim.Ground(facts["ground"]).label) if "ground" in facts else ""
    if kind == ItemEvent.Kind.EDITED:
        return capfirst(listed([str(DETAIL_NAMES[detail]) for detail in Detail if detail in facts]))
    if kind in (ItemEvent.Kind.PROOF_ADDED, ItemEvent.Kind.PROOF_REMOVED):
        return str(facts.get("name", ""))
    return ". ".join([*_changes(facts), *(str(WaitingReason(code).label) for code in facts.get("reasons", ()))])


def _changes(facts: Mapping[str, Any]) -> Iterator[str]:
    """What became of product and serial number. Names and numbers keep their own direction in any language."""
    for fact, words in (("product", _("%(before)s to %(after)s")), ("serial", _("Serial number %(old)s to %(new)s"))):
        old, new = facts.get(fact, ("", ""))
        if old != new:
            old, new = f"\u2068{old}\u2069", f"\u2068{new}\u2069"
            yield words % {"old": old, "new": new, "before": old, "after": new}


def fast_track_words(answer: Answer) -> str:
    """One line: "Yes, 3 days", or no with its first reason."""
    if not answer.qualifies or answer.best is None:
        return str(NOT_ELIGIBLE_SHORT[answer.reasons[0]])
    days = ngettext("Yes, %(days)s day", "Yes, %(days)s days", answer.best)
    return days % {"days": answer.best}


def saved_words(item: KitItem, *, name: str, points: int, asked: bool = False) -> str:
    """The toast after saving: what became of it; `asked` where the member has an open claim to the unit."""
    words = {"name": name, "points": f"{points:,}"}
    if item.state == KitItem.State.VALIDATED:
        return _("%(name)s counts: %(points)s points.") % words
    if item.state == KitItem.State.REMOVED:
        return str(REFUSALS["removed"][1])
    if item.state == KitItem.State.DRAFT:
        return _("%(name)s is in your kitbag. Its %(points)s points count once all details are there.") % words
    if members_turn(item.reasons, asked=asked):
        return _("%(name)s is saved. It needs a look from you before it counts.") % words
    return _("%(name)s is saved. We are checking it; its %(points)s points count after that.") % words
