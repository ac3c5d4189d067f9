"""Every role at every address of the staff pages, read and written; nobody changes a row by looking at it."""

from datetime import timedelta

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import Group
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from kitbag.models import Claim, Hold, KitItem, Product
from members.models import CountryTerms, FormerAccount
from members.rules.roles import EVERYTHING, MAY, Role
from servicing.models import CentreClerk, ServiceTerms
from tests.factories import NOON
from tests.portal.staff import EVERYBODY, SUPERUSER, confirmed, programme_tables, staff_user

pytestmark = pytest.mark.django_db

MODELS = sorted(admin.site._registry, key=lambda model: model._meta.label)
# Rows come into being here through a form or an act; every other model has no page to add one.
ADDED_HERE = {
    "kitbag.hold",
    "members.threshold",
    "members.countryterms",
    "servicing.serviceterms",
    "servicing.centre",
    "servicing.centreclerk",
    "servicing.loanunit",
    "servicing.packcontents",
    "servicing.giftstock",
    "servicing.offer",
    "servicing.event",
    "members.formerimport",
    "kitbag.replytemplate",
}
# Rows that are written in a form; every other one is a fact.
WRITTEN_HERE = {
    "kitbag.product",
    "kitbag.replytemplate",
    "members.user",
    "servicing.centre",
    "servicing.centreclerk",
    "servicing.loanunit",
    "servicing.offer",
    "servicing.event",
}


ACTIONS = {
    "kitbag.kititem": ("accept", "ask", "reject"),
    "kitbag.proposededit": ("let_pass", "refuse"),
    "kitbag.claim": ("for_claimant", "for_holder"),
    "members.message": ("try_again",),
}


def label(model):
    return f"{model._meta.app_label}.{model._meta.model_name}"


def may(role, act, model):
    app, name = label(model).split(".")
    return role == SUPERUSER or f"{app}.{act}_{name}" in MAY[Role(role)]


def address(model, page, *args):
    app, name = label(model).split(".")
    return reverse(f"admin:{app}_{name}_{page}", args=args)


def reading(role):
    """Address and expected status of every page that is read, for a role."""
    for model in MODELS:
        sees = 200 if may(role, "view", model) else 403
        row = model._default_manager.first()
        assert row is not None, model
        adds = may(role, "add", model) and label(model) in ADDED_HERE
        yield address(model, "changelist"), sees
        yield address(model, "change", row.pk), sees
        yield address(model, "history", row.pk), sees
        yield address(model, "delete", row.pk), 403
        if label(model) == "members.user":
            yield address(model, "add"), 200 if role == SUPERUSER else 403
        else:
            yield address(model, "add"), 200 if adds else 403
    product, item, hold = Product.objects.first(), KitItem.objects.filter(state="waiting").first(), Hold.objects.first()
    claim, clerk = Claim.objects.get(), CentreClerk.objects.first()
    holding = {
        reverse("admin:kitbag_product_superseded", args=[product.pk]): "kitbag.add_lifecyclemark",
        reverse("admin:kitbag_product_unserviceable", args=[product.pk]): "kitbag.add_lifecyclemark",
        reverse("admin:kitbag_product_value", args=[product.pk]): "kitbag.add_valuation",
        reverse("admin:kitbag_queue_item", args=[item.pk]): "kitbag.change_kititem",
        reverse("admin:kitbag_queue"): "kitbag.change_kititem",
        reverse("admin:kitbag_hold_end", args=[hold.pk]): "kitbag.change_hold",
        reverse("admin:kitbag_night_report"): "kitbag.view_night",
        reverse("admin:kitbag_claim_decide", args=[claim.pk]): "kitbag.change_claim",
        reverse("admin:servicing_centreclerk_leave", args=[clerk.pk]): "servicing.delete_centreclerk",
        reverse("admin:members_formerimport_template"): "members.add_formerimport",
        reverse("admin:members_formeraccount_invite"): "members.change_formeraccount",
        reverse("admin:member_suspend", args=[item.member_id]): "members.add_membersuspension",
        reverse("admin:member_lift", args=[item.member_id]): "members.change_membersuspension",
        reverse("admin:member_close", args=[item.member_id]): "members.add_closing",
        reverse("admin:member_act", args=[item.member_id]): "members.add_acting",
    }
    for page, permission in holding.items():
        yield page, 200 if role == SUPERUSER or permission in MAY[Role(role)] else 403
    successor = "app_label=kitbag&model_name=product&field_name=superseded_by"
    yield f"/admin/autocomplete/?term=eos&{successor}", 200 if may(role, "view", Product) else 403
    yield reverse("admin:index"), 200
    yield reverse("admin:jsi18n"), 200
    for app in {model._meta.app_label for model in MODELS}:
        some = any(may(role, "view", model) for model in MODELS if model._meta.app_label == app)
        yield reverse("admin:app_list", args=[app]), 200 if some else 404


def test_every_model_of_the_programme_has_its_page():
    shown = {label(model) for model in MODELS}
    ours = {
        label(model) for app in ("members", "kitbag", "servicing") for model in apps.get_app_config(app).get_models()
    }
    assert ours <= shown
    assert shown == set(EVERYTHING)


@pytest.mark.parametrize("role", EVERYBODY)
def test_each_role_reads_its_own_and_changes_nothing_by_reading(role, a_row_of_each):
    client = confirmed(staff_user(role))
    before = programme_tables()
    wrong = {}
    for page, expected in reading(role):
        status = client.get(page).status_code
        if status != expected:
            wrong[page] = (status, expected)
    assert wrong == {}
    assert programme_tables() == before


def test_the_table_of_roles_is_what_the_database_gives():
    given = {
        group.name: {f"{row.content_type.app_label}.{row.codename}" for row in group.permissions.all()}
        for group in Group.objects.prefetch_related("permissions__content_type")
    }
    assert given == {role.value: set(codes) for role, codes in MAY.items()}


def test_roles_in_their_own_words():
    """A second hand on the table: what must hold whatever it says."""
    assert all(code.split(".")[1].startswith("view_") for code in MAY[Role.AUDITOR])
    assert {f"{app}.view_{name}" for app, name in (model.split(".") for model in EVERYTHING)} == MAY[Role.AUDITOR]
    deciding = {"kitbag.change_kititem", "kitbag.change_proposededit", "kitbag.change_claim"}
    planning = {"kitbag.add_valuation", "kitbag.add_lifecyclemark", "members.add_threshold", "kitbag.change_product"}
    assert [role for role, codes in MAY.items() if codes & deciding] == [Role.VALIDATION]
    assert [role for role, codes in MAY.items() if codes & planning] == [Role.PROGRAMME_MANAGER]
    assert [role for role, codes in MAY.items() if "kitbag.add_hold" in codes] == [Role.MEMBER_CARE]
    answering = {"members.change_thread", "servicing.add_welcomepack", "members.add_formerimport"}
    assert [role for role, codes in MAY.items() if codes & answering] == [Role.MEMBER_CARE]
    packing = {"servicing.add_packbatch", "servicing.change_welcomepack"}
    assert [role for role, codes in MAY.items() if codes & packing] == [Role.LOGISTICS]
    packs = {"servicing.view_welcomepack", "servicing.view_packbatch"}
    assert not MAY[Role.CENTRE_STAFF] & packs
    assert not MAY[Role.PROGRAMME_MANAGER] & packs
    for role in (Role.CENTRE_STAFF, Role.LOGISTICS, Role.PROGRAMME_MANAGER):
        assert not {code for code in MAY[role] if code.split("_")[1] in {"member", "user", "kititem", "message"}}
    assert not any("user" in code and "view_" not in code for codes in MAY.values() for code in codes)


def writing():
    """Every address that takes a POST, with something to post."""
    tomorrow = (NOON + timedelta(days=2)).date().isoformat()
    for model in MODELS:
        row = model._default_manager.first()
        post = {"reason": "Because", "name": "x", "day": tomorrow, "valid_from": tomorrow}
        yield address(model, "change", row.pk), post
        yield address(model, "add"), post
        yield address(model, "delete", row.pk), {"post": "yes"}
        for action in ("delete_selected", *ACTIONS.get(label(model), ())):
            yield (
                address(model, "changelist"),
                {"action": action, "_selected_action": str(row.pk), "index": "0", "note": "x", "carry_out": "1"},
            )
    product, item, hold = Product.objects.first(), KitItem.objects.filter(state="waiting").first(), Hold.objects.first()
    for name in ("superseded", "unserviceable", "value"):
        yield (
            reverse(f"admin:kitbag_product_{name}", args=[product.pk]),
            {"day": tomorrow, "points": "900", "reason": "Because"},
        )
    yield reverse("admin:kitbag_queue_item", args=[item.pk]), {"decision": "accept", "note": "x"}
    yield reverse("admin:kitbag_queue_take_back"), {"event": str(item.events.first().pk)}
    yield reverse("admin:kitbag_hold_end", args=[hold.pk]), {"day": tomorrow, "reason": "Because"}
    claim = Claim.objects.get()
    yield reverse("admin:kitbag_claim_decide", args=[claim.pk]), {"decision": "claimant", "note": "x"}
    leave = reverse("admin:servicing_centreclerk_leave", args=[CentreClerk.objects.first().pk])
    yield leave, {"reason": "Because"}
    for name in ("suspend", "lift", "close", "act"):
        post = {"reason": "Because", "words": "Because", "suspension": "1"}
        yield reverse(f"admin:member_{name}", args=[item.member_id]), post
    yield reverse("admin:members_formeraccount_invite"), {"most": "5", "first": str(FormerAccount.objects.first().pk)}


@pytest.mark.parametrize("role", [Role.AUDITOR.value, Role.CENTRE_STAFF.value, Role.LOGISTICS.value])
def test_who_may_only_read_changes_nothing_by_writing(role, a_row_of_each):
    client = confirmed(staff_user(role))
    before = programme_tables()
    wrong = {}
    # Their own centre's pool is centre staff's to write (tests/servicing/test_admin_scope.py), as are a pack's
    # contents and the stock of gifts logistics'.
    own = {
        Role.CENTRE_STAFF: [reverse("admin:servicing_loanunit_changelist")],
        Role.LOGISTICS: [reverse("admin:servicing_packcontents_add"), reverse("admin:servicing_giftstock_add")],
    }
    for page, post in writing():
        is_own = any(page.startswith(start) for start in own.get(Role(role), ()))
        if is_own and "action" not in post and "post" not in post:
            continue
        status = client.post(page, post).status_code
        if status != 403:
            wrong[page, post.get("action")] = status
    assert wrong == {}
    assert programme_tables() == before


@pytest.mark.parametrize("role", [Role.PROGRAMME_MANAGER.value, Role.MEMBER_CARE.value, SUPERUSER])
def test_nobody_deletes_a_fact_or_rewrites_one(role, a_row_of_each):
    """Not even the superuser: rows in force, facts, items, members and groups stand."""
    client = confirmed(staff_user(role))
    before = programme_tables()
    for model in MODELS:
        row = model._default_manager.first()
        assert client.post(address(model, "delete", row.pk), {"post": "yes"}).status_code == 403
        selected = {"action": "delete_selected", "_selected_action": str(row.pk), "index": "0", "post": "yes"}
        assert client.post(address(model, "changelist"), selected).status_code == 403
        if label(model) not in WRITTEN_HERE or role == Role.MEMBER_CARE:
            answer = client.post(address(model, "change", row.pk), {"reason": "Because", "name": "Changed"})
            assert answer.status_code == 403, model
    assert programme_tables() == before


def test_terms_in_force_are_closed_and_planned_ones_open(clock):
    client = confirmed(staff_user(Role.PROGRAMME_MANAGER.value))
    tomorrow = (NOON + timedelta(days=1)).date()
    planned = [
        CountryTerms.objects.create(country="EG", benefit_class="silver", valid_from=tomorrow),
        ServiceTerms.objects.create(country="EG", level=1, service="repair", valid_from=tomorrow),
    ]
    for row in planned:
        assert client.get(address(type(row), "change", row.pk)).status_code == 200
        assert b'name="reason"' in client.get(address(type(row), "change", row.pk)).content
        deleted = {"post": "yes", "reason": "Entered twice"}
        assert client.post(address(type(row), "delete", row.pk), deleted).status_code == 302
        assert not type(row).objects.filter(pk=row.pk).exists()


def test_the_superuser_cannot_change_their_own_account(clock):
    user = staff_user(SUPERUSER)
    client = confirmed(user)
    page = reverse("admin:members_user_change", args=[user.pk])
    assert client.get(page).status_code == 200
    assert client.post(page, {"name": "x", "reason": "y"}).status_code == 403


def test_wherever_members_are_found_by_number_it_may_be_typed_as_the_card_prints_it(rf):
    found, request = 0, rf.get("/")
    request.user = staff_user(SUPERUSER)
    for model, page in admin.site._registry.items():
        if any(name.endswith("member__number") for name in page.search_fields):
            with CaptureQueriesContext(connection) as asked:
                rows, _more = page.get_search_results(request, model._default_manager.all(), " 4207 719\x00 036")
                assert not rows.exists()
            assert any("4207719036" in query["sql"] for query in asked), model
            found += 1
    assert found >= 12
