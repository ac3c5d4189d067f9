"""Postcodes: their shape in each country, and the way they are written."""

import pytest

from servicing.rules.postcodes import EXAMPLES, NEEDED, SHAPES, postcode_of


def test_every_country_with_a_shape_has_an_example_of_it():
    assert set(SHAPES) == set(EXAMPLES) >= NEEDED
    for country, example in EXAMPLES.items():
        assert postcode_of(example, country) == example


@pytest.mark.parametrize(
    ("typed", "country", "written"),
    [
        ("se12aa", "GB", "SE1 2AA"),
        ("SE1-2AA", "GB", "SE1 2AA"),
        ("1234", "GB", None),
        ("SE1 2A", "GB", None),
        ("D-10115", "DE", "10115"),
        ("1011", "DE", None),
        ("10115 ", "DE", "10115"),
        ("1012ab", "NL", "1012 AB"),
        ("NL-1012 AB", "NL", "1012 AB"),
        ("11000", "CZ", "110 00"),
        ("1050", "LV", "LV-1050"),
        ("LV1050", "LV", "LV-1050"),
        ("00950", "PL", "00-950"),
        ("d02af30", "IE", "D02 AF30"),
        ("", "IE", ""),
        ("", "GB", None),
        ("", "AE", ""),
        ("PO Box 5", "AE", "PO Box 5"),
        ("anything", "XX", "anything"),
    ],
)
def test_a_postcode_is_written_as_its_country_writes_it(typed, country, written):
    assert postcode_of(typed, country) == written
