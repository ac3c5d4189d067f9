"""An estimate whose address may be forwarded: everybody reads, only its member decides, and once (programme §6)."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.urls import reverse
from django.utils import translation

from members.wording.words import money
from servicing import bench
from servicing.estimate_links import read_token, token_of
from servicing.models import CaseEvent, Estimate, Service
from servicing.rules.steps import State
from tests.factories import MemberFactory, UserFactory
from tests.servicing.conftest import HOME, MONDAY


def utc(day, hour, minute=0):
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC)


@pytest.fixture
def case(gold, fast_camera, register, send_in, take_in, tom):
    """Inspected on Tuesday at ten."""
    item = register(gold, fast_camera, at=MONDAY - timedelta(days=1), serial="0420 2600 3371")
    for place in range(3):
        register(gold, fast_camera, at=MONDAY - timedelta(days=1, hours=1 + place))
    case = send_in(item, fault_words="It belongs to Layla Mansour")
    take_in(case, at=utc(23, 10))
    bench.take_step(case.pk, State.INSPECTED, at=utc(24, 10), by=tom)
    return case


@pytest.fixture
def estimate(case, estimate_for):
    return estimate_for(case, at=utc(24, 11), words="Corrosion found")


def address(estimate, name="estimate"):
    return reverse(name, args=[token_of(estimate.pk)])


def answer(client, estimate, how="accept", *, at=None, version=None, user=None):
    if user is not None:
        client.force_login(user)
    with time_machine.travel(at or utc(24, 15), tick=False):
        sent = {"answer": how, "version": estimate.version if version is None else version}
        return client.post(address(estimate), sent)


def read(client, estimate, *, at=None):
    with time_machine.travel(at or utc(24, 15), tick=False):
        return client.get(address(estimate))


@pytest.mark.parametrize("reader", ["nobody", "another member", "staff", "the member"])
def test_whoever_has_the_address_reads_and_learns_no_name_number_or_address(client, gold, case, estimate, reader):
    people = {"another member": MemberFactory().user, "staff": UserFactory(is_staff=True), "the member": gold.user}
    if reader in people:
        client.force_login(people[reader])
    response = read(client, estimate)
    text = response.content.decode()
    main = text[text.index('<main class="main"') : text.index("</main>")]
    for said in (
        "EOS R5 Mark II, repair",
        "£100.00",
        "£120.00",
        "Valid until the end of 8 Dec 2026.",
        "Corrosion found",
    ):
        assert said in main, said
    secrets = [case.serial, "0420", gold.number, gold.user.email, HOME.street, HOME.postcode, "Layla", "Mansour"]
    if reader != "the member":
        secrets.append(case.number)
        assert "Only the member it was sent to can accept or decline it" in main
        assert 'value="accept"' not in main
    else:
        assert "the target becomes Mon 30 Nov, 11:00" not in main
        assert 'value="accept"' in main
    assert [secret for secret in secrets if secret in main] == []
    assert response["X-Robots-Tag"] == "noindex, nofollow, noarchive"
    assert response["Referrer-Policy"] == "same-origin"
    assert "no-store" in response["Cache-Control"]
    assert '<meta name="robots" content="noindex, nofollow">' in text


def test_only_its_member_decides(client, gold, estimate):
    events = CaseEvent.objects.count()
    response = answer(client, estimate)
    assert response.status_code == 302
    assert response.url.startswith(reverse("account_login"))
    assert answer(client, estimate, user=MemberFactory().user).status_code == 403
    assert answer(client, estimate, user=UserFactory(is_staff=True, is_superuser=True)).status_code == 403
    assert (Estimate.objects.get().state, CaseEvent.objects.count()) == ("waiting", events)
    response = answer(client, estimate, user=gold.user)
    assert (response.status_code, response.url) == (302, reverse("case", args=[estimate.case.number]))
    assert Estimate.objects.get().state == "accepted"
    assert CaseEvent.objects.latest("pk").actor == "member"


def test_two_clicks_are_one_answer_and_another_one_is_refused_in_words(client, gold, estimate):
    for _click in range(2):
        assert answer(client, estimate, "decline", user=gold.user).status_code == 302
    assert CaseEvent.objects.filter(state="declined").count() == 1
    response = answer(client, estimate, "accept")
    assert response.status_code == 409
    assert "This estimate was answered in the meantime." in response.content.decode()
    assert Estimate.objects.get().state == "declined"
    assert "Declined on Tue 24 Nov, 15:00." in read(client, estimate).content.decode()


def test_a_replaced_one_says_so_and_changes_nothing(client, gold, case, estimate, estimate_for):
    newer = estimate_for(case, at=utc(24, 12), amount="80.00")
    events = CaseEvent.objects.count()
    response = answer(client, estimate, user=gold.user)
    assert response.status_code == 409
    text = response.content.decode()
    assert "A newer estimate has replaced this one." in text
    assert 'value="accept"' not in text
    assert (CaseEvent.objects.count(), Estimate.objects.get(pk=newer.pk).state) == (events, "waiting")


def test_after_its_time_it_says_so_before_the_portal_has_looked(client, gold, estimate):
    late = datetime(2026, 12, 9, 0, 0, tzinfo=UTC)
    before = late - timedelta(seconds=1)
    client.force_login(gold.user)
    assert 'value="accept"' in read(client, estimate, at=before).content.decode()
    text = read(client, estimate, at=late).content.decode()
    assert "Nobody answered until Wed 9 Dec, 00:00: it counts as declined." in text
    assert 'value="accept"' not in text
    response = answer(client, estimate, at=late)
    assert response.status_code == 409
    assert "it counts as declined" in response.content.decode()
    assert Estimate.objects.get().state == "waiting"


@pytest.mark.parametrize(("how", "version"), [("accept", 2), ("accept", "x"), ("perhaps", 1), ("", 1)])
def test_an_answer_to_something_else_is_none(client, gold, estimate, how, version):
    response = answer(client, estimate, how, version=version, user=gold.user)
    assert response.status_code == 409
    assert Estimate.objects.get().state == "waiting"


def test_an_address_that_was_not_signed_here_is_not_there(client, estimate):
    token = token_of(estimate.pk)
    assert read_token(token) == estimate.pk
    other = token_of(estimate.case_id)
    changed = [token[:-1], f"{token}x", estimate.pk.hex, f"{estimate.pk.hex}.", other, "x" * 2000, "é.ü", "a:b.c"]
    for wrong in changed:
        assert client.get(reverse("estimate", args=[wrong])).status_code == 404
        assert client.get(reverse("estimate-pdf", args=[wrong])).status_code == 404


def test_the_paper_is_the_same_twice_in_both_directions(client, estimate):
    for language in ("en", "ar"):
        client.cookies["django_language"] = language
        with time_machine.travel(utc(24, 15), tick=False):
            first, again = (client.get(address(estimate, "estimate-pdf")) for _time in range(2))
        assert first["Content-Type"] == "application/pdf"
        assert first["X-Robots-Tag"].startswith("noindex")
        assert first.content.startswith(b"%PDF")
        assert first.content == again.content
        assert b"Layla" not in first.content


def test_lines_by_rule_say_why_or_why_not(client, gold, fast_camera, register, send_in, take_in, tom, estimate_for):
    items = [register(gold, fast_camera, at=MONDAY - timedelta(days=1, hours=place)) for place in range(4)]
    case = send_in(items[0], service=Service.MAINTENANCE)
    take_in(case, at=utc(23, 10))
    bench.take_step(case.pk, State.INSPECTED, at=utc(24, 10), by=tom)
    lines = read(client, estimate_for(case, at=utc(24, 11))).context["estimate"].lines
    assert [(line.words, line.note, line.amount) for line in lines] == [
        ("Shutter unit", "", "£100.00"),
        ("CPS discount, 20%", "for Gold at this centre", "−£20.00"),
        ("Return shipping", "free for repairs only", "£15.00"),
    ]


def test_a_partner_gives_neither_the_discount_nor_the_free_way_back(
    client, gold, fast_camera, register, send_in, take_in, tom, estimate_for, elstree
):
    type(elstree).objects.filter(pk=elstree.pk).update(kind="partner", offers="A strap with every cleaning")
    items = [register(gold, fast_camera, at=MONDAY - timedelta(days=1, hours=place)) for place in range(4)]
    for item, service, notes in (
        (
            items[0],
            Service.MAINTENANCE,
            ["at Canon Service & Repair Centres only", "free at Canon Service & Repair Centres only"],
        ),
        (items[1], Service.REPAIR, ["free at Canon Service & Repair Centres only"]),
    ):
        case = send_in(item, service=service)
        take_in(case, at=utc(23, 10))
        bench.take_step(case.pk, State.INSPECTED, at=utc(24, 10), by=tom)
        lines = read(client, estimate_for(case, at=utc(24, 11))).context["estimate"].lines
        assert [line.note for line in lines if line.note] == notes
        assert not [line.amount for line in lines if line.amount.startswith("−")]
        assert lines[-1].amount == "£15.00"
    centre = client.get(reverse("centre", args=[elstree.code])).content.decode()
    assert "A strap with every cleaning" in centre


def test_money_keeps_western_digits():
    assert money(Decimal("1234.5"), "EUR") == "€1,234.50"
    with translation.override("ar"):
        assert money(Decimal("1234.5"), "EUR") == "\u2068€1,234.50\u2069"
        assert money("-20", "GBP") == "\u2068−£20.00\u2069"
