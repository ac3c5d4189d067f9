"""The kitbag as a table: what it says, and that it comes back in unchanged (programme §3)."""

import csv
import io
import random
from datetime import date, timedelta

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given
from hypothesis import settings as effort
from hypothesis import strategies as st

from kitbag import importing, registration, removal
from kitbag.models import KitImport, KitItem, RemovalReason
from kitbag.registration import Details
from kitbag.rules.table import read_file
from members.rules.names import can_be_seen, tidy
from tests.factories import NOON, MemberFactory, ProductFactory

EXPORT = "/kitbag/export.csv"
DETAILS = ("product", "serial_typed", "country_of_purchase", "purchased_on", "store")


def table(client, member):
    client.force_login(member.user)
    response = client.get(EXPORT)
    assert response.status_code == 200
    return response


def lines(response):
    return list(csv.reader(io.StringIO(response.content.decode("utf-8-sig"))))


def facts(member):
    return sorted(map(str, KitItem.objects.live().filter(member=member).values_list(*DETAILS)))


def taken_over(response, member, at):
    """What another member's kitbag holds after reading the table in, everything ticked that can be."""
    found = importing.check_table(read_file(response.content), member_id=member.pk, at=at)
    changes = {row["row"]: importing.Change(take=True) for row in found.rows}
    importing.choose(found.pk, member_id=member.pk, changes=changes, at=at)
    importing.begin(found.pk, member_id=member.pk, at=at)
    while importing.write_chunk(found.pk, at=at):
        pass
    return KitImport.objects.get(pk=found.pk)


def test_what_it_says(client, layla, camera, lens, register):
    register(layla, camera, serial="004202600337")
    registration.add_item(member_id=layla.pk, product_id=lens.pk, at=NOON)
    gone = register(layla, lens, serial="0010227331")
    removal.remove_item(gone.pk, member_id=layla.pk, reason=RemovalReason.SOLD, at=NOON, by=layla.user)
    response = table(client, layla)
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert response["Content-Disposition"].startswith('attachment; filename="cps-kitbag-')
    assert response.content.startswith(b"\xef\xbb\xbf")
    assert lines(response) == [
        ["Product", "Serial number", "Country of purchase", "Date of purchase", "Store", "State"],
        ["EOS R5 Mark II", "'004202600337", "United Kingdom", "2025-10-19", "Jacobs", "Counts"],
        ["RF 70-200mm F2.8L IS USM Z", "", "", "", "", "Serial number, country, date and store missing"],
    ]


def test_an_empty_kitbag_is_a_table_of_headings(client, layla):
    assert len(lines(table(client, layla))) == 1


@pytest.mark.parametrize("store", ["=1+1", "+1", "-1", "@SUM(A1)", "＝1", "'=1", "7-11", "'quoted", 'a "b", c', "متجر"])
def test_no_store_is_calculated_and_each_comes_back(client, layla, omar, camera, register, store):
    register(layla, camera, store=store, purchased_on=None)
    response = table(client, layla)
    assert lines(response)[1][4][0] not in "=+-@＝7"
    taken_over(response, omar, NOON)
    assert KitItem.objects.get(member=omar).store == store


@pytest.mark.parametrize("language", ["en", "ar"])
def test_it_comes_back_in_unchanged_in_either_language(client, layla, omar, register, language):
    client.cookies["django_language"] = language
    picks = random.Random(4)
    for number in range(60):
        product = ProductFactory(
            name=f"EOS {picks.choice('RDM')}{number} Mark {picks.choice(['II', 'III', 'IV'])}",
            serial_need=picks.choice(["required", "required", "optional"]),
        )
        typed = Details(
            serial_typed=picks.choice([f"{picks.randrange(10**12):012}", f"00{number:04} 12-34 56", ""]),
            country_of_purchase=picks.choice(["GB", "AE", "SA", "CI", "DE", "US", "TR", "BQ", ""]),
            purchased_on=picks.choice([date(2024, 2, 29), date(2013, 12, 1), None]),
            store=picks.choice(["Jacobs", "=cmd", "متجر النور", 'A "B", C; D', "Fotocine Sur", ""]),
        )
        at = NOON + timedelta(hours=number)
        registration.add_item(member_id=layla.pk, product_id=product.pk, details=typed, at=at)
    response = table(client, layla)
    expected = facts(layla)
    # Its own kitbag already has every line of it.
    again = importing.check_table(read_file(response.content), member_id=layla.pk, at=NOON)
    assert {row["verdict"] for row in again.rows} <= {"own", "alike"}
    for item in KitItem.objects.filter(member=layla):
        if item.state == "validated":
            removal.remove_item(item.pk, member_id=layla.pk, reason=RemovalReason.SOLD, at=item.added_at, by=layla.user)
    taken_over(response, omar, NOON + timedelta(days=5))
    assert facts(omar) == expected


STORE = st.text(max_size=60).map(tidy).filter(lambda text: can_be_seen(text) and "\x00" not in text)


@pytest.mark.django_db
@effort(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(store=STORE.filter(lambda text: "\ufffd" not in text), serial=st.from_regex(r"[0-9]{10}", fullmatch=True))
def test_any_store_and_number_come_back(client, camera, store, serial):
    giver, taker = MemberFactory(), MemberFactory()
    registration.add_item(
        member_id=giver.pk, product_id=camera.pk, details=Details(serial_typed=serial, store=store), at=NOON
    )
    taken_over(table(client, giver), taker, NOON)
    assert facts(taker) == facts(giver)


def test_it_costs_the_same_for_any_kitbag(client, layla, register, django_assert_max_num_queries):
    table(client, layla)
    for count in (5, 50):
        for number in range(count):
            register(layla, ProductFactory(), at=timezone.now() - timedelta(days=2, minutes=number))
        with django_assert_max_num_queries(6):
            client.get(EXPORT)
