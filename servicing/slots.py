"""Three Fast Track places per member: taken, freed, and passed on to who waits (programme §6).

The member's standing is locked by whoever calls; that a place is held once is the database's rule as well.
"""

from datetime import datetime

from django.conf import settings
from django.db.models import Case as When
from django.db.models import IntegerField, Value
from django.db.models import When as If

from members.models import Member, Message
from members.rules.days import programme_day
from servicing import turnaround
from servicing.casework import PORTAL, Actor, Kind, note, tell
from servicing.conditions import Conditions, calendar_to_keep, conditions_of
from servicing.models import SlotHold, Stretch

Lane = Stretch.Lane


def take(stretch: Stretch, actor: Actor, *, at: datetime) -> SlotHold | None:
    """The member's lowest free place for a stretch; None where all three are taken."""
    taken = set(SlotHold.objects.filter(member=stretch.member, freed_at=None).values_list("number", flat=True))
    number = next((place for place in range(1, settings.FAST_TRACK_SLOTS + 1) if place not in taken), None)
    if number is None:
        return None
    assert stretch.member is not None
    held = SlotHold.objects.create(member=stretch.member, stretch=stretch, number=number, taken_at=at)
    note(stretch, Kind.SLOT_TAKEN, actor, at=at, slot=number)
    return held


def free(stretch: Stretch, actor: Actor, *, at: datetime) -> None:
    """Free the place of a stretch, if it holds one, and pass it on in the same transaction."""
    held = SlotHold.objects.select_for_update().filter(stretch=stretch, freed_at=None).first()
    if held is None:
        return
    held.freed_at = at
    held.save(update_fields=["freed_at"])
    note(stretch, Kind.SLOT_FREED, actor, at=at, slot=held.number)
    promote(held.member, at=at)


def promote(member: Member, *, at: datetime) -> None:
    """Give free places to who waits: reopened cases first, then by the moment of the request.

    Eligibility is asked again. Whose is gone goes on at the standard time, is told why, and the place passes on.
    """
    waiting = (
        Stretch.objects.filter(member=member, lane=Lane.QUEUED, ended_at=None, left_at=None)
        .annotate(turn=When(If(number__gt=1, then=Value(0)), default=Value(1), output_field=IntegerField()))
        .order_by("turn", "requested_at", "pk")
        .select_related("case__centre", "case__product", "case__item__product", "case__member__user")
    )
    for stretch in waiting:
        found = conditions_at(stretch, at=at)
        if not found.qualifies:
            to_standard(stretch, found, at=at)
            continue
        if take(stretch, PORTAL, at=at) is None:
            return
        stretch.lane, stretch.slot_at = Lane.FAST, at
        if stretch.received_at is not None:
            copy_terms(stretch, found, at=at)
        turnaround.keep(stretch, at=at)
        tell(stretch.case, Message.Kind.CASE_LANE, occasion=f"slot {at.isoformat()}", at=at, lane="fast", reasons=[])


def conditions_at(stretch: Stretch, *, at: datetime) -> Conditions:
    """What the member of a stretch gets for it at a moment."""
    case = stretch.case
    assert case.item is not None
    assert case.member is not None
    return conditions_of(case.item, case.member, case.centre, service=case.service, day=programme_day(at))


def to_standard(stretch: Stretch, found: Conditions, *, at: datetime) -> None:
    """Eligibility is gone: the stretch goes on at the standard time, and its member hears why."""
    stretch.lane = Lane.STANDARD
    reasons = [reason.value for reason in found.reasons]
    if stretch.received_at is not None:
        copy_terms(stretch, found, at=at)
    turnaround.keep(stretch, at=at)
    note(stretch, Kind.LANE, PORTAL, at=at, lane=Lane.STANDARD.value, reasons=reasons)
    tell(
        stretch.case,
        Message.Kind.CASE_LANE,
        occasion=f"standard {at.isoformat()}",
        at=at,
        lane=Lane.STANDARD.value,
        reasons=reasons,
    )


def copy_terms(stretch: Stretch, found: Conditions, *, at: datetime) -> None:
    """Copy level, terms, target and the centre's calendar to a received stretch; saved by the caller.

    On Fast Track the target is the terms'; at the standard time there is none.
    """
    case = stretch.case
    stretch.level, stretch.benefit_level = found.level, found.benefit_level
    stretch.terms = found.given.as_json()
    stretch.target_days = found.given.target if stretch.lane == Lane.FAST else None
    since = stretch.received_at or at
    stretch.calendar = calendar_to_keep(case.centre, day=since.date()).as_json()
    note(
        stretch,
        Kind.TERMS,
        PORTAL,
        at=at,
        level=int(found.level),
        benefit_level=int(found.benefit_level),
        target=stretch.target_days,
    )
