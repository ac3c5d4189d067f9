"""One kit item: its state and what to do, its value, Fast Track, what happened (programme §3, §6)."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language_bidi
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from django_countries import countries

from cps_portal.drawing.value import value_curve
from cps_portal.pages.kitbag import words
from cps_portal.pages.kitbag.claim_words import dispute_of, notice_of
from cps_portal.pages.kitbag.fast_track import in_servicing, track_of
from cps_portal.pages.kitbag.proof_rows import papers_of_item, rows_of
from cps_portal.pages.kitbag.timeline import timeline_of
from kitbag import checking, removal, standing, valuing
from kitbag.models import KitItem, ProposedEdit, RemovalReason, Stage, WaitingReason
from kitbag.registration import Details
from kitbag.rules import checks
from kitbag.rules.checks import MEMBER_ACTS, Detail, Reason
from kitbag.rules.serials import looks_like
from kitbag.rules.worth import Step, step_on
from members.access import MemberRequest, member_required
from members.models import CountryTerms
from members.rules.days import programme_day
from servicing.rules.eligibility import Thing

NUMBER_IN_DOUBT = {Reason.SERIAL_SHAPE.value, Reason.DATE_CODE.value}


def own_item(request: MemberRequest, item_id: UUID) -> KitItem:
    """The member's own item with its product; another member's is not there (404)."""
    return get_object_or_404(_own_items(request), pk=item_id)


def _own_items(request: MemberRequest) -> QuerySet[KitItem]:
    return KitItem.objects.owned_by(request.member).select_related("product__superseded_by")


def live_item(request: MemberRequest, item_id: UUID) -> KitItem:
    """The same, unless it has been removed."""
    item = own_item(request, item_id)
    if item.state == KitItem.State.REMOVED:
        raise Http404
    return item


def crumbs_of(item: KitItem, last: str = "") -> list[dict[str, str]]:
    """The way from the kitbag to an item, and to a page about it."""
    crumbs = [{"href": reverse("kitbag"), "label": _("Kitbag")}]
    if not last:
        return [*crumbs, {"href": "", "label": item.product.name}]
    return [*crumbs, {"href": reverse("kitbag-item", args=[item.pk]), "label": item.product.name}, {"label": last}]


def details_of(item: KitItem, **changes: Any) -> Details:
    """An item's details as they stand, some of them changed."""
    return Details(
        **{
            "serial_typed": item.serial_typed,
            "country_of_purchase": str(item.country_of_purchase or ""),
            "purchased_on": item.purchased_on,
            "store": item.store,
            "number_confirmed": item.number_confirmed,
            **changes,
        }
    )


@require_safe
@member_required
def kitbag_item(request: MemberRequest, item_id: UUID) -> HttpResponse:
    """An item with every number explained."""
    now = timezone.now()
    day = programme_day(now)
    member = request.member
    item: Any = get_object_or_404(_own_items(request).annotate(papers=papers_of_item(), **in_servicing()), pk=item_id)
    product = item.product
    missing = checks.missing(checking.entry_of(item, product))
    steps = valuing.steps_of(product.pk)
    value = step_on(steps, day=day)
    stage = value.stage if value else Stage.CURRENT.value
    stands = standing.on(member.pk, day)
    counts = item.state == KitItem.State.VALIDATED
    thing = Thing(
        listed=product.fast_track,
        video=product.fast_track_video,
        serviceable=stage != Stage.UNSERVICEABLE,
        complete=not missing,
        validated=counts,
    )
    change = ProposedEdit.objects.filter(item=item, state=ProposedEdit.State.WAITING)
    change_waiting = change.select_related("product").first() if counts else None
    dispute = dispute_of(item)
    state, state_words = words.state_of(
        item.state,
        item.reasons,
        missing=missing,
        in_servicing=item.in_case_since is not None,
        change_waits=change_waiting is not None,
        asked=dispute.asked,
        claimed=dispute.claimed,
    )
    may_ask = Reason.UNIT_HELD in item.reasons and not dispute.asked
    points = value.points if value else 0
    curve = curve_of(steps, day=day, scale=(product.points_full, product.points_superseded, product.points_floor))
    edit_href = reverse("kitbag-item-edit", args=[item.pk])
    return TemplateResponse(
        request,
        "kitbag/kitbag_item.html",
        {
            "crumbs": crumbs_of(item),
            "name": product.name,
            "family": product.family,
            "item_id": item.pk,
            "state": state,
            "state_words": state_words,
            "removed": _removed(item, now) if item.state == KitItem.State.REMOVED else None,
            "gaps": [{"words": words.ADD_DETAIL[detail], "href": f"{edit_href}#id_{detail}"} for detail in missing],
            "is_draft": item.state == KitItem.State.DRAFT,
            "is_refused": item.state == KitItem.State.REFUSED,
            "counts": counts,
            "note": item.note,
            "reasons": _reasons([code for code in item.reasons if code != Reason.UNIT_HELD or may_ask]),
            "dispute": notice_of(item, dispute, points=f"{points:,}", today=day),
            "claim_href": reverse("kitbag-claim", args=[item.pk]) if may_ask else "",
            "can_confirm": bool(NUMBER_IN_DOUBT.intersection(item.reasons)),
            "lookalike": looks_like(item.serial) if item.state == KitItem.State.WAITING else None,
            "change": _change(change_waiting, product.pk),
            "details": _details(item, missing, edit_href),
            "edit_href": edit_href,
            "remove_href": reverse("kitbag-item-remove", args=[item.pk]),
            "in_servicing": item.in_case_since is not None,
            "points": points,
            "points_full": product.points_full,
            "stage": stage,
            "curve": curve,
            "drawn": value_curve(
                [line["points"] for line in curve],
                reached=next((place for place, line in enumerate(curve) if line["today"]), 0),
                rtl=get_language_bidi(),
            ),
            "notice_days": settings.DROP_NOTICE_DAYS,
            "superseded_by": product.superseded_by.name if product.superseded_by else "",
            "track": track_of(item, member, thing, level=stands.level, day=day),
            "level": stands.level,
            "abroad": _abroad(str(item.country_of_purchase or ""), str(member.country), day),
            "timeline": timeline_of(item, steps, day=day),
            "proofs": rows_of(item.papers),
        },
    )


def _removed(item: KitItem, now: datetime) -> dict[str, Any]:
    assert item.removed_at is not None
    last_day = removal.undo_ends_on(item.removed_at)
    return {
        "on": programme_day(item.removed_at),
        "reason": RemovalReason(item.removal_reason).label,
        "claimed": item.removal_reason == RemovalReason.CLAIMED,
        "undo_until": last_day if programme_day(now) <= last_day else None,
    }


def _reasons(codes: Sequence[str]) -> list[dict[str, Any]]:
    return [
        {
            "words": WaitingReason(code).label,
            "todo": words.WHAT_TO_DO[Reason(code)],
            "needs_you": code in MEMBER_ACTS,
        }
        for code in codes
    ]


def _change(edit: ProposedEdit | None, product_id: int) -> dict[str, Any] | None:
    """A change that waits: what it would become, and why it waits."""
    if edit is None:
        return None
    return {
        "product": edit.product.name if edit.product_id != product_id else "",
        "serial": edit.serial_typed,
        "on": programme_day(edit.proposed_at),
        "reasons": _reasons(edit.reasons),
        "can_confirm": bool(NUMBER_IN_DOUBT.intersection(edit.reasons)),
    }


def _details(item: KitItem, missing: Sequence[Detail], edit_href: str) -> list[dict[str, Any]]:
    """The four details as lines; one that is missing is a link to its very field."""
    country = str(countries.name(item.country_of_purchase)) if item.country_of_purchase else ""
    rows: list[tuple[Detail, str, Any, str]] = [
        (Detail.SERIAL, _("Serial number"), item.serial_typed, "serial"),
        (Detail.COUNTRY, _("Country of purchase"), country, "text"),
        (Detail.DATE, _("Date of purchase"), item.purchased_on, "day"),
        (Detail.STORE, _("Store"), item.store, "own"),
    ]
    if item.product.serial_need == "none":
        rows = rows[1:]
    return [
        {
            "label": label,
            "value": value,
            "kind": kind,
            "add": words.ADD_DETAIL[detail] if detail in missing else "",
            "href": f"{edit_href}#id_{detail}",
        }
        for detail, label, value, kind in rows
    ]


def curve_of(steps: Sequence[Step], *, day: date, scale: tuple[int, int, int]) -> list[dict[str, Any]]:
    """The value of a product through its life: each stage, from which day, and where it stands today.

    A stage with a valuation shows its value and day; one that is not planned yet what the programme data give.
    """
    today = step_on(steps, day=day)
    lines = []
    for stage, planned in zip(Stage, scale, strict=True):
        of_stage = [step for step in steps if step.stage == stage]
        in_force = [step for step in of_stage if step.day <= day] or of_stage
        step = in_force[-1] if in_force else None
        begins = of_stage[0] if of_stage else None
        is_today = today is not None and today.stage == stage
        lines.append(
            {
                "stage": stage.value,
                "points": step.points if step else planned,
                "from": begins.day if begins and begins.reason != "first" else None,
                "today": is_today,
                "ahead": begins is not None and begins.day > day,
                "planned": begins is not None,
            }
        )
    reached = next((place for place, line in enumerate(lines) if line["today"]), 0)
    for place, line in enumerate(lines):
        line["past"] = place < reached
    return lines


def _abroad(country: str, own: str, day: date) -> str:
    """The name of a country of purchase that does not take part in the programme; else empty.

    A member's own country takes part.
    """
    if country in ("", own) or CountryTerms.objects.of(country, day=day):
        return ""
    return str(countries.name(country))
