"""A case from the request to the way back, with its slot and its clock (programme §6)."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.urls import reverse

from kitbag.models import RemovalReason
from kitbag.removal import remove_item
from members.models import CountryTerms, Message
from members.rules.roles import Role
from servicing import bench, estimating, expiring, reopening, requesting, turnaround
from servicing.casework import PORTAL, CaseError, as_centre, as_member
from servicing.invariants import broken
from servicing.models import Case, CaseEvent, CaseState, Estimate, Service, SlotHold, Stretch
from servicing.rules.steps import STEPS, State
from tests.factories import CentreFactory, MemberFactory, ProductFactory
from tests.portal.staff import confirmed, staff_user
from tests.servicing.conftest import MONDAY

Lane = Stretch.Lane


def utc(day, hour, minute=0):
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC)


@pytest.fixture
def items(gold, fast_camera, register):
    """Five Fast Track things of one Gold member."""
    return [register(gold, fast_camera, at=MONDAY - timedelta(days=2, hours=place)) for place in range(5)]


def stretch_of(case):
    return Stretch.objects.filter(case=case.pk).latest("number")


def slots_of(member):
    return sorted(SlotHold.objects.filter(member=member, freed_at=None).values_list("number", flat=True))


def test_a_repair_from_the_request_to_the_way_back(items, gold, tom, send_in, take_in, estimate_for, repaired):
    case = send_in(items[0], at=utc(23, 8), fault="shutter", fault_words="Upper third dark")
    assert case.number.startswith("UK-26-")
    items[0].refresh_from_db()
    assert items[0].in_case_since == utc(23, 8)
    assert (stretch_of(case).lane, slots_of(gold)) == (Lane.FAST, [1])

    # Monday 11:59 is in time: the first day is Tuesday; Gold has three days.
    take_in(case, at=utc(23, 11, 59))
    stretch = stretch_of(case)
    assert (stretch.target_days, stretch.level, stretch.benefit_level) == (3, 2, 2)
    assert stretch.due_at == utc(26, 17, 30)
    bench.take_step(case.pk, State.INSPECTED, at=utc(24, 10), by=tom)
    estimate = estimate_for(case, at=utc(24, 13))
    assert (stretch_of(case).paused_since, stretch_of(case).due_at) == (utc(24, 13), None)
    estimating.answer(estimate.pk, accept=True, at=utc(25, 9), actor=as_member(gold.user))
    # Tuesday 13:00 to 17:30 was paused: the target moves on by 4:30.
    assert stretch_of(case).due_at == utc(27, 13, 30)
    bench.take_step(case.pk, State.IN_REPAIR, at=utc(25, 10), by=tom)
    bench.take_step(case.pk, State.QUALITY_CHECK, at=utc(26, 15), by=tom)
    bench.send_back(case.pk, State.SHIPPED, tracking="JD01", carrier="Post", at=utc(27, 13, 30), by=tom)
    stretch = stretch_of(case)
    assert (stretch.in_time, slots_of(gold)) == (True, [])
    assert stretch.worked_days == Decimal("3.000")
    bench.is_back(case.pk, at=utc(29, 10), actor=as_member(gold.user))
    items[0].refresh_from_db()
    assert (Case.objects.get().state, items[0].in_case_since) == (CaseState.CLOSED, None)
    assert stretch_of(case).back_on == date(2026, 11, 29)
    kinds = Message.objects.filter(user=gold.user, kind__startswith="case").values_list("kind", flat=True)
    assert sorted(kinds) == ["case_estimate", "case_step", "case_step", "case_step", "case_step", "case_step"]


def test_lines_by_rule(items, gold, tom, send_in, take_in, estimate_for, fast_camera, register):
    """Maintenance has the discount, repairs the free way back; each line says why or why not."""
    case = send_in(items[0], service=Service.MAINTENANCE)
    take_in(case, at=utc(23, 10))
    bench.take_step(case.pk, State.INSPECTED, at=utc(24, 10), by=tom)
    lines = estimate_for(case, at=utc(24, 11)).lines.all()
    assert [(line.kind, line.amount, line.why) for line in lines] == [
        ("part", Decimal("100.00"), ""),
        ("discount", Decimal("-20.00"), "discount"),
        ("shipping", Decimal("15.00"), "not_this_service"),
    ]
    repair = send_in(items[1])
    take_in(repair, at=utc(23, 10))
    bench.take_step(repair.pk, State.INSPECTED, at=utc(24, 10), by=tom)
    estimate = estimate_for(repair, at=utc(24, 11))
    assert [(line.amount, line.why) for line in estimate.lines.all()][1] == (Decimal("0.00"), "free_shipping")
    assert estimating.sums_of(estimate).total == Decimal("120.00")


def test_every_step_outside_the_table_is_refused_and_writes_nothing(items, tom, send_in):
    """Each pair of states, through the one function that takes steps."""
    from servicing.casework import lock, step

    case = send_in(items[0])
    for before in State:
        for after in State:
            if after in STEPS[before]:
                continue
            Case.objects.filter(pk=case.pk).update(state=before)
            locked, stretch = lock(case.pk)
            events = CaseEvent.objects.count()
            with pytest.raises(CaseError, match="not_now"):
                step(locked, stretch, after, as_centre(tom), at=MONDAY)
            assert (CaseEvent.objects.count(), Case.objects.get(pk=case.pk).state) == (events, before)


def test_three_slots_a_queue_and_the_standard_time(items, gold, tom, send_in, take_in, repaired):
    first, second, _third = (send_in(item, at=utc(23, 8, place)) for place, item in enumerate(items[:3]))
    assert slots_of(gold) == [1, 2, 3]
    with pytest.raises(CaseError, match="choose_lane"):
        send_in(items[3], at=utc(23, 9))
    queued = send_in(items[3], at=utc(23, 9), lane=Lane.QUEUED)
    standard = send_in(items[4], at=utc(23, 9), lane=Lane.STANDARD)
    assert [stretch_of(case).lane for case in (queued, standard)] == [Lane.QUEUED, Lane.STANDARD]
    take_in(queued, at=utc(23, 10))
    assert (stretch_of(queued).calendar, stretch_of(queued).due_at) == (None, None)
    # Second is shipped: its place goes to the one that waits, whose clock starts with it.
    take_in(second, at=utc(23, 10))
    repaired(second, at=utc(24, 12))
    assert (stretch_of(queued).lane, stretch_of(queued).slot_at) == (Lane.FAST, utc(24, 12))
    assert turnaround.read(stretch_of(queued), now=utc(24, 13)).starts_at == utc(25, 9)
    assert (slots_of(gold), stretch_of(queued).slot_holds.get().number) == ([1, 2, 3], 2)
    assert stretch_of(standard).lane == Lane.STANDARD
    requesting.cancel_case(first.pk, at=utc(24, 13), actor=as_member(gold.user))
    assert slots_of(gold) == [2, 3]


def test_eligibility_is_asked_again_at_receipt_and_at_promotion(items, gold, send_in, take_in):
    """The country lost its Fast Track meanwhile: standard time, the slots are free, and the member hears why."""
    cases = [send_in(item) for item in items[:3]]
    queued = send_in(items[3], lane=Lane.QUEUED)
    CountryTerms.objects.create(country="GB", benefit_class="membership", valid_from=date(2026, 11, 24))
    take_in(cases[0], at=utc(24, 10))
    assert stretch_of(cases[0]).lane == Lane.STANDARD
    # Its place would have gone to the queued one, which does not qualify either.
    assert stretch_of(queued).lane == Lane.STANDARD
    assert slots_of(gold) == [2, 3]
    told = Message.objects.filter(user=gold.user, kind="case_lane").values_list("facts", flat=True)
    assert sorted(facts["number"] for facts in told) == sorted([cases[0].number, queued.number])
    assert all(facts["reasons"] == ["country"] for facts in told)


def test_a_request_expires_after_three_weeks_and_is_told_a_week_before(items, gold, send_in):
    case = send_in(items[0], at=utc(1, 8))
    assert expiring.expire_requests(at=utc(15, 7, 59)) == 0
    assert not Message.objects.filter(kind="case_expiry").exists()
    expiring.expire_requests(at=utc(15, 8))
    expiring.expire_requests(at=utc(16, 8))
    assert [told.facts["expires_on"] for told in Message.objects.filter(kind="case_expiry")] == ["2026-11-22"]
    assert expiring.expire_requests(at=utc(22, 8)) == 1
    items[0].refresh_from_db()
    assert (Case.objects.get().state, items[0].in_case_since, slots_of(gold)) == (CaseState.EXPIRED, None, [])
    assert stretch_of(case).ended_at == utc(22, 8)


def test_what_came_before_its_request_expired_is_received_after_all(gold, fast_camera, register, send_in, take_in):
    """The place that the expiry freed is its own again; where all three went on meanwhile, it waits for one."""
    items = [register(gold, fast_camera, at=utc(1, 7, place)) for place in range(5)]
    first, second = (send_in(item, at=utc(1, 8)) for item in items[:2])
    expiring.expire_requests(at=utc(22, 8))
    for came, code in (
        (None, "received_expired"),
        (utc(22, 8), "received_expired"),
        (utc(19, 9), "received_too_early"),
    ):
        with pytest.raises(CaseError, match=code):
            take_in(first, at=utc(23, 10), received_at=came)
    take_in(first, at=utc(23, 10), received_at=utc(20, 11))
    items[0].refresh_from_db()
    stretch = stretch_of(first)
    assert (stretch.number, stretch.lane, stretch.received_at, stretch.ended_at) == (2, Lane.FAST, utc(20, 11), None)
    assert (items[0].in_case_since, slots_of(gold)) == (utc(1, 8), [1])
    # Friday before noon: the clock counts from Monday morning as if nothing had expired.
    assert turnaround.read(stretch, now=utc(23, 12)).starts_at == utc(23, 9)
    assert Message.objects.get(facts__came_on="2026-11-20").facts["state"] == "received"
    with pytest.raises(CaseError, match="not_now"):
        take_in(first, at=utc(23, 11), received_at=utc(20, 11))
    for item in items[2:4]:
        send_in(item, at=utc(23, 11))
    take_in(second, at=utc(23, 12), received_at=utc(21, 12))
    assert (stretch_of(second).lane, stretch_of(second).target_days, slots_of(gold)) == (Lane.QUEUED, None, [1, 2, 3])
    assert list(broken(at=utc(23, 12))) == []


def test_an_expired_request_is_not_taken_up_again_where_its_product_was_sent_in_anew(items, send_in, take_in):
    late = send_in(items[0], at=utc(1, 8))
    expiring.expire_requests(at=utc(22, 8))
    send_in(items[0], at=utc(22, 9))
    with pytest.raises(CaseError, match="in_case"):
        take_in(late, at=utc(23, 10), received_at=utc(21, 12))
    assert (Case.objects.get(pk=late.pk).state, stretch_of(late).received_at) == (CaseState.EXPIRED, None)


def test_the_day_of_an_expiry_is_the_centres(items, send_in):
    gulf = CentreFactory(country="AE", time_zone="Asia/Dubai")
    send_in(items[0], at=utc(1, 21), centre=gulf)  # 01:00 on the 2nd in Dubai
    expiring.expire_requests(at=utc(16, 8))
    assert Message.objects.get(kind="case_expiry").facts["expires_on"] == "2026-11-23"


def test_an_estimate_nobody_answers_counts_as_declined_from_its_expiry(
    items, gold, tom, send_in, take_in, estimate_for
):
    case = send_in(items[0])
    take_in(case, at=utc(23, 10))
    bench.take_step(case.pk, State.INSPECTED, at=utc(24, 9), by=tom)
    estimate = estimate_for(case, at=utc(24, 10), valid_days=1)
    assert estimate.expires_at == utc(26, 0)
    with pytest.raises(CaseError, match="expired"):
        estimating.answer(estimate.pk, accept=True, at=utc(26, 0), actor=as_member(gold.user))
    assert estimating.expire_estimates(at=utc(27, 12)) == 1
    estimate.refresh_from_db()
    assert (estimate.state, estimate.answered_at) == (Estimate.State.EXPIRED, utc(26, 0))
    assert Case.objects.get().state == CaseState.DECLINED
    assert turnaround.read(stretch_of(case), now=utc(27, 12)).paused_since is None


def test_a_new_estimate_replaces_the_one_before_it_and_goes_on_pausing(
    items, tom, gold, send_in, take_in, estimate_for
):
    case = send_in(items[0])
    take_in(case, at=utc(23, 10))
    bench.take_step(case.pk, State.INSPECTED, at=utc(24, 9), by=tom)
    first = estimate_for(case, at=utc(24, 10))
    second = estimate_for(case, at=utc(24, 15), amount="80.00")
    first.refresh_from_db()
    assert (first.state, second.version) == (Estimate.State.REPLACED, 2)
    assert stretch_of(case).paused_since == utc(24, 10)
    with pytest.raises(CaseError, match="replaced"):
        estimating.answer(first.pk, accept=True, at=utc(24, 16), actor=as_member(gold.user))
    estimating.answer(second.pk, accept=False, at=utc(24, 16), actor=as_member(gold.user))
    bench.send_back(case.pk, State.RETURNED, at=utc(25, 12), by=tom)
    assert (Case.objects.get().state, slots_of(gold)) == (CaseState.RETURNED, [])


def test_closes_by_itself_on_the_seventh_day_and_reopens_for_thirty(items, gold, send_in, take_in, repaired):
    case = send_in(items[0])
    take_in(case, at=utc(23, 10))
    repaired(case, at=utc(24, 12))
    assert bench.close_what_is_back(at=utc(30, 23, 59)) == 0
    assert bench.close_what_is_back(at=datetime(2026, 12, 1, 0, 5, tzinfo=UTC)) == 1
    first = stretch_of(case)
    assert first.back_on == date(2026, 12, 1)
    assert reopening.reopen_until(first) == date(2026, 12, 31)
    with pytest.raises(CaseError, match="too_late"):
        reopening.reopen_case(case.pk, words="Again", at=datetime(2027, 1, 1, tzinfo=UTC), actor=as_member(gold.user))
    reopening.reopen_case(case.pk, words="Again", at=datetime(2026, 12, 31, 23, tzinfo=UTC), actor=as_member(gold.user))
    again = stretch_of(case)
    assert (again.number, again.lane, again.received_at, slots_of(gold)) == (2, Lane.FAST, None, [1])
    first.refresh_from_db()
    assert (first.worked_days, first.target_days) == (
        turnaround.rounded(turnaround.read(first, now=utc(30, 1)).counted),
        3,
    )


def test_a_reopened_case_is_first_in_the_queue(items, gold, send_in, take_in, repaired):
    case = send_in(items[0])
    take_in(case, at=utc(23, 10))
    repaired(case, at=utc(24, 12))
    bench.is_back(case.pk, at=utc(25, 12), actor=as_member(gold.user))
    held = [send_in(item, at=utc(25, 13)) for item in items[1:4]]
    waits = send_in(items[4], at=utc(25, 14), lane=Lane.QUEUED)
    reopening.reopen_case(case.pk, words="Still dark", at=utc(26, 9), actor=as_member(gold.user))
    assert stretch_of(case).lane == Lane.QUEUED
    requesting.cancel_case(held[0].pk, at=utc(26, 10), actor=as_member(gold.user))
    assert (stretch_of(case).lane, stretch_of(waits).lane) == (Lane.FAST, Lane.QUEUED)


def test_the_form_sent_twice_makes_one_case(items, gold, send_in):
    key = uuid4()
    assert send_in(items[0], case_id=key).pk == send_in(items[0], case_id=key).pk
    with pytest.raises(CaseError, match="in_case"):
        send_in(items[0])
    assert Case.objects.count() == 1


@pytest.mark.parametrize(
    ("product", "wish", "code"),
    [
        ({"family": "printer"}, {}, None),
        ({}, {"warranty": True}, "proof_missing"),
        ({}, {"warranty": True, "service": Service.MAINTENANCE}, "warranty_is_for_repairs"),
    ],
)
def test_what_a_request_is_refused_for(gold, register, send_in, product, wish, code):
    item = register(gold, ProductFactory(**product), at=MONDAY - timedelta(days=1))
    if code is None:
        assert stretch_of(send_in(item, **wish)).lane == Lane.STANDARD
        return
    with pytest.raises(CaseError, match=code):
        send_in(item, **wish)
    assert not Case.objects.exists()


def test_a_grey_import_has_no_local_warranty(gold, fast_camera, register, send_in):
    item = register(gold, fast_camera, at=MONDAY - timedelta(days=1), country_of_purchase="US")
    with pytest.raises(CaseError, match="not_local"):
        send_in(item, warranty=True)


def test_an_item_in_a_case_is_removed_as_stolen_only(items, gold, send_in):
    send_in(items[0])
    with pytest.raises(Exception, match="in_servicing"):
        remove_item(items[0].pk, member_id=gold.pk, reason=RemovalReason.SOLD, at=utc(24, 9), by=gold.user)
    remove_item(items[0].pk, member_id=gold.pk, reason=RemovalReason.STOLEN, at=utc(24, 9), by=gold.user)


def test_a_change_of_terms_and_calendar_after_receipt_changes_nothing(items, gold, elstree, send_in, take_in):
    case = send_in(items[0])
    take_in(case, at=utc(23, 10))
    before = turnaround.read(stretch_of(case), now=utc(25, 12))
    CountryTerms.objects.create(country="GB", benefit_class="membership", valid_from=date(2026, 11, 24))
    elstree.opening_hours.filter(weekday__lte=3).delete()
    elstree.dated_hours.create(day=date(2026, 11, 25), note="Stocktaking")
    assert turnaround.read(stretch_of(case), now=utc(25, 12)) == before


def test_a_number_changed_in_repair_is_the_items_from_now_on(items, gold, tom, send_in, take_in):
    case = send_in(items[0])
    take_in(case, at=utc(23, 10))
    old = items[0].serial
    bench.change_number(case.pk, serial_typed="0420 2600 9999", at=utc(24, 10), by=tom)
    items[0].refresh_from_db()
    assert (items[0].serial, items[0].former_numbers.get().serial, Case.objects.get().serial) == (
        "042026009999",
        old,
        old,
    )


def test_both_numbers_are_found_for_ever(client, items, gold, tom, send_in, take_in):
    case = send_in(items[0])
    take_in(case, at=utc(23, 10))
    old, new = items[0].serial, "042026009999"
    bench.change_number(case.pk, serial_typed=new, at=utc(24, 10), by=tom)
    care = confirmed(staff_user(Role.MEMBER_CARE.value))
    client.force_login(gold.user)
    for number in (old, new):
        shown = client.get(reverse("kitbag"), {"q": number}).content.decode()
        assert reverse("kitbag-item", args=[items[0].pk]) in shown, number
        assert reverse("kitbag-item", args=[items[1].pk]) not in shown
        for model, key in (("kitbag_kititem", items[0].pk), ("servicing_case", case.pk)):
            found = care.get(reverse(f"admin:{model}_changelist"), {"q": number}).content.decode()
            assert reverse(f"admin:{model}_change", args=[key]) in found, (model, number)


def test_a_partner_takes_repairs_on_fast_track_and_maintenance_at_the_standard_time(items, elstree, send_in):
    type(elstree).objects.filter(pk=elstree.pk).update(kind="partner")
    assert stretch_of(send_in(items[0])).lane == Lane.FAST
    assert stretch_of(send_in(items[1], service=Service.MAINTENANCE)).lane == Lane.STANDARD


def test_another_members_item_is_not_there(items, send_in):
    other = MemberFactory()
    with pytest.raises(type(items[0]).DoesNotExist):
        requesting.request_case(
            items[0].pk,
            member_id=other.pk,
            wish=None,
            case_id=uuid4(),
            at=MONDAY,
            actor=as_member(other.user),
        )
    assert PORTAL.user is None
