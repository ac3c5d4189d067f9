"""Addresses that a member keeps: added, changed, removed, one of them first, and what begins with it."""

import pytest
from django.urls import reverse

from cps_portal.pages.servicing.asking import known_of
from members.models import Address
from servicing.models import CaseDraft, Centre
from tests.factories import NOON, AddressFactory, CaseFactory, ProductFactory

pytestmark = pytest.mark.django_db
LIST, NEW = reverse("account-addresses"), reverse("account-address-new")
STUDIO = {
    "label": "Studio",
    "name": "Layla Mansour",
    "street": "Unit 9\n70 Mill Lane",
    "postcode": "SE1 2AA",
    "town": "London",
    "country": "GB",
    "phone": "+44 20 7946 0018",
}

BEFORE_THE_ADDRESS = {
    "service": {"service": "maintenance"},
    "fault": {"fault_words": "Clean it"},
    "centre": {},
    "way": {"send_by": "parcel"},
}


@pytest.fixture(autouse=True)
def clock(time_machine):
    time_machine.move_to(NOON, tick=False)


@pytest.fixture
def signed_in(client, layla):
    client.force_login(layla.user)
    return client


def address_of(name, address):
    return reverse(name, args=[address.pk])


def labels(member):
    """Their names, the first one first."""
    rows = Address.objects.filter(member=member)
    assert [row.is_first for row in rows] == [True, *[False] * (len(rows) - 1)][: len(rows)]
    return [row.label for row in rows]


def test_added_once_changed_put_first_and_removed(signed_in, layla):
    for _click in range(2):
        assert signed_in.post(NEW, STUDIO).url == LIST
    signed_in.post(NEW, STUDIO | {"label": "Home", "street": "24 Larch Road"})
    signed_in.post(NEW, STUDIO | {"label": "Mother", "country": "IE", "postcode": "K67 XY12"})
    assert labels(layla) == ["Studio", "Home", "Mother"]
    studio, home, mother = Address.objects.all()
    body = signed_in.get(LIST).content.decode()
    for words in ("Studio", "70 Mill Lane", "SE1 2AA", "United Kingdom", "Ireland"):
        assert words in body
    signed_in.post(address_of("account-address", home), STUDIO | {"label": "At home", "town": "Leeds"})
    home.refresh_from_db()
    assert (home.label, home.town, home.street) == ("At home", "Leeds", "Unit 9\n70 Mill Lane")
    signed_in.post(address_of("account-address-first", mother))
    assert labels(layla) == ["Mother", "Studio", "At home"]
    assert signed_in.post(address_of("account-address-remove", mother)).url == LIST
    assert labels(layla) == ["Studio", "At home"]
    signed_in.post(address_of("account-address-remove", home))
    signed_in.post(address_of("account-address-remove", studio))
    assert labels(layla) == []


def test_ten_and_no_more_and_nothing_typed_is_lost(signed_in, layla):
    for number in range(10):
        signed_in.post(NEW, STUDIO | {"label": f"Place {number}"})
    page = signed_in.post(NEW, STUDIO | {"label": "Eleventh"})
    assert page.context["form"].non_field_errors() == ["You keep 10 addresses already. Remove one first."]
    assert "Eleventh" in page.content.decode()
    assert Address.objects.filter(member=layla).count() == 10
    assert NEW not in signed_in.get(LIST).content.decode()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("label", ""),
        ("label", "\u202e"),
        ("label", "x" * 41),
        ("name", "\x00"),
        ("street", "a\nb\nc\nd\ne"),
        ("street", ""),
        ("town", "x" * 900),
        ("postcode", "9" * 17),
        ("postcode", "1234"),
        ("postcode", ""),
        ("name", "佐藤"),
        ("street", "1 Mill Lane 🏠"),
        ("town", "ไทย"),
        ("country", "XX"),
        ("phone", "ring twice"),
    ],
)
def test_odd_input_is_said_beside_its_field(signed_in, layla, field, value):
    kept = AddressFactory(member=layla)
    for path in (NEW, address_of("account-address", kept)):
        page = signed_in.post(path, STUDIO | {field: value})
        assert page.status_code == 200
        assert page.context["form"].errors[field]
    assert Address.objects.get() == kept


@pytest.mark.parametrize("page", ["account-address-new", "pack", "case-new", "case-change"])
def test_wherever_an_address_is_typed_its_postcode_and_letters_are_looked_at(signed_in, layla, register, page):
    item = register(layla, ProductFactory(points=900))
    href = reverse(page) if page in ("pack", "account-address-new") else ""
    if page == "case-new":
        href = f"{reverse(page, args=[item.pk])}?step=address"
        for step, said in BEFORE_THE_ADDRESS.items():
            chosen = Centre.objects.get(code="UK").pk if step == "centre" else ""
            signed_in.post(
                f"{reverse(page, args=[item.pk])}?step={step}", said | ({"centre": chosen} if chosen else {})
            )
    if page == "case-change":
        href = reverse(page, args=[CaseFactory(member=layla, state="requested").number])
    wrong = {**STUDIO, "country": "DE", "postcode": "1O115", "town": "東京"}
    form = signed_in.post(href, wrong).context["form"]
    assert form.errors["postcode"] == ["A postcode in Germany looks like 10115."]
    assert form.errors["town"] == ["The label cannot print 東京. Write it in other letters."]
    form = signed_in.post(href, wrong | {"postcode": "", "name": ""}).context["form"]
    assert form.errors["postcode"] == ["Enter the postcode. One in Germany looks like 10115."]
    assert form.errors["name"] == ["Enter the name."]
    assert not Address.objects.exists()


def test_a_postcode_is_kept_as_its_country_writes_it(signed_in):
    signed_in.post(NEW, STUDIO | {"postcode": "se1٢aa"})
    assert Address.objects.get().postcode == "SE1 2AA"


def test_those_of_others_are_not_there(signed_in, omar):
    theirs = AddressFactory(member=omar)
    for name in ("account-address", "account-address-first", "account-address-remove"):
        assert signed_in.post(address_of(name, theirs), STUDIO).status_code == 404
    theirs.refresh_from_db()
    assert (theirs.town, theirs.is_first) == ("London", False)
    assert theirs.label not in signed_in.get(LIST).content.decode()


def test_a_return_and_the_welcome_pack_begin_with_the_first_one(signed_in, layla, register):
    register(layla, ProductFactory(points=900))
    CaseFactory(member=layla, return_town="Hull")
    assert known_of(layla)["town"] == "Hull"
    assert signed_in.get(reverse("pack")).context["form"]["town"].value() is None
    AddressFactory(member=layla, town="Leeds")
    signed_in.post(NEW, STUDIO)
    signed_in.post(address_of("account-address-first", Address.objects.get(town="Leeds")))
    assert known_of(layla) == {
        "name": "Layla Mansour",
        "street": "Unit 9\n70 Mill Lane",
        "postcode": "SE1 2AA",
        "town": "Leeds",
        "country": "GB",
        "phone": "",
    }
    form = signed_in.get(reverse("pack")).context["form"]
    assert [form[name].value() for name in ("name", "town", "country")] == ["Layla Mansour", "Leeds", "GB"]


def test_another_one_is_chosen_in_the_form_of_the_pack_and_nothing_typed_is_lost(signed_in, layla, omar, register):
    register(layla, ProductFactory(points=900))
    home, studio = AddressFactory(member=layla, label="Home", is_first=True), AddressFactory(member=layla, town="Hull")
    theirs = AddressFactory(member=omar, town="Cork")
    pack = reverse("pack")
    assert [(row["key"], row["is_here"]) for row in signed_in.get(pack).context["addresses"]] == [
        (home.pk, True),
        (studio.pk, False),
    ]
    for key, town in ((studio.pk, "Hull"), (theirs.pk, "Typed"), ("\x00", "Typed")):
        page = signed_in.post(pack, {"name": "Typed", "town": "Typed", "address": key})
        form = page.context["form"]
        assert (page.status_code, form["town"].value(), form.errors) == (200, town, {})
    assert not layla.packs.exists()
    AddressFactory._meta.model.objects.filter(pk=studio.pk).delete()
    assert signed_in.get(pack).context["addresses"] == []


def test_another_one_is_chosen_where_a_repair_comes_back_to(signed_in, layla, register):
    item = register(layla, ProductFactory(points=900))
    AddressFactory(member=layla, is_first=True)
    studio = AddressFactory(member=layla, label="Studio", town="Hull")
    page = f"{reverse('case-new', args=[item.pk])}?step=address"
    for step, said in {
        "service": {"service": "maintenance"},
        "fault": {"fault_words": "Clean it"},
        "centre": {"centre": Centre.objects.get(code="UK").pk},
        "way": {"send_by": "parcel"},
    }.items():
        signed_in.post(f"{reverse('case-new', args=[item.pk])}?step={step}", said)
    chosen = signed_in.post(page, {"name": "Typed", "address": studio.pk})
    form = chosen.context["form"]
    assert (form["name"].value(), form["town"].value(), form.errors) == (studio.name, "Hull", {})
    assert CaseDraft.objects.get().entered.get("town") is None
    case = CaseFactory(member=layla, state="requested", return_town="Leeds", fault_words="As it was")
    change = reverse("case-change", args=[case.number])
    page = signed_in.get(change)
    assert [row["label"] for row in page.context["addresses"]][1] == "Studio"
    assert "Choose the address before you choose files" in page.content.decode()
    assert "before you choose files" not in signed_in.get(reverse("pack")).content.decode()
    form = signed_in.post(change, {"address": studio.pk, "fault_words": "Typed", "town": "Typed"}).context["form"]
    assert (form["town"].value(), form["fault_words"].value(), form.errors) == ("Hull", "Typed", {})
    case.refresh_from_db()
    assert (case.return_town, case.fault_words) == ("Leeds", "As it was")


def test_the_list_costs_the_same_with_one_and_with_ten(signed_in, layla, django_assert_num_queries):
    AddressFactory(member=layla)
    signed_in.get(LIST)
    with django_assert_num_queries(3):
        signed_in.get(LIST)
    AddressFactory.create_batch(9, member=layla)
    with django_assert_num_queries(3):
        signed_in.get(LIST)
