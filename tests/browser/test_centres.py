"""The locator in a browser: the device's position with scripts, a typed place and the pins without."""

from django.urls import reverse

PARIS = {"latitude": 48.8566, "longitude": 2.3522}


def test_the_devices_position_is_sent_rounded_and_only_once(visit):
    visitor = visit()
    visitor.context.grant_permissions(["geolocation"])
    visitor.context.set_geolocation(PARIS)
    page = visitor.open(f"{reverse('centres')}?cps=on")
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.locator("[data-position]").click()
    page.wait_for_url("**at=48.9%2C2.4*")
    assert [address for address in asked if "48.8" in address] == []
    assert page.locator("#id_cps").is_checked()
    assert "your position" in page.locator("main .choices").inner_text()
    # Another filter keeps the position; another place takes its place.
    page.check("#id_video")
    page.click("main .button--primary")
    assert "your position" in page.locator("main .choices").inner_text()
    page.fill("#id_near", "Koln")
    page.click("main .button--primary")
    assert "Köln, Germany" in page.locator("main .choices").inner_text()


def test_a_device_that_does_not_say_is_told_what_to_do(visit):
    visitor = visit()
    page = visitor.open(reverse("centres"))
    page.locator("[data-position]").click()
    page.get_by_text("Type a place instead").wait_for()


def test_a_place_and_a_pin_without_scripts(visit):
    visitor = visit(scripts=False, width=360)
    page = visitor.open(reverse("centres"))
    assert not page.locator("[data-position]").is_visible()
    page.fill("#id_near", "london")
    page.click("main .button--primary")
    nearest = page.locator(".centres__name").first.inner_text()
    page.locator(".pin--nearest a").locator("visible=true").first.click()
    page.wait_for_url("**/centres/*/")
    assert page.locator("h1").inner_text() == nearest
