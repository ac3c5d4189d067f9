"""A field left empty is told in the house's own words, beside the field, on every form that members fill."""

from uuid import uuid4

import pytest
from django.urls import reverse

from tests.factories import AddressFactory, ProductFactory

pytestmark = pytest.mark.django_db

OF_VISITORS = [
    ("contact", {}, {"name": "Enter your name.", "email": "Enter your e-mail address.", "topic": "Choose what it is"}),
    ("contact", {"email": "x"}, {"email": "Enter an e-mail address such as name@example.org."}),
    (
        "account_signup",
        {},
        {"name": "Enter your name.", "email": "Enter your e-mail", "password1": "Enter a password."},
    ),
    ("account_login", {}, {"login": "Enter your e-mail address.", "password": "Enter your password."}),
    ("account_reset_password", {}, {"email": "Enter your e-mail address."}),
    ("account_request_login_code", {}, {"email": "Enter your e-mail address."}),
]
OF_MEMBERS = [
    ("account", {"language": "en", "time_zone": "Europe/London"}, {"name": "Enter your name."}),
    (
        "account-address-new",
        {},
        {"label": "Say what you call it.", "town": "Enter the town.", "name": "Enter the name."},
    ),
    ("pack", {}, {"street": "Enter the street and the number.", "country": "Choose a country from the list."}),
    ("contact", {}, {"words": "Write what it is about."}),
    (
        "account_change_password",
        {},
        {"oldpassword": "Enter your password.", "password2": "Enter the password once more."},
    ),
]


def refused(client, name, sent, says):
    keys = {"thread": str(uuid4()), "post": str(uuid4())} if name == "contact" else {}
    page = client.post(reverse(name), sent | keys)
    assert page.status_code == 200
    for field, words in says.items():
        assert page.context["form"].errors[field][0].startswith(words), field
    assert "This field is required" not in page.content.decode()


@pytest.mark.parametrize(("name", "sent", "says"), OF_VISITORS)
def test_of_visitors(client, name, sent, says):
    refused(client, name, sent, says)


@pytest.mark.parametrize(("name", "sent", "says"), OF_MEMBERS)
def test_of_members(client, layla, register, name, sent, says):
    layla.user.set_password("red-index-85-by-54")
    layla.user.save(update_fields=["password"])
    register(layla, ProductFactory(points=900))
    client.force_login(layla.user)
    refused(client, name, sent, says)


def test_of_an_address_that_is_kept(client, layla):
    client.force_login(layla.user)
    page = client.post(reverse("account-address", args=[AddressFactory(member=layla).pk]), {})
    assert "This field is required" not in page.content.decode()
