"""The mailbox of a portal started by dev.py."""

import os

import pytest
from django.core.mail import EmailMultiAlternatives, get_connection
from django.urls import reverse

pytestmark = pytest.mark.django_db
kept = []


@pytest.fixture
def folder(settings, tmp_path):
    settings.MAIL_DIR = str(tmp_path / "mail")
    return tmp_path / "mail"


def post(folder, subject, text="Hello", html="", to="nadia@example.org"):
    backend = get_connection("django.core.mail.backends.filebased.EmailBackend", file_path=str(folder))
    mail = EmailMultiAlternatives(subject, text, "cps@localhost", [to], connection=backend)
    if html:
        mail.attach_alternative(html, "text/html")
    # A backend that is kept has an address of its own, and with it a file of its own.
    kept.append(backend)
    before = set(folder.glob("*"))
    mail.send()
    (newest,) = set(folder.glob("*")) - before
    stamp = 1_800_000_000 + len(before)
    os.utime(newest, (stamp, stamp))


def test_it_lists_mail_newest_first_and_shows_its_text(client, folder):
    post(folder, "First")
    post(folder, "Your code: مرحبا", text="Enter ABCD-EFGH\nhttps://localhost/x", html="<p>Enter</p>")
    page = client.get(reverse("mailbox"))
    assert [mail["subject"] for mail in page.context["mails"]] == ["Your code: مرحبا", "First"]
    name = page.context["mails"][0]["name"]
    mail = client.get(reverse("mailbox-mail", args=[name]))
    assert mail.status_code == 200
    assert "ABCD-EFGH" in mail.content.decode()
    assert 'href="https://localhost/x"' in mail.content.decode()


def test_two_mails_of_one_connection_are_two(client, folder):
    backend = get_connection("django.core.mail.backends.filebased.EmailBackend", file_path=str(folder))
    backend.open()
    for subject in ("One", "Two"):
        EmailMultiAlternatives(subject, "text", "cps@localhost", ["a@example.org"], connection=backend).send()
    backend.close()
    mails = client.get(reverse("mailbox")).context["mails"]
    assert [mail["subject"] for mail in mails] == ["Two", "One"]
    assert len({mail["name"] for mail in mails}) == 2


def test_html_is_shown_as_text_only(client, folder):
    post(folder, "<b>bold</b>", text="", html="<style>p{}</style><p>Hello <script>alert(1)</script></p>")
    backend_page = client.get(reverse("mailbox"))
    assert "<b>bold" not in backend_page.content.decode()
    page = client.get(reverse("mailbox-mail", args=[backend_page.context["mails"][0]["name"]]))
    assert "<script>alert" not in page.content.decode()


@pytest.mark.parametrize(
    "name", ["..", "../../etc/passwd", "%2e%2e", "20260101-000000-1-1", "x.log", "\x00", "a" * 5000]
)
def test_only_names_of_the_list_are_found(client, folder, name):
    post(folder, "First")
    (folder / "x.log").write_text("Subject: secret\n\nsecret")
    assert client.get(f"/mailbox/{name}/").status_code == 404


def test_it_shows_two_hundred(client, folder):
    folder.mkdir()
    for number in range(230):
        (folder / f"20260101-000000-{number}.log").write_bytes(
            b"Subject: %d\nTo: a@example.org\n\ntext\n" % number + b"-" * 79 + b"\n"
        )
    assert len(client.get(reverse("mailbox")).context["mails"]) == 200


def test_an_empty_mailbox(client, folder):
    assert client.get(reverse("mailbox")).status_code == 200


def test_without_a_folder_there_is_no_mailbox(client, settings):
    settings.MAIL_DIR = ""
    assert client.get(reverse("mailbox")).status_code == 404
    assert client.get(reverse("mailbox-mail", args=["20260101-000000-1-1"])).status_code == 404
