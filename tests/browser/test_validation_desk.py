"""A validation clerk's hour: one item after another by keyboard, a slip taken back, a reply kept ready, a question."""

from django.urls import reverse
from playwright.sync_api import expect

from tests.browser.kit import SCRIPTS_EN, digits, looked_at, register

CLERK = "validation@cps.example.org"
MEMBER = "thirty@example.org"
QUEUE = reverse("admin:kitbag_queue")
BOX = "form.review-decide"
STATE = "SELECT i.state, i.note FROM kitbag_kititem i WHERE i.id = %s"
MAIL = """
    SELECT m.kind, m.due_at - e.at FROM members_message m JOIN kitbag_itemevent e ON e.item_id = %s
    WHERE m.about = 'item ' || %s AND e.id = (SELECT max(id) FROM kitbag_itemevent WHERE item_id = %s)
        AND m.due_at > e.at"""
TOLD_LATER = "0:01:00"


def three_waiting(visit):
    """Numbers that follow on from one that counts wait for staff."""
    member = visit(who=MEMBER)
    first = int(digits(10))
    for serial in (first, first + 1, first - 1):
        register(member, "ef-40mm-f2-8-stm", str(serial))
    other = int(digits(10))
    for serial in (other, other + 1):
        register(member, "ef-40mm-f2-8-stm", str(serial))


def on_desk(page):
    """The item on the desk: the key in the address that its decision is posted to."""
    return page.locator(BOX).get_attribute("action").split("/")[-2]


def test_a_clerk_works_through_the_queue(visit):
    three_waiting(visit)
    clerk = visit(who=CLERK, **SCRIPTS_EN)
    page, portal = clerk.open(QUEUE), clerk.portal
    expect(page.get_by_role("heading", name="Waits because")).to_be_visible()
    looked_at(clerk, "review-1-item")

    # A key does nothing outside the box, nor while something is written in it.
    first = on_desk(page)
    page.keyboard.press("a")
    page.focus(f"{BOX} textarea")
    page.keyboard.press("a")
    assert page.locator(f"{BOX} textarea").input_value() == "a"
    page.fill(f"{BOX} textarea", "")
    assert on_desk(page) == first

    # Accept by key; the next one comes, and the slip is taken back.
    page.focus(f"{BOX} button[value=ask]")
    with page.expect_navigation():
        page.keyboard.press("a")
    assert on_desk(page) != first
    assert portal.execute(STATE, [first])[0][0] == "validated"
    assert [str(later) for _kind, later in portal.execute(MAIL, [first] * 3)] == [TOLD_LATER]
    expect(page.locator(".review-taken")).to_contain_text("accepted")
    looked_at(clerk, "review-2-taken")
    with page.expect_navigation():
        page.click(".review-taken button")
    expect(page.locator(".messagelist")).to_contain_text("Taken back; the member was not told.")
    assert on_desk(page) == first
    assert portal.execute(STATE, [first])[0][0] == "waiting"
    assert portal.execute(MAIL, [first] * 3) == []

    # Reject: the key asks for words first, a reply kept ready gives them.
    page.focus(f"{BOX} button[value=ask]")
    page.keyboard.press("r")
    expect(page.locator(f"{BOX} select")).to_be_focused()
    page.select_option(f"{BOX} select", label="Photo shows another number")
    expect(page.locator(f"{BOX} textarea")).to_have_value(
        "The photo shows another serial number than the one you entered. Please enter the number on the photo, or"
        " add a photo of this product."
    )
    looked_at(clerk, "review-3-reply")
    page.focus(f"{BOX} button[value=ask]")
    with page.expect_navigation():
        page.keyboard.press("r")
    state, note = portal.execute(STATE, [first])[0]
    assert (state, note.split(" serial")[0]) == ("refused", "The photo shows another")

    # Ask, with the keys switched on for the whole page: they are on for the next item too.
    page.check("[data-review-anywhere]")
    second = on_desk(page)
    page.fill(f"{BOX} textarea", "Did you buy both on one day?")
    page.locator("h1").click()
    page.evaluate("document.activeElement.blur()")
    with page.expect_navigation():
        page.keyboard.press("q")
    assert portal.execute(STATE, [second])[0] == ("waiting", "Did you buy both on one day?")
    assert page.locator("[data-review-anywhere]").is_checked()
    page.uncheck("[data-review-anywhere]")


def test_the_same_without_scripts(visit):
    """A reply is chosen, the note left empty; what is chosen is what the member reads."""
    clerk = visit(who=CLERK, scripts=False, width=360)
    page = clerk.open(QUEUE)
    item = on_desk(page)
    assert not page.locator("kbd").first.is_visible()
    looked_at(clerk, "review-4-plain")
    page.select_option(f"{BOX} select", label="Proof of purchase")
    with page.expect_navigation():
        page.click(f"{BOX} button[value=ask]")
    state, note = clerk.portal.execute(STATE, [item])[0]
    assert (state, note[:29]) == ("waiting", "Please add the receipt or inv")
    clerk.look(1280, "dark")
    looked_at(clerk, "review-5-left")
