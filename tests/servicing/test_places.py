"""A typed place is found whatever the accents, the case and the script."""

import time

import pytest

from servicing.rules.places import find, fold, listed


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("Koln", "Köln DE"),
        ("KÖLN", "Köln DE"),
        ("Cologne", "Köln DE"),
        ("Кёльн", "Köln DE"),
        ("kyiv", "Kyiv UA"),
        ("Kiev", "Kyiv UA"),
        ("Київ", "Kyiv UA"),
        ("القاهرة", "Cairo EG"),
        ("القاهره", "Cairo EG"),
        ("قاهرہ", "Cairo EG"),
        ("İSTANBUL", "Istanbul TR"),
        ("lodz", "Łódź PL"),
        ("Saint Étienne", "Saint-Étienne FR"),
        ("st-etienne", "Saint-Étienne FR"),
        ("Αθηνα", "Athens GR"),
        ("  tel   aviv ", "Tel Aviv IL"),
        ("Frankf", "Frankfurt am Main DE"),
        ("London", "London GB"),
    ],
)
def test_one_city_by_any_of_its_names(typed, found):
    first = find(typed)[0]
    assert f"{first.name} {first.country}" == found


def test_several_of_one_name_come_by_size_and_can_be_told_apart():
    assert [(place.country, place.near) for place in find("Newport")] == [("GB", "Cardiff"), ("GB", "Portsmouth")]
    assert [place.country for place in find("Paris", countries=frozenset({"ZA"}))] == ["ZA"]
    assert len(find("al", most=3)) == 3


@pytest.mark.parametrize("typed", ["", "a", "|", "%", "\n\t", "x|y", "\0\ud800", "𝕏" * 500, "zzzzzz", "'; drop"])
def test_nothing_sensible_finds_nothing(typed):
    assert find(typed) == []


def test_the_list_is_folded_by_the_lines_that_fold_a_query():
    """A change of `fold` without making the list anew would lose places."""
    rows = [line.split("\t") for line in listed().decode().splitlines()]
    assert len(rows) > 14_000
    assert [row[0] for row in rows if not row[5].startswith(f"|{fold(row[0])}|")] == []
    assert all(-36 < float(row[2]) < 79 and -32 < float(row[3]) < 180 for row in rows)


def test_a_search_takes_a_few_milliseconds_at_most():
    listed()
    took = []
    for _ in range(5):
        begun = time.perf_counter()
        find("nowhere to be found")
        took.append(time.perf_counter() - begun)
    assert min(took) < 0.02
