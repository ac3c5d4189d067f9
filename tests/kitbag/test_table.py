"""Tables of kit as people have them: separators, quotes, encodings, headings, and what is wrong with a row."""

import re
import time
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kitbag.rules.table import MOST_BYTES, MOST_ROWS, NUL, Fault, TableError, faults_of, read_file, read_text
from kitbag.rules.table_cells import plain, records, safe, separator_of, written
from kitbag.rules.table_headings import HEADINGS, Column, columns_of, fold

PRODUCT, SERIAL, COUNTRY, DATE, STORE = Column


def cells(text):
    return [row.cells for row in read_text(text).rows]


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_columns_in_any_order_by_their_headings(separator):
    text = "Store,SN,Purchase date,Model,Country\nWEX,0042,2 Jul 2012,EOS R5,GB\n".replace(",", separator)
    (row,) = read_text(text).rows
    assert row.cells == {STORE: "WEX", SERIAL: "0042", DATE: "2 Jul 2012", PRODUCT: "EOS R5", COUNTRY: "GB"}
    assert row.number == 2
    assert row.broken == []


@pytest.mark.parametrize(
    ("heading", "column"),
    [
        ("Serial No.", SERIAL),
        ("S/N", SERIAL),
        ("serial_number", SERIAL),
        ("SERIAL NUMBER", SERIAL),
        ("Dealer", STORE),
        ("Bought from", STORE),
        ("Date of purchase:", DATE),
        ("الرقم التسلسلي", SERIAL),
        ("تاريخ الشراء", DATE),
        ("بلد الشراء", COUNTRY),
        ("المتجر", STORE),
        ("اَلْمُنْتَج", PRODUCT),
    ],
)
def test_a_heading_by_any_of_its_usual_names(heading, column):
    other = "Product" if column != PRODUCT else "Store"
    assert columns_of([other, heading])[column] == 1


def test_no_name_of_a_column_means_two():
    names = [fold(name) for names in HEADINGS.values() for name in names]
    assert len(names) == len(set(names))


def test_of_two_columns_with_one_meaning_the_plainer_name_is_meant():
    assert cells("Name,Product\nMine,EOS R5\n") == [{PRODUCT: "EOS R5"}]


def test_columns_without_a_meaning_are_left_aside_and_named():
    table = read_text("Colour,Product,Points\nblack,EOS R5,235\n")
    assert table.unread == ["Colour", "Points"]
    assert table.rows[0].cells == {PRODUCT: "EOS R5"}


def test_a_plain_list_is_one_product_a_line():
    assert cells("EOS R5 Mark II\n\n  BG-R20  \n") == [{PRODUCT: "EOS R5 Mark II"}, {PRODUCT: "BG-R20"}]


@pytest.mark.parametrize(
    "line",
    [
        "EF 40mm f/2.8 STM 0010227331",
        "EF 40mm f/2.8 STM\t0010227331",
        "EF 40mm f/2.8 STM, 0010227331",
        "EF 40mm f/2.8 STM; 0010227331",
        "EF 40mm f/2.8 STM  S/N: 0010227331",
        "EF 40mm f/2.8 STM sn 0010227331",
    ],
)
def test_a_plain_list_may_have_numbers(line):
    assert cells(line) == [{PRODUCT: "EF 40mm f/2.8 STM", SERIAL: "0010227331"}]


@pytest.mark.parametrize("name", ["imagePROGRAF TZ-30000", "EF 70-200mm f/2.8L IS III USM", "XF605", "ef 70200 28"])
def test_a_name_is_not_taken_for_a_number(name):
    assert cells(name) == [{PRODUCT: name}]


def test_quoted_cells_keep_separators_quotes_and_lines():
    text = 'Product,Store\n"EOS R5","Smith, ""Sons""\nand Co"\nEOS R6,WEX\n'
    assert cells(text) == [{PRODUCT: "EOS R5", STORE: 'Smith, "Sons" and Co'}, {PRODUCT: "EOS R6", STORE: "WEX"}]


def test_a_quotation_mark_inside_a_cell_belongs_to_it():
    assert cells('24" display,12345678\n"24" display",12345679\n') == [
        {PRODUCT: '24" display', SERIAL: "12345678"},
        {PRODUCT: '24" display', SERIAL: "12345679"},
    ]


def test_a_quotation_mark_never_closed_costs_its_own_row():
    table = read_text('Product,Store,Serial\nEOS R5,"WEX,1\nEOS R6,"Jacobs",2\nEOS R7,CVP,3\n')
    assert [row.cells[PRODUCT] for row in table.rows] == ["EOS R5", "EOS R6", "EOS R7"]
    assert [row.broken for row in table.rows] == [[(Fault.UNCLOSED, STORE)], [], []]
    assert table.rows[1].cells[STORE] == "Jacobs"


def test_ragged_rows():
    table = read_text("Product,Serial,Store\nEOS R5\nEOS R6,2,Smith, Jones and Co\nEOS R7,3,CVP,,\n")
    short, long, padded = table.rows
    assert short.cells == {PRODUCT: "EOS R5"}
    assert short.broken == []
    assert long.broken == [(Fault.TOO_MANY_CELLS, STORE)]
    assert long.rest == ["Jones and Co"]
    assert padded.broken == []


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_encodings_of_western_tables(encoding):
    text = "Product,Store,Country\nEOS R5,Café Müller & Søn,España\nEOS R6,Señor Pérez,Österreich\n"
    assert [row.cells[STORE] for row in read_file(text.encode(encoding)).rows] == ["Café Müller & Søn", "Señor Pérez"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1256"])
def test_encodings_of_arabic_tables(encoding):
    text = "المنتج;الرقم التسلسلي;المتجر\nEOS R5;042026003371;متجر النور\n"
    (row,) = read_file(text.encode(encoding)).rows
    assert row.cells == {PRODUCT: "EOS R5", SERIAL: "042026003371", STORE: "متجر النور"}


def test_one_arabic_store_among_latin_names_is_still_arabic():
    text = "Product,Store\nEOS R5,متجر النور\n" + "EOS R6,WEX\n" * 50
    assert read_file(text.encode("cp1256")).rows[0].cells[STORE] == "متجر النور"


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_line_ends_of_every_system(line_end):
    assert len(read_text(line_end.join(["Product", "EOS R5", "EOS R6", ""])).rows) == 2


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty"),
        (b"\n \n\t\n", "empty"),
        (b",,,\n,,", "empty"),
        (b"Product,Serial\n", "empty"),
        (b"Serial number,Store\n1,WEX\n", "no_product"),
        (b"PK\x03\x04workbook", "workbook"),
        (b"\xd0\xcf\x11\xe0old workbook", "workbook"),
        (b"%PDF-1.7", "not_text"),
        (bytes(range(256)) * 4, "not_text"),
        (b"\xff\xfeodd", "not_text"),
        (b"x" * (MOST_BYTES + 1), "too_big"),
        (b"EOS R5\n" * (MOST_ROWS + 1), "too_many_rows"),
    ],
)
def test_what_is_no_table_is_refused_as_a_whole(data, code):
    with pytest.raises(TableError) as caught:
        read_file(data)
    assert caught.value.code == code


def test_a_thousand_rows_are_read_and_headings_are_none_of_them():
    assert len(read_text("Product\n" + "EOS R5\n" * MOST_ROWS).rows) == MOST_ROWS


def test_nul_and_long_cells_stay_with_their_row():
    table = read_text(f"Product,Store\nEOS R5,a\x00b\nEOS R6,{'x' * 300}\nEOS R7,WEX\n")
    assert table.rows[0].cells[STORE] == f"a{NUL}b"
    assert [faults_of(row.cells) for row in table.rows] == [[(Fault.NUL, STORE)], [(Fault.TOO_LONG, STORE)], []]


@pytest.mark.parametrize("number", ["4.2026E+11", "4,2026E+11", "1E+09"])
def test_a_number_that_a_spreadsheet_shortened_is_asked_for_again(number):
    assert faults_of({PRODUCT: "EOS R5", SERIAL: number}) == [(Fault.SERIAL_SHORTENED, SERIAL)]


def test_a_number_kept_as_text_by_a_formula_is_that_number():
    assert cells('Product,SN\nEOS R5,"=""0042"""\n') == [{PRODUCT: "EOS R5", SERIAL: "0042"}]


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "＝1+1", "'=1", "''@", "=cmd|' /C calc'!A0"]
)
def test_no_cell_is_calculated_and_all_come_back(text):
    assert safe(text)[0] == "'"
    assert plain(safe(text)) == text.strip(" ")


@given(st.text(), st.booleans())
def test_every_cell_comes_back_as_it_was(text, as_text):
    text = text.strip(" \u00a0\ufeff")
    if re.fullmatch(r'="[^"]*"', text):
        return
    assert plain(safe(text, as_text=as_text)) == text
    assert not re.match("[=+\\-@\t\r\n]", safe(text, as_text=as_text))


CELL = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=40)


@given(st.lists(st.lists(CELL, min_size=2, max_size=5), min_size=1, max_size=6), st.sampled_from([",", ";", "\t"]))
def test_whatever_is_written_as_csv_is_read_cell_by_cell(rows, separator):
    text = "".join(separator.join('"' + cell.replace('"', '""') + '"' for cell in row) + "\r\n" for row in rows)
    found = [record.cells for record in records(text, separator)]
    assert found == [row for row in rows if any(cell.strip() for cell in row)]


def test_written_tables_say_that_they_are_utf8():
    text = written([["Product", "Store"], ["EOS R5", "متجر, النور"]])
    assert text.startswith("\ufeff")
    assert separator_of(text) == ","
    assert cells(text) == [{PRODUCT: "EOS R5", STORE: "متجر, النور"}]


@given(st.binary(max_size=400))
def test_any_bytes_are_a_table_or_a_sentence(data):
    table = None
    with suppress(TableError):
        table = read_file(data)
    for row in table.rows if table else ():
        assert "\x00" not in "".join(row.cells.values())
        "".join(row.cells.values()).encode()


@pytest.mark.parametrize(
    "text",
    ["," * 10**6, '"' * 10**6, ('"' + 'a"' * 1950 + "\n") * 250, '"abc\n' * 200_000, ("x," * 499 + "\n") * 1000],
)
def test_hostile_tables_are_read_in_a_moment(text):
    begin = time.process_time()
    with suppress(TableError):
        read_text(text)
    assert time.process_time() - begin < 5
