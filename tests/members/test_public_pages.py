"""What anyone may read: terms, privacy, countries, accessibility. Their numbers come from rows."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from members.models import CountryTerms, Threshold
from members.rules.days import programme_day
from servicing.models import ServiceTerms
from tests.factories import ProductFactory

pytestmark = pytest.mark.django_db
NAMES = ["terms", "privacy", "countries", "country-other", "accessibility"]


@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize("name", NAMES)
def test_every_page_stands(client, name, language):
    client.cookies["django_language"] = language
    page = client.get(reverse(name))
    assert page.status_code == 200
    body = page.content.decode()
    assert f'<html lang="{language}"' in body
    assert body.count("<h1") == 1
    assert "style=" not in body
    assert "guarantee" not in body.replace("guaranteed", "")


def test_terms_take_their_numbers_from_the_rows(client, settings):
    today = programme_day(timezone.now())
    Threshold.objects.create(
        effective_on=today, recorded_on=today - timedelta(days=70), silver=612, gold=1234, platinum=1987, reason="x"
    )
    ServiceTerms.objects.filter(level=3, service="repair", target_days=2).update(target_days=1)
    settings.FAST_TRACK_SLOTS = 7
    ProductFactory.create_batch(3, fast_track=True)
    page = client.get(reverse("terms"))
    assert [line["points"] for line in page.context["levels"]] == [612, 1234, 1987]
    assert page.context["levels"][2]["targets"] == [1]
    body = page.content.decode()
    for words in ("612", "1,234", "1,987", "7 products of yours", "3 products are Fast Track", settings.TERMS_VERSION):
        assert words in body
    assert 'id="turnaround"' in body
    assert "the smaller of the two countries&#x27; discounts holds" in body.replace("'", "&#x27;")


def test_countries_stand_in_their_class_with_what_each_gives(client):
    page = client.get(reverse("countries"))
    classes = {entry["key"]: entry for entry in page.context["classes"]}
    (full,) = classes["full"]["groups"]
    assert full["countries"] == sorted(full["countries"])
    assert "United Kingdom" in full["countries"]
    assert [line.target for line in full["gives"]] == [5, 3, 2]
    assert [line.video_target for line in full["gives"]] == [5, 5, 5]
    assert [line.loan for line in full["gives"]] == [False, True, True]
    (silver,) = classes["silver"]["groups"]
    assert "United Arab Emirates" in silver["countries"]
    assert [line.target for line in silver["gives"]] == [5, 5, 5]
    assert not any(line.loan for line in silver["gives"])
    (membership,) = classes["membership"]["groups"]
    assert "Egypt" in membership["countries"]
    assert membership["gives"] == ()
    assert page.context["count"] == CountryTerms.objects.count()
    body = page.content.decode()
    assert "Benefits may differ from those at home." in body
    assert "with a valid CPS membership card" in body


def test_a_country_leaves_and_moves_on_its_day(client):
    today = programme_day(timezone.now())
    CountryTerms.objects.create(country="GB", benefit_class="membership", valid_from=today)
    CountryTerms.objects.create(country="FR", benefit_class="full", valid_from=today, ended=True)
    CountryTerms.objects.create(country="DE", benefit_class="membership", valid_from=today + timedelta(days=1))
    classes = {entry["key"]: entry for entry in client.get(reverse("countries")).context["classes"]}
    names = {key: {name for group in entry["groups"] for name in group["countries"]} for key, entry in classes.items()}
    assert "United Kingdom" in names["membership"]
    assert "Germany" in names["full"]
    assert not any("France" in group for group in names.values())


def test_a_country_with_terms_of_its_own_stands_by_itself(client):
    ServiceTerms.objects.filter(country="CH", level=2).update(target_days=4)
    classes = {entry["key"]: entry for entry in client.get(reverse("countries")).context["classes"]}
    by_names = {tuple(group["countries"]): group["gives"] for group in classes["full"]["groups"]}
    assert [line.target for line in by_names[("Switzerland",)]] == [5, 4, 2]


def test_it_takes_the_same_queries_for_any_number_of_countries(client, django_assert_max_num_queries):
    with django_assert_max_num_queries(2):
        client.get(reverse("countries"))


def test_other_countries_are_told_what_they_can_use(client):
    page = client.get(reverse("country-other"), {"country": "us"})
    body = page.content.decode()
    assert "United States" in body
    assert "valid card" in body
    assert reverse("countries") in body
    offered = dict(page.context["choices"])
    assert "GB" not in offered
    assert "US" in offered


@pytest.mark.parametrize("odd", ["", "ZZ", "x" * 10_000, "\x00", "<script>", "ＵＳ", "\u202eUS"])
def test_odd_countries_are_no_trouble(client, odd):
    page = client.get(reverse("country-other"), {"country": odd})
    assert page.status_code == 200
    assert page.context["asked_name"] == ""
    assert "<script>" not in page.content.decode()


def test_a_participating_country_is_sent_to_join(client):
    page = client.get(reverse("country-other"), {"country": "GB"})
    assert reverse("account_signup") in page.content.decode()
    assert page.context["takes_part"] == "United Kingdom"
