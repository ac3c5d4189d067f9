"""Courtesy loans from the right to the return (programme §6)."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from members.models import CountryTerms, Message
from servicing import bench, intake, lending, reopening
from servicing.casework import PORTAL, CaseError, as_centre, as_member
from servicing.models import CentreTask, Loan, LoanSuspension, ServiceTerms, Stretch
from servicing.rules.lending import NoLoan, Right
from servicing.rules.steps import State
from tests.factories import CaseFactory, CentreFactory, LoanUnitFactory
from tests.servicing.lent import (
    DUE_ON,
    PARTS_ON,
    TUESDAY,
    awaiting_parts,
    body,
    booked,
    fetched,
    gold_item,
    moment,
    received,
    sent_in,
    shipped,
    unit,
)

DAY = timedelta(days=1)


@pytest.fixture
def camera_body(db):
    return body(name="EOS R5 Mark II", sku="r5-2")


@pytest.fixture
def late(camera_body, tom):
    """Layla's repair: its parts come after its target."""
    return awaiting_parts(gold_item(camera_body, user__name="Layla Mansour"), tom)


@pytest.fixture
def late_too(camera_body, tom):
    """Omar's repair, as late."""
    return awaiting_parts(gold_item(camera_body, user__name="Omar Haddad"), tom)


@pytest.fixture
def one(camera_body):
    return unit(camera_body, serial="710000000001")


@pytest.fixture
def two(camera_body):
    return unit(camera_body, serial="710000000002")


def right_of(case, at):
    case.refresh_from_db()
    return lending.right_of(case, case.stretches.latest("number"), at=at)


def told(case, kind="loan_changed"):
    """What the member of a case was told, in order."""
    rows = Message.objects.filter(user=case.member.user, kind=kind).order_by("pk")
    return list(rows.values_list("facts", flat=True))


def tasks(kind):
    return list(CentreTask.objects.filter(kind=kind).order_by("pk"))


def days(loan):
    loan.refresh_from_db()
    return loan.from_on, loan.due_on


# The right


def test_a_right_that_appears_is_told_once(late, tom):
    """By the parts at once; by the clock and by other steps not again."""
    assert right_of(late, moment(11, 24)).answer == Right.PARTS
    offer = {"ground": "parts", "parts_on": PARTS_ON.isoformat(), "case": str(late.pk)}
    assert [facts | offer == facts for facts in told(late, "loan_offer")] == [True]
    bench.await_parts(late.pk, parts_on=PARTS_ON + DAY, at=moment(11, 25), by=tom)
    assert lending.daily(at=moment(11, 30))["offered"] == 0
    assert len(told(late, "loan_offer")) == 1
    assert late.events.filter(kind="loan", facts__what="offered").count() == 1


def test_a_right_by_the_clock_is_told_by_the_daily_task(camera_body, tom):
    case = received(gold_item(camera_body), tom)
    assert right_of(case, moment(11, 26, 17, 30)).answer == NoLoan.ON_TIME
    assert lending.daily(at=moment(11, 26, 17, 30))["offered"] == 0
    assert lending.daily(at=moment(11, 26, 17, 31))["offered"] == 1
    assert lending.daily(at=moment(11, 26, 18))["offered"] == 0
    assert [facts["ground"] for facts in told(case, "loan_offer")] == ["missed"]


def test_a_centre_that_usually_takes_longer_gives_the_right_from_receipt(camera_body, tom, elstree):
    _ten_cases_that_took(elstree, "4.000")
    case = received(gold_item(camera_body), tom)
    ground = right_of(case, moment(11, 23))
    # Nine in ten took four days: it is likely done on Friday.
    assert (ground.answer, ground.ready_on) == (Right.USUALLY_LATE, date(2026, 11, 27))
    assert [facts["ground"] for facts in told(case, "loan_offer")] == ["usually_late"]


def _ten_cases_that_took(centre, days):
    for _number in range(10):
        case = CaseFactory(centre=centre, received_at=moment(11, 2), requested_at=moment(11, 1))
        Stretch.objects.filter(case=case).update(left_at=moment(11, 10), worked_days=days)


@pytest.mark.parametrize(("taken", "answer"), [("5.000", NoLoan.ON_TIME), ("5.001", Right.USUALLY_LATE)])
def test_video_has_the_right_beyond_five_days(tom, elstree, taken, answer):
    elstree.takes_video = True
    elstree.save()
    camcorder = body(family="cinema", fast_track_video=True, media="video")
    _ten_cases_that_took(elstree, taken)
    assert right_of(received(gold_item(camcorder), tom), moment(11, 23)).answer == answer


def test_silver_has_no_loans(tom, camera_body):
    silver = body(points=600)
    case = awaiting_parts(gold_item(silver), tom)
    assert right_of(case, moment(12, 3)).answer == NoLoan.LEVEL
    with pytest.raises(CaseError, match="no_right"):
        booked(case, unit(silver), from_day=date(2026, 12, 3), at=moment(12, 3))
    assert not told(case, "loan_offer")


@pytest.mark.parametrize("without", ["GB", "FR"])
def test_abroad_a_loan_needs_both_countries(camera_body, tom, without):
    paris = CentreFactory(code="FRX", country="FR", time_zone="Europe/Paris")
    item = gold_item(camera_body)
    case = awaiting_parts(item, tom, centre=paris, at=moment(11, 24, 9))
    assert right_of(case, moment(11, 24)).answer == Right.PARTS
    ServiceTerms.objects.filter(country=without, level=2).update(loan=False)
    assert right_of(awaiting_parts(gold_item(camera_body), tom, centre=paris), moment(11, 24)).answer == NoLoan.COUNTRY
    # What was copied stands.
    assert right_of(case, moment(11, 24)).answer == Right.PARTS


def test_before_receipt_the_page_knows_whether_there_are_loans_at_all(camera_body):
    case = sent_in(gold_item(camera_body))
    assert right_of(case, moment(11, 23)).answer == NoLoan.NOT_AT_THE_CENTRE
    assert right_of(sent_in(gold_item(body(points=600))), moment(11, 23)).answer == NoLoan.LEVEL


def test_terms_that_end_after_receipt_take_no_right(late, one):
    CountryTerms.objects.create(country="GB", benefit_class="membership", valid_from=TUESDAY)
    assert booked(late, one).state == Loan.State.BOOKED


# Booking


def test_a_booking_lasts_until_some_days_after_the_repair_and_is_made_once(late, one):
    key = uuid4()
    loan = booked(late, one, loan_id=key)
    assert days(loan) == (TUESDAY, DUE_ON)
    assert booked(late, one, loan_id=key) == loan
    with pytest.raises(CaseError, match="loan_running"):
        booked(late, one, from_day=TUESDAY + DAY)
    assert not told(late)


@pytest.mark.parametrize(
    ("from_day", "code"),
    [
        (TUESDAY - DAY, "from_in_the_past"),
        (date(2026, 11, 28), "from_closed"),
        (DUE_ON, "from_too_late"),
    ],
)
def test_days_on_which_no_loan_begins(late, one, from_day, code):
    with pytest.raises(CaseError, match=code):
        booked(late, one, from_day=from_day)


def test_units_are_those_free_and_matching_best_first(late, late_too, camera_body, one, two):
    sibling = unit(body(name="EOS R6"))
    unit(body(name="EOS 5D", mount="EF"))
    unit(body(name="RF 50", family="lens"))
    LoanUnitFactory(product=camera_body)
    unit(camera_body, out_since=moment(11, 1), out_why="Sold")
    until = lending.plan_of(late, late.stretches.get(), right_of(late, moment(11, 24))).due_on
    assert late.product == camera_body
    with CaptureQueriesContext(connection) as asked:
        found = lending.units_for(late, TUESDAY, until, today=TUESDAY)
    assert (found, len(asked)) == ([one, two, sibling], 1)
    booked(late_too, one)
    assert lending.units_for(late, TUESDAY, until, today=TUESDAY) == [two, sibling]
    # Free again from the very day it is due back.
    assert one in lending.units_for(late, DUE_ON, DUE_ON + DAY, today=TUESDAY)
    with pytest.raises(CaseError, match="unit_taken"):
        booked(late, one)


def test_a_member_cancels_before_it_is_fetched(late, late_too, one, tom):
    loan = booked(late, one)
    actor = as_member(late.member.user)
    assert lending.cancel_booking(loan.pk, at=moment(11, 24), actor=actor).state == Loan.State.CANCELLED
    assert lending.cancel_booking(loan.pk, at=moment(11, 24), actor=actor).ended_why == "member"
    other = fetched(late_too, one, tom)
    with pytest.raises(CaseError, match="not_now"):
        lending.cancel_booking(other.pk, at=moment(11, 25), actor=as_member(late_too.member.user))


def test_the_centre_says_why_it_cancels(late, one, tom):
    loan = booked(late, one)
    with pytest.raises(CaseError, match="words_missing"):
        lending.cancel_booking(loan.pk, at=moment(11, 24), actor=as_centre(tom))
    lending.cancel_booking(loan.pk, words="Needed for a recall", at=moment(11, 24), actor=as_centre(tom))
    assert [(facts["change"], facts["note"]) for facts in told(late)] == [("cancelled", "Needed for a recall")]


# The counter


def test_handed_over_from_its_first_day_only_and_once(late, one, tom):
    loan = booked(late, one, from_day=TUESDAY + DAY)
    with pytest.raises(CaseError, match="too_early"):
        lending.hand_over(loan.pk, condition="Fine", at=moment(11, 24, 23), by=tom)
    with pytest.raises(CaseError, match="words_missing"):
        lending.hand_over(loan.pk, condition=" ", at=moment(11, 25), by=tom)
    # Fetched a day later than booked: it begins then.
    out = lending.hand_over(loan.pk, condition="Fine", accessories="Strap", at=moment(11, 26), by=tom)
    assert (out.state, days(out)) == (Loan.State.OUT, (date(2026, 11, 26), DUE_ON))
    assert lending.hand_over(loan.pk, condition="Twice", at=moment(11, 26), by=tom).condition_out == "Fine"


def test_returned_and_handed_out_again_on_the_same_day(late, late_too, one, tom):
    first = fetched(late, one, tom)
    lending.take_back(first.pk, condition="Fine", at=moment(11, 26, 9), by=tom)
    assert days(first) == (TUESDAY, date(2026, 11, 26))
    again = fetched(late_too, one, tom, at=moment(11, 26, 9, 30))
    assert days(again) == (date(2026, 11, 26), DUE_ON)
    # And back within the hour: a loan of no day, which leaves the day free.
    lending.take_back(again.pk, condition="Wrong body", at=moment(11, 26, 10), by=tom)
    again.refresh_from_db()
    assert (again.state, again.period.isempty) == (Loan.State.BACK, True)
    assert one in lending.units_for(late, date(2026, 11, 26), DUE_ON, today=date(2026, 11, 26))


def test_a_unit_that_is_out_cannot_be_handed_to_the_next(late, late_too, one, tom):
    """Due back today, booked from today, and not here yet."""
    first = fetched(late, one, tom)
    _is_late(late_too, tom)
    waiting = booked(late_too, one, from_day=DUE_ON)
    with pytest.raises(CaseError, match="unit_is_out"):
        lending.hand_over(waiting.pk, condition="Fine", at=moment(12, 11, 9), by=tom)
    lending.take_back(first.pk, condition="Fine", at=moment(12, 11, 10), by=tom)
    assert lending.hand_over(waiting.pk, condition="Fine", at=moment(12, 11, 11), by=tom).unit == one


def _is_late(case, clerk):
    """Its parts come only on 18 December."""
    return bench.await_parts(case.pk, parts_on=date(2026, 12, 18), at=moment(11, 24, 9), by=clerk)


def test_damage_takes_the_unit_out_and_moves_its_bookings(late, late_too, one, two, tom, camera_body):
    loan = fetched(late, one, tom)
    _is_late(late_too, tom)
    third = awaiting_parts(gold_item(camera_body), tom, parts_on=date(2027, 1, 22))
    soon = booked(late_too, one, from_day=DUE_ON)
    far = booked(third, one, from_day=date(2027, 1, 7))
    with pytest.raises(CaseError, match="words_missing"):
        lending.take_back(loan.pk, condition="Dropped", damaged=True, at=moment(11, 30), by=tom)
    lending.take_back(loan.pk, condition="Dropped", damaged=True, words="Mount bent", at=moment(11, 30), by=tom)
    one.refresh_from_db()
    assert (one.out_since, one.out_why) == (moment(11, 30), "Mount bent")
    for booking, case in [(soon, late_too), (far, third)]:
        booking.refresh_from_db()
        assert (booking.unit, booking.state) == (two, Loan.State.BOOKED)
        assert [facts["change"] for facts in told(case)] == ["moved"]
    assert len(tasks("loan_moved")) == 2
    with pytest.raises(CaseError, match="unit_taken"):
        booked(late, one, from_day=date(2026, 11, 30), at=moment(11, 30))


# The repair's dates


def test_parts_later_extend_the_loan_and_tell_its_member(late, one, tom):
    loan = fetched(late, one, tom)
    bench.await_parts(late.pk, parts_on=PARTS_ON + 3 * DAY, at=moment(11, 30), by=tom)
    assert days(loan) == (TUESDAY, date(2026, 12, 14))
    # Sooner again: what was told stands.
    bench.await_parts(late.pk, parts_on=PARTS_ON, at=moment(12, 1), by=tom)
    assert days(loan) == (TUESDAY, date(2026, 12, 14))
    assert [(facts["change"], facts["until_on"]) for facts in told(late)] == [("longer", "2026-12-14")]


def test_a_booking_follows_its_repair_both_ways_in_silence(late, one, tom):
    loan = booked(late, one)
    bench.await_parts(late.pk, parts_on=PARTS_ON + 3 * DAY, at=moment(11, 24, 14), by=tom)
    assert days(loan) == (TUESDAY, date(2026, 12, 14))
    bench.await_parts(late.pk, parts_on=PARTS_ON, at=moment(11, 24, 15), by=tom)
    assert (days(loan), told(late)) == ((TUESDAY, DUE_ON), [])


def test_an_extension_moves_the_next_booking_to_another_unit(late, late_too, one, two, tom):
    loan = fetched(late, one, tom)
    _is_late(late_too, tom)
    changed = late_too.changed_at
    following = booked(late_too, one, from_day=DUE_ON)
    until = following.due_on
    bench.await_parts(late.pk, parts_on=PARTS_ON + 3 * DAY, at=moment(11, 30), by=tom)
    assert days(loan) == (TUESDAY, date(2026, 12, 14))
    assert days(following) == (DUE_ON, until)
    assert following.unit == two
    assert [(facts["change"], facts["serial"]) for facts in told(late_too)] == [("moved", two.serial)]
    (task,) = tasks("loan_moved")
    assert (task.loan, task.case, task.centre_id) == (following, late_too, one.centre_id)
    # A loan that moves is no step of the bench.
    late_too.refresh_from_db()
    assert late_too.changed_at >= changed
    assert late_too.changed_at < moment(11, 30)


def test_without_another_unit_the_next_booking_ends_and_both_are_told(late, late_too, one, tom):
    fetched(late, one, tom)
    _is_late(late_too, tom)
    following = booked(late_too, one, from_day=DUE_ON)
    bench.await_parts(late.pk, parts_on=PARTS_ON + 3 * DAY, at=moment(11, 30), by=tom)
    following.refresh_from_db()
    assert (following.state, following.ended_why) == (Loan.State.CANCELLED, "no_unit")
    assert [facts["change"] for facts in told(late_too)] == ["no_unit"]
    assert [task.loan for task in tasks("no_unit")] == [following]
    # They may book again what is free later.
    assert booked(late_too, one, from_day=date(2026, 12, 14), at=moment(11, 30)).state == Loan.State.BOOKED


def test_a_booking_that_grows_goes_itself_before_it_takes_the_place_of_another(late, late_too, one, two, tom):
    mine = booked(late, one, from_day=TUESDAY + DAY)
    _is_late(late_too, tom)
    other = booked(late_too, one, from_day=DUE_ON)
    bench.await_parts(late.pk, parts_on=PARTS_ON + 3 * DAY, at=moment(11, 24, 15), by=tom)
    mine.refresh_from_db()
    other.refresh_from_db()
    assert (mine.unit, mine.due_on, other.unit) == (two, date(2026, 12, 14), one)
    assert ([facts["change"] for facts in told(late)], told(late_too)) == (["moved"], [])


def test_a_late_repair_without_a_day_moves_the_loan_only_when_it_nears(late, one, tom):
    loan = fetched(late, one, tom)
    bench.take_step(late.pk, State.IN_REPAIR, at=moment(12, 8), by=tom)
    assert days(loan)[1] == DUE_ON
    lending.daily(at=moment(12, 8))
    assert days(loan)[1] == DUE_ON
    # Wednesday, two days before: two working days home and three more.
    lending.daily(at=moment(12, 9))
    assert days(loan)[1] == date(2026, 12, 16)
    lending.daily(at=moment(12, 10))
    assert days(loan)[1] == date(2026, 12, 16)
    assert ([facts["change"] for facts in told(late)], told(late, "loan_due")) == (["longer"], [])


def test_the_thing_is_back_three_working_days_later_the_loan_is_due(late, one, tom):
    loan = fetched(late, one, tom)
    shipped(late, tom, at=moment(11, 30))
    assert days(loan)[1] == DUE_ON
    bench.is_back(late.pk, at=moment(12, 1), actor=as_member(late.member.user))
    assert days(loan)[1] == date(2026, 12, 4)
    assert [facts["change"] for facts in told(late)] == ["back"]


def test_a_day_of_delivery_entered_late_makes_no_loan_due_before_it_was_known(late, one, tom):
    loan = fetched(late, one, tom)
    shipped(late, tom, at=moment(11, 26))
    bench.is_back(late.pk, on=date(2026, 11, 27), at=moment(12, 3), actor=as_centre(tom))
    assert days(loan)[1] == date(2026, 12, 3)
    lending.daily(at=moment(12, 4))
    assert days(loan)[1] == date(2026, 12, 3)


def test_a_booking_whose_thing_was_sent_back_ends(late, one, tom):
    loan = booked(late, one, from_day=date(2026, 12, 7))
    shipped(late, tom, at=moment(11, 27))
    loan.refresh_from_db()
    assert (loan.state, loan.ended_why) == (Loan.State.CANCELLED, "left")
    assert [facts["change"] for facts in told(late)] == ["left"]


def test_a_reopened_repair_keeps_the_day_until_its_new_stretch_is_late(late, one, tom):
    loan = fetched(late, one, tom)
    shipped(late, tom, at=moment(11, 30))
    bench.is_back(late.pk, at=moment(12, 1), actor=PORTAL)
    reopening.reopen_case(late.pk, words="Again", at=moment(12, 2), actor=as_member(late.member.user))
    lending.daily(at=moment(12, 3))
    assert days(loan)[1] == date(2026, 12, 4)
    intake.receive(late.pk, seen=intake.Seen(condition="Worn"), at=moment(12, 3), by=tom)
    bench.take_step(late.pk, State.INSPECTED, at=moment(12, 3, 11), by=tom)
    bench.await_parts(late.pk, parts_on=date(2026, 12, 18), at=moment(12, 3, 12), by=tom)
    assert days(loan)[1] == date(2026, 12, 29)
    assert len(told(late, "loan_offer")) == 2


# Reminders, overdue


@pytest.fixture
def due_on_friday(late, one, tom):
    """Out, the repaired thing back on Tuesday 1 December: due on Friday the 4th."""
    loan = fetched(late, one, tom)
    shipped(late, tom, at=moment(11, 30))
    bench.is_back(late.pk, at=moment(12, 1), actor=as_member(late.member.user))
    return loan


def test_reminders_two_days_before_on_the_day_and_after_it(due_on_friday, late):
    for day in range(1, 12):
        for hour in (6, 18):
            lending.daily(at=moment(12, day, hour))
    said = [(facts["reminder"], facts["due_on"]) for facts in told(late, "loan_due")]
    assert said == [(each, "2026-12-04") for each in ("soon", "today", "overdue_1", "overdue_3")]
    assert [task.loan for task in tasks("loan_overdue")] == [due_on_friday]


@pytest.mark.parametrize(("woken", "said"), [(3, "soon"), (6, "overdue_1"), (20, "overdue_3")])
def test_after_missed_days_only_the_latest_reminder_goes(due_on_friday, late, woken, said):
    lending.daily(at=moment(12, woken))
    assert [facts["reminder"] for facts in told(late, "loan_due")] == [said]


def test_nothing_is_reminded_once_it_is_back(due_on_friday, late, tom):
    lending.take_back(due_on_friday.pk, condition="Fine", at=moment(12, 2, 9), by=tom)
    lending.daily(at=moment(12, 8))
    assert (told(late, "loan_due"), tasks("loan_overdue")) == ([], [])


def test_an_overdue_unit_is_offered_to_nobody_and_the_next_booking_moves_on_its_day(
    due_on_friday, late, late_too, one, two, tom
):
    _is_late(late_too, tom)
    following = booked(late_too, one, from_day=date(2026, 12, 8), at=moment(12, 2))
    lending.daily(at=moment(12, 7))
    following.refresh_from_db()
    assert following.unit == one
    assert one not in lending.units_for(late_too, date(2027, 2, 1), date(2027, 2, 2), today=date(2026, 12, 7))
    lending.daily(at=moment(12, 8))
    following.refresh_from_db()
    assert (following.unit, [facts["change"] for facts in told(late_too)]) == (two, ["moved"])


def test_an_overdue_unit_that_comes_back_goes_to_who_waits_for_it(due_on_friday, late_too, one, tom):
    _is_late(late_too, tom)
    following = booked(late_too, one, from_day=date(2026, 12, 7), at=moment(12, 2))
    # Nobody looked on Monday; on Tuesday it is on the counter.
    lending.take_back(due_on_friday.pk, condition="Fine", at=moment(12, 8, 9), by=tom)
    assert days(due_on_friday) == (TUESDAY, date(2026, 12, 8))
    assert days(following)[0] == date(2026, 12, 8)
    assert lending.hand_over(following.pk, condition="Fine", at=moment(12, 8, 9, 5), by=tom).unit == one


# Suspension


def test_a_suspension_is_judged_by_its_days(late, one, tom):
    member = late.member_id
    lending.suspend(
        member, from_on=TUESDAY, until_on=date(2026, 12, 1), reason="Two weeks late", at=moment(11, 24), by=tom
    )
    with pytest.raises(CaseError, match="suspended"):
        booked(late, one)
    assert right_of(late, moment(11, 30, 23)).suspended_until == date(2026, 12, 1)
    ended = booked(late, one, from_day=date(2026, 12, 1), at=moment(12, 1))
    assert ended.state == Loan.State.BOOKED
    # One that begins later lets the booking stand, and the unit on its shelf.
    lending.suspend(
        member, from_on=date(2026, 12, 2), until_on=date(2026, 12, 4), reason="Again", at=moment(12, 1), by=tom
    )
    with pytest.raises(CaseError, match="suspended"):
        lending.hand_over(ended.pk, condition="Fine", at=moment(12, 2), by=tom)
    assert lending.hand_over(ended.pk, condition="Fine", at=moment(12, 4), by=tom).state == Loan.State.OUT
    assert LoanSuspension.objects.count() == 2


@pytest.mark.parametrize(
    ("reason", "until_on", "code"),
    [(" ", date(2026, 12, 1), "words_missing"), ("Late", TUESDAY, "ends_before_it_begins")],
)
def test_a_suspension_says_why_and_ends(late, tom, reason, until_on, code):
    with pytest.raises(CaseError, match=code):
        lending.suspend(late.member_id, from_on=TUESDAY, until_on=until_on, reason=reason, at=moment(11, 24), by=tom)
