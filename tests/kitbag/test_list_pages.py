"""The kitbag list: issued as a PDF, checked by anyone, compared with the file (programme §3)."""

import io
from datetime import date
from time import process_time

import pikepdf
import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from kitbag.models import KitList
from kitbag.rules.list_codes import grouped
from tests.factories import NOON, MemberFactory, ProductFactory
from tests.stories import fill_kitbag

PAGE = reverse("kitbag-list")


@pytest.fixture
def issued(client, layla, camera, register):
    """A list of Layla's one camera, and the PDF she got."""
    item = register(layla, camera)
    client.force_login(layla.user)
    response = client.post("/kitbag/list/", {"item": item.pk, "currency": "GBP", "with_proofs": "on"})
    assert response.status_code == 200
    assert response["Content-Type"] == "application/pdf"
    client.logout()
    return KitList.objects.get(), response.content


@pytest.fixture
def address(issued):
    return reverse("list-check", args=[grouped(issued[0].code)])


def test_anyone_can_check_it(client, issued, address, camera):
    page = client.get(address)
    assert page.status_code == 200
    assert "Issued by the portal on" in page.content.decode()
    assert camera.name in page.content.decode()
    assert client.get(reverse("list-check"), {"code": issued[0].code.lower()}).url == address


def test_a_changed_paper_is_found_out_and_no_name_is_given(client, layla, camera, register):
    item = register(layla, camera, purchased_on=date(2025, 9, 14))
    client.force_login(layla.user)
    client.post("/kitbag/list/", {"item": item.pk, "currency": "GBP", f"value-{item.pk}": "1,250.50"})
    client.logout()
    page = client.get(reverse("list-check", args=[grouped(KitList.objects.get().code)])).content.decode()
    for said in (item.serial_typed[-4:], "14 Sep 2025", "1,250.50 GBP", "L… M…", layla.number[-4:]):
        assert said in page
    for kept in (item.serial_typed, item.store, layla.user.name, layla.user.email, layla.number):
        assert kept not in page


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("0000-0000-0000-0000", "The portal issued no list with this code."),
        ("7K3M", "This is not a check code."),
        ("<b>" * 50, "This is not a check code."),
        ("\x00", "This is not a check code."),
    ],
)
def test_an_unknown_code_is_told_in_a_sentence(client, db, typed, words):
    page = client.get(reverse("list-check"), {"code": typed})
    assert page.status_code == 404
    assert words in page.content.decode()
    assert "<b><b>" not in page.content.decode()


def test_five_hundred_products_on_one_list_and_the_rest_on_another(client, db):
    member = MemberFactory()
    bodies = [ProductFactory(name=f"EOS {n}") for n in range(5)]
    fill_kitbag(member, bodies, 501)
    client.force_login(member.user)
    with time_machine.travel(NOON, tick=False):
        page = client.get(PAGE)
        assert (len(page.context["rows"]), len(page.context["parts"])) == (500, 2)
        assert len(client.get(f"{PAGE}?part=2").context["rows"]) == 1
        sent = {f"value-{row['id']}": "1200.50" for row in page.context["rows"]}
        begun = process_time()
        file = client.post(PAGE, {"item": [row["id"] for row in page.context["rows"]], "currency": "EUR", **sent})
        took = process_time() - begun
    assert file["Content-Type"] == "application/pdf"
    with pikepdf.open(io.BytesIO(file.content)) as paper:
        assert len(paper.pages) > 10
    assert len(file.content) < 500_000
    assert took < 10
    checked = client.get(reverse("list-check", args=[grouped(KitList.objects.get().code)]))
    assert len(checked.context["items"]) == 500


def test_the_same_queries_at_5_50_and_500(client, db):
    products = [ProductFactory(points=10 + n) for n in range(6)]
    counts = set()
    for size in (5, 50, 500):
        member = MemberFactory()
        fill_kitbag(member, products, size)
        client.force_login(member.user)
        client.get(PAGE)
        with CaptureQueriesContext(connection) as queries:
            answer = client.get(PAGE)
        assert len(answer.context["rows"]) == size
        counts.add(len(queries))
    assert len(counts) == 1
    assert counts.pop() <= 8


@pytest.mark.parametrize(("added", "words"), [(b"", "This is the file as issued."), (b" ", "This file differs")])
def test_the_file_is_compared(client, issued, address, added, words):
    page = client.post(address, {"file": SimpleUploadedFile("list.pdf", issued[1] + added)})
    assert words in page.content.decode()


def test_nothing_chosen_is_no_list(client, layla, camera, register):
    register(layla, camera)
    client.force_login(layla.user)
    page = client.post("/kitbag/list/", {"currency": "GBP"})
    assert "Choose at least one product that is in your kitbag." in page.content.decode()
    assert not KitList.objects.exists()


def test_codes_cannot_be_tried_by_the_thousand(client, address):
    assert [client.get(address).status_code for _ in range(31)] == [200] * 30 + [429]
