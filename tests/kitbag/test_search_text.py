"""How names are written: folding, spellings, and the distance of typing errors."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kitbag.rules.search_text import (
    Typed,
    between_spaces,
    canonical,
    fold,
    fold_query,
    names,
    spellings,
    squash,
    without_maker,
)


@pytest.mark.parametrize(
    ("typed", "folded"),
    [
        ("EOS 5D Mark III", "eos 5d mark iii"),
        ("ＥＯＳ　Ｒ５ Ⅲ", "eos r5 iii"),
        ("EOS R٥", "eos r5"),
        ("۹۰D", "90d"),
        ("EF 24–70mm ƒ/2.8L", "ef 24 70mm f 2 8l"),
        ("Caméra × 2", "camera x 2"),
        ("a\x00b\u200f\u202ec", "abc"),
        ("🎉", ""),
        ("  ", ""),
        ("i-SENSYS_LBP", "i sensys lbp"),
    ],
)
def test_folding(typed, folded):
    assert fold(typed) == folded


@pytest.mark.parametrize(
    ("folded", "text"),
    [
        ("eos 5d mark iii", "eos 5d mk3"),
        ("5dmkiii", "5dmk3"),
        ("5d mk 3", "5d mk3"),
        ("eos 5d mark", "eos 5d mk"),
        ("ef 70 200mm is ii", "ef 70 200mm is 2"),
        ("marker", "marker"),
        ("ixus iv", "ixus 4"),
    ],
)
def test_numerals_have_one_form(folded, text):
    assert canonical(folded) == text


def test_a_name_goes_by_many_spellings():
    spelled = {"".join(words) for words in spellings(fold("EOS 5D Mark III"))}
    assert spelled >= {"eos5dmarkiii", "eos5dmk3", "eos5diii", "eos5d3", "eos5dm3", "eos5dmkiii"}
    spelled = {"".join(words) for words in spellings(fold("EF 50mm f/1.8 II"))}
    assert spelled >= {"ef50mmf18ii", "ef50f182", "ef50mm182", "ef5018ii"}


def test_names_tell_other_regions_apart():
    assert names("EOS 800D", "EOS Rebel T7i|EOS 800D") == {"eos 800d": False, "eos rebel t7i": True}


@pytest.mark.parametrize(
    ("typed", "rest"),
    [("canon eos r5", "eos r5"), ("cannon r5", "r5"), ("canon", "canon"), ("canonet 28", "canonet 28")],
)
def test_the_maker_goes_without_saying(typed, rest):
    assert without_maker(typed) == rest


def plain_distance(one, other, *, whole):
    """The textbook table, for comparison."""
    rows = [[0] * (len(other) + 1) for _ in range(len(one) + 1)]
    rows[0] = [at if whole else 0 for at in range(len(other) + 1)]
    for at in range(1, len(one) + 1):
        rows[at][0] = at
        for to in range(1, len(other) + 1):
            best = min(rows[at - 1][to] + 1, rows[at][to - 1] + 1)
            best = min(best, rows[at - 1][to - 1] + (one[at - 1] != other[to - 1]))
            if at > 1 and to > 1 and one[at - 2 : at] == other[to - 2 : to][::-1]:
                best = min(best, rows[at - 2][to - 2] + 1)
            rows[at][to] = best
    return rows[-1][-1] if whole else min(rows[-1])


@given(st.text("abc", max_size=9), st.text("abc", max_size=11), st.booleans())
def test_typing_errors_are_counted_as_the_textbook_does(one, other, whole):
    assert Typed(one).distance(other, whole=whole) == plain_distance(one, other, whole=whole)


@given(st.text())
def test_any_text_folds_to_words_of_letters_and_digits(text):
    folded = fold_query(text)
    assert len(folded) <= 80
    assert folded == " ".join(folded.split())
    assert squash(folded) == "" or squash(folded).isalnum()
    assert canonical(folded) == canonical(canonical(folded))
    assert len(between_spaces(text)) <= 80
