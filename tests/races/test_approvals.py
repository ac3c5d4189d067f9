"""Two people decide on one plan, or one file, or bring in two; and a page that looks while a file is written."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import OperationalError, connection, transaction

from cps_portal.data import importing
from cps_portal.data.kinds import kind_of
from kitbag import approvals, catalogue, holds, valuing
from kitbag.models import Product, Valuation
from kitbag.registration import KitError
from members.models import CountryTerms, DataImport, PlanRequest, Threshold
from tests.factories import NOON, ProductFactory, UserFactory

pytestmark = pytest.mark.usefixtures("committed_db")


@pytest.fixture
def people(vera):
    """Two who may approve what vera asked for."""
    return UserFactory(is_staff=True), UserFactory(is_staff=True)


@pytest.fixture
def asked(vera):
    return PlanRequest.objects.create(title="Superseded", path="/", entered={}, impact=[], by=vera, asked_at=NOON)


def approving(asked, people):
    return [lambda who=who: approvals.approve(asked.pk, by=who, at=NOON) for who in people]


def test_a_plan_is_approved_once(together, asked, people):
    came = together(*approving(asked, people))
    refused = [one for one in came if isinstance(one, KitError)]
    assert [error.code for error in refused] == ["decided_before"]
    asked.refresh_from_db()
    assert asked.decided_by in people


def test_control_without_the_lock_both_approve(together, asked, people, monkeypatch):
    both_have_looked = threading.Barrier(2)

    def look(key, by):
        found = PlanRequest.objects.get(pk=key)
        both_have_looked.wait(timeout=20)
        return found

    monkeypatch.setattr(approvals, "_open", look)
    came = together(*approving(asked, people))
    assert [one.state for one in came] == ["approved", "approved"]


def test_a_file_is_approved_by_one_and_refused_by_none_after_it(together, vera, people):
    row = DataImport.objects.create(
        kind="thresholds", state="waiting", file_name="a.csv", text="x", reason="Plan", by=vera, asked_at=NOON
    )
    calls = [
        lambda who=who, yes=yes: importing.decide(row.pk, approves=yes, by=who, at=NOON)
        for who, yes in zip(people, (True, False), strict=True)
    ]
    came = together(*calls)
    assert sum(isinstance(one, KitError) for one in came) == 1
    row.refresh_from_db()
    assert (row.state, row.decided_by) in [("saving", people[0]), ("refused", people[1])]


def test_a_page_sees_how_far_a_long_file_has_come_before_it_is_saved(vera, monkeypatch):
    """Read on another connection in the middle of each transaction: rows done, and nothing written yet."""
    seen = []
    plan = holds.plan_thresholds

    def look(**said):
        beside = connection.copy()
        with beside.cursor() as cursor:
            cursor.execute(
                "SELECT rows_done, (SELECT count(*) FROM members_threshold WHERE silver = 600) FROM members_dataimport"
            )
            seen.append(cursor.fetchone())
        beside.close()
        return plan(**said)

    monkeypatch.setattr(importing, "AT_ONCE", 0)
    monkeypatch.setattr(importing, "ROWS_A_STEP", 2)
    monkeypatch.setattr(holds, "plan_thresholds", look)
    days = [(NOON + timedelta(days=100 + at)).date() for at in range(5)]
    text = "day,silver,gold,platinum\n" + "".join(f"{on},600,1100,1700\n" for on in days)
    kind = kind_of("thresholds")
    row = importing.begin(kind, name="a.csv", data=text.encode(), reason="Plan", short_notice="", by=vera, at=NOON)
    importing.check(row.pk, at=NOON)
    assert seen == [(0, 0), (2, 0), (2, 0), (4, 0), (4, 0)]
    importing.order(row.pk, by=vera)
    seen.clear()
    importing.save(row.pk, at=NOON)
    assert {written for _done, written in seen} == {0}
    # Each row is dealt with twice and counts by halves: seen on the page, it never falls.
    assert [done for done, _written in seen] == [0, 1, 1, 2, 2, 3, 3, 4, 4, 5]
    assert Threshold.objects.filter(silver=600).count() == 5


def brought_in(name, text, by):
    return importing.begin(
        kind_of(name), name="a.csv", data=text.encode(), reason="Plan", short_notice="", by=by, at=NOON
    )


def beside(act):
    """An act on a connection of its own, committed before this goes on; its result or what it raised."""

    def run():
        try:
            return act()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        done = pool.submit(run)
        return done.exception(timeout=30) or done.result()


@pytest.fixture
def two_products(committed_db):
    """A catalogue of two, its headings, and the lines of both."""
    heading, *lines = (settings.BASE_DIR / "kitbag" / "data" / "products.csv").read_text("utf-8").splitlines()
    whole = [line for line in lines if ",current,," in line and line.count(",") == heading.count(",")][:2]
    catalogue.load("\n".join([heading, *whole]).encode(), at=NOON)
    return heading, *whole


def renamed(line, name):
    sku, _old, rest = line.split(",", 2)
    return f"{sku},{name},{rest}"


@pytest.fixture
def overtaken(two_products, vera, monkeypatch):
    """A file that shows one product as new in name and the other as the same; and just before it is written, when its
    dry run has let go of all that it held, another file gives the other one a name.
    """
    heading, first, second = two_products
    row = brought_in("catalogue", f"{heading}\n{renamed(first, 'Hers')}\n{second}\n", vera)
    assert row.outcome["counts"] == {"changed": 1, "same": 1}
    dry = importing._dry

    def then_another(*given):
        seen = dry(*given)
        monkeypatch.setattr(importing, "_dry", dry)
        other = f"{heading}\n{renamed(second, 'His')}\n"
        assert beside(lambda: catalogue.load(other.encode(), at=NOON)).changed == [second.partition(",")[0]]
        return seen

    importing.order(row.pk, by=vera)
    monkeypatch.setattr(importing, "_dry", then_another)
    return row


def names():
    return set(Product.objects.values_list("name", flat=True)) & {"Hers", "His"}


def test_what_another_file_changed_since_it_was_shown_is_not_set_back(overtaken):
    importing.save(overtaken.pk, at=NOON)
    overtaken.refresh_from_db()
    assert (overtaken.state, names()) == ("checked", {"His"})
    assert overtaken.outcome["counts"] == {"changed": 2}
    assert " → Hers" in str(overtaken.outcome["changes"])


def test_a_long_one_is_counted_from_the_start_when_it_is_checked_anew(overtaken, monkeypatch):
    monkeypatch.setattr(importing, "AT_ONCE", 0)
    monkeypatch.setattr(importing, "ROWS_A_STEP", 1)
    importing.save(overtaken.pk, at=NOON)
    overtaken.refresh_from_db()
    assert (overtaken.state, overtaken.rows_done, names()) == ("checking", 0, {"His"})


def test_control_without_comparing_it_is_set_back_unseen(overtaken, monkeypatch):
    monkeypatch.setattr(importing, "_mark", lambda done: overtaken.mark)
    importing.save(overtaken.pk, at=NOON)
    overtaken.refresh_from_db()
    assert (overtaken.state, names()) == ("saved", {"Hers"})


@pytest.fixture
def a_new_day(committed_db):
    """A day from which no terms hold yet, and none after the test."""
    day = NOON.date() + timedelta(days=40)
    yield day
    CountryTerms.objects.filter(valid_from=day).delete()


def test_one_new_row_that_two_files_bring_at_once_is_written_once_and_shown_again(
    together, vera, monkeypatch, a_new_day
):
    text = f"country,benefit_class,valid_from,ended\nGB,silver,{a_new_day},\n"
    files = [brought_in("country-terms", text, who) for who in (vera, UserFactory(is_staff=True))]
    for row in files:
        assert importing.order(row.pk, by=row.by).state == "saving"
    both_have_looked, write = threading.Barrier(2), importing._write

    def write_together(*args):
        both_have_looked.wait(timeout=20)
        return write(*args)

    monkeypatch.setattr(importing, "_write", write_together)
    assert together(*[lambda row=row: importing.save(row.pk, at=NOON) for row in files]) == [None, None]
    for row in files:
        row.refresh_from_db()
    assert sorted(row.state for row in files) == ["checked", "saved"], [row.outcome for row in files]
    again = next(row for row in files if row.state == "checked")
    assert (again.outcome["counts"], again.outcome["change_count"]) == ({"same": 1}, 0)
    assert CountryTerms.objects.filter(country="GB", valid_from=a_new_day).count() == 1


def test_products_are_held_before_what_is_told_of_their_plans_is_read(vera, monkeypatch):
    """While the first row is dealt with, nobody else plans the product of the second one; members may register it."""
    products = [ProductFactory(sku=sku, points=100) for sku in ("a-first", "b-second")]
    on = (NOON + timedelta(days=100)).date()
    came, replan = [], valuing.replan

    def another():
        with transaction.atomic():
            Product.objects.select_for_update(nowait=True).get(pk=products[1].pk)

    def member():
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM kitbag_product WHERE id = %s FOR KEY SHARE NOWAIT", [products[1].pk])

    def first(key, **said):
        came.append(beside(another))
        if key == products[0].pk:
            assert beside(member) is None
        return replan(key, **said)

    monkeypatch.setattr(valuing, "replan", first)
    row = brought_in("values", f"sku,day,points\na-first,{on},110\nb-second,{on},120\n", vera)
    importing.order(row.pk, by=vera)
    importing.save(row.pk, at=NOON)
    assert Valuation.objects.filter(effective_on=on).count() == 2
    assert {type(one) for one in came} == {OperationalError}


def test_thresholds_are_held_before_what_is_told_of_them_is_read(vera, monkeypatch):
    came, plan = [], holds.plan_thresholds

    def another():
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("LOCK TABLE members_threshold IN ROW EXCLUSIVE MODE NOWAIT")

    def first(**said):
        came.append(beside(another))
        return plan(**said)

    monkeypatch.setattr(holds, "plan_thresholds", first)
    on = (NOON + timedelta(days=100)).date()
    row = brought_in("thresholds", f"day,silver,gold,platinum\n{on},600,1100,1700\n", vera)
    importing.order(row.pk, by=vera)
    importing.save(row.pk, at=NOON)
    assert Threshold.objects.filter(silver=600).count() == 1
    assert {type(one) for one in came} == {OperationalError}


def test_a_page_sees_how_far_a_catalogue_has_come(two_products, vera, monkeypatch):
    """New rows in batches, those that were there one by one, each in the dry run and again when it is written."""
    heading, first, second = two_products
    seen, beside_it = [], connection.copy()

    def tell(told):
        def told_then_seen(*given, **named):
            came = told(*given, **named)
            with beside_it.cursor() as cursor:
                cursor.execute("SELECT rows_done FROM members_dataimport")
                seen.append(cursor.fetchone()[0])
            return came

        return told_then_seen

    monkeypatch.setattr(importing, "ROWS_A_STEP", 1)
    monkeypatch.setattr(catalogue, "A_BATCH", 2)
    sku, _comma, rest = first.partition(",")
    new = [f"{sku}-{number},{rest}" for number in range(5)]
    text = "\n".join([heading, *new, renamed(first, "Another"), second])
    for name in ("_insert", "_renew", "refresh_names"):
        monkeypatch.setattr(catalogue, name, tell(getattr(catalogue, name)))
    row = brought_in("catalogue", text, vera)
    assert seen == [0, 2, 4, 5, 6, 7]
    seen.clear()
    importing.order(row.pk, by=vera)
    importing.save(row.pk, at=NOON)
    assert seen == [0, 1, 2, 2, 3, 3, 3, 4, 5, 6, 6, 7]
    row.refresh_from_db()
    beside_it.close()
    assert (row.state, row.rows_done) == ("saved", 7)
