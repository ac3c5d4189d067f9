"""Sending a product in by the pages, without scripts: a question at a time, kept, checked, sent once (programme §6)."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from kitbag import valuing
from kitbag.models import Stage
from servicing import requesting
from servicing.casework import as_member
from servicing.models import Case, CaseDraft, CaseEvent, CaseFile, SlotHold, Stretch
from tests.factories import CaseFactory, CentreFactory, MemberFactory, ProductFactory, ProofFactory
from tests.kitbag import hostile
from tests.servicing.conftest import MONDAY

NOW = MONDAY + timedelta(hours=1)
ADDRESS = {
    "name": "Layla Mansour",
    "street": "1 Rye Lane\r\nFlat 3",
    "postcode": "SE15 4TY",
    "town": "London",
    "country": "GB",
    "phone": "+44 7700 900123",
}
WAY = {"send_by": "parcel", "sends_accessories": "Battery", "needed_by": "2026-12-18"}


@pytest.fixture(autouse=True)
def clock(time_machine):
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def items(gold, fast_camera, register):
    """Five Fast Track things of one Gold member."""
    return [register(gold, fast_camera, at=MONDAY - timedelta(days=2, hours=place)) for place in range(5)]


@pytest.fixture
def item(items):
    return items[0]


@pytest.fixture
def signed_in(client, gold):
    client.force_login(gold.user)
    return client


def page(item, step=""):
    return reverse("case-new", args=[item.pk]) + (f"?step={step}" if step else "")


def say(client, item, step, **answers):
    return client.post(page(item, step), answers)


def all_said(client, item, centre, *, service="repair", **way):
    """Every answer as far as the check."""
    say(client, item, "service", service=service)
    say(client, item, "fault", fault="shutter", fault_words="Upper third dark")
    if service == "repair":
        say(client, item, "warranty", warranty="no")
    say(client, item, "centre", centre=centre.pk)
    say(client, item, "way", **{**WAY, **way})
    return say(client, item, "address", **ADDRESS)


def send(client, item, **more):
    draft = CaseDraft.objects.filter(item=item).first()
    return client.post(page(item, "check"), {"key": draft.pk if draft else uuid4(), **more})


def errors(answer):
    return {name: list(told) for name, told in answer.context["form"].errors.items()}


def test_from_the_kitbag_to_the_sheet(signed_in, item, gold, elstree, case_shelf):
    found = signed_in.get(reverse("servicing-send")).content.decode()
    assert page(item) in found
    assert CaseDraft.objects.count() == 0

    answer = signed_in.get(page(item))
    assert answer.context["step"] == "service"
    assert "target 3 working days" in answer.content.decode()
    assert CaseDraft.objects.count() == 0
    # A step beyond the first open one is not shown yet.
    assert signed_in.get(page(item, "address")).context["step"] == "service"

    say(signed_in, item, "service", service="repair")
    photo = SimpleUploadedFile("fault.jpg", hostile.photo())
    say(signed_in, item, "fault", fault="shutter", fault_words="Upper third dark\r\nsince Sunday", photos=photo)
    assert CaseFile.objects.get().draft.item == item

    # On another device it goes on where it was left; what was said can be changed.
    other = Client()
    other.force_login(gold.user)
    assert other.get(page(item)).context["step"] == "warranty"
    assert other.get(page(item, "fault")).context["form"]["fault"].value() == "shutter"
    say(other, item, "warranty", warranty="no")
    assert [row["name"] for row in other.get(page(item, "centre")).context["rows"]] == [elstree.name]
    say(other, item, "centre", centre=elstree.pk)
    say(other, item, "way", **WAY)
    # The portal knows the name and the country already.
    address = other.get(page(item)).context["form"]
    assert (address["name"].value(), address["country"].value(), address["town"].value()) == (
        "Layla Mansour",
        "GB",
        None,
    )
    say(other, item, "address", **ADDRESS)

    check = other.get(page(item))
    text = check.content.decode()
    assert check.context["step"] == "check"
    assert check.context["lane"]["place"] == 1
    for words in ("Upper third dark", "fault.jpg", "SE15 4TY", "Battery", "Fast Track, target 3 working days"):
        assert words in text
    assert "it has to be there by Tue 15 Dec 2026" in check.context["needed"]

    answer = send(other, item)
    case = Case.objects.get()
    assert answer.url == reverse("case", args=[case.number])
    assert (case.return_street, case.fault, case.fault_words) == (
        "1 Rye Lane\nFlat 3",
        "shutter",
        "Upper third dark\nsince Sunday",
    )
    assert case.needed_by.isoformat() == "2026-12-18"
    assert (CaseDraft.objects.count(), SlotHold.objects.get().number) == (0, 1)
    assert CaseFile.objects.get().case == case

    sheet = other.get(reverse("case-sheet", args=[case.number]))
    assert (sheet.status_code, sheet["Content-Type"]) == (200, "application/pdf")


def test_a_double_click_and_a_second_tab_make_one_case(signed_in, item, elstree, case_shelf):
    all_said(signed_in, item, elstree)
    key = CaseDraft.objects.get().pk
    first = send(signed_in, item)
    again = signed_in.post(page(item, "check"), {"key": key})
    assert first.url == again.url
    # A stale tab of an earlier question goes to the case as well.
    assert say(signed_in, item, "way", **WAY).url == first.url
    assert signed_in.get(page(item)).url == first.url
    assert (Case.objects.count(), CaseDraft.objects.count(), SlotHold.objects.count()) == (1, 0, 1)


def test_a_form_from_before_is_out_of_date(signed_in, item, elstree):
    all_said(signed_in, item, elstree)
    answer = signed_in.post(page(item, "check"), {"key": uuid4()})
    assert "out of date" in str(errors(answer)["__all__"])
    assert Case.objects.count() == 0


def test_what_is_known_is_not_asked_again(signed_in, items, gold, elstree):
    all_said(signed_in, items[0], elstree)
    send(signed_in, items[0])
    say(signed_in, items[1], "service", service="maintenance")
    say(signed_in, items[1], "fault", fault_words="")
    say(signed_in, items[1], "centre", centre=elstree.pk)
    assert say(signed_in, items[1], "way", **WAY).url == page(items[1])
    check = signed_in.get(page(items[1]))
    assert check.context["step"] == "check"
    assert "SE15 4TY" in check.content.decode()
    assert "20% off" in check.content.decode()


def test_the_fourth_waits_or_goes_at_the_standard_time_as_the_member_chooses(signed_in, items, elstree):
    for one in items[:3]:
        all_said(signed_in, one, elstree)
        send(signed_in, one)
    all_said(signed_in, items[3], elstree)
    check = signed_in.get(page(items[3]))
    assert check.context["lane"]["is_full"]
    # Without a place nobody can reckon with its target.
    assert "the standard time is about 10 working days" in check.context["needed"]
    answer = send(signed_in, items[3])
    assert list(errors(answer)) == ["lane"]
    assert send(signed_in, items[3], lane="later").status_code == 200
    send(signed_in, items[3], lane="queued")
    all_said(signed_in, items[4], elstree)
    send(signed_in, items[4], lane="standard")
    assert list(Stretch.objects.order_by("pk").values_list("lane", flat=True)) == [*["fast"] * 3, "queued", "standard"]


@pytest.mark.parametrize(
    ("step", "answers", "field"),
    [
        ("service", {}, "service"),
        ("service", {"service": "polish"}, "service"),
        ("fault", {}, "fault"),
        ("fault", {"fault": "other"}, "fault_words"),
        ("fault", {"fault": "paper"}, "fault"),
        ("fault", {"fault": "shutter", "fault_words": "x" * 2001}, "fault_words"),
        ("fault", {"fault": "shutter", "fault_words": "\x00"}, "fault_words"),
        ("warranty", {}, "warranty"),
        ("warranty", {"warranty": "yes"}, "proof"),
        ("warranty", {"warranty": "yes", "proof": str(uuid4())}, "proof"),
        ("centre", {}, "centre"),
        ("centre", {"centre": "999999"}, "centre"),
        ("centre", {"centre": "' OR 1=1 --"}, "centre"),
        ("way", {"send_by": "pigeon"}, "send_by"),
        ("way", {"send_by": "desk", "needed_by": "2026-11-01"}, "needed_by"),
        ("way", {"send_by": "desk", "needed_by": "soon"}, "needed_by"),
        ("way", {"send_by": "desk", "needed_by": "9999-12-31"}, "needed_by"),
        ("address", {**ADDRESS, "name": "\u202e\u200f"}, "name"),
        ("address", {**ADDRESS, "street": ""}, "street"),
        ("address", {**ADDRESS, "street": "1\n2\n3\n4\n5"}, "street"),
        ("address", {**ADDRESS, "country": "XX"}, "country"),
        ("address", {**ADDRESS, "phone": "call me"}, "phone"),
        ("address", {**ADDRESS, "town": "t" * 81}, "town"),
    ],
)
def test_what_is_wrong_is_said_beside_the_field_and_in_the_summary(signed_in, item, elstree, step, answers, field):
    all_said(signed_in, item, elstree)
    before = CaseDraft.objects.get().entered
    answer = say(signed_in, item, step, **answers)
    assert answer.status_code == 200
    assert list(errors(answer)) == [field]
    assert "error-summary" in answer.content.decode()
    assert CaseDraft.objects.get().entered == before


def test_a_warranty_repair_takes_the_proof_of_purchase_right_there(signed_in, item, gold, elstree, shelf):
    say(signed_in, item, "service", service="repair")
    say(signed_in, item, "fault", fault="shutter")
    bad = SimpleUploadedFile("proof.pdf", b"<script>")
    answer = say(signed_in, item, "warranty", warranty="yes", proof_file=bad)
    assert "This is no PDF" in str(errors(answer)["proof"])
    good = SimpleUploadedFile("proof.pdf", hostile.PDF)
    assert say(signed_in, item, "warranty", warranty="yes", proof_file=good).status_code == 302
    assert item.proofs.get().name == "proof.pdf"
    # From then on it is kept with it, and not asked for.
    assert "proof" not in signed_in.get(page(item, "warranty")).context["form"].fields


def test_grey_imports_have_no_local_warranty(signed_in, gold, fast_camera, register, elstree):
    grey = register(gold, fast_camera, at=MONDAY - timedelta(days=2), country_of_purchase="JP")
    say(signed_in, grey, "service", service="repair")
    say(signed_in, grey, "fault", fault="shutter")
    shown = signed_in.get(page(grey)).content.decode()
    assert "Bought in Japan, which does not take part" in shown
    assert list(errors(say(signed_in, grey, "warranty", warranty="yes"))) == ["warranty"]
    assert say(signed_in, grey, "warranty", warranty="no").status_code == 302


def test_a_refusal_at_the_end_is_told_at_its_question(signed_in, item, gold, elstree):
    """The proof went, the centre closed, the country left: found only when it is sent."""
    proof = ProofFactory(member=gold, items=[item])
    all_said(signed_in, item, elstree)
    say(signed_in, item, "warranty", warranty="yes")
    proof.items.clear()
    answer = send(signed_in, item)
    assert (answer.context["step"], list(errors(answer))) == ("warranty", ["proof"])
    say(signed_in, item, "warranty", warranty="no")
    elstree.services = ["maintenance"]
    elstree.save()
    assert send(signed_in, item).context["step"] == "centre"
    assert Case.objects.count() == 0


def test_an_unserviceable_product_has_a_clear_page_with_a_way_on(
    client, item, gold, fast_camera, vera, elstree, time_machine
):
    last = NOW + timedelta(days=70)
    valuing.replan(fast_camera.pk, mark=(Stage.UNSERVICEABLE, last.date()), reason="No parts", by=vera, at=NOW)
    time_machine.move_to(last + timedelta(days=1), tick=False)
    client.force_login(gold.user)
    answer = client.get(page(item))
    assert answer.context["unserviceable"]
    assert [centre["name"] for centre in answer.context["centres"]] == [elstree.name]
    assert say(client, item, "service", service="repair").context["unserviceable"]
    assert CaseDraft.objects.count() == 0


def test_red_members_send_in_at_the_standard_time_with_the_reasons(client, register, elstree):
    red = MemberFactory()
    thing = register(red, ProductFactory(points=10), at=MONDAY - timedelta(days=2))
    client.force_login(red.user)
    all_said(client, thing, elstree)
    lane = client.get(page(thing)).context["lane"]
    assert lane["reasons"] == ["This product is not on the Fast Track list.", "Fast Track begins with Silver."]
    send(client, thing)
    assert Stretch.objects.get().lane == "standard"


def test_centres_that_take_it_the_nearest_first_with_what_differs_abroad(signed_in, item, elstree):
    CentreFactory(
        name="Gulf", country="AE", town="Dubai", latitude="25.20000", longitude="55.27000", time_zone="Asia/Dubai"
    )
    CentreFactory(name="Leeds", kind="partner", latitude="53.80000", longitude="-1.55000", town="Leeds")
    CentreFactory(name="Lenses only", families=["lens"])
    CentreFactory(name="Not for CPS", serves_cps=False)
    say(signed_in, item, "service", service="repair")
    say(signed_in, item, "fault", fault="shutter")
    say(signed_in, item, "warranty", warranty="no")
    rows = signed_in.get(page(item, "centre")).context["rows"]
    assert [row["name"] for row in rows] == [elstree.name, "Leeds", "Gulf"]
    assert rows[0]["km"] == ""
    rows = signed_in.get(page(item, "centre") + "&near=Doncaster").context["rows"]
    assert [row["name"] for row in rows] == ["Leeds", elstree.name, "Gulf"]
    assert int(rows[0]["km"]) < 60
    gulf = rows[2]
    # The Emirates give Gold what they give Silver, to their own members and to those who travel.
    assert gulf["speed"] == "Fast Track, target 5 working days"
    assert gulf["differs"] == [
        "At home 3 working days, here 5 working days: the terms of United Arab Emirates decide.",
        "No courtesy loan here.",
        "Return shipping is not free here.",
    ]
    assert signed_in.get(page(item, "centre") + "&near=Nowhereville").context["near_unknown"]


def test_what_differs_abroad_is_told_at_the_standard_time_too(signed_in, item, elstree, fast_camera):
    type(fast_camera).objects.filter(pk=fast_camera.pk).update(fast_track=False)
    CentreFactory(name="Gulf", country="AE", time_zone="Asia/Dubai")
    say(signed_in, item, "service", service="maintenance")
    say(signed_in, item, "fault", fault_words="Clean it")
    home, gulf = signed_in.get(page(item, "centre")).context["rows"]
    assert (home["qualifies"], home["differs"], gulf["qualifies"]) == (False, [], False)
    assert gulf["differs"] == ["At home 20% off, here 10%."]


def test_the_queries_of_choosing_a_centre_do_not_grow(signed_in, item, elstree, django_assert_max_num_queries):
    say(signed_in, item, "service", service="repair")
    say(signed_in, item, "fault", fault="shutter")
    say(signed_in, item, "warranty", warranty="no")
    with django_assert_max_num_queries(60) as few:
        signed_in.get(page(item, "centre"))
    for number in range(20):
        CentreFactory(name=f"Centre {number}", country=("GB", "DE", "FR", "AE")[number % 4])
    with django_assert_max_num_queries(len(few)):
        answer = signed_in.get(page(item, "centre") + "&all=1")
    assert len(answer.context["rows"]) == 21


def test_choosing_among_many_is_a_search_and_says_what_is_in_a_case(
    signed_in, items, gold, elstree, register, django_assert_max_num_queries
):
    case = CaseFactory(item=items[0], centre=elstree)
    items[0].in_case_since = NOW
    items[0].save()
    with django_assert_max_num_queries(40) as few:
        answer = signed_in.get(reverse("servicing-send"))
    assert not answer.context["searchable"]
    assert [row["number"] for row in answer.context["rows"] if row["number"]] == [case.number]
    for number in range(40):
        register(gold, ProductFactory(name=f"Lens {number:02}"), at=NOW - timedelta(days=1, minutes=number))
    with django_assert_max_num_queries(len(few)):
        answer = signed_in.get(reverse("servicing-send"))
    assert (answer.context["searchable"], len(answer.context["rows"]), bool(answer.context["next"])) == (True, 30, True)
    found = signed_in.get(reverse("servicing-send"), {"q": "lens 07"}).context["rows"]
    assert [row["name"] for row in found] == ["Lens 07"]


def test_a_request_can_be_dropped_with_its_photos(
    signed_in, item, elstree, case_shelf, django_capture_on_commit_callbacks
):
    say(signed_in, item, "service", service="repair")
    say(signed_in, item, "fault", fault="shutter", photos=SimpleUploadedFile("a.jpg", hostile.JPEG))
    kept = CaseFile.objects.get()
    say(signed_in, item, "fault", remove=uuid4())
    assert CaseFile.objects.get() == kept
    with django_capture_on_commit_callbacks(execute=True):
        say(signed_in, item, "", drop="1")
    assert (CaseDraft.objects.count(), CaseFile.objects.count()) == (0, 0)
    assert [path for path in case_shelf.rglob("*") if path.is_file()] == []


def test_photos_that_harm_are_refused_and_the_answers_stay(signed_in, item, case_shelf):
    say(signed_in, item, "service", service="repair")
    good, bad = SimpleUploadedFile("a.jpg", hostile.JPEG), SimpleUploadedFile("b.svg", hostile.SVG)
    answer = signed_in.post(page(item, "fault"), {"fault": "shutter", "photos": [good, bad]})
    assert "b.svg: This is no PDF, JPEG" in str(errors(answer)["__all__"])
    assert CaseDraft.objects.get().entered["fault"] == "shutter"
    assert CaseFile.objects.get().name == "a.jpg"


def test_another_members_product_is_not_there(signed_in, layla, camera, register):
    theirs = register(layla, camera, at=MONDAY - timedelta(days=2))
    assert signed_in.get(page(theirs)).status_code == 404
    assert say(signed_in, theirs, "service", service="repair").status_code == 404


# Before receipt: change and cancel


def changed(case, **changes):
    return {
        "service": case.service,
        "fault": case.fault,
        "fault_words": case.fault_words,
        "warranty": "no",
        "centre": case.centre_id,
        "send_by": case.send_by,
        "sends_accessories": "",
        "needed_by": "",
        **ADDRESS,
        **changes,
    }


def test_what_a_repair_needs_is_not_called_optional(signed_in, items, send_in):
    say(signed_in, items[1], "service", service="repair")
    asked = " ".join(signed_in.get(page(items[1])).content.decode().split())
    assert "<legend>What is wrong?</legend>" in asked
    answer = say(signed_in, items[1], "fault")
    assert errors(answer)["fault"] == ["Choose what is wrong, or say it in your own words."]
    case = send_in(items[0], fault="shutter")
    text = " ".join(signed_in.get(reverse("case-change", args=[case.number])).content.decode().split())
    for question in ("What is wrong?", "Is it under warranty?"):
        assert f'{question} <span class="field__optional">(needed for a repair)</span>' in text


def test_a_request_is_changed_on_one_page(signed_in, items, send_in, elstree):
    case = send_in(items[0], fault="shutter")
    address = reverse("case-change", args=[case.number])
    assert signed_in.get(address).context["form"]["town"].value() == "London"
    assert list(errors(signed_in.post(address, changed(case, town="")))) == ["town"]
    assert list(errors(signed_in.post(address, changed(case, warranty="")))) == ["warranty"]
    partner = CentreFactory(kind="partner")
    answer = signed_in.post(address, changed(case, service="maintenance", centre=partner.pk, warranty=""))
    assert answer.url == reverse("case", args=[case.number])
    case.refresh_from_db()
    assert (case.service, case.centre_id) == ("maintenance", partner.pk)
    assert (Stretch.objects.get().lane, SlotHold.objects.get().freed_at) == ("standard", NOW)


def test_photos_added_to_a_request_are_told_once_in_its_log(signed_in, items, send_in, case_shelf):
    case = send_in(items[0], fault="shutter")
    address = reverse("case-change", args=[case.number])
    log = CaseEvent.objects.filter(case=case, kind="changed", facts__has_key="photos")
    top, side = ("top.jpg", hostile.JPEG), ("side.png", hostile.PNG)
    answer = signed_in.post(address, {**changed(case), "photos": [SimpleUploadedFile(*one) for one in (top, side)]})
    assert answer.url == reverse("case", args=[case.number])
    assert [event.facts for event in log] == [{"photos": ["top.jpg", "side.png"]}]
    shown = signed_in.get(reverse("case", args=[case.number])).content.decode()
    assert "Photos added: \u2068top.jpg\u2069 and \u2068side.png\u2069." in shown
    # The same once more, and one that is none: nothing is new.
    again = [SimpleUploadedFile(*top), SimpleUploadedFile("b.svg", hostile.SVG)]
    assert "b.svg: This is no PDF" in str(errors(signed_in.post(address, {**changed(case), "photos": again})))
    assert (log.count(), case.files.count()) == (1, 2)


def test_the_lane_is_chosen_anew_before_receipt(signed_in, items, send_in):
    first, *_others, queued = (send_in(one, fault="shutter", lane=Stretch.Lane.QUEUED) for one in items[:4])
    assert "lane" not in signed_in.get(reverse("case-change", args=[first.number])).context["form"].fields
    address = reverse("case-change", args=[queued.number])
    assert signed_in.get(address).context["form"]["lane"].value() == "queued"
    assert list(errors(signed_in.post(address, changed(queued)))) == ["lane"]
    told = signed_in.post(address, changed(queued, lane="standard", needed_by="2027-01-15"), follow=True)
    assert "the standard time is about 10 working days" in str([*map(str, told.context["messages"])])
    assert queued.stretches.get().lane == "standard"
    # Where a place is free meanwhile, waiting for one is having it.
    requesting.cancel_case(first.pk, at=NOW, actor=as_member(first.member.user))
    assert queued.stretches.get().lane == "standard"
    signed_in.post(address, changed(queued, lane="queued"))
    assert (queued.stretches.get().lane, SlotHold.objects.get(stretch__case=queued).number) == ("fast", 1)


def test_what_can_no_longer_be_serviced_is_changed_at_its_centre_only(
    client, gold, items, fast_camera, vera, send_in, elstree, time_machine
):
    case = send_in(items[0], fault="shutter")
    last = NOW + timedelta(days=70)
    valuing.replan(fast_camera.pk, mark=(Stage.UNSERVICEABLE, last.date()), reason="No parts", by=vera, at=NOW)
    time_machine.move_to(last + timedelta(days=1), tick=False)
    client.force_login(gold.user)
    address = reverse("case-change", args=[case.number])
    assert client.post(address, changed(case, town="Leeds")).status_code == 302
    other = CentreFactory()
    assert "can no longer be serviced" in str(errors(client.post(address, changed(case, centre=other.pk))))
    case.refresh_from_db()
    assert (case.return_town, case.centre_id) == ("Leeds", elstree.pk)


def test_a_stale_tab_after_receipt_is_told_in_clear_words(signed_in, items, send_in, take_in):
    case = send_in(items[0], fault="shutter")
    take_in(case, at=datetime(2026, 11, 23, 9, tzinfo=UTC))
    for name in ("case-change", "case-cancel"):
        answer = signed_in.post(reverse(name, args=[case.number]), changed(case), follow=True)
        assert "is “Received” now" in str([str(told) for told in answer.context["messages"]] if answer.context else "")
    assert signed_in.get(reverse("case-sheet", args=[case.number])).status_code == 302
    case.refresh_from_db()
    assert case.state == "received"


def test_cancelling_shows_its_effect_first(signed_in, items, gold, send_in):
    cases = [send_in(one, lane=Stretch.Lane.QUEUED) for one in items[:4]]
    address = reverse("case-cancel", args=[cases[0].number])
    shown = signed_in.get(address)
    assert (shown.context["place"], shown.context["next_in_line"]) == (1, "EOS R5 Mark II")
    assert Case.objects.get(pk=cases[0].pk).state == "requested"
    assert signed_in.post(address).url == reverse("case", args=[cases[0].number])
    assert Case.objects.get(pk=cases[0].pk).state == "cancelled"
    assert Stretch.objects.get(case=cases[3]).lane == "fast"
    assert signed_in.post(address).status_code == 302


def test_nobody_elses_case_is_changed_cancelled_or_printed(client, layla, items, send_in):
    case = send_in(items[0])
    client.force_login(layla.user)
    for name in ("case-change", "case-cancel", "case-sheet"):
        assert client.get(reverse(name, args=[case.number])).status_code == 404
    assert client.post(reverse("case-cancel", args=[case.number])).status_code == 404
