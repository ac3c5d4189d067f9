"""Two members and one unit: asked for with proof, released or objected to, decided by staff with a second factor."""

from datetime import date

from django.urls import reverse
from playwright.sync_api import expect

from cps_portal.demo.receipts import receipt
from tests.browser.kit import LENS, PLAIN_AR, SCRIPTS_EN, digits, looked_at, register
from tests.browser.visitor import PRIMARY

CLERK = "validation@cps.example.org"
WORDS = {"en": "Bought at a fair, with its box.", "ar": "اشتريتها من معرض مع علبتها."}
OF_SERIAL = "SELECT c.id FROM kitbag_claim c JOIN kitbag_kititem i ON i.id = c.item_id WHERE i.serial = %s"


def paper(serial, store):
    """A receipt as a file field takes it."""
    sale = receipt(store=store, product=LENS, serial=serial, bought=date(2024, 3, 2))
    return {"name": f"{store}.pdf", "mimeType": "application/pdf", "buffer": sale}


class Dispute:
    """A unit that one member holds and another asks for, each in a browser of their own."""

    def __init__(self, visit, *, claimant, holder, **wishes):
        self.serial = digits(10)
        self.asks, self.holds = visit(who=claimant, **wishes), visit(who=holder, **wishes)
        self.addresses = {self.asks: claimant, self.holds: holder}
        self.held = register(self.holds, "ef-40mm-f2-8-stm", self.serial)
        assert self.holds.page.locator(".page-head .dot--counts").count() == 1
        self.asked = register(self.asks, "ef-40mm-f2-8-stm", self.serial)

    def ask(self):
        page = self.asks.page
        page.click(".kit-todo a.button[href$='ground=used']")
        page.click(PRIMARY)
        expect(page.locator(".error-summary"), "a claim needs proof").to_be_visible()
        assert page.locator("input[name=ground][value=used]").is_checked()
        page.set_input_files("input[name=proof_file]", paper(self.serial, "Second hand"))
        page.fill("#id_words", WORDS[self.asks.language])
        looked_at(self.asks, "claim-1-ask")
        page.click(PRIMARY)
        page.wait_for_url(f"**{self.asked}")
        assert page.locator(".toast").count() == 1
        looked_at(self.asks, "claim-2-asked")
        self.claim = self.asks.portal.execute(OF_SERIAL, [self.serial])[0][0]
        self.answer = reverse("kitbag-claim-answer", args=[self.claim])
        self.told(self.holds, self.answer)

    def told(self, visitor, address):
        """A mail that leads to an address, and says nothing of the other side."""
        home = visitor.portal.origin + address
        text = visitor.portal.wait_for_mail(
            self.addresses[visitor], lambda mail: home in mail.get_body(("plain",)).get_content()
        )
        other = self.holds if visitor is self.asks else self.asks
        name = visitor.portal.execute("SELECT name FROM members_user WHERE email = %s", [self.addresses[other]])[0][0]
        assert name not in text
        assert name not in visitor.page.content()

    def open_answer(self):
        """The holder's own way to their two choices."""
        self.holds.open(self.held)
        looked_at(self.holds, "claim-3-held")
        self.holds.page.click(f".kit-todo a[href='{self.answer}']")
        looked_at(self.holds, "claim-4-answer")

    def is_the_claimants(self):
        """Both pages after the unit has changed hands."""
        page = self.asks.open(self.asked)
        assert page.locator(".page-head .dot--counts").count() == 1
        looked_at(self.asks, "claim-6-counts")
        self.told(self.asks, self.asked)
        page = self.holds.open(self.held)
        assert page.locator(".kit-removed").count() == 1
        assert (
            page.locator(f"form[action='{reverse('kitbag-item-undo', args=[self.held.split('/')[-2]])}']").count() == 0
        )
        looked_at(self.holds, "claim-7-gone")


def test_the_holder_releases_a_unit(visit):
    dispute = Dispute(visit, claimant="red-hr@example.org", holder="platinum-no@example.org", **PLAIN_AR)
    dispute.ask()
    dispute.open_answer()
    page = dispute.holds.page
    page.click("button[name=release]")
    page.wait_for_url(f"**{dispute.held}")
    dispute.is_the_claimants()


def test_the_holder_objects_and_staff_decide(visit):
    dispute = Dispute(visit, claimant="red-gb@example.org", holder="gold-it@example.org", **SCRIPTS_EN)
    dispute.ask()
    dispute.open_answer()
    page = dispute.holds.page
    page.set_input_files("input[name=proof_file]", paper(dispute.serial, "Jacobs"))
    page.fill("#id_words", WORDS[dispute.holds.language])
    page.click(PRIMARY)
    page.wait_for_url(f"**{dispute.held}")
    assert page.locator(".page-head .dot--counts").count() == 1, "points stay until it is decided"
    looked_at(dispute.holds, "claim-5-objected")

    clerk = visit(who=CLERK)
    clerk.open(reverse("admin:kitbag_claim_changelist"))
    clerk.page.click(f"a[href*='/{dispute.claim}/change/']")
    expect(clerk.page.get_by_text(dispute.serial).first).to_be_visible()
    looked_at(clerk, "claim-8-desk")
    clerk.page.click(f"a[href='{reverse('admin:kitbag_claim_decide', args=[dispute.claim])}']")
    clerk.page.check("input[name=decision][value=claimant]")
    clerk.page.fill("#id_note", "The later receipt names the seller.")
    looked_at(clerk, "claim-9-decide")
    clerk.page.click("form.form button.button--primary")
    clerk.page.wait_for_url(f"**{reverse('admin:kitbag_claim_change', args=[dispute.claim])}")
    dispute.is_the_claimants()
