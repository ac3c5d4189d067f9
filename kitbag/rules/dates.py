"""Days as people type them, in any script's digits, and what a spreadsheet makes of them."""

import re
from collections.abc import Mapping
from datetime import date

from members.rules.names import tidy

# Canon's first camera was sold in 1936; a purchase far ahead is a slip of the finger.
FIRST_YEAR, LAST_YEAR = 1936, 2100

_ISO = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})")
_DAY_FIRST = re.compile(r"(\d{1,2})[-/. ](\d{1,2})[-/. ](\d{4})")
_WORDS = re.compile(r"(\d{1,2})\.?[ -]?([^\W\d]+(?: [^\W\d]+)?)\.?,?[ -]?(\d{4})")
_MONTH_FIRST = re.compile(r"([^\W\d]+)\.? (\d{1,2}),? (\d{4})")
_CLOCK = re.compile(r"[ T]0{1,2}:00(:00(\.0+)?)?Z?$")
_COUNTED_DAYS = re.compile(r"\d{5}([.,]\d+)?")
_STEERED = str.maketrans(dict.fromkeys("\u200e\u200f\u061c"))
_ENGLISH = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
# As written from Morocco to the Gulf: each country has its own names for some months.
_ARABIC = (
    ("يناير", "كانون الثاني", "جانفي"),
    ("فبراير", "شباط", "فيفري"),
    ("مارس", "آذار", "اذار"),
    ("أبريل", "ابريل", "إبريل", "نيسان", "أفريل"),
    ("مايو", "أيار", "ايار", "ماي"),
    ("يونيو", "حزيران", "يونيه", "جوان"),
    ("يوليو", "تموز", "يوليه", "جويلية", "يوليوز"),
    ("أغسطس", "اغسطس", "آب", "اب", "أوت", "غشت"),
    ("سبتمبر", "أيلول", "ايلول", "شتنبر"),
    ("أكتوبر", "اكتوبر", "تشرين الأول", "تشرين الاول"),
    ("نوفمبر", "تشرين الثاني", "نونبر"),
    ("ديسمبر", "كانون الأول", "كانون الاول", "دجنبر"),
)
_NAMES = {name: number for number, names in enumerate(_ARABIC, start=1) for name in names}


def plain_digits(text: str) -> str:
    """Any script's decimal digits as 0 to 9."""
    return "".join(str(int(char)) if char.isdecimal() else char for char in text)


def _month(name: str, months: Mapping[str, int]) -> int:
    wanted = name.casefold()
    if wanted[:3] in _ENGLISH and len(wanted) >= 3:
        return _ENGLISH.index(wanted[:3]) + 1
    return months.get(wanted) or _NAMES.get(wanted, 0)


def read_date(text: str, *, months: Mapping[str, int] | None = None) -> date | None:
    """A day as people type it: 2027-09-14, 14/09/2027, 14 Sep 2027, Sep 14, 2027. None where it is no day.

    `months` are names of months, case-folded, beside the English and Arabic ones. Of numbers alone the day
    comes before the month.
    """
    typed = " ".join(plain_digits(tidy(text).translate(_STEERED)).split())
    typed = _CLOCK.sub("", typed)
    known = months or {}
    if found := _ISO.fullmatch(typed):
        year, month, day = (int(part) for part in found.groups())
    elif found := _DAY_FIRST.fullmatch(typed):
        day, month, year = (int(part) for part in found.groups())
    elif found := _WORDS.fullmatch(typed):
        day, month, year = int(found[1]), _month(found[2], known), int(found[3])
    elif found := _MONTH_FIRST.fullmatch(typed):
        day, month, year = int(found[2]), _month(found[1], known), int(found[3])
    else:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None


def counts_days(text: str) -> bool:
    """Whether this is how a spreadsheet counts days since 1900, such as 45000: no day that people type."""
    return bool(_COUNTED_DAYS.fullmatch(plain_digits(text.strip())))
