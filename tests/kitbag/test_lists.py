"""What a kitbag list says, its values and its code; the same paper each time it is asked for (programme §3)."""

from datetime import timedelta
from decimal import Decimal

import pytest
import time_machine
from django.urls import reverse

from cps_portal.pages.kitbag.lists import file_of
from kitbag import lists, removal
from kitbag.models import KitList
from kitbag.registration import KitError
from kitbag.rules.list_codes import ALPHABET, grouped, read_code
from tests.factories import NOON, ProductFactory, ProofFactory

PAGE = reverse("kitbag-list")


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("7K3M9Q2X4V8N1RBT", "7K3M9Q2X4V8N1RBT"),
        ("7k3m-9q2x-4v8n-1rbt", "7K3M9Q2X4V8N1RBT"),
        (" 7K3M 9Q2X – 4V8N.1RBT ", "7K3M9Q2X4V8N1RBT"),
        ("7K3M-9Q2X-4V8N-IRBT", "7K3M9Q2X4V8N1RBT"),
        ("OOOO-0000-LLLL-IIII", "0000000011111111"),
        ("7K3M-9Q2X-4V8N-1RB", ""),
        ("7K3M-9Q2X-4V8N-1RBU", ""),
        ("", ""),
        ("\x00" * 16, ""),
        ("7" * 200, ""),
        ("٧" * 16, ""),
    ],
)
def test_a_code_is_read_as_people_type_it(typed, code):
    assert read_code(typed) == code
    assert not code or read_code(grouped(code)) == code


def issue(member, items, *, language="en", at=NOON, **more):
    return lists.issue_list(
        member=member,
        item_ids=[item.pk for item in items],
        values=more.get("values", {}),
        with_proofs=more.get("with_proofs", False),
        language=language,
        at=at,
        write=file_of,
    )


def test_it_says_what_the_member_owns_and_no_more(layla, omar, camera, lens, register):
    body, glass = register(layla, camera), register(layla, lens, serial="1234567890", store="")
    sold = register(layla, ProductFactory())
    removal.remove_item(sold.pk, member_id=layla.pk, reason="sold", at=NOON, by=layla.user)
    issued, _file = issue(layla, [body, glass, sold, register(omar, camera)])
    assert [(row["product"], row["serial"], row["store"]) for row in issued.rows["items"]] == [
        (camera.name, body.serial_typed, "Jacobs"),
        (lens.name, "1234567890", ""),
    ]
    assert set(issued.code) <= set(ALPHABET)
    with pytest.raises(KitError, match="nothing_chosen"):
        issue(layla, [sold])


def test_values_are_the_members_and_proofs_are_named_without_their_files(layla, camera, register):
    body = register(layla, camera)
    ProofFactory(member=layla, items=[body], name="secret name.pdf")
    value = lists.Value(Decimal("1250.50"), "EUR")
    issued, _file = issue(layla, [body], values={body.pk: value}, with_proofs=True)
    (row,) = issued.rows["items"]
    assert (row["value"], row["currency"]) == ("1250.50", "EUR")
    assert row["proofs"] == [{"kind": "receipt", "type": "application/pdf", "on": "2026-11-23"}]
    assert "secret" not in str(issued.rows)


@pytest.mark.parametrize("language", ["en", "ar"])
def test_the_same_list_is_the_same_file_for_ever(layla, camera, register, language):
    issued, file = issue(layla, [register(layla, camera)], language=language)
    with time_machine.travel(NOON + timedelta(days=400)):
        again = file_of(KitList.objects.get(pk=issued.pk))
    assert again == file
    assert lists.digest_of(again) == issued.digest


def test_a_list_stays_as_it_was_issued_when_the_kit_changes(client, layla, camera, register):
    body = register(layla, camera)
    issued, _file = issue(layla, [body])
    removal.remove_item(body.pk, member_id=layla.pk, reason="sold", at=NOON, by=layla.user)
    page = client.get(reverse("list-check", args=[grouped(issued.code)])).content.decode()
    assert camera.name in page
    assert body.serial_typed[-4:] in page
    assert body.serial_typed not in page
    assert layla.user.name not in page


@pytest.mark.parametrize(
    ("typed", "amount"),
    [
        ("1250", "1250"),
        ("1,250.50", "1250.50"),
        ("1.250,50", "1250.50"),
        ("1 250,50 EUR", "1250.50"),
        ("١٢٥٠", "1250"),
        ("", ""),
    ],
)
def test_values_are_read_as_people_write_them(client, layla, camera, register, typed, amount):
    body = register(layla, camera)
    client.force_login(layla.user)
    answer = client.post(PAGE, {"item": body.pk, "currency": "GBP", f"value-{body.pk}": typed})
    assert answer["Content-Type"] == "application/pdf"
    said = KitList.objects.get().rows["items"][0]["value"]
    assert (Decimal(said) if said else "") == (Decimal(amount) if amount else "")


@pytest.mark.parametrize("typed", ["a lot", "-5", "1e99", "9" * 30, "1.2.3.4", "\x00", "NaN", "Infinity"])
def test_a_value_that_is_none_is_told_beside_its_item(client, layla, camera, register, typed):
    body = register(layla, camera)
    client.force_login(layla.user)
    answer = client.post(PAGE, {"item": body.pk, "currency": "GBP", f"value-{body.pk}": typed})
    assert answer.status_code == 200
    assert [row["problem"] for row in answer.context["rows"] if row["problem"]]
    assert not KitList.objects.exists()


def test_another_members_paper_is_not_there(client, layla, omar, camera, register):
    issued, file = issue(layla, [register(layla, camera)])
    page = reverse("kitbag-list-pdf", args=[issued.code])
    client.force_login(layla.user)
    assert client.get(page).content == file
    client.force_login(omar.user)
    assert client.get(page).status_code == 404
    assert client.get(reverse("kitbag-list-pdf", args=["0" * 16])).status_code == 404
