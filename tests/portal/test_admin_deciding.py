"""Waiting items and proposed edits decided on the staff pages: one by one, each with its result and history."""

from datetime import timedelta

import pytest
from django.urls import reverse

from kitbag.editing import edit_item
from kitbag.models import KitItem, ProposedEdit
from members.models import Message, StaffChange
from tests.conftest import details
from tests.factories import NOON
from tests.portal.conftest import a_claim
from tests.portal.staff import act, history

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


def test_the_list_shows_what_waits_and_why(clerk, waiting, layla, lens, register):
    counted = register(layla, lens, serial="1234567890")
    page = clerk.get(reverse("admin:kitbag_kititem_changelist")).content.decode()
    assert "We are checking the serial number you confirmed" in page
    assert str(counted.pk) not in page
    assert "RF 70-200mm" in clerk.get(reverse("admin:kitbag_kititem_changelist") + "?state=all").content.decode()


@pytest.mark.parametrize("typed", ["1234567890", "12-3456 7890", "１２３４５６７８９０", "1234567890 (lens)"])
def test_an_item_is_found_by_its_number_in_any_spelling(clerk, waiting, layla, lens, register, typed):
    item = register(layla, lens, serial="1234567890")
    page = clerk.get(reverse("admin:kitbag_kititem_changelist"), {"q": typed}).content.decode()
    assert str(item.pk) in page
    assert str(waiting.pk) not in page


def test_a_search_keeps_the_filters(clerk, waiting):
    page = clerk.get(reverse("admin:kitbag_kititem_changelist"), {"state": "all", "reason": "many", "p": "1"})
    form = page.content.decode().split('id="changelist-search"')[1].split("</form>")[0]
    assert '<input type="hidden" name="state" value="all">' in form
    assert '<input type="hidden" name="reason" value="many">' in form
    assert 'name="p"' not in form


def test_accept_from_the_list_tells_each_result(clerk, waiting, omar, camera, register):
    second = register(omar, camera, serial="12345", number_confirmed=True)
    answer = act(clerk, "kitbag_kititem", "accept", waiting, second)
    waiting.refresh_from_db()
    second.refresh_from_db()
    assert {waiting.state, second.state} == {"validated", "waiting"}
    page = answer.content.decode()
    assert page.count("Accepted: it counts.") == 1
    assert page.count("A claim decides that.") == 1
    assert [who for who, _what in history(waiting) + history(second)] == ["Validation"]


def test_a_decision_from_the_list_leads_to_where_it_is_taken_back(clerk, waiting):
    answer = act(clerk, "kitbag_kititem", "accept", waiting)
    page = reverse("admin:kitbag_queue_item", args=[waiting.pk])
    assert f'<a href="{page}">Take it back…</a>' in answer.content.decode()
    taken = clerk.get(page).context["taken"]
    assert taken["said"] == "accepted"
    clerk.post(reverse("admin:kitbag_queue_take_back"), {"event": taken["event"]})
    waiting.refresh_from_db()
    assert waiting.state == "waiting"
    assert not Message.objects.filter(about=f"item {waiting.pk}").exists()
    assert clerk.get(page).context["taken"] is None


def test_a_decision_of_a_while_ago_is_not_offered_to_be_taken_back(clerk, waiting, time_machine):
    act(clerk, "kitbag_kititem", "accept", waiting)
    time_machine.move_to(NOON + timedelta(hours=1, seconds=61))
    assert clerk.get(reverse("admin:kitbag_queue_item", args=[waiting.pk])).context["taken"] is None


def test_reject_asks_for_the_note_first(clerk, waiting):
    answer = act(clerk, "kitbag_kititem", "reject", waiting)
    assert "Note to the member" in answer.content.decode()
    waiting.refresh_from_db()
    assert waiting.state == "waiting"
    answer = act(clerk, "kitbag_kititem", "reject", waiting, carry_out="1", note="")
    assert "This field is required" in answer.content.decode()
    act(clerk, "kitbag_kititem", "reject", waiting, carry_out="1", note="The photo shows another number.")
    waiting.refresh_from_db()
    assert (waiting.state, waiting.note) == ("refused", "The photo shows another number.")
    assert history(waiting) == [("Validation", "Rejected. The photo shows another number.")]
    assert Message.objects.filter(kind="item_needs_you", user=waiting.member.user).count() == 1


@pytest.mark.parametrize("decision", ["accept", "ask", "reject"])
def test_the_trail_says_what_was_decided_from_the_list_and_what_each_item_waited_for(
    clerk, waiting, omar, lens, register, decision
):
    other = register(omar, lens, serial="77", number_confirmed=True)
    KitItem.objects.filter(pk=other.pk).update(reasons=["many"])
    act(clerk, "kitbag_kititem", decision, waiting, other, carry_out="1", note="Which one?")
    told = StaffChange.objects.filter(table="kitbag_kititem").values_list("row", "why")
    assert set(told) == {
        (str(waiting.pk), f"{decision}: We are checking the serial number you confirmed"),
        (str(other.pk), f"{decision}: Many products were added within an hour"),
    }


def test_the_reason_for_the_record_stands_on_the_trail_of_a_claim(clerk, layla, omar, camera, register):
    register(layla, camera, serial="012345678901")
    claim = a_claim(register(omar, camera, serial="012345678901"))
    act(clerk, "kitbag_claim", "for_holder", claim, carry_out="1", note="Her receipt is older.")
    told = StaffChange.objects.filter(table="kitbag_claim").values_list("row", "why")
    assert set(told) == {(str(claim.pk), "for_holder: Her receipt is older.")}


def test_ask_leaves_the_item_waiting_for_the_member(clerk, waiting):
    act(clerk, "kitbag_kititem", "ask", waiting, carry_out="1", note="Which body is it?")
    waiting.refresh_from_db()
    assert waiting.state == "waiting"
    assert "asked" in waiting.reasons
    assert waiting.note == "Which body is it?"


@pytest.mark.parametrize(
    ("decision", "note", "state"),
    [("accept", "", "validated"), ("ask", "Why?", "waiting"), ("reject", "No.", "refused")],
)
def test_decide_on_the_items_page(clerk, waiting, decision, note, state):
    page = reverse("admin:kitbag_queue_item", args=[waiting.pk])
    assert clerk.get(page).status_code == 200
    assert clerk.post(page, {"decision": decision, "note": note}).status_code == 302
    waiting.refresh_from_db()
    assert waiting.state == state
    assert len(history(waiting)) == 1


@pytest.mark.parametrize("decision", ["ask", "reject"])
def test_a_note_is_needed_beside_its_field(clerk, waiting, decision):
    page = reverse("admin:kitbag_queue_item", args=[waiting.pk])
    answer = clerk.post(page, {"decision": decision, "note": " "})
    assert "note" in answer.context["form"].errors
    waiting.refresh_from_db()
    assert waiting.state == "waiting"
    assert history(waiting) == []


def test_the_second_decision_is_told(clerk, waiting):
    page = reverse("admin:kitbag_queue_item", args=[waiting.pk])
    clerk.post(page, {"decision": "accept"})
    answer = clerk.post(page, {"decision": "reject", "note": "No."})
    assert "Somebody has decided this meanwhile" in answer.content.decode()
    waiting.refresh_from_db()
    assert waiting.state == "validated"
    assert len(history(waiting)) == 1


def test_the_items_page_shows_the_unit_elsewhere(clerk, waiting, omar, camera, register):
    other = register(omar, camera, serial="12345", number_confirmed=True)
    page = clerk.get(reverse("admin:kitbag_kititem_change", args=[waiting.pk])).content.decode()
    assert reverse("admin:kitbag_kititem_change", args=[other.pk]) in page
    assert "Omar Haddad" in page


@pytest.fixture
def edit(layla, lens, register):
    item = register(layla, lens, serial="1234567890")
    return edit_of(item, layla)


def edit_of(item, member):
    new = details("999", number_confirmed=True)
    return edit_item(item.pk, member_id=member.pk, details=new, at=NOON, by=member.user)


def test_let_an_edit_pass(clerk, edit):
    act(clerk, "kitbag_proposededit", "let_pass", edit)
    edit.refresh_from_db()
    assert (edit.state, KitItem.objects.get(pk=edit.item_id).serial) == ("passed", "999")
    assert len(history(edit)) == 1


def test_refuse_an_edit_with_its_note(clerk, edit):
    act(clerk, "kitbag_proposededit", "refuse", edit)
    assert ProposedEdit.objects.get(pk=edit.pk).state == "waiting"
    act(clerk, "kitbag_proposededit", "refuse", edit, carry_out="1", note="Not its number.")
    edit.refresh_from_db()
    assert (edit.state, edit.note) == ("refused", "Not its number.")
    assert KitItem.objects.get(pk=edit.item_id).serial == "1234567890"
