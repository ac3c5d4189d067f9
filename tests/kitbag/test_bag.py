"""The what-if bag's own rules: what an address says, and which single product reaches a level."""

from datetime import date
from urllib.parse import parse_qs

import pytest

from kitbag.rules import bag
from kitbag.rules.bag import MOST, Bag, read
from kitbag.rules.search_index import Entry
from kitbag.rules.statement import Facts, counting_too, lines, total_on
from kitbag.rules.worth import Step
from members.rules.levels import Thresholds


@pytest.mark.parametrize(
    ("texts", "counts", "is_cut"),
    [
        ([], {}, False),
        (["eos-r5"], {"eos-r5": 1}, False),
        (["eos-r5*2", "rf-50", "eos-r5"], {"eos-r5": 3, "rf-50": 1}, False),
        (["eos-r5*0", "rf-50*1"], {"rf-50": 1}, False),
        (["eos-r5*999", "rf-50"], {"eos-r5": MOST}, True),
        (["eos-r5*1000"], {}, False),
        ([f"sku-{place}" for place in range(MOST)], {f"sku-{place}": 1 for place in range(MOST)}, False),
        ([f"sku-{place}" for place in range(MOST + 1)], {f"sku-{place}": 1 for place in range(MOST)}, True),
        (["", "\x00", "a b", "é", "a*", "a*-1", "a*1.5", "a*２", "*2", "a*2*2", "a" * 81, "a\n", "<b>"], {}, False),
    ],
)
def test_an_address_is_read_calmly(texts, counts, is_cut):
    assert read(texts) == Bag(counts, is_cut)


def test_one_more_one_less_and_none():
    two = read(["a*2", "b"])
    assert two.more("b").counts == {"a": 2, "b": 2}
    assert two.more("c").counts == {"a": 2, "b": 1, "c": 1}
    assert two.fewer("b").counts == {"a": 2}
    assert two.without("a").counts == {"b": 1}
    assert two.only({"a"}).counts == {"a": 2}
    full = read([f"a*{MOST}"])
    assert full.more("b") is full


def test_an_address_says_what_it_was_read_from():
    tried = read(["b*2", "a", "c*11"])
    text = bag.query(tried, country="GB", waiting="")
    assert text == "?bag=b*2&bag=a&bag=c*11&country=GB"
    assert read(parse_qs(text[1:])["bag"]) == tried
    assert bag.query(Bag({})) == ""


def entry(name, points, *, family="body", stage="current", year=2020):
    return Entry(1, name, name, "", family, stage, points, False, year)


def test_of_each_family_the_cheapest_that_is_enough():
    entries = [
        entry("too little", 99),
        entry("old", 100, stage="superseded"),
        entry("dear", 300),
        entry("just enough, older", 110, year=2015),
        entry("just enough", 110, year=2024),
        entry("lens", 100, family="lens"),
        entry("printer", 500, family="printer", year=None),
    ]
    found = [one.name for one in bag.reaching(entries, 100, most=5)]
    assert found == ["lens", "just enough", "printer"]
    assert [one.name for one in bag.reaching(entries, 100, most=1)] == ["lens"]
    assert bag.reaching(entries, 501, most=5) == []


def test_what_is_tried_counts_beside_the_facts_from_its_day_on():
    day, later = date(2026, 11, 23), date(2027, 3, 1)
    steps = {1: [Step(date(2024, 1, 1), 475, "current", "first"), Step(later, 160, "superseded", "superseded")]}
    empty = Facts(spells=(), steps=steps, holds=(), thresholds=[(date(2024, 1, 1), Thresholds(500, 1000, 1600))])
    facts = counting_too(empty, [(1, "c300"), (1, "c300")], since=day)
    assert [total_on(facts, on) for on in (date(2026, 11, 22), day, later)] == [0, 950, 320]
    ahead = lines(facts, after=day, total=950, level=1)
    assert [(line.day, line.change, line.total, line.level) for line in ahead] == [
        (later, -315, 635, None),
        (later, -315, 320, 0),
    ]
