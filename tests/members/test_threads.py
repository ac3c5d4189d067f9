"""Questions and answers: once, by their own keys, for members and for people without an account (programme §9)."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from members import letters
from members.models import Message, Post, PostFile, Thread
from members.rules.names import first_words
from members.thread_links import token_of
from members.threads import Question, ThreadError, close, mark_of, open_thread, write
from tests.factories import NOON, ThreadFactory, UserFactory
from tests.kitbag import hostile
from tests.kitbag.test_hostile_files import left_on

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def thread_shelf(tmp_path, settings):
    """Where files of threads lie, and no limits left over from another test."""
    cache.clear()
    settings.STORAGES = {
        **settings.STORAGES,
        "threads": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(tmp_path)}},
    }
    return tmp_path


@pytest.fixture
def clerk():
    return UserFactory(name="Cara Clerk", is_staff=True)


def ask(user=None, *, words="Where is my card?", thread_id=None, post_id=None, **more):
    who = {} if user else {"name": "Ana Guest", "email": "ana@example.org"}
    question = Question(topic="pack", words=words, language="en", **{**who, **more})
    return open_thread(question, user=user, thread_id=thread_id or uuid4(), post_id=post_id or uuid4(), at=NOON)


def answer(thread, clerk, words="It left on Monday.", **more):
    keys = {"post_id": uuid4(), "mark": mark_of(thread)} | more
    return write(thread.pk, words=words, at=NOON, user=clerk, as_staff=True, **keys)


def form(**more):
    return {
        "thread": str(uuid4()),
        "post": str(uuid4()),
        "topic": "other",
        "words": "Hello <b>you</b>",
        "name": "Ana Guest",
        "email": "Ana@Example.org",
    } | more


def test_what_is_sent_twice_is_kept_once_and_other_words_are_not_lost(layla, omar):
    keys = {"thread_id": uuid4(), "post_id": uuid4()}
    thread = ask(layla.user, **keys)
    assert ask(layla.user, **keys) == thread
    assert Post.objects.count() == 1
    for user, words, code in (
        (layla.user, "Something new", "other_words"),
        (omar.user, "Where is my card?", "not_yours"),
        (None, "Where is my card?", "not_yours"),
    ):
        with pytest.raises(ThreadError, match=code):
            ask(user, words=words, **keys)
    theirs = ask(omar.user)
    with pytest.raises(ThreadError, match="not_yours"):
        write(theirs.pk, words="x", post_id=keys["post_id"], at=NOON, user=omar.user, as_staff=False)


def test_an_answer_is_mailed_once_and_a_clerk_who_read_less_is_told(layla, clerk):
    thread = ask(layla.user)
    seen, key = mark_of(thread), uuid4()
    answer(thread, clerk, post_id=key, mark=seen)
    answer(thread, clerk, post_id=key, mark=seen)
    with pytest.raises(ThreadError, match="moved"):
        answer(thread, clerk, "Another answer", mark=seen)
    with pytest.raises(ThreadError, match="moved"):
        close(thread.pk, at=NOON, mark=seen)
    assert Message.objects.filter(kind="thread_answer", user=layla.user).count() == 1
    assert close(thread.pk, at=NOON, mark=mark_of(Thread.objects.get())).state == "closed"
    write(thread.pk, words="Still not here", post_id=uuid4(), at=NOON, user=layla.user, as_staff=False)
    assert Thread.objects.get().state == "open"


def test_a_member_asks_reads_the_answer_and_writes_on(client, layla, omar, clerk):
    client.force_login(layla.user)
    page = client.get(reverse("contact"), {"topic": "pack"})
    assert b'value="pack"' in page.content
    assert b"checked" in page.content
    sent = form(topic="serial", product="EOS R5", serial="0123")
    first, again = (client.post(reverse("contact"), sent) for _ in range(2))
    thread = Thread.objects.get()
    assert first.url == again.url == f"{reverse('thread', args=[thread.pk])}#last"
    assert (thread.user, thread.email, thread.product, thread.serial) == (layla.user, "", "EOS R5", "0123")
    answer(thread, clerk, "<script>alert(1)</script>")
    shown = client.get(reverse("thread", args=[thread.pk])).content.decode()
    assert "&lt;script&gt;alert(1)" in shown
    assert "Hello &lt;b&gt;you" in shown
    client.post(reverse("thread", args=[thread.pk]), {"post": str(uuid4()), "words": "Thanks"})
    assert [post.words for post in thread.posts.all()][-1] == "Thanks"
    client.force_login(omar.user)
    assert client.get(reverse("thread", args=[thread.pk])).status_code == 404
    assert client.post(reverse("thread", args=[thread.pk]), {"post": str(uuid4()), "words": "x"}).status_code == 404


def test_somebody_without_an_account_asks_and_answers_by_the_mailed_link(client, layla, clerk, smtp):
    for address in ("ana@example.org", layla.user.email):
        reply = client.post(reverse("contact"), form(email=address))
        assert reply.url == reverse("contact-sent")
        assert reply.cookies.keys() == set()
    assert Message.objects.filter(kind="thread_answer").count() == 0
    thread = Thread.objects.get(email="ana@example.org")
    answer(thread, clerk)
    mail = letters.write(Message.objects.get(kind="thread_answer"))
    assert mail.to == "ana@example.org"
    assert "It left on Monday." in mail.text.text
    path = re.search(r"https?://[^/\s]+(/answers/\S+)", mail.text.text).group(1)
    page = client.get(path)
    assert "It left on Monday." in page.content.decode()
    assert page["X-Robots-Tag"].startswith("noindex")
    client.post(path, {"post": str(uuid4()), "words": "Thank you"})
    assert thread.posts.filter(words="Thank you", from_staff=False, by=None).exists()
    close(thread.pk, at=NOON)
    gone = client.get(path)
    assert gone.status_code == 410
    assert "It left on Monday." not in gone.content.decode()
    client.post(path, {"post": str(uuid4()), "words": "And again"})
    assert not thread.posts.filter(words="And again").exists()
    assert client.get(path[:-3] + "xx/").status_code == 404
    mine = ask(layla.user)
    assert client.get(reverse("thread-guest", args=[token_of(mine.pk)])).status_code == 404


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"words": "x" * 4001}, "4000"),
        ({"words": " \u202e \u0000\u0007"}, "Write what it is about"),
        ({"topic": "serial", "product": "", "serial": ""}, "Name the model."),
        ({"topic": "nonsense"}, "Select a valid choice"),
        ({"name": "\u200b", "email": "no address"}, "Enter your name."),
        ({"thread": "x"}, "out of date"),
        ({"post": ""}, "out of date"),
    ],
)
def test_what_cannot_be_sent_is_said_and_what_was_typed_stays(client, changes, words):
    page = client.post(reverse("contact"), form(**{"words": "Keep these words"} | changes))
    assert page.status_code == 200
    assert words in page.content.decode()
    if "words" not in changes:
        assert "Keep these words" in page.content.decode()
    assert not Thread.objects.exists()


def test_a_problem_with_a_number_begins_with_the_model_and_the_number(client, layla, omar, camera, register):
    item = register(layla, camera, serial="12")
    begin = f"{reverse('contact')}?topic=serial&item="
    client.force_login(layla.user)
    number = client.get(reverse("kitbag-item-number", args=[item.pk]))
    assert f'href="{begin}{item.pk}"' in number.content.decode().replace("&amp;", "&")
    form = client.get(f"{begin}{item.pk}").context["form"]
    assert [form[name].value() for name in ("topic", "product", "serial")] == ["serial", "EOS R5 Mark II", "12"]
    client.force_login(omar.user)
    for visitor, key in ((client, item.pk), (Client(), item.pk), (client, "\x00"), (client, uuid4())):
        form = visitor.get(f"{begin}{key}").context["form"]
        assert (form["product"].value(), form["serial"].value()) == (None, None)


def test_words_are_kept_without_what_cannot_be_seen(client):
    client.post(reverse("contact"), form(words="One\r\ntwo\u0000\u0007\u202ethree", name="Ana\u202e\nGuest"))
    assert Post.objects.get().words == "One\ntwothree"
    assert Thread.objects.get().name == "Ana Guest"
    client.post(reverse("contact"), form(words="y\r\n" * 2000))
    assert Post.objects.count() == 2


def test_files_are_made_anew_and_not_lost_when_the_form_comes_back(client, layla, omar, thread_shelf):
    client.force_login(layla.user)
    good = SimpleUploadedFile("card.jpg", hostile.JPEG)
    sent = form() | {"photos": [good, SimpleUploadedFile("bad.pdf", hostile.SVG)]}
    page = client.post(reverse("contact"), sent)
    text = page.content.decode()
    assert "bad.pdf:" in text
    assert not Thread.objects.exists()
    note = re.search(r'name="kept" value="([^"]+)"', text).group(1)
    forged = client.post(reverse("contact"), form(kept=note)).content.decode()
    assert "kept for too long" in forged
    again = {key: value for key, value in sent.items() if key != "photos"} | {"kept": note}
    client.post(reverse("contact"), again)
    file = PostFile.objects.get()
    assert (file.name, file.content_type) == ("card.jpg", "image/jpeg")
    assert len(left_on(thread_shelf)) == 1
    assert file.content() != hostile.JPEG
    shown = client.get(reverse("thread-file", args=[file.pk]))
    assert shown.content == file.content()
    client.force_login(omar.user)
    assert client.get(reverse("thread-file", args=[file.pk])).status_code == 404


def test_strangers_cannot_send_without_end(client):
    answers = [client.post(reverse("contact"), form()).status_code for _ in range(13)]
    assert answers == [302] * 12 + [429]


def test_the_list_goes_on_by_key_at_the_same_cost(client, layla, django_assert_max_num_queries):
    for number in range(60):
        ThreadFactory(user=layla.user, product=f"Model {number:02}")
    client.force_login(layla.user)
    seen, page = [], reverse("threads")
    while page:
        with django_assert_max_num_queries(10):
            text = client.get(page).content.decode()
        seen += re.findall(r"Model \d\d", text)
        found = re.search(r'href="([^"]+)" rel="next"', text)
        page = found and found.group(1)
    assert len(seen) == len(set(seen)) == 60


def test_the_first_words_of_a_question_stand_in_the_list_and_in_the_answers_mail(client, layla, clerk):
    long = "My card has not come.\n\n" + "It should have been here on Monday, says the carrier. " * 9
    thread = ask(layla.user, words=long)
    begun = "My card has not come. It should have been here on Monday, says the carrier. It should…"
    later = NOON + timedelta(hours=1)
    write(thread.pk, words="On Monday.", post_id=uuid4(), at=later, user=clerk, as_staff=True)
    client.force_login(layla.user)
    rows = client.get(reverse("threads"))
    assert rows.context["rows"][0]["began"] == begun
    assert begun in rows.content.decode()
    letter = letters.write(Message.objects.get(kind="thread_answer"))
    assert begun in letter.text.text
    assert begun in letter.text.html


@pytest.mark.parametrize(
    ("words", "line"),
    [("Short", "Short"), ("a\n b", "a b"), ("x" * 30, "x" * 9 + "…"), ("one two three four", "one two…"), ("", "")],
)
def test_first_words_end_at_a_word(words, line):
    assert first_words(words, most=10) == line
