"""Levels and benefits: side by side for a member's country and kit, and for a stay elsewhere (programme §6, §7)."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.factories import NOON, ProductFactory


@pytest.fixture(autouse=True)
def clock(time_machine):
    time_machine.move_to(NOON, tick=False)


@pytest.fixture
def silver(layla, register):
    register(layla, ProductFactory(name="EOS R5 Mark II", points=600, fast_track=True))
    return layla


def page_of(client, member, **query):
    client.force_login(member.user)
    return client.get(reverse("benefits"), query)


def test_four_levels_with_what_is_missing_and_each_product(client, silver):
    page = page_of(client, silver)
    assert [column["note"] for column in page.context["columns"]] == [
        "",
        "Your level",
        "400 points to go",
        "1,000 points to go",
    ]
    assert page.context["kit"] == [{"name": "EOS R5 Mark II", "family": "body", "cells": [None, 5, 3, 2]}]


def test_a_stay_elsewhere_names_what_is_not_as_at_home(client, silver):
    lines = page_of(client, silver, country="HR").context["away_lines"]
    target = next(line for line in lines if line["words"] == "Fast Track target, working days")
    assert [cell["value"] for cell in target["cells"]] == [None, 5, 5, 5]
    assert [cell["was"] for cell in target["cells"]] == ["", "", "at home: 3", "at home: 2"]
    there = page_of(client, silver, country="EG").context["away_lines"]
    assert not any(cell["value"] or cell["yes"] for line in there for cell in line["cells"])
    for nowhere in ("", "GB", "US", "\x00", "x" * 900):
        assert page_of(client, silver, country=nowhere).context["away"] == ""


@pytest.mark.parametrize(
    ("country", "says"),
    [
        ("HR", "In your country Fast Track, loans, discounts and return shipping end at what Silver has."),
        ("EG", "In your country no level has Fast Track targets, loans, discounts or free return shipping."),
        ("GB", ""),
    ],
)
def test_what_a_country_caps_is_said_of_the_country(client, silver, country, says):
    type(silver).objects.filter(pk=silver.pk).update(country=country)
    page = page_of(client, silver)
    assert page.context["capped"].startswith(says)
    assert bool(page.context["capped"]) == bool(says)
    assert "The level would be" not in page.content.decode()


def test_it_costs_the_same_with_much_kit(client, silver, register, settings):
    settings.ITEMS_VALIDATED_PER_HOUR = 10**6
    found = []
    for _size in range(2):
        page_of(client, silver, country="FR")
        with CaptureQueriesContext(connection) as queries:
            page_of(client, silver, country="FR")
        found.append(len(queries))
        for number in range(20):
            register(silver, ProductFactory(name=f"Camera {number}", points=1, fast_track=True))
    assert found[0] == found[1] <= 14
