"""Two forms of one row saved at the same moment: one is saved, the other is told. With its control."""

import re
import threading

import pytest
from django.urls import reverse

from kitbag.models import ReplyTemplate
from members.rules.roles import Role
from members.staff_pages import StaffAdmin
from tests.portal.staff import confirmed, staff_user

pytestmark = pytest.mark.usefixtures("committed_db")


@pytest.fixture
def two_forms():
    """A row, its page, and the form that two clerks have open."""
    row = ReplyTemplate.objects.create(kind="ask", title="Ours", text="As it was")
    page = reverse("admin:kitbag_replytemplate_change", args=[row.pk])
    clients = [confirmed(staff_user(role)) for role in (Role.VALIDATION, Role.PROGRAMME_MANAGER)]
    fields = {"kind": "ask", "title": "Ours", "language": "en", "place": "5", "is_active": "on", "reason": "Why"}
    posts = []
    for number, client in enumerate(clients):
        mark = re.search(r'name="seen" value="([^"]+)"', client.get(page).content.decode())[1]
        sent = {**fields, "text": f"By {number}", "seen": mark}
        posts.append(lambda client=client, sent=sent: client.post(page, sent).status_code)
    yield row, posts
    row.delete()


def test_one_is_saved_and_the_other_told(together, two_forms):
    row, posts = two_forms
    codes = together(*posts)
    assert sorted(codes) == [200, 302]
    row.refresh_from_db()
    assert row.text == f"By {codes.index(302)}"


def test_control_without_the_lock_both_are_saved(together, two_forms, monkeypatch):
    _row, posts = two_forms
    both_have_read = threading.Barrier(2)
    get_object = StaffAdmin.get_object

    def read_then_wait(page, request, *args, **kwargs):
        found = get_object(page, request, *args, **kwargs)
        if request.method == "POST":
            both_have_read.wait(timeout=20)
        return found

    monkeypatch.setattr(StaffAdmin, "lock", lambda *_which: None)
    monkeypatch.setattr(StaffAdmin, "get_object", read_then_wait)
    assert together(*posts) == [302, 302]
