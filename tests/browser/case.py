"""A case in a journey: its member and the centre's clerk in browsers of their own, and the clock they both see."""

from urllib.parse import urlsplit

from django.urls import reverse

from cps_portal.pages.servicing.sheet import receive_href
from servicing.rules.clock import reading
from tests.browser.kit import looked_at
from tests.browser.readings import LONDON, figures, now, run_of, said, written_on
from tests.browser.visitor import PRIMARY

CLERK = "centre@cps.example.org"
FAULT = {"en": "Upper third dark above 1/2000.", "ar": "الثلث العلوي مظلم فوق 1/2000."}
SUBMIT = "form.form button.button--primary"
LOAN = "SELECT l.id FROM servicing_loan l JOIN servicing_case c ON c.id = l.case_id WHERE c.number = %s"


class Case:
    """A case with its member and the centre's clerk, each in a browser of their own."""

    def __init__(self, visit, portal, *, member, language="en", **wishes):
        self.portal = portal
        self.member = visit(who=member, language=language, **wishes)
        self.clerk = visit(who=CLERK, language="en", **wishes)
        self.number = ""

    @property
    def home(self):
        return reverse("case", args=[self.number])

    @property
    def run(self):
        return run_of(self.portal, self.number)

    def open_member(self, name="case", shot=""):
        page = self.member.open(reverse(name, args=[self.number]))
        if shot:
            looked_at(self.member, f"servicing-{shot}")
        return page

    def open_clerk(self):
        return self.clerk.open(reverse("admin:bench_case", args=[self.number]))

    def clock_says(self, does):
        """The clock is what the rule gives for this moment, to the member and to the bench; answers it."""
        run = self.run
        for visitor, head in ((self.member, ".case-clock"), (self.clerk, ".bench-clock")):
            before = said(run, now())
            page = self.open_member() if visitor is self.member else self.open_clerk()
            ours = {before, said(run, now())}
            theirs = " ".join(page.locator(f"{head} .lcd__head").inner_text().split())
            if visitor.language == "en":
                assert theirs in ours
            else:
                assert figures(theirs) in {figures(words) for words in ours}
        assert does in before
        return before

    def act(self, code, **filled):
        """What the bench does next, from its page of the case."""
        page = self.open_clerk()
        page.click(f".bench-acts a[href*='act={code}']")
        for field, value in filled.items():
            page.fill(f"#act #id_{field}", value)
        page.click(f"#act {SUBMIT}")
        page.locator(".messagelist .success").wait_for()
        assert page.locator("#act").count() == 0

    def paper(self, visitor, href):
        """A PDF as the browser gets it with its own cookies; its pages as text."""
        answer = visitor.context.request.get(href)
        assert (answer.status, answer.headers["content-type"]) == (200, "application/pdf")
        return written_on(answer.body())

    def ask(self, item):
        """The member's way from servicing to a request that is sent."""
        page = self.member.open(reverse("servicing"))
        assert page.locator(".slot--free").count() == 3
        page.locator(f"main a[href='{reverse('servicing-send')}']").first.click()
        looked_at(self.member, "servicing-1-choose")
        page.click(f"a.button[href='{reverse('case-new', args=[item])}']")
        page.check("input[name=service][value=repair]")
        self._next("fault")
        page.check("input[name=fault][value=shutter]")
        page.fill("#id_fault_words", FAULT[self.member.language])
        self._next("warranty")
        page.check("input[name=warranty][value=no]")
        self._next("centre")
        page.locator(".send-option", has_text="Elstree").locator("input[name=centre]").check()
        looked_at(self.member, "servicing-2-centre")
        self._next("way")
        page.fill("#id_sends_accessories", "Body cap, strap")
        self._next("address")
        page.fill("#id_street", "24 Larch Road")
        page.fill("#id_postcode", "SE22 8TU")
        page.fill("#id_town", "London")
        self._next("check")
        looked_at(self.member, "servicing-3-check")
        page.click(PRIMARY)
        page.wait_for_url("**/servicing/UK-*/")
        self.number = urlsplit(page.url).path.split("/")[2]
        assert page.locator(".toast").count() == 1

    def _next(self, step):
        """Answer, and come to the next question."""
        page = self.member.page
        page.click(PRIMARY)
        page.locator(f"form[action$='step={step}']").last.wait_for()

    def is_requested(self, serial):
        """A case without a clock yet, and the sheet for its parcel."""
        page = self.open_member(shot="4-requested")
        assert self.run is None
        assert page.locator(".case-clock__idle").count() == 1
        assert page.locator(".case-clock .big").count() == 0
        sheets = self.paper(self.member, page.locator("a.button--primary").get_attribute("href"))
        assert len(sheets) == 1
        # In the sheet and on the label for the parcel.
        assert sheets[0].count(self.number) == 2
        assert serial in sheets[0]

    def receive(self, serial):
        """The clerk scans the sheet and books the parcel in."""
        link = urlsplit(receive_href(self.number))
        page = self.clerk.open(f"{link.path}?{link.query}")
        looked_at(self.clerk, "servicing-5-receive")
        page.fill("#id_serial", serial)
        page.fill("#id_condition", "Wear of use.")
        page.fill("#id_accessories", "Body cap, strap")
        page.click(SUBMIT)
        page.locator(".messagelist .success", has_text=self.number).wait_for()

    def send_estimate(self):
        page = self.open_clerk()
        page.click(".bench-acts a[href*='act=estimate']")
        page.fill("#id_line-0-words", "Shutter unit")
        page.fill("#id_line-0-amount", "168.00")
        page.fill("#id_shipping", "18.00")
        page.click(f"#act {SUBMIT}")
        page.locator("button[name=confirmed]").wait_for()
        looked_at(self.clerk, "servicing-6-estimate")
        page.click("button[name=confirmed]")
        page.locator(".messagelist .success").wait_for()

    def accept(self):
        """From the page of the estimate, which shows what the bench wrote; VAT and free way back by rule."""
        page = self.open_member()
        page.locator("a[href^='/estimates/']:not([href$='.pdf'])").last.click()
        page.wait_for_selector(".estimate-page")
        looked_at(self.member, "servicing-7-estimate")
        assert "201.60" in page.locator("tfoot").inner_text()
        page.click("button[name=answer][value=accept]")
        page.wait_for_url(f"**{self.home}")
        assert page.locator(".toast").count() == 1

    def due_day(self):
        return reading(self.run, now()).due_at.astimezone(LONDON).date()

    def at_the_counter(self, act, condition):
        """What the clerk does with the case's loan, from the list of loans."""
        counter = reverse("admin:bench_loan", args=[self.portal.execute(LOAN, [self.number])[0][0]])
        page = self.clerk.open(reverse("admin:bench_loans"))
        page.click(f"a[href='{counter}']")
        page.click(f".bench-acts a[href*='act={act}']")
        page.fill("#id_condition", condition)
        page.click(f"#act {SUBMIT}")
        page.locator(".messagelist .success").wait_for()
