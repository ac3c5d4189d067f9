"""The portal's own web server and a Chromium, for what only a browser can measure."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from playwright.sync_api import Browser, BrowserContext, sync_playwright

from cps_portal.dev.portal import start_web, wait_for_web
from cps_portal.dev.processes import Family, free_port

NO_SANDBOX = ["--no-sandbox"] if os.geteuid() == 0 else []


@contextmanager
def served() -> Iterator[str]:
    """The web server as production starts it, on this database; answers its origin."""
    port = free_port()
    origin = f"http://localhost:{port}"
    with tempfile.TemporaryDirectory() as logs, Family(Path(logs)) as family:
        start_web(family, env={"PORTAL_ORIGIN": origin}, port=port)
        wait_for_web(family, port)
        yield origin


@contextmanager
def chromium() -> Iterator[Browser]:
    """The browser that dev.py found."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=os.environ["CHROMIUM"], args=NO_SANDBOX)
        yield browser
        browser.close()


def stranger(browser: Browser, origin: str, *, language: str = "en", session_key: str = "") -> BrowserContext:
    """A phone with nothing in its cache; signed in where it has a session."""
    context = browser.new_context(viewport={"width": 360, "height": 780}, locale=language, base_url=origin)
    cookies = {settings.LANGUAGE_COOKIE_NAME: language, settings.SESSION_COOKIE_NAME: session_key}
    context.add_cookies([{"name": name, "value": value, "url": origin} for name, value in cookies.items() if value])
    return context
