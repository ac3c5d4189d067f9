"""What messages say, in the person's language at the time of sending."""

import pytest
from django.conf import settings
from django.utils import translation

from kitbag.models import LevelChange, WaitingReason
from members import wording
from members.models import Level, Member, Message
from servicing.models import ServiceTerms
from servicing.rules.eligibility import No
from servicing.rules.lending import Reminder, Right
from servicing.rules.steps import State
from tests.factories import NOON, MemberFactory, UserFactory

pytestmark = pytest.mark.django_db

ITEM = "5b7c9e0a-0000-4000-8000-000000000001"
VALIDATED = {"item": ITEM, "product": "EOS R5 Mark II", "points": 320, "total": 1503, "level": 2}
NEEDS_YOU = {"item": ITEM, "product": "EOS R5 Mark II", "reasons": ["serial_shape", "date_early"], "note": ""}
UP = {"from": 1, "to": 2, "points": 1003, "causes": ["registered"], "products": [], "day": "2026-11-23"}
DOWN = {
    "from": 2,
    "to": 1,
    "points": 988,
    "causes": ["value"],
    "products": ["EOS-1D X", "EF 24-70mm f/2.8L"],
    "day": "2027-09-14",
}
AGAINST = {"item": ITEM, "product": "EOS R5 Mark II", "claim": 7, "answer_by": "2026-12-07"}
DECIDED = {"item": ITEM, "product": "EOS R5 Mark II", "claim": 7, "yours": False}
DROP = {
    "day": "2027-09-14",
    "points": 72,
    "products": ["EF 24-70mm f/2.8L", "EOS-1D X"],
    "total": 1103,
    "from": 2,
    "to": 2,
    "gap": 0,
    "causes": ["value"],
    "short_notice": "",
}
COSTS_A_LEVEL = DROP | {"total": 988, "to": 1, "gap": 12}
CHANGED = COSTS_A_LEVEL | {"change": "level"}
CASE = {"case": ITEM, "number": "UK-26-004417", "product": "EOS R5 Mark II"}
STEP = CASE | {
    "state": "received",
    "words": "",
    "due_at": "2026-11-26T17:30:00+00:00",
    "zone": "Europe/London",
}
ESTIMATE = CASE | {"version": 2, "total": "452.40", "currency": "GBP", "valid_until": "2026-12-08", "words": ""}
WROTE = CASE | {"words": "Did it fall?\nWe see <a dent>."}
STANDARD = CASE | {"lane": "standard", "reasons": ["country"]}
EXPIRY = CASE | {"expires_on": "2026-12-14"}
OFFER = CASE | {"ground": "parts", "parts_on": "2026-12-03"}
LENT = CASE | {"loan": ITEM, "unit": "EOS R5", "serial": "012021000123"}
CHANGE = LENT | {"from_on": "2026-12-01", "until_on": "2026-12-10", "note": "", "change": "longer"}
DUE = LENT | {"due_on": "2026-12-10", "centre": "Canon Service & Repair Centre, UK", "reminder": "soon"}
READY = {"export": ITEM, "expires_at": "2026-11-24T12:00:00+00:00"}
CLOSING = {"ends_at": "2026-11-30T12:00:00+00:00", "signed": "7:x"}
EVENT = {
    "event": ITEM,
    "title": "Light & shade",
    "begins_at": "2026-12-03T16:00:00+00:00",
    "zone": "Africa/Cairo",
    "place": "Zamalek",
}
PLACE = EVENT | {"change": "kept", "held_until": "2026-11-24T12:00:00+00:00"}
ANSWER = {"thread": "0b8e5a1c-3f5e-4a57-9d0b-5a1c0b8e5a1c", "topic": "pack", "words": "It left on Monday."}
EVERY_KIND = [
    ("item_validated", VALIDATED),
    ("item_needs_you", NEEDS_YOU),
    ("level_up", UP),
    ("level_down", DOWN),
    ("claim_against", AGAINST),
    ("claim_decided", DECIDED),
    ("drop_ahead", COSTS_A_LEVEL),
    ("drop_changed", CHANGED),
    ("case_step", STEP),
    ("case_estimate", ESTIMATE),
    ("case_message", WROTE),
    ("case_lane", STANDARD),
    ("case_expiry", EXPIRY),
    ("loan_offer", OFFER),
    ("loan_changed", CHANGE),
    ("loan_due", DUE),
    ("event_place", PLACE),
    ("event_cancelled", EVENT),
    ("thread_answer", ANSWER),
    ("export_ready", READY),
    ("closing_begun", CLOSING),
    ("closing_begun", CLOSING | {"role": "Member care", "reason": "Asked by phone"}),
    ("suspended", {"words": "Numbers of others", "ends_at": "2026-12-30T00:00:00+00:00", "zone": "Europe/London"}),
    ("suspended", {"words": "Numbers of others", "ends_at": "", "zone": "Europe/London"}),
    ("unsuspended", {}),
    ("staff_acted", {"role": "Member care", "reason": "Asked", "began_at": "2026-11-30T12:00:00+00:00", "zone": "UTC"}),
]
NAMING_A_PRODUCT = [(kind, facts) for kind, facts in EVERY_KIND if {"product", "products"} & set(facts)]


def written(kind, facts, user=None):
    user = user or UserFactory(name="Layla Mansour")
    return wording.write(
        Message(user=user, kind=kind, about="x", occasion="1", facts=facts, created_at=NOON, due_at=NOON)
    )


def test_item_validated():
    text = written("item_validated", VALIDATED)
    assert text.subject == "EOS R5 Mark II counts: 320 points"
    assert "Hello Layla," in text.text
    assert "EOS R5 Mark II is validated and counts with 320 points." in text.text
    assert "Your total is now 1,503, and your level is Gold." in text.text
    assert f"{settings.PORTAL_ORIGIN}/" in text.text
    assert ITEM in text.text
    assert ITEM in text.html


def test_one_point_is_one_point():
    text = written("item_validated", VALIDATED | {"points": 1})
    assert text.subject == "EOS R5 Mark II counts: 1 point"
    assert "counts with 1 point." in text.text


def test_item_needs_you_gives_every_reason_and_what_staff_wrote():
    text = written("item_needs_you", NEEDS_YOU | {"note": "Is it a 5 or an S?\nPlease look <again>."})
    assert text.subject == "EOS R5 Mark II needs you"
    for reason in ("serial_shape", "date_early"):
        assert f"- {WaitingReason(reason).label}" in text.text
    assert "Is it a 5 or an S?\nPlease look <again>." in text.text
    assert "Please look &lt;again&gt;." in text.html


def test_a_refused_item_has_no_reasons_but_words():
    text = written("item_needs_you", NEEDS_YOU | {"reasons": [], "note": "The photo shows another number."})
    assert "We could not accept EOS R5 Mark II as it is." in text.text
    assert "The photo shows another number." in text.text


def test_level_up_says_what_is_new_where_the_member_lives(layla):
    ServiceTerms.objects.all().delete()
    for level, days, loan in ((1, 5, False), (2, 3, True)):
        ServiceTerms.objects.create(
            country="GB",
            level=level,
            service="repair",
            valid_from="2024-01-01",
            target_days=days,
            video_target_days=5,
            loan=loan,
        )
    text = written("level_up", UP, layla.user)
    assert text.subject == "You are Gold now"
    assert "With 1,003 points your level went from Silver to Gold on 23 Nov 2026." in text.text
    assert "- A product was validated and counts." in text.text
    assert "- Repair: a target of 3 working days, 5 for Cinema EOS and X series" in text.text
    assert "- A courtesy loan if the target is missed, while stock lasts" in text.text
    assert "guarantee" not in text.text


def test_level_up_promises_nothing_that_the_country_does_not_give(omar):
    assert "New for you" not in written("level_up", UP, omar.user).text


def test_every_level_and_country_has_its_news():
    for country in ("GB", "AE", "EG"):
        member = MemberFactory(country=country)
        for level in (1, 2, 3):
            written("level_up", UP | {"from": level - 1, "to": level}, member.user)
    assert Member.objects.count() == 3


def test_level_down_says_why_and_which_products():
    text = written("level_down", DOWN)
    assert text.subject == "Your level is now Silver"
    assert "On 14 Sep 2027 your level went from Gold to Silver. You have 988 points." in text.text
    assert "- Values of products in your kitbag changed." in text.text
    assert "EOS-1D X\n  EF 24-70mm f/2.8L" in text.text


def test_many_products_are_counted_not_listed():
    names = [f"Lens {number}" for number in range(30)]
    text = written("level_down", DOWN | {"products": names})
    assert "Lens 7" in text.text
    assert "Lens 8" not in text.text
    assert "and 22 more" in text.text


def test_a_drop_says_what_falls_when_and_that_the_level_stays():
    text = written("drop_ahead", DROP)
    assert text.subject == "On 14 Sep 2027 your total falls by 72 points"
    assert "On 14 Sep 2027 you lose 72 points. Your total is 1,103 after that" in text.text
    assert "Your level is Gold after that: this drop does not cost one." in text.text
    assert "- Values of products in your kitbag change on that day.\n  EF 24-70mm f/2.8L\n  EOS-1D X" in text.text
    assert "keep Gold" not in text.text
    assert "notice is shorter" not in text.text + text.html
    assert f"{settings.PORTAL_ORIGIN}/points/" in text.text
    assert f'href="{settings.PORTAL_ORIGIN}/points/"' in text.html


def test_a_drop_that_costs_a_level_says_what_would_keep_it():
    text = written("drop_ahead", COSTS_A_LEVEL)
    assert text.subject == "On 14 Sep 2027 your level becomes Silver"
    for body in (text.text, text.html):
        assert "Your level goes from Gold to Silver on that day." in body
        assert "12 more points by then keep Gold." in body
    assert "1 more point by then keeps Gold." in written("drop_ahead", COSTS_A_LEVEL | {"gap": 1}).text


def test_a_level_lost_without_points_lost_says_so():
    text = written("drop_ahead", COSTS_A_LEVEL | {"points": 0, "products": [], "causes": ["hold", "threshold"]})
    assert "On 14 Sep 2027 none of your points fall. Your total is 988 after that" in text.text
    assert "- CPS keeps your level until that day." in text.text
    assert "- The points that a level needs change on that day." in text.text


def test_short_notice_comes_with_its_reason():
    text = written("drop_ahead", DROP | {"short_notice": "The price list came late.\nWe <are> sorry."})
    assert "This time the notice is shorter, and this is the reason:\nThe price list came late." in text.text
    assert "The price list came late.<br>We &lt;are&gt; sorry." in text.html


def test_a_drop_that_grew_says_that_it_costs_a_level():
    text = written("drop_changed", CHANGED)
    assert text.subject == "The drop of 14 Sep 2027 costs a level"
    assert "It has changed: it now costs you a level." in text.text
    assert "12 more points by then keep Gold." in text.text


def test_a_drop_taken_back_says_what_stays():
    facts = DROP | {"change": "withdrawn", "causes": [], "total": 1175}
    text = written("drop_changed", facts)
    assert text.subject == "The drop of 14 Sep 2027 is withdrawn"
    for body in (text.text, text.html):
        assert "It is withdrawn and does not come on that day." in body
        assert "your total is 1,175 on that day, and your level Gold." in body
        assert "you lose" not in body
    assert "EOS-1D X" in text.text
    assert "What it was about" not in written("drop_changed", facts | {"products": []}).text


def test_a_claim_says_what_to_do_by_when():
    text = written("claim_against", AGAINST)
    assert text.subject == "Someone else claims the serial number of your EOS R5 Mark II"
    assert "Your points stay until it is decided." in text.text
    assert "by 7 Dec 2026." in text.text
    assert "/kitbag/claims/7/" in text.text


@pytest.mark.parametrize(
    ("facts", "subject", "words"),
    [
        ({"yours": True}, "Decided: this EOS R5 Mark II is yours", "EOS R5 Mark II is yours."),
        ({"yours": False}, "Decided: this EOS R5 Mark II is another member’s", "belongs to another member."),
        ({"yours": True, "withdrawn": True}, "Nobody else claims this EOS R5 Mark II any more", "Nobody else asks"),
    ],
)
def test_a_decision_is_told_to_each_side_in_its_own_words(facts, subject, words):
    text = written("claim_decided", DECIDED | facts)
    assert text.subject == subject
    assert words in text.text
    assert f"/kitbag/{ITEM}/" in text.html


def test_a_step_says_where_the_thing_is_and_its_target_by_the_centres_clock():
    text = written("case_step", STEP)
    assert text.subject == "UK-26-004417: it is at the centre"
    assert "This is about your EOS R5 Mark II, case UK-26-004417." in text.text
    assert "Its target is to leave the centre by Thu 26 Nov 2026, 17:30, London time." in text.text
    assert f"{settings.PORTAL_ORIGIN}/servicing/UK-26-004417/" in text.text
    assert "wrote" not in text.text
    berlin = written("case_step", STEP | {"zone": "Europe/Berlin", "words": "Came <wet>."})
    assert "by Thu 26 Nov 2026, 18:30, Berlin time." in berlin.text
    assert "The centre wrote:\nCame <wet>." in berlin.text
    assert "Came &lt;wet&gt;." in berlin.html


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"state": "awaiting_parts", "parts_on": "2026-12-03"}, "The part is expected on 3 Dec 2026."),
        (
            {"state": "awaiting_parts", "parts_on": "2026-12-03"},
            "That is later than its target, Thu 26 Nov 2026, 17:30, London time.",
        ),
        ({"state": "awaiting_parts", "parts_on": "2026-11-26"}, "Its target is to leave the centre by Thu 26 Nov 2026"),
        ({"state": "awaiting_parts", "parts_on": ""}, "The day on which it comes is not known yet."),
        (
            {"state": "shipped", "tracking": "JD0002", "carrier": "Parcel", "due_at": ""},
            "Tracking number: JD0002 (Parcel)",
        ),
        ({"state": "closed", "back_on": "2026-12-01", "due_at": ""}, "open the case again until 31 Dec 2026."),
        ({"state": "declined", "expired": True}, "was not answered in time, so it counts as declined."),
    ],
)
def test_a_step_says_what_it_knows(facts, words):
    assert words in written("case_step", STEP | facts).text


def test_an_estimate_says_its_sum_and_until_when():
    text = written("case_estimate", ESTIMATE)
    assert text.subject == "UK-26-004417: estimate £452.40 waits for you"
    assert "Estimate 2 is £452.40, VAT included." in text.text
    assert "until the end of 8 Dec 2026, by the centre’s clock." in text.text


def test_the_lane_says_why_and_what_the_centre_wrote_is_there():
    assert written("case_message", WROTE).subject == "UK-26-004417: the centre wrote to you"
    assert "We see <a dent>." in written("case_message", WROTE).text
    standard = written("case_lane", STANDARD)
    assert standard.subject == "UK-26-004417: goes on at the standard time"
    assert "- Your country’s membership has no Fast Track targets." in standard.text
    fast = written("case_lane", CASE | {"lane": "fast", "reasons": []})
    assert fast.subject == "UK-26-004417: on Fast Track now"
    assert "standard time" not in fast.text
    assert written("case_expiry", EXPIRY).subject == "UK-26-004417: your request expires on 14 Dec 2026"


def test_a_loan_says_its_unit_and_its_days():
    offer = written("loan_offer", OFFER)
    assert offer.subject == "UK-26-004417: a loan is yours to ask for"
    assert "A part it needs comes too late for its target. The part is expected on 3 Dec 2026." in offer.text
    assert f"{settings.PORTAL_ORIGIN}/servicing/UK-26-004417/loan/" in offer.text
    longer = written("loan_changed", CHANGE)
    assert longer.subject == "UK-26-004417: keep your loan until 10 Dec 2026"
    assert "Loan: EOS R5, serial number 012021000123.\nDue back on 10 Dec 2026." in longer.text
    booked = written("loan_changed", CHANGE | {"change": "booked", "note": "At the desk."})
    assert "From 1 Dec 2026, due back on 10 Dec 2026." in booked.text
    assert "The centre wrote:\nAt the desk." in booked.text
    assert "Due back" not in written("loan_changed", CHANGE | {"change": "left"}).text
    assert "Back to: Canon Service & Repair Centre, UK." in written("loan_due", DUE).text


def test_a_message_can_be_read_before_it_is_posted():
    user = UserFactory(name="Layla Mansour")
    assert wording.preview(user, Message.Kind.CASE_STEP, STEP) == written("case_step", STEP, user)
    assert not Message.objects.exists()


def test_every_code_has_its_words():
    for state in set(State) - {State.REQUESTED, State.ESTIMATE_SENT}:
        assert written("case_step", STEP | {"state": state.value})
    for reason in No:
        assert written("case_lane", STANDARD | {"reasons": [reason.value]})
    for ground in Right:
        assert written("loan_offer", OFFER | {"ground": ground.value})
    for change in ("booked", "moved", "no_unit", "longer", "back", "left", "cancelled"):
        assert written("loan_changed", CHANGE | {"change": change})
    for reminder in Reminder:
        assert written("loan_due", DUE | {"reminder": reminder.value})
    for reason in WaitingReason:
        assert written("item_needs_you", NEEDS_YOU | {"reasons": [reason.value]})
    for cause in LevelChange.Cause:
        assert written("level_up", UP | {"causes": [cause.value]})
        assert written("level_down", DOWN | {"causes": [cause.value]})
    for code in ("value", "hold", "threshold"):
        assert written("drop_ahead", DROP | {"causes": [code]})
        assert written("drop_changed", CHANGED | {"causes": [code]})


@pytest.mark.parametrize(("kind", "facts"), EVERY_KIND)
def test_arabic_reads_from_the_right(kind, facts):
    text = written(kind, facts, UserFactory(name="Omar Haddad", language="ar"))
    assert '<html lang="ar" dir="rtl">' in text.html
    with translation.override("ar"):
        assert str(Level.GOLD.label) in text.text + text.subject or not kind.startswith(("item_validated", "level"))
    assert translation.get_language() == "en"


@pytest.mark.parametrize(("kind", "facts"), EVERY_KIND)
def test_mail_brings_nothing_along_and_calls_nothing(kind, facts):
    html = written(kind, facts).html
    assert "<img" not in html
    assert "<script" not in html
    assert "url(" not in html
    assert "style=" not in html


@pytest.mark.parametrize(("kind", "facts"), NAMING_A_PRODUCT)
def test_text_is_plain(kind, facts):
    named = {"products": ["A & B <i>"]} if "products" in facts else {"product": "A & B <i>"}
    text = written(kind, facts | named)
    assert "A & B <i>" in text.text
    assert "<i>" not in text.html
    assert "A &amp; B &lt;i&gt;" in text.html
    assert "\n\n\n" not in text.text


@pytest.mark.parametrize(
    ("kind", "facts"),
    [
        ("item_validated", {}),
        ("item_validated", VALIDATED | {"points": "many"}),
        ("item_validated", VALIDATED | {"level": 9}),
        ("item_validated", VALIDATED | {"item": "../.."}),
        ("item_needs_you", NEEDS_YOU | {"reasons": ["whim"]}),
        ("item_needs_you", NEEDS_YOU | {"reasons": None}),
        ("level_up", UP | {"day": "yesterday"}),
        ("level_down", DOWN | {"causes": ["whim"]}),
        ("claim_against", AGAINST | {"answer_by": None}),
        ("claim_decided", {"item": ITEM, "product": "EOS"}),
        ("drop_ahead", DROP | {"gap": None}),
        ("drop_ahead", {name: fact for name, fact in DROP.items() if name != "short_notice"}),
        ("drop_changed", DROP),
        ("drop_changed", DROP | {"change": "whim"}),
        ("case_step", STEP | {"state": "whim"}),
        ("case_step", STEP | {"due_at": "soon"}),
        ("case_step", STEP | {"zone": "Europe/Nowhere"}),
        ("case_estimate", ESTIMATE | {"total": "much"}),
        ("case_lane", STANDARD | {"reasons": ["whim"]}),
        ("case_lane", STANDARD | {"lane": "slow"}),
        ("case_expiry", CASE),
        ("loan_offer", OFFER | {"ground": "whim"}),
        ("loan_changed", CHANGE | {"change": "whim"}),
        ("loan_due", DUE | {"due_on": ""}),
        ("security", {}),
    ],
)
def test_facts_that_do_not_fit_are_unwritable(kind, facts):
    with pytest.raises(wording.Unwritable):
        written(kind, facts)


def test_a_name_cannot_add_a_header():
    text = written("item_validated", VALIDATED | {"product": "EOS\r\nBcc: everybody@example.org"})
    assert text.subject == "EOS Bcc: everybody@example.org counts: 320 points"


def test_a_place_at_an_event_is_told_by_the_events_own_clock():
    kept = written("event_place", PLACE)
    assert kept.subject == "A place is kept for you: Light & shade"
    assert "Light & shade\nThu 3 Dec 2026, 18:00, Cairo time\nZamalek" in kept.text
    assert "Until then it is kept for you:\nTue 24 Nov 2026, 14:00, Cairo time" in kept.text
    assert "Light &amp; shade" in kept.html
    lapsed = written("event_place", PLACE | {"change": "lapsed", "held_until": ""})
    assert "has passed on" in lapsed.text
    moved = written("event_place", PLACE | {"change": "moved", "held_until": "", "place": ""})
    assert "Your booking stands" in moved.text
    assert "does not take place" in written("event_cancelled", EVENT).text
    with pytest.raises(wording.Unwritable):
        written("event_place", PLACE | {"change": "rumour"})
