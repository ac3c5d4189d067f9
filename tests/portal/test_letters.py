"""Names of every country of the region print on labels, and what cannot be printed is named (programme §8)."""

import io
from datetime import UTC, datetime

import pikepdf
import pytest

from cps_portal.pdf.paper import Paper, can_print, cannot_print

NAMES = (
    "Zoë O’Connor-Šćepanović, 12½ Straße",
    "Əliyev Rəşad, Bakı ş., küçə İ. Qutqaşınlı",
    "Nguyễn Thị Ánh Đặng",
    "Ọláṣẹ́ Adébáyọ̀ Ẹ̀gbẹ́",
    "Łukasz Żółć, Świętokrzyska",
    "Δάφνη Ἀλεξάνδρα ᾠδῇ ὦ Ἑλένη",
    "Їжакевич Ґалаґан, вул. Єфремова",
    "Әлия Құнанбайқызы Өтеғұл",
    "გიორგი ბერიძე",
    "Անահիտ Սարգսյան",
    "لَيْلَى الشَّامِيّ شارع ١٢",
    "مهدی رضایی، خیابان ۱۲۳۴۵۶۷۸۹۰ می\u200cخواهم",
    "שָׂרָה כהן ״א׳",
    "Ɓala Ƙwaɗi Ɛyram Ɔkra ŋutsu ʼAbd",
    "e\u0301 typed apart, \u200eleft",
)


def printed(lines):
    paper = Paper(title="t", key="t", language="en", rtl=False, at=datetime(2026, 11, 26, tzinfo=UTC))
    paper.add_page()
    for place, line in enumerate(lines):
        for part in paper.wrapped(line, width=170, size=12):
            paper.say(part, (0, 170), 20 + 8 * place, size=12, bold=bool(place % 2))
    return paper.written()


@pytest.mark.parametrize("name", NAMES)
def test_names_of_every_script_can_be_printed_and_are(name, caplog):
    assert cannot_print(name) == ""
    # fpdf2 says so where a font of the file lacks a letter.
    written = printed([name])
    assert "missing" not in caplog.text
    assert len(pikepdf.open(io.BytesIO(written)).pages) == 1


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        ("李 Wei 李", "李"),
        ("አማርኛ", "አማርኛ"),
        ("Anna 🌻", "🌻"),
        ("ⵜ Tiziri", "ⵜ"),
        ("a\x00b", "\x00"),
        ("\ue000x", "\ue000"),
    ],
)
def test_letters_no_font_has_are_named_once(text, missing):
    assert cannot_print(text) == missing
    assert not can_print(text)


def test_nothing_to_print_prints():
    assert can_print("")
    assert can_print("one\ntwo\u00a0three")
