"""A member's page about a loan, its agreement, and the counter's pages (programme §6)."""

from datetime import date
from io import BytesIO

import pikepdf
import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from PIL import Image

from members.models import Message
from members.rules.roles import Role
from servicing import bench, lending
from servicing.models import Loan
from tests.factories import CaseFactory, CentreFactory, LoanFactory
from tests.portal.staff import confirmed, staff_user
from tests.servicing.lent import (
    DUE_ON,
    TUESDAY,
    awaiting_parts,
    body,
    booked,
    fetched,
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
    return unit(camera_body, serial="710000000001", accessories="Battery, charger")


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


@pytest.fixture
def shelves(tmp_path, settings):
    """Where files of cases lie, empty: a folder of the test."""
    settings.STORAGES = {
        **settings.STORAGES,
        "cases": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(tmp_path)}},
    }


def picture(colour="grey"):
    kept = BytesIO()
    Image.new("RGB", (40, 30), colour).save(kept, "JPEG")
    return kept.getvalue()


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


def test_running_loans_stand_on_the_servicing_page(late, one, tom, signed_in):
    client = signed_in(late)
    assert client.get(reverse("servicing")).context["loans"] == []
    booked(late, one)
    (row,) = client.get(reverse("servicing")).context["loans"]
    assert (row["state_words"], row["href"]) == ("Yours from 24 Nov 2026", page_of(late))
    loan = Loan.objects.get()
    lending.hand_over(loan.pk, condition="Like new", at=NOW, by=tom)
    for day, dot, words in (
        (moment(11, 25), "servicing", "With you until 11 Dec 2026"),
        (moment(12, 11), "needs-you", "With you until 11 Dec 2026"),
        (moment(12, 12), "needs-you", "Overdue since 11 Dec 2026"),
    ):
        with time_machine.travel(day, tick=False):
            shown = signed_in(late).get(reverse("servicing"))
        (row,) = shown.context["loans"]
        assert (row["state"], row["state_words"], row["name"]) == (dot, words, one.product.name)
        assert words in text_of(shown)


def test_a_loan_to_bring_back_needs_its_member_on_the_dashboard_until_it_is_back(late, one, tom, signed_in):
    loan = fetched(late, one, tom, at=moment(11, 24, 12))
    for day, said in (
        (moment(12, 10), []),
        (moment(12, 11), ["Due back today"]),
        (moment(12, 12), ["Overdue since 11 Dec 2026"]),
    ):
        with time_machine.travel(day, tick=False):
            shown = signed_in(late).get(reverse("dashboard")).context["needs"]
        assert [need["words"] for need in shown] == said
    assert (shown[0]["name"], shown[0]["href"]) == (one.product.name, page_of(late))
    lending.take_back(loan.pk, condition="Like new", accessories="", damaged=False, at=moment(12, 12), by=tom)
    with time_machine.travel(moment(12, 12), tick=False):
        assert signed_in(late).get(reverse("dashboard")).context["needs"] == []


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


def test_the_case_says_until_when_loans_are_suspended(late, tom, signed_in):
    page = reverse("case", args=[late.number])
    assert "Yours to ask for now" in text_of(signed_in(late).get(page))
    lending.suspend(late.member_id, from_on=TUESDAY, until_on=date(2026, 12, 1), reason="Late twice", at=NOW, by=tom)
    text = text_of(signed_in(late).get(page))
    assert "Suspended until 1 Dec 2026" in text
    assert "Yours to ask for now" not in text


def test_the_case_takes_an_offer_back_when_the_parts_come_in_time_after_all(late, tom, signed_in):
    bench.await_parts(late.pk, parts_on=date(2026, 11, 24), at=NOW, by=tom)
    text = text_of(signed_in(late).get(reverse("case", args=[late.number])))
    assert "Yours to ask for now" not in text
    assert "Yours to ask for if the target is missed" in text


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


# The counter


@pytest.fixture
def counter(elstree):
    """Tom of Elstree's counter, signed in with a second factor."""
    return confirmed(staff_user(Role.CENTRE_STAFF.value, centre=elstree.code))


def counter_page(loan):
    return reverse("admin:bench_loan", args=[loan.pk])


def carry(client, loan, act, **data):
    html = client.get(counter_page(loan), {"act": act}).content.decode()
    mark = html.split('name="mark" value="')[1].split('"')[0]
    return client.post(counter_page(loan), {"act": act, "mark": mark, **data})


def test_the_counters_list_by_days(counter, late, one, camera_body, tom):
    out = fetched(late, one, tom)
    other = awaiting_parts(gold_item(camera_body, user__name="Omar Haddad"), tom)
    waiting = booked(other, unit(camera_body), from_day=date(2026, 11, 26))
    abroad = LoanFactory()
    html = text_of(counter.get(reverse("admin:bench_loans")))
    assert html.index("With members") < html.index(one.serial) < html.index("Booked next") < html.index("Omar Haddad")
    assert abroad.unit.serial not in html
    Loan.objects.filter(pk=out.pk).update(period=(date(2026, 11, 20), date(2026, 11, 23)))
    Loan.objects.filter(pk=waiting.pk).update(period=(TUESDAY, DUE_ON))
    html = text_of(counter.get(reverse("admin:bench_loans")))
    assert html.index("Overdue") < html.index(one.serial) < html.index("To be fetched") < html.index("Omar Haddad")
    assert counter.get(counter_page(waiting)).status_code == 200


def test_the_list_costs_the_same_for_every_number_of_loans(counter, camera_body, elstree):
    counter.get(reverse("admin:bench_loans"))
    counts = []
    for more in (3, 9):
        for _number in range(more):
            LoanFactory(case=CaseFactory(centre=elstree))
        with CaptureQueriesContext(connection) as asked:
            counter.get(reverse("admin:bench_loans"))
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_handed_over_and_taken_back_with_photos(counter, late, one, shelves):
    loan = booked(late, one)
    photo = SimpleUploadedFile("top.jpg", picture(), "image/jpeg")
    assert (
        carry(counter, loan, "hand_over", condition="Like new", accessories="Strap", photos=[photo]).status_code == 302
    )
    loan.refresh_from_db()
    assert (loan.state, loan.condition_out, loan.accessories_out) == (Loan.State.OUT, "Like new", "Strap")
    refused = carry(counter, loan, "take_back", condition="Dropped", damaged="on")
    assert "Say what is damaged" in text_of(refused)
    carry(counter, loan, "take_back", condition="Dropped", damaged="on", words="Mount bent")
    loan.refresh_from_db()
    one.refresh_from_db()
    assert (loan.state, loan.damaged, one.out_why) == (Loan.State.BACK, True, "Mount bent")
    carry(counter, loan, "photos", photos=[SimpleUploadedFile("mount.jpg", picture("red"), "image/jpeg")])
    assert list(late.files.values_list("purpose", "name")) == [("handed_out", "top.jpg"), ("handed_back", "mount.jpg")]
    html = text_of(counter.get(counter_page(loan)))
    assert "The unit is out of the pool: Mount bent" in html
    assert counter.get(reverse("admin:bench_loan_agreement", args=[loan.pk])).content.startswith(b"%PDF")


def test_a_booking_is_cancelled_with_the_message_seen_before(counter, late, one):
    loan = booked(late, one)
    seen = carry(counter, loan, "cancel", words="Needed for a recall", look="1")
    assert "Needed for a recall" in text_of(seen).split('id="letters"')[1]
    loan.refresh_from_db()
    assert loan.state == Loan.State.BOOKED
    assert not Message.objects.filter(kind="loan_changed").exists()
    carry(counter, loan, "cancel", words="Needed for a recall")
    loan.refresh_from_db()
    assert (loan.state, loan.ended_why) == (Loan.State.CANCELLED, "Needed for a recall")


def test_a_form_for_another_unit_does_nothing(counter, late, one, camera_body):
    """The booking moved while the clerk was writing."""
    loan = booked(late, one)
    html = counter.get(counter_page(loan), {"act": "hand_over"}).content.decode()
    mark = html.split('name="mark" value="')[1].split('"')[0]
    Loan.objects.filter(pk=loan.pk).update(unit=unit(camera_body))
    answer = counter.post(counter_page(loan), {"act": "hand_over", "mark": mark, "condition": "Fine"})
    assert "Nothing was done" in text_of(answer)
    loan.refresh_from_db()
    assert loan.state == Loan.State.BOOKED


def test_booked_for_the_member_at_the_counter(counter, late, one):
    href = reverse("admin:bench_loan_new", args=[late.number])
    asked = counter.get(href)
    assert "the same as the member’s" in text_of(asked)
    form = asked.context["form"]
    sent = {"from_day": TUESDAY.isoformat(), "key": str(form["key"].value()), "unit": one.pk}
    answer = counter.post(href, sent)
    loan = Loan.objects.get()
    assert answer.url == counter_page(loan)
    assert counter.get(href).url == counter_page(loan)
    facts = Message.objects.get(kind="loan_changed").facts
    assert (facts["change"], facts["unit"]) == ("booked", one.product.name)


@pytest.mark.parametrize(
    ("role", "centre", "sees"),
    [
        ("Centre staff", "UK", 200),
        ("Centre staff", "XX", 404),
        ("Member care", None, 200),
        ("Auditor", None, 200),
        ("Validation", None, 403),
        ("Programme manager", None, 403),
    ],
)
def test_who_sees_a_loan_and_who_may_change_it(late, one, role, centre, sees):
    loan = booked(late, one)
    if centre == "XX":
        centre = CentreFactory(code="XX").code
    client = confirmed(staff_user(role, **({"centre": centre} if centre else {})))
    assert client.get(counter_page(loan)).status_code == sees
    assert client.get(reverse("admin:bench_loan_agreement", args=[loan.pk])).status_code == sees
    answer = client.post(counter_page(loan), {"act": "hand_over", "mark": "x", "condition": "Fine"})
    assert answer.status_code == (200 if (role, centre) == ("Centre staff", "UK") else 404 if sees == 404 else 403)
    new = client.get(reverse("admin:bench_loan_new", args=[late.number])).status_code
    assert new == (302 if (role, centre) == ("Centre staff", "UK") else 404 if sees == 404 else 403)
    loan.refresh_from_db()
    assert loan.state == Loan.State.BOOKED


def test_member_care_suspends_with_a_reason_and_an_end(late, one, tom):
    loan = fetched(late, one, tom)
    client = confirmed(staff_user("Member care"))
    carry(client, loan, "suspend", from_on="2026-11-25", until_on="2027-01-01", words="Two weeks late")
    assert lending.suspended_until(late.member_id, date(2026, 12, 31)) == date(2027, 1, 1)
    assert lending.suspended_until(late.member_id, date(2027, 1, 1)) is None
    again = carry(client, loan, "suspend", from_on="2027-01-01", until_on="2027-01-01", words="x")
    assert "Choose a day after the first one" in text_of(again)
