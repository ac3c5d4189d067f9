"""Eligibility that explains itself on a product's page: reasons, terms, levels, the slot (programme §6)."""

from datetime import timedelta

import pytest
from django.urls import reverse

from servicing.models import Stretch
from tests.factories import MemberFactory, ProductFactory
from tests.servicing.conftest import MONDAY


@pytest.fixture(autouse=True)
def clock(time_machine):
    time_machine.move_to(MONDAY + timedelta(hours=1), tick=False)


@pytest.fixture
def cinema(db):
    return ProductFactory(name="EOS C70", sku="c70", points=200, fast_track=True, fast_track_video=True)


def owning(register, *products, **member):
    who = MemberFactory(**member)
    return who, [register(who, one, at=MONDAY - timedelta(days=2, minutes=n)) for n, one in enumerate(products)]


def track(client, who, item):
    client.force_login(who.user)
    return client.get(reverse("kitbag-item", args=[item.pk])).context["track"]


def plain(lines):
    return [line.replace("\u2068", "").replace("\u2069", "") for line in lines]


def test_what_a_higher_level_changes_and_what_it_does_not(client, register, fast_camera, cinema, elstree):
    who, (body, *_more, video) = owning(register, *[fast_camera] * 3, cinema)
    found = track(client, who, body)
    assert (found["qualifies"], found["best"], found["benefit_level"]) == (True, 3, 2)
    assert plain(found["higher"]) == [
        "At Platinum your EOS R5 Mark II goes from 3 to 2 days; your EOS C70 stays at 5 days."
    ]
    assert plain(track(client, who, video)["higher"]) == [
        "At Platinum your EOS C70 stays at 5 days; your EOS R5 Mark II goes from 3 to 2 days."
    ]


def test_video_says_why_it_takes_longer_and_gold_that_there_are_loans(client, register, fast_camera, cinema, elstree):
    gold, (body, *_more, video) = owning(register, *[fast_camera] * 3, cinema)
    silver, (lone, _second) = owning(register, fast_camera, fast_camera)
    client.force_login(gold.user)
    shown = client.get(reverse("kitbag-item", args=[video.pk])).content.decode()
    assert "their repairs are complex" in shown
    assert "A courtesy loan if the target is missed" in shown
    assert "their repairs are complex" not in client.get(reverse("kitbag-item", args=[body.pk])).content.decode()
    assert not track(client, silver, lone)["loan"]


def test_a_red_member_sees_what_each_level_would_bring(client, register, fast_camera):
    who, (body,) = owning(register, fast_camera)
    found = track(client, who, body)
    assert [str(reason) for reason in found["reasons"]] == ["Fast Track begins with Silver."]
    assert plain(found["higher"]) == [
        "At Silver your EOS R5 Mark II comes on Fast Track with 5 days.",
        "At Gold your EOS R5 Mark II comes on Fast Track with 3 days.",
        "At Platinum your EOS R5 Mark II comes on Fast Track with 2 days.",
    ]


def test_no_level_helps_what_is_not_listed_or_where_the_country_caps(client, register, fast_camera):
    who, (other, _body) = owning(register, ProductFactory(fast_track=False), fast_camera)
    assert track(client, who, other)["higher"] == []
    who, (body, *_more) = owning(register, *[fast_camera] * 4, country="AE")
    found = track(client, who, body)
    assert (found["capped"], found["best"], found["higher"]) == (True, 5, [])


def test_slots_and_the_case_it_is_in(client, register, fast_camera, send_in):
    who, items = owning(register, *[fast_camera] * 5)
    case = send_in(items[0])
    found = track(client, who, items[0])
    assert (found["case"]["number"], found["send_href"]) == (case.number, "")
    assert found["slots"] == "1 of 3 places taken"
    for one in items[1:3]:
        send_in(one)
    found = track(client, who, items[3])
    assert (found["is_full"], found["send_href"]) == (True, reverse("case-new", args=[items[3].pk]))
    send_in(items[3], lane=Stretch.Lane.QUEUED)
    assert track(client, who, items[4])["slots"] == "3 of 3 places taken"
