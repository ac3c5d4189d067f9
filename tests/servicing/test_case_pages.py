"""A member's cases: the list with its slots, one case with everything that happened, and what can be done there."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from io import BytesIO
from uuid import uuid4

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from PIL import Image

from members.models import Member
from servicing import bench, estimating, expiring, requesting
from servicing.casework import Kind, as_centre, as_member, lock, note
from servicing.models import Case, CaseDraft, CaseEvent, CaseFile, CaseState, Service, SlotHold, Stretch
from servicing.rules.charges import Charge
from servicing.rules.steps import LEFT, OVER, State
from tests.factories import CaseFactory, MemberFactory, ProductFactory
from tests.servicing.conftest import MONDAY

BUDGET = 10
Lane = Stretch.Lane


def utc(day, hour, minute=0, month=11):
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


@pytest.fixture
def items(gold, fast_camera, register):
    """Five Fast Track things of one Gold member."""
    return [register(gold, fast_camera, at=MONDAY - timedelta(days=2, hours=place)) for place in range(5)]


@pytest.fixture
def look(client, gold):
    """Open a page as the member at a moment; its text with single spaces."""

    def get(name, *args, at, member=gold):
        with time_machine.travel(at, tick=False):
            client.force_login(member.user)
            response = client.get(reverse(name, args=args))
        assert response.status_code == 200, response.get("Location")
        return " ".join(response.content.decode().split())

    return get


@pytest.fixture
def post(client, gold):
    def send(name, *args, at, data=None, member=gold):
        with time_machine.travel(at, tick=False):
            client.force_login(member.user)
            return client.post(reverse(name, args=args), data or {})

    return send


def test_a_case_with_an_estimate_that_waits(look, items, tom, gold, send_in, take_in, estimate_for):
    case = send_in(items[0], at=utc(23, 8), fault="shutter", fault_words="Dark <b>above</b> 1/2000")
    take_in(case, at=utc(23, 11, 59))
    bench.take_step(case.pk, State.INSPECTED, at=utc(24, 10), by=tom, words="Second curtain slow")
    first = estimate_for(case, at=utc(24, 13))
    estimating.answer(first.pk, accept=True, at=utc(25, 9), actor=as_member(gold.user))
    bench.take_step(case.pk, State.IN_REPAIR, at=utc(25, 10), by=tom)
    estimate_for(case, at=utc(25, 11), amount="200.00", words="Corrosion")
    text = look("case", case.number, at=utc(25, 15))
    for said in (
        "EOS R5 Mark II, repair",
        "Estimate waits for you",
        "Slot 1 of 3, London time",
        "0.7 of 3 working days counted. Paused since Wed 25 Nov, 11:00.",
        "free for Gold at this centre",
        "Replaces estimate 1 of £120.00, which you accepted on Wed 25 Nov.",
        "Valid until the end of 9 Dec 2026.",
        "the clock goes on at once and the target becomes Fri 27 Nov, 17:30.",
        "If you decline, it comes back unrepaired and the slot is free when it is shipped.",
        "Accept £240.00",
        "Dark &lt;b&gt;above&lt;/b&gt; 1/2000",
        "The shutter sticks, or part of the picture is dark.",
        "Fast Track slot 1 is taken for it.",
        "Target 3 working days, copied with your level, Gold.",
        "Yours to ask for if the target is missed",
    ):
        assert said in text, said
    assert "<b>above" not in text


def test_what_people_wrote_keeps_its_direction_between_arabic_sentences(client, look, items, tom, send_in, take_in):
    case = send_in(items[0], fault="shutter")
    take_in(case, at=utc(23, 10))
    bench.take_step(case.pk, State.INSPECTED, at=utc(24, 10), by=tom, words="Second curtain slow")
    client.cookies["django_language"] = "ar"
    assert "\u2068Second curtain slow.\u2069" in look("case", case.number, at=utc(24, 11))


def test_lines_that_a_new_estimate_brings_are_marked(client, look, items, tom, send_in, take_in, estimate_for):
    case = send_in(items[0])
    take_in(case, at=utc(23, 10))
    bench.take_step(case.pk, State.INSPECTED, at=utc(24, 10), by=tom)
    estimate_for(case, at=utc(24, 11))
    estimating.send_estimate(
        case.pk,
        work=[Charge("part", name, Decimal(40)) for name in ("Shutter unit", "Mount ring")],
        shipping=Decimal(15),
        estimate_id=uuid4(),
        at=utc(24, 12),
        by=tom,
    )
    look("case", case.number, at=utc(24, 13))
    with time_machine.travel(utc(24, 13), tick=False):
        estimates = client.get(reverse("case", args=[case.number])).context["estimates"]
    assert [(line.words, line.note) for line in estimates[0].lines] == [
        ("Shutter unit", ""),
        ("Mount ring", "new in this estimate"),
        ("Return shipping", "free for Gold at this centre"),
    ]
    assert estimates[0].replaces == "Replaces estimate 1 of £120.00, which you had not answered."
    assert estimates[1].answered == "Replaced by a newer estimate on Tue 24 Nov, 12:00."


@pytest.mark.parametrize("spell", ["{low}", "{plain}", "{wide}"])
def test_any_spelling_leads_to_the_one_address(client, gold, items, send_in, spell):
    case = send_in(items[0])
    spelled = spell.format(
        low=case.number.lower(), plain=case.number.replace("-", ""), wide=case.number.replace("-", " ")
    )
    client.force_login(gold.user)
    response = client.get(reverse("case", args=[spelled]))
    assert (response.status_code, response.url) == (302, reverse("case", args=[case.number]))


PAGES = ["case", "case-write", "case-tracking", "case-back", "case-reopen"]


@pytest.mark.parametrize("name", PAGES)
def test_another_members_case_and_no_case_are_not_there(client, items, send_in, name):
    case = send_in(items[0])
    client.force_login(MemberFactory().user)
    assert client.get(reverse(name, args=[case.number])).status_code == 404
    assert client.post(reverse(name, args=[case.number]), {"words": "x"}).status_code in (404, 405)
    for number in ("UK-26-999999", "nothing", "x" * 300):
        assert client.get(reverse(name, args=[number])).status_code == 404
    assert Case.objects.get().changed_at == MONDAY


def test_what_the_centre_writes_for_itself_is_never_shown(look, items, tom, send_in, take_in):
    case = send_in(items[0])
    take_in(case, at=utc(23, 10), serial="999999999999")
    bench.write(case.pk, words="The customer is odd", internal=True, at=utc(24, 9), actor=as_centre(tom))
    bench.write(case.pk, words="It is on the bench", at=utc(24, 10), actor=as_centre(tom))
    text = look("case", case.number, at=utc(24, 11))
    assert "It is on the bench" in text
    assert "odd" not in text
    assert "Warning" not in text
    assert "Its serial number is another one than in your kitbag." in text


def every_kind_of_event(case, tom):
    """Facts of events that operations of other modules write, for their words."""
    _case, stretch = lock(case.pk)
    at = utc(24, 12)
    for kind, facts in (
        (Kind.CHANGED, {"changed": ["fault", "return_town"]}),
        (Kind.TRACKING, {"way": "in", "tracking": "JD01"}),
        (Kind.PARTS, {"parts_on": ""}),
        (Kind.NUMBER, {"serial": ["0420 1", "0420 2"]}),
        (Kind.LANE, {"lane": "standard", "reasons": ["country", "code_of_tomorrow"]}),
        (Kind.ESTIMATE_EXPIRED, {"version": 1}),
        (Kind.LOAN, {"what": "offered", "ground": "parts"}),
        (
            Kind.LOAN,
            {"what": "out", "unit": "EOS R6", "serial": "12", "from_on": "2026-11-24", "until_on": "2026-12-01"},
        ),
        (Kind.LOAN, {}),
        (Kind.SLOT_FREED, {"slot": 1}),
        (Kind.SLOT_TAKEN, {"slot": 1}),
        (Kind.MESSAGE, {}),
        (Kind.INTAKE, {"accessories": "Strap"}),
        (Kind.TERMS, {"level": 2, "benefit_level": 2, "target": 3}),
    ):
        at += timedelta(minutes=1)
        note(stretch, kind, as_centre(tom), at=at, words="Said", **facts)


def test_every_kind_of_event_has_words(look, items, tom, send_in, take_in):
    case = send_in(items[0])
    take_in(case, at=utc(23, 10))
    every_kind_of_event(case, tom)
    assert set(CaseEvent.objects.values_list("kind", flat=True)) == set(Kind.values) - {"warning"}
    text = look("case", case.number, at=utc(24, 18))
    for said in (
        "Changed: fault and return address.",
        "It is not known yet when the parts come.",
        "became \u20680420 2\u2069. Both are found.",
        "Your country’s membership has no Fast Track targets.",
        "A part it needs comes too late for its target.",
        "due back on 1 Dec 2026.",
        "With it came: Strap.",
        "Condition: Said.",
        "The centre wrote",
    ):
        assert said in text, said


def test_every_state_has_a_page(client, look, items, tom, gold, send_in, take_in, estimate_for):
    """Through all states of the table, each shown on the case's page and in the list."""
    case = send_in(items[0])
    take_in(case, at=utc(23, 10))
    never_came = {State.CANCELLED, State.EXPIRED}
    for state in sorted(State, key=lambda state: (state in OVER - never_came, state in LEFT)):
        # What left the bench, or is over, stays so: those states come last.
        stretch = Stretch.objects.filter(case=case)
        if state in LEFT:
            stretch.filter(left_at=None).update(left_at=utc(24, 8))
        if state in OVER - never_came:
            stretch.filter(ended_at=None).update(ended_at=utc(24, 9))
        Case.objects.filter(pk=case.pk).update(state=state)
        assert "EOS R5 Mark II" in look("case", case.number, at=utc(25, 12))
        assert case.number in look("servicing", at=utc(25, 12))


def test_before_receipt_it_can_be_sent_tracked_and_is_told_when_it_expires(client, look, post, items, send_in):
    case = send_in(items[0], at=utc(23, 9))
    text = look("case", case.number, at=utc(23, 12))
    assert "Send it in" in text
    assert "The request expires on 14 Dec 2026." in text
    assert reverse("case-sheet", args=[case.number]) in text
    assert "The clock has not started" in text
    response = post("case-tracking", case.number, at=utc(23, 13), data={"tracking": " JD014 "})
    assert response.status_code == 302
    assert Case.objects.get().inbound_tracking == "JD014"
    assert "On its way to the centre" in look("case", case.number, at=utc(23, 14))
    too_long = post("case-tracking", case.number, at=utc(23, 15), data={"tracking": "x" * 61})
    assert too_long.status_code == 200
    assert Case.objects.get().inbound_tracking == "JD014"


def test_it_is_here_today_or_on_another_day(look, post, items, gold, send_in, take_in, repaired):
    cases = [send_in(item) for item in items[:2]]
    for case in cases:
        take_in(case, at=utc(23, 10))
        repaired(case, at=utc(24, 12))
    assert "It is here" in look("case", cases[0].number, at=utc(26, 12))
    assert post("case-back", cases[0].number, at=utc(26, 12)).status_code == 302
    assert post("case-back", cases[0].number, at=utc(26, 12)).status_code == 302
    early = post("case-back", cases[1].number, at=utc(26, 12), data={"on": "2026-11-23"})
    assert "It was not shipped yet on this day." in early.content.decode()
    late = post("case-back", cases[1].number, at=utc(26, 12), data={"on": "2026-11-27"})
    assert "This day lies in the future." in late.content.decode()
    assert Stretch.objects.get(case=cases[1]).ended_at is None
    post("case-back", cases[1].number, at=utc(26, 12), data={"on": "2026-11-25"})
    days = Stretch.objects.order_by("pk").values_list("back_on", flat=True)
    assert list(days) == [date(2026, 11, 26), date(2026, 11, 25)]
    assert CaseEvent.objects.filter(state="closed", case=cases[0]).count() == 1
    text = look("case", cases[0].number, at=utc(27, 12))
    assert "Until 26 Dec 2026 you can send it in again on this case." in text
    assert "Within the target, stopped Tue 24 Nov, 12:00." in text


def test_reopening_says_what_it_was_before(look, post, items, gold, send_in, take_in, repaired):
    case = send_in(items[0])
    take_in(case, at=utc(23, 10))
    repaired(case, at=utc(24, 12))
    bench.is_back(case.pk, at=utc(25, 12), actor=as_member(gold.user))
    empty = post("case-reopen", case.number, at=utc(26, 12), data={"words": " "})
    assert empty.status_code == 200
    assert post("case-reopen", case.number, at=utc(26, 12), data={"words": "Still dark"}).status_code == 302
    text = look("case", case.number, at=utc(26, 13))
    assert "Sent in again by you" in text
    assert "0.3 of 3 working days, within the target" in text
    # A month later there is nothing to open.
    bench_case = Case.objects.get()
    assert bench_case.state == CaseState.REQUESTED
    assert post("case-reopen", case.number, at=utc(26, 14), data={"words": "Twice"}).status_code == 302
    assert Stretch.objects.count() == 2


def test_writing_with_a_photo(look, post, items, gold, send_in, shelf, settings):
    settings.STORAGES = {**settings.STORAGES, "cases": settings.STORAGES["proofs"]}
    case = send_in(items[0])
    picture = BytesIO()
    Image.new("RGB", (20, 20), "red").save(picture, "JPEG")
    photo = SimpleUploadedFile("curtain.jpg", picture.getvalue(), content_type="image/jpeg")
    sent = {"words": "Look at this", "photos": [photo]}
    assert post("case-write", case.number, at=utc(24, 9), data=sent).status_code == 302
    file = CaseFile.objects.get()
    assert (file.event.note, file.purpose, file.case) == ("Look at this", "message", case)
    text = look("case", case.number, at=utc(24, 10))
    assert "Look at this" in text
    assert reverse("case-file", args=[file.pk]) in text


def test_a_file_that_is_none_writes_nothing(post, items, send_in, shelf, settings):
    settings.STORAGES = {**settings.STORAGES, "cases": settings.STORAGES["proofs"]}
    case = send_in(items[0])
    events = CaseEvent.objects.count()
    sent = {"words": "Look", "photos": [SimpleUploadedFile("curtain.jpg", b"<script>", content_type="image/jpeg")]}
    response = post("case-write", case.number, at=utc(24, 9), data=sent)
    assert "This is no PDF, JPEG, PNG, HEIC or TIFF." in response.content.decode()
    many = {"words": "Look", "photos": [SimpleUploadedFile(f"{place}.jpg", b"x") for place in range(6)]}
    assert "Send five files at once" in post("case-write", case.number, at=utc(24, 9), data=many).content.decode()
    assert post("case-write", case.number, at=utc(24, 9), data={"words": "  "}).status_code == 200
    assert (CaseEvent.objects.count(), CaseFile.objects.count(), list(shelf.iterdir())) == (events, 0, [])


def test_a_month_after_it_is_over_nobody_reads(post, items, gold, send_in):
    case = send_in(items[0])
    requesting.cancel_case(case.pk, at=utc(24, 9), actor=as_member(gold.user))
    assert post("case-write", case.number, at=utc(24, 10), data={"words": "Why"}).status_code == 302
    events = CaseEvent.objects.count()
    post("case-write", case.number, at=utc(25, 10, month=12), data={"words": "Why"})
    assert CaseEvent.objects.count() == events


def test_why_it_waits_or_runs_at_the_standard_time(look, items, gold, tom, register, send_in, take_in):
    held = [send_in(item) for item in items[:3]]
    queued = send_in(items[3], lane=Lane.QUEUED)
    take_in(queued, at=utc(23, 10))
    text = look("case", queued.number, at=utc(24, 12))
    assert "At the centre, waits for a slot" in text
    assert "All three Fast Track slots were taken." in text
    assert "Set with the slot" in text
    printer = register(gold, ProductFactory(name="PRO-1000", family="printer", points=1), at=MONDAY)
    standard = send_in(printer)
    take_in(standard, at=utc(23, 10))
    text = look("case", standard.number, at=utc(25, 12))
    assert "1.3 working days counted, standard time, about 10. No target." in text
    assert "This product is not on the Fast Track list." in text
    take_in(held[0], at=utc(23, 10))
    bench.take_step(held[0].pk, State.INSPECTED, at=utc(24, 10), by=tom)
    bench.await_parts(held[0].pk, parts_on=date(2026, 12, 3), at=utc(24, 11), by=tom)
    text = look("case", held[0].number, at=utc(25, 12))
    assert "The parts come on 3 Dec 2026, later than the target of Thu 26 Nov, 17:30." in text
    assert "Parts do not stop the clock." in text


def test_a_receipt_written_down_late_comes_before_the_start_of_its_clock(look, items, send_in, take_in):
    case = send_in(items[0], at=utc(1, 8))
    expiring.expire_requests(at=utc(22, 8))
    take_in(case, at=utc(23, 12, 4), received_at=utc(20, 11))
    text = look("case", case.number, at=utc(23, 15))
    started, since, received = (
        text.index(words) for words in ("Clock started", "It counts since Mon 23 Nov, 09:00.", "It came on 20 Nov 2026")
    )
    assert started < since < received, "the newest first"


def test_an_expired_request_explains_itself(look, items, send_in):
    case = send_in(items[0], at=utc(1, 8))
    expiring.expire_requests(at=utc(22, 8))
    text = look("case", case.number, at=utc(23, 8))
    assert "The centre did not receive it within three weeks, so the request expired" in text
    assert reverse("kitbag-item", args=[items[0].pk]) in text


def test_the_list_with_slots_queue_requests_drafts_and_what_is_over(
    client, look, items, gold, send_in, take_in, repaired
):
    cases = [send_in(item, at=utc(23, 8, place)) for place, item in enumerate(items[:3])]
    send_in(items[3], at=utc(23, 9), lane=Lane.QUEUED)
    CaseDraft.objects.create(member=gold, item=items[4], begun_at=utc(23, 9), changed_at=utc(23, 9))
    for case in cases[:2]:
        take_in(case, at=utc(23, 10))
    text = look("servicing", at=utc(24, 12))
    assert "0.3</b> of 3 working days counted" in text
    assert "Target Thu 26 Nov, 17:30" in text
    assert "The request expires on 14 Dec 2026." in text
    assert "Waiting for a slot" in text
    assert "Begun, not sent" in text
    assert reverse("case-new", args=[items[4].pk]) in text
    repaired(cases[0], at=utc(24, 13))
    requesting.cancel_case(cases[2].pk, at=utc(24, 14), actor=as_member(gold.user))
    text = look("servicing", at=utc(24, 15))
    assert "On the way back to you" in text
    assert "This slot is free" in text
    assert "Cancelled" in text
    assert SlotHold.objects.filter(freed_at=None).count() == 2


def test_who_has_no_kit_is_told_where_to_begin(look, gold, items):
    assert reverse("kitbag-add") in look("servicing", at=MONDAY, member=MemberFactory())
    text = look("servicing", at=MONDAY)
    assert "This slot is free" in text
    assert "Five more of yours qualify." in text


def test_red_reads_what_fast_track_needs_in_place_of_three_free_slots(client, db, register):
    red = MemberFactory()
    register(red, ProductFactory(points=200), at=MONDAY - timedelta(days=1))
    client.force_login(red.user)
    with time_machine.travel(MONDAY, tick=False):
        text = client.get(reverse("servicing")).content.decode()
    assert "Fast Track begins with Silver." in text
    assert "300 points more make you Silver." in text
    assert "This slot is free" not in text
    assert reverse("servicing-send") in text
    Member.objects.filter(pk=red.pk).update(country="EG")
    with time_machine.travel(MONDAY, tick=False):
        text = client.get(reverse("servicing")).content.decode()
    assert "In your country there is no Fast Track." in text


def closed_cases(member, product, centre, number, register):
    item = register(member, product, at=MONDAY - timedelta(days=1))
    for place in range(number):
        at = MONDAY - timedelta(hours=place)
        case = CaseFactory(item=item, centre=centre, requested_at=at, state="closed")
        case.stretches.update(ended_at=at)


def test_what_is_over_is_paged_by_key(client, gold, fast_camera, elstree, register):
    closed_cases(gold, fast_camera, elstree, 45, register)
    client.force_login(gold.user)
    seen, address = [], reverse("servicing")
    while address:
        context = client.get(address).context
        seen += [row["case_number"] for row in context["over"]]
        last, address = address, context["next"]
    assert seen == list(Case.objects.order_by("-changed_at").values_list("number", flat=True))
    assert client.get(client.get(last).context["previous"]).context["previous"]
    for key in ("nonsense", "WyJhIl0", "\x00"):
        assert client.get(reverse("servicing"), {"after": key}).status_code == 200


def queries(client, member, address):
    with time_machine.travel(utc(23, 15), tick=False):
        client.force_login(member.user)
        client.get(address)
        with CaptureQueriesContext(connection) as found:
            assert client.get(address).status_code == 200
    return len(found)


def test_queries_are_the_same_for_5_50_and_500_events(client, gold, items, tom, send_in, take_in, estimate_for):
    case = send_in(items[0])
    take_in(case, at=utc(23, 10))
    bench.take_step(case.pk, State.INSPECTED, at=utc(23, 11), by=tom)
    estimate_for(case, at=utc(23, 12))
    stretch, found = Stretch.objects.get(), {}
    for size in (5, 50, 500):
        missing = size - CaseEvent.objects.count()
        CaseEvent.objects.bulk_create(
            CaseEvent(
                case=case, stretch=stretch, at=utc(23, 13), kind="message", actor="member", note=f"Message {place}"
            )
            for place in range(missing)
        )
        found[size] = queries(client, gold, reverse("case", args=[case.number]))
    assert found[5] == found[50] == found[500] <= BUDGET


@pytest.mark.parametrize("state", ["requested", "closed"])
def test_queries_are_the_same_for_5_50_and_500_cases(client, fast_camera, elstree, register, send_in, take_in, state):
    found = {}
    for size in (5, 50, 500):
        member = MemberFactory()
        running = [send_in(register(member, fast_camera, at=MONDAY - timedelta(days=1))) for _number in range(2)]
        for case in running:
            take_in(case, at=utc(23, 10))
        item = running[0].item
        cases = [
            Case(
                number=f"UK-20-{member.pk % 900:03d}{place:03d}",
                member=member,
                product=fast_camera,
                centre=elstree,
                item_id=item.pk,
                service=Service.REPAIR,
                send_by="parcel",
                state="closed",
                requested_at=MONDAY,
                changed_at=MONDAY - timedelta(minutes=place),
            )
            for place in range(size)
        ]
        Case.objects.bulk_create(cases)
        Stretch.objects.bulk_create(
            Stretch(
                case=case,
                member=member,
                centre=elstree,
                lane=Lane.STANDARD,
                requested_at=MONDAY,
                ended_at=None if state == "requested" else MONDAY,
            )
            for case in cases
        )
        found[size] = queries(client, member, reverse("servicing"))
    assert found[5] == found[50] == found[500] <= BUDGET
