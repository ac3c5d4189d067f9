"""An old account claimed: read in and invited by staff, joined from the mail, compared, and the gap begun to close."""

import re
import secrets

import pytest
from django.urls import reverse

from tests.browser.kit import BOTH, digits, looked_at
from tests.browser.visitor import PRIMARY

CARE = "care@cps.example.org"
BODY, ZOOM, EXTENDER = "EOS R5 Mark II", "RF 24-70mm F2.8L IS USM", "Extender RF1.4x"
HEADINGS = "email,name,country,photo_level,video_level,kit"
COUNTRY = {"en": "GB", "ar": "AE"}


@pytest.mark.parametrize(**BOTH)
def test_an_old_account_is_claimed(visit, portal, wishes):
    language = wishes["language"]
    address, serial = f"former-{language}-{secrets.token_hex(4)}@example.org", digits(12)
    kit = f"{BODY}|{serial}; {ZOOM}; {EXTENDER}"
    table = f'{HEADINGS}\n{address},Nadia Rahman,{COUNTRY[language]},Silver,Red,"{kit}"\n'

    clerk = visit(who=CARE)
    desk = clerk.open(reverse("admin:members_formerimport_add"))
    desk.set_input_files("#id_file", {"name": "old.csv", "mimeType": "text/csv", "buffer": table.encode()})
    desk.click("form.form button.button--primary")
    assert address in desk.locator("table.table").inner_text()
    clerk.check()
    clerk.shot(f"former-1-dry-run-{language}")
    desk.click("form.form:has(input[name=packed]) button")
    desk.goto(reverse("admin:members_formeraccount_invite"))
    desk.click("form.form button.button--primary")

    link = re.compile(rf"http\S+{reverse('account_signup')}\S+")
    mail = portal.wait_for_mail(address, lambda mail: link.search(mail.get_body(("plain",)).get_content()))
    member = visit(**wishes)
    page = member.open(link.search(mail).group())
    assert page.input_value("#id_email") == address
    page.fill("#id_name", "Nadia Rahman")
    page.select_option("#id_country", COUNTRY[language])
    page.fill("#id_password1", "a-long-lens-9")
    page.check("#id_adult")
    page.check("#id_terms")
    page.click(PRIMARY)
    page.wait_for_url(f"**{reverse('account_email_verification_sent')}")
    page.fill("#id_code", portal.code_from_mail(address))
    page.click(PRIMARY)
    page.wait_for_url(f"**{reverse('dashboard')}")

    page.click(f"main a[href='{reverse('former')}']")
    page.wait_for_url(f"**{reverse('former')}")
    looked_at(member, "former-2-compared")
    lead = page.locator("main .lead")
    assert "500" in lead.inner_text()
    assert "535" in lead.inner_text()
    rows = page.locator(".old-kit__row")
    assert rows.locator("h3").all_inner_texts() == [BODY, ZOOM, EXTENDER]
    rows.first.locator("a.button").click()
    page.wait_for_selector("#id_serial_typed")
    assert page.input_value("#id_serial_typed") == serial
    page.fill("#id_purchased_on", "2025-05-10")
    page.fill("#id_store", "Jacobs")
    page.click(PRIMARY)
    page.wait_for_url("**/kitbag/*-*/")

    member.open(reverse("former"))
    looked_at(member, "former-3-one-registered")
    assert rows.locator("h3").all_inner_texts() == [ZOOM, EXTENDER]
    assert "180" in lead.inner_text()
    assert "535" in lead.inner_text()
