"""W1: what a first visit weighs, everything, compressed as it comes over the wire; and how many requests it takes.

Kilobytes are thousands of bytes with the headers of the answers. A first visit begins on a page that is open to
all, and the heaviest of those counts. Pages of members, which follow on the sign-in page and its files, are told
on stderr as if nothing had come before.
"""

import sys
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser

from benchmarks.browsing import chromium, served, stranger
from benchmarks.goal import Goal
from benchmarks.kits import Visitor, member_of, plan_falls

OPEN = (
    "/",
    "/products/?q=r5",
    "/products/eos-r5-mark-ii/",
    "/what-if/",
    "/countries/",
    "/centres/",
    "/account/signup/",
)
OF_MEMBERS = ("/dashboard/", "/kitbag/", "/points/", "/servicing/")
LATIN, OTHER = "en", "ar"
MOST_KILOBYTES = {LATIN: 60, OTHER: 110}
MOST_REQUESTS = 6


def run() -> list[Goal]:
    """Kilobytes and requests of the heaviest Latin page; kilobytes of the heaviest Arabic one."""
    plan_falls()
    session_key = Visitor(member_of(50).user).session_key
    bytes_of: dict[str, int] = {}
    requests_of: dict[str, int] = {}
    with served() as origin, chromium() as browser:
        for language in (LATIN, OTHER):
            for path in (*OPEN, *OF_MEMBERS):
                key = session_key if path in OF_MEMBERS else ""
                size, requests = first_visit(browser, origin, path, language=language, session_key=key)
                print(f"{path} {language}: {size / 1000:.1f} kB, {requests} requests", file=sys.stderr)
                if not key:
                    bytes_of[language] = max(size, bytes_of.get(language, 0))
                    requests_of[language] = max(requests, requests_of.get(language, 0))
    return [
        Goal.at_most("W1", bytes_of[LATIN] / 1000, MOST_KILOBYTES[LATIN], 1),
        Goal.at_most("W1", requests_of[LATIN], MOST_REQUESTS, 1),
        Goal.at_most("W1", bytes_of[OTHER] / 1000, MOST_KILOBYTES[OTHER], 1),
    ]


def first_visit(browser: Browser, origin: str, path: str, *, language: str, session_key: str) -> tuple[int, int]:
    """Bytes and requests until the page is at rest, with its icon, which Chromium without a window leaves out."""
    context = stranger(browser, origin, language=language, session_key=session_key)
    page = context.new_page()
    network = context.new_cdp_session(page)
    network.send("Network.enable")
    sizes: list[int] = []
    asked: list[str] = []

    def requested(event: dict[str, Any]) -> None:
        url = event["request"]["url"]
        if not url.startswith("data:"):
            asked.append(urlsplit(url).path)

    def finished(event: dict[str, Any]) -> None:
        sizes.append(round(event["encodedDataLength"]))

    network.on("Network.requestWillBeSent", requested)
    network.on("Network.loadingFinished", finished)
    page.goto(path, wait_until="networkidle")
    icon = page.locator("link[rel='icon']").get_attribute("href") or "/favicon.ico"
    context.close()
    if icon in asked:
        return sum(sizes), len(asked)
    return sum(sizes) + on_the_wire(origin, icon), len(asked) + 1


def on_the_wire(origin: str, path: str) -> int:
    """Bytes of an answer, headers and compressed body, as a browser asks for it."""
    connection = HTTPConnection(urlsplit(origin).netloc)
    connection.request("GET", path, headers={"Accept-Encoding": "gzip, deflate, br"})
    answer = connection.getresponse()
    size = len(answer.read()) + sum(len(name) + len(value) + 4 for name, value in answer.getheaders())
    connection.close()
    return size
