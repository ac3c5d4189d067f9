"""What people type into the kitbag's forms: a field error, or stored and shown safely; never half-written."""

import csv
import uuid
from datetime import date, timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import translation

from cps_portal.pages.kitbag.claim_forms import ClaimForm
from cps_portal.pages.kitbag.forms import DetailsForm, RemovalForm, read_date
from cps_portal.pages.kitbag.places import SERIAL_PLACES
from cps_portal.pages.kitbag.words import REFUSALS, missing_words
from kitbag.models import ItemEvent, KitItem, ProposedEdit, Spell
from kitbag.rules.checks import Detail
from tests.factories import NOON, ProductFactory

TODAY = NOON + timedelta(days=1)


@pytest.fixture(autouse=True)
def today():
    with time_machine.travel(TODAY, tick=False):
        yield


@pytest.fixture
def as_layla(client, layla):
    client.force_login(layla.user)
    return client


@pytest.mark.parametrize(
    "typed",
    [
        "2027-09-14",
        "2027/9/14",
        "14/09/2027",
        "14.9.2027",
        "14-09-2027",
        "14 09 2027",
        "14 Sep 2027",
        "14 september 2027",
        "14. September 2027",
        " 14  Sep,  2027 ",
        "١٤/٠٩/٢٠٢٧",
        "２０２７-０９-１４",
        "\u200e14/09/2027",
    ],
)
def test_a_day_is_read_as_people_type_it(typed):
    assert read_date(typed.replace("\u200e", "")) == date(2027, 9, 14)


def test_a_day_is_read_in_the_language_of_the_page():
    with translation.override("ar"):
        assert read_date("14 سبتمبر 2027") == date(2027, 9, 14)


@pytest.mark.parametrize(
    "typed",
    ["", "yesterday", "31/02/2020", "2020-13-01", "14 Foo 2027", "1 2", "0000-01-01", "99999-01-01", "14 se 2027"],
)
def test_what_is_no_day_is_none(typed):
    assert read_date(typed) is None


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("purchased_on", "31/02/2020"),
        ("purchased_on", "1900-01-01"),
        ("purchased_on", "9999-12-31"),
        ("purchased_on", "10000-01-01"),
        ("purchased_on", "2020-01-01\x00"),
        ("purchased_on", "9" * 5000),
        ("purchased_on", "<script>"),
        ("purchased_on", "📷"),
        ("serial_typed", "1" * 61),
        ("serial_typed", "12\x003456789012"),
        ("serial_typed", "--- ()"),
        ("serial_typed", "серийный 12"),
        ("serial_typed", "📷📷"),
        ("serial_typed", "(1234567890)"),
        ("country_of_purchase", "XX"),
        ("country_of_purchase", "gb"),
        ("country_of_purchase", "\x00"),
        ("country_of_purchase", "G" * 5000),
        ("store", "s" * 121),
        ("store", "Jac\x00obs"),
    ],
)
@pytest.mark.parametrize("page", ["add", "draft", "counting"])
def test_odd_input_is_an_error_beside_its_field_and_writes_nothing(
    as_layla, layla, camera, register, page, field, typed
):
    item = None
    if page != "add":
        item = register(layla, camera, store="" if page == "draft" else "Jacobs")
    address = reverse("kitbag-item-edit", args=[item.pk]) if item else reverse("kitbag-add")
    before = (
        list(KitItem.objects.values()),
        list(ItemEvent.objects.values()),
        list(Spell.objects.values()),
        list(ProposedEdit.objects.values()),
    )
    data = {
        "product": camera.sku,
        "item": str(uuid.uuid4()),
        "serial_typed": "012345678901",
        "country_of_purchase": "GB",
        "purchased_on": "2024-03-14",
        "store": "Jacobs",
    }
    response = as_layla.post(address, data | {field: typed})
    assert response.status_code == 200
    assert list(response.context["form"].errors) == [field]
    assert f'href="#id_{field}"' in response.content.decode()
    assert before == (
        list(KitItem.objects.values()),
        list(ItemEvent.objects.values()),
        list(Spell.objects.values()),
        list(ProposedEdit.objects.values()),
    )


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("متجر التصوير 📷", "متجر التصوير 📷"),
        ("\u202eevil\u202c", "evil"),
        ("<b>Jacobs</b>", "<b>Jacobs</b>"),
        ("  two\n lines\t", "two lines"),
        ("\u200f", ""),
        ("\u2066", ""),
    ],
)
def test_a_store_is_stored_and_shown_safely(as_layla, layla, camera, register, typed, stored):
    item = register(layla, camera, store="")
    data = {
        "serial_typed": item.serial_typed,
        "country_of_purchase": "GB",
        "purchased_on": "2024-03-14",
        "store": typed,
    }
    assert as_layla.post(reverse("kitbag-item-edit", args=[item.pk]), data).status_code == 302
    item.refresh_from_db()
    assert item.store == stored
    for name in ("kitbag", "kitbag-item", "kitbag-item-edit"):
        shown = as_layla.get(reverse(name, args=[] if name == "kitbag" else [item.pk])).content.decode()
        assert "<b>Jacobs" not in shown
        assert "\u202e" not in shown


@pytest.mark.parametrize(
    ("typed", "serial"),
    [
        ("０１２３４５６７８９０１", "012345678901"),
        ("٠١٢٣٤٥٦٧٨٩٠١", "012345678901"),
        ("0123-4567 8901", "012345678901"),
        ("\u200f012345678901", "012345678901"),
        ("012345678901 (back)", "012345678901"),
        ("\u202e012345678901", "012345678901"),
    ],
)
def test_digits_of_any_script_are_digits_and_what_was_typed_is_kept(as_layla, layla, camera, typed, serial):
    as_layla.post(reverse("kitbag-add"), {"product": camera.sku, "serial_typed": typed})
    item = KitItem.objects.get()
    assert item.serial == serial
    assert item.serial_typed == typed.replace("\u202e", "")


def test_a_broken_key_of_a_form_is_replaced(as_layla, camera):
    for key in ("", "x", "\x00", "1" * 4000):
        as_layla.post(reverse("kitbag-add"), {"product": camera.sku, "item": key})
    assert KitItem.objects.count() == 4


def test_more_than_a_form_can_hold_is_refused_in_the_portals_words(as_layla, camera):
    response = as_layla.post(reverse("kitbag-add"), {"product": camera.sku, "store": "x" * 3_000_000})
    assert response.status_code == 400
    assert not KitItem.objects.exists()


def test_only_numbers_that_a_product_may_lack_are_optional(camera):
    optional = ProductFactory(serial_need="optional")
    for product, shown in ((camera, False), (optional, True)):
        form = DetailsForm(serial_need=product.serial_need)
        assert ("(optional)" in str(form)) is shown
        assert "required" not in str(form["serial_typed"])


def test_every_refusal_that_an_operation_can_raise_has_words():
    assert {"counts", "removed", "not_counting", "details_missing", "in_servicing", "date_future", "date_early"} < set(
        REFUSALS
    )
    form = DetailsForm({}, serial_need="none")
    for code, (field, words) in REFUSALS.items():
        assert str(words).endswith("."), code
        assert not field or field in DetailsForm.base_fields | ClaimForm.base_fields
    assert not form.errors


def test_what_is_missing_is_one_sentence():
    assert missing_words(list(Detail)) == "Serial number, country, date and store missing"
    assert missing_words([Detail.DATE, Detail.STORE]) == "Date and store missing"
    assert missing_words([Detail.STORE]) == "Store missing"


def test_every_place_of_a_serial_number_is_known_to_translators(settings):
    with (settings.BASE_DIR / "kitbag" / "data" / "products.csv").open(encoding="utf-8", newline="") as file:
        hints = {row["serial_hint"] for row in csv.DictReader(file)}
    assert len(hints) > 20
    assert hints <= set(SERIAL_PLACES)


def test_removal_reasons_are_those_of_the_programme():
    assert [value for value, _label in RemovalForm().fields["reason"].choices] == [
        "sold",
        "lost",
        "stolen",
        "broken",
        "other",
    ]
