"""Cases at risk: what the rule says, what the board finds, and what is noted once (programme §5, §6)."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.urls import reverse

from members.models import Message
from members.rules.roles import Role
from servicing import bench, board, risks
from servicing.models import CaseEvent, Stretch
from servicing.rules.board import NOT_BEGUN, Part, Risk, marks, risk_of
from servicing.rules.calendar import Calendar
from servicing.rules.steps import State
from tests.portal.staff import confirmed, staff_user
from tests.servicing.conftest import MONDAY

DAY = ((time(9), time(17, 30)),)
LONDON = Calendar(zone="Europe/London", week=(*[DAY] * 5, (), ()), cut_off=time(12))
WEDNESDAY = datetime(2026, 11, 25, 10, tzinfo=UTC)
BY = marks(LONDON, at=WEDNESDAY, stale_days=3)
TODAY, TOMORROW, FRIDAY = (datetime(2026, 11, day, 17, 30, tzinfo=UTC) for day in (25, 26, 27))
THIRD = date(2026, 11, 27)


def at(day, hour, minute=0):
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("state", "due_at", "parts_on", "said"),
    [
        (State.RECEIVED, TODAY, None, Risk.NOT_BEGUN),
        (State.INSPECTED, TOMORROW, None, Risk.NOT_BEGUN),
        (State.ACCEPTED, TOMORROW, None, Risk.NOT_BEGUN),
        (State.ACCEPTED, FRIDAY, None, None),
        (State.IN_REPAIR, TODAY, None, None),
        (State.QUALITY_CHECK, TODAY, None, None),
        (State.AWAITING_PARTS, FRIDAY, THIRD, Risk.PARTS),
        (State.AWAITING_PARTS, FRIDAY, THIRD - timedelta(days=1), None),
        (State.AWAITING_PARTS, FRIDAY, None, None),
        (State.AWAITING_PARTS, TOMORROW, None, Risk.NOT_BEGUN),
        (State.IN_REPAIR, FRIDAY, THIRD, None),
        (State.RECEIVED, WEDNESDAY - timedelta(hours=1), None, None),  # missed, which is more than a risk
        (State.ESTIMATE_SENT, None, None, None),  # paused
    ],
)
def test_what_is_at_risk(state, due_at, parts_on, said):
    due_on = due_at.date() if due_at else None
    assert risk_of(state, due_at=due_at, due_on=due_on, parts_on=parts_on, by=BY) == said


@pytest.fixture
def items(gold, fast_camera, register):
    return [register(gold, fast_camera, at=MONDAY - timedelta(days=10, hours=place)) for place in range(5)]


@pytest.fixture
def at_the_bench(items, tom, send_in, take_in, elstree):
    """One whose parts come too late, one not begun, one in repair; all are due on Thursday."""
    late, idle, busy = (send_in(item, at=at(23, 8)) for item in items[:3])
    for case in (late, idle, busy):
        take_in(case, at=at(23, 9))
        bench.take_step(case.pk, State.INSPECTED, at=at(24, 9), by=tom)
    bench.take_step(busy.pk, State.IN_REPAIR, at=at(24, 10), by=tom)
    bench.await_parts(late.pk, parts_on=date(2026, 11, 26), at=at(24, 10), by=tom)
    return late, idle, busy


def test_the_board_and_the_rule_find_the_same(at_the_bench, elstree):
    for moment in (at(24, 11), at(25, 11), at(26, 11), at(26, 18)):
        by = board.marks_of(elstree, at=moment)
        found = set(board.stretches(Part.RISK, elstree, by).values_list("case", flat=True))
        assert found == {
            row.case_id
            for row in Stretch.objects.select_related("case")
            if risk_of(
                State(row.case.state), due_at=row.due_at, due_on=row.due_at.date(), parts_on=row.case.parts_on, by=by
            )
        }
        assert board.counts(elstree, by)[Part.RISK] == len(found)
    assert State.IN_REPAIR not in NOT_BEGUN


def test_a_risk_is_noted_once_for_the_centre_alone(at_the_bench):
    late, idle, _busy = at_the_bench
    told = Message.objects.count()
    assert [risks.warn_of_risks(at=moment) for moment in (at(24, 11), at(24, 12), at(25, 11), at(26, 18))] == [
        1,
        0,
        1,
        0,
    ]
    noted = CaseEvent.objects.filter(kind="warning").order_by("at")
    assert [(event.case_id, event.facts["warning"], event.internal) for event in noted] == [
        (late.pk, "risk_parts", True),
        (idle.pk, "risk_not_begun", True),
    ]
    assert Message.objects.count() == told
    idle.refresh_from_db()
    assert idle.changed_at == at(24, 9)  # nothing was done to it


def test_the_bench_sees_them_and_the_member_does_not(at_the_bench, client, gold, elstree, time_machine):
    late, idle, busy = at_the_bench
    time_machine.move_to(at(25, 11), tick=False)
    risks.warn_of_risks(at=at(25, 11))
    desk = confirmed(staff_user(Role.CENTRE_STAFF.value, centre=elstree.code))
    html = desk.get(reverse("admin:bench"), {"part": "risk"}).content.decode()
    assert "Target at risk" in html
    assert "at risk: the parts come too late" in html
    assert "at risk: the work has not begun" in html
    assert busy.number not in html
    assert (
        "at risk: the parts come too late" in desk.get(reverse("admin:bench_case", args=[late.number])).content.decode()
    )
    # The board has each once, where it is due; the count of those at risk opens the list of them.
    board_page = " ".join(desk.get(reverse("admin:bench")).content.decode().split())
    assert "Target at risk" not in board_page
    assert [board_page.count(f"<bdi>{case.number}</bdi>") for case in at_the_bench] == [1, 1, 1]
    assert board_page.count("at risk: ") == 2
    assert "<b>2</b> <span>At risk</span>" in board_page
    client.force_login(gold.user)
    assert "at risk" not in client.get(reverse("case", args=[idle.number])).content.decode()
