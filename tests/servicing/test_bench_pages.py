"""The bench's pages: the board by the clock, one case and what is done from it (programme §6, §10)."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from members.models import Message
from members.rules.roles import Role
from servicing import bench, estimating
from servicing.casework import as_member
from servicing.models import Case, CaseEvent, Estimate
from servicing.rules.steps import State
from tests.portal.staff import confirmed, staff_user
from tests.servicing.conftest import MONDAY

THURSDAY = datetime(2026, 11, 26, 11, 0, tzinfo=UTC)


def utc(day, hour, minute=0):
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC)


@pytest.fixture(autouse=True)
def clock(time_machine):
    time_machine.move_to(THURSDAY, tick=False)


@pytest.fixture
def clerk(elstree):
    return staff_user(Role.CENTRE_STAFF.value, centre=elstree.code)


@pytest.fixture
def desk(clerk):
    """A technician of Elstree, signed in."""
    return confirmed(clerk)


@pytest.fixture
def items(gold, fast_camera, register):
    return [register(gold, fast_camera, at=MONDAY - timedelta(days=10, hours=place)) for place in range(5)]


def page_of(case):
    return reverse("admin:bench_case", args=[case.number])


def mark_in(client, case, act):
    """The mark that the form of an act carries."""
    html = client.get(page_of(case), {"act": act}).content.decode()
    return html.split('name="mark" value="')[1].split('"')[0]


def carry(client, case, act, *, mark=None, **data):
    return client.post(page_of(case), {"act": act, "mark": mark or mark_in(client, case, act), **data})


def text_of(response):
    return " ".join(response.content.decode().split())


def test_the_board_by_the_clock(desk, items, send_in, take_in, estimate_for, elstree, tom, gold):
    late, soon, paused, queued = (
        send_in(item, at=utc(20, 8), **({"lane": "queued"} if place == 3 else {}))
        for place, item in enumerate(items[:4])
    )
    expected = send_in(items[4], at=utc(24, 8), lane="standard")
    take_in(late, at=utc(20, 9))  # first day Monday, three days: due Wednesday
    take_in(soon, at=utc(20, 13))  # after the cut-off: first day Tuesday, due Thursday
    take_in(paused, at=utc(20, 9))
    take_in(queued, at=utc(20, 9))
    bench.take_step(paused.pk, State.INSPECTED, at=utc(23, 10), by=tom)
    estimate_for(paused, at=utc(24, 10))
    html = text_of(desk.get(reverse("admin:bench")))
    for heading in ("Target missed", "Due today", "Paused: the estimate", "Waits for a Fast Track", "Expected, not"):
        assert heading in html
    order = [html.index(case.number) for case in (late, soon, paused, queued, expected)]
    assert order == sorted(order)
    assert "Wed 25 Nov, 17:30" in html
    assert "Tue 24 Nov, 10:00" in html
    # Nothing happened to the first one since Friday 09:00: four working days.
    stale = text_of(desk.get(reverse("admin:bench"), {"part": "stale"}))
    assert late.number in stale
    assert paused.number not in stale


def test_one_step_with_the_message_before_it_is_sent(desk, clerk, items, send_in, take_in):
    case = send_in(items[0], at=utc(23, 8))
    take_in(case, at=utc(23, 10))
    before = Message.objects.count()
    shown = text_of(desk.get(page_of(case), {"act": "inspected"}))
    assert f"{case.number}: inspected" in shown
    looked = text_of(carry(desk, case, "inspected", words="Shutter at 412,000 releases", look="1"))
    assert looked.count("Shutter at 412,000 releases") == 2  # in the field and in the message
    assert (Message.objects.count(), Case.objects.get().state) == (before, "received")
    done = carry(desk, case, "inspected", words="Shutter at 412,000 releases")
    assert done.status_code == 302
    event = CaseEvent.objects.filter(kind="step").latest("pk")
    assert (event.state, event.by, event.note, event.at) == (
        "inspected",
        clerk,
        "Shutter at 412,000 releases",
        THURSDAY,
    )
    assert Message.objects.count() == before + 1


def test_a_stale_form_is_refused_and_writes_nothing(desk, items, send_in, take_in, tom):
    case = send_in(items[0], at=utc(23, 8))
    take_in(case, at=utc(23, 10))
    bench.take_step(case.pk, State.INSPECTED, at=utc(24, 9), by=tom)
    mark = mark_in(desk, case, "in_repair")
    bench.take_step(case.pk, State.IN_REPAIR, at=utc(24, 10), by=tom)
    bench.take_step(case.pk, State.QUALITY_CHECK, at=utc(24, 11), by=tom)
    # Back in repair is allowed from here, but this form was made for another moment.
    events, messages = CaseEvent.objects.count(), Message.objects.count()
    for act, more in (("in_repair", {}), ("write", {"words": "Hello"}), ("note", {"words": "Hm"})):
        answer = carry(desk, case, act, mark=mark, **more)
        assert "has moved on since" in text_of(answer)
    answer = carry(desk, case, "estimate", mark=mark, **an_estimate(), confirmed="1")
    assert "has moved on since" in text_of(answer)
    assert (CaseEvent.objects.count(), Message.objects.count(), Estimate.objects.count()) == (events, messages, 0)
    assert Case.objects.get().state == "quality_check"


def an_estimate(**more):
    return {
        "key": "6f1f6b2e-5c55-4d3c-9a55-1d9b9a0b6c11",
        "line-TOTAL_FORMS": "2",
        "line-INITIAL_FORMS": "0",
        "line-0-kind": "part",
        "line-0-words": "Shutter unit",
        "line-0-amount": "168.00",
        "line-1-kind": "labour",
        "line-1-words": "",
        "line-1-amount": "",
        "shipping": "15.00",
        "valid_days": "14",
        "words": "The shutter is worn",
        **more,
    }


def test_an_estimate_is_seen_as_the_member_will_before_it_is_sent(desk, items, send_in, take_in, tom, gold):
    case = send_in(items[0], at=utc(23, 8))
    take_in(case, at=utc(23, 10))
    bench.take_step(case.pk, State.INSPECTED, at=utc(24, 9), by=tom)
    shown = text_of(carry(desk, case, "estimate", **an_estimate()))
    for said in ("free for Gold at this centre", "VAT 20%", "£33.60", "£201.60", "estimate £201.60 waits for you"):
        assert said in shown
    assert not Estimate.objects.exists()
    mark = mark_in(desk, case, "estimate")
    for _twice in range(2):
        assert carry(desk, case, "estimate", mark=mark, **an_estimate(), confirmed="1").status_code == 302
    estimate = Estimate.objects.get()
    assert estimating.sums_of(estimate).total == Decimal("201.60")
    # A new one begins with the lines of the last.
    assert 'value="168.00"' in text_of(desk.get(page_of(case), {"act": "estimate"}))
    estimating.answer(estimate.pk, accept=True, at=THURSDAY, actor=as_member(gold.user))
    assert "Estimate accepted" in text_of(desk.get(page_of(case)))
