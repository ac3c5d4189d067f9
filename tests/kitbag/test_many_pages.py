"""Many at once: the pages, from a paste to the file of rows left over, without JavaScript (programme §3)."""

import re
from datetime import timedelta

import pytest
from celery import current_app
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation
from kombu.exceptions import OperationalError

from kitbag import importing, tasks
from kitbag.models import KitImport, KitItem
from kitbag.rules.table import read_file
from tests.conftest import details
from tests.factories import ProductFactory

MANY = "/kitbag/many/"
HEADINGS = "Product;Serial number;Country of purchase;Date of purchase;Store"


@pytest.fixture
def as_layla(client, layla):
    client.force_login(layla.user)
    return client


def line(name, number, country="GB", day="2 Jul 2024", store="Jacobs"):
    return ";".join([name, str(number), country, day, store])


def paste(client, *rows):
    response = client.post(MANY, {"table": "\n".join([HEADINGS, *rows])})
    assert response.status_code == 302, response.content.decode()[:2000]
    return response.url


def shown(client, address):
    response = client.get(address)
    assert response.status_code == 200
    return response, response.content.decode()


def send(client, address, do="save", **changes):
    """Send the form as a browser would: what is ticked and chosen on the page, with some of it changed."""
    context = client.get(address).context
    data = {"shown": context["shown"], "show": context["show"], "after": context["after"], "do": do}
    ticked = {row["number"] for row in context["rows"] if row["taken"]}
    for row in context["rows"]:
        for field in row["inputs"]:
            data[field["name"]] = field["value"]
        if row["offers"]:
            data[f"product-{row['number']}"] = next((o["value"] for o in row["offers"] if o["chosen"]), "")
    ticked = (ticked | set(changes.pop("tick", ()))) - set(changes.pop("untick", ()))
    response = client.post(address, data | {"take": sorted(ticked)} | changes)
    assert response.status_code == 302
    return response.url


def text_of(html):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", html))


@pytest.fixture
def sixty(layla, omar, camera, lens, register):
    """Sixty rows with seven faults of different kinds, as a member has them in a spreadsheet."""
    register(layla, camera, serial="042026003371", at=timezone.now() - timedelta(days=2))
    register(omar, camera, serial="042026004444", at=timezone.now() - timedelta(days=2))
    ProductFactory(name="EOS R6 Mark II")
    ProductFactory(name="EOS R6 Mark III")
    rows = [line(camera.name, 300_000_000_000 + 7 * number) for number in range(53)]
    faults = [
        line("Nikon Z9", 12345678),
        line("EOS R6 Mark", 300_000_001_000),
        line(camera.name, 300_000_001_007, day="31/02/2024"),
        line(camera.name, 300_000_001_014, country="Atlantis"),
        line(camera.name, "3000 0000 0000"),
        line(camera.name, "0420 2600 3371"),
        line(camera.name, "042026004444"),
    ]
    return rows[:20] + faults[:4] + rows[20:40] + faults[4:] + rows[40:]


def test_sixty_rows_with_seven_faults(as_layla, layla, sixty):
    address = paste(as_layla, *sixty)
    response, html = shown(as_layla, address)
    assert "53 ready, 7 need you" in text_of(html)
    assert [(figure["value"], figure["label"]) for figure in response.context["figures"]] == [
        ("10", "Count at once"),
        ("43", "We check first"),
        ("0", "Drafts"),
        ("7", "Need you"),
    ]
    assert "More than 10 products in an hour" in html
    _response, html = shown(as_layla, f"{address}?show=needs-you")
    for words in (
        "We find no product of this name",
        "Several products fit",
        "Write the date as 14/09/2027",
        "We do not know this country",
        "The same serial number as in row 2",
        "Already in your kitbag",
        "Another member has registered this serial number",
    ):
        assert words in html
    assert html.count('<li class="many-row') == 7
    assert not KitItem.objects.filter(member=layla, store="Jacobs", purchased_on="2024-07-02").exists()

    address = send(as_layla, address, do="write")
    response, html = shown(as_layla, address)
    assert "53 added, 7 left over" in text_of(html)
    assert KitItem.objects.filter(member=layla).count() == 54
    left = as_layla.get(reverse("kitbag-many-left", args=[KitImport.objects.get().pk]))
    assert left["Content-Type"] == "text/csv; charset=utf-8"
    table = read_file(left.content)
    assert [row.cells["product"] for row in table.rows][:2] == ["Nikon Z9", "EOS R6 Mark"]
    assert table.unread == ["Why it was left over"]
    assert b"Date of purchase: Write the date as" in left.content


def test_rows_left_over_are_corrected_and_pasted_again(as_layla, camera):
    address = paste(as_layla, line(camera.name, "042026003371", day="31/02/2024"), line(camera.name, "042026004444"))
    address = send(as_layla, address, do="write")
    left = as_layla.get(f"{address}left.csv").content.decode()
    assert "'042026003371" in left
    response = as_layla.post(MANY, {"table": left.replace("31/02/2024", "28/02/2024")})
    send(as_layla, response.url, do="write")
    assert sorted(KitItem.objects.values_list("serial", flat=True)) == ["042026003371", "042026004444"]


def test_choices_and_cells_are_kept(as_layla, camera):
    first, second = ProductFactory(name="EOS R6 Mark II"), ProductFactory(name="EOS R6 Mark III")
    address = paste(
        as_layla,
        line("EOS R6 Mark", "300000000001"),
        line(camera.name, "300000000008", day="31/02/2024"),
        line(camera.name, "300000000015"),
    )
    send(as_layla, address, **{"product-2": second.pk, "cell-3-purchased_on": "28/02/2024", "untick": [4]})
    response, html = shown(as_layla, address)
    assert [(row["name"], row["taken"]) for row in response.context["rows"]] == [
        (second.name, True),
        (camera.name, True),
        (camera.name, False),
    ]
    assert f'<option value="{second.pk}" selected>' in html
    send(as_layla, address, do="write")
    assert set(KitItem.objects.values_list("product", flat=True)) == {second.pk, camera.pk}
    assert first.kit_items.count() == 0


def test_a_file_in_arabic_of_an_old_spreadsheet(as_layla, camera):
    headings = "المنتج;الرقم التسلسلي;بلد الشراء;تاريخ الشراء;المتجر"
    text = f"{headings}\n{camera.name};042026003371;مصر;2 يوليو 2024;متجر النور\n"
    file = SimpleUploadedFile("kit.csv", text.encode("cp1256"))
    response = as_layla.post(MANY, {"file": file})
    send(as_layla, response.url, do="write")
    item = KitItem.objects.get()
    assert (item.state, item.country_of_purchase.code, item.store) == ("validated", "EG", "متجر النور")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({}, "There is no row to read"),
        ({"table": "Serial number;Store\n1;WEX"}, "No column is called Product"),
        ({"table": "EOS R5\n" * 1001}, "The table has 1,001 rows; up to 1,000 can be added at a time"),
        ({"table": "x" * 1_000_001}, "This is more than 1 MB"),
        ({"file": SimpleUploadedFile("kit.xlsx", b"PK\x03\x04")}, "This is a workbook"),
        ({"file": SimpleUploadedFile("kit.csv", b"x" * 1_000_001)}, "This is more than 1 MB"),
        ({"file": SimpleUploadedFile("kit.csv", bytes(range(256)))}, "This file is not a table of text"),
        (
            {"table": "EOS R5", "file": SimpleUploadedFile("kit.csv", b"EOS R6")},
            "Paste a list or choose a file, not both",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_no_table_is_answered_with_a_sentence(as_layla, data, words):
    response = as_layla.post(MANY, data)
    assert response.status_code == 200
    assert words in response.content.decode()
    assert not KitImport.objects.exists()


def test_columns_without_a_meaning_are_named(as_layla, camera):
    response = as_layla.post(MANY, {"table": f"Product,Colour\n{camera.name},black"}, follow=True)
    assert "Columns left aside: \u2068Colour\u2069." in response.content.decode()


def test_every_cell_is_shown_as_text(as_layla, camera):
    address = paste(as_layla, line("<script>alert(1)</script>", "'><b>", store="=HYPERLINK(1)"), "\x00;;;;")
    _response, html = shown(as_layla, address)
    assert "<script>alert" not in html
    assert "'><b>" not in html


def test_rows_are_turned_over_a_hundred_at_a_time(as_layla, camera):
    rows = [line(camera.name, 300_000_000_000 + 7 * number) for number in range(400)]
    address = paste(as_layla, *rows)
    seen = []
    while address:
        response, _html = shown(as_layla, address)
        seen += [row["number"] for row in response.context["rows"]]
        assert len(response.context["rows"]) == 100
        last = response.context["last_shown"]
        # Something is changed on each page, and kept when the page is turned.
        changes = {"untick": [response.context["rows"][0]["number"]]}
        address = send(as_layla, address, do=f"after-{last}", **changes) if response.context["has_more"] else ""
    assert seen == list(range(2, 402))
    kept = KitImport.objects.get()
    assert sum(row["said"] is False for row in kept.rows) == 3
    back, _html = shown(as_layla, f"/kitbag/many/{kept.pk}/?after=201")
    assert (back.context["before"], back.context["has_before"]) == (101, True)
    assert back.context["taken"] == 397


def test_a_form_of_a_thousand_rows_that_all_need_the_member_can_be_sent(as_layla, camera):
    address = paste(as_layla, *[";".join(["EOS", "4.2E+11", "Atlantis", "soon", "x" * 130]) for _ in range(1000)])
    _response, html = shown(as_layla, address)
    assert html.count("<input") + html.count("<select") > 500
    send(as_layla, address)
    assert KitImport.objects.get().state == KitImport.State.CHECKED


@pytest.mark.parametrize("count", [5, 50, 500])
def test_the_check_asks_as_much_of_the_database_for_any_length(as_layla, layla, camera, count):
    address = paste(as_layla, *[line(camera.name, 300_000_000_000 + 7 * number) for number in range(count)])
    with CaptureQueriesContext(connection) as asked:
        shown(as_layla, address)
    # session, user, member, import, products of the page
    assert len(asked) <= 6, [query["sql"][:100] for query in asked]


def test_long_imports_wait_for_the_worker_and_show_how_far_they_are(as_layla, camera, settings):
    settings.IMPORT_WRITTEN_AT_ONCE = 2
    address = paste(as_layla, *[line(camera.name, 300_000_000_000 + 7 * number) for number in range(60)])
    send(as_layla, address, do="write")
    _response, html = shown(as_layla, address)
    assert "0 of 60 rows" in html
    assert '<noscript><meta http-equiv="refresh"' in html
    assert as_layla.get(f"{address}left.csv").url == address
    kept = KitImport.objects.get()
    importing.write_chunk(kept.pk, at=timezone.now())
    _response, html = shown(as_layla, address)
    assert 'value="25"' in html
    tasks.write_imports()
    _response, html = shown(as_layla, address)
    assert "60 added" in text_of(html)
    assert KitItem.objects.count() == 60


def test_without_a_broker_it_waits_and_can_be_carried_on_by_hand(as_layla, camera, settings, monkeypatch):
    settings.IMPORT_WRITTEN_AT_ONCE = 30

    def unreachable(*args, **kwargs):
        raise OperationalError("no broker")

    monkeypatch.setattr(current_app, "send_task", unreachable)
    address = paste(as_layla, *[line(camera.name, 300_000_000_000 + 7 * number) for number in range(60)])
    send(as_layla, address, do="write")
    assert KitImport.objects.get().done == 0
    as_layla.post(address, {"do": "on"})
    assert KitImport.objects.get().done == 50
    as_layla.post(address, {"do": "on"})
    assert KitImport.objects.get().state == KitImport.State.WRITTEN


def test_a_second_click_adds_nothing(as_layla, camera):
    address = paste(as_layla, line(camera.name, "042026003371"))
    data = {"shown": "2", "take": "2", "do": "write"}
    for _ in range(2):
        assert as_layla.post(address, data).status_code == 302
    assert KitItem.objects.count() == 1


def test_nothing_ticked_adds_nothing(as_layla, camera):
    address = paste(as_layla, line(camera.name, "042026003371"))
    send(as_layla, address, do="write", untick=[2])
    assert KitImport.objects.get().state == KitImport.State.CHECKED
    assert "Tick at least one row." in shown(as_layla, address)[1]


@pytest.mark.parametrize("do", ["save", "write", "on", "after-7", "after-x", "after-99999999999", "", "x" * 5000])
def test_others_imports_are_not_there(as_layla, client, omar, camera, do):
    address = paste(as_layla, line(camera.name, "042026003371"))
    client.force_login(omar.user)
    assert client.get(address).status_code == 404
    assert client.get(f"{address}left.csv").status_code == 404
    assert client.post(address, {"do": do, "shown": "2", "take": "2"}).status_code == 404
    assert KitImport.objects.get().state == KitImport.State.CHECKED


@pytest.mark.parametrize(
    "data",
    [
        {"shown": "2," * 6000, "take": ["2"] * 900},
        {"shown": "٢", "take": "٢"},
        {"shown": "2", "product-2": "9" * 20, "cell-2-product": "\x00" * 10, "cell-2-store": "y" * 9000},
        {"shown": "2", "product-2": "-1", "cell-2-nothing": "x", "after": "\x00", "show": "<b>"},
        {},
    ],
)
def test_hostile_forms_are_answered_calmly(as_layla, camera, data):
    address = paste(as_layla, line(camera.name, "042026003371"))
    assert as_layla.post(address, data).status_code == 302
    assert as_layla.get(address).status_code == 200
    assert as_layla.get(f"{address}?after=\x00&show=%00").status_code == 200


def test_another_tab_of_the_same_list_finds_what_the_first_one_added(as_layla, camera):
    first, second = (paste(as_layla, line(camera.name, "042026003371")) for _ in range(2))
    send(as_layla, first, do="write")
    send(as_layla, second, do="write")
    assert KitItem.objects.count() == 1


def test_too_many_tables_in_an_hour(as_layla, camera, settings):
    settings.ACCOUNT_RATE_LIMITS = {"kit_many": "2/h/user"}
    for expected in (302, 302, 429):
        assert as_layla.post(MANY, {"table": camera.name}).status_code == expected


def test_in_arabic(as_layla, layla, camera):
    as_layla.cookies["django_language"] = "ar"
    with translation.override("ar"):
        address = paste(as_layla, line(camera.name, "042026003371"), line("Nikon Z9", "1"))
        _response, html = shown(as_layla, address)
        assert 'dir="rtl"' in html
        assert "صف واحد جاهز" in html
        send(as_layla, address, do="write")
        left = as_layla.get(f"{address}left.csv").content
    table = read_file(left)
    assert [row.cells["product"] for row in table.rows] == ["Nikon Z9"]


def test_the_way_there(as_layla, layla, camera, register):
    assert MANY in shown(as_layla, "/kitbag/")[1]
    register(layla, camera)
    assert MANY in shown(as_layla, "/kitbag/")[1]
    assert MANY in shown(as_layla, "/kitbag/add/")[1]


def test_drafts_are_announced(as_layla, camera):
    address = paste(as_layla, camera.name)
    _response, html = shown(as_layla, address)
    assert "Added as a draft: Serial number, country, date and store missing" in html
    send(as_layla, address, do="write")
    assert KitItem.objects.get().state == "draft"


def test_an_item_added_by_hand_meanwhile_stays_as_it_is(as_layla, layla, camera, register):
    address = paste(as_layla, line(camera.name, "042026003371", store="Other"))
    register(layla, camera, serial=details("042026003371").serial_typed)
    send(as_layla, address, do="write")
    assert [item.store for item in KitItem.objects.all()] == ["Jacobs"]
