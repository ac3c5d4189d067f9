"""Each role at the desk: care finds a member, the manager brings in a file, logistics packs, auditors read."""

from datetime import timedelta

from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from tests.browser.kit import SCRIPTS_EN, looked_at

DESK = reverse("admin:index")
CARE, MANAGER, LOGISTICS, AUDITOR, CENTRE = (
    f"{name}@cps.example.org" for name in ("care", "programme", "logistics", "auditor", "centre")
)


def found(visitor, words):
    """Type into the search box of the header, and press Enter."""
    page = visitor.page
    page.fill("header input[type=search]", words)
    with page.expect_navigation():
        page.press("header input[type=search]", "Enter")
    return page


def test_member_care_finds_a_member_and_derives_a_past_day(visit):
    care = visit(who=CARE, **SCRIPTS_EN)
    page = care.open(DESK)
    expect(page.get_by_role("link", name="Questions").first).to_be_visible()
    looked_at(care, "staff-1-desk")
    found(care, "mansour layla")
    looked_at(care, "staff-2-found")
    with page.expect_navigation():
        page.get_by_role("link", name="Layla Mansour").first.click()
    looked_at(care, "staff-3-member")
    # The parts below come as they are scrolled to.
    kit = page.locator("section", has=page.get_by_role("heading", name="Kit", exact=True))
    kit.scroll_into_view_if_needed()
    expect(kit.locator("tbody tr").first).to_be_visible()
    today = page.locator(".member-line b").inner_text()
    page.fill("input[name=day]", (timezone.now().date() - timedelta(days=200)).isoformat())
    with page.expect_navigation():
        page.get_by_role("button", name="Derive").click()
    expect(page.get_by_role("heading", name="Standing on")).to_be_visible()
    rows = page.locator(".derivation tbody td.number").all_inner_texts()
    total = page.locator(".derivation tfoot td.number").inner_text()
    assert sum(int(text.replace(",", "")) for text in rows) == int(total.replace(",", ""))
    assert page.locator(".member-line b").inner_text() == today


def test_the_manager_looks_before_a_file_is_saved(visit, tmp_path):
    manager = visit(who=MANAGER, **SCRIPTS_EN)
    page = manager.open(reverse("admin:data"))
    looked_at(manager, "staff-4-data")
    with page.expect_navigation():
        page.get_by_role("link", name="Bring in Thresholds of levels").click()
    looked_at(manager, "staff-5-bring-in")
    day = timezone.now().date() + timedelta(days=400)
    file = tmp_path / "levels.csv"
    file.write_text(f"day,silver,gold,platinum\n{day},500,1000,900\n")
    page.set_input_files("input[type=file]", file)
    page.fill("textarea[name=reason]", "A new season")
    with page.expect_navigation():
        page.get_by_role("button", name="Show what it would do").click()
    expect(page.locator("main")).to_contain_text("Silver, Gold and Platinum ascend, from 1 up.")
    looked_at(manager, "staff-6-fault")
    assert manager.portal.execute("SELECT 1 FROM members_threshold WHERE effective_on = %s", [day]) == []


def test_logistics_and_centre_staff_find_their_own_work_only(visit):
    logistics = visit(who=LOGISTICS)
    page = logistics.open(DESK)
    expect(page.locator(".desk-waiting")).to_contain_text("Packs to pick")
    expect(page.locator(".desk-waiting")).not_to_contain_text("Items to check")
    looked_at(logistics, "staff-7-logistics")
    centre = visit(who=CENTRE, width=360)
    page = centre.open(DESK)
    expect(page.locator(".desk-waiting")).to_contain_text("Cases at risk")
    expect(page.locator("main")).not_to_contain_text("Claims")
    looked_at(centre, "staff-8-centre")


def test_an_auditor_reads_reports_and_the_trail_and_finds_no_act(visit):
    auditor = visit(who=AUDITOR)
    page = auditor.open(reverse("admin:report", args=["levels"]))
    expect(page.locator("table").first).to_be_visible()
    looked_at(auditor, "staff-9-report")
    auditor.open(reverse("admin:members_staffchange_changelist"))
    looked_at(auditor, "staff-10-trail")
    auditor.open(reverse("admin:members_member_changelist"))
    with page.expect_navigation():
        page.locator("#result_list a").first.click()
    expect(page.locator(".derivation")).to_be_visible()
    for act in ("Hold a level…", "Suspend…", "Act on their behalf…", "Close the account…"):
        expect(page.get_by_role("link", name=act)).to_have_count(0)
