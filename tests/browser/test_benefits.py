"""The welcome pack from its offer to the day it may be asked after, and the card as strangers and staff see it."""

import re
import subprocess
from urllib.parse import urlsplit

import pytest
from django.urls import reverse

from cps_portal.dev.portal import run_manage
from tests.browser.kit import BOTH, looked_at
from tests.browser.visitor import PRIMARY

LOGISTICS, CARE = "logistics@cps.example.org", "care@cps.example.org"
# Silver in the demo, and their packs not asked for yet.
SILVER = {"en": "silver-tr@example.org", "ar": "silver-eg@example.org"}
COUNTRY = {"en": "TR", "ar": "EG"}
TRACKING = {"en": "RA440018221TR", "ar": "RA440018233EG"}
# What the code on a card says.
SCAN = """
from cps_portal.pages.offers.card import card_link
from members.models import Member
print(card_link(Member.objects.get(user__email="gold-it@example.org")), end="")
"""
# The demo's event for Platinum, with one place and nobody in it.
ONE_PLACE = """
from django.utils import timezone
from servicing import events
from servicing.models import Event
event = Event.objects.get(levels=[3])
events.change_places(event.pk, places=1, at=timezone.now())
print(event.pk, end="")
"""
STATES = "SELECT state FROM (SELECT DISTINCT ON (member_id) state, asked_at, member_id FROM servicing_booking \
    WHERE event_id = %s ORDER BY member_id, asked_at DESC) AS newest ORDER BY asked_at"
PACK = "SELECT p.id FROM servicing_welcomepack p JOIN members_member m ON m.id = p.member_id JOIN members_user u \
    ON u.id = m.user_id WHERE u.email = %s"


@pytest.mark.parametrize(**BOTH)
def test_a_pack_from_the_offer_to_the_28th_day(visit, portal, wishes):
    address = SILVER[wishes["language"]]
    member = visit(who=address, **wishes)
    page = member.open(reverse("offers"))
    looked_at(member, "pack-1-offers")
    page.click(f"main a[href='{reverse('pack')}']")
    page.click(PRIMARY)
    assert page.locator(".error-summary").count() == 1
    page.fill("#id_street", "4 Bench Lane")
    page.fill("#id_postcode", "34353")
    page.fill("#id_town", "Istanbul")
    page.select_option("#id_country", COUNTRY[wishes["language"]])
    page.click("button[name=look]")
    assert "4 Bench Lane" in page.locator(".label-look").inner_text()
    looked_at(member, "pack-2-label")
    page.click(PRIMARY)
    page.wait_for_url(f"**{reverse('pack')}")
    assert page.locator(".toast").count() == 1

    clerk = visit(who=LOGISTICS)
    desk = clerk.open(reverse("admin:packs"))
    row = desk.locator("form", has=desk.locator(f"input[name=country][value={COUNTRY[wishes['language']]}]"))
    row.locator("button").click()
    desk.wait_for_url(lambda url: urlsplit(url).path != reverse("admin:packs"))
    clerk.shot(f"pack-3-batch-{wishes['language']}")
    number = re.search(r"P\d{6}", desk.locator("main, #content").first.inner_text()).group()
    desk.goto(f"{reverse('admin:packs_sent')}?number={number}")
    desk.fill("input[name=tracking]", TRACKING[wishes["language"]])
    desk.click("button.button--primary")
    portal.wait_for_mail(address, lambda mail: TRACKING[wishes["language"]] in mail.get_body(("plain",)).get_content())

    page = member.open(reverse("pack"))
    assert TRACKING[wishes["language"]] in page.content()
    late = f"main a[href='{reverse('contact')}?topic=pack']"
    assert page.locator(late).count() == 0
    [(pack,)] = portal.execute(PACK, [address])
    portal.execute("UPDATE servicing_welcomepack SET requested_at = now() - interval '28 days' WHERE id = %s", [pack])
    page = member.open(reverse("pack"))
    looked_at(member, "pack-4-day-28")
    page.click(late)
    assert page.locator("input[name=topic][value=pack]").is_checked()


@pytest.mark.parametrize(**BOTH)
def test_the_last_place_and_the_waiting_list(visit, portal, wishes):
    """Platinum members of the demo; the one who waits is asked as soon as the place is given back."""
    event = run_manage("shell", "--no-imports", "-c", ONE_PLACE, env=portal.env, stdout=subprocess.PIPE)
    first, second = visit(who="platinum-ae@example.org", **wishes), visit(who="platinum-sa@example.org", **wishes)
    page = reverse("event", args=[event])
    book, back = f"form[action='{page}book/'] button", f"form[action='{page}cancel/'] button"
    for visitor in (first, second):
        visitor.open(page)
    looked_at(first, "event-1-one-place")
    # Both see the one place; whoever is second waits.
    first.page.click(book)
    second.page.click(book)
    assert [state for (state,) in portal.execute(STATES, [event])] == ["place", "waiting"]
    looked_at(second, "event-2-waiting")
    first.page.click(back)
    link = f"{portal.origin}{page}"
    portal.wait_for_mail("platinum-sa@example.org", lambda mail: link in mail.get_body(("plain",)).get_content())
    second.open(page)
    looked_at(second, "event-3-kept")
    second.page.click(book)
    looked_at(second, "event-4-a-place")
    assert [state for (state,) in portal.execute(STATES, [event])] == ["cancelled", "place"]
    second.page.click(back)


def test_a_card_is_scanned_by_a_stranger_and_by_staff(visit, portal):
    member = visit(who="gold-it@example.org")
    page = member.open(reverse("card"))
    name, number = "Matteo Ricci", page.locator(".card-page").inner_text()
    assert name in number
    looked_at(member, "card-1-member")
    scan = run_manage("shell", "--no-imports", "-c", SCAN, env=portal.env, stdout=subprocess.PIPE).strip()

    stranger = visit()
    seen = stranger.open(urlsplit(scan).path)
    assert "Gold" in seen.locator("main").inner_text()
    assert name not in seen.content()
    looked_at(stranger, "card-2-stranger")

    care = visit(who=CARE)
    assert name in care.open(urlsplit(scan).path).locator("main").inner_text()
    looked_at(care, "card-3-staff")
    assert "Member care" in member.open(reverse("account-looks")).locator("main").inner_text()

    page = member.open(reverse("card"))
    page.click("main a[href*='?new']")
    page.click("#new-code button")
    stranger.forgive(scan)
    assert "Not valid" in stranger.open(urlsplit(scan).path).locator("main").inner_text()
