"""Loading the catalogue: once, again, after changes in the file, and beside what staff decided."""

import time
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command

from cps_portal.management.commands.load_catalogue import FILE
from kitbag import catalogue, valuing
from kitbag.models import CatalogueLoad, Night, Product, SearchName, Stage, Valuation
from kitbag.rules.catalogue_file import BrokenFile
from kitbag.rules.worth import worth
from kitbag.standing import DayTurned
from members.rules.days import programme_day
from tests.factories import NOON, ProductFactory
from tests.kitbag.catalogue_rows import cells, csv_of

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(days=30)


def load(*rows, at=NOON):
    return catalogue.load(csv_of(*rows), at=at)


def value(sku, day):
    return worth(valuing.steps_of(Product.objects.get(sku=sku).pk), on=day)


def everything():
    return [list(model.objects.order_by("pk").values()) for model in (Product, SearchName, Valuation, CatalogueLoad)]


def test_the_whole_file_is_loaded_quickly_and_a_second_time_not_at_all(settings):
    begun = time.process_time()
    report = catalogue.load(FILE.read_bytes(), at=NOON)
    spent = time.process_time() - begun
    assert (len(report.added), report.changed, report.unchanged, report.refused) == (3011, [], 0, [])
    assert spent < 3
    first = Valuation.objects.filter(is_first=True)
    assert first.count() == Valuation.objects.count() == Product.objects.count() == 3011
    assert set(first.values_list("effective_on", "recorded_on", "reason")) == {
        (settings.PROGRAMME_START, programme_day(NOON), "first")
    }
    mark_iii = Product.objects.get(sku="eos-5d-mark-iii")
    assert (mark_iii.points_full, mark_iii.superseded_by.sku, mark_iii.family) == (235, "eos-5d-mark-iv", "body")
    assert set(mark_iii.valuations.values_list("stage", "points")) == {("superseded", mark_iii.points_superseded)}

    before = everything()
    begun = time.perf_counter()
    again = catalogue.load(FILE.read_bytes(), at=LATER)
    assert time.perf_counter() - begun < 0.1
    assert again.skipped
    assert again.unchanged == 3011
    assert everything() == before


@pytest.mark.parametrize(("lifecycle", "points"), [("current", 100), ("superseded", 60), ("unserviceable", 20)])
def test_the_first_value_follows_the_lifecycle(lifecycle, points):
    load(cells(lifecycle=lifecycle))
    first = Valuation.objects.get()
    assert (first.points, first.stage) == (points, lifecycle)


def test_a_product_without_points_has_a_first_value_of_nothing():
    load(cells(points="0", points_superseded="0", points_floor="0"))
    assert Valuation.objects.get().points == 0


def test_a_product_of_a_later_file_counts_from_that_day():
    load(cells(sku="a"))
    report = load(cells(sku="a"), cells(sku="b", superseded_by="a"), at=LATER)
    assert (report.added, report.unchanged) == (["b"], 1)
    new = Product.objects.get(sku="b")
    assert new.superseded_by.sku == "a"
    assert new.added_on == programme_day(LATER)
    assert new.valuations.get().effective_on == programme_day(LATER)


def test_only_cells_that_changed_in_the_file_are_taken_over():
    load(cells(sku="a", mount="EF", series="EOS"))
    Product.objects.update(name="What staff call it", mount="RF", series="Of staff")
    report = load(cells(sku="a", mount="EF-S", series="EOS"), at=LATER)
    product = Product.objects.get()
    assert report.changed == ["a"]
    assert (product.name, product.mount, product.series) == ("What staff call it", "EF-S", "Of staff")
    assert load(cells(sku="a", mount="EF-S", series="EOS"), cells(sku="b"), at=LATER).unchanged == 1


def test_what_staff_entered_before_the_file_knew_it_stands():
    ProductFactory(sku="a", name="Entered by staff", points=300)
    assert load(cells(sku="a")).unchanged == 1
    assert Product.objects.get().name == "Entered by staff"
    assert load(cells(sku="a", name="Named anew"), at=LATER).changed == ["a"]
    assert Product.objects.get().name == "Named anew"
    assert Product.objects.get().points_full == 300


def test_products_that_the_file_no_longer_names_stay():
    load(cells(sku="a"), cells(sku="b"))
    load(cells(sku="b"), at=LATER)
    assert Product.objects.filter(sku="a").exists()


def test_a_stage_that_the_file_brings_is_announced_sixty_days_ahead():
    load(cells(sku="a"))
    load(cells(sku="a", lifecycle="superseded"), at=LATER)
    falls = programme_day(LATER) + timedelta(days=60)
    assert value("a", falls - timedelta(days=1)) == 100
    assert value("a", falls) == 60
    assert valuing.marks_of(Product.objects.get().pk) == {"superseded": falls}


def test_a_higher_value_counts_from_tomorrow_a_lower_one_from_its_stage():
    load(cells(sku="a"), cells(sku="b"))
    load(
        cells(sku="a", points="150"),
        cells(sku="b", points="80", points_superseded="50"),
        at=LATER,
    )
    today = programme_day(LATER)
    tomorrow = today + timedelta(days=1)
    assert (value("a", today), value("a", tomorrow)) == (100, 150)
    assert (value("b", today), value("b", tomorrow + timedelta(days=999))) == (100, 100)
    product = Product.objects.get(sku="b")
    valuing.replan(
        product.pk,
        mark=(Stage.SUPERSEDED, tomorrow),
        reason="superseded",
        short_notice="It came late",
        by=None,
        at=LATER,
    )
    assert value("b", tomorrow) == 50


def test_a_product_may_be_given_points_later():
    load(cells(sku="a", points="0", points_superseded="0", points_floor="0"))
    load(cells(sku="a", points="10", points_superseded="6", points_floor="2"), at=LATER)
    assert value("a", programme_day(LATER) + timedelta(days=1)) == 10


def test_a_lifecycle_never_runs_backwards_by_file():
    load(cells(sku="a", lifecycle="superseded"), cells(sku="b"))
    report = load(cells(sku="a", mount="RF"), cells(sku="b", mount="RF"), at=LATER)
    assert [(fault.line, fault.column) for fault in report.refused] == [(2, "lifecycle")]
    assert report.changed == ["b"]
    assert Product.objects.get(sku="a").mount == "EF"


def test_a_row_that_does_not_fit_beside_staffs_values_is_refused():
    load(cells(sku="a"))
    Product.objects.update(points_full=70)
    report = load(cells(sku="a", points_superseded="90"), at=LATER)
    assert [fault.column for fault in report.refused] == ["points"]
    assert Product.objects.get().points_superseded == 60


def test_a_plan_of_staff_that_the_file_contradicts_refuses_the_row():
    load(cells(sku="a", lifecycle="superseded"))
    pk = Product.objects.get().pk
    tomorrow = programme_day(LATER) + timedelta(days=1)
    valuing.replan(
        pk, mark=(Stage.UNSERVICEABLE, tomorrow), reason="parts ran out", short_notice="It came late", by=None, at=LATER
    )
    at = LATER + timedelta(days=5)
    report = load(cells(sku="a", lifecycle="unserviceable", mount="RF"), at=at)
    assert [(fault.column, "already_begun" in fault.reason) for fault in report.refused] == [("lifecycle", True)]
    assert Product.objects.get().mount == "EF"
    assert value("a", tomorrow) == 20


@pytest.mark.parametrize(
    "rows",
    [
        [cells(sku="a"), cells(sku="new"), cells(sku="new")],
        [cells(sku="a", mount="RF"), cells(sku="new", superseded_by="nobody")],
        [cells(sku="a", superseded_by="b"), cells(sku="b", superseded_by="new"), cells(sku="new", superseded_by="a")],
        [cells(sku="b", superseded_by="a"), cells(sku="new")],
    ],
    ids=["sku twice", "unknown successor", "circle", "circle through what stands"],
)
def test_a_broken_file_changes_nothing(rows):
    load(cells(sku="a", superseded_by="b"), cells(sku="b"))
    before = everything()
    with pytest.raises(BrokenFile):
        load(*rows, at=LATER)
    assert everything() == before


def test_refused_rows_are_reported_and_the_others_loaded():
    report = load(cells(sku="a"), cells(sku="b", points="many"), cells(sku="c", superseded_by="b"))
    assert report.added == ["a"]
    assert [(fault.line, fault.column) for fault in report.refused] == [(3, "points"), (4, "superseded_by")]
    assert [fault["line"] for fault in CatalogueLoad.objects.get().refused] == [3, 4]


def test_names_follow_what_the_product_is_called():
    load(cells(sku="a", name="EOS 5D Mark III", aliases="EOS Rebel T7i"))
    assert set(SearchName.objects.values_list("text", "is_alias")) == {
        ("eos 5d mark iii", False),
        ("eos 5d mk3", False),
        ("eos 5d m3", False),
        ("eos rebel t7i", True),
    }
    product = Product.objects.get()
    product.name = "EOS 5D"
    catalogue.refresh_names([product])
    assert set(SearchName.objects.values_list("text", flat=True)) == {"eos 5d", "eos rebel t7i"}


def test_nothing_is_loaded_on_a_day_that_has_turned():
    Night.objects.create(day=programme_day(LATER), begun_at=LATER)
    with pytest.raises(DayTurned):
        load(cells(sku="a"))
    assert not Product.objects.exists()


def test_the_command_says_what_it_did(tmp_path, capsys):
    file = tmp_path / "kit.csv"
    file.write_bytes(csv_of(cells(sku="a"), cells(sku="b", media="smell")))
    call_command("load_catalogue", file)
    said = capsys.readouterr()
    assert "1 added, 0 changed, 0 unchanged" in said.out
    assert "line 3, media: “smell” is not one of both, photo, video" in said.err
    call_command("load_catalogue", file)
    assert capsys.readouterr().out == ""
    file.write_bytes(csv_of(cells(sku="a", superseded_by="nobody")))
    with pytest.raises(CommandError, match=r"nothing was changed:\n  line 2, superseded_by"):
        call_command("load_catalogue", file)
    with pytest.raises(CommandError, match="No such file"):
        call_command("load_catalogue", tmp_path / "missing.csv")
