"""When a loan is theirs to ask for, when it is due back, when it is reminded of, and what can stand in (§6)."""

from datetime import date, time, timedelta
from fractions import Fraction

import pytest

from servicing.rules.calendar import Calendar
from servicing.rules.lending import (
    Bench,
    Kit,
    NoLoan,
    Plan,
    Reminder,
    Right,
    ends_on,
    expected_back,
    is_match,
    likeness,
    next_due,
    reminder_due,
    right,
)
from servicing.rules.steps import AT_THE_CENTRE, State

WED, THU, FRI = date(2026, 11, 25), date(2026, 11, 26), date(2026, 11, 27)
MON = date(2026, 11, 30)


def bench(**changes):
    """A repair on Fast Track at Gold, due on Thursday."""
    return Bench(**{"state": State.IN_REPAIR, "fast": True, "loan_after": 3, "late_on": THU, **changes})


@pytest.mark.parametrize(
    ("case", "answer"),
    [
        (bench(), NoLoan.ON_TIME),
        (bench(fast=False, missed=True), NoLoan.STANDARD),
        (bench(loan_after=None, high_enough=False, missed=True), NoLoan.LEVEL),
        (bench(loan_after=None, high_enough=True, missed=True), NoLoan.COUNTRY),
        (bench(missed=True), Right.MISSED),
        (bench(missed=True, suspended=True), NoLoan.SUSPENDED),
        # Parts on the day it is due, or later, miss it; a day earlier they do not.
        (bench(state=State.AWAITING_PARTS, parts_on=THU), Right.PARTS),
        (bench(state=State.AWAITING_PARTS, parts_on=WED), NoLoan.ON_TIME),
        (bench(state=State.AWAITING_PARTS, parts_on=None), NoLoan.ON_TIME),
        (bench(state=State.IN_REPAIR, parts_on=FRI), NoLoan.ON_TIME),
        # The centre's usual time, above the days and not at them.
        (bench(p90=Fraction(31, 10)), Right.USUALLY_LATE),
        (bench(state=State.DECLINED, p90=Fraction(31, 10)), NoLoan.ON_TIME),
        (bench(state=State.DECLINED, missed=True), Right.MISSED),
        (bench(p90=Fraction(3)), NoLoan.ON_TIME),
        (bench(state=State.QUALITY_CHECK, p90=Fraction(9)), NoLoan.ON_TIME),
        (bench(state=State.QUALITY_CHECK, p90=Fraction(9), missed=True), Right.MISSED),
        # Video: the days are five, and more than five is late.
        (bench(loan_after=5, p90=Fraction(5)), NoLoan.ON_TIME),
        (bench(loan_after=5, p90=Fraction(5001, 1000)), Right.USUALLY_LATE),
    ],
)
def test_the_right(case, answer):
    assert right(case) == answer


@pytest.mark.parametrize("state", sorted(set(State) - AT_THE_CENTRE))
def test_no_right_without_the_thing_at_the_centre(state):
    assert right(bench(state=state, missed=True)) == NoLoan.NOT_AT_THE_CENTRE


@pytest.fixture(scope="module")
def week():
    """Monday to Friday; Monday 30 November is a holiday."""
    hours = ((time(9), time(17)),)
    return Calendar("Europe/London", (hours,) * 5 + ((), ()), time(12), closed={MON: "A feast"})


@pytest.mark.parametrize(
    ("back_on", "due_on"),
    [
        (date(2026, 11, 23), THU),
        (WED, date(2026, 12, 1)),
        (date(2026, 11, 28), date(2026, 12, 3)),
    ],
)
def test_three_working_days_after_it_is_back(week, back_on, due_on):
    assert ends_on(back_on, week) == due_on


@pytest.mark.parametrize(
    ("due_on", "parts_on", "expected"),
    [
        (FRI, None, date(2026, 12, 2)),
        (WED, None, FRI),
        (WED, date(2026, 12, 3), date(2026, 12, 7)),
        (date(2026, 11, 20), None, FRI),
        (None, None, FRI),
    ],
)
def test_the_day_it_is_likely_back(week, due_on, parts_on, expected):
    """Two working days after the latest of what is known; a day that has passed says nothing."""
    assert expected_back(due_on=due_on, parts_on=parts_on, today=WED, calendar=week, shipping=2) == expected


@pytest.mark.parametrize(
    ("plan", "out", "today", "due_on"),
    [
        # Out: later by a day ahead at once; never earlier than told.
        (Plan(FRI, dated=True), True, date(2026, 11, 20), FRI),
        (Plan(WED, dated=True), True, date(2026, 11, 20), THU),
        # Late without a day: only when the first reminder would go out, two days before.
        (Plan(FRI, dated=False), True, date(2026, 11, 23), THU),
        (Plan(FRI, dated=False), True, date(2026, 11, 24), FRI),
        # The thing is back: that day, also an earlier one.
        (Plan(WED, dated=True, is_back=True), True, date(2026, 11, 20), WED),
        (Plan(FRI, dated=True, is_back=True), True, date(2026, 11, 20), FRI),
        # A booking follows both ways and lasts a day.
        (Plan(WED, dated=True), False, date(2026, 11, 20), WED),
        (Plan(FRI, dated=False), False, date(2026, 11, 20), FRI),
        (Plan(date(2026, 11, 20), dated=True), False, date(2026, 11, 18), date(2026, 11, 24)),
    ],
)
def test_the_day_a_loan_is_due_back(plan, out, today, due_on):
    assert next_due(plan, told=THU, starts=date(2026, 11, 23), out=out, today=today) == due_on


@pytest.mark.parametrize(
    ("days", "reminder"),
    [
        (-3, None),
        (-2, Reminder.SOON),
        (-1, Reminder.SOON),
        (0, Reminder.TODAY),
        (1, Reminder.OVERDUE_1),
        (2, Reminder.OVERDUE_1),
        (3, Reminder.OVERDUE_3),
        (40, Reminder.OVERDUE_3),
    ],
)
def test_the_latest_reminder_whose_day_has_come(days, reminder):
    assert reminder_due(THU, THU + timedelta(days=days)) == reminder


R5 = Kit("r5", "body", "RF", "camera_mirrorless", "EOS R")
R6 = Kit("r6", "body", "RF", "camera_mirrorless", "EOS R")
RP = Kit("rp", "body", "RF", "camera_mirrorless", "EOS RP")
FIVE_D = Kit("5d4", "body", "EF", "camera_dslr", "EOS 5D")
RF_LENS = Kit("rf-50", "lens", "RF", "lens_rf", "L series")
C70 = Kit("c70", "cinema", "RF", "cinema_camera", "Cinema EOS")
FLASH = Kit("el-1", "flash", "", "flash", "Speedlite")


@pytest.mark.parametrize(
    ("wanted", "unit", "can"),
    [
        (R5, R5, True),
        (R5, R6, True),
        (R5, FIVE_D, False),
        (R5, RF_LENS, False),
        (R5, C70, False),
        (FLASH, Kit("600ex", "flash", "", "flash", "Speedlite"), True),
        (FLASH, R5, False),
    ],
)
def test_what_can_stand_in(wanted, unit, can):
    assert is_match(wanted, unit) is can


def test_the_best_stands_in_first():
    dslr = Kit("x", "body", "RF", "camera_dslr", "X")
    assert sorted([dslr, RP, R6, R5], key=lambda unit: likeness(R5, unit)) == [R5, R6, RP, dslr]
