"""Passkeys in a real browser with a virtual authenticator: join, sign out, sign in, confirm, staff pages."""

import os

import pytest
from allauth.mfa.models import Authenticator
from django.db import connections
from django.test.testcases import LiveServerThread
from django.urls import reverse

from members.models import User
from tests.members.test_joining import code_mailed_to

ADDRESS = "nadia@example.org"
AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def portal(committed_db):
    """The portal at http://localhost, where passkeys are allowed without TLS; its address."""
    server = LiveServerThread("localhost", lambda handler: handler)
    server.daemon = True
    server.start()
    server.is_ready.wait()
    assert server.error is None
    yield f"http://localhost:{server.port}"
    server.terminate()
    connections.close_all()


@pytest.fixture
def page(playwright):
    browser = playwright.chromium.launch(
        executable_path=os.environ["CHROMIUM"], args=["--no-sandbox"] if os.geteuid() == 0 else []
    )
    context = browser.new_context(locale="en")
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    session.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
    page.complaints = []
    page.on("console", lambda line: page.complaints.append(line.text) if line.type == "error" else None)
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    yield page
    browser.close()


def test_a_passkey_joins_signs_in_and_confirms(portal, page):
    dashboard = portal + reverse("dashboard")
    page.goto(portal + reverse("account_signup"))
    page.click("text=join with a passkey")
    page.fill("#id_email", ADDRESS)
    page.fill("#id_name", "Nadia Rahman")
    page.select_option("#id_country", "AE")
    page.check("#id_adult")
    page.check("#id_terms")
    page.click("main button.button--primary")
    page.fill("#id_code", code_mailed_to(ADDRESS))
    page.click("main button.button--primary")
    page.click("#mfa_webauthn_signup")
    page.wait_for_url(dashboard)
    assert Authenticator.objects.get().user.email == ADDRESS

    page.goto(portal + reverse("account"))
    page.click(f"main form[action='{reverse('account_logout')}'] button")
    page.goto(portal + reverse("account_login"))
    page.click("#passkey_login")
    page.wait_for_url(dashboard)

    set_up = reverse("mfa_activate_totp")
    page.goto(portal + set_up)
    assert reverse("mfa_reauthenticate_webauthn") in page.url
    page.click("#mfa_webauthn_reauthenticate")
    page.wait_for_url(portal + set_up)

    User.objects.filter(email=ADDRESS).update(is_staff=True)
    page.goto(portal + reverse("admin:index"))
    assert page.url == portal + reverse("admin:index")
    assert page.complaints == []
