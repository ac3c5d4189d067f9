"""Packing and sending welcome packs: stock, batches, their papers, scans and lists, lost cards (programme §8)."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cps_portal.pages.logistics import batch as batches
from cps_portal.pages.logistics import lost
from cps_portal.pages.logistics.words import REFUSALS
from cps_portal.pages.offers.card import card_link
from members import threads
from members.models import Message, Post
from members.rules.roles import Role
from servicing import packs
from servicing.models import CardRevocation, GiftStock, PackBatch, PackContents, WelcomePack
from servicing.rules.numbers import pack_number, read_pack_number
from tests.browser.readings import written_on
from tests.factories import MemberFactory, UserFactory
from tests.portal.staff import SUPERUSER, confirmed, staff_user
from tests.servicing.packed import AT, PEOPLE, waiting_pack

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock(time_machine):
    time_machine.move_to(AT + timedelta(days=3), tick=False)


@pytest.fixture
def clerk():
    return staff_user(Role.LOGISTICS.value)


@pytest.fixture
def desk(clerk):
    return confirmed(clerk)


def text_of(response):
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def picked(clerk, *waiting):
    """Packs of one country in a batch."""
    return packs.pick_batch(str(waiting[0].country), most=len(waiting), at=AT + timedelta(days=1), by=clerk)


def sent(clerk, pack, *, days=2):
    picked(clerk, pack)
    packs.mark_sent({pack.pk: "RM1GB"}, at=AT + timedelta(days=days))
    pack.refresh_from_db()
    return pack


def test_the_start_page_says_what_waits_and_warns_of_stock(desk, clerk):
    waiting_pack()
    waiting_pack(days=-9)
    waiting_pack(*PEOPLE[1], days=-20)
    contents = PackContents.objects.get()
    GiftStock.objects.create(contents=contents, pieces=2, note="first", at=AT, by=clerk)
    text = text_of(desk.get(reverse("admin:packs")))
    assert text.index("Greece") < text.index("United Kingdom")
    assert "3 Nov 2026 23 days" in text
    assert "3 wait, 2 in stock. 1 is missing." in text
    GiftStock.objects.create(contents=contents, pieces=1, note="second", at=AT, by=clerk)
    assert "missing" not in text_of(desk.get(reverse("admin:packs")))


def test_the_start_page_asks_as_much_for_many_as_for_few(desk, clerk):
    def queries():
        with CaptureQueriesContext(
            connection,
        ) as asked:
            assert desk.get(reverse("admin:packs")).status_code == 200
        return len(asked)

    for country in ("GB", "FR", "PL"):
        waiting_pack(country=country)
    picked(clerk, WelcomePack.objects.get(country="FR"))
    desk.get(reverse("admin:packs"))
    few = queries()
    for place in range(30):
        waiting_pack(country=("DE", "ES", "IT", "AT", "GR")[place % 5])
    for country in ("DE", "ES"):
        packs.pick_batch(country, most=3, at=AT, by=clerk)
    assert queries() == few


def test_a_batch_takes_the_oldest_and_twice_is_once(desk, clerk):
    young, old, older = waiting_pack(days=2), waiting_pack(days=1), waiting_pack()
    asked = {"country": "GB", "oldest": older.pk, "most": 2}
    first, again = (desk.post(reverse("admin:packs"), asked) for _ in range(2))
    assert first.url == again.url
    batch = PackBatch.objects.get()
    assert set(batch.packs.all()) == {old, older}
    # A colleague whose page showed the same takes the next ones.
    other = confirmed(staff_user(SUPERUSER))
    other.post(reverse("admin:packs"), asked)
    young.refresh_from_db()
    assert young.batch != batch
    assert "Nothing waits there any more" in text_of(
        desk.post(reverse("admin:packs"), asked | {"oldest": young.pk}, follow=True)
    )


@pytest.mark.parametrize(
    "asked", [{"most": 0}, {"most": 201}, {"most": "x"}, {"country": "'; --"}, {"oldest": 2**70}, {}]
)
def test_a_wrong_pick_writes_nothing(desk, asked):
    pack = waiting_pack()
    given = {"country": "GB", "oldest": pack.pk, "most": 1} | asked if asked else {}
    assert desk.post(reverse("admin:packs"), given).status_code == 400
    assert not PackBatch.objects.exists()


def test_putting_back_and_what_was_sent_stays(desk, clerk):
    pack, other = waiting_pack(), waiting_pack()
    batch = picked(clerk, pack, other)
    page = reverse("admin:pack_batch", args=[batch.pk])
    assert "is put back" in text_of(desk.post(page, {"pack": pack.pk}, follow=True))
    pack.refresh_from_db()
    assert (pack.state, pack.batch) == ("requested", None)
    packs.mark_sent({other.pk: ""}, at=AT + timedelta(days=2))
    assert "cannot be put back" in text_of(desk.post(page, {"pack": other.pk}, follow=True))
    for hostile in ("", "x", "9" * 30, "²", str(pack.pk)):
        assert "not in the batch" in text_of(desk.post(page, {"pack": hostile}, follow=True))


def test_a_batch_page_asks_as_much_for_many_as_for_few(desk, clerk):
    def queries(batch):
        with CaptureQueriesContext(connection) as asked:
            assert desk.get(reverse("admin:pack_batch", args=[batch.pk])).status_code == 200
        return len(asked)

    few = picked(clerk, *(waiting_pack() for _ in range(3)))
    many = picked(clerk, *(waiting_pack(country="FR") for _ in range(30)))
    queries(few)
    assert queries(few) == queries(many)


def a_page(pdf):
    pages = written_on(pdf)
    return pages[0], len(pages)


def test_papers_of_every_script(desk, clerk):
    """Letters, cards and labels; pictures of them are looked at by people."""
    for name, lines, country in PEOPLE:
        waiting_pack(name, lines, country, language="ar" if country == "JO" else "en")
    WelcomePack.objects.update(country="GB")
    batch = packs.pick_batch("GB", most=9, at=AT, by=clerk)
    papers = {}
    for paper in ("letters", "cards", "labels"):
        answer = desk.get(reverse("admin:pack_paper", args=[batch.pk, paper]))
        assert answer["Content-Type"] == "application/pdf"
        papers[paper] = answer.content
    assert papers["labels"] == desk.get(reverse("admin:pack_paper", args=[batch.pk, "labels"])).content
    text, pages = a_page(papers["letters"])
    assert pages == len(PEOPLE)
    assert "Dear Layla Mansour," in text
    assert "You are a Silver member" in text
    assert "UNITED KINGDOM" in text
    text, pages = a_page(papers["labels"])
    assert pages == 1
    for pack in WelcomePack.objects.all():
        assert pack_number(pack.pk) in text
    for said in ("1 Rye Lane", "SE15 4TY", "Ελένη Παπαδοπούλου", "Łukasz Wiśniewski"):
        assert said in text
    text, pages = a_page(papers["cards"])
    assert pages == 1
    assert "Silver" in text
    assert WelcomePack.objects.first().member.spaced_number in text
    assert desk.get(reverse("admin:pack_paper", args=[batch.pk, "secrets"])).status_code == 404


def test_the_letter_of_a_new_card_is_another_and_nothing_erased_is_printed(desk, clerk):
    pack = sent(clerk, waiting_pack())
    label = packs.Label("Layla Mansour", ["2 Rye Lane", "London"], "GB")
    card = packs.replace_card(pack.pk, label=label, at=AT + timedelta(days=2), by=clerk)
    batch = picked(clerk, card)
    # The code on it is the one that is valid after the loss, as the member's own page shows it.
    card = WelcomePack.objects.select_related("member__user").get(pk=card.pk)
    (made,) = batches._cards([card], AT)
    assert made.face.link == card_link(card.member)
    text, _pages = a_page(desk.get(reverse("admin:pack_paper", args=[batch.pk, "letters"])).content)
    assert "takes the place of the card that you lost" in text
    WelcomePack.objects.filter(pk=card.pk).update(name="", lines="")
    assert desk.get(reverse("admin:pack_paper", args=[batch.pk, "labels"])).status_code == 404
    assert "address erased" in text_of(desk.get(reverse("admin:pack_batch", args=[batch.pk])))


def test_a_scan_marks_one_pack_and_a_second_scan_changes_nothing(desk, clerk):
    pack, waits = waiting_pack(), waiting_pack(country="FR")
    picked(clerk, pack)
    page, number = reverse("admin:packs_sent"), pack_number(pack.pk)
    assert "Scan the parcel" in text_of(desk.get(page, {"number": f" {number.lower()} "}))
    assert f"{number} is sent." in text_of(desk.post(page, {"number": number, "tracking": "RM 12/GB"}, follow=True))
    pack.refresh_from_db()
    assert (pack.state, pack.tracking, pack.sent_at) == ("sent", "RM 12/GB", AT + timedelta(days=3))
    assert Message.objects.get(kind="pack_sent").facts == {"tracking": "RM 12/GB", "card_only": False}
    assert "was sent before" in text_of(desk.post(page, {"number": number, "tracking": "RM 12/GB"}, follow=True))
    assert "another tracking number" in text_of(desk.post(page, {"number": number, "tracking": "OTHER"}))
    assert Message.objects.filter(kind="pack_sent").count() == 1
    for typed, said in (
        (pack_number(waits.pk), "Pick it first"),
        ("P999999", "no pack with"),
        ("\x00'--", "no pack’s number"),
    ):
        assert said in text_of(desk.get(page, {"number": typed}))
        desk.post(page, {"number": typed, "tracking": "X"})
    waits.refresh_from_db()
    assert waits.state == "requested"


def test_a_list_is_taken_whole_or_not_at_all(desk, clerk):
    one, two, waits = waiting_pack(), waiting_pack(), waiting_pack(country="FR")
    picked(clerk, one, two)
    page = reverse("admin:packs_sent")
    rows = ["pack number;tracking", f"{pack_number(one.pk)};RM1", "nonsense;RM2", "P999999;RM3", f"{waits.pk};RM4"]
    bad = "\n".join([*rows, f"{one.pk};RM5", f"{two.pk};RM<6", ""])
    shown = text_of(desk.post(page, {"rows": bad}))
    assert "5 rows have to be changed; nothing was marked" in shown
    for row, code in ((3, "unreadable"), (4, "unknown"), (5, "not_picked"), (6, "twice"), (7, "letters")):
        assert re.search(rf"Row {row}: \S+ {re.escape(str(REFUSALS[code]))}", shown), row
    assert "nonsense;RM2" in shown
    bad_file = SimpleUploadedFile("sent.csv", b"nonsense;RM2")
    assert "nonsense;RM2" in text_of(desk.post(page, {"rows": "", "file": bad_file}))
    assert not WelcomePack.objects.filter(state="sent").exists()
    good = f'"{pack_number(one.pk)}",RM1\r\n{two.pk}\r\n'.encode("utf-8-sig")
    answer = desk.post(page, {"rows": "", "file": SimpleUploadedFile("sent.csv", good)}, follow=True)
    assert "2 packs are sent." in text_of(answer)
    assert set(WelcomePack.objects.filter(state="sent").values_list("tracking", flat=True)) == {"RM1", ""}
    again = desk.post(page, {"rows": good.decode()}, follow=True)
    assert "0 packs are sent. 2 were sent before." in text_of(again)


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"rows": " \n"}, "empty"),
        ({"rows": "1,2\n" * 2001}, "many"),
        ({"rows": "", "file": SimpleUploadedFile("x.csv", b"\xff\xfe1")}, "not_text"),
        ({"rows": "", "file": SimpleUploadedFile("x.csv", b"1,2\n" * 110_000)}, "big"),
        ({"rows": '"' * 200_000}, "empty"),
        ({"rows": "x" * 200_000}, "unreadable"),
        ({"rows": "1," + "9" * 61}, "long"),
    ],
)
def test_a_list_that_cannot_be_read_says_why(desk, given, code):
    assert str(REFUSALS[code]) in text_of(desk.post(reverse("admin:packs_sent"), given)).replace("&#x27;", "'")


def test_pack_numbers_in_any_spelling():
    assert [read_pack_number(text) for text in ("P000123", "p-123", " 123\n", "Ｐ０００１２３")] == [123] * 4
    assert [read_pack_number(text) for text in ("", "P", "P0", "12x", "-", "1" * 19, "٣")] == [None] * 7


@pytest.fixture
def care():
    return confirmed(staff_user(Role.MEMBER_CARE.value))


def lost_thread(user, words="I lost it on a ferry"):
    asked = threads.Question(
        "lost_card", words, "en", name="" if user else "A Stranger", email="" if user else "s@example.org"
    )
    return threads.open_thread(asked, user=user, thread_id=uuid4(), post_id=uuid4(), at=AT)


def form_of(page):
    return page.context["form"].initial


def test_a_lost_card_is_approved_once_and_linked_to_the_first(care, clerk):
    pack = sent(clerk, waiting_pack())
    thread = lost_thread(pack.member.user)
    assert "Layla Mansour" in text_of(care.get(reverse("admin:packs_lost")))
    page = reverse("admin:pack_lost", args=[thread.pk])
    shown = care.get(page)
    assert "I lost it on a ferry" in text_of(shown)
    asked = form_of(shown)
    assert (asked["name"], asked["lines"], asked["country"]) == (pack.name, pack.lines, "GB")
    wrong = care.post(page, asked | {"name": "李 Layla"})
    assert "The label cannot print 李." in text_of(wrong)
    assert pack.lines.splitlines()[0] in wrong.content.decode()
    for _ in range(2):
        assert care.post(page, asked).status_code == 302
    card = WelcomePack.objects.get(replaces=pack)
    assert (card.state, card.approved_by.name, card.contents) == ("requested", "Member care", None)
    assert CardRevocation.objects.filter(member=pack.member).count() == 1
    assert Post.objects.filter(thread=thread, from_staff=True).count() == 1
    assert "on its way already" in text_of(care.get(page))
    assert [(look.role, look.page) for look in pack.member.looks.all()] == [("Member care", "thread")]
    # Lost again, once that one was sent.
    sent(clerk, card, days=4)
    assert form_of(care.get(reverse("admin:pack_lost", args=[lost_thread(pack.member.user).pk])))["pack"] == card.pk


def test_the_member_follows_the_new_card_too(client, care, clerk, time_machine):
    pack = sent(clerk, waiting_pack())
    client.force_login(pack.member.user)
    ask = f"{reverse('contact')}?topic=lost_card"
    assert ask in client.get(reverse("pack")).content.decode()
    page = reverse("admin:pack_lost", args=[lost_thread(pack.member.user).pk])
    care.post(page, form_of(care.get(page)) | {"lines": "7 Elm Road\nHull"})
    shown = client.get(reverse("pack"))
    assert "New card for the lost one State Requested Approved 26 Nov 2026" in text_of(shown)
    assert "7 Elm Road" in text_of(shown)
    assert ask not in shown.content.decode()
    card = WelcomePack.objects.get(replaces=pack)
    picked(clerk, card)
    packs.mark_sent({card.pk: "RM2GB"}, at=AT + timedelta(days=4))
    time_machine.move_to(AT + timedelta(days=30), tick=False)
    shown = client.get(reverse("pack"))
    assert "RM2GB" in text_of(shown)
    assert "Not arrived?" not in text_of(shown), "the pack came long ago"
    assert ask in shown.content.decode()
    time_machine.move_to(AT + timedelta(days=31), tick=False)
    assert text_of(client.get(reverse("pack"))).count("Not arrived?") == 1


def test_more_lost_cards_than_a_page_are_reached_by_key(care, monkeypatch):
    monkeypatch.setattr(lost, "SHOWN", 2)
    for _each in range(5):
        lost_thread(MemberFactory().user)
    seen, address = [], reverse("admin:packs_lost")
    while address:
        shown = care.get(address)
        seen.append([row["href"] for row in shown.context["rows"]])
        back, address = shown.context["previous"], shown.context["next"]
    assert [len(rows) for rows in seen] == [2, 2, 1]
    assert len({href for rows in seen for href in rows}) == 5
    assert [row["href"] for row in care.get(back).context["rows"]] == seen[1]


def test_what_was_never_sent_cannot_be_lost(care):
    pack = waiting_pack()
    page = reverse("admin:pack_lost", args=[lost_thread(pack.member.user).pk])
    shown = care.get(page)
    assert str(REFUSALS["not_sent"]) in text_of(shown)
    assert shown.context["form"] is None
    asked = {"pack": pack.pk, "key": uuid4(), "name": "L", "lines": "x", "country": "GB", "answer": "Yes"}
    assert str(REFUSALS["not_sent"]) in text_of(care.post(page, asked))
    assert not WelcomePack.objects.filter(replaces=pack).exists()
    assert not Post.objects.filter(from_staff=True).exists()
    without = reverse("admin:pack_lost", args=[lost_thread(MemberFactory().user).pk])
    assert "never asked for a welcome pack" in text_of(care.get(without))
    stranger = reverse("admin:pack_lost", args=[lost_thread(None).pk])
    assert "no membership here" in text_of(care.get(stranger))
    assert care.post(stranger, asked).status_code == 302


def test_a_pack_of_somebody_else_is_not_replaced_by_a_thread(care, clerk):
    theirs = sent(clerk, waiting_pack())
    mine = sent(clerk, waiting_pack("Omar", country="FR"))
    page = reverse("admin:pack_lost", args=[lost_thread(mine.member.user).pk])
    answer = care.post(page, form_of(care.get(page)) | {"pack": theirs.pk})
    assert "belongs to another thread" in text_of(answer)
    assert not WelcomePack.objects.filter(replaces__isnull=False).exists()


PAGES = ("packs", "pack_batch", "pack_paper", "packs_sent", "packs_lost", "pack_lost")
MAY = {
    Role.LOGISTICS.value: {"packs", "pack_batch", "pack_paper", "packs_sent"},
    Role.MEMBER_CARE.value: {"packs", "pack_batch", "pack_paper", "packs_lost", "pack_lost"},
    Role.AUDITOR.value: {"packs", "pack_batch", "pack_paper"},
    SUPERUSER: set(PAGES),
}


@pytest.mark.parametrize("role", [*(role.value for role in Role), SUPERUSER])
def test_who_sees_and_who_acts(role):
    packer = UserFactory(is_staff=True)
    pack = sent(packer, waiting_pack())
    waits = waiting_pack(country="FR")
    thread = lost_thread(pack.member.user)
    args = {"pack_batch": [pack.batch_id], "pack_paper": [pack.batch_id, "labels"], "pack_lost": [thread.pk]}
    client = confirmed(staff_user(role))
    got = {name: client.get(reverse(f"admin:{name}", args=args.get(name))).status_code for name in PAGES}
    assert got == {name: 200 if name in MAY.get(role, ()) else 403 for name in PAGES}
    acts = {
        "packs": {"country": "FR", "oldest": waits.pk, "most": 1},
        "pack_batch": {"pack": pack.pk},
        "packs_sent": {"rows": ""},
        "pack_lost": {},
    }
    posted = {
        name: client.post(reverse(f"admin:{name}", args=args.get(name)), data).status_code
        for name, data in acts.items()
    }
    logistics, care = role in (Role.LOGISTICS.value, SUPERUSER), role in (Role.MEMBER_CARE.value, SUPERUSER)
    assert {name for name, status in posted.items() if status == 403} == (
        (set() if logistics else {"packs", "pack_batch", "packs_sent"}) | (set() if care else {"pack_lost"})
    )


def test_visitors_sign_in_and_members_are_refused(client):
    assert client.get(reverse("admin:packs")).url.startswith(reverse("account_login"))
    client.force_login(MemberFactory().user)
    assert client.get(reverse("admin:packs")).status_code == 403


def test_an_empty_batch_says_where_its_packs_are(desk, clerk):
    pack = waiting_pack()
    batch = picked(clerk, pack)
    packs.put_back(pack.pk)
    said = text_of(desk.get(reverse("admin:pack_batch", args=[batch.pk])))
    assert "Nothing is left in this batch" in said
    assert "are erased" not in said
