"""An account closed: asked for, taken back, asked for again and gone; what was held is free for others."""

import json
import re
import secrets
import subprocess
from urllib.parse import urlsplit

import pytest
from django.urls import reverse

from cps_portal.dev.portal import run_manage
from tests.browser.kit import BOTH, digits, looked_at, register
from tests.browser.visitor import PRIMARY

SKU = "ef-40mm-f2-8-stm"
PASSWORD = "a-long-lens-9"
COUNTRY = {"en": "GB", "ar": "AE"}
# Who waits for the place, and has the lens next.
NEXT = {"en": "gold-it@example.org", "ar": "silver-eg@example.org"}
CLOSE = f"main form[action='{reverse('account-close')}'] button"
# By the link of the mail, and by the button of the page.
KEEP = "main form button.button--primary"
BANNER = f".notice--above a[href='{reverse('account-close')}']"
WAY_BACK = re.compile(rf"http\S+{reverse('account-close')}\S+/")
# What the code on the card says, and an event with one place.
FOUND = """
import json
from datetime import timedelta
from django.utils import timezone
from cps_portal.pages.offers.card import card_link
from members.models import Member
from servicing.models import Event
day = timezone.now() + timedelta(days=28)
event = Event.objects.create(title="Night walk", levels=[0, 1, 2, 3], online=True, time_zone="UTC", places=1,
    published=True, begins_at=day, ends_at=day + timedelta(hours=2), booking_ends_at=day)
member = Member.objects.get(user__email="{address}")
print(json.dumps([member.pk, member.user_id, card_link(member), str(event.pk)]), end="")
"""
DAYS_OVER = "UPDATE members_closing SET asked_at = asked_at - interval '7 days', ends_at = ends_at - interval '7 days' \
    WHERE undone_at IS NULL AND done_at IS NULL AND member_id = %s"
CARRY_OUT = "from cps_portal.tasks import close_accounts; close_accounts()"
CLOSINGS = "SELECT undone_at IS NOT NULL, done_at IS NOT NULL FROM members_closing WHERE member_id = %s \
    ORDER BY asked_at, id"
EXPORTS = "SELECT made_at IS NOT NULL, file FROM members_dataexport WHERE user_id = %s"
PLACES = "SELECT u.email, b.state FROM servicing_booking b JOIN members_member m ON m.id = b.member_id \
    JOIN members_user u ON u.id = m.user_id WHERE b.event_id = %s AND b.state <> 'cancelled' ORDER BY b.asked_at"
UNITS = "SELECT u.email, i.state FROM kitbag_kititem i JOIN members_member m ON m.id = i.member_id \
    JOIN members_user u ON u.id = m.user_id WHERE i.serial = %s"


def shell(portal, call):
    return run_manage("shell", "--no-imports", "-c", call, env=portal.env, stdout=subprocess.PIPE)


def text(mail):
    return mail.get_body(("plain",)).get_content()


def join(member, address, *, used=()):
    """A member by e-mail, password and code; answers the code."""
    page = member.open(reverse("account_signup"))
    page.fill("#id_email", address)
    page.fill("#id_name", "Nadia Rahman")
    page.select_option("#id_country", COUNTRY[member.language])
    page.fill("#id_password1", PASSWORD)
    page.check("#id_adult")
    page.check("#id_terms")
    page.click(PRIMARY)
    page.wait_for_url(f"**{reverse('account_email_verification_sent')}")
    code = member.portal.code_from_mail(address, but=used)
    page.fill("#id_code", code)
    page.click(PRIMARY)
    page.wait_for_url(f"**{reverse('dashboard')}")
    return code


def book(visitor, event):
    page = visitor.open(reverse("event", args=[event]))
    page.click(f"form[action='{reverse('event-book', args=[event])}'] button")
    page.wait_for_load_state()


def ask_to_close(member, *, again=False):
    """From what goes and what stays to the banner on the next page."""
    page = member.open(reverse("account-close"))
    assert page.locator("#goes, #stays").count() == 2
    if not again:
        looked_at(member, "closing-1-what-goes")
    page.click(CLOSE)
    page.wait_for_load_state()
    if urlsplit(page.url).path == reverse("account_reauthenticate"):
        page.fill("#id_password", PASSWORD)
        page.click(PRIMARY)
    page.wait_for_selector("#running")
    page = member.open(reverse("kitbag"))
    assert page.locator(BANNER).count() == 1
    if not again:
        looked_at(member, "closing-2-banner")


def refusal(page, address):
    """What signing in says to an address."""
    page.fill("#id_login", address)
    page.fill("#id_password", PASSWORD)
    with page.expect_navigation():
        page.click(PRIMARY)
    assert urlsplit(page.url).path == reverse("account_login")
    return page.locator(".error-summary").inner_text()


@pytest.mark.parametrize(**BOTH)
def test_an_account_is_closed(visit, portal, wishes):
    language = wishes["language"]
    name, serial = f"closing-{language}-{secrets.token_hex(4)}", digits(10)
    address, unknown, waiting = f"{name}@example.org", f"no-{name}@example.org", NEXT[language]
    member, other = visit(**wishes), visit(who=waiting, **wishes)
    code = join(member, address)
    register(member, SKU, serial)
    member_id, user_id, scan, event = json.loads(shell(portal, FOUND.format(address=address)))
    book(member, event)
    book(other, event)
    assert portal.execute(PLACES, [event]) == [(address, "place"), (waiting, "waiting")]
    member.open(reverse("account-export")).click(KEEP)
    stranger = visit(**wishes)
    # Valid: an error would be among the complaints.
    stranger.open(urlsplit(scan).path)

    assert portal.execute(CLOSINGS, [member_id]) == []
    ask_to_close(member)
    mail = portal.wait_for_mail(address, lambda mail: WAY_BACK.search(text(mail)))
    page = member.open(WAY_BACK.search(mail).group())
    looked_at(member, "closing-3-undo")
    page.click(KEEP)
    page.wait_for_url(f"**{reverse('account')}")
    assert page.locator(BANNER).count() == 0
    assert portal.execute(CLOSINGS, [member_id]) == [(True, False)]

    ask_to_close(member, again=True)
    portal.execute(DAYS_OVER, [member_id])
    shell(portal, CARRY_OUT)
    assert sorted(portal.execute(CLOSINGS, [member_id])) == [(False, True), (True, False)]

    page = member.open(reverse("dashboard"))
    assert urlsplit(page.url).path == reverse("account_login")
    assert refusal(page, address) == refusal(page, unknown)
    looked_at(member, "closing-4-signing-in")
    stranger.forgive(scan)
    stranger.open(urlsplit(scan).path)
    looked_at(stranger, "closing-5-card")
    if language == "en":
        assert "Not valid" in stranger.page.locator("main").inner_text()

    assert portal.execute(PLACES, [event]) == [(waiting, "held")]
    link = f"{portal.origin}{reverse('event', args=[event])}"
    portal.wait_for_mail(waiting, lambda mail: link in text(mail))
    register(other, SKU, serial)
    assert portal.execute(UNITS, [serial]) == [(waiting, "validated")]
    assert portal.execute(EXPORTS, [user_id]) == []

    anew = visit(**wishes)
    join(anew, address, used=[code])
    assert anew.page.locator(".card.metal-red").count() == 1
    looked_at(anew, "closing-6-anew")
