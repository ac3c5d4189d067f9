"""The portal in Arabic: placeholders kept, numbers with their nouns, days and names as a reader expects them."""

import re
from datetime import UTC, date, datetime

import pytest
from babel.messages.pofile import read_po
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import ngettext, override

from cps_portal.pages.joining_form import sort_key
from cps_portal.translating import po_path

HOLES = re.compile(r"%\(\w+\)[sd]|%%|\{\w+\}|</?[a-z]+[^>]*>")


def catalogue():
    with po_path("ar").open("rb") as file:
        messages = [message for message in read_po(file, locale="ar") if message.id]
    # What is still open fails tests/test_quality.py.
    return [message for message in messages if all(strings(message))]


def strings(message):
    return [message.string] if isinstance(message.string, str) else list(message.string)


def test_placeholders_and_tags_are_those_of_the_english():
    for message in catalogue():
        english = message.id if isinstance(message.id, str) else message.id[-1]
        wanted = set(HOLES.findall(english))
        for form, string in enumerate(strings(message)):
            found = set(HOLES.findall(string))
            # None, one and two are said in a word: their forms may leave out the number and nothing else.
            spared = 1 if not isinstance(message.id, str) and form < 3 else 0
            assert found <= wanted, english
            assert len(wanted - found) <= spared, english


def test_digits_are_western_and_commas_arabic():
    for message in catalogue():
        for string in strings(message):
            assert not re.search(r"[٠-٩]", string), string
            assert not re.search(r"[,;?](\s|$)", re.sub(r"<[^>]*>", "", string)), string


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (1, "يوم واحد"),
        (2, "يومان"),
        (3, "3 أيام"),
        (10, "10 أيام"),
        (11, "11 يومًا"),
        (99, "99 يومًا"),
        (100, "100 يوم"),
        (103, "103 أيام"),
    ],
)
def test_a_number_takes_the_noun_that_belongs_to_it(number, words):
    with override("ar"):
        assert ngettext("%(days)s day", "%(days)s days", number) % {"days": number} == words


def test_days_read_as_in_arabic():
    with override("ar"):
        assert date_format(date(2026, 11, 23), "j M Y") == "23 نوفمبر 2026"
        assert date_format(date(2026, 11, 23), "DAY_FORMAT") == "الاثنين 23 نوفمبر 2026"
        assert date_format(datetime(2026, 11, 23, 14, 5, tzinfo=UTC), "DATETIME_FORMAT") == "23 نوفمبر 2026، 14:05"
    with override("en"):
        assert date_format(date(2026, 11, 23), "DAY_FORMAT") == "Mon 23 Nov 2026"


def test_names_are_sorted_in_their_own_script():
    names = ["ليتوانيا", "إسبانيا", "جنوب أفريقيا", "المملكة المتحدة", "بلجيكا", "أذربيجان"]
    assert sorted(names, key=sort_key) == [
        "أذربيجان",
        "إسبانيا",
        "المملكة المتحدة",
        "بلجيكا",
        "جنوب أفريقيا",
        "ليتوانيا",
    ]
    assert sorted(["Zimbabwe", "Åland Islands", "albania"], key=sort_key) == ["Åland Islands", "albania", "Zimbabwe"]


@pytest.mark.django_db
def test_pages_in_arabic_are_from_right_to_left_with_arabic_commas(client):
    client.post(reverse("language"), {"language": "ar"})
    page = client.get(reverse("terms")).content.decode()
    assert '<html lang="ar" dir="rtl">' in page
    assert "ذهبي، بلاتيني" in page
    countries = client.get(reverse("countries")).content.decode()
    assert "المملكة العربية السعودية" in countries
    assert countries.index("إسبانيا") < countries.index("بلجيكا") < countries.index("سويسرا")
