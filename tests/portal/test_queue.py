"""The validation queue: item after item, on one desk at a time, with what is needed beside it."""

from datetime import timedelta
from io import BytesIO

import pytest
from django.urls import reverse
from PIL import Image

from kitbag import desk
from kitbag.editing import edit_item
from kitbag.models import KitItem, ProofOpening, ProposedEdit, ReplyTemplate, ReviewLease
from kitbag.validation import accept_item, ask_member
from members.models import Message, StaffChange
from tests.conftest import details
from tests.factories import NOON, ProductFactory
from tests.portal.desk import PNG, QUEUE, decide, page_of, person, picture, receipt_of, second_clerk
from tests.portal.staff import act, history
from tests.portal.test_admin_review import link

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


@pytest.fixture
def three(layla, camera, register):
    """Three items that wait for staff, the oldest first."""
    return [
        register(layla, camera, serial=f"{number}2345", number_confirmed=True, at=NOON - timedelta(hours=9 - number))
        for number in (1, 3, 5)
    ]


def test_the_oldest_comes_first_with_its_reasons_and_facts(clerk, three):
    page = clerk.get(QUEUE)
    said = page.content.decode()
    assert page.context["item"] == three[0]
    for words in ("We are checking the serial number you confirmed", "It says 12345, 5 characters.", "Jacobs"):
        assert words in said
    assert "Other registrations of this unit" in said
    assert ReviewLease.objects.get().item == three[0]


def test_other_registrations_of_the_unit_stand_beside_it(clerk, layla, omar, camera, register):
    sibling = ProductFactory(name="EOS R5", category=camera.category)
    other = register(omar, sibling, serial="012345678901")
    register(layla, camera, serial="012345678901")
    said = clerk.get(QUEUE).content.decode()
    assert link(other) in said.split("review-other")[1]


def test_what_is_handed_out(clerk, three, layla, omar, lens, register, vera):
    """Neither what waits for its member nor what a claim decides; a proposed edit in its turn."""
    ask_member(three[0].pk, note="Which one?", by=vera, at=NOON)
    held = register(omar, lens, serial="1234567890")
    register(layla, lens, serial="1234567890")
    assert clerk.get(QUEUE).context["item"] == three[1]
    for item in three[1:]:
        accept_item(item.pk, by=person(clerk), at=NOON)
    assert "Nothing waits for you." in clerk.get(QUEUE).content.decode()
    edit_item(held.pk, member_id=omar.pk, details=details("77", number_confirmed=True), at=NOON, by=omar.user)
    page = clerk.get(QUEUE)
    assert page.context["edit"] == ProposedEdit.objects.get()
    assert "goes on counting either way" in page.content.decode()
    assert 'value="ask"' not in page.content.decode()


def test_an_edit_is_decided_in_its_turn(clerk, omar, lens, register):
    held = register(omar, lens, serial="1234567890")
    edit_item(held.pk, member_id=omar.pk, details=details("77", number_confirmed=True), at=NOON, by=omar.user)
    assert decide(clerk, held, "ask", note="Which?").status_code == 200
    decide(clerk, held, "accept")
    held.refresh_from_db()
    assert (held.serial, held.state) == ("77", "validated")


def test_nothing_left_says_what_is_left(clerk, waiting, vera):
    ask_member(waiting.pk, note="Which one?", by=vera, at=NOON)
    said = clerk.get(QUEUE).content.decode()
    assert "Nothing waits for you." in said
    assert "<dd>1</dd>" in said


def test_no_item_is_on_two_desks(clerk, three):
    other = second_clerk()
    assert clerk.get(QUEUE).context["item"] == three[0]
    assert other.get(QUEUE).context["item"] == three[1]
    assert clerk.get(QUEUE).context["item"] == three[0]
    page = other.get(page_of(three[0]))
    assert "On another desk: Validation, until" in page.content.decode()
    assert page.context["form"] is None
    assert "Somebody else has this on their desk." in decide(other, three[0], "accept").content.decode()
    assert KitItem.objects.get(pk=three[0].pk).state == "waiting"


def test_nor_is_it_decided_from_the_list_meanwhile(clerk, three):
    other = second_clerk()
    clerk.get(QUEUE)
    said = act(other, "kitbag_kititem", "accept", three[0]).content.decode()
    assert "Somebody else has this on their desk." in said
    assert KitItem.objects.get(pk=three[0].pk).state == "waiting"


def test_a_desk_left_alone_for_ten_minutes_is_free(clerk, three, time_machine):
    other = second_clerk()
    clerk.get(QUEUE)
    time_machine.shift(desk.LEASE)
    assert other.get(QUEUE).context["item"] == three[0]
    assert "Somebody else has this on their desk." in decide(clerk, three[0], "accept").content.decode()


def test_showing_an_item_renews_its_time(clerk, three, time_machine):
    clerk.get(QUEUE)
    time_machine.shift(timedelta(minutes=9))
    clerk.get(page_of(three[0]))
    time_machine.shift(timedelta(minutes=9))
    assert second_clerk().get(QUEUE).context["item"] == three[1]


@pytest.mark.parametrize(
    ("decision", "state", "kind"),
    [("accept", "validated", "item_validated"), ("reject", "refused", "item_needs_you")],
)
def test_decided_the_next_one_comes(clerk, three, decision, state, kind):
    answer = clerk.get(decide(clerk, three[0], decision, note="Not this one").url)
    assert answer.context["item"] == three[1]
    assert "Take it back" in answer.content.decode()
    assert KitItem.objects.get(pk=three[0].pk).state == state
    assert Message.objects.filter(kind=kind, about=f"item {three[0].pk}").count() == 1
    assert history(three[0])[0][0] == "Validation"


def test_asked_it_is_the_members_turn(clerk, three):
    decide(clerk, three[0], "ask", note="Which one?")
    item = KitItem.objects.get(pk=three[0].pk)
    assert (item.state, item.reasons, item.note) == ("waiting", ["shape_confirmed", "asked"], "Which one?")
    assert clerk.get(QUEUE).context["item"] == three[1]


@pytest.mark.parametrize("decision", ["ask", "reject"])
def test_words_for_the_member_are_needed(clerk, waiting, decision):
    answer = decide(clerk, waiting, decision, note=" ")
    assert "Write to the member what it is about, or choose a reply." in answer.content.decode()
    assert KitItem.objects.get(pk=waiting.pk).note == ""


def test_decided_twice_the_second_is_told(clerk, waiting):
    decide(clerk, waiting, "accept")
    answer = decide(clerk, waiting, "reject", note="No")
    assert "it waits no longer" in answer.content.decode()
    assert KitItem.objects.get(pk=waiting.pk).state == "validated"


# Replies


def reply(**more):
    return ReplyTemplate.objects.create(**{"kind": "reject", "title": "Ours", "text": "Please look again.", **more})


def test_a_chosen_reply_is_the_note_where_that_is_empty(clerk, waiting):
    chosen = reply()
    assert "Please look again." in clerk.get(QUEUE).content.decode()
    decide(clerk, waiting, "reject", reply=chosen.pk)
    assert KitItem.objects.get(pk=waiting.pk).note == "Please look again."


@pytest.mark.parametrize(
    ("decision", "why"), [("accept", "We are checking the serial number you confirmed"), ("ask", "Blurred")]
)
def test_a_reply_is_the_reason_on_the_trail_only_where_it_is_sent(clerk, waiting, decision, why):
    decide(clerk, waiting, decision, reply=reply(title="Blurred").pk)
    [told] = set(StaffChange.objects.filter(table="kitbag_kititem").values_list("why", flat=True))
    assert told == f"{decision}: {why}"


def test_what_the_clerk_wrote_goes_before_the_reply(clerk, waiting):
    decide(clerk, waiting, "reject", reply=reply().pk, note="In my words.")
    assert KitItem.objects.get(pk=waiting.pk).note == "In my words."


def test_replies_are_in_the_members_language_and_in_use(clerk, waiting, layla):
    chosen, other = reply(), reply(title="Retired", is_active=False)
    arabic = reply(text="انظر مرة أخرى", language="ar")
    said = clerk.get(QUEUE).content.decode()
    assert f'value="{chosen.pk}"' in said
    assert f'value="{other.pk}"' not in said
    assert f'value="{arabic.pk}"' not in said
    layla.user.language = "ar"
    layla.user.save(update_fields=["language"])
    said = clerk.get(QUEUE).content.decode()
    assert f'value="{arabic.pk}"' in said
    assert f'value="{chosen.pk}"' not in said
    assert "The member reads العربية." in said


def test_there_are_replies_from_the_first_day(db):
    first = ReplyTemplate.objects.values_list("kind", "language")
    assert {kind: sum(row == (kind, "en") for row in first) for kind in ("ask", "reject")} == {"ask": 4, "reject": 4}
    assert sum(language == "ar" for _kind, language in first) == 8


@pytest.mark.parametrize("who", ["clerk", "manager"])
def test_replies_are_edited_with_a_reason(request, who):
    client, chosen = request.getfixturevalue(who), reply()
    page = reverse("admin:kitbag_replytemplate_change", args=[chosen.pk])
    fields = {"kind": "reject", "title": "Ours", "text": "Look at the plate.", "language": "en", "place": "5"}
    assert client.post(page, {**fields, "is_active": "on"}).status_code == 200
    assert client.post(page, {**fields, "is_active": "on", "reason": "Shorter"}).status_code == 302
    chosen.refresh_from_db()
    assert chosen.text == "Look at the plate."
    assert "Shorter" in history(chosen)[0][1]


# Papers


def test_a_picture_is_shown_beside_the_item_and_written_down(clerk, waiting):
    paper = picture(waiting, kind="number_photo")
    pdf = receipt_of(waiting)
    page = clerk.get(QUEUE)
    shown = {row["name"]: row for row in page.context["papers"]}
    assert shown["label.png"]["src"] in page.content.decode().replace("&amp;", "&")
    assert f"/proof/{pdf.pk}/open/" in shown["receipt.pdf"]["href"]
    first_page = clerk.get(shown["receipt.pdf"]["src"])
    assert (first_page.status_code, first_page["Content-Type"]) == (200, "image/png")
    with Image.open(BytesIO(first_page.content)) as drawn:
        assert drawn.width == pytest.approx(1400, abs=1)
        assert min(drawn.convert("L").get_flattened_data()) < 128
    assert ProofOpening.objects.filter(proof=pdf).count() == 1
    answer = clerk.get(shown["label.png"]["src"])
    assert (answer.status_code, answer.content, answer["Content-Type"]) == (200, PNG, "image/png")
    opening = ProofOpening.objects.exclude(proof=pdf).get()
    assert (opening.proof, opening.role, opening.purpose) == (paper, "Validation", f"review {waiting.pk}")
    clerk.get(shown["label.png"]["src"])
    assert ProofOpening.objects.count() == 2


def test_what_cannot_be_drawn_is_opened_by_its_button(clerk, waiting):
    broken = receipt_of(waiting, b"%PDF-1.7 nothing of the kind")
    [paper] = clerk.get(QUEUE).context["papers"]
    assert clerk.get(paper["src"]).status_code == 404
    assert not ProofOpening.objects.exists()
    assert f"/proof/{broken.pk}/open/" in paper["href"]


def test_a_picture_is_for_what_waits_and_for_who_decides(clerk, care, waiting):
    picture(waiting)
    src = clerk.get(QUEUE).context["papers"][0]["src"]
    assert care.get(src).status_code == 403
    assert clerk.get(src.split("?")[0]).status_code == 404
    decide(clerk, waiting, "accept")
    assert clerk.get(src).status_code == 404
    assert not ProofOpening.objects.exists()


def test_on_another_desk_the_papers_stay_closed(clerk, waiting):
    picture(waiting)
    clerk.get(QUEUE)
    paper = second_clerk().get(page_of(waiting)).context["papers"][0]
    assert (paper["src"], paper["href"]) == ("", "")


@pytest.mark.parametrize("count", [5, 50])
def test_as_many_questions_to_the_database_however_long_the_queue(
    clerk, layla, register, django_assert_max_num_queries, count
):
    for number in range(count):
        register(layla, ProductFactory(), serial=f"{number}", number_confirmed=True)
    clerk.get(QUEUE)
    with django_assert_max_num_queries(34):
        clerk.get(QUEUE)


def test_a_country_team_works_on_its_own_members_items(clerk, three, omar, camera, register):
    """Layla's items are Britain's; the clerk of Egypt gets Omar's, which came later."""
    theirs = register(omar, camera, serial="72345", number_confirmed=True)
    user = person(clerk)
    user.countries = ["EG"]
    user.save(update_fields=["countries"])
    assert clerk.get(QUEUE).context["item"] == theirs
    assert clerk.get(page_of(three[0])).status_code == 404
    assert decide(clerk, three[0], "accept").status_code == 404
