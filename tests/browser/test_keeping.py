"""What a member does with kit they have: many at once, taking out and putting back, a number from a photo, a list."""

import csv
import io
import re

import pikepdf
import pytest
from django.urls import reverse
from playwright.sync_api import expect

from tests.browser.kit import BOTH, LENS, digits, looked_at, register
from tests.browser.visitor import PRIMARY
from tests.kitbag.test_camera_photo import photo

NUMBERED = """
    SELECT name FROM kitbag_product
    WHERE serial_need = 'required' AND points_full > 0 AND category IN ('lens_fd', 'camera_film')
    ORDER BY sku LIMIT 60
"""
# By the number of the row in the table, whose first is its headings.
FAULTY = {
    5: {"product": "Hasselblad X2D"},
    11: {"date": "the other day"},
    17: {"date": "12/05/2099"},
    23: {"country": "Atlantis"},
    29: {"product": ""},
    41: {"date": "45123"},
}
TWICE, SAME_AS = 53, 52


def sixty_rows(names):
    """A table of sixty rows, headings included: seven of them cannot be added as they stand."""
    rows = [
        {"product": name, "serial": digits(7), "country": "GB", "date": "02/03/2024", "store": "Jacobs"}
        for name in names
    ]
    for number, wrong in FAULTY.items():
        rows[number - 2] |= wrong
    same = rows[SAME_AS - 2]
    rows[TWICE - 2] |= {"product": same["product"], "serial": same["serial"]}
    headings = ["Product", "Serial number", "Country of purchase", "Date of purchase", "Store"]
    return "\n".join("\t".join(line) for line in [headings, *(row.values() for row in rows)])


def first_number(text):
    return int(re.search(r"\d+", text).group())


@pytest.mark.parametrize(**BOTH)
def test_sixty_products_are_pasted_and_seven_left_over(visit, portal, wishes):
    visitor = visit(who="gold-ge@example.org" if wishes["scripts"] else "platinum-sa@example.org", **wishes)
    page = visitor.open(reverse("kitbag-many"))
    page.click(PRIMARY)
    expect(page.locator(".error-summary")).to_be_visible()
    page.fill("#id_table", sixty_rows([name for (name,) in portal.execute(NUMBERED)]))
    page.click(PRIMARY)
    page.wait_for_url("**/kitbag/many/*-*/")
    assert page.locator(".many-row").count() == 60
    assert [first_number(text) for text in page.locator("h1, h1 .many-head__and").all_inner_texts()] == [53, 7]
    for number in [*FAULTY, TWICE]:
        assert page.locator(f"#row-{number} .dot--needs-you").count() == 1, number
        assert page.locator(f"#take-{number}:checked").count() == 0, number
    looked_at(visitor, "many-1-checked")

    page.fill("#row-11 input[name^=cell-11-]", "11/05/2024")
    page.click("button[name=do][value=save]")
    page.locator("#row-11 .dot--needs-you").wait_for(state="detached")
    page.click("a[href*='needs-you']")
    assert page.locator(".many-row").count() == 6
    looked_at(visitor, "many-2-needs-you")
    page.click("button[name=do][value=write]")
    page.wait_for_selector(".many-left")
    assert [first_number(text) for text in page.locator("h1, h1 .many-head__and").all_inner_texts()] == [54, 6]
    looked_at(visitor, "many-3-added")
    with page.expect_download() as download:
        page.click("a[href$='left.csv']")
    lines = list(csv.reader(io.StringIO(download.value.path().read_text(encoding="utf-8-sig"))))
    assert len(lines) == 7
    assert all(line[5] for line in lines[1:]), "each with its reason"


@pytest.mark.parametrize(**BOTH)
def test_a_product_is_taken_out_and_put_back(visit, wishes):
    visitor = visit(who="silver-tr@example.org", **wishes)
    path = register(visitor, "ef-40mm-f2-8-stm", digits(10))
    page = visitor.page
    page.click(f"a[href='{path}remove/']")
    before, after = (int(text) for text in page.locator(".kit-effect td.number").all_inner_texts())
    assert before > after
    looked_at(visitor, "remove-1-effect")
    page.click(PRIMARY)
    assert page.locator(".field:has(input[name=reason]) .field__errors").inner_text().strip()
    page.check("input[name=reason][value=sold]")
    page.click(PRIMARY)
    page.wait_for_url(f"**{reverse('kitbag')}")
    assert LENS in page.locator(".toast").inner_text()
    visitor.open(path)
    looked_at(visitor, "remove-2-removed")
    page.click(f"form[action='{path}undo/'] button")
    page.wait_for_selector(".page-head .dot--counts")
    assert page.locator(".kit-removed").count() == 0
    looked_at(visitor, "remove-3-back")


@pytest.mark.parametrize(**BOTH)
def test_a_serial_number_is_read_from_a_photo(visit, wishes):
    visitor = visit(who="gold-ro@example.org", **wishes)
    page = visitor.open(f"{reverse('kitbag-add')}?product=eos-r5")
    number = digits(12)
    page.fill("#id_store", "Jacobs")
    page.click("#photo summary")
    page.set_input_files(
        "input[name=photo]", [{"name": "IMG_0001.JPG", "mimeType": "image/jpeg", "buffer": photo(body=number)}]
    )
    page.click("#photo button:not([name])")
    page.wait_for_selector(".kit-photo__says")
    looked_at(visitor, "photo-1-says")
    page.click(f"button[name=use][value='{number}']")
    # Waiting for a function would need eval, which the policy forbids.
    expect(page.locator("#id_serial_typed")).to_have_value(number, timeout=30_000)
    assert page.input_value("#id_store") == "Jacobs"
    page.fill("#id_purchased_on", "2024-03-02")
    page.click(PRIMARY)
    page.wait_for_selector(".page-head .dot--counts")
    assert number in page.locator("main").inner_text()


@pytest.mark.parametrize(**BOTH)
def test_a_list_for_the_insurer_can_be_checked_by_anyone(visit, wishes):
    visitor = visit(who="thirty@example.org", **wishes)
    page = visitor.open(reverse("kitbag-list"))
    for tick in page.locator("input[name=item]").all()[20:]:
        tick.uncheck()
    page.locator("input[name^=value-]").first.fill("1,200 EUR")
    looked_at(visitor, "list-1-choose")
    with page.expect_download() as download:
        page.click("button.button--primary")
    with pikepdf.open(download.value.path()) as file:
        assert len(file.pages) >= 1
    visitor.open(reverse("kitbag-list"))
    code = page.locator("section[aria-labelledby=issued] tbody tr").first.locator("a bdi").inner_text()

    anyone = visit(**wishes)
    page = anyone.open(reverse("list-check"))
    page.fill("#id_code", code.lower())
    page.click(PRIMARY)
    page.wait_for_selector(".list-checked")
    assert page.locator("tbody tr").count() == 20
    page.set_input_files(
        "#id_file", [{"name": "list.pdf", "mimeType": "application/pdf", "buffer": download.value.path().read_bytes()}]
    )
    page.click("form.form:has(#id_file) button")
    page.wait_for_selector(".list-checked__file .dot--counts")
    looked_at(anyone, "list-2-checked")


@pytest.mark.parametrize(**BOTH)
def test_the_doctor_closes_a_gap(visit, wishes):
    visitor = visit(who="five@example.org", **wishes)
    path = register(visitor, "ef-40mm-f2-8-stm", digits(10), store="")
    page = visitor.open(reverse("kitbag-doctor"))
    row = page.locator(f"#gap-{path.split('/')[-2]}")
    looked_at(visitor, "doctor-1-gaps")
    row.locator("input[name$=store]").fill("Jacobs")
    row.locator("button").click()
    row.wait_for(state="detached")
    expect(page.locator(".toast")).to_have_count(1)
    looked_at(visitor, "doctor-2-saved")
