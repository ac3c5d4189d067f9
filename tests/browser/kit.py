"""Acts in a kitbag that several journeys share."""

import secrets
from urllib.parse import urlsplit

from django.urls import reverse

from tests.browser.visitor import PRIMARY

LENS = "EF 40mm f/2.8 STM"
# The two ways through a journey: with scripts on a desk, and without any on a phone from right to left.
SCRIPTS_EN = {"scripts": True, "language": "en", "width": 1280}
PLAIN_AR = {"scripts": False, "language": "ar", "width": 360}
BOTH = {"argnames": "wishes", "argvalues": [SCRIPTS_EN, PLAIN_AR], "ids": ["scripts-en", "plain-ar"]}


def digits(count):
    """A serial number nobody has: its first digit is no zero."""
    return str(secrets.randbelow(9 * 10 ** (count - 1)) + 10 ** (count - 1))


def looked_at(visitor, shot):
    """The page as it stands is without barriers; a picture of it is kept."""
    visitor.shot(f"{shot}-{visitor.language}-{visitor.width}-{'scripts' if visitor.scripts else 'plain'}")
    visitor.check()


def register(visitor, sku, serial, **details):
    """Add a product with all its details; answers the path of its page."""
    page = visitor.open(f"{reverse('kitbag-add')}?product={sku}")
    filled = {"serial_typed": serial, "purchased_on": "2024-03-02", "store": "Jacobs", **details}
    for field, value in filled.items():
        page.fill(f"#id_{field}", value)
    page.click(PRIMARY)
    page.wait_for_url(lambda url: urlsplit(url).path.count("-") >= 4)
    return urlsplit(page.url).path
