"""The bench's pages: the board by the clock, one case and what is done from it (programme §6, §10)."""

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from html import unescape
from io import BytesIO
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image

from cps_portal.pages.bench.acts import ACTS, ESTIMATE, allowed
from kitbag.models import StolenUnit
from members.models import Message
from members.rules.roles import Role
from servicing import bench, board, estimating, expiring
from servicing.casework import as_centre, as_member
from servicing.models import Case, CaseEvent, CentreTask, Estimate, Stretch, Visitor
from servicing.reopening import reopen_case
from servicing.rules.board import Part
from servicing.rules.steps import STEPS, State
from tests.factories import CaseFactory, CentreFactory
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


def test_the_page_says_the_level_its_country_makes_of_it_and_whom_the_clock_waits_for(
    desk, items, send_in, take_in, estimate_for, tom, gold
):
    type(gold).objects.filter(pk=gold.pk).update(country="AE")
    case = send_in(items[0], at=utc(23, 8))
    take_in(case, at=utc(23, 9))
    bench.take_step(case.pk, State.INSPECTED, at=utc(24, 10), by=tom)
    estimate_for(case, at=utc(24, 11))
    shown = text_of(desk.get(page_of(case)))
    assert "Gold, with the benefits of Silver" in shown
    assert "Paused, estimate with the member" in shown
    assert "If it is accepted now" in shown
    assert "with you" not in shown


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


def test_what_a_state_allows_is_what_the_page_offers(desk, items, send_in, take_in, tom):
    """No more and no less than the table of steps; a step that is not there is refused and writes nothing."""
    assert set(allowed(State.INSPECTED)) == {
        *("estimate", "in_repair", "awaiting_parts", "returned", "beyond_repair", "write", "note", "number")
    }
    for state in State:
        steps = {code for code in allowed(state) if code in set(State)}
        assert steps - {"awaiting_parts"} <= {one.value for one in STEPS[state]}
        assert (ESTIMATE in allowed(state)) == (State.ESTIMATE_SENT in STEPS[state])
    case = send_in(items[0], at=utc(23, 8))
    take_in(case, at=utc(23, 10))
    events = CaseEvent.objects.count()
    offered = mark_in(desk, case, "inspected")
    for code in set(ACTS) - set(allowed(State.RECEIVED)):
        answer = carry(desk, case, code, mark=offered, words="x", back_on="2026-11-25")
        assert answer.status_code == 200, code
    assert desk.post(page_of(case), {"act": "cancelled"}).status_code == 403
    assert CaseEvent.objects.count() == events


def test_parts_numbers_messages_and_the_way_back(desk, clerk, items, send_in, take_in, tom, gold, mailed_photo):
    case = send_in(items[0], at=utc(23, 8))
    take_in(case, at=utc(23, 10))
    bench.take_step(case.pk, State.INSPECTED, at=utc(24, 9), by=tom)
    late = carry(desk, case, "awaiting_parts", parts_on="2026-11-25")
    assert "Choose today or a later day." in text_of(late)
    assert carry(desk, case, "awaiting_parts", parts_on="2026-12-01", words="From Amsterdam").status_code == 302
    assert carry(desk, case, "awaiting_parts", parts_on="2026-12-03").status_code == 302
    assert Case.objects.get().parts_on.isoformat() == "2026-12-03"
    assert carry(desk, case, "number", serial="998877665544", words="New main board").status_code == 302
    items[0].refresh_from_db()
    assert items[0].serial == "998877665544"
    # Found by the old number, the new one and any spelling of its own.
    old, spelled = case.serial, case.number.lower().replace("-", " ")
    for asked in (old, "9988 7766 5544", spelled, case.number.replace("-000", " ")):
        assert desk.get(reverse("admin:bench"), {"q": asked}).url == page_of(case), asked
    assert carry(desk, case, "write", words="The part is here", photos=mailed_photo()).status_code == 302
    assert carry(desk, case, "note", words="Screw missing").status_code == 302
    event = CaseEvent.objects.filter(kind="message", internal=False).get()
    assert (event.files.count(), event.note) == (1, "The part is here")
    shown = text_of(desk.get(page_of(case)))
    assert "Screw missing" in shown
    assert "internal" in shown
    assert reverse("case-file", args=[event.files.get().pk]) in shown
    for act in ("in_repair", "quality_check"):
        carry(desk, case, act)
    assert carry(desk, case, "shipped", carrier="DHL", tracking="JD 0007").status_code == 302
    assert carry(desk, case, "back", back_on="2026-11-30").status_code == 200  # not yet
    assert carry(desk, case, "back", back_on="2026-11-26").status_code == 302
    assert (Case.objects.get().state, case.stretches.get().back_on.isoformat()) == ("closed", "2026-11-26")


@pytest.fixture
def mailed_photo(settings, tmp_path):
    settings.STORAGES = settings.STORAGES | {
        "cases": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(tmp_path)}}
    }

    def photo(name="bench.jpg"):
        held = BytesIO()
        Image.new("RGB", (40, 30), "grey").save(held, "JPEG")
        return SimpleUploadedFile(name, held.getvalue(), "image/jpeg")

    return photo


def receive_page(client, **asked):
    return text_of(client.get(reverse("admin:bench_receive"), asked))


def test_receiving_by_the_sheet_or_any_spelling(desk, clerk, items, send_in, mailed_photo):
    case = send_in(items[0], at=utc(25, 8))
    spelled = (case.number, case.number.lower().replace("-", ""), f"https://cps.example/x/?number={case.number}"[-12:])
    for asked in (*spelled, items[0].serial_typed):
        shown = receive_page(desk, number=asked)
        assert "Book it in" in shown, asked
        assert f"{case.number}: it is at the centre" in shown
    mark = shown.split('name="mark" value="')[1].split('"')[0]
    form = {"case": case.number, "mark": mark, "condition": "Scratched, works", "accessories": "Strap"}
    page = reverse("admin:bench_receive")
    future = desk.post(page, form | {"came_on": "2026-11-26T18:00"})
    assert "Choose a moment that has passed." in text_of(future)
    other = desk.post(page, form | {"serial": "555555555555"})
    assert "not the one in the kitbag" in text_of(other)
    assert Case.objects.get().state == "requested"
    kept = form | {"serial": "555555555555", "differs": "555555555555", "came_on": "2026-11-25T09:30"}
    done = desk.post(page, kept | {"photos": [mailed_photo("a.jpg")]}, follow=True)
    assert "is booked in. Target: Mon 30 Nov, 17:30." in text_of(done)
    stretch = case.stretches.get()
    # The member sees the photo too, beside the condition.
    client = Client()
    client.force_login(case.member.user)
    theirs = client.get(reverse("case", args=[case.number])).content.decode()
    assert reverse("case-file", args=[case.files.get().pk]) in theirs
    assert client.get(reverse("case-file", args=[case.files.get().pk])).status_code == 200
    assert stretch.received_at == utc(25, 9, 30)
    assert (stretch.intake.serial_seen, stretch.intake.number_agrees, stretch.intake.by) == (
        *("555555555555", False),
        clerk,
    )
    assert case.files.get().purpose == "intake"
    # The same form once more: it is in already, and nothing is written.
    events = CaseEvent.objects.count()
    assert desk.post(page, kept).status_code == 200
    assert (CaseEvent.objects.count(), case.files.count()) == (events, 1)
    assert "it is not expected now" in receive_page(desk, number=case.number)


def test_a_parcel_that_lay_at_the_door_while_its_request_expired(desk, register, fast_camera, send_in, gold):
    items = [register(gold, fast_camera, at=utc(4, 7, place)) for place in range(4)]
    case = send_in(items[0], at=utc(4, 8))
    expiring.expire_requests(at=utc(25, 8, 5))
    assert reverse("admin:bench_receive") in text_of(desk.get(page_of(case)))
    shown = receive_page(desk, number=case.number)
    assert "This request expired on Wed 25 Nov, 08:00." in shown
    assert "Before the request expired, by the centre’s clock" in shown
    assert "Empty: now." not in shown
    assert "None now." in text_of(desk.get(reverse("admin:bench"), {"part": "risk"}))
    assert "It came on 25 Nov 2026, before the request expired, so the request stands." in shown
    mark = shown.split('name="mark" value="')[1].split('"')[0]
    form = {"case": case.number, "mark": mark, "condition": "Dented"}
    assert "The request had expired by then." in text_of(desk.post(reverse("admin:bench_receive"), form))
    done = desk.post(reverse("admin:bench_receive"), form | {"came_on": "2026-11-24T10:00"}, follow=True)
    assert f"{case.number} is booked in. Target: Fri 27 Nov, 17:30." in text_of(done)
    theirs = Client()
    theirs.force_login(gold.user)
    said = text_of(theirs.get(reverse("case", args=[case.number])))
    assert "It came on 24 Nov 2026, before the request expired, so the request stands." in said
    assert "sent in again" not in text_of(desk.get(page_of(case)))
    assert "sent in again" not in text_of(desk.get(reverse("admin:bench")))


def test_a_stolen_unit_warns_before_it_is_booked_in(desk, items, send_in, gold):
    case = send_in(items[0], at=utc(25, 8))
    StolenUnit.objects.create(product=case.product, serial=case.serial, item=items[1], reported_at=MONDAY)
    assert "was reported stolen" in receive_page(desk, number=case.number)


def test_a_parcel_of_another_centre_says_where_it_belongs_and_nothing_more(desk, items, send_in):
    other = CentreFactory(name="Bench of Paris", country="FR")
    case = send_in(items[0], at=utc(25, 8), centre=other, fault_words="Secret fault")
    for asked in (case.number, items[0].serial):
        shown = receive_page(desk, number=asked)
        assert "Bench of Paris" in shown
        for hidden in ("Secret fault", "Layla", "EOS R5", "Book it in"):
            assert hidden not in shown
    answer = text_of(desk.post(reverse("admin:bench_receive"), {"case": case.number, "condition": "x", "mark": "x"}))
    assert "Bench of Paris" in answer
    assert Case.objects.get().state == "requested"


def a_visitor(**more):
    return {
        "key": "0f1f6b2e-5c55-4d3c-9a55-1d9b9a0b6c22",
        "region": "Canon Japan",
        "card_number": "JP-1",
        "name": "Aiko Mori",
        "product": "EOS R5 Mark II",
        "service": "repair",
        "fault_words": "Falls",
        "condition": "Dented",
        "return_name": "Aiko Mori",
        "return_street": "1 Hotel Road",
        "return_town": "London",
        "return_country": "JP",
        **more,
    }


def test_a_visitor_is_booked_in_once_and_without_a_member(desk, fast_camera, elstree):
    page = reverse("admin:bench_visitor")
    refused = text_of(desk.post(page, a_visitor(product="zzzz qqqq", region="")))
    assert "There is no such product" in refused
    assert "Please change this" in refused
    for _twice in range(2):
        assert desk.post(page, a_visitor()).status_code == 302
    case = Case.objects.get()
    assert (case.visitor.region, case.visitor.card_number, case.member, case.state) == (
        *("Canon Japan", "JP-1", None),
        "received",
    )
    assert case.stretches.get().target_days == elstree.visitor_days
    assert "the portal writes nothing" in text_of(desk.get(page_of(case), {"act": "inspected"}))
    assert carry(desk, case, "inspected").status_code == 302
    assert not Message.objects.exists()


def test_only_the_centres_word_lets_in_what_can_no_longer_be_serviced(desk, items, gold, clerk, elstree):
    page, number = reverse("admin:bench_word"), {"member": gold.number, "serial": items[0].serial_typed}
    assert "can be serviced: its owner sends it in" in text_of(desk.get(page, number))
    assert "No member with this number" in text_of(desk.get(page, number | {"serial": "1"}))
    latest = items[0].product.valuations.latest("effective_on")
    type(latest).objects.create(
        product=items[0].product,
        effective_on=MONDAY.date(),
        revision=1,
        points=10,
        stage="unserviceable",
        reason="unserviceable",
        recorded_on=MONDAY.date() - timedelta(days=5),
    )
    shown = text_of(desk.get(page, number))
    assert "Take it" in shown
    form = a_visitor(**number, key="3f1f6b2e-5c55-4d3c-9a55-1d9b9a0b6c33")
    taken = desk.post(page, form)
    case = Case.objects.get()
    assert taken.url == f"{reverse('admin:bench_receive')}?number={case.number}"
    assert (case.member, case.stretches.get().lane) == (gold, "standard")
    assert CaseEvent.objects.filter(kind="step").get().by == clerk


def test_tasks_are_done_once_and_only_ones_own(desk, clerk, elstree):
    own, other = (
        CentreTask.objects.create(centre=centre, kind="no_unit", occasion="x", words="Nothing free", made_at=MONDAY)
        for centre in (elstree, CentreFactory())
    )
    page = reverse("admin:bench")
    assert "Nothing free" in text_of(desk.get(page))
    for task in (own, other):
        assert desk.post(page, {"task": task.pk}).status_code == 302
    own.refresh_from_db()
    other.refresh_from_db()
    assert (own.done_by, own.done_at, other.done_at) == (clerk, THURSDAY, None)
    assert "Nothing free" not in text_of(desk.get(page))


HOSTILE = ["\x00", "a" * 5000, "\u202e\u200f", "📷" * 50, "１２３", "-1", "9" * 30, "' OR 1=1 --", "%", "\\", "~", "~1"]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_input_is_only_text(desk, items, send_in, take_in, text):
    case = send_in(items[0], at=utc(23, 8))
    take_in(case, at=utc(23, 10))
    for name, keys in {
        "bench": ("q", "state", "part", "after", "centre"),
        "bench_receive": ("number", "last", "centre"),
        "bench_word": ("member", "serial"),
        "bench_report": ("first", "last"),
        "bench_csv": ("what", "first"),
    }.items():
        for key in keys:
            part = {"part": "missed"} if key == "after" else {}
            status = desk.get(reverse(f"admin:{name}"), {key: text} | part).status_code
            assert status in (200, 302, 404), (name, key)
    if "\x00" not in text:
        assert desk.get(reverse("admin:bench_case", args=[text])).status_code == 404
    before = CaseEvent.objects.count()
    for post in (
        {"act": "inspected", "mark": text},
        {"act": text, "mark": "x"},
        {"act": "estimate", "mark": "x", **an_estimate(**{"line-0-amount": text, "line-TOTAL_FORMS": text})},
        {"act": "estimate", "mark": "x", "more": "1", "line-TOTAL_FORMS": text},
    ):
        assert desk.post(page_of(case), post).status_code in (200, 403)
    assert desk.post(reverse("admin:bench"), {"task": text}).status_code == 302
    assert desk.post(reverse("admin:bench_receive"), {"case": text, "came_on": text}).status_code == 200
    assert desk.post(reverse("admin:bench_visitor"), a_visitor(key=text, product=text, sku=text)).status_code == 200
    assert (CaseEvent.objects.count(), Case.objects.count()) == (before, 1)


def test_a_name_or_number_of_several_cases_lists_each_once_the_newest_request_first(
    desk, items, send_in, take_in, repaired, tom
):
    again = send_in(items[0], at=utc(16, 8))
    take_in(again, at=utc(16, 10))
    repaired(again, at=utc(17, 9))
    bench.is_back(again.pk, at=utc(18, 9), actor=as_centre(tom))
    other = send_in(items[1], at=utc(19, 8))
    reopen_case(again.pk, words="It fell out again", at=utc(20, 8), actor=as_member(again.member.user))
    latest = send_in(items[2], at=utc(23, 8))
    for asked in ("mansour", "layla m", again.member.number):
        html = desk.get(reverse("admin:bench"), {"q": asked}).content.decode()
        assert re.findall(r'class="mono" href="([^"]+)"', html) == [page_of(one) for one in (latest, again, other)], (
            asked
        )


def test_the_overview_holds_what_its_lists_begin_with(elstree, items, send_in, take_in, estimate_for, repaired, tom):
    """One query reads all parts at once; each of them is also a list of its own."""
    sent = [send_in(item, at=utc(16, 8), lane=Stretch.Lane.QUEUED) for item in items]
    for place, case in enumerate(sent[:4]):
        take_in(case, at=utc(16 + place, 10))
    bench.take_step(sent[0].pk, State.INSPECTED, at=utc(17, 9), by=tom)
    estimate_for(sent[0], at=utc(17, 10))
    repaired(sent[1], at=utc(19, 9))
    by = board.marks_of(elstree, at=THURSDAY)
    held, firsts = board.overview(elstree, by, each=2)
    for part in Part:
        rows = board.stretches(part, elstree, by)
        first = list(board.ordered(part, rows).values_list("pk", flat=True)[:2])
        assert (held[part], [row["pk"] for row in firsts[part]]) == (rows.count(), first), part
    assert board.counts(elstree, by) == held
    filled = {part for part in Part if held[part]}
    assert filled >= {Part.MISSED, Part.PAUSED, Part.EXPECTED, Part.BACK, Part.STALE}


@pytest.mark.parametrize("count", [5, 50, 500])
def test_the_board_asks_as_much_for_500_cases_as_for_5(
    desk, items, send_in, take_in, elstree, count, django_assert_max_num_queries
):
    """A board is one question for counts and what comes first, one for rows; lists and cases are as constant."""
    first = send_in(items[0], at=utc(23, 8))
    take_in(first, at=utc(23, 10))
    fill(first, count - 1)
    desk.get(reverse("admin:bench"))  # the session is written once
    for page, asked, most in (
        ("bench", {}, 15),
        ("bench", {"part": "standard"}, 13),
        ("bench", {"state": "received"}, 12),
        ("bench", {"q": "nobody at all"}, 13),
        ("bench_csv", {"what": "board"}, 12),
    ):
        with django_assert_max_num_queries(most):
            answer = desk.get(reverse(f"admin:{page}"), asked)
        assert answer.status_code == 200
    assert len(answer.content.decode().splitlines()) == count + 1
    with django_assert_max_num_queries(22):
        assert desk.get(page_of(first)).status_code == 200
    assert [look.page for look in first.member.looks.all()] == ["case"]


def fill(case, count):
    """More visitors' cases beside one, by rows alone."""
    visitors = Visitor.objects.bulk_create(
        Visitor(region="Canon USA", card_number=f"US{place}", name=f"V {place}", booked_in_at=MONDAY)
        for place in range(count)
    )
    cases = Case.objects.bulk_create(
        Case(
            number=f"UK-25-{place:06d}",
            visitor=visitor,
            centre=case.centre,
            product=case.product,
            serial=f"S{place}",
            service="repair",
            send_by="desk",
            return_name="V",
            return_street="1",
            return_town="L",
            return_country="GB",
            state="received",
            requested_at=MONDAY,
            changed_at=MONDAY,
        )
        for place, visitor in enumerate(visitors)
    )
    Stretch.objects.bulk_create(
        Stretch(
            case=one,
            centre=one.centre,
            lane="standard",
            requested_at=MONDAY,
            received_at=MONDAY,
            terms={},
            calendar={},
        )
        for one in cases
    )


def test_lists_are_paged_by_key(desk, elstree):
    first = CaseFactory(centre=elstree, received_at=MONDAY)
    fill(first, 120)
    seen, asked = [], {"part": "standard"}
    for _page in range(3):
        html = desk.get(reverse("admin:bench"), asked).content.decode()
        seen += re.findall(r"/admin/bench/cases/([A-Z0-9-]+)/", html)
        following = re.search(r'href="([^"]+after=[^"]+)" rel="next"', html)
        asked = dict(parse_qsl(urlsplit(unescape(following[1])).query)) if following else None
    assert asked is None
    assert len(seen) == len(set(seen)) == 121
