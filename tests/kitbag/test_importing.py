"""Many items at once: what the check says of each row, and what is written of it (programme §3)."""

import uuid
from datetime import timedelta
from itertools import count

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kitbag import import_check, importing, invariants, registration, removal, renumbering
from kitbag.import_check import read_country
from kitbag.importing import Change
from kitbag.models import ItemEvent, KitImport, KitItem, RemovalReason, Standing
from kitbag.rules.many import Verdict
from kitbag.rules.table import read_text
from kitbag.rules.table_headings import Column
from tests.factories import NOON, MemberFactory, ProductFactory

pytestmark = pytest.mark.django_db
HEADINGS = "Product;Serial number;Country;Date;Store"
numbers = count(200_000_000_000, 7)


def row(product, serial=None, country="GB", day="2 Jul 2024", store="Jacobs"):
    return ";".join([product.name, str(next(numbers)) if serial is None else serial, country, day, store])


def check(member, *rows, at=NOON):
    text = "\n".join([HEADINGS, *rows])
    return importing.check_table(read_text(text), member_id=member.pk, at=at)


def verdicts(found):
    return [row["verdict"] for row in found.rows]


def choose(found, at=NOON, **changes):
    changes = {int(name.removeprefix("row")): change for name, change in changes.items()}
    return importing.choose(found.pk, member_id=found.member_id, changes=changes, at=at)


def write(found, at=NOON):
    importing.begin(found.pk, member_id=found.member_id, at=at)
    while importing.write_chunk(found.pk, at=at):
        pass
    found.refresh_from_db()
    return found


def results(found):
    return [row["result"] for row in found.rows]


def test_a_complete_row_is_ready_and_checking_writes_no_item(layla, camera):
    found = check(layla, row(camera))
    assert verdicts(found) == [Verdict.READY]
    assert found.state == KitImport.State.CHECKED
    assert not KitItem.objects.exists()


def test_rows_are_written_as_the_form_would(layla, camera, lens):
    found = write(check(layla, row(camera, serial="042026003371", country="France"), row(lens, serial="0010227331")))
    assert results(found) == ["validated", "validated"]
    assert (found.state, found.total, found.done, found.written_at) == ("written", 2, 2, NOON)
    item = KitItem.objects.get(product=camera)
    assert (item.serial_typed, item.country_of_purchase.code, item.store) == ("042026003371", "FR", "Jacobs")
    assert item.purchased_on.isoformat() == "2024-07-02"
    assert set(ItemEvent.objects.values_list("by", flat=True)) >= {layla.user.pk}
    assert Standing.objects.get(member=layla).points == 555
    assert not list(invariants.broken(at=NOON))


@pytest.mark.parametrize("name", ["EOS R5 Mark II", "eos r5 ii", "Canon EOS R5 mk2", "r5 mark ii", "eos-r5-mark-ii"])
def test_a_product_by_any_spelling_of_its_name_or_its_sku_is_sure(layla, camera, lens, name):
    found = check(layla, row(camera).replace(camera.name, name))
    assert found.rows[0]["product"] == camera.pk
    assert found.rows[0]["offered"] == []


def test_by_another_regions_name(layla):
    rebel = ProductFactory(name="EOS 850D", aliases="EOS Rebel T8i|EOS Kiss X10i")
    found = check(layla, row(rebel).replace("EOS 850D", "Rebel T8i"))
    assert found.rows[0]["product"] == rebel.pk


def test_where_several_fit_the_member_chooses(layla):
    first, second = ProductFactory(name="EOS R6 Mark II"), ProductFactory(name="EOS R6 Mark III")
    found = check(layla, row(first).replace("EOS R6 Mark II", "EOS R6 Mark"))
    (line,) = found.rows
    assert line["verdict"] == Verdict.CHOOSE
    assert set(line["offered"]) == {first.pk, second.pk}
    assert not import_check.is_taken(line)
    found = choose(found, row2=Change(product=second.pk))
    assert (found.rows[0]["product"], verdicts(found)) == (second.pk, [Verdict.READY])
    # What was chosen stays chosen, and may be chosen anew.
    found = choose(found, row2=Change(product=second.pk, take=True))
    assert found.rows[0]["product"] == second.pk
    found = choose(found, row2=Change(product=None))
    assert verdicts(found) == [Verdict.CHOOSE]


def test_a_product_that_was_not_offered_cannot_be_chosen(layla, lens):
    first, _second = ProductFactory(name="EOS R6 Mark II"), ProductFactory(name="EOS R6 Mark III")
    found = check(layla, row(first).replace("EOS R6 Mark II", "EOS R6 Mark"))
    assert choose(found, row2=Change(product=lens.pk)).rows[0]["product"] is None


def test_a_name_that_nothing_is_like_is_a_fault_until_it_is_written_anew(layla, camera):
    found = check(layla, row(camera).replace(camera.name, "Nikon Z9"))
    assert found.rows[0]["faults"] == [["product_unknown", "product"]]
    found = choose(found, row2=Change(cells={Column.PRODUCT: "EOS R5 Mark II"}))
    assert (verdicts(found), found.rows[0]["product"]) == ([Verdict.READY], camera.pk)


@pytest.mark.parametrize("day", ["2024-07-02", "02/07/2024", "2.7.2024", "2 Jul 2024", "July 2, 2024", "٢ يوليو ٢٠٢٤"])
def test_days_in_the_usual_forms(layla, camera, day):
    assert check(layla, row(camera, day=day)).rows[0]["date"] == "2024-07-02"


@pytest.mark.parametrize(
    ("day", "fault"),
    [("yesterday", "date"), ("31/02/2024", "date"), ("45000", "date_counted"), ("2 Jul 1024", "date_year")],
)
def test_what_is_no_day_is_a_fault_of_its_cell(layla, camera, day, fault):
    assert check(layla, row(camera, day=day)).rows[0]["faults"] == [[fault, "purchased_on"]]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("GB", "GB"),
        ("gbr", "GB"),
        ("UK", "GB"),
        ("United Kingdom", "GB"),
        ("the Netherlands", "NL"),
        ("فرنسا", "FR"),
        ("الإمارات العربية المتحدة", "AE"),
        ("السعودية", "SA"),
        ("مصر", "EG"),
        ("Côte d'Ivoire", "CI"),
        ("cote d’ivoire", "CI"),
        ("Atlantis", ""),
        ("", ""),
        ("x" * 500, ""),
    ],
)
def test_countries_by_name_in_both_languages_or_by_code(text, code):
    assert read_country(text) == code


def test_an_unknown_country_is_a_fault(layla, camera):
    assert check(layla, row(camera, country="Atlantis")).rows[0]["faults"] == [["country", "country_of_purchase"]]


def test_missing_details_make_a_draft_and_it_is_said(layla, camera):
    found = check(layla, row(camera, day="", store=""), camera.name)
    assert verdicts(found) == [Verdict.DRAFT, Verdict.DRAFT]
    assert [line["missing"] for line in found.rows] == [
        ["purchased_on", "store"],
        ["serial_typed", "country_of_purchase", "purchased_on", "store"],
    ]
    assert results(write(found)) == ["draft", "draft"]


def test_two_equal_numbers_in_one_paste(layla, camera, lens):
    found = check(
        layla,
        row(camera, serial="0420 2600 3371"),
        row(lens, serial="0420260033"),
        row(camera, serial="0420-26003371"),
    )
    assert verdicts(found) == [Verdict.READY, Verdict.READY, Verdict.TWICE]
    assert found.rows[2]["like"] == 2
    # Left out of the first row, it is the second's.
    found = choose(found, row2=Change(take=False))
    assert verdicts(found) == [Verdict.READY, Verdict.READY, Verdict.READY]
    assert results(write(found)) == ["", "validated", "validated"]


@pytest.mark.parametrize("state", ["validated", "draft", "waiting"])
def test_what_is_in_the_kitbag_already_is_not_added_again(layla, omar, camera, register, state):
    if state == "waiting":
        register(omar, camera, serial="042026003371")
    register(layla, camera, serial="042026003371", **({"store": ""} if state == "draft" else {}))
    found = check(layla, row(camera, serial="0420 2600 3371"))
    assert verdicts(found) == [Verdict.OWN]
    found = choose(found, row2=Change(take=True))
    assert results(write(found)) == [""]
    assert KitItem.objects.filter(member=layla).count() == 1


def test_what_was_removed_can_be_added_again(layla, camera, register):
    item = register(layla, camera, serial="042026003371")
    removal.remove_item(item.pk, member_id=layla.pk, reason=RemovalReason.SOLD, at=NOON, by=layla.user)
    assert verdicts(check(layla, row(camera, serial="042026003371"))) == [Verdict.READY]


def test_a_unit_of_another_member_is_a_claim_if_the_member_says_so(layla, omar, camera, register):
    register(omar, camera, serial="042026003371")
    found = check(layla, row(camera, serial="042026003371"), row(camera, serial="042026003371"))
    assert verdicts(found) == [Verdict.CLAIM, Verdict.TWICE]
    assert not import_check.is_taken(found.rows[0])
    assert results(write(choose(found, row2=Change(take=True)))) == ["waiting", ""]
    assert KitItem.objects.get(member=layla).reasons == ["unit_held"]
    assert not list(invariants.broken(at=NOON))


def test_a_number_of_an_odd_shape_needs_a_look_and_may_be_added(layla, camera):
    found = check(layla, row(camera, serial="12AB"), row(camera, serial="U1140F"))
    assert verdicts(found) == [Verdict.LOOK, Verdict.LOOK]
    found = choose(found, row2=Change(take=True), row3=Change(cells={Column.SERIAL: "042026003371"}))
    assert verdicts(found) == [Verdict.LOOK, Verdict.READY]
    assert results(write(found)) == ["waiting", "validated"]


@pytest.mark.parametrize(("day", "reason"), [("1 Jan 2050", "date_future"), ("1 Jan 2001", "date_early")])
def test_a_day_that_cannot_be_needs_a_look(layla, camera, day, reason):
    found = check(layla, row(camera, day=day))
    assert (verdicts(found), found.rows[0]["reasons"]) == ([Verdict.LOOK], [reason])


def test_more_than_ten_within_an_hour_are_checked_first_as_the_dry_run_said(layla, camera, register):
    for _ in range(2):
        register(layla, camera, at=NOON - timedelta(minutes=20))
    found = check(layla, *[row(camera) for _ in range(12)])
    assert verdicts(found) == [Verdict.READY] * 8 + [Verdict.CHECKED] * 4
    assert {tuple(line["reasons"]) for line in found.rows[8:]} == {("many",)}
    assert results(write(found)) == ["validated"] * 8 + ["waiting"] * 4


def test_leaving_rows_out_makes_room_in_the_hour(layla, camera):
    found = check(layla, *[row(camera) for _ in range(12)])
    found = choose(found, row2=Change(take=False), row3=Change(take=False))
    assert verdicts(found)[2:] == [Verdict.READY] * 10


def test_consecutive_numbers_and_numbers_of_siblings_are_checked_first(layla, camera):
    sibling = ProductFactory(name="EOS R6 Mark II")
    found = check(
        layla,
        row(camera, serial="042026003371"),
        row(camera, serial="042026003372"),
        row(sibling, serial="042026003371"),
    )
    assert [line["reasons"] for line in found.rows] == [[], ["consecutive"], ["sibling"]]
    assert results(write(found)) == ["validated", "waiting", "waiting"]
    assert sorted(KitItem.objects.values_list("reasons", flat=True)) == [[], ["consecutive"], ["sibling"]]


def test_stolen_units_and_former_numbers_are_checked_first_without_a_hint(layla, omar, camera, register):
    stolen = register(omar, camera, serial="042026003371")
    removal.remove_item(stolen.pk, member_id=omar.pk, reason=RemovalReason.STOLEN, at=NOON, by=omar.user)
    repaired = register(omar, camera, serial="042026005555")
    renumbering.renumber(repaired.pk, serial_typed="042026007777", at=NOON, by=omar.user)
    found = check(layla, row(camera, serial="042026003371"), row(camera, serial="042026005555"))
    assert verdicts(found) == [Verdict.CHECKED, Verdict.CHECKED]
    assert [line["reasons"] for line in found.rows] == [["stolen"], ["former_number"]]


def test_products_without_numbers_count_three_times(layla):
    strap = ProductFactory(
        name="Professional strap", serial_need="none", category="accessory_other", family="accessory"
    )
    found = check(layla, *[row(strap, serial="") for _ in range(4)], row(strap, serial="123456"))
    assert verdicts(found) == [Verdict.READY] * 3 + [Verdict.CHECKED] * 2
    assert results(write(found)) == ["validated"] * 3 + ["waiting"] * 2
    # What has no number keeps none.
    assert set(KitItem.objects.values_list("serial", flat=True)) == {""}


def test_a_row_without_a_number_just_like_one_in_the_kitbag_asks_first(layla):
    strap = ProductFactory(
        name="Professional strap", serial_need="none", category="accessory_other", family="accessory"
    )
    write(check(layla, row(strap, serial="")))
    found = check(layla, row(strap, serial=""), row(strap, serial=""))
    assert verdicts(found) == [Verdict.ALIKE, Verdict.READY]
    assert results(write(choose(found, row2=Change(take=True)))) == ["validated", "validated"]


@pytest.mark.parametrize("serial", ["ДД123456", "---", "4.2026E+11", "()"])
def test_numbers_that_are_none_are_faults(layla, camera, serial):
    assert verdicts(check(layla, row(camera, serial=serial))) == [Verdict.FAULT]


def test_writing_begins_once_and_changes_come_too_late_then(layla, camera):
    found = check(layla, row(camera), row(camera))
    importing.begin(found.pk, member_id=layla.pk, at=NOON)
    found = choose(found, row2=Change(take=False))
    assert found.rows[0]["said"] is None
    assert results(write(found)) == ["validated", "validated"]
    write(found)
    assert KitItem.objects.count() == 2


def test_delivered_twice_or_begun_again_it_adds_nothing(layla, camera):
    found = write(check(layla, row(camera), row(camera)))
    KitImport.objects.update(state=KitImport.State.WRITING)
    assert importing.write_waiting() == 1
    for line in found.rows:
        line["result"] = ""
    KitImport.objects.update(state=KitImport.State.WRITING, rows=found.rows, done=0)
    importing.write_waiting()
    found.refresh_from_db()
    assert results(found) == ["validated", "validated"]
    assert KitItem.objects.count() == 2


def test_what_another_tab_added_meanwhile_is_left_over(layla, camera):
    first, second = (check(layla, row(camera, serial="042026003371")) for _ in range(2))
    assert verdicts(second) == [Verdict.READY]
    write(first)
    assert results(write(second)) == [""]
    assert KitItem.objects.count() == 1


def test_what_another_tab_added_between_two_chunks_is_left_over(layla, camera, monkeypatch):
    monkeypatch.setattr(importing, "CHUNK", 1)
    found = check(layla, row(camera), row(camera, serial="042026003371"))
    importing.begin(found.pk, member_id=layla.pk, at=NOON)
    assert importing.write_chunk(found.pk, at=NOON)
    write(check(layla, row(camera, serial="042026003371")))
    importing.write_chunk(found.pk, at=NOON)
    found.refresh_from_db()
    assert results(found) == ["validated", "own"]
    assert KitItem.objects.count() == 2


def test_others_imports_cannot_be_touched(layla, omar, camera):
    found = check(layla, row(camera))
    for act in (importing.begin, lambda pk, **kw: importing.choose(pk, changes={}, **kw)):
        with pytest.raises(KitImport.DoesNotExist):
            act(found.pk, member_id=omar.pk, at=NOON)
    with pytest.raises(KitImport.DoesNotExist):
        importing.begin(uuid.uuid4(), member_id=layla.pk, at=NOON)


def test_a_row_the_database_refuses_does_not_hold_up_the_others(layla, camera, monkeypatch):
    found = check(layla, row(camera), row(camera), row(camera))
    fill = registration._fill

    def refuse_second(item, given):
        fill(item, given)
        if item.pk == importing.item_key(found.pk, 3):
            item.store = "x" * 200

    monkeypatch.setattr(registration, "_fill", refuse_second)
    assert results(write(found)) == ["validated", "failed", "validated"]


def test_old_imports_go_and_their_items_stay(layla, camera):
    old = write(check(layla, row(camera)))
    stands = check(layla, row(camera))
    importing.begin(stands.pk, member_id=layla.pk, at=NOON)
    new = check(layla, row(camera), at=NOON + timedelta(days=1))
    assert importing.forget_old(at=NOON + timedelta(days=30, seconds=1)) == 1
    assert set(KitImport.objects.values_list("pk", flat=True)) == {stands.pk, new.pk}
    assert KitItem.objects.filter(pk=importing.item_key(old.pk, 2)).exists()


def thousand(camera, size=1000):
    strange = ["=1+1", "Nikon Z9", "EOS R5 Mark III", "x" * 300, "é" * 60, "\x00", "@SUM(A1)"]
    lines = []
    for number in range(size):
        name = strange[number % 35 // 5] + f" {number}" if number % 5 == 0 else camera.name
        serial = f"'{number:012}" if number % 3 else f"{number:012}"
        store = "=HYPERLINK(1)" if number % 7 == 0 else "Jacobs"
        lines.append(f"{name};{serial};GB;2 Jul 2024;{store}" + (";extra" if number % 11 == 0 else ""))
    return lines


@pytest.mark.parametrize("size", [5, 50, 1000])
def test_the_check_asks_the_same_few_questions_however_many_rows(layla, camera, size):
    for _ in range(3):
        MemberFactory()
    with CaptureQueriesContext(connection) as asked:
        found = check(layla, *thousand(camera, size))
    assert len(asked) <= 11, [query["sql"][:90] for query in asked]
    assert len(found.rows) == size
    with CaptureQueriesContext(connection) as asked:
        choose(found, row3=Change(take=False))
    assert len(asked) <= 11


def test_a_thousand_rows_of_every_kind_are_checked_and_written(layla, camera):
    found = check(layla, *thousand(camera))
    kinds = set(verdicts(found))
    assert {Verdict.READY, Verdict.CHECKED, Verdict.FAULT} <= kinds
    faults = {fault for line in found.rows for fault, _column in line["faults"]}
    assert {"product_unknown", "too_long", "nul", "too_many_cells"} <= faults
    found = write(choose(found, **{f"row{n}": Change(take=n % 20 == 1) for n in range(2, 1002)}))
    taken = [line for line in found.rows if line["taken"]]
    assert found.total == found.done == len(taken) == KitItem.objects.count() > 20
    assert all(line["result"] in ("validated", "waiting") for line in taken)
    assert KitItem.objects.filter(store="=HYPERLINK(1)").exists()
    assert not list(invariants.broken(at=NOON))
