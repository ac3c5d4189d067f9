"""Sending a thing in: requesting a case, changing and cancelling it (programme §6)."""

from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import IntegrityError, transaction

from kitbag import standing
from kitbag.models import KitItem, Proof
from members.models import CountryTerms, Member
from members.rules.days import programme_day
from servicing import slots
from servicing.casework import Actor, CaseError, Kind, lock, next_number, note, step
from servicing.conditions import can_be_serviced, conditions_of
from servicing.models import Case, CaseDraft, CaseFile, Centre, SendBy, Service, Stretch
from servicing.rules.steps import State

Lane = Stretch.Lane


@dataclass(frozen=True, slots=True)
class Address:
    """Where the thing goes back to. `street` may have lines."""

    name: str
    street: str
    town: str
    country: str
    postcode: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class Wish:
    """What a member asks for. `lane`: what to do where all three slots are taken: queued or standard."""

    service: Service
    centre_id: int
    address: Address
    fault: str = ""
    fault_words: str = ""
    warranty: bool = False
    send_by: SendBy = SendBy.PARCEL
    needed_by: date | None = None
    sends_accessories: str = ""
    lane: Stretch.Lane | None = None


@transaction.atomic
def request_case(
    item_id: UUID,
    *,
    member_id: int,
    wish: Wish,
    case_id: UUID,
    at: datetime,
    actor: Actor,
    at_centres_word: bool = False,
) -> Case:
    """Ask for servicing of a kit item; takes a Fast Track slot where the item qualifies and one is free.

    `case_id` is the form's own key: sent a second time it gives the case that the first one made. The draft of
    the item is used up, and its photos become the case's. `at_centres_word`: the centre takes a product that can
    no longer be serviced all the same. Raises CaseError: "not_yours", "removed", "in_case", "unserviceable",
    "centre_does_not_take", "proof_missing", "not_local", "choose_lane".
    """
    standing.lock(member_id)
    if made := Case.objects.filter(pk=case_id).first():
        if made.member_id != member_id:
            raise CaseError("not_yours")
        return made
    item = KitItem.objects.select_for_update(of=("self",)).select_related("product").get(pk=item_id, member=member_id)
    if item.state == KitItem.State.REMOVED:
        raise CaseError("removed")
    centre = Centre.objects.get(pk=wish.centre_id)
    _refuse(item, centre, wish, at=at, at_centres_word=at_centres_word)
    case = Case(
        id=case_id,
        number=next_number(centre.code, at.astimezone(ZoneInfo(centre.time_zone))),
        member=Member.objects.select_related("user").get(pk=member_id),
        item=item,
        product=item.product,
        serial=item.serial,
        requested_at=at,
        changed_at=at,
    )
    _fill(case, centre, wish)
    try:
        with transaction.atomic():
            case.save(force_insert=True)
    except IntegrityError as error:
        if "item_in_one_open_case" in str(error):
            raise CaseError("in_case") from error
        raise
    item.in_case_since = at
    item.save(update_fields=["in_case_since"])
    _take_draft(case)
    begin_stretch(case, 1, actor, lane=wish.lane, at=at)
    return case


def _refuse(item: KitItem, centre: Centre, wish: Wish, *, at: datetime, at_centres_word: bool) -> None:
    day = programme_day(at)
    if not at_centres_word and not can_be_serviced(item.product, day=day):
        raise CaseError("unserviceable")
    if not takes(centre, item, service=wish.service, day=day):
        raise CaseError("centre_does_not_take")
    if wish.warranty:
        if wish.service != Service.REPAIR:
            raise CaseError("warranty_is_for_repairs")
        if is_grey(item, day=day):
            raise CaseError("not_local")
        if not Proof.objects.kept().filter(items=item, kind=Proof.Kind.RECEIPT).exists():
            raise CaseError("proof_missing")


def takes(centre: Centre, item: KitItem, *, service: str, day: date) -> bool:
    """Whether a centre services such a thing for CPS on a day."""
    product = item.product
    return (
        centre.serves_cps
        and centre.begins_on <= day
        and (centre.ended_on is None or day < centre.ended_on)
        and service in centre.services
        and product.family in centre.families
        and (centre.takes_video or not product.fast_track_video)
    )


def centres_taking(item: KitItem, *, service: str, day: date) -> list[Centre]:
    """Every centre that services such a thing for CPS on a day, by country and name. In one query."""
    return [centre for centre in Centre.objects.working(day) if takes(centre, item, service=service, day=day)]


def is_grey(item: KitItem, *, day: date) -> bool:
    """Bought where the programme has no part: local warranty does not apply (FAQ)."""
    country = str(item.country_of_purchase or "")
    return bool(country) and CountryTerms.objects.of(country, day=day) is None


def _fill(case: Case, centre: Centre, wish: Wish) -> None:
    case.centre = centre
    case.service = wish.service
    case.fault, case.fault_words, case.warranty = wish.fault, wish.fault_words, wish.warranty
    case.send_by, case.needed_by, case.sends_accessories = wish.send_by, wish.needed_by, wish.sends_accessories
    for part in fields(Address):
        setattr(case, f"return_{part.name}", getattr(wish.address, part.name))


def _take_draft(case: Case) -> None:
    draft = CaseDraft.objects.filter(member=case.member_id, item=case.item_id).first()
    if draft is not None:
        CaseFile.objects.filter(draft=draft).update(case=case, draft=None)
        draft.delete()


def begin_stretch(case: Case, number: int, actor: Actor, *, lane: Stretch.Lane | None, at: datetime) -> Stretch:
    """A stretch from its request on, on Fast Track where it qualifies and a slot is free."""
    stretch = Stretch(
        case=case,
        number=number,
        member=case.member,
        centre=case.centre,
        lane=Lane.STANDARD,
        requested_at=at,
    )
    stretch.save(force_insert=True)
    note(
        stretch,
        Kind.STEP,
        actor,
        at=at,
        words=case.fault_words,
        state=State.REQUESTED,
        fault=case.fault,
        again=number > 1,
    )
    _choose_lane(stretch, actor, lane=lane, at=at)
    return stretch


def _choose_lane(stretch: Stretch, actor: Actor, *, lane: Stretch.Lane | None, at: datetime) -> None:
    """Fast Track with a free slot; without one as the member chose. Raises CaseError("choose_lane")."""
    found = slots.conditions_at(stretch, at=at)
    if not found.qualifies:
        chosen, reasons = Lane.STANDARD, [reason.value for reason in found.reasons]
    elif slots.take(stretch, actor, at=at):
        chosen, reasons = Lane.FAST, []
    elif lane in (Lane.QUEUED, Lane.STANDARD):
        chosen, reasons = Lane(lane), ["slots"]
    else:
        raise CaseError("choose_lane")
    stretch.lane = chosen
    stretch.save(update_fields=["lane"])
    if chosen != Lane.FAST:
        note(stretch, Kind.LANE, actor, at=at, lane=chosen.value, reasons=reasons)


@transaction.atomic
def change_case(case_id: UUID, *, wish: Wish, at: datetime, actor: Actor) -> Case:
    """Change a request before it is received, its lane too; the slot follows what the change makes of it.

    What can no longer be serviced may stay at the centre that took it, and goes to no other. Raises CaseError:
    "not_now" once it is received, and those of request_case.
    """
    case, stretch = lock(case_id)
    if case.state != State.REQUESTED or case.item is None:
        raise CaseError("not_now")
    centre = Centre.objects.get(pk=wish.centre_id)
    _refuse(case.item, centre, wish, at=at, at_centres_word=centre.pk == case.centre_id)
    before = _said(case)
    _fill(case, centre, wish)
    case.save()
    after = _said(case)
    changed = sorted(name for name in after if before[name] != after[name])
    if changed:
        note(stretch, Kind.CHANGED, actor, at=at, changed=changed)
    if {"service", "centre_id"}.intersection(changed) or wish.lane not in (None, stretch.lane):
        _move_lane(case, stretch, actor, lane=wish.lane, at=at)
    return case


def _said(case: Case) -> dict[str, Any]:
    names = ["service", "centre_id", "fault", "fault_words", "warranty", "send_by", "needed_by", "sends_accessories"]
    names += [f"return_{part.name}" for part in fields(Address)]
    return {name: str(getattr(case, name)) for name in names}


def _move_lane(case: Case, stretch: Stretch, actor: Actor, *, lane: Stretch.Lane | None, at: datetime) -> None:
    stretch.centre = case.centre
    stretch.save(update_fields=["centre"])
    found = conditions_of(_item(case), _member(case), case.centre, service=case.service, day=programme_day(at))
    if stretch.lane == Lane.FAST:
        if found.qualifies:
            return
        stretch.lane = Lane.STANDARD
        stretch.save(update_fields=["lane"])
        note(stretch, Kind.LANE, actor, at=at, lane="standard", reasons=[reason.value for reason in found.reasons])
        slots.free(stretch, actor, at=at)
    else:
        _choose_lane(stretch, actor, lane=lane or Lane(stretch.lane), at=at)


def _item(case: Case) -> KitItem:
    assert case.item is not None
    return case.item


def _member(case: Case) -> Member:
    assert case.member is not None
    return case.member


@transaction.atomic
def cancel_case(case_id: UUID, *, at: datetime, actor: Actor, words: str = "") -> Case:
    """Cancel a request before it is received; twice is once. Raises CaseError("not_now") after that."""
    case, stretch = lock(case_id)
    if case.state == State.CANCELLED:
        return case
    step(case, stretch, State.CANCELLED, actor, at=at, words=words)
    slots.free(stretch, actor, at=at)
    return case


@transaction.atomic
def add_tracking(case_id: UUID, *, tracking: str, at: datetime, actor: Actor) -> Case:
    """The number of the parcel on its way to the centre. Raises CaseError("not_now") once it is received."""
    case, stretch = lock(case_id)
    if case.state != State.REQUESTED:
        raise CaseError("not_now")
    if tracking != case.inbound_tracking:
        case.inbound_tracking = tracking
        case.save(update_fields=["inbound_tracking"])
        note(stretch, Kind.TRACKING, actor, at=at, way="in", tracking=tracking)
    return case


def expires_at(stretch: Stretch) -> datetime:
    """When a request that is not received expires."""
    return stretch.requested_at + timedelta(days=settings.CASE_REQUEST_DAYS)
