"""A camera goes to the centre and comes back, by the pages of its member and of the bench, the clock read at each step.

What people do now they do on pages. What lies in the past is told by operations before (past.py): the stack runs on
the real clock, so only a case that began some days ago has a clock that has counted.
"""

import json
import subprocess
from datetime import datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import translation
from playwright.sync_api import expect

from cps_portal.demo import people
from cps_portal.dev.portal import run_manage
from servicing.rules.clock import reading
from servicing.rules.lending import ends_on
from tests.browser.case import Case
from tests.browser.kit import PLAIN_AR, SCRIPTS_EN, looked_at
from tests.browser.readings import LONDON, in_london, now
from tests.browser.visitor import PRIMARY

WAYS = {
    "scripts-en": SCRIPTS_EN,
    "plain-en": {**PLAIN_AR, "language": "en"},
    "scripts-ar": {**PLAIN_AR, "scripts": True},
}


@pytest.fixture(scope="module")
def told(portal):
    """Gold members, one for each way, and the case that began some days ago."""
    call = f"from tests.browser import past; past.tell(golds={list(WAYS)})"
    return json.loads(run_manage("shell", "--no-imports", "-c", call, env=portal.env, stdout=subprocess.PIPE))


@pytest.mark.parametrize("way", WAYS)
def test_a_camera_goes_to_the_centre_and_comes_back(visit, portal, told, way):
    """In Arabic the member's part up to the answer, which begins the work."""
    gold = told["golds"][way]
    case = Case(visit, portal, member=gold["address"], **WAYS[way])
    case.ask(gold["item"])
    case.is_requested(gold["serial"])
    case.receive(gold["serial"])
    assert case.clock_says("The clock starts").startswith("0.0 of 3 ")
    case.act("inspected")
    case.send_estimate()
    with translation.override(case.member.language):
        portal.wait_for_mail(gold["address"], lambda mail: case.number in mail["subject"])
    case.clock_says("Paused since")
    looked_at(case.member, "servicing-8-paused")
    case.accept()
    case.clock_says("The clock starts")
    if way != "scripts-ar":
        parts_come_late(case)
        a_loan_bridges_it(case)
        it_comes_back(case)


def parts_come_late(case):
    """The right to a loan appears with the day of the parts, not before."""
    case.act("in_repair")
    page = case.open_member("case-loan")
    assert page.locator("#right").inner_text() == "No loan for now"
    assert page.locator("input[name=unit]").count() == 0
    case.act("awaiting_parts", parts_on=case.due_day().isoformat(), words="The shutter comes from Japan.")
    case.clock_says("The clock starts")
    assert "Parts do not stop the clock" in case.open_member().locator(".case-over").inner_text()
    case.member.page.click(f"main a[href='{reverse('case-loan', args=[case.number])}']")
    assert case.member.page.locator("#right").inner_text() == "A loan is yours to ask for"
    looked_at(case.member, "servicing-9-loan")


def a_loan_bridges_it(case):
    """Booked on the member's page, handed over at the counter."""
    page = case.member.page
    page.click(PRIMARY)
    page.wait_for_selector(".loan-unit")
    case.at_the_counter("hand_over", "Like new")
    page = case.open_member("case-loan", shot="10-lent")
    assert page.locator(".loan-unit").count() == 1
    assert "With you" in page.locator(".facts").first.inner_text()
    # Two working days for the way home once the parts are there, three more for the loan.
    assert due_of(page) == ends_on(case.due_day(), case.run.calendar, days=5)
    agreement = case.paper(case.member, page.locator("a.button--primary").get_attribute("href"))
    assert case.number in agreement[0]


def due_of(page):
    return datetime.strptime(page.locator("h2#loan").inner_text(), "%d %b %Y").replace(tzinfo=LONDON).date()


def it_comes_back(case):
    """The work, the way home, and with it the end of the loan."""
    case.act("in_repair")
    case.act("quality_check")
    case.act("shipped", tracking="JD014600008821", carrier="Parcel")
    case.clock_says("Within the target, stopped")
    page = case.open_member(shot="11-shipped")
    assert "JD014600008821" in page.locator(".case__facts").inner_text()
    page.click(".case-over button.button--primary")
    page.locator(".toast").wait_for()
    case.clock_says("Within the target, stopped")
    assert page.locator(".case-over button.button--primary").count() == 0
    looked_at(case.member, "servicing-12-closed")

    page = case.open_member("case-loan")
    back_on = now().astimezone(LONDON).date()
    assert due_of(page) == ends_on(back_on, case.run.calendar, days=3)
    case.at_the_counter("take_back", "As it went out")
    page = case.open_member("case-loan")
    assert page.locator(".loan-unit").count() == 0
    assert "Returned" in page.locator("section[aria-labelledby=past]").inner_text()
    page = case.member.open(reverse("servicing"))
    assert page.locator(".slot--free").count() == 3
    expect(page.locator(f"#over a[href='{case.home}']").first).to_be_visible()


def test_a_clock_that_has_run(visit, portal, told):
    """Received three working days ago, half a day counted by the estimate of the day before yesterday."""
    case = Case(visit, portal, member=people.LAYLA.email)
    case.number = told["begun"]["number"]
    sent_at = datetime.fromisoformat(told["begun"]["sent_at"])
    words = f"0.5 of 3 working days counted Paused since {in_london(sent_at, now())}"
    assert case.clock_says("Paused since") == words
    looked_at(case.member, "servicing-20-paused")
    # The afternoon of the day it was sent, a whole working day, and what has passed of today; each rounded down.
    waited = float(reading(case.run, now()).paused)
    assert 1.5 <= waited < 2.5
    for visitor in (case.member, case.clerk):
        assert waited - 0.05 < paused_in(visitor.page) <= waited
    page = case.clerk.open(reverse("admin:bench"))
    assert "paused" in page.locator("tr", has_text=case.number).inner_text().lower()
    looked_at(case.clerk, "servicing-20-board")

    page = case.open_member()
    page.click("button[name=answer][value=accept]")
    page.locator(".toast").wait_for()
    due = reading(case.run, now()).due_at
    assert case.clock_says("Target") == f"0.5 of 3 working days counted Target {in_london(due, now())}"
    assert due - now() > timedelta(days=2)
    case.act("in_repair")
    case.act("quality_check")
    case.act("shipped", tracking="JD014600008838", carrier="Parcel")
    assert case.clock_says("Within the target, stopped").startswith("0.5 of 3 ")
    assert case.run.stopped_at <= now()
    page = case.open_member()
    page.click(".case-over button.button--primary")
    page.locator(".toast").wait_for()
    assert case.clock_says("Within the target, stopped").startswith("0.5 of 3 ")


def paused_in(page):
    """Working days of the paused lines in the table beside the ribbon."""
    return sum(float(text) for text in page.locator(".ribbon-row--paused .number").all_text_contents())
