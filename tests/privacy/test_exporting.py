"""A copy of one's data: complete, nobody else's, made once, gone after a day."""

import io
import json
import re
import tracemalloc
import zipfile
from datetime import UTC, datetime, timedelta

import pytest
from allauth.account.models import EmailAddress
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from cps_portal.privacy import closing, exporting
from cps_portal.privacy.copying import parts
from cps_portal.privacy.headings import COLUMNS, IN_JSON_ONLY, TITLES
from cps_portal.privacy.subjects import SHOWN
from cps_portal.tasks import make_exports
from members import letters
from members.models import DataExport, Member, Message
from members.wording.words import moment_at
from tests.factories import NOON, ProofFactory
from tests.privacy.conftest import CANARY

pytestmark = pytest.mark.django_db
PASSWORD = "red-index-85-by-54"


def opened(member):
    """The archive of a member, made now."""
    archive = io.BytesIO()
    exporting.write(member, archive, at=NOON)
    return zipfile.ZipFile(archive)


def test_it_holds_what_is_theirs_and_nothing_of_anybody_else(robin, omar, vera):
    archive = opened(robin.member)
    names = archive.namelist()
    data = {name: json.loads(archive.read(name)) for name in names if name.endswith(".json")}
    products = {row["product"] for row in data["data/kitbag.kititem.json"]}
    assert products == {"EOS R5 Mark II", "RF 70-200mm F2.8L IS USM Z"}
    assert data["data/members.stafflook.json"][0]["by"] == "staff"
    assert data["data/members.post.json"][0]["by"] == "you"
    assert [name.split("/")[1] for name in names if name.startswith("files/")] == [
        "cases", "cases", "proofs", "threads"
    ]  # fmt: skip
    file = next(name for name in names if name.startswith("files/proofs/"))
    assert archive.read(file) == f"of {CANARY}".encode()
    everything = b"".join(archive.read(name) for name in names).decode()
    for word in ("Omar", "omar@", "Vera", "vera@", '"password":', "session_key", '"data":'):
        assert word not in everything, word
    # Of a claim each side has its own half.
    against, of_mine = (data[f"data/kitbag.claim{way}.json"][0] for way in (".held_item-member", ""))
    assert {"words", "proof_id", "item_id", "ground", "proof", "item"}.isdisjoint(against)
    assert {"answer_words", "answer_proof", "held_item", "note"}.isdisjoint(of_mine)


def test_the_page_shows_words_as_words_in_the_language_of_the_member(robin):
    robin.member.user.name = "<script>alert(1)</script>"
    page = opened(robin.member).read("read-me.html").decode()
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert "://" not in page.replace("https://example", "")
    assert page.rstrip().endswith("</html>")


def test_the_page_is_in_order_with_words_for_tables_columns_codes_and_moments(robin):
    Member.objects.filter(pk=robin.member.pk).update(time_zone="Europe/London")
    robin.member.refresh_from_db()
    page = opened(robin.member).read("read-me.html").decode()
    assert '<html lang="en" dir="ltr">' in page
    chapters = re.findall(r'<h2 id="s\d+">(.*?)</h2>', page)
    assert chapters == [str(subject.what) for subject in SHOWN if str(subject.what) in chapters]
    assert [f'<a href="#s{place}">{title}</a>' in page for place, title in enumerate(chapters, 1)].count(False) == 0
    assert page.index("<h3>Your kit</h3>") < page.index("<h3>What happened to your kit</h3>")
    assert page.index("<h3>Your cases</h3>") < page.index("<h3>What happened in your cases</h3>")
    kit = table_of(page, "Your kit")
    assert {"Product", "Serial number", "Country of purchase", "State", "Added"} <= set(kit[0])
    held = next(row for row in kit if row["Product"] == "EOS R5 Mark II" and row["Counts since"])
    assert re.fullmatch(r"\d+ \w{3} \d{4}, \d\d:\d\d", held["Added"])
    move = table_of(page, "Moves to another country")[0]
    assert (move["From"], move["To"]) == ("Ireland", "United Kingdom")
    assert table_of(page, "You")[0]["Account open"] == "Yes"
    assert table_of(page, "Pages of yours that staff opened")[0]["By"] == "staff"
    # Nothing that only a program reads.
    for word in (str(robin.held.pk), "serial_typed", "_at", "{&quot;", "None", "True", "Europe/"):
        assert word not in page, word
    happened = [row["When"] for row in table_of(page, "What happened in your cases")]
    moments = [datetime.strptime(when, "%d %b %Y, %H:%M").replace(tzinfo=UTC) for when in happened]
    assert moments == sorted(moments)


def test_the_page_in_arabic_runs_from_right_to_left(robin):
    with override("ar"):
        page = opened(robin.member).read("read-me.html").decode()
    assert '<html lang="ar" dir="rtl">' in page
    assert "<h3>معداتك</h3>" in page
    assert "المملكة المتحدة" in page
    assert 'dir="ltr"' not in page
    said = re.sub(r"<style>.*?</style>", "", page, flags=re.S)
    headings = re.findall(r"<(?:h2 id=\"\w+\"|h3|th scope=\"col\")>(.*?)</", said)
    assert headings
    assert not [heading for heading in headings if re.search(r"[a-z]{3}", heading)]


def test_every_table_and_every_field_has_words_or_stands_in_the_json_alone():
    assert {part.name for part in parts()} == set(TITLES)
    fields = {field.name for part in parts() for field in part.fields()}
    assert fields <= set(COLUMNS) | IN_JSON_ONLY
    assert not set(COLUMNS) & IN_JSON_ONLY


def table_of(page, title):
    """The rows of a table of the page, by their headings."""
    body = page.split(f"<h3>{title}</h3>")[1].split("</table>")[0]
    return [
        dict(re.findall(r"<td[^>]*><b>(.*?)</b><bdi>(.*?)</bdi></td>", row, flags=re.S))
        for row in body.split("<tr>")[2:]
    ]


def test_asked_twice_it_is_made_once_fetched_after_confirming_and_gone_after_a_day(client, robin, time_machine):
    member, user = robin.member, robin.member.user
    Member.objects.filter(pk=member.pk).update(time_zone="Europe/London")
    DataExport.objects.all().delete()
    EmailAddress.objects.update(email=user.email)
    user.set_password(PASSWORD)
    user.save(update_fields=["password"])
    robin.member.user.authenticator_set.all().delete()
    client.force_login(user)
    for _twice in range(2):
        assert client.post(reverse("account-export")).status_code == 302
    assert "Your copy is being made" in client.get(reverse("account-export")).content.decode()
    assert make_exports() == 1
    assert make_exports() == 0
    export = DataExport.objects.get()
    letter = letters.write(Message.objects.get(kind="export_ready"))
    href = reverse("account-export-file", args=[export.pk])
    assert href in letter.text.text
    page = client.get(reverse("account-export")).content.decode()
    assert href in page
    until = moment_at(export.expires_at, "Europe/London")
    assert until.endswith("London time")
    assert f"until {until}" in page
    assert until in letter.text.text
    asked = client.get(href)
    assert asked.url.startswith(reverse("account_reauthenticate"))
    # A download would leave the form on the screen: the page with the link comes after it.
    confirmed = client.post(asked.url, {"password": PASSWORD}, follow=True)
    assert confirmed.redirect_chain == [(reverse("account-export"), 302)]
    assert f'href="{href}"' in confirmed.content.decode()
    assert "you can fetch it now" in confirmed.content.decode()
    fetched = client.get(href)
    assert fetched["Content-Type"] == "application/zip"
    assert "no-store" in fetched["Cache-Control"]
    archive = zipfile.ZipFile(io.BytesIO(b"".join(fetched.streaming_content)))
    assert archive.testzip() is None
    assert member.number not in fetched["Content-Disposition"].replace(member.number, "", 1)
    time_machine.move_to(timezone.now() + timedelta(hours=24, minutes=1))
    assert client.get(href).status_code in (302, 404)
    assert not client.get(reverse("account-export")).context["ready"]


def test_anothers_is_not_there(client, robin, omar):
    client.force_login(omar.user)
    assert client.get(reverse("account-export-file", args=[DataExport.objects.get().pk])).status_code == 404


def test_a_copy_that_was_being_made_while_the_account_was_closed_is_kept_nowhere(layla, shelves, monkeypatch):
    exporting.ask(layla, at=NOON)
    write = exporting.write

    def closed_meanwhile(*args, **kwargs):
        write(*args, **kwargs)
        closing.ask(layla.pk, at=NOON)
        assert closing.carry_out_due(at=NOON + timedelta(days=8)) == 1

    monkeypatch.setattr(exporting, "write", closed_meanwhile)
    assert exporting.make_waiting(clock=lambda: NOON) == 0
    assert not DataExport.objects.exists()
    assert [path for path in shelves.rglob("*") if path.is_file()] == []


def test_it_takes_the_same_memory_however_much_there_is(layla, shelves, tmp_path):
    Message.objects.bulk_create(
        Message(user=layla.user, kind="level_up", about="x", occasion=str(n), facts={"words": "y" * 2000},
                created_at=NOON, due_at=NOON)
        for n in range(4000)
    )  # fmt: skip
    ProofFactory(member=layla, file=storages["proofs"].save("aa/big", ContentFile(b"\xd8" * 25_000_000)))
    tracemalloc.start()
    with (tmp_path / "archive").open("w+b") as archive:
        exporting.write(layla, archive, at=NOON)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 12_000_000
