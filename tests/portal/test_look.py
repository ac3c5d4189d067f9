"""One stylesheet, one more for who is signed in, one script, pages of all parts, and error pages that need nothing."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles.finders import get_finder
from django.template.loader import render_to_string
from django.urls import reverse

from cps_portal.staticfiles import JOINED, joined, lighter_css

TEMPLATES = Path(settings.BASE_DIR) / "templates"


def test_the_parts_are_joined_for_collecting():
    finder = get_finder("cps_portal.staticfiles.JoinedFinder")
    found = {name: storage.open(name).read().decode() for name, storage in finder.list(None)}
    assert set(found) == set(JOINED)
    assert found["css/portal.css"].index("--sweep-0") < found["css/portal.css"].index(".button")
    assert ".ribbon" in found["css/signed_in.css"]
    assert "htmx" in found["js/portal.js"]
    assert "data-theme-form" in found["js/portal.js"]


def test_lighter_css_keeps_every_rule():
    assert lighter_css("/* a\nb */\n.x {\n  top: 0;\n}\n\n.y { left: 0; }\n") == ".x {\ntop: 0;\n}\n.y { left: 0; }\n"


def test_colours_come_from_tokens_alone():
    css = Path(settings.BASE_DIR) / "static" / "css"
    for part in ("base", "layout", "components"):
        assert not re.search(r"#[0-9a-f]{3,8}\b", (css / f"{part}.css").read_text()), part


def test_every_class_of_the_scale_is_drawn():
    css = joined("css/portal.css")
    assert all(f".{name}" in css for name in ("scale__wide", "scale__narrow", "scale__major", "needle-head"))


def test_no_template_carries_style_or_script_of_its_own():
    for path in TEMPLATES.rglob("*.html"):
        if "emails" in path.parts or path.name == "export_head.html":
            continue
        text = path.read_text()
        assert not re.search(r"\sstyle=|<style|\son[a-z]+=|<script(?![^>]*(src=|application/json))", text), path


def test_the_page_of_parts_shows_every_part(client, settings, db):
    settings.PORTAL_INSECURE_ORIGIN = settings.INSECURE_ORIGIN = True
    page = client.get(reverse("styleguide")).content.decode()
    for part in ("card", "scale", "chart", "kit", "statement", "segments", "empty", "error-summary", "notice"):
        assert re.search(rf'class="([^"]* )?{part}[ "]', page), part


def test_the_page_of_parts_is_for_staff_where_it_is_real(client, settings, layla):
    settings.INSECURE_ORIGIN = False
    assert client.get(reverse("styleguide")).status_code == 302
    client.force_login(layla.user)
    assert client.get(reverse("styleguide")).status_code == 403


@pytest.mark.parametrize("status", ["400", "403", "403_csrf", "404", "429", "500"])
def test_error_pages_need_no_context(status):
    page = render_to_string(f"{status}.html")
    assert "<h1>" in page
    assert f'href="{reverse("home")}"' in page
