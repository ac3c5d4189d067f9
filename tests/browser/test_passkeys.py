"""Passkeys in a real browser with a virtual authenticator: join, sign out, sign in, confirm, staff pages."""

import secrets

from django.urls import reverse

from tests.browser.visitor import PRIMARY

AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


def test_a_passkey_joins_signs_in_and_confirms(visit, portal):
    visitor = visit()
    page, address = visitor.page, f"passkey-{secrets.token_hex(4)}@example.org"
    device = visitor.context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    device.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})

    visitor.open(reverse("account_signup"))
    page.click("text=join with a passkey")
    page.fill("#id_email", address)
    page.fill("#id_name", "Nadia Rahman")
    page.select_option("#id_country", "AE")
    page.check("#id_adult")
    page.check("#id_terms")
    page.click(PRIMARY)
    page.fill("#id_code", portal.code_from_mail(address))
    page.click(PRIMARY)
    page.click("#mfa_webauthn_signup")
    page.wait_for_url(f"**{reverse('dashboard')}")
    keys = "SELECT a.type FROM mfa_authenticator a JOIN members_user u ON u.id = a.user_id WHERE u.email = %s"
    assert portal.execute(keys, [address]) == [("webauthn",)]

    visitor.sign_out()
    page.wait_for_url(f"**{reverse('home')}")
    visitor.open(reverse("account_login"))
    page.click("#passkey_login")
    page.wait_for_url(f"**{reverse('dashboard')}")

    set_up = reverse("mfa_activate_totp")
    visitor.open(set_up)
    assert reverse("mfa_reauthenticate_webauthn") in page.url
    page.click("#mfa_webauthn_reauthenticate")
    page.wait_for_url(f"**{set_up}")

    portal.execute("UPDATE members_user SET is_staff = TRUE WHERE email = %s", [address])
    visitor.open(reverse("admin:index"))
    assert page.url == portal.origin + reverse("admin:index")
