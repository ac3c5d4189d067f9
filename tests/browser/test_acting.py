"""Member care acts on a member's behalf, suspends and lifts; the member sees who did what, and why."""

import secrets

from django.urls import reverse

from tests.browser.kit import digits, looked_at, register

MEMBER = "gold-it@example.org"
FIND = "SELECT m.id, m.number FROM members_member m JOIN members_user u ON u.id = m.user_id WHERE u.email = %s"
BY = "SELECT u.email FROM kitbag_itemevent e JOIN members_user u ON u.id = e.by_id JOIN kitbag_kititem i \
    ON i.id = e.item_id WHERE i.serial = %s AND e.kind = 'added'"
SEND = "form.form button.button--primary"


def test_care_acts_for_a_member_who_sees_it(visit, portal):
    ((member_id, _number),) = portal.execute(FIND, [MEMBER])
    care, reason, serial = visit(who="care@cps.example.org"), f"Asked for by phone {secrets.token_hex(4)}", digits(10)
    page = care.open(reverse("admin:member_act", args=[member_id]))
    looked_at(care, "acting-1-begin")
    page.fill("#id_reason", reason)
    page.click(SEND)
    page.wait_for_url(f"**{reverse('dashboard')}")
    assert page.locator(".acting").count() == 1
    looked_at(care, "acting-2-dashboard")
    register(care, "ef-40mm-f2-8-stm", serial)
    assert portal.execute(BY, [serial]) == [("care@cps.example.org",)]
    care.forgive(f"{portal.origin}{reverse('account')}")
    care.open(reverse("account"))
    assert page.locator("h1").inner_text() == "Shut while acting for a member"
    looked_at(care, "acting-3-shut")
    page.click(".acting button")
    page.wait_for_url(f"**{reverse('admin:members_member_change', args=[member_id])}")
    assert page.locator(".acting").count() == 0

    member = visit(who=MEMBER)
    looks = member.open(reverse("account-looks"))
    assert f"Acted for you: \u2068{reason}\u2069. 1 form sent in." in looks.locator("main").inner_text()
    looked_at(member, "acting-4-looks")
