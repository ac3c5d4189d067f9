"""Staff read in old accounts and invite their people: a dry run first, once, and nothing half (programme §1)."""

import csv
import io
import time

import pytest
from allauth.account.models import EmailAddress
from django.contrib.admin.models import LogEntry
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from members import former
from members.admin.reading_in import FAULTS, LARGEST_FILE, country_codes
from members.models import FormerAccount, FormerImport, Message
from members.rules import former as rules
from members.rules.roles import Role
from tests.factories import NOON, FormerAccountFactory
from tests.members.test_former_file import HEADS, LINES
from tests.portal.staff import as_role, history

pytestmark = pytest.mark.django_db
ADD = "/admin/members/formerimport/add/"
INVITE = "/admin/members/formeraccount/invite/"
HEAD = ",".join(rules.HEADINGS)


@pytest.fixture
def care():
    return as_role(Role.MEMBER_CARE)


def a_file(*lines, name="old accounts.csv"):
    return SimpleUploadedFile(name, "\n".join([HEAD, *lines]).encode())


def dry_run(client, *lines):
    response = client.post(ADD, {"file": a_file(*lines)})
    assert response.status_code == 200
    return response


def test_a_dry_run_says_what_would_happen_and_writes_nothing(care, layla):
    EmailAddress.objects.create(user=layla.user, email=layla.user.email, verified=True, primary=True)
    FormerAccountFactory(member=None, claimed_at=None, email="known@example.org")
    shown = dry_run(
        care,
        "layla@example.org,Layla,GB,Gold,,",
        "known@example.org,Known,FR,Red,,",
        'new@example.org,"=1+1 <b>New</b>",Côte d’Ivoire,,Silver,"EOS R5|=2"',
    )
    run = shown.context["dry_run"]
    assert (run["rows"], run["new"], run["known"], run["members"]) == (3, 2, 1, 1)
    assert FormerImport.objects.count() == 1
    text = shown.content.decode()
    assert "=1+1 &lt;b&gt;New&lt;/b&gt;" in text
    assert "Read in 2 accounts" in text


def test_confirmed_it_is_read_in_once_however_often_it_is_sent(care, layla):
    EmailAddress.objects.create(user=layla.user, email=layla.user.email, verified=True, primary=True)
    run = dry_run(care, "layla@example.org,Layla,GB,Gold,,EOS R5|1", "b@example.org,Ben,DE,1,2,").context["dry_run"]
    first, again = (care.post(ADD, {"packed": run["packed"]}, follow=True) for _click in range(2))
    assert "2 accounts were read in." in first.content.decode()
    assert "nothing was written twice" in again.content.decode()
    source = FormerImport.objects.get()
    assert (source.file_name, source.accounts, source.rows.count()) == ("old accounts.csv", 2, 2)
    assert FormerAccount.objects.get(email="layla@example.org").member == layla
    assert history(source) == [("Member care", "2 accounts, old accounts.csv")]
    once_more = dry_run(care, "layla@example.org,Layla,GB,Gold,,EOS R5|1", "b@example.org,Ben,DE,1,2,")
    assert "This very file was read in on" in once_more.content.decode()
    assert not once_more.context["dry_run"]["packed"]


def test_a_file_with_one_fault_is_read_in_not_at_all(care):
    shown = dry_run(care, "a@example.org,Ada,GB,Gold,,", "<i>nobody</i>,Ben,Atlantis,9,,")
    assert [(row["line"], row["found"]) for row in shown.context["dry_run"]["faults"]] == [
        (3, "<i>nobody</i>"),
        (3, "Atlantis"),
        (3, "9"),
    ]
    assert "3 faults" in shown.content.decode()
    assert "&lt;i&gt;nobody" in shown.content.decode()
    assert 'name="packed"' not in shown.content.decode()
    assert not FormerImport.objects.exists()


def test_nothing_is_half_written(care, monkeypatch):
    run = dry_run(care, "a@example.org,Ada,GB,Gold,,").context["dry_run"]

    def fails(*args, **kwargs):
        raise RuntimeError

    monkeypatch.setattr(former, "_claim_for", fails)
    with pytest.raises(RuntimeError):
        care.post(ADD, {"packed": run["packed"]})
    assert not FormerImport.objects.exists()
    assert not FormerAccount.objects.exists()
    assert not LogEntry.objects.exists()


@pytest.mark.parametrize(
    "packed", ["", "x", "\x00", "é", "eJw=", "eJzLSM3JyQcABiwCFQ==", "A" * 4000], ids=lambda text: repr(text)[:12]
)
def test_a_broken_confirmation_asks_for_the_file_again(care, packed):
    response = care.post(ADD, {"packed": packed})
    assert response.status_code == 200
    assert "Choose it again." in response.content.decode()
    assert not FormerImport.objects.exists()


def test_what_is_no_such_file_is_said_beside_the_field_or_by_line(care):
    for file in (None, SimpleUploadedFile("x.csv", b""), SimpleUploadedFile("x.csv", b"x" * (LARGEST_FILE + 1))):
        response = care.post(ADD, {"file": file} if file else {})
        assert response.context["form"].errors["file"]
    for data in (b"PK\x03\x04\x14\x00\x06\x00", HEAD.encode("utf-16"), b"a\x00b", HEAD.encode(), b"\xff"):
        response = care.post(ADD, {"file": SimpleUploadedFile("\u202ex\x00.csv", data)})
        assert response.context["dry_run"]["faults"]
    assert not FormerImport.objects.exists()


def test_every_fault_has_words():
    said = {code for _line, code in LINES} | {code for _head, faults in HEADS for _line, code in faults}
    assert set(FAULTS) == said | {"encoding", "empty", "too_many_rows"}


def test_the_template_is_a_table_that_is_read(care):
    answer = care.get(reverse("admin:members_formerimport_template"))
    assert "attachment" in answer["Content-Disposition"]
    [headings] = csv.reader(io.StringIO(answer.content.decode("utf-8-sig")))
    reading = rules.read(answer.content + b"a@example.org,Ada,united kingdom,Gold,,", countries=country_codes())
    assert (tuple(headings), reading.faults, reading.rows[0].country) == (rules.HEADINGS, [], "GB")


def test_twenty_thousand_rows_in_less_than_ten_seconds(care):
    lines = [f"p{n}@example.org,Person {n},DE,2,1,EOS R5 Mark II|0{n * 7919}; EOS R3" for n in range(20_000)]
    begun = time.process_time()
    run = dry_run(care, *lines).context["dry_run"]
    assert care.post(ADD, {"packed": run["packed"]}).status_code == 302
    assert time.process_time() - begun < 10
    assert FormerAccount.objects.count() == 20_000


def test_so_many_are_invited_each_once(care, django_assert_max_num_queries):
    for number in range(5):
        FormerAccountFactory(member=None, claimed_at=None, email=f"p{number}@example.org")
    page = care.get(INVITE)
    assert "Neither invited nor a member yet" in page.content.decode()
    assert page.context["waiting"] == 5
    post = {"most": "3", "first": page.context["form"]["first"].value()}
    first, again = (care.post(INVITE, post, follow=True) for _click in range(2))
    assert "3 people are invited." in first.content.decode()
    assert "nobody is invited twice" in again.content.decode()
    assert Message.objects.filter(kind=Message.Kind.FORMER_INVITE).count() == 3
    page = care.get(INVITE)
    assert page.context["waiting"] == 2
    for most in ("0", "-1", "2001", "x", "１e9", ""):
        assert care.post(INVITE, {"most": most, "first": page.context["form"]["first"].value()}).status_code == 200
    assert care.post(INVITE, {"most": "3"}).status_code == 302
    assert Message.objects.filter(kind=Message.Kind.FORMER_INVITE).count() == 3
    assert history(FormerAccount.objects.get(email="p0@example.org")) == [("Member care", "3 invited, this one first")]
    former.invite(most=10, at=NOON)
    assert "Nobody waits to be invited." in care.get(INVITE).content.decode()


def test_the_list_leads_to_the_act_and_only_who_may_gets_there(care):
    assert INVITE in care.get("/admin/members/formeraccount/").content.decode()
    auditor = as_role(Role.AUDITOR)
    assert INVITE not in auditor.get("/admin/members/formeraccount/").content.decode()
    assert auditor.get(ADD).status_code == 403
    assert auditor.post(ADD, {"file": a_file("a@example.org,Ada,GB,1,,")}).status_code == 403
