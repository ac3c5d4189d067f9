"""Odd and hostile input in the form for joining: field errors, and nothing half-written."""

import pytest
from django.contrib.auth import get_user_model
from django.urls import reverse

from kitbag.models import Standing
from members.models import Acceptance, Member, Message, User
from members.rules.names import can_be_seen, tidy
from members.rules.zones import all_zones, first_zone, zones_of
from tests.members.test_joining import FILLED, JOIN

ODD = [
    ("email", ""),
    ("email", "nobody"),
    ("email", "nadia@example.org\x00"),
    ("email", "ｎａｄｉａ@example.org"),
    ("email", "nadia@" + "x" * 300 + ".org"),
    ("email", "nadia\u202e@example.org"),
    ("email", "nadia@example.org\nBcc: all@example.org"),
    ("name", ""),
    ("name", " \t\n "),
    ("name", "\u200b\u200f\u2066"),
    ("name", "Nadia\x00"),
    ("name", "N" * 121),
    ("name", "N" * 1_000_000),
    ("country", ""),
    ("country", "US"),
    ("country", "ZZ"),
    ("country", "GB\x00"),
    ("country", "ＧＢ"),
    ("country", "\u200fGB"),
    ("country", "G" * 10_000),
    ("password1", ""),
    ("password1", "short"),
    ("password1", "12345678"),
    ("password1", "password"),
    ("password1", "١٢٣٤٥٦٧٨٩"),
    ("password1", "１２３４５６７８"),
    ("password1", "long enough\x00"),
    ("password1", "p" * 1001),
    ("password1", "nadia@example.org"),
    ("adult", ""),
    ("terms", ""),
]


@pytest.mark.django_db
@pytest.mark.parametrize(("field", "value"), ODD, ids=lambda value: repr(value)[:30])
def test_odd_input_is_a_field_error(client, field, value):
    answer = client.post(JOIN, FILLED | {field: value})
    assert answer.status_code == 200
    assert answer.context["form"].errors[field]
    assert f'id="id_{field}"' in answer.content.decode()
    for model in (User, Member, Standing, Acceptance, Message):
        assert not model.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Nadia \n Rahman ", "Nadia Rahman"),
        ("📷 Nadia 🦊", "📷 Nadia 🦊"),
        ("نادية رحمن", "نادية رحمن"),
        ("\u202eNadia\u202c", "Nadia"),
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
        ("Nadia４２", "Nadia４２"),
        ("O'Brien-Łukasiewicz, Jr.", "O'Brien-Łukasiewicz, Jr."),
    ],
)
def test_names_are_stored_and_shown_safely(client, typed, kept):
    client.post(JOIN, FILLED | {"name": typed})
    user = get_user_model().objects.get()
    assert user.name == kept
    client.force_login(user)
    assert "<script>alert" not in client.get(reverse("account")).content.decode()


def test_names_keep_what_scripts_need():
    assert tidy("نام\u200cخانوادگی") == "نام\u200cخانوادگی"
    assert not can_be_seen("\u200c \u200f")


def test_time_zone_follows_the_country():
    assert first_zone("RU") == "Europe/Moscow"
    assert first_zone("PT") == "Europe/Lisbon"
    assert first_zone("GB") == "Europe/London"
    assert first_zone("ZZ") == "UTC"
    assert set(zones_of("KZ")) <= set(all_zones())


@pytest.mark.django_db
def test_every_participating_country_has_a_time_zone(client):
    for code, _name in client.get(JOIN).context["form"].participating():
        assert first_zone(code) != "UTC", code
