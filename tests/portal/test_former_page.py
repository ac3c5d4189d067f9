"""The old account beside the membership of today: levels, the reason, what closes the gap (programme §1)."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from kitbag import registration, search
from members.models import Level
from tests.conftest import details
from tests.factories import NOON, FormerAccountFactory, MemberFactory, ProductFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock(time_machine):
    time_machine.move_to(NOON, tick=False)


@pytest.fixture
def old(layla):
    """Layla's old account with a camera and a lens that are in the catalogue, and something that is not."""
    kit = [
        {"product": "Canon EOS R5 Mark II", "serial": "0120 2100 0123"},
        {"product": "RF 70-200mm F2.8L IS USM Z", "serial": ""},
        {"product": "A box of filters", "serial": ""},
    ]
    return FormerAccountFactory(member=layla, photo_level=Level.SILVER, video_level=Level.RED, kit=kit)


def page_of(client, member):
    client.force_login(member.user)
    response = client.get(reverse("former"))
    assert response.status_code == 200
    text = re.sub(r"<[^>]+>", "", response.content.decode())
    return response.context, " ".join(text.split())


def test_levels_side_by_side_and_what_closes_the_gap(client, layla, camera, lens, old):
    context, text = page_of(client, layla)
    assert [(row["level"], row["points"]) for row in context["levels"]] == [(1, None), (0, None), (0, 0)]
    assert "500 points are missing to Silver." in text
    assert "closes the gap: with it you are Silver, at 555." in text
    assert "older models too" in text
    assert "one membership for photo and video" in text
    rows = [(row["name"], row["points"], row["href"]) for row in context["missing"]]
    assert rows == [
        (camera.name, 320, f"/kitbag/add/?product={camera.sku}&serial=0120+2100+0123"),
        (lens.name, 235, f"/kitbag/add/?product={lens.sku}"),
    ]
    assert "Not in the catalogue, so without points: A box of filters" in text
    assert "?q=A+box" not in client.get(reverse("former")).content.decode(), "a search that finds nothing"


def test_a_name_that_fits_several_is_chosen(client, layla):
    for name in ("EF 24-70mm f/2.8L USM", "EF 24-70mm f/4L IS USM"):
        ProductFactory(name=name)
    FormerAccountFactory(member=layla, kit=[{"product": "24-70mm", "serial": ""}, {"product": "Zorki 4", "serial": ""}])
    context, _text = page_of(client, layla)
    assert [(row["points"], row["href"]) for row in context["missing"]] == [(None, "/kitbag/add/?q=24-70mm")]
    assert context["unknown"] == ["Zorki 4"]


def test_the_link_adds_it_with_its_number_and_the_gap_shrinks(client, layla, camera, lens, old, register):
    context, _text = page_of(client, layla)
    form = client.get(context["missing"][0]["href"]).context["form"]
    assert form["serial_typed"].value() == "0120 2100 0123"
    register(layla, camera, serial="012021000123")
    registration.add_item(
        member_id=layla.pk, product_id=lens.pk, details=details("1234567890", store=""), at=NOON, by=layla.user
    )
    context, text = page_of(client, layla)
    assert context["missing"] == []
    assert [(row["name"], row["points"], row["action"]) for row in context["begun"]] == [
        (lens.name, 235, "Complete details")
    ]
    assert [row["name"] for row in context["here"]] == [camera.name]
    assert "180 points are missing to Silver." in text
    assert "at 555" in text


def test_kit_that_does_not_close_the_gap_says_how_much_stays(client, layla, camera, lens, old):
    old.video_level = Level.PLATINUM
    old.save()
    _context, text = page_of(client, layla)
    assert "1,600 points are missing to Platinum. What is listed here brings 555; 1,045 points are missing" in text
    old.kit = []
    old.save()
    _context, text = page_of(client, layla)
    assert "Your old account named no kit." in text
    assert "Register all other Canon kit" in text


def test_what_else_waits_in_the_kitbag_closes_the_gap_too(client, layla, camera, lens):
    kit = [{"product": camera.name, "serial": ""}]
    old = FormerAccountFactory(member=layla, photo_level=None, video_level=Level.SILVER, kit=kit)
    registration.add_item(
        member_id=layla.pk, product_id=lens.pk, details=details("1234567890", store=""), at=NOON, by=layla.user
    )
    _context, text = page_of(client, layla)
    assert "and what else waits in your kitbag close the gap: with both you are Silver, at 555." in text
    assert "Register all other Canon kit" not in text
    old.video_level = Level.PLATINUM
    old.save()
    _context, text = page_of(client, layla)
    assert "brings 320, what else waits in your kitbag 235; 1,045 points are missing after both." in text
    old.kit = []
    old.save()
    _context, text = page_of(client, layla)
    assert "What waits in your kitbag brings 235; 1,365 points are missing after it." in text


def test_whoever_has_the_old_level_again_is_told_so_and_sees_no_line_elsewhere(client, layla, register):
    register(layla, ProductFactory(name="EOS R1", points=520))
    old = FormerAccountFactory(member=layla, photo_level=None, video_level=Level.SILVER)
    _context, text = page_of(client, layla)
    assert "no lower than your old one" in text
    assert "Your level was one for video alone." in text
    for name in ("dashboard", "points"):
        assert reverse("former") not in client.get(reverse(name)).content.decode()
    old.video_level = Level.GOLD
    old.save()
    for name in ("dashboard", "points"):
        page = client.get(reverse(name)).content.decode()
        assert "Your old account was Gold: what closes the gap</a>" in page
    assert "Your level today is no lower" not in page_of(client, layla)[1]


def test_only_its_member_sees_it_and_help_leads_there(client, layla, omar, old):
    client.force_login(omar.user)
    assert client.get(reverse("former")).status_code == 404
    for name in ("help", "account"):
        assert reverse("former") not in client.get(reverse(name)).content.decode()
    client.force_login(layla.user)
    assert client.get(reverse("help")).content.decode().count(reverse("former")) == 2
    assert reverse("former") in client.get(reverse("account")).content.decode()
    FormerAccountFactory(member=None, claimed_at=None, email="omar@example.org")
    client.force_login(omar.user)
    assert client.get(reverse("former")).status_code == 404


def test_what_the_file_said_is_text_and_a_hostile_number_fills_nothing(client, layla, camera):
    FormerAccountFactory(member=layla, kit=[{"product": "<script>alert(1)</script>", "serial": "\u202e=1+1"}])
    client.force_login(layla.user)
    assert "<script>alert(1)" not in client.get(reverse("former")).content.decode()
    for serial in ("\x00", "9" * 5000, "<b>", "\u202e"):
        answer = client.get(reverse("kitbag-add"), {"product": camera.sku, "serial": serial})
        assert answer.status_code == 200
        assert "<b>" not in str(answer.context["form"]["serial_typed"])


def test_the_queries_do_not_grow_with_kit(client, camera, lens):
    counts = []
    for number in (3, 60):
        member = MemberFactory()
        kit = [{"product": f"{camera.name}", "serial": f"{100000000000 + 7 * place}"} for place in range(number)]
        kit += [{"product": f"Something {place}", "serial": ""} for place in range(number)]
        FormerAccountFactory(member=member, kit=kit)
        for _place in range(number // 3):
            registration.add_item(
                member_id=member.pk, product_id=lens.pk, details=details(store=""), at=NOON, by=member.user
            )
        client.force_login(member.user)
        search.suggest("warm", day=NOON.date())
        client.get(reverse("former"))
        with CaptureQueriesContext(
            connection,
        ) as asked:
            client.get(reverse("former"))
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 10
