"""From the public home to Silver: join, code, three products, one of them a draft that is finished later."""

import secrets

import pytest
from django.urls import reverse
from django.utils import translation
from playwright.sync_api import expect

from members.models import Level
from tests.browser.kit import digits
from tests.browser.visitor import PRIMARY, words_only_latin

BODY, ZOOM, EXTENDER = "EOS R5 Mark II", "RF 24-70mm F2.8L IS USM", "Extender RF1.4x"
OF_JOINING = ("email", "name", "country", "password1", "adult", "terms")


class Journey:
    """One newcomer on their way; every page they reach is looked at."""

    def __init__(self, visitor):
        self.visitor, self.page = visitor, visitor.page
        self.name = f"journey-{visitor.language}-{visitor.width}-{'scripts' if visitor.scripts else 'plain'}"
        self.address = f"{self.name}-{secrets.token_hex(4)}@example.org"

    def looked_at(self, shot=""):
        self.visitor.check()
        if self.visitor.language == "ar":
            headings = self.page.locator("main h1, main h2").all_inner_texts()
            assert set(words_only_latin(headings)) <= {BODY, ZOOM, EXTENDER}
        if shot:
            self.visitor.shot(f"{self.name}-{shot}")

    def join(self):
        page = self.page
        self.visitor.open(reverse("home"))
        self.looked_at("1-home")
        page.click("#join a.button--primary")
        page.click(PRIMARY)
        for name in OF_JOINING:
            beside = page.locator(f".field:has(#id_{name}) .field__errors")
            assert beside.inner_text().strip(), name
        assert page.locator(".error-summary li > a").count() == len(OF_JOINING)
        self.looked_at("2-errors")
        page.fill("#id_email", self.address)
        page.fill("#id_name", "نادية رحمن" if self.visitor.language == "ar" else "Nadia Rahman")
        page.select_option("#id_country", "AE")
        page.fill("#id_password1", "a-long-lens-9")
        page.check("#id_adult")
        page.check("#id_terms")
        page.click(PRIMARY)
        page.wait_for_url(f"**{reverse('account_email_verification_sent')}")
        self.looked_at("3-code")
        page.fill("#id_code", self.visitor.portal.code_from_mail(self.address))
        page.click(PRIMARY)
        page.wait_for_url(f"**{reverse('dashboard')}")

    def add(self, typed, name, points, **details):
        """Search, choose, enter; ends on the item's page."""
        page = self.page
        page.click(f"main a[href='{reverse('kitbag-add')}']")
        page.fill("#product-q", typed)
        if not self.visitor.scripts:
            page.press("#product-q", "Enter")
        found = page.locator("a.found__name", has_text=name).first
        found.wait_for()
        self.looked_at("5-search")
        assert found.inner_text() == name
        found.click()
        page.wait_for_selector(".chosen")
        assert page.locator(".chosen__points .big").inner_text() == str(points)
        for field, value in details.items():
            page.fill(f"#id_{field}", value)
        self.looked_at("6-details")
        page.click(PRIMARY)
        page.wait_for_url("**/kitbag/*-*/")
        assert page.locator(".toast").count() == 1

    def figures(self):
        """Points and the metal of the card, as the dashboard shows them."""
        self.visitor.open(reverse("dashboard"))
        return self.page.locator(".lcd__head .big").inner_text(), self.page.locator(".card").get_attribute("class")


@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "plain"])
def test_a_photographer_joins_and_reaches_silver(visit, scripts, width, language):
    visitor = visit(width=width, language=language, scripts=scripts)
    journey, page = Journey(visitor), visitor.page
    journey.join()
    points, card = journey.figures()
    assert (points, "metal-red" in card) == ("0", True)
    journey.looked_at("4-dashboard")

    journey.add("r5 mark ii", BODY, 320, serial_typed=digits(12), purchased_on="2025-05-10", store="Jacobs")
    visitor.open(reverse("kitbag"))
    journey.add("24-70 2.8 rf", ZOOM, 175, serial_typed=digits(10))
    journey.looked_at("7-draft")
    visitor.open(reverse("kitbag"))
    journey.add("extender 1.4", EXTENDER, 40, serial_typed=digits(10), purchased_on="2025-06-01", store="Jacobs")

    visitor.open(reverse("kitbag"))
    journey.looked_at("8-kitbag")
    draft = page.locator("tbody tr", has_text=ZOOM)
    assert draft.locator(".dot--needs-you").count() == 1
    assert draft.locator(".status__words").inner_text().strip()
    ink = "one => getComputedStyle(one).color"
    grey = draft.locator(".kit__points b").evaluate(ink)
    counted = page.locator("tbody tr", has_text=BODY).locator(".kit__points b")
    assert grey != counted.evaluate(ink)

    points, card = journey.figures()
    assert (points, "metal-red" in card) == ("360", True)
    page.click(".need a.button--primary")
    page.wait_for_url("**/edit/#id_purchased_on")
    assert page.locator(":target").get_attribute("id") == "id_purchased_on"
    page.fill("#id_purchased_on", "2025-04-02")
    page.fill("#id_store", "Jacobs")
    page.click(PRIMARY)
    page.wait_for_url("**/kitbag/*-*/")
    journey.looked_at("9-item")

    points, card = journey.figures()
    assert (points, "metal-silver" in card) == ("535", True)
    journey.looked_at("10-silver")
    with translation.override(language):
        silver = str(Level.SILVER.label)
    visitor.portal.wait_for_mail(journey.address, lambda mail: silver in mail["subject"])

    visitor.open(reverse("points"))
    assert "535" in page.locator("h1").inner_text()
    for name in (BODY, ZOOM, EXTENDER):
        assert page.locator(".statement", has_text=name).count() >= 1
    journey.looked_at("11-points")
    visitor.sign_out()
    page.wait_for_url(f"**{reverse('home')}")
    expect(page.locator("#join")).to_be_visible()
