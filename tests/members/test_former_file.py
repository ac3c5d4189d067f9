"""The former scheme's file: what is read, what is refused by line and code, and what of old kit is here already."""

import time

import pytest
from django.core.validators import validate_email

from members.rules.former import MOST_FAULTS, MOST_ROWS, MOST_THINGS, Owned, Row, Thing, pair, read

COUNTRIES = {"gb": "GB", "united kingdom": "GB", "eg": "EG", "de": "DE"}
HEAD = "email,name,country,photo_level,video_level,kit"
GOOD = "a@example.org,Nadia Rahman,GB,Gold,,"

# A line of its own, or headings, and the fault that is said.
LINES = [
    ("a@example.org,Nadia,GB,Gold,", "columns"),
    ("a@example.org,Nadia,GB,Gold,,,", "columns"),
    ("nobody,Nadia,GB,Gold,,", "email"),
    ("a..b@example.org,Nadia,GB,Gold,,", "email"),
    ("ä@example.org,Nadia,GB,Gold,,", "email"),
    ("a@example.org\u200b,Nadia,GB,Gold,,", "email"),
    (f"{'a' * 65}@example.org,Nadia,GB,Gold,,", "email"),
    (f"a@{'b.' * 130}org,Nadia,GB,Gold,,", "email"),
    ("a@example.org,\u200f \u202e,GB,Gold,,", "name_missing"),
    (f"a@example.org,{'n' * 121},GB,Gold,,", "name_long"),
    ("a@example.org,Nadia,Atlantis,Gold,,", "country"),
    ("a@example.org,Nadia,,Gold,,", "country"),
    ("a@example.org,Nadia,GB,Diamond,,", "level"),
    ("a@example.org,Nadia,GB,4,,", "level"),
    ("a@example.org,Nadia,GB,-1,,", "level"),
    ("a@example.org,Nadia,GB,３,,", "level"),
    ("a@example.org,Nadia,GB,,,", "level_missing"),
    (f"a@example.org,Nadia,GB,Gold,,{'p' * 161}", "kit"),
    (f"a@example.org,Nadia,GB,Gold,,EOS R5|{'1' * 61}", "kit"),
    ("a@example.org,Nadia,GB,Gold,,|0123", "kit"),
    (f"a@example.org,Nadia,GB,Gold,,{'EOS R5;' * (MOST_THINGS + 1)}", "kit_long"),
    ('a@example.org,"Nadia" R,GB,Gold,,', "broken_line"),
    (f"a@example.org,{'n' * 140_000},GB,Gold,,", "broken_line"),
    ("B@example.org,Nadia,GB,Gold,,", "email_twice"),
]
HEADS = [
    ("", [(1, "column_missing")] * 5),
    ("email,name,country,photo_level", [(1, "column_missing")]),
    (f"{HEAD},shoe_size", [(1, "column_unknown")]),
    (f"{HEAD},E-Mail", [(1, "column_twice")]),
    (f'"{HEAD}', [(1, "broken_line")]),
]


def told(*lines, head=HEAD, encoding="utf-8"):
    reading = read("\n".join([head, *lines]).encode(encoding), countries=COUNTRIES)
    return reading.rows, [(fault.line, fault.code) for fault in reading.faults]


def test_a_row_says_who_what_levels_and_which_kit():
    rows, faults = told(
        ' Nadia@Example.ORG , Nadia  Rahman,united kingdom,platinum,2,"EOS R5 Mark II|012021000123; EF 40mm f/2.8 STM"'
    )
    assert not faults
    kit = (Thing("EOS R5 Mark II", "012021000123"), Thing("EF 40mm f/2.8 STM"))
    assert rows == [Row("nadia@example.org", "Nadia Rahman", "GB", 3, 2, kit)]


@pytest.mark.parametrize(
    "data",
    [
        b"\xef\xbb\xbf" + f"{HEAD}\r\n{GOOD}\r\n\r\n".encode(),
        f"{HEAD}\r{GOOD}\r".encode(),
        f"{HEAD}\n{GOOD}\n ,,,,,\n".encode(),
        b"E-mail;Name;Country;Photo level;Video-Level\na@example.org;Nadia Rahman;GB;Gold;",
        b"video_level,kit,photo_level,name,email,country\n,,gold,Nadia Rahman,a@example.org,gb",
        f"{HEAD},,\n{GOOD},,\n".encode(),
        f'{HEAD}\na@example.org,"Nadia\nRahman",GB,Gold,,\n'.encode(),
    ],
    ids=["mark-crlf", "mac", "blank-rows", "semicolons", "other-order", "nameless-columns", "line-in-a-cell"],
)
def test_what_spreadsheets_write_is_read(data):
    reading = read(data, countries=COUNTRIES)
    assert not reading.faults
    assert reading.rows == [Row("a@example.org", "Nadia Rahman", "GB", 2, None)]


@pytest.mark.parametrize(("line", "code"), LINES)
def test_a_fault_is_said_with_its_line(line, code):
    rows, faults = told("b@example.org,Ben,DE,1,1,", "", line)
    assert faults == [(4, code)]
    assert [row.email for row in rows] == ["b@example.org"]


def test_a_quote_that_never_ends_is_said_where_it_begins():
    _rows, faults = told(GOOD, 'c@example.org,"Nadia,GB,Gold,,', "d@example.org,Dora,GB,1,,", "e@example.org,E,GB,1,,")
    assert faults == [(3, "broken_line")]


@pytest.mark.parametrize(("head", "faults"), HEADS)
def test_headings_that_are_not_these_are_named_and_nothing_is_read(head, faults):
    assert told(GOOD, head=head) == ([], faults)


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (b"", (1, "column_missing")),
        (HEAD.encode(), (0, "empty")),
        (f"{HEAD}\n{GOOD}\nb@example.org,Jos\xe9,GB,Gold,,".encode("latin-1"), (3, "encoding")),
        (f"{HEAD}\n{GOOD}".encode("utf-16"), (1, "encoding")),
        (f"{HEAD}\nb@example.org,Na\x00dia,GB,Gold,,".encode(), (2, "encoding")),
        (b"PK\x03\x04\x14\x00\x06\x00\x08\x00", (1, "encoding")),
    ],
    ids=["nothing", "headings-alone", "latin-1", "utf-16", "nul", "a-workbook"],
)
def test_what_is_no_such_file_is_refused(data, fault):
    reading = read(data, countries=COUNTRIES)
    assert reading.rows == []
    assert (reading.faults[0].line, reading.faults[0].code) == fault


def test_cells_are_text_and_nothing_in_them_is_calculated():
    said = '=HYPERLINK(""http://evil.example"")'
    rows, faults = told(f'a@example.org,"{said}",GB,Gold,,"=1+1|@SUM(A1)"')
    assert not faults
    assert (rows[0].name, rows[0].kit) == (said.replace('""', '"'), (Thing("=1+1", "@SUM(A1)"),))


def test_signs_that_part_lines_elsewhere_do_not_part_rows():
    rows, faults = told("a@example.org,Nadia\u2028Rahman\x0c\x85X,GB,Gold,,", "b@example.org,\u202eBen,GB,Gold,,")
    assert not faults
    assert [row.name for row in rows] == ["Nadia Rahman X", "Ben"]


def test_every_address_that_is_read_could_join():
    addresses = ["o'neil+cps@example.co.uk", "a.b-c_d@sub.example.org", "x@1and1.example", "a@b.c-d", "a@b.cd-"]
    rows, _faults = told(*(f"{address},Nadia,GB,Gold,," for address in addresses))
    for row in rows:
        validate_email(row.email)
    assert len(rows) == 4


def test_a_file_full_of_faults_lists_some_and_counts_the_rest():
    reading = read("\n".join([HEAD, *["x,,,,,"] * 1000]).encode(), countries=COUNTRIES)
    assert len(reading.faults) == MOST_FAULTS
    assert len(reading.faults) + reading.more_faults == 4 * 1000


def test_twenty_thousand_rows_are_read_in_a_breath_and_beyond_the_most_it_ends():
    lines = [
        f"p{number}@example.org,Person {number},DE,2,1,EOS R5 Mark II|{number}; EOS R3"
        for number in range(MOST_ROWS + 2)
    ]
    begun = time.process_time()
    rows, faults = told(*lines[:20_000])
    assert time.process_time() - begun < 5
    assert (len(rows), faults) == (20_000, [])
    rows, faults = told(*lines)
    assert (len(rows), faults) == (MOST_ROWS, [(MOST_ROWS + 2, "too_many_rows")])


R5, R3 = 1, 2


def owned(*things):
    return [Owned(f"{place}", product, serial, counts=True) for place, (product, serial) in enumerate(things)]


@pytest.mark.parametrize(
    ("old", "kit", "keys"),
    [
        ([], [(R5, "1")], []),
        ([(R5, "1")], [], [None]),
        ([(R5, "1")], [(R5, "1")], ["0"]),
        ([(R5, "1")], [(R5, "2")], [None]),
        ([(R5, "1")], [(R3, "1")], ["0"]),
        ([(None, "1")], [(R3, "1")], ["0"]),
        ([(None, "")], [(R3, "")], [None]),
        ([(R5, "1")], [(R5, "")], ["0"]),
        ([(R5, "")], [(R5, "1")], ["0"]),
        ([(R5, ""), (R5, "")], [(R5, "1")], ["0", None]),
        ([(R5, ""), (R5, "1")], [(R5, "1"), (R5, "2")], ["1", "0"]),
        ([(R5, ""), (R5, "1")], [(R5, ""), (R5, "2")], ["1", "0"]),
        ([(R3, "1"), (R5, "1")], [(R5, "1"), (R3, "")], ["1", "0"]),
    ],
)
def test_old_kit_is_found_in_the_kitbag_each_item_once(old, kit, keys):
    assert [one and one.key for one in pair(old, owned(*kit))] == keys
