"""A member's page about a loan, its agreement, and the counter's pages (programme §6)."""

from datetime import date
from io import BytesIO

import pikepdf
import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from servicing import bench, lending
from servicing.models import Loan
from tests.servicing.lent import (
    DUE_ON,
    TUESDAY,
    awaiting_parts,
    body,
    booked,
    gold_item,
    moment,
    received,
    sent_in,
    unit,
)

NOW = moment(11, 24, 11)


@pytest.fixture
def camera_body(db):
    return body(name="EOS R5 Mark II", sku="r5-2")


@pytest.fixture
def late(camera_body, tom):
    return awaiting_parts(gold_item(camera_body, user__name="Layla Mansour"), tom)


@pytest.fixture
def one(camera_body):
    return unit(camera_body, serial="700000000001", accessories="Battery, charger")


@pytest.fixture
def signed_in(client):
    """The member of a case, at a moment."""

    def enter(case):
        client.force_login(case.member.user)
        return client

    return enter


@pytest.fixture(autouse=True)
def _tuesday():
    with time_machine.travel(NOW, tick=False):
        yield


def page_of(case):
    return reverse("case-loan", args=[case.number])


def text_of(response):
    return " ".join(response.content.decode().split())


def test_days_first_then_units_that_are_free_then_the_booking(late, one, signed_in):
    client = signed_in(late)
    shown = client.get(page_of(late))
    assert (shown.context["from_day"], shown.context["until_day"]) == (TUESDAY, DUE_ON)
    assert [entry["name"] for entry in shown.context["units"]] == [one.product.name]
    assert "The parts come on 4 Dec 2026" in text_of(shown)
    later = client.get(page_of(late), {"from_day": "2026-11-26"})
    form = later.context["form"]
    sent = {"act": "book", "from_day": "2026-11-26", "key": str(form["key"].value()), "unit": one.pk}
    for _twice in range(2):
        assert client.post(page_of(late), sent).status_code == 302
    loan = Loan.objects.get()
    assert (loan.from_on, loan.due_on, loan.unit) == (date(2026, 11, 26), DUE_ON, one)
    running = text_of(client.get(page_of(late)))
    assert "kept for you" in running
    assert "11 Dec 2026" in running
    assert client.post(page_of(late), {"act": "cancel"}).status_code == 302
    loan.refresh_from_db()
    assert loan.state == Loan.State.CANCELLED
    assert "You cancelled it." in text_of(client.get(page_of(late)))


def test_a_unit_that_went_meanwhile_is_said_beside_the_units(late, one, camera_body, tom, signed_in):
    other = awaiting_parts(gold_item(camera_body), tom)
    second = unit(camera_body)
    client = signed_in(late)
    form = client.get(page_of(late)).context["form"]
    booked(other, one)
    sent = {"act": "book", "from_day": TUESDAY.isoformat(), "key": str(form["key"].value()), "unit": one.pk}
    answer = client.post(page_of(late), sent)
    assert "Somebody else was faster" in text_of(answer)
    assert [entry["radio"].data["value"] for entry in answer.context["units"]] == [str(second.pk)]
    assert Loan.objects.count() == 1


@pytest.mark.parametrize(
    ("from_day", "words"),
    [
        ("2026-11-28", "The centre is closed on this day"),
        ("2026-11-23", "This day has passed"),
        ("2027-02-01", "Your repair is likely back by then"),
        ("nonsense", "Write the date as"),
        ("\x00", "Write the date as"),
    ],
)
def test_days_on_which_none_begins_are_said_beside_the_day(late, one, signed_in, from_day, words):
    answer = signed_in(late).get(page_of(late), {"from_day": from_day})
    assert words in text_of(answer)
    hostile = {"act": "book", "from_day": from_day, "key": "x", "unit": "9" * 30}
    assert signed_in(late).post(page_of(late), hostile).status_code == 200
    assert not Loan.objects.exists()


def test_why_there_is_none_and_what_would_give_one(camera_body, tom, signed_in):
    waiting = sent_in(gold_item(camera_body))
    on_time = received(gold_item(camera_body), tom)
    silver = received(gold_item(body(points=600)), tom)
    assert "not at the centre yet" in text_of(signed_in(waiting).get(page_of(waiting)))
    assert "its 3 working days end on 26 Nov 2026" in text_of(signed_in(on_time).get(page_of(on_time)))
    assert "are those of Silver" in text_of(signed_in(silver).get(page_of(silver)))
    lending.suspend(on_time.member_id, from_on=TUESDAY, until_on=date(2026, 12, 1), reason="Late twice", at=NOW, by=tom)
    with time_machine.travel(moment(11, 27, 12)):
        assert "no loans for you until 1 Dec 2026" in text_of(signed_in(on_time).get(page_of(on_time)))


def test_another_members_loan_is_not_there(late, one, camera_body, tom, signed_in):
    loan = booked(late, one)
    other = received(gold_item(camera_body), tom)
    client = signed_in(other)
    assert client.get(page_of(late)).status_code == 404
    assert client.post(page_of(late), {"act": "cancel"}).status_code == 404
    assert client.get(reverse("loan-agreement", args=[late.number, loan.pk])).status_code == 404
    assert client.get(reverse("loan-agreement", args=[other.number, loan.pk])).status_code == 404


@pytest.mark.parametrize("language", ["en", "ar"])
def test_the_agreement_before_and_after_hand_over(late, one, tom, signed_in, language):
    user = late.member.user
    user.language = language
    user.save()
    client = signed_in(late)
    client.cookies["django_language"] = language
    loan = booked(late, one)
    href = reverse("loan-agreement", args=[late.number, loan.pk])
    first = client.get(href)
    assert (first.status_code, first["Content-Type"]) == (200, "application/pdf")
    assert client.get(href).content == first.content
    lending.hand_over(loan.pk, condition="Like new\nنعم, جيد", accessories="Battery", at=NOW, by=tom)
    after = client.get(href)
    assert after.content != first.content
    with pikepdf.open(BytesIO(after.content)) as paper:
        assert len(paper.pages) == 1
    lending.take_back(loan.pk, condition="Fine", at=NOW, by=tom)
    assert client.get(href).status_code == 200
    with time_machine.travel(moment(11, 25)):
        again = booked(late, one, from_day=date(2026, 11, 25), at=moment(11, 25))
        lending.cancel_booking(again.pk, at=moment(11, 25), actor=bench.as_centre(tom), words="Recall")
        assert client.get(reverse("loan-agreement", args=[late.number, again.pk])).status_code == 404


def test_the_page_costs_the_same_for_five_and_fifty_units(late, camera_body, signed_in):
    """Session, person, case, stretch, loans; steps and suspensions, again under the day's rules; units, photos."""
    client = signed_in(late)
    client.get(page_of(late))
    for more in (5, 45):
        for _number in range(more):
            unit(camera_body)
        with CaptureQueriesContext(connection) as asked:
            client.get(page_of(late))
        assert len(asked) == 13
