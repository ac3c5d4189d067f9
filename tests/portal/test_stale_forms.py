"""A form opened before somebody else's save is refused, says what differs now, and overwrites nothing."""

import re
from datetime import time

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse

from kitbag.models import ReplyTemplate
from members.models import User
from members.rules.roles import Role
from servicing.models import Centre, Offer
from tests.factories import OfferFactory, UserFactory
from tests.portal.staff import SUPERUSER, as_role, confirmed

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


def opened(client, row):
    """The fields of a row's form as a browser would send them, and its address."""
    page = reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])
    answer = client.get(page)
    form = answer.context["adminform"].form
    fields = {}
    for bound in form:
        value = bound.value()
        if value not in (None, "", False):
            fields[bound.html_name] = [getattr(one, "pk", one) for one in value] if isinstance(value, list) else value
    for inline in answer.context["inline_admin_formsets"]:
        formset = inline.formset
        fields |= {f"{formset.prefix}-{name}": value for name, value in formset.management_form.initial.items()}
        for one in formset:
            fields |= {bound.html_name: value for bound in one if (value := bound.value()) not in (None, "", False)}
    mark = re.search(r'name="seen" value="([^"]+)"', answer.content.decode())
    return page, {**fields, "seen": mark[1], "reason": "Because"}


@pytest.fixture
def reply(db):
    return ReplyTemplate.objects.create(kind="ask", title="Ours", text="As it was")


@pytest.fixture
def second(db):
    user = UserFactory(email="second@staff.example.org", is_staff=True)
    user.groups.add(Group.objects.get(name=Role.PROGRAMME_MANAGER.value))
    return confirmed(user)


def test_the_second_save_is_told_and_overwrites_nothing(manager, second, reply):
    page, first = opened(manager, reply)
    _page, stale = opened(second, reply)
    assert manager.post(page, {**first, "text": "By the first"}).status_code == 302
    answer = second.post(page, {**stale, "text": "By the second"})
    said = answer.content.decode()
    assert "Somebody else saved this after you opened it." in said
    assert answer.context["adminform"].form.errors["text"] == ["Changed meanwhile. It is now: By the first"]
    assert "By the second" in said
    reply.refresh_from_db()
    assert reply.text == "By the first"


def test_also_where_each_changed_another_field(manager, second, reply):
    page, first = opened(manager, reply)
    _page, stale = opened(second, reply)
    manager.post(page, {**first, "title": "Theirs"})
    errors = second.post(page, {**stale, "text": "By the second"}).context["adminform"].form.errors
    assert set(errors) == {"__all__", "title"}
    reply.refresh_from_db()
    assert (reply.title, reply.text) == ("Theirs", "As it was")


def test_saved_again_with_open_eyes(manager, second, reply):
    page, first = opened(manager, reply)
    _page, stale = opened(second, reply)
    manager.post(page, {**first, "text": "By the first"})
    answer = second.post(page, {**stale, "text": "By the second"})
    mark = re.search(r'name="seen" value="([^"]+)"', answer.content.decode())[1]
    assert second.post(page, {**stale, "text": "By the second", "seen": mark}).status_code == 302
    reply.refresh_from_db()
    assert reply.text == "By the second"


@pytest.mark.parametrize("mark", ["made up", "of another row"])
def test_a_mark_that_is_not_this_rows_is_refused(manager, reply, mark):
    page, fields = opened(manager, reply)
    other = ReplyTemplate.objects.create(kind="ask", title="Another", text="x")
    fields["seen"] = "x:y:z" if mark == "made up" else opened(manager, other)[1]["seen"]
    assert "This form is not of this row." in manager.post(page, fields).content.decode()


def test_choices_of_several_are_compared(second):
    """A staff account's roles."""
    client = as_role(SUPERUSER)
    account = User.objects.get(email="second@staff.example.org")
    page, stale = opened(client, account)
    account.groups.add(Group.objects.get(name=Role.LOGISTICS.value))
    errors = client.post(page, {**stale, "name": "New"}).context["adminform"].form.errors
    assert errors["groups"] == ["Changed meanwhile. It is now: Logistics, Programme manager"]
    account.refresh_from_db()
    assert account.groups.count() == 2


def test_rows_below_a_row_are_compared(manager):
    """A centre's opening hours."""
    centre = Centre.objects.get(code="UK")
    page, stale = opened(manager, centre)
    hours = centre.opening_hours.first()
    type(hours).objects.filter(pk=hours.pk).update(opens=time(6, 30))
    said = manager.post(page, stale).content.decode()
    assert "Changed meanwhile: opening hours" in said


def test_nothing_changed_meanwhile_it_is_saved(manager):
    offer = OfferFactory()
    page, fields = opened(manager, offer)
    answer = manager.post(page, {**fields, "title": "Another title"})
    assert answer.status_code == 302, answer.context["adminform"].form.errors
    assert Offer.objects.get().title == "Another title"
