"""Receiving at the bench: what came in, eligibility asked again, terms copied, the clock set (programme §6)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from django.db import transaction

from kitbag.models import FormerNumber, KitItem, Product, StolenUnit
from kitbag.rules.serials import normalise
from members.models import User
from servicing import lending, slots, turnaround
from servicing.casework import Actor, CaseError, Kind, as_centre, lock, next_number, note, step
from servicing.conditions import calendar_to_keep
from servicing.models import Case, Centre, CentreTask, Intake, SendBy, Service, Stretch, Visitor
from servicing.requesting import Address, expires_at
from servicing.rules.steps import State

Lane = Stretch.Lane
# A parcel that lay at the door is booked in with the moment it came, this far back at most.
BACKDATED_AT_MOST = timedelta(days=4)


@dataclass(frozen=True, slots=True)
class Seen:
    """What the bench sees when it opens the parcel."""

    condition: str
    accessories: str = ""
    serial: str = ""


@transaction.atomic
def receive(case_id: UUID, *, seen: Seen, received_at: datetime | None = None, at: datetime, by: User) -> Case:
    """Book a requested thing in. Level, terms, target and the centre's calendar are copied to the stretch now.

    A Fast Track case that qualifies no more goes on at the standard time and its slot passes on; a queued one
    waits on. A number that is not the item's, or one reported stolen, warns the centre. `received_at`: when it
    came, where that was earlier than now; a request that has expired since is taken up again as a stretch of its own,
    on Fast Track where a place is free, and else it waits for one. Raises CaseError: "not_now", "received_too_early",
    "received_later", "received_expired", and for what expired "removed", "in_case".
    """
    case, stretch = lock(case_id)
    came = received_at or at
    has_expired = case.state == State.EXPIRED
    if case.state != State.REQUESTED and not has_expired:
        raise CaseError("not_now")
    if came > at:
        raise CaseError("received_later")
    if came < max(stretch.requested_at, at - BACKDATED_AT_MOST):
        raise CaseError("received_too_early")
    if has_expired and came >= expires_at(stretch):
        raise CaseError("received_expired")
    actor = as_centre(by)
    # What was told stays told: a receipt after the expiry is written down now, and says when the parcel came.
    written = at if has_expired else came
    if has_expired:
        stretch = _take_up(case, stretch)
    stretch.received_at = came
    stretch.save(update_fields=["received_at"])
    found = slots.conditions_at(stretch, at=came)
    if has_expired and found.qualifies:
        _place_again(stretch, actor, at=at)
    if stretch.lane == Lane.STANDARD or found.qualifies:
        if stretch.lane != Lane.QUEUED:
            slots.copy_terms(stretch, found, at=written)
    else:
        slots.to_standard(stretch, found, at=written)
        slots.free(stretch, actor, at=written)
    agrees = not seen.serial or normalise(seen.serial) == case.serial
    facts = {}
    if has_expired:
        came_on = came.astimezone(ZoneInfo(case.centre.time_zone)).date()
        facts = {"came_at": came.isoformat(), "came_on": came_on.isoformat()}
    step(case, stretch, State.RECEIVED, actor, at=written, agrees=agrees, **facts)
    _keep_intake(stretch, seen, agrees=agrees, at=at, actor=actor)
    lending.follow(case, stretch, at=at)
    return case


def expired_lately(case: Case, *, at: datetime) -> datetime | None:
    """When a request expired whose parcel can still be booked in as one that came before; None for any other."""
    if case.state != State.EXPIRED:
        return None
    expired_at = expires_at(case.stretches.latest("number"))
    return expired_at if at - BACKDATED_AT_MOST < expired_at else None


def _take_up(case: Case, expired: Stretch) -> Stretch:
    """Go on with a request that has expired: its stretch stays as it was, and another begins with the same request.

    Raises CaseError: "removed", "in_case" where the member has sent the item in anew.
    """
    assert case.item_id is not None
    item = KitItem.objects.select_for_update().get(pk=case.item_id)
    if item.state == KitItem.State.REMOVED:
        raise CaseError("removed")
    if item.in_case_since:
        raise CaseError("in_case")
    item.in_case_since = expired.requested_at
    item.save(update_fields=["in_case_since"])
    return Stretch.objects.create(
        case=case,
        number=expired.number + 1,
        member=expired.member,
        centre=expired.centre,
        lane=expired.lane,
        requested_at=expired.requested_at,
    )


def _place_again(stretch: Stretch, actor: Actor, *, at: datetime) -> None:
    """A place on Fast Track for what had one or waited for one; it waits where all three went on meanwhile."""
    if stretch.lane == Lane.STANDARD:
        return
    had_one = stretch.lane == Lane.FAST
    if slots.take(stretch, actor, at=at) is None:
        stretch.lane = Lane.QUEUED
        note(stretch, Kind.LANE, actor, at=at, lane=Lane.QUEUED.value, reasons=["slots"])
    else:
        stretch.lane, stretch.slot_at = Lane.FAST, None if had_one else at
    stretch.save(update_fields=["lane", "slot_at"])


def _keep_intake(stretch: Stretch, seen: Seen, *, agrees: bool, at: datetime, actor: Actor) -> None:
    assert actor.user is not None
    Intake.objects.create(
        stretch=stretch,
        condition=seen.condition,
        accessories=seen.accessories,
        serial_seen=seen.serial,
        number_agrees=agrees,
        by=actor.user,
        at=at,
    )
    note(stretch, Kind.INTAKE, actor, at=at, words=seen.condition, accessories=seen.accessories)
    case = stretch.case
    numbers = {case.serial, normalise(seen.serial)} - {""}
    reports = StolenUnit.objects.filter(product=case.product, serial__in=numbers, withdrawn_at=None)
    if reports.exists():
        note(stretch, Kind.WARNING, actor, at=at, internal=True, warning="stolen")
        CentreTask.objects.get_or_create(
            centre=case.centre,
            kind=CentreTask.Kind.STOLEN,
            occasion=f"case {case.number} {stretch.number}",
            defaults={"case": case, "made_at": at},
        )
    if not agrees:
        was = FormerNumber.objects.filter(product=case.product, serial=normalise(seen.serial), item=case.item)
        note(stretch, Kind.WARNING, actor, at=at, internal=True, warning="former" if was.exists() else "number")


@dataclass(frozen=True, slots=True)
class Guest:
    """A member of another CPS region, as their card says."""

    name: str
    region: str
    card_number: str
    email: str = ""
    phone: str = ""


@transaction.atomic
def book_in_visitor(
    centre: Centre,
    *,
    guest: Guest,
    product: Product,
    serial_typed: str,
    service: Service,
    fault_words: str,
    address: Address,
    seen: Seen,
    case_id: UUID | None = None,
    at: datetime,
    by: User,
) -> Case:
    """Book in what a visitor of another CPS region brought, with card number and region.

    There is no Fast Track target; the centre states its own days, if it does. `case_id` is the form's own key.
    """
    if case_id and (made := Case.objects.filter(pk=case_id, centre=centre).first()):
        return made
    actor = as_centre(by)
    visitor = Visitor.objects.create(
        region=guest.region,
        card_number=guest.card_number,
        name=guest.name,
        email=guest.email,
        phone=guest.phone,
        booked_in_at=at,
    )
    case = Case.objects.create(
        id=case_id or uuid4(),
        number=next_number(centre.code, at.astimezone(ZoneInfo(centre.time_zone))),
        visitor=visitor,
        centre=centre,
        product=product,
        serial=normalise(serial_typed),
        service=service,
        fault_words=fault_words,
        send_by=SendBy.DESK,
        return_name=address.name,
        return_street=address.street,
        return_postcode=address.postcode,
        return_town=address.town,
        return_country=address.country,
        return_phone=address.phone,
        requested_at=at,
        changed_at=at,
    )
    stretch = Stretch.objects.create(
        case=case,
        centre=centre,
        lane=Lane.STANDARD,
        requested_at=at,
        received_at=at,
        target_days=centre.visitor_days,
        terms={"visitor": True},
        calendar=calendar_to_keep(centre, day=at.date()).as_json(),
    )
    note(stretch, Kind.STEP, actor, at=at, words=fault_words, state=State.REQUESTED)
    step(case, stretch, State.RECEIVED, actor, at=at)
    _keep_intake(stretch, seen, agrees=True, at=at, actor=actor)
    turnaround.keep(stretch, at=at)
    return case
