"""What staff decide and plan through their pages: by the operations, with a reason, and a line in the history."""

from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group
from django.urls import reverse

from kitbag.editing import edit_item
from kitbag.models import Hold, KitItem, LifecycleMark, ProposedEdit, SearchName, Stage, Valuation
from kitbag.valuing import marks_of, steps_of
from members.messages import post_security
from members.models import CountryTerms, Level, Message, Threshold, User
from members.rules.roles import Role
from servicing.models import ServiceTerms
from tests.conftest import details
from tests.factories import NOON, ProductFactory
from tests.portal.staff import SUPERUSER, confirmed, staff_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

TODAY = NOON.date()
SOON = (TODAY + timedelta(days=10)).isoformat()


def day(offset):
    return (TODAY + timedelta(days=offset)).isoformat()


def as_role(role):
    return confirmed(staff_user(role.value if isinstance(role, Role) else role))


@pytest.fixture
def clerk(db):
    return as_role(Role.VALIDATION)


@pytest.fixture
def manager(db):
    return as_role(Role.PROGRAMME_MANAGER)


@pytest.fixture
def care(db):
    return as_role(Role.MEMBER_CARE)


def act(client, url_name, action, *rows, **more):
    page = reverse(f"admin:{url_name}_changelist")
    return client.post(page, {"action": action, "_selected_action": [str(row.pk) for row in rows], **more}, follow=True)


def history(row):
    return list(
        LogEntry.objects.filter(object_id=str(row.pk)).order_by("pk").values_list("user__name", "change_message")
    )


# Waiting items


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
    page = reverse("admin:kitbag_kititem_decide", args=[waiting.pk])
    assert clerk.get(page).status_code == 200
    assert clerk.post(page, {"decision": decision, "note": note}).status_code == 302
    waiting.refresh_from_db()
    assert waiting.state == state
    assert len(history(waiting)) == 1


@pytest.mark.parametrize("decision", ["ask", "reject"])
def test_a_note_is_needed_beside_its_field(clerk, waiting, decision):
    page = reverse("admin:kitbag_kititem_decide", args=[waiting.pk])
    answer = clerk.post(page, {"decision": decision, "note": " "})
    assert "note" in answer.context["form"].errors
    waiting.refresh_from_db()
    assert waiting.state == "waiting"
    assert history(waiting) == []


def test_the_second_decision_is_told(clerk, waiting):
    page = reverse("admin:kitbag_kititem_decide", args=[waiting.pk])
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


# Proposed edits


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


# Plans of products


def test_mark_superseded_and_withdraw_it(manager, camera):
    page = reverse("admin:kitbag_product_superseded", args=[camera.pk])
    answer = manager.post(page, {"day": SOON, "reason": "EOS R5 Mark III"}, follow=True)
    assert "EOS R5 Mark II: superseded from 3 Dec 2026." in answer.content.decode()
    assert [(step.day.isoformat(), step.points) for step in steps_of(camera.pk)][1:] == [(SOON, 192)]
    mark = LifecycleMark.objects.get(product=camera)
    assert (mark.by.name, mark.reason) == ("Programme manager", "EOS R5 Mark III")
    assert "EOS R5 Mark III" in history(camera)[0][1]
    assert b"Withdraw the plan" in manager.get(page).content
    manager.post(page, {"withdraw": "on", "reason": "Not yet"})
    assert marks_of(camera.pk) == {}
    assert len(steps_of(camera.pk)) == 1


@pytest.mark.parametrize(
    ("name", "post", "field", "words"),
    [
        ("superseded", {"day": day(0), "reason": "x"}, "day", "Choose a day after today"),
        ("superseded", {"day": "", "reason": "x"}, "day", "This field is required"),
        ("superseded", {"day": day(1)}, "reason", "This field is required"),
        ("value", {"day": day(0), "points": 900, "reason": "x"}, "day", "Choose a day after today"),
        ("value", {"day": day(1), "points": 1, "reason": "x"}, "points", "below that of the day before"),
        ("value", {"day": day(1), "points": -1, "reason": "x"}, "points", "greater than or equal to 0"),
    ],
)
def test_a_plan_that_is_not_allowed_is_told_beside_its_field(manager, camera, name, post, field, words):
    answer = manager.post(reverse(f"admin:kitbag_product_{name}", args=[camera.pk]), post)
    assert answer.status_code == 200
    assert words in "".join(answer.context["form"].errors[field])
    assert len(steps_of(camera.pk)) == 1
    assert history(camera) == []


def test_out_of_service_never_comes_before_superseded(manager, camera):
    manager.post(reverse("admin:kitbag_product_superseded", args=[camera.pk]), {"day": day(20), "reason": "x"})
    page = reverse("admin:kitbag_product_unserviceable", args=[camera.pk])
    answer = manager.post(page, {"day": day(10), "reason": "x"})
    assert "on or after the day it is superseded" in "".join(answer.context["form"].errors["day"])
    assert manager.post(page, {"day": day(30), "reason": "x"}).status_code == 302
    assert set(marks_of(camera.pk)) == {Stage.SUPERSEDED, Stage.UNSERVICEABLE}


def test_set_a_value(manager, camera):
    page = reverse("admin:kitbag_product_value", args=[camera.pk])
    answer = manager.post(page, {"day": day(1), "points": "400", "reason": "Put right"}, follow=True)
    assert "400 from 24 Nov 2026" in answer.content.decode()
    row = Valuation.objects.get(product=camera, reason="set")
    assert (row.points, row.note, row.by.name) == (400, "Put right", "Programme manager")


def product_form(client, product, **changes):
    page = reverse("admin:kitbag_product_change", args=[product.pk])
    form = client.get(page).context["adminform"].form
    data = {name: form.initial.get(name) for name in form.fields}
    data = {name: value for name, value in data.items() if value not in (None, False)}
    return page, {**data, "reason": "Put right", **changes}


def test_a_products_words_change_and_search_follows(manager, camera):
    page, post = product_form(manager, camera, aliases="Kiss Zeta")
    assert manager.post(page, post).status_code == 302
    assert SearchName.objects.filter(product=camera, text__contains="kiss").exists()
    assert "Kiss Zeta" in history(camera)[0][1]
    assert "Reason: Put right" in history(camera)[0][1]
    assert len(steps_of(camera.pk)) == 1


def test_a_changed_scale_runs_the_plan_again(manager, camera):
    manager.post(reverse("admin:kitbag_product_superseded", args=[camera.pk]), {"day": SOON, "reason": "x"})
    page, post = product_form(manager, camera, points_superseded=150)
    answer = manager.post(page, post, follow=True)
    assert "Ahead: 3 Dec 2026: 150 (Superseded)." in answer.content.decode()
    assert [step.points for step in steps_of(camera.pk)] == [320, 150]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"points_superseded": 321}, "points_superseded"),
        ({"points_floor": 200}, "points_floor"),
        ({"points_floor": 0}, "points_floor"),
        ({"reason": ""}, "reason"),
        ({"name": ""}, "name"),
    ],
)
def test_a_products_form_refuses(manager, camera, changes, field):
    page, post = product_form(manager, camera, **changes)
    answer = manager.post(page, post)
    assert field in answer.context["adminform"].form.errors
    camera.refresh_from_db()
    assert (camera.points_superseded, camera.points_floor) == (192, 64)


def test_products_never_supersede_each_other_in_a_circle(manager, camera):
    successor = ProductFactory(superseded_by=camera)
    page, post = product_form(manager, camera, superseded_by=successor.pk)
    answer = manager.post(page, post, follow=True)
    assert "supersede each other in a circle" in answer.content.decode()
    camera.refresh_from_db()
    assert camera.superseded_by is None
    assert history(camera) == []


# Holds and thresholds


def test_hold_a_level_and_move_its_end(care, layla):
    page = reverse("admin:kitbag_hold_add")
    assert layla.number in care.get(page, {"member": layla.number}).content.decode()
    post = {"member": layla.spaced_number, "level": 2, "day": day(1), "ends_on": day(31), "reason": "Press card"}
    answer = care.post(page, post, follow=True)
    assert "Gold is kept for" in answer.content.decode()
    hold = Hold.objects.get(member=layla)
    assert (hold.level, hold.begins_on.isoformat(), hold.by.name) == (Level.GOLD, day(1), "Member care")
    assert "Press card" in history(hold)[0][1]
    end = reverse("admin:kitbag_hold_end", args=[hold.pk])
    assert care.post(end, {"day": day(15), "reason": "Shorter"}).status_code == 302
    assert Hold.objects.in_force().get(member=layla).ends_on.isoformat() == day(15)
    answer = care.post(end, {"day": day(20), "reason": "Late"})
    assert "Somebody has changed this hold meanwhile" in answer.content.decode()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"day": day(0)}, "day"),
        ({"ends_on": day(1)}, "ends_on"),
        ({"reason": "  "}, "reason"),
        ({"member": "4207 719 036"}, "member"),
        ({"level": 0}, "level"),
        ({"level": 9}, "level"),
    ],
)
def test_a_hold_that_is_not_allowed(care, layla, changes, field):
    post = {"member": layla.number, "level": 2, "day": day(1), "ends_on": day(31), "reason": "Press card"}
    answer = care.post(reverse("admin:kitbag_hold_add"), {**post, **changes})
    assert field in answer.context["form"].errors
    assert not Hold.objects.exists()


def test_plan_thresholds(manager):
    page = reverse("admin:members_threshold_add")
    post = {"day": day(90), "silver": 550, "gold": 1100, "platinum": 1700, "reason": "New year"}
    assert manager.post(page, post).status_code == 302
    row = Threshold.objects.get(effective_on=day(90))
    assert (row.silver, row.gold, row.platinum, row.by.name) == (550, 1100, 1700, "Programme manager")
    assert "New year" in history(row)[0][1]
    assert "platinum" in manager.post(page, {**post, "platinum": 1000}).context["form"].errors
    assert "day" in manager.post(page, {**post, "day": day(0)}).context["form"].errors
    assert Threshold.objects.count() == 2


# Messages


def test_security_mail_is_never_shown(care, layla):
    message = post_security(
        user=layla.user, address="new@example.org", subject="Your code", text="SECRET-7788", html="", at=NOON
    )
    for page in (
        reverse("admin:members_message_changelist"),
        reverse("admin:members_message_change", args=[message.pk]),
    ):
        text = care.get(page).content.decode()
        assert "SECRET" not in text
        assert "Your code" not in text
    for query in ("sealed__text__contains=SECRET", "sealed__isnull=False", "facts__code=1", "user__password__gt=a"):
        assert care.get(reverse("admin:members_message_changelist") + "?" + query).status_code == 400


def test_a_parked_message_is_tried_again(care, layla):
    made = {"user": layla.user, "kind": "level_up", "about": "level", "created_at": NOON, "due_at": NOON}
    parked = Message.objects.create(occasion="1", parked_at=NOON, tries=8, last_error="refused", **made)
    sent = Message.objects.create(occasion="2", sent_at=NOON, **made)
    answer = act(care, "members_message", "try_again", parked, sent)
    assert "1 message will be tried again." in answer.content.decode()
    parked.refresh_from_db()
    assert (parked.parked_at, parked.tries) == (None, 0)
    assert (len(history(parked)), history(sent)) == (1, [])


# Terms and staff accounts


def test_new_country_terms_begin_after_today(manager):
    page = reverse("admin:members_countryterms_add")
    post = {"country": "EG", "benefit_class": "silver", "valid_from": day(0), "reason": "Extended"}
    assert "valid_from" in manager.post(page, post).context["adminform"].form.errors
    assert manager.post(page, {**post, "valid_from": day(1)}).status_code == 302
    row = CountryTerms.objects.get(country="EG", valid_from=day(1))
    assert row.benefit_class == "silver"
    assert "Reason: Extended" in history(row)[0][1]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"video_target_days": ""}, "video_target_days"),
        ({"video_target_days": 4}, "video_target_days"),
        ({"target_days": 9}, "video_target_days"),
        ({"discount_percent": 101}, "discount_percent"),
        ({"level": 7}, "level"),
        ({"country": "XX"}, "country"),
    ],
)
def test_service_terms_that_are_not_allowed(manager, changes, field):
    post = {
        "country": "EG",
        "level": 1,
        "service": "repair",
        "valid_from": day(1),
        "target_days": 5,
        "video_target_days": 5,
        "discount_percent": 10,
        "reason": "x",
    }
    answer = manager.post(reverse("admin:servicing_serviceterms_add"), {**post, **changes})
    assert field in answer.context["adminform"].form.errors
    assert manager.post(reverse("admin:servicing_serviceterms_add"), post).status_code == 302
    assert ServiceTerms.objects.get(country="EG", valid_from=day(1)).target_days == 5


def test_the_superuser_opens_a_staff_account():
    client = as_role(SUPERUSER)
    page = reverse("admin:members_user_add")
    role = Group.objects.get(name=Role.VALIDATION.value)
    post = {"email": "New.Clerk@Example.org", "name": "New Clerk", "language": "en", "groups": [role.pk], "reason": "x"}
    assert client.post(page, post).status_code == 302
    user = User.objects.get(email="new.clerk@example.org")
    assert (user.is_staff, user.is_superuser, user.has_usable_password()) == (True, False, False)
    assert list(user.groups.all()) == [role]
    assert "email" in client.post(page, post).context["adminform"].form.errors
    change = reverse("admin:members_user_change", args=[user.pk])
    assert client.post(change, {"name": "New Clerk", "language": "en", "reason": "Left"}).status_code == 302
    user.refresh_from_db()
    assert (user.is_staff, user.is_active, user.groups.count()) == (False, False, 0)
    assert user.email == "new.clerk@example.org"
    assert "Reason: Left" in history(user)[-1][1]


def test_an_account_says_whether_it_has_a_second_factor():
    client = as_role(SUPERUSER)
    page = client.get(reverse("admin:members_user_changelist")).content.decode()
    assert "Second factor" in page
    assert "icon-yes" in page
