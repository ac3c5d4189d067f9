"""Whatever members, bench and calendar do in whatever order: the invariants hold, and a refused act writes nothing."""

from datetime import timedelta
from decimal import Decimal
from itertools import pairwise
from uuid import uuid4

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given
from hypothesis import settings as effort
from hypothesis import strategies as st

from kitbag import invariants as of_kitbags
from kitbag import removal
from kitbag.models import KitItem, RemovalReason
from kitbag.registration import KitError
from members.models import CountryTerms
from members.rules.days import programme_day
from servicing import bench, estimating, expiring, intake, invariants, lending, reopening, requesting
from servicing.casework import as_centre, as_member
from servicing.models import Case, CaseEvent, Estimate, Loan, LoanUnit, Service, SlotHold, Stretch
from servicing.requesting import Wish
from servicing.rules.charges import Charge
from servicing.rules.steps import LEFT, STEPS, State
from tests.servicing.conftest import HOME, MONDAY

Lane = Stretch.Lane
THINGS = 5
NEXT = {
    State.RECEIVED: State.INSPECTED,
    State.INSPECTED: State.IN_REPAIR,
    State.ACCEPTED: State.IN_REPAIR,
    State.AWAITING_PARTS: State.IN_REPAIR,
    State.IN_REPAIR: State.QUALITY_CHECK,
}
TABLES = (
    "case",
    "stretch",
    "slothold",
    "caseevent",
    "estimate",
    "estimateline",
    "intake",
    "loan",
    "loanunit",
    "centretask",
)


class World:
    """One member's five things, a bench, and a clock that goes on."""

    def __init__(self, member, centre, tom):
        self.member, self.centre, self.tom = member, centre, tom
        self.now = MONDAY
        self.items = list(KitItem.objects.filter(member=member).order_by("added_at"))
        for place in range(4):
            self.request(place, 1)

    def case_of(self, place):
        return Case.objects.filter(item=self.items[place]).order_by("-requested_at").first()

    def do(self, act, place, choice):
        """One act on one thing; acts on a case that is not there do nothing. Raises what the operation raises."""
        if act in self.WITHOUT_A_CASE:
            return getattr(self, act)(place, choice)
        case = self.case_of(place)
        return getattr(self, act)(case, choice) if case else None

    def request(self, place, choice):
        lane = (None, Lane.QUEUED, Lane.STANDARD)[choice % 3]
        service = list(Service)[choice % 2]
        wish = Wish(service=service, centre_id=self.centre.pk, address=HOME, lane=lane)
        given = {"member_id": self.member.pk, "wish": wish, "case_id": uuid4(), "at": self.now}
        requesting.request_case(self.items[place].pk, **given, actor=as_member(self.member.user))

    def change(self, case, choice):
        service = list(Service)[choice % 2]
        wish = Wish(service=service, centre_id=self.centre.pk, address=HOME, lane=Lane.QUEUED, fault_words="Or so")
        requesting.change_case(case.pk, wish=wish, at=self.now, actor=as_member(self.member.user))

    def cancel(self, case, choice):
        requesting.cancel_case(case.pk, at=self.now, actor=as_member(self.member.user))

    def receive(self, case, choice):
        came = self.now - timedelta(hours=choice)
        seen = intake.Seen(condition="As described", serial=case.serial if choice % 2 else "")
        intake.receive(case.pk, seen=seen, received_at=came, at=self.now, by=self.tom)

    def step(self, case, choice):
        to = (State.INSPECTED, State.IN_REPAIR, State.QUALITY_CHECK)[choice % 3]
        bench.take_step(case.pk, to, at=self.now, by=self.tom)

    def next_step(self, case, choice):
        """The one that comes next, so that histories get somewhere."""
        state = State(case.state)
        if state == State.REQUESTED:
            self.receive(case, 0)
        elif state == State.ESTIMATE_SENT:
            self.answer(case, choice)
        elif state in NEXT:
            bench.take_step(case.pk, NEXT[state], at=self.now, by=self.tom)
        elif state in (State.QUALITY_CHECK, State.DECLINED):
            self.leave(case, int(state == State.DECLINED))
        elif state in LEFT:
            self.back(case, 0)

    def parts(self, case, choice):
        bench.await_parts(case.pk, parts_on=(self.now + timedelta(days=choice)).date(), at=self.now, by=self.tom)

    def estimate(self, case, choice):
        estimating.send_estimate(
            case.pk,
            work=[Charge("part", "Shutter unit", Decimal(50 * choice))],
            shipping=Decimal("15.00"),
            valid_days=1 + choice,
            estimate_id=uuid4(),
            at=self.now,
            by=self.tom,
        )

    def answer(self, case, choice):
        estimate = Estimate.objects.filter(case=case).order_by("-version").first()
        if estimate:
            actor = as_member(self.member.user) if choice else as_centre(self.tom)
            estimating.answer(estimate.pk, accept=choice % 2 == 0, at=self.now, actor=actor)

    def leave(self, case, choice):
        to = (State.SHIPPED, State.RETURNED, State.BEYOND_REPAIR)[choice % 3]
        bench.send_back(case.pk, to, at=self.now, by=self.tom)

    def back(self, case, choice):
        on = (self.now - timedelta(days=choice)).date() if choice else None
        bench.is_back(case.pk, on=on, at=self.now, actor=as_member(self.member.user))

    def reopen(self, case, choice):
        reopening.reopen_case(case.pk, words="Again", at=self.now, actor=as_member(self.member.user))

    def borrow(self, case, choice):
        unit = LoanUnit.objects.get()
        day = (self.now + timedelta(days=choice)).date()
        lending.book(case.pk, unit.pk, day, loan_id=uuid4(), at=self.now, actor=as_member(self.member.user))

    def fetch_or_bring(self, case, choice):
        loan = Loan.objects.filter(case=case).order_by("-booked_at").first()
        if loan and loan.state == Loan.State.BOOKED:
            lending.hand_over(loan.pk, condition="Fine", at=self.now, by=self.tom)
        elif loan:
            lending.take_back(loan.pk, condition="Fine", at=self.now, by=self.tom)

    def lose(self, place, choice):
        reason = RemovalReason.STOLEN if choice == 3 else RemovalReason.SOLD
        given = {"member_id": self.member.pk, "at": self.now, "by": self.member.user}
        removal.remove_item(self.items[place].pk, reason=reason, **given)

    def find_again(self, place, choice):
        removal.undo_removal(self.items[place].pk, member_id=self.member.pk, at=self.now, by=self.member.user)

    def terms(self, place, choice):
        day = programme_day(self.now)
        given = {"benefit_class": ("full", "silver", "full", "membership")[choice % 4], "ended": False}
        CountryTerms.objects.update_or_create(country="GB", valid_from=day, defaults=given)

    def wait(self, place, choice):
        self.now += timedelta(hours=(2, 7, 26, 75)[choice % 4], minutes=13 * place)

    def night(self, place, choice):
        """A week goes by, and what is due is seen to."""
        self.now += timedelta(days=(1, 4, 8, 15)[choice % 4])
        estimating.expire_estimates(at=self.now)
        expiring.expire_requests(at=self.now)
        bench.close_what_is_back(at=self.now)
        lending.daily(at=self.now)

    WITHOUT_A_CASE = frozenset({"request", "lose", "find_again", "terms", "wait", "night"})


# Those that carry a case on come more often.
ACTS = [
    *["request"] * 3,
    *["next_step"] * 8,
    *["estimate", "answer", "borrow", "fetch_or_bring", "parts", "reopen"] * 2,
    *["wait"] * 3,
    *["receive", "step", "leave", "back", "cancel", "change"],
    *["lose", "find_again", "terms", "night"],
]
MOVES = st.lists(
    st.tuples(st.sampled_from(ACTS), st.integers(0, THINGS - 1), st.integers(0, 3)), min_size=12, max_size=36
)


def rows():
    """Everything that servicing keeps, as one text."""
    with connection.cursor() as cursor:
        parts = [f"(SELECT md5(string_agg(t::text, '' ORDER BY id)) FROM servicing_{table} t)" for table in TABLES]
        parts.append("(SELECT count(*)::text FROM members_message)")
        parts.append("(SELECT md5(string_agg(t::text, '' ORDER BY id)) FROM kitbag_kititem t)")
        cursor.execute(f"SELECT {', '.join(parts)}")
        return cursor.fetchone()


def steps_are_of_the_table():
    for case in Case.objects.all():
        states = CaseEvent.objects.filter(case=case, kind="step").order_by("at", "pk").values_list("state", flat=True)
        path = [State(state) for state in states]
        assert path[0] == State.REQUESTED
        for before, after in pairwise(path):
            assert after in STEPS[before], path


@pytest.fixture
def world(gold, elstree, tom, fast_camera, register):
    for place in range(THINGS):
        register(gold, fast_camera, at=MONDAY - timedelta(hours=9 - place))
    LoanUnit.objects.create(centre=elstree, product=fast_camera, serial="990026000017", added_at=MONDAY)
    return gold, elstree, tom


@effort(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(moves=MOVES)
def test_the_invariants_hold_whatever_happens(world, moves):
    try:
        with transaction.atomic():
            _live(World(*world), moves)
            raise _Over
    except _Over:
        assert not Case.objects.exists()


class _Over(Exception):
    """Leaves nothing for the next history."""


def _live(world, moves):
    for act, place, choice in moves:
        before = rows()
        try:
            world.do(act, place, choice)
        except KitError:
            assert rows() == before, (act, place, choice)
        assert SlotHold.objects.filter(freed_at=None).count() <= 3
        assert list(invariants.broken(at=world.now)) == [], (act, place, choice)
    steps_are_of_the_table()
    assert list(of_kitbags.broken(at=world.now)) == []
