"""Theme and language: kept by a POST, shown on the next page, with a safe way back."""

import pytest
from django.urls import reverse

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("chosen", ["light", "dark"])
def test_a_theme_is_kept_and_shown(client, chosen):
    response = client.post(reverse("theme"), {"theme": chosen, "next": reverse("terms")})
    assert response.headers["Location"] == reverse("terms")
    assert f'data-theme="{chosen}"' in client.get(reverse("terms")).content.decode()


@pytest.mark.parametrize("chosen", ["system", "", 'dark" onload="x', "\x00"])
def test_anything_else_follows_the_system(client, chosen):
    client.post(reverse("theme"), {"theme": "dark"})
    client.post(reverse("theme"), {"theme": chosen})
    assert "data-theme=" not in client.get(reverse("terms")).content.decode().partition(">")[2].partition(">")[0]


@pytest.mark.parametrize("way_back", ["https://elsewhere.example/", "//elsewhere.example", "javascript:x", ""])
def test_the_way_back_stays_in_the_portal(client, way_back):
    response = client.post(reverse("theme"), {"theme": "dark", "next": way_back})
    assert response.headers["Location"] == reverse("home")


def test_arabic_turns_the_page_round(client):
    client.post(reverse("language"), {"language": "ar", "next": reverse("terms")})
    page = client.get(reverse("terms")).content.decode()
    assert '<html lang="ar" dir="rtl"' in page
    client.post(reverse("language"), {"language": "en"})
    assert '<html lang="en" dir="ltr"' in client.get(reverse("terms")).content.decode()


@pytest.mark.parametrize("name", ["theme", "language"])
def test_preferences_are_only_changed_by_a_post(client, name):
    response = client.get(reverse(name))
    assert response.status_code in (302, 405)
    assert "theme" not in response.cookies
    assert "django_language" not in response.cookies
