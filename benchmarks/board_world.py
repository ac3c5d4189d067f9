"""Centres with thousands of open cases, made once and kept for the next run.

A hundred open cases, with some that are over, go through the portal's own operations on days of the last weeks; they
are then copied for other members, set by set. So each stretch, slot, estimate and event agrees with the others.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import uuid4

from django.db import connection, models, transaction
from django.utils import timezone

from benchmarks.crowd import crowd, item_of
from members.models import Message, User
from servicing import bench, estimating, intake, requesting
from servicing.casework import as_centre, as_member
from servicing.models import (
    Case,
    CaseEvent,
    Centre,
    Estimate,
    EstimateLine,
    Intake,
    OpeningHours,
    Service,
    SlotHold,
    Stretch,
    Visitor,
)
from servicing.requesting import Address, Wish
from servicing.rules.charges import Charge
from servicing.rules.steps import LEFT
from servicing.rules.steps import State as S

PATTERN = 100
THINGS = 5
PATTERN_MEMBERS = 19
PATTERN_VISITORS = PATTERN - PATTERN_MEMBERS * THINGS
DONE = (S.RECEIVED, S.INSPECTED, S.IN_REPAIR, S.QUALITY_CHECK, S.SHIPPED, S.CLOSED)
PATHS: Sequence[Sequence[S]] = (
    (),
    (S.RECEIVED,),
    (S.RECEIVED, S.INSPECTED),
    (S.RECEIVED, S.INSPECTED, S.ESTIMATE_SENT),
    (S.RECEIVED, S.INSPECTED, S.ESTIMATE_SENT, S.ACCEPTED),
    (S.RECEIVED, S.INSPECTED, S.ESTIMATE_SENT, S.DECLINED),
    (S.RECEIVED, S.INSPECTED, S.IN_REPAIR),
    (S.RECEIVED, S.INSPECTED, S.AWAITING_PARTS),
    (S.RECEIVED, S.INSPECTED, S.IN_REPAIR, S.QUALITY_CHECK),
    (S.RECEIVED, S.INSPECTED, S.IN_REPAIR, S.QUALITY_CHECK, S.SHIPPED),
    (S.RECEIVED, S.INSPECTED, S.RETURNED),
    (S.RECEIVED, S.INSPECTED, S.BEYOND_REPAIR),
)
# The thing for which no slot is free and which waits for one. Its paths end before the estimate, which needs terms.
QUEUED = 3
WITHOUT_TERMS = 3
AHEAD = {"due_at", "expires_at"}
HOME = Address("Layla Mansour", "1 Rye Lane", "London", "GB", "SE15 4TY")


def centre_with(code: str, *, cases: int) -> Centre:
    """The centre of a code with so many open cases, a multiple of a hundred."""
    made = Centre.objects.filter(code=code).first()
    if made is not None:
        return made
    with transaction.atomic():
        centre = _like_the_first(code)
        keys = crowd(PATTERN_MEMBERS * (cases // PATTERN), items=THINGS)
        _pattern(centre, keys[:PATTERN_MEMBERS])
        _copy(centre, times=cases // PATTERN - 1)
        # It takes nothing new, so no other page of a benchmark tells of it.
        Centre.objects.filter(pk=centre.pk).update(ended_on=timezone.now().date())
        opened = Stretch.objects.filter(centre=centre, ended_at=None).count()
        if opened != cases:
            raise RuntimeError(f"{code} has {opened} open cases, not {cases}.")
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    return centre


def _like_the_first(code: str) -> Centre:
    """A centre with everything as the one that migrations made."""
    first = Centre.objects.get(code="UK")
    hours = list(first.opening_hours.all())
    centre = first
    centre.pk, centre.code, centre.name, centre.is_demo = None, code, f"Bench {code}", True
    centre._state.adding = True
    centre.save()
    OpeningHours.objects.bulk_create(
        OpeningHours(centre=centre, weekday=one.weekday, opens=one.opens, closes=one.closes) for one in hours
    )
    return centre


def _pattern(centre: Centre, keys: Sequence[int]) -> None:
    at = timezone.now()
    clerk = User.objects.create_user(f"clerk-{centre.code.lower()}@bench.example.org", name="Tom Bench", is_staff=True)
    for place, key in enumerate(keys):
        user = User.objects.get(pk=key)
        for thing in (0, 1):
            _go(centre, user, thing, DONE, at - timedelta(days=80 - place - thing), timedelta(days=9), clerk)
        for thing in range(THINGS):
            number = place * THINGS + thing
            path = PATHS[number % (WITHOUT_TERMS if thing == QUEUED else len(PATHS))]
            # What has left is closed within a week; the rest lies there for up to three.
            days = 1 + number % (6 if LEFT & set(path) else 21)
            spread = timedelta(days=days, minutes=number * 7)
            _go(centre, user, thing, path, at - spread, spread, clerk)
    for number in range(PATTERN_VISITORS):
        intake.book_in_visitor(
            centre,
            guest=intake.Guest(f"Grace Hopper {number}", "Canon USA", f"US{number:06}"),
            product=Case.objects.filter(centre=centre)[0].product,
            serial_typed=f"77000000000{number}",
            service=Service.REPAIR,
            fault_words="Does not focus",
            address=HOME,
            seen=intake.Seen("As described"),
            at=at - timedelta(days=number + 1),
            by=clerk,
        )
    Message.objects.filter(user__in=keys).delete()


def _go(
    centre: Centre, user: User, thing: int, path: Sequence[S], begun: datetime, spread: timedelta, clerk: User
) -> None:
    """One thing sent in and through its steps, which lie at even distances."""
    lane = Stretch.Lane.QUEUED if thing == QUEUED else Stretch.Lane.STANDARD
    case = requesting.request_case(
        item_of(user.pk, thing),
        member_id=user.pk,
        wish=Wish(Service.REPAIR, centre.pk, HOME, fault="focus", lane=lane),
        case_id=uuid4(),
        at=begun,
        actor=as_member(user),
    )
    for place, to in enumerate(path, start=1):
        _take(case, to, at=begun + spread * place / (len(path) + 1), clerk=clerk)


def _take(case: Case, to: S, *, at: datetime, clerk: User) -> None:
    match to:
        case S.RECEIVED:
            intake.receive(case.pk, seen=intake.Seen("As described", "Strap"), at=at, by=clerk)
        case S.ESTIMATE_SENT:
            work = [Charge("part", "Shutter unit", Decimal(180)), Charge("labour", "Two hours", Decimal(120))]
            estimating.send_estimate(case.pk, work=work, shipping=Decimal(15), estimate_id=uuid4(), at=at, by=clerk)
        case S.ACCEPTED | S.DECLINED:
            estimate = Estimate.objects.get(case=case)
            assert case.member is not None
            estimating.answer(estimate.pk, accept=to == S.ACCEPTED, at=at, actor=as_member(case.member.user))
        case S.AWAITING_PARTS:
            bench.await_parts(case.pk, parts_on=(timezone.now() + timedelta(days=5)).date(), at=at, by=clerk)
        case S.SHIPPED | S.RETURNED | S.BEYOND_REPAIR:
            bench.send_back(case.pk, to, tracking=f"JD{case.pk.int % 10**10:010}", carrier="Parcel", at=at, by=clerk)
        case S.CLOSED:
            bench.is_back(case.pk, at=at, actor=as_centre(clerk))
        case _:
            bench.take_step(case.pk, to, at=at, by=clerk)


def _copy(centre: Centre, *, times: int) -> None:
    """Everything of the pattern for as many other members, whose keys follow those of the pattern."""
    if not times:
        return
    member = f"(o.member_id + {PATTERN_MEMBERS} * m.copy)"
    of_members = f"(left(o.item_id::text, 24) || lpad({member}::text, 12, '0'))::uuid"
    with connection.cursor() as cursor:
        for table, source, key in (
            ("visitor", "visitor_id", "nextval(pg_get_serial_sequence('servicing_visitor', 'id'))"),
            ("case", "id", "gen_random_uuid()"),
        ):
            cursor.execute(
                f"""CREATE TEMP TABLE new_{table} ON COMMIT DROP AS
                SELECT {source} AS old, copy, {key} AS new FROM servicing_case, generate_series(1, %s) copy
                WHERE centre_id = %s AND {source} IS NOT NULL""",
                [times, centre.pk],
            )
        for table, key in (
            ("stretch", "nextval(pg_get_serial_sequence('servicing_stretch', 'id'))"),
            ("estimate", "gen_random_uuid()"),
        ):
            cursor.execute(
                f"""CREATE TEMP TABLE new_{table} ON COMMIT DROP AS
                SELECT o.id AS old, copy, {key} AS new FROM servicing_{table} o JOIN new_case c ON c.old = o.case_id"""
            )
        cursor.execute("ANALYZE new_visitor, new_case, new_stretch, new_estimate")
    _insert(Visitor, "visitor", id="m.new", card_number="o.card_number || '-' || m.copy")
    _insert(
        Case,
        "case",
        "LEFT JOIN new_visitor v ON v.old = o.visitor_id AND v.copy = m.copy",
        f"LEFT JOIN members_user u ON u.id = {member}",
        f"LEFT JOIN kitbag_kititem i ON i.id = {of_members}",
        id="m.new",
        number=f"'{centre.code}' || right(left(o.number, -6), 4) || lpad(nextval('case_number_seq')::text, 6, '0')",
        member_id=member,
        item_id=of_members,
        visitor_id="v.new",
        serial="coalesce(i.serial, o.serial || 'C' || m.copy)",
        return_name="coalesce(u.name, o.return_name)",
        outbound_tracking="o.outbound_tracking || CASE WHEN o.outbound_tracking <> '' THEN m.copy::text ELSE '' END",
    )
    of_case = "JOIN new_case c ON c.old = o.case_id AND c.copy = m.copy"
    _insert(Stretch, "stretch", of_case, id="m.new", case_id="c.new", member_id=member)
    by_stretch = {"on": "stretch_id", "stretch_id": "m.new"}
    _insert(SlotHold, "stretch", member_id=member, **by_stretch)
    by_member = f"CASE WHEN o.by_id >= {10**11} THEN o.by_id + {PATTERN_MEMBERS} * m.copy ELSE o.by_id END"
    _insert(CaseEvent, "stretch", of_case, case_id="c.new", by_id=by_member, **by_stretch)
    _insert(Intake, "stretch", **by_stretch)
    of_stretch = "JOIN new_stretch s ON s.old = o.stretch_id AND s.copy = m.copy"
    _insert(Estimate, "estimate", of_case, of_stretch, id="m.new", case_id="c.new", stretch_id="s.new")
    _insert(EstimateLine, "estimate", on="estimate_id", estimate_id="m.new")
    with connection.cursor() as cursor:
        cursor.execute(
            """UPDATE kitbag_kititem i SET in_case_since = s.requested_at
            FROM servicing_case c JOIN servicing_stretch s ON s.case_id = c.id AND s.ended_at IS NULL
            WHERE i.id = c.item_id AND c.centre_id = %s AND i.in_case_since IS NULL""",
            [centre.pk],
        )


def _insert(model: type[models.Model], table: str, *joins: str, on: str = "id", **new: str) -> None:
    """Copies of rows, each as it was but for what is new; `on` names what new_<table> tells of them.

    Everything happened to a copy a little earlier, so that no two rows are of one moment. What is due stays due.
    """
    fields = [field for field in model._meta.concrete_fields if not field.primary_key or "id" in new]
    columns = [field.column for field in fields]
    earlier = {
        field.column: f"o.\"{field.column}\" - m.copy * interval '1 millisecond'"
        for field in fields
        if isinstance(field, models.DateTimeField) and field.column not in AHEAD
    }
    name = model._meta.db_table
    values = ", ".join((earlier | new).get(column, f'o."{column}"') for column in columns)
    into = ", ".join(f'"{column}"' for column in columns)
    with connection.cursor() as cursor:
        cursor.execute(
            f'INSERT INTO "{name}" ({into}) SELECT {values} FROM "{name}" o'
            f' JOIN new_{table} m ON m.old = o."{on}" {" ".join(joins)}'
        )
