"""What an item's page says of a claim: each side its own state, and nothing of the other (programme §3)."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import F
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from cps_portal.pages.kitbag import words
from kitbag.models import Claim, KitItem
from kitbag.rules.checks import Reason
from members.rules.days import programme_day


@dataclass(frozen=True, slots=True)
class Dispute:
    """The claim that an item's page speaks of, from its member's side; none where nothing is disputed."""

    claim: Claim | None = None
    is_holder: bool = False

    @property
    def is_open(self) -> bool:
        return self.claim is not None and self.claim.state == Claim.State.OPEN

    @property
    def asked(self) -> bool:
        """The member asked for the unit; it is not decided."""
        return self.is_open and not self.is_holder

    @property
    def claimed(self) -> bool:
        """Another asks for the unit, and the member has not answered."""
        return self.is_open and self.is_holder and self.claim is not None and not self.claim.answer


def dispute_of(item: KitItem) -> Dispute:
    """The newest claim of an item, or against it where it holds or held its unit; one query at most."""
    if item.state in (KitItem.State.WAITING, KitItem.State.REFUSED):
        return Dispute(Claim.objects.filter(item=item).order_by("-opened_at", "-pk").first())
    if item.state in (KitItem.State.VALIDATED, KitItem.State.REMOVED):
        against = Claim.objects.filter(held_item=item)
        # Of several, one that is open and waits for an answer comes first.
        order = (F("decided_at").desc(nulls_first=True), F("answered_at").asc(nulls_first=True), "pk")
        return Dispute(against.order_by(*order).first(), is_holder=True)
    return Dispute()


def notice_of(item: KitItem, dispute: Dispute, *, points: str, today: date) -> dict[str, Any] | None:
    """The words at the top of the item's page, as the template takes them; None where there are none."""
    claim = dispute.claim
    if claim is None:
        return None
    if not dispute.is_open:
        lost = item.state == KitItem.State.REFUSED and claim.state == Claim.State.FOR_HOLDER and not item.note
        return _lost_words() if lost and not dispute.is_holder else None
    if not dispute.is_holder:
        asked_for = item.state == KitItem.State.WAITING and Reason.UNIT_HELD in item.reasons
        return _asked_words(claim, today=today) if asked_for else None
    return _claimed_words(claim, points=points, today=today)


def _lost_words() -> dict[str, Any]:
    return {
        "strong": _("Decided: this unit belongs to another member."),
        "text": _("If the number was mistyped, correct it and save: it is checked again."),
    }


def _asked_words(claim: Claim, *, today: date) -> dict[str, Any]:
    if claim.answer:
        then = _("The other holder has answered. We decide and tell you.")
    elif today > claim.answer_by:
        then = _("The days for an answer are over. We decide and tell you.")
    else:
        then = _("The other holder has until %(day)s to answer.") % {"day": date_format(claim.answer_by, "j M Y")}
    return {"strong": _("You asked us to decide."), "text": then, "plain": True}


def _claimed_words(claim: Claim, *, points: str, today: date) -> dict[str, Any]:
    href = reverse("kitbag-claim-answer", args=[claim.pk])
    if claim.answered_at is not None:
        on = {"day": date_format(programme_day(claim.answered_at), "j M Y"), "points": points}
        return {
            "strong": _("You objected on %(day)s.") % on,
            "text": _("Your %(points)s points stay until we have decided.") % on,
            "href": href,
            "action": _("See your answer"),
            "plain": True,
        }
    return {
        "strong": f"{words.CLAIMED}.",
        "text": stay_until(points, claim.answer_by, today=today),
        "href": href,
        "action": _("Release or object"),
    }


def stay_until(points: str, answer_by: date, *, today: date) -> str:
    """Nothing is lost yet, and by when to answer."""
    if today > answer_by:
        stay = _("Your %(points)s points stay until it is decided. You can still answer.")
        return stay % {"points": points}
    stay = _("Your %(points)s points stay until it is decided. Answer by %(day)s.")
    return stay % {"points": points, "day": date_format(answer_by, "j M Y")}
