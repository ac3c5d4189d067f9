"""The catalogue file: what breaks it, what refuses a row, and that ours is sound."""

import pytest

from cps_portal.management.commands.load_catalogue import FILE
from kitbag.rules import catalogue_file
from kitbag.rules.catalogue_file import COLUMNS, BrokenFile
from kitbag.rules.families import Family, family_of
from tests.kitbag.catalogue_rows import cells, csv_of


def faults(**changes):
    return dict(catalogue_file.row_faults(cells(**changes)))


def test_our_file_is_sound():
    file = catalogue_file.read(FILE.read_bytes())
    assert len(file.rows) == 3011
    assert file.refused == []
    assert catalogue_file.unknown_successors(file, []) == ([], [])
    after = {row.sku: row.cells["superseded_by"] for row in file.rows if row.cells["superseded_by"]}
    assert catalogue_file.circle(after) == []
    assert sum(row.cells["fast_track"] == "true" for row in file.rows) == 120
    assert {family_of(row.cells["category"]) for row in file.rows} == set(Family)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "column is missing"),
        (b"sku,name\nx,y\n", "column is missing"),
        (",".join(COLUMNS).encode() + b"\n", "holds no rows"),
        (",".join((*COLUMNS, "colour")).encode() + b"\n", "not a column"),
        (",".join(reversed(COLUMNS)).encode() + b"\n", "not in their order"),
        (csv_of(cells(name="Caf\xe9")).decode().encode("latin-1"), "not UTF-8"),
        (csv_of(cells(sku="a"), cells(sku="b"), cells(sku="a")), "stands on line 2 already"),
        (csv_of(cells()) + b'b,"open quote\n', "not readable as CSV"),
        (csv_of(cells()).decode().encode("utf-16"), "not UTF-8"),
    ],
)
def test_a_broken_file_is_told_apart(data, says):
    with pytest.raises(BrokenFile, match=says) as broken:
        catalogue_file.read(data)
    assert all(fault.line >= 1 for fault in broken.value.faults)


@pytest.mark.parametrize(
    ("column", "cell"),
    [
        ("sku", ""),
        ("sku", "EOS R5"),
        ("sku", "eos--r5"),
        ("sku", "x" * 81),
        ("name", ""),
        ("name", "---"),
        ("name", "EOS\x00R5"),
        ("name", "EOS\nR5"),
        ("name", "EOS \u202eR5"),
        ("name", " EOS R5"),
        ("name", "x" * 121),
        ("category", "spaceship"),
        ("media", ""),
        ("announced_year", "soon"),
        ("announced_year", "1492"),
        ("announced_year", "٢٠٢٠"),
        ("lifecycle", "retired"),
        ("superseded_by", "a-body"),
        ("fast_track", "TRUE"),
        ("points", "-1"),
        ("points", "1.5"),
        ("points", "99999"),
        ("points", ""),
        ("points_floor", "٣"),
        ("serial", "maybe"),
        ("aliases", "EOS Kiss||EOS Rebel"),
    ],
)
def test_a_bad_cell_refuses_its_row(column, cell):
    assert column in faults(**{column: cell})


def test_values_never_rise_with_age_and_keep_one():
    assert "rises" in faults(points="10", points_superseded="20", points_floor="5")["points"]
    assert "at least 1" in faults(points="10", points_superseded="5", points_floor="0")["points"]
    assert faults(points="0", points_superseded="0", points_floor="0") == {}


def test_a_row_of_another_length_is_refused_and_the_others_stand():
    file = catalogue_file.read(csv_of(cells(sku="a")) + b"b,too,short\n" + csv_of(cells(sku="c"), header=False))
    assert [row.sku for row in file.rows] == ["a", "c"]
    assert [(fault.line, fault.reason) for fault in file.refused] == [(3, "3 cells where there should be 20")]


def test_an_unknown_successor_breaks_the_file_a_refused_one_its_chain():
    lost = catalogue_file.read(csv_of(cells(sku="a", superseded_by="nobody")))
    assert [fault.reason for fault in catalogue_file.unknown_successors(lost, [])[0]] == [
        "no product has the sku “nobody”"
    ]
    assert catalogue_file.unknown_successors(lost, ["nobody"]) == ([], [])
    chain = catalogue_file.read(
        csv_of(cells(sku="a", superseded_by="b"), cells(sku="b", superseded_by="c"), cells(sku="c", media="smell"))
    )
    whole, single = catalogue_file.unknown_successors(chain, [])
    assert whole == []
    assert [fault.line for fault in single] == [3, 2]


def test_a_circle_is_found_wherever_one_begins():
    assert catalogue_file.circle({"a": "b", "b": "c", "c": "d"}) == []
    assert sorted(catalogue_file.circle({"x": "a", "a": "b", "b": "c", "c": "a"})) == ["a", "b", "c"]


def test_a_byte_order_mark_and_other_line_ends_do_not_matter():
    plain = csv_of(cells(sku="a"), cells(sku="b"))
    other = b"\xef\xbb\xbf" + plain.replace(b"\n", b"\r\n")
    assert [row.cells for row in catalogue_file.read(other).rows] == [
        row.cells for row in catalogue_file.read(plain).rows
    ]
