"""Hostile and odd input at every staff page: an answer below 500, and no row that an act did not write."""

from urllib.parse import quote
from uuid import uuid4

import pytest
from django.contrib import admin
from django.urls import reverse

from kitbag.models import Hold, KitItem, Product
from servicing.models import LoanUnit
from tests.portal.staff import SUPERUSER, confirmed, programme_tables, staff_user
from tests.portal.test_admin_access import MODELS, address, label

pytestmark = pytest.mark.django_db

ODD = [
    "\x00",
    "a\x00b",
    "' OR 1=1 --",
    "<script>alert(1)</script>",
    "\u202edrowssap",
    "📷" * 40,
    "１２３",
    "-1",
    "99999999999999999999999999",
    "0000-00-00",
    "9999-12-31",
    "%s%(x)s{}",
    "x" * 5000,
]
LOOKUPS = [
    "id__in",
    "pk__in",
    "pk",
    "id__gt",
    "password__startswith",
    "user__password__startswith",
    "member__user__password__startswith",
    "by__password__startswith",
    "sealed__text__contains",
    "sealed__isnull",
    "facts__has_key",
    "nothing__exact",
    "q",
    "o",
    "p",
    "all",
    "e",
    "_facets",
    "_popup",
    "_to_field",
    "_changelist_filters",
]


def filters(model):
    """The parameters that a list's own filters put into its address."""
    page = admin.site._registry[model]
    for entry in page.list_filter:
        if isinstance(entry, type):
            yield entry.parameter_name
        else:
            yield from (f"{entry}__exact", f"{entry}__isnull", f"{entry}__id__exact", f"{entry}__gte")
    yield from page.linked_lookups


@pytest.fixture
def superuser(clock):
    return confirmed(staff_user(SUPERUSER))


@pytest.mark.parametrize("model", MODELS, ids=label)
def test_lists_answer_odd_queries(superuser, a_row_of_each, model):
    before = programme_tables()
    page = address(model, "changelist")
    asked = {key: [ODD[8]] for key in LOOKUPS} | dict.fromkeys(filters(model), ODD[::3]) | {"q": ODD}
    for name, values in asked.items():
        for value in values:
            status = superuser.get(f"{page}?{quote(name)}={quote(value)}").status_code
            assert status in {200, 302, 400, 403}, (name, value[:20], status)
    assert programme_tables() == before


@pytest.mark.parametrize("model", MODELS, ids=label)
def test_no_address_asks_what_the_pages_do_not(superuser, a_row_of_each, model):
    """A filter in an address must not be an oracle about columns that no page shows."""
    page = address(model, "changelist")
    for name in ("password__startswith", "user__password__startswith", "sealed__text__contains", "id__gt", "pk__in"):
        assert superuser.get(f"{page}?{name}=1").status_code == 400, name


def test_rows_that_are_not_there(superuser, a_row_of_each):
    for model in MODELS:
        for key in ("nothing", "0", "99999999999999999999999999", "%00", "_00", "2026-99-99", "..%2F.."):
            for page in ("change", "history", "delete"):
                name = f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}"
                url = reverse(name, args=["KEY"]).replace("KEY", key)
                assert superuser.get(url).status_code in {302, 403, 404}, url
    for name in ("product_superseded", "product_unserviceable", "product_value", "hold_end"):
        for key in ("nothing", "0", "99999999999999999999999999", "%00"):
            url = reverse(f"admin:kitbag_{name}", args=["KEY"]).replace("KEY", key)
            assert superuser.get(url).status_code == 404, url
    for key in ("nothing", "0", "99999999999999999999999999", "%00", uuid4()):
        assert superuser.get(f"/admin/kitbag/kititem/queue/{key}/").status_code in {302, 404}, key
    assert superuser.get(reverse("admin:kitbag_queue_item", args=[uuid4()])).status_code == 404


def test_selections_that_are_no_rows(superuser, a_row_of_each):
    before = programme_tables()
    actions = {"kitbag.kititem": ("accept", "reject"), "kitbag.proposededit": ("let_pass",)}
    for model in MODELS:
        for action in (*actions.get(label(model), ()), "delete_selected", "nothing", "\x00"):
            for key in ("nothing", "99999999999999999999999999", "\x00", "-1"):
                post = {"action": action, "_selected_action": key, "index": "x", "note": "x", "carry_out": "1"}
                assert superuser.post(address(model, "changelist"), post).status_code in {200, 302, 400, 403}
    assert programme_tables() == before


def test_autocomplete_answers_odd_queries(superuser, a_row_of_each):
    for value in ODD:
        for name in ("term", "page", "app_label", "model_name", "field_name"):
            asked = {"app_label": "kitbag", "model_name": "product", "field_name": "superseded_by", "term": ""}
            status = superuser.get("/admin/autocomplete/", {**asked, name: value}).status_code
            assert status in {200, 403, 404}, (name, value[:20])


def test_acts_refuse_odd_values_beside_their_fields(superuser, a_row_of_each):
    product, item, hold = Product.objects.first(), KitItem.objects.filter(state="waiting").first(), Hold.objects.first()
    pages = [
        reverse("admin:kitbag_product_superseded", args=[product.pk]),
        reverse("admin:kitbag_product_value", args=[product.pk]),
        reverse("admin:kitbag_queue_item", args=[item.pk]),
        reverse("admin:kitbag_hold_end", args=[hold.pk]),
        reverse("admin:kitbag_hold_add"),
        reverse("admin:members_threshold_add"),
    ]
    before = programme_tables()
    for page in pages:
        fields = superuser.get(page).context["form"].fields
        for value in ODD:
            # Day and decision are odd every time, so that nothing of it is allowed.
            answer = superuser.post(page, {**dict.fromkeys(fields, value), "withdraw": ""})
            assert answer.status_code == 200, (page, value[:20])
            assert answer.context["form"].errors, (page, value[:20])
            assert "<script>alert" not in answer.content.decode()
    assert programme_tables() == before


def test_forms_refuse_or_keep_odd_values(superuser, a_row_of_each):
    product = Product.objects.first()
    pages = [
        address(Product, "change", product.pk),
        reverse("admin:members_countryterms_add"),
        reverse("admin:servicing_serviceterms_add"),
        reverse("admin:members_user_add"),
        reverse("admin:servicing_centre_add"),
        reverse("admin:servicing_centreclerk_add"),
        reverse("admin:servicing_loanunit_add"),
        address(LoanUnit, "change", LoanUnit.objects.first().pk),
    ]
    for page in pages:
        fields = superuser.get(page).context["adminform"].form.fields
        for value in ODD:
            answer = superuser.post(page, dict.fromkeys(fields, value))
            assert answer.status_code in {200, 302}, (page, value[:20])
            if answer.status_code == 200:
                assert "<script>alert" not in answer.content.decode()


def test_what_members_typed_is_shown_as_text(superuser, layla, camera, register):
    layla.user.name = "<script>alert(1)</script>"
    layla.user.save(update_fields=["name"])
    item = register(layla, camera, serial="<b>12345</b>", number_confirmed=True, store="<img src=x onerror=alert(1)>")
    for page in (
        address(KitItem, "changelist"),
        address(KitItem, "change", item.pk),
        reverse("admin:kitbag_queue_item", args=[item.pk]),
        address(type(layla), "change", layla.pk),
        address(type(layla), "changelist"),
    ):
        text = superuser.get(page).content.decode()
        assert "<script>alert" not in text, page
        assert "<img src=x" not in text, page
        assert "<b>12345" not in text, page
