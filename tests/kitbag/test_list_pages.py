"""The kitbag list: issued as a PDF, checked by anyone, compared with the file (programme §3)."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from kitbag.models import KitList
from kitbag.rules.list_codes import grouped


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
