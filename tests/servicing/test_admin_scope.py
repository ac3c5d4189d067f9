"""Centre staff of one centre find nothing of another's, whatever they ask the staff pages (programme §10)."""

from datetime import timedelta

import pytest
from django.apps import apps
from django.contrib import admin
from django.urls import reverse

from members.rules.roles import MAY, Role
from servicing.admin.scoped import ScopedAdmin
from servicing.models import (
    Booking,
    CardRevocation,
    Case,
    CaseDraft,
    CaseEvent,
    CaseFile,
    Centre,
    CentreClerk,
    CentreTask,
    DatedHours,
    DayFigures,
    Estimate,
    EstimateLine,
    Event,
    EventVisitor,
    GiftStock,
    Intake,
    Loan,
    LoanSuspension,
    LoanUnit,
    Offer,
    OfferCode,
    OpeningHours,
    PackBatch,
    PackContents,
    ServiceTerms,
    SlotHold,
    Stretch,
    Visitor,
    WelcomePack,
)
from tests.factories import NOON, CentreFactory, LoanUnitFactory, MemberFactory
from tests.portal.conftest import benefits_of, servicing_at
from tests.portal.staff import as_role, confirmed, history, programme_tables, staff_user

pytestmark = pytest.mark.django_db

# The rows of a centre, by the way that leads from them to it.
ROWS = {
    Centre: "pk",
    OpeningHours: "centre",
    DatedHours: "centre",
    Case: "centre",
    Stretch: "centre",
    CaseEvent: "case__centre",
    Estimate: "case__centre",
    EstimateLine: "estimate__case__centre",
    Intake: "stretch__centre",
    CaseFile: "case__centre",
    Visitor: "case__centre",
    Loan: "case__centre",
    LoanUnit: "centre",
    CentreTask: "centre",
}
# What no centre's staff may read.
CLOSED = {
    *(CentreClerk, SlotHold, CaseDraft, LoanSuspension),
    *(OfferCode, GiftStock, PackBatch, WelcomePack, CardRevocation, Booking, EventVisitor),
}
# What is the programme's, with no member in it: closed by permission alone.
OF_THE_PROGRAMME = {ServiceTerms, Offer, PackContents, Event, DayFigures}
# Every relation of these models whose other end is a row of a centre: what an autocomplete could be asked for.
RELATIONS = [
    (model, field)
    for model in apps.get_app_config("servicing").get_models()
    for field in model._meta.get_fields()
    if field.concrete and field.is_relation and field.related_model in ROWS
]


@pytest.fixture
def clock(time_machine):
    time_machine.move_to(NOON + timedelta(hours=1), tick=False)


@pytest.fixture
def other(db):
    return CentreFactory(code="OTHER", name="Centre Elsewhere")


@pytest.fixture
def cases(clock, other, vera, camera, lens, register):
    """The same things at the UK centre and at another."""
    ours = servicing_at(Centre.objects.get(code="UK"), register(MemberFactory(), camera), vera)
    theirs = servicing_at(other, register(MemberFactory(), lens), vera)
    Case.objects.filter(pk=theirs.pk).update(outbound_tracking="JD0002", inbound_tracking="JD0001")
    theirs.refresh_from_db()
    return ours, theirs


@pytest.fixture
def clerk(cases):
    return confirmed(staff_user(Role.CENTRE_STAFF.value))


def page(model, name, *args):
    return reverse(f"admin:servicing_{model._meta.model_name}_{name}", args=args)


def of(centre, model):
    return model.objects.filter(**{ROWS[model]: centre.pk})


def listed(client, model, query=""):
    answer = client.get(page(model, "changelist") + query)
    assert answer.status_code == 200, (model, query)
    return set(answer.context["cl"].queryset.values_list("pk", flat=True))


def test_every_model_is_held_to_its_centre_or_closed():
    models = set(apps.get_app_config("servicing").get_models())
    assert models == {*ROWS, *CLOSED, *OF_THE_PROGRAMME}
    read = {name.removeprefix("servicing.view_") for name in MAY[Role.CENTRE_STAFF] if "servicing.view_" in name}
    assert read == {model._meta.model_name for model in (*ROWS, ServiceTerms)}
    for model in models - OF_THE_PROGRAMME:
        assert isinstance(admin.site.get_model_admin(model), ScopedAdmin), model


@pytest.mark.parametrize("model", ROWS)
def test_lists_and_pages_are_of_ones_own_centre(clerk, cases, other, model):
    ours, theirs = of(cases[0].centre, model), of(other, model)
    assert ours.exists()
    assert theirs.exists()
    assert listed(clerk, model) == set(ours.values_list("pk", flat=True))
    for name in ("change", "history"):
        assert clerk.get(page(model, name, ours[0].pk)).status_code == 200
        answer = clerk.get(page(model, name, theirs[0].pk))
        assert (answer.status_code, answer.url) == (302, reverse("admin:index")), name
    before = programme_tables()
    assert clerk.post(page(model, "change", theirs[0].pk), {"reason": "x", "out": "on"}).status_code in {302, 403}
    assert clerk.get(page(model, "delete", theirs[0].pk)).status_code in {302, 403}
    chosen = {"action": "delete_selected", "_selected_action": str(theirs[0].pk), "index": "0"}
    assert clerk.post(page(model, "changelist"), chosen).status_code == 403
    assert programme_tables() == before


def test_searches_find_nothing_elsewhere(clerk, cases, other):
    ours, theirs = cases
    visitor = Visitor.objects.get(case__centre=other)
    words = [
        *(theirs.number, theirs.number.lower().replace("-", " "), theirs.serial, theirs.member.number),
        *("JD0001", "jd 0002", visitor.card_number, visitor.name, "Elsewhere", "OTHER", theirs.product.name),
    ]
    care = as_role(Role.MEMBER_CARE)
    for word in words:
        for model in ROWS:
            elsewhere = set(of(other, model).values_list("pk", flat=True))
            assert not listed(clerk, model, f"?q={word}") & elsewhere, (model, word)
    for word in words[:6]:
        assert listed(care, Case, f"?q={word}") == {theirs.pk}, word
        assert theirs.stretches.get().pk in listed(care, Stretch, f"?q={word}"), word
    for word in (ours.number.replace("-", ""), ours.serial, f" {ours.serial[:4]}-{ours.serial[4:]}"):
        assert listed(clerk, Case, f"?q={word}") == {ours.pk}, word


def test_filters_and_lookups_are_no_oracle(clerk, cases, other):
    """Every filter of every list, asked for the other centre's values; and lookups of no list."""
    for model, way in ROWS.items():
        theirs = of(other, model).first()
        entries = admin.site.get_model_admin(model)
        for name in (*[entry for entry in entries.list_filter if isinstance(entry, str)], *entries.linked_lookups):
            field = name.removesuffix("__id__exact")
            value = theirs
            for part in field.split("__"):
                value = getattr(value, f"{part}_id", None) or getattr(value, part, None)
            query = f"?{name}={value}" if "__" in name else f"?{name}__exact={value}"
            answer = clerk.get(page(model, "changelist") + query)
            if answer.status_code == 200:
                found = set(answer.context["cl"].queryset.values_list("pk", flat=True))
                assert not found & set(of(other, model).values_list("pk", flat=True)), (model, query)
            else:
                assert answer.status_code in {302, 400}, (model, query)
        for query in (f"?{way}={other.pk}", f"?{way}__id__exact={other.pk}", f"?{way}__code__startswith=O"):
            assert clerk.get(page(model, "changelist") + query).status_code == 400, (model, query)
        assert "Elsewhere" not in clerk.get(page(model, "changelist")).content.decode(), model


def test_autocompletes_offer_ones_own(clerk, cases, other):
    asked = 0
    for model, field in RELATIONS:
        if not hasattr(admin.site.get_model_admin(field.related_model), "search_fields"):
            continue
        theirs = {str(pk) for pk in of(other, field.related_model).values_list("pk", flat=True)}
        for term in ("", cases[1].number, cases[1].serial, "Elsewhere", "OTHER"):
            address = f"/admin/autocomplete/?app_label=servicing&model_name={model._meta.model_name}"
            answer = clerk.get(f"{address}&field_name={field.name}&term={term}")
            if answer.status_code == 200:
                asked += 1
                assert not {row["id"] for row in answer.json()["results"]} & theirs, (model, field.name, term)
            else:
                assert answer.status_code in {403, 404}, (model, field.name)
    assert asked > 20


def test_what_no_centre_reads_is_closed(clerk, cases, vera):
    benefits_of(cases[0].member, cases[1].member, vera)
    for model in CLOSED:
        row = model.objects.first()
        assert row is not None
        for address in (page(model, "changelist"), page(model, "change", row.pk), page(model, "history", row.pk)):
            assert clerk.get(address).status_code == 403, address


def test_whoever_works_nowhere_sees_nothing_and_adds_nothing(cases):
    user = staff_user(Role.CENTRE_STAFF.value)
    user.works_at.delete()
    nowhere = confirmed(user)
    for model in ROWS:
        assert listed(nowhere, model) == set(), model
    assert nowhere.get(page(LoanUnit, "add")).status_code == 403


def test_a_second_role_opens_no_other_centre(cases, other):
    user = staff_user(Role.CENTRE_STAFF.value)
    user.groups.add(*(group for group in staff_user(Role.MEMBER_CARE.value).groups.all()))
    both = confirmed(user)
    for model in ROWS:
        assert listed(both, model) == set(of(cases[0].centre, model).values_list("pk", flat=True)), model
    for model in (CaseDraft, LoanSuspension):
        assert listed(both, model) == set(), model


def test_a_unit_goes_into_ones_own_pool_whatever_is_posted(clerk, cases, other, camera):
    form = clerk.get(page(LoanUnit, "add")).context["adminform"].form
    assert "centre" not in form.fields
    posted = {"product": camera.pk, "serial": "01-2345 678901", "centre": other.pk, "reason": "Bought for the pool"}
    assert clerk.post(page(LoanUnit, "add"), posted).status_code == 302
    unit = LoanUnit.objects.get(serial="012345678901")
    assert (unit.centre.code, unit.added_at) == ("UK", NOON + timedelta(hours=1))
    again = clerk.post(page(LoanUnit, "add"), posted)
    assert list(again.context["adminform"].form.errors) == ["serial"]


def test_a_unit_leaves_the_pool_for_a_reason_unless_it_is_promised(clerk, cases):
    ours = cases[0].centre
    promised, free = LoanUnit.objects.get(centre=ours), LoanUnitFactory(centre=ours)
    refused = clerk.post(page(LoanUnit, "change", promised.pk), {"out": "on", "reason": "Fell"})
    assert list(refused.context["adminform"].form.errors) == ["out"]
    silent = clerk.post(page(LoanUnit, "change", free.pk), {"out": "on"})
    assert list(silent.context["adminform"].form.errors) == ["reason"]
    clerk.post(page(LoanUnit, "change", free.pk), {"out": "on", "accessories": "Strap", "reason": "Fell"})
    free.refresh_from_db()
    assert (free.out_since, free.out_why, free.accessories) == (NOON + timedelta(hours=1), "Fell", "Strap")
    clerk.post(page(LoanUnit, "change", free.pk), {"accessories": "Strap", "reason": "Mended"})
    free.refresh_from_db()
    assert (free.out_since, free.out_why) == (None, "")
    said = [words for _who, words in history(free)]
    assert said == [
        "Accessories: – → Strap; Out of the pool: no → yes. Reason: Fell",
        "Out of the pool: yes → no. Reason: Mended",
    ]
