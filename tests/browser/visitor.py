"""Somebody with a browser: what they look at, and everything their browser complains about."""

import re
from pathlib import Path
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse

from cps_portal.demo import people

SHOTS = Path(__file__).resolve().parents[2] / ".local" / "screenshots"
HEIGHT = 800
AXE = Axe()
# Targets of 24 pixels (WCAG 2.2, 2.5.8) are a rule that axe keeps only when asked. Fetching style sheets again
# would have it write them into the page, which the policy forbids.
RULES = {"resultTypes": ["violations"], "rules": {"target-size": {"enabled": True}}, "preload": False}
# What may be wrong at one width or in one theme alone.
OF_THE_LOOK = {
    **RULES,
    "runOnly": {"type": "rule", "values": ["color-contrast", "target-size", "scrollable-region-focusable"]},
}
PRIMARY = "main form.form button.button--primary"
SIGN_OUT = f"form[action='{reverse('account_logout')}'] button"
# Chromium tells when the page itself asked for what it then no longer wanted: a keystroke after a keystroke.
GIVEN_UP = "net::ERR_ABORTED"


class Visitor:
    """A browser context with one page. `complaints` holds console errors, failures and policy violations."""

    def __init__(self, browser, portal, *, width=1280, language="en", scripts=True, scheme="light", state=None):
        self.portal, self.width, self.language, self.scripts = portal, width, language, scripts
        self.complaints, self.forgiven = [], []
        self.context = browser.new_context(
            base_url=portal.origin,
            viewport={"width": width, "height": HEIGHT},
            locale=language,
            color_scheme=scheme,
            reduced_motion="reduce",
            storage_state=state,
        )
        self.context.set_default_timeout(30_000)
        if state:
            self.speak(language)
        self.context.on("console", self._said)
        self.context.on("weberror", lambda error: self.complaints.append(str(error.error)))
        self.context.on("requestfailed", self._failed)
        self.context.on("response", self._answered)
        self.page = self.context.new_page()
        self._devices = self.context.new_cdp_session(self.page)
        self._run_scripts(scripts)

    def speak(self, language):
        """Ask for the pages in a language, as the switch does."""
        self.language = language
        self.context.add_cookies([{"name": "django_language", "value": language, "url": self.portal.origin}])

    def forgive(self, address):
        """An address that is meant to answer with an error."""
        self.forgiven.append(address)

    def open(self, path):
        self.page.goto(path)
        return self.page

    def sign_in(self, address, password=people.PASSWORD):
        """With the password, and with the code valid now where a second factor is asked for."""
        page = self.open(reverse("account_login"))
        page.fill("#id_login", address)
        page.fill("#id_password", password)
        page.click(PRIMARY)
        page.wait_for_url(lambda url: reverse("account_login") != urlsplit(url).path)
        for _once_more in range(3):  # a code may run out on its way
            if urlsplit(page.url).path == reverse("mfa_authenticate"):
                page.fill("#id_code", self.portal.second_factor(address))
                with page.expect_navigation():
                    page.click(PRIMARY)
        assert urlsplit(page.url).path not in (reverse("account_login"), reverse("mfa_authenticate"))
        return page

    def sign_out(self):
        """By the menu that has room at this width."""
        self.page.locator(".tools summary").locator("visible=true").last.click()
        self.page.locator(SIGN_OUT).locator("visible=true").click()

    def look(self, width, scheme):
        """The same page on a window of another width, by day or in the dark."""
        self.width = width
        self.page.set_viewport_size({"width": width, "height": HEIGHT})
        self.page.emulate_media(color_scheme=scheme)

    def shot(self, name):
        """The whole page as a picture in .local/screenshots."""
        SHOTS.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=SHOTS / f"{name}.png", full_page=True)

    def overflow(self):
        """Pixels by which the page is wider than the window; 0 for a good one."""
        return self.page.evaluate("Math.max(0, document.scrollingElement.scrollWidth - window.innerWidth)")

    def barriers(self, rules=RULES):
        """What axe finds on the page as it stands, a line a finding."""
        # The page stays as it was read without scripts; only axe runs in it.
        self._run_scripts(True)
        found = AXE.run(self.page, options=rules).response["violations"]
        self._run_scripts(self.scripts)
        return [
            f"{self.page.url} {one['id']}: {node['target']} {node['failureSummary']}"
            for one in found
            for node in one["nodes"]
        ]

    def check(self, rules=RULES):
        """The page as it stands: no barrier, nothing beyond the window's edge, in the language asked for."""
        barriers = self.barriers(rules)
        assert not barriers, "\n".join(barriers)
        assert self.overflow() == 0, self.page.url
        direction = "rtl" if self.language == "ar" else "ltr"
        assert self.page.locator("html").get_attribute("dir") == direction

    def close(self):
        self.context.close()

    def _run_scripts(self, wanted):
        self._devices.send("Emulation.setScriptExecutionDisabled", {"value": not wanted})

    def _said(self, line):
        if line.type == "error" and line.location["url"] not in self.forgiven:
            self.complaints.append(f"{line.location['url']} {line.text}")

    def _failed(self, request):
        if request.failure != GIVEN_UP:
            self.complaints.append(f"{request.method} {request.url} {request.failure}")

    def _answered(self, response):
        if response.status >= 400 and response.url not in self.forgiven:
            self.complaints.append(f"{response.request.method} {response.url} {response.status}")


def words_only_latin(texts):
    """Those of some texts that hold Latin words and no Arabic letter."""
    return [text for text in texts if re.search(r"[A-Za-z]{3}", text) and not re.search(r"[\u0600-\u06ff]", text)]
