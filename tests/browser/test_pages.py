"""Every main page as a picture of itself: no barrier, no sideways scrolling, one primary action, targets large enough.

English and Arabic, at 360 and 1280, light and dark: each pair of these is looked at on every page.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse

from cps_portal.demo import people
from kitbag.models import Claim, KitItem
from servicing.models import Booking, Offer
from servicing.rules.steps import State
from tests.browser.visitor import OF_THE_LOOK, RULES

IN_DOUBT = "silver-de@example.org"
LAYLA, EMPTY, ARCHIVE, CLERK = (
    people.LAYLA.email,
    people.EMPTY.email,
    "archive@example.org",
    "validation@cps.example.org",
)
LENT, CENTRE = "platinum-no@example.org", "centre@cps.example.org"
LAST_WEEK = datetime.now(UTC) - timedelta(days=7)
# The first look at each asks every question, the second those of its width and theme.
WAYS = {"en": [(1280, "light"), (360, "dark")], "ar": [(360, "light"), (1280, "dark")]}
ITEM = """
    SELECT i.id FROM kitbag_kititem i
    JOIN members_member m ON m.id = i.member_id JOIN members_user u ON u.id = m.user_id
    WHERE u.email = %s AND i.state = %s ORDER BY i.added_at LIMIT 1
"""
MESSAGE = """
    SELECT g.id FROM members_message g JOIN members_user u ON u.id = g.user_id
    WHERE u.email = %s AND g.kind = 'item_validated' ORDER BY g.id LIMIT 1
"""
CLAIM = "SELECT id FROM kitbag_claim WHERE state = %s ORDER BY id LIMIT 1"
CASE = """
    SELECT c.number FROM servicing_case c
    JOIN members_member m ON m.id = c.member_id JOIN members_user u ON u.id = m.user_id
    WHERE u.email = %s AND c.state = %s ORDER BY c.requested_at LIMIT 1
"""
EVENT = """
    SELECT e.id FROM servicing_event e JOIN servicing_booking b ON b.event_id = e.id
    JOIN members_member m ON m.id = b.member_id JOIN members_user u ON u.id = m.user_id
    WHERE u.email = %s AND b.state = %s AND e.ends_at > now() ORDER BY e.begins_at LIMIT 1
"""
OFFER = "SELECT id FROM servicing_offer WHERE codes = %s ORDER BY ends_on LIMIT 1"
ADDRESS = """
    SELECT a.id FROM members_address a JOIN members_member m ON m.id = a.member_id
    JOIN members_user u ON u.id = m.user_id WHERE u.email = %s ORDER BY a.id LIMIT 1
"""
THREAD = """
    SELECT t.id FROM members_thread t JOIN members_user u ON u.id = t.user_id
    WHERE u.email = %s ORDER BY t.id LIMIT 1
"""


@dataclass(frozen=True)
class Page:
    """An address, and who looks at it. `of` finds the row it is about: a statement and its values."""

    name: str
    who: str = ""
    query: str = ""
    args: tuple = ()
    of: tuple = ()
    status: int = 200
    note: str = ""

    def __str__(self):
        return "-".join(part for part in (self.name.replace("admin:", "admin-"), self.note) if part)

    def path(self, portal):
        args = [portal.execute(*self.of)[0][0]] if self.of else self.args
        return (reverse(self.name, args=args) if self.name != "404" else "/no-such-page/") + self.query


PAGES = [
    Page("home"),
    Page("products", query="?q=r5"),
    Page("product", args=("eos-r5-mark-ii",)),
    Page("countries"),
    Page("country-other"),
    Page("centres", query="?near=Newport&cps=on"),
    Page("centre", args=("uk",)),
    Page("terms"),
    Page("privacy"),
    Page("accessibility"),
    Page("what-if"),
    Page("list-check"),
    Page("account_login"),
    Page("account_signup"),
    Page("account_reset_password"),
    Page("404", status=404),
    Page("admin:login", query="?next=/admin/"),
    Page("dashboard", LAYLA),
    Page("dashboard", EMPTY, note="empty"),
    Page("points", LAYLA),
    Page("points-day", LAYLA, args=(LAST_WEEK.year, LAST_WEEK.month, LAST_WEEK.day)),
    Page("kitbag", ARCHIVE, note="500"),
    Page("kitbag", EMPTY, note="empty"),
    Page("kitbag-add", LAYLA),
    Page("kitbag-add", LAYLA, query="?product=eos-r5-mark-ii", note="chosen"),
    Page("kitbag-item", LAYLA, of=(ITEM, [LAYLA, KitItem.State.VALIDATED]), note="counts"),
    Page("kitbag-item", LAYLA, of=(ITEM, [LAYLA, KitItem.State.DRAFT]), note="draft"),
    Page("kitbag-item", LAYLA, of=(ITEM, [LAYLA, KitItem.State.REMOVED]), note="removed"),
    Page("kitbag-item", LAYLA, of=(ITEM, [LAYLA, KitItem.State.WAITING]), note="checked"),
    Page("kitbag-item-number", IN_DOUBT, of=(ITEM, [IN_DOUBT, KitItem.State.WAITING])),
    Page("kitbag-item-edit", LAYLA, of=(ITEM, [LAYLA, KitItem.State.DRAFT])),
    Page("kitbag-item-remove", LAYLA, of=(ITEM, [LAYLA, KitItem.State.VALIDATED])),
    Page("kitbag-item-proof", LAYLA, of=(ITEM, [LAYLA, KitItem.State.VALIDATED])),
    Page("kitbag-claim-answer", LAYLA, of=(CLAIM, [Claim.State.OPEN])),
    Page("kitbag-proofs", LAYLA),
    Page("kitbag-doctor", EMPTY, note="empty"),
    Page("kitbag-many", LAYLA),
    Page("kitbag-doctor", LAYLA),
    Page("kitbag-list", LAYLA),
    Page("card-start"),
    Page("servicing", LAYLA),
    Page("case", LAYLA, of=(CASE, [LAYLA, State.ESTIMATE_SENT])),
    Page("case-loan", LENT, of=(CASE, [LENT, State.AWAITING_PARTS])),
    Page("offers", LAYLA),
    Page("offers", EMPTY, note="empty"),
    Page("offer", LAYLA, of=(OFFER, [Offer.Codes.OWN])),
    Page("pack", LAYLA, note="sent"),
    Page("pack", IN_DOUBT, note="form"),
    Page("card", LAYLA),
    Page("benefits", LAYLA, query="?country=FR"),
    Page("events"),
    Page("event", LAYLA, of=(EVENT, [LAYLA, Booking.State.PLACE]), note="place"),
    Page("event", IN_DOUBT, of=(EVENT, [IN_DOUBT, Booking.State.WAITING]), note="waiting"),
    Page("help", LAYLA),
    Page("contact"),
    Page("threads", LAYLA),
    Page("thread", LAYLA, of=(THREAD, [LAYLA])),
    Page("account-export", LAYLA),
    Page("account-looks", LAYLA),
    Page("account-close", LAYLA),
    Page("messages", LAYLA),
    Page("message", LAYLA, of=(MESSAGE, [LAYLA])),
    Page("messages-preferences", LAYLA),
    Page("account", LAYLA),
    Page("former", IN_DOUBT),
    Page("account-addresses", LAYLA),
    Page("account-addresses", EMPTY, note="empty"),
    Page("account-address-new", LAYLA),
    Page("account-address", LAYLA, of=(ADDRESS, [LAYLA])),
    Page("account-move", LAYLA, query="?country=FR"),
    Page("account_email", LAYLA),
    Page("account_change_password", LAYLA),
    Page("mfa_index", LAYLA),
    Page("usersessions_list", LAYLA),
    Page("styleguide", CLERK),
    Page("admin:index", CLERK),
    Page("admin:bench", CENTRE),
    Page("admin:bench_report", CENTRE),
    Page("admin:bench_case", CENTRE, of=(CASE, [LAYLA, State.ESTIMATE_SENT])),
    Page("admin:kitbag_kititem_changelist", CLERK),
    Page("admin:kitbag_queue", CLERK),
    Page("admin:kitbag_claim_change", CLERK, of=(CLAIM, [Claim.State.OPEN])),
    Page("admin:kitbag_claim_decide", CLERK, of=(CLAIM, [Claim.State.OPEN])),
]


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_a_page_has_no_barrier(visit, portal, page):
    visitor = visit(who=page.who)
    path = page.path(portal)
    if page.status != 200:
        visitor.forgive(portal.origin + path)
    for language, looks in WAYS.items():
        visitor.speak(language)
        assert visitor.page.goto(path).status == page.status
        for (width, scheme), rules in zip(looks, (RULES, OF_THE_LOOK), strict=True):
            visitor.look(width, scheme)
            visitor.shot(f"page-{page}-{width}-{scheme}-{language}")
            visitor.check(rules)
            primary = visitor.page.locator("main .button--primary").locator("visible=true").all_inner_texts()
            assert len(primary) <= 1, primary
