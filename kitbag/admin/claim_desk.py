"""A claim as it lies on a clerk's desk: both sides' papers, and what each side would be told (programme §3)."""

from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django_countries import countries

from kitbag import claim_news
from kitbag.admin.proofs import beside
from kitbag.models import Claim, KitItem, Proof, ReviewLease
from members.looking import role_in_words
from members.models import Message, User
from members.rules.days import programme_day
from members.staff_forms import shown
from members.wording import Unwritable, preview


def sides_of(claim: Claim, *, purpose: str) -> list[dict[str, Any]]:
    """Claimant and holder, each with what they say and their papers; these open for `purpose` only."""
    return [
        _side(
            claim.item,
            name=_("Claimant"),
            said=claim.words,
            ground=claim.get_ground_display(),
            proof=claim.proof,
            purpose=purpose,
        ),
        _side(
            claim.held_item,
            name=_("Holder"),
            said=claim.answer_words,
            ground=claim.get_answer_display(),
            proof=claim.answer_proof,
            purpose=purpose,
        ),
    ]


def _side(item: KitItem, *, name: str, said: str, ground: str, proof: Proof | None, purpose: str) -> dict[str, Any]:
    kept = {row.pk: row for row in item.proofs.kept()}
    if proof is not None:
        # What was given for this claim is read first, removed since or not.
        kept = {proof.pk: proof} | kept
    return {
        "name": name,
        "member": str(item.member),
        "member_href": reverse("admin:members_member_change", args=[item.member_id]),
        "item_href": reverse("admin:kitbag_kititem_change", args=[item.pk]),
        "state": item.get_state_display(),
        "serial": item.serial_typed,
        "bought": shown(item.purchased_on),
        "store": item.store,
        "country": str(countries.name(item.country_of_purchase or "")),
        "added": shown(programme_day(item.added_at)),
        "validated": shown(programme_day(item.validated_at)) if item.validated_at else "",
        "ground": ground,
        "said": said,
        "papers": beside(kept.values(), purpose, given=proof),
    }


def messages_of(claim: Claim) -> list[dict[str, Any]]:
    """For each outcome, the letter that each side would get: by the very words that are mailed."""
    outcomes = [("claimant", _("Decided for the claimant"), True), ("holder", _("Decided for the holder"), False)]
    return [
        {
            "value": value,
            "title": title,
            "letters": [
                _letter(claim, claim.item, to=_("To the claimant"), yours=wins),
                _letter(claim, claim.held_item, to=_("To the holder"), yours=not wins),
            ],
        }
        for value, title, wins in outcomes
    ]


def _letter(claim: Claim, item: KitItem, *, to: str, yours: bool) -> dict[str, str]:
    user = item.member.user
    facts = claim_news.facts_of(item, claim, yours=yours)
    try:
        written = preview(user, Message.Kind.CLAIM_DECIDED, facts)
    except Unwritable as error:
        return {"to": to, "subject": _("Cannot be written"), "text": str(error), "language": "en"}
    return {"to": to, "subject": written.subject, "text": written.text, "language": user.language}


def whose_desk(item_id: Any, *, user: User, at: datetime) -> tuple[str, datetime | None]:
    """The role that has it on another desk, and until when; ("", None) where nobody else has."""
    lease = ReviewLease.objects.filter(item=item_id, until__gt=at).exclude(by=user).select_related("by").first()
    return (role_in_words(lease.by), lease.until) if lease else ("", None)
