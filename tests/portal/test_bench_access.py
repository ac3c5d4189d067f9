"""Who gets what at every address of the bench, and that staff of one centre find nothing of another (§10)."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.files.base import ContentFile
from django.urls import get_resolver, reverse

from members.rules.roles import Role
from servicing.models import CaseFile, Centre, CentreClerk, CentreTask, Stretch
from servicing.models.papers import case_storage
from tests.factories import CaseFactory, CentreFactory, EstimateFactory, LoanFactory, MemberFactory, VisitorFactory
from tests.portal.staff import EVERYBODY, SUPERUSER, confirmed, programme_tables, staff_user

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 26, 11, tzinfo=UTC)
READERS = {Role.MEMBER_CARE, Role.CENTRE_STAFF, Role.AUDITOR, SUPERUSER}
BENCH = {Role.CENTRE_STAFF, SUPERUSER}
# Who reads each page; everybody else of the staff is refused.
PAGES = {
    "bench": READERS,
    "bench_case": READERS,
    "bench_receive": BENCH,
    "bench_visitor": BENCH,
    "bench_word": BENCH,
    "bench_report": READERS,
    "bench_csv": READERS,
    "bench_loans": READERS,
    "bench_loan": READERS,
    "bench_loan_agreement": READERS,
    "bench_loan_new": BENCH,
}


@pytest.fixture(autouse=True)
def clock(time_machine, settings, tmp_path):
    time_machine.move_to(NOW, tick=False)
    settings.STORAGES = settings.STORAGES | {
        "cases": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(tmp_path)}}
    }


def a_bench(centre, name, **fields):
    """A centre with a case of every kind that could be seen, all under one name."""
    at = NOW - timedelta(hours=2)
    member = MemberFactory(user__name=name)
    case = CaseFactory(
        centre=centre,
        member=member,
        requested_at=at,
        inbound_tracking=f"IN{centre.code}1",
        outbound_tracking=f"OUT{centre.code}1",
        return_name=name,
        fault_words=f"Fault of {name}",
        **fields,
    )
    visitor = VisitorFactory(name=f"{name} Visitor")
    CaseFactory(centre=centre, visitor=visitor, product=case.product, serial=f"V{centre.code}999", requested_at=at)
    CentreTask.objects.create(centre=centre, kind="no_unit", occasion="x", words=f"Task of {name}", made_at=at)
    name_in_store = case_storage().save("x", ContentFile(b"jpeg"))
    CaseFile.objects.create(
        case=case,
        purpose="fault",
        file=name_in_store,
        name=f"{name}.jpg",
        content_type="image/jpeg",
        size=4,
        digest=centre.code * 10,
        uploaded_at=at,
    )
    return case


@pytest.fixture
def own(elstree):
    return a_bench(elstree, "Layla Ours")


@pytest.fixture
def others():
    centre = CentreFactory(name="Bench of Paris", code="FR")
    case = a_bench(centre, "Omar Theirs")
    EstimateFactory(case=case)
    return case


@pytest.fixture
def elstree():
    return Centre.objects.get(code="UK")


def address(name, case):
    loan = case.loans.first()
    args = {
        "bench_case": [case.number],
        "bench_loan_new": [case.number],
        "bench_loan": [loan.pk if loan else case.pk],
        "bench_loan_agreement": [loan.pk if loan else case.pk],
    }
    return reverse(f"admin:{name}", args=args.get(name))


def test_every_page_of_the_bench_has_a_row():
    admin = get_resolver().namespace_dict["admin"][1]
    assert {name for name in admin.reverse_dict if isinstance(name, str) and name.startswith("bench")} == set(PAGES)


@pytest.mark.parametrize("role", EVERYBODY)
def test_each_role_reads_what_it_may_and_changes_nothing_by_it(role, own):
    LoanFactory(case=own)
    client, before = confirmed(staff_user(role)), programme_tables()
    wrong = {}
    for name, readers in PAGES.items():
        asked = {"centre": "UK", "what": "board"}
        status = client.get(address(name, own), asked).status_code
        # A case whose loan is booked already leads to that one.
        fine = {200, 302} if name == "bench_loan_new" else {200}
        if status not in (fine if role in readers else {403}):
            wrong[name] = status
    assert wrong == {}
    assert programme_tables() == before


@pytest.mark.parametrize("role", EVERYBODY)
def test_the_bench_is_in_both_menus_of_who_may_see_it(role):
    page = confirmed(staff_user(role)).get(reverse("admin:index")).content.decode()
    assert page.count(f'href="{reverse("admin:bench")}"') >= 2 * (role in READERS)
    assert (f'class="menu__item" href="{reverse("admin:bench")}"' in page) == (role in READERS)


def test_visitors_sign_in_and_members_are_refused(client, own):
    pages = [address(name, own) for name in PAGES if "loan" not in name]
    for page in pages:
        assert client.get(page).url.startswith(reverse("account_login"))
    client.force_login(own.member.user)
    for page in pages:
        assert client.get(page).status_code == 403


@pytest.mark.parametrize("role", [Role.MEMBER_CARE.value, Role.AUDITOR.value])
def test_who_only_reads_is_offered_nothing_and_writes_nothing(role, own):
    client = confirmed(staff_user(role))
    before = programme_tables()
    shown = client.get(reverse("admin:bench_case", args=[own.number])).content.decode()
    assert "?act=" not in shown
    for name in ("bench", "bench_case", "bench_receive", "bench_visitor", "bench_word"):
        data = {"act": "note", "words": "x", "mark": "x", "task": CentreTask.objects.get().pk, "case": own.number}
        assert client.post(f"{address(name, own)}?centre=UK", data).status_code == 403, name
    assert programme_tables() == before


@pytest.mark.parametrize("role", [Role.MEMBER_CARE.value, SUPERUSER])
def test_who_sees_every_centre_chooses_one(role, own, others):
    client = confirmed(staff_user(role))
    choose = client.get(reverse("admin:bench"), {"q": "x"}).content.decode()
    assert "centre=UK" in choose
    assert "centre=FR" in choose
    for code, seen, hidden in (("UK", "Layla Ours", "Omar Theirs"), ("fr", "Omar Theirs", "Layla Ours")):
        board = client.get(reverse("admin:bench"), {"centre": code}).content.decode()
        assert seen in board
        assert hidden not in board
    assert client.get(reverse("admin:bench"), {"centre": "XX"}).status_code == 404


def test_centre_staff_without_a_centre_are_told_so(own):
    user = staff_user(Role.CENTRE_STAFF.value)
    CentreClerk.objects.all().delete()
    client = confirmed(user)
    for name in ("bench", "bench_receive", "bench_report", "bench_csv", "bench_visitor"):
        answer = client.get(reverse(f"admin:{name}"), {"centre": "UK"})
        assert answer.status_code == 200
        assert "works at no centre yet" in answer.content.decode()
    assert client.get(address("bench_case", own)).status_code == 404


def test_staff_of_one_centre_find_nothing_of_another(own, others):
    client = confirmed(staff_user(Role.CENTRE_STAFF.value))
    theirs = ["Omar Theirs", "Task of Omar", "VFR999", others.number, others.serial, "INFR1", "OUTFR1"]
    listed = [
        ("bench", {"centre": "FR"}),
        ("bench", {}),
        ("bench", {"state": "requested"}),
        ("bench", {"state": "estimate_sent"}),
        *(("bench", {"part": part}) for part in ("expected", "standard", "paused", "risk", "stale", "missed", "back")),
        ("bench_csv", {"what": "board", "centre": "FR"}),
        ("bench_csv", {"what": "report", "centre": "FR"}),
        ("bench_report", {"centre": "FR"}),
        ("bench_loans", {"centre": "FR"}),
    ]
    for name, asked in listed:
        html = client.get(reverse(f"admin:{name}"), asked).content.decode()
        assert not [word for word in theirs if word in html], (name, asked)
    # What is searched for stands in the field again, so only a row would be a find.
    for text in (*theirs, "theirs", others.number.lower().replace("-", " ")):
        answer = client.get(reverse("admin:bench"), {"q": text})
        assert answer.status_code == 200
        assert "/admin/bench/cases/" not in answer.content.decode(), text
    before = programme_tables()
    page = reverse("admin:bench_case", args=[others.number])
    assert client.get(page).status_code == 404
    assert client.post(page, {"act": "note", "words": "x", "mark": "x"}).status_code == 404
    assert client.get(reverse("case-file", args=[others.files.get().pk])).status_code == 404
    assert client.get(reverse("case-file", args=[own.files.get().pk])).status_code == 200
    receive = reverse("admin:bench_receive")
    assert client.post(receive, {"case": others.number, "condition": "x", "mark": "x"}).status_code == 200
    assert (
        client.post(f"{receive}?centre=FR", {"case": others.number, "condition": "x", "mark": "x"}).status_code == 200
    )
    task = CentreTask.objects.get(centre__code="FR")
    client.post(reverse("admin:bench") + "?centre=FR", {"task": task.pk})
    assert programme_tables() == before
    assert Stretch.objects.filter(received_at__isnull=False).count() == 0
