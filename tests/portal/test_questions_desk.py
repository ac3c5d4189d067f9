"""The staff's desk for questions: who reads, who answers, and two clerks at once (programme §9, §10)."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cps_portal.pages.threads import desk
from members.models import Message, Post, StaffLook, Thread
from members.rules.roles import MAY, Role
from members.threads import Question, open_thread
from tests.factories import NOON, ThreadFactory
from tests.portal.staff import EVERYBODY, SUPERUSER, confirmed, staff_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def question(layla):
    asked = Question(topic="serial", words="<b>Is</b> this it?", language="en", product="EOS R5", serial="0123")
    return open_thread(asked, user=layla.user, thread_id=uuid4(), post_id=uuid4(), at=NOON)


def form_of(client, thread):
    """The hidden fields of the answer's form, as a clerk gets it."""
    text = client.get(reverse("admin:thread_desk", args=[thread.pk])).content.decode()
    return {name: re.search(rf'name="{name}" value="([^"]+)"', text).group(1) for name in ("post", "mark")}


@pytest.mark.parametrize("role", EVERYBODY)
def test_who_reads_and_who_answers(role, question):
    client, page = confirmed(staff_user(role)), reverse("admin:thread_desk", args=[question.pk])
    reads = role == SUPERUSER or "members.view_thread" in MAY[Role(role)]
    answers = role == SUPERUSER or "members.change_thread" in MAY[Role(role)]
    assert client.get(reverse("admin:threads_desk")).status_code == (200 if reads else 403)
    assert client.get(page).status_code == (200 if reads else 403)
    posted = client.post(page, {"post": str(uuid4()), "mark": "x", "words": "Hello", "close": "1"})
    assert posted.status_code == (302 if answers else 403)
    assert Thread.objects.get().state == "open"


def test_a_clerk_answers_once_and_the_second_is_told(question, layla):
    first = confirmed(staff_user(Role.MEMBER_CARE))
    second = confirmed(staff_user(SUPERUSER))
    page = reverse("admin:thread_desk", args=[question.pk])
    assert layla.spaced_number in first.get(page).content.decode()
    assert StaffLook.objects.filter(member=layla, page="thread").exists()
    one, other = form_of(first, question), form_of(second, question)
    for _click in range(2):
        assert first.post(page, one | {"words": "It is."}).status_code == 302
    late = second.post(page, other | {"words": "It is not."})
    assert "meanwhile" in late.content.decode()
    assert "It is not." in late.content.decode()
    assert "&lt;b&gt;Is&lt;/b&gt;" in late.content.decode()
    assert Post.objects.filter(from_staff=True).count() == 1
    assert Message.objects.filter(kind="thread_answer").count() == 1
    assert second.post(page, {"mark": other["mark"], "close": "1"}, follow=True).context is not None
    assert Thread.objects.get().state == "answered"
    second.post(page, {"mark": form_of(second, question)["mark"], "close": "1"})
    assert Thread.objects.get().state == "closed"
    assert LogEntry.objects.filter(object_id=str(question.pk), change_message__contains="closed").count() == 1


def test_what_waits_longest_comes_first_at_the_same_cost(question, django_assert_max_num_queries):
    for number in range(30):
        ThreadFactory(user=None, name=f"Guest {number}", email="g@example.org", topic="pack")
    client = confirmed(staff_user(Role.MEMBER_CARE))
    client.get(reverse("admin:threads_desk"))
    with django_assert_max_num_queries(14):
        text = client.get(reverse("admin:threads_desk"), {"topic": "pack"}).content.decode()
    assert text.count("Guest ") == 30
    assert "EOS R5" not in text


def test_more_than_a_page_waits_and_all_are_reached_by_key(monkeypatch):
    monkeypatch.setattr(desk, "SHOWN", 4)
    # Three stand at the same moment: the key goes on to where they differ.
    moments = [NOON, NOON + timedelta(hours=1), *[NOON + timedelta(hours=2)] * 3, *[NOON + timedelta(days=1)] * 5]
    for number, at in enumerate(moments):
        ThreadFactory(user=None, name=f"Guest {number}", email="g@example.org", topic="pack", changed_at=at)
    ThreadFactory(user=None, name="Another matter", email="g@example.org", topic="other", changed_at=NOON)
    client = confirmed(staff_user(Role.MEMBER_CARE))
    pages, address = [], reverse("admin:threads_desk") + "?topic=pack"
    while address:
        shown = client.get(address)
        pages.append([row["name"] for row in shown.context["rows"]])
        back, address = shown.context["previous"], shown.context["next"]
    names = [name for page in pages for name in page]
    assert [len(page) for page in pages] == [4, 4, 2]
    assert names[:2] == ["Guest 0", "Guest 1"]
    assert sorted(names) == sorted(f"Guest {number}" for number in range(10))
    assert [row["name"] for row in client.get(back).context["rows"]] == pages[1]
    for key in ("x", "\x00", "W10", "x" * 5000):
        assert len(client.get(reverse("admin:threads_desk"), {"after": key}).context["rows"]) == 4


def test_the_queue_shows_the_first_words_of_each_question_at_the_same_cost(question, django_assert_num_queries):
    client = confirmed(staff_user(Role.MEMBER_CARE))
    here = reverse("admin:threads_desk")
    page = client.get(here)
    assert page.context["rows"][0]["began"] == "<b>Is</b> this it?"
    assert "&lt;b&gt;Is&lt;/b&gt; this it?" in page.content.decode()
    with CaptureQueriesContext(connection) as few:
        client.get(here)
    for number in range(5):
        asked = Question(topic="other", words=f"Question {number}", language="en", name="Ana", email="a@example.org")
        open_thread(asked, user=None, thread_id=uuid4(), post_id=uuid4(), at=NOON + timedelta(minutes=number))
    with django_assert_num_queries(len(few)):
        rows = client.get(here).context["rows"]
    assert [row["began"] for row in rows if row["topic"] == "Something else"] == [
        f"Question {number}" for number in range(5)
    ]
