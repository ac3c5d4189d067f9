"""The staff's search box: every kind of number and name, each for those who may see it, and nothing for the hostile."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st

from cps_portal.request_log import RequestLog
from kitbag.models import FormerNumber, ProposedEdit, StolenUnit
from members.models import User
from members.name_search import named
from members.rules.finding import digits_of, one_line, words_of
from members.rules.roles import Role
from servicing.models import Centre, EventVisitor, WelcomePack
from tests.factories import (
    NOON,
    CaseFactory,
    EventFactory,
    FormerAccountFactory,
    LoanFactory,
    LoanUnitFactory,
    MemberFactory,
    ProductFactory,
    ThreadFactory,
    UserFactory,
    VisitorFactory,
)
from tests.portal.staff import SUPERUSER, as_role

pytestmark = pytest.mark.django_db


def found(client, typed):
    """What is found: the names of the hits by the title of their group."""
    answer = client.get(reverse("admin:search"), {"q": typed})
    assert answer.status_code == 200
    return {group.title: [hit.name for hit in group.hits] for group in answer.context["groups"]}


@pytest.fixture
def boss():
    return as_role(SUPERUSER)


@pytest.fixture
def somebody():
    user = UserFactory(email="zoe.nunez@example.org", name="Zoë Núñez O’Brien-Łukasz")
    return MemberFactory(user=user)


@pytest.mark.parametrize(
    "typed",
    [
        "Zoë Núñez",
        "nunez zoe",
        "NÚÑEZ",
        "brien zo",
        "lukasz",
        "zoe.nunez@example.org",
        "ZOE.NU",
        "  zoe.nunez@EXAMPLE.org ",
    ],
)
def test_a_member_is_found_by_name_and_address(boss, somebody, typed):
    MemberFactory()
    assert found(boss, typed) == {"Members": ["Zoë Núñez O’Brien-Łukasz"]}


@pytest.mark.parametrize("write", [str, "{0[0]}{0[1]} {0[2]}{0[3]} {0[4]}{0[5]}{0[6]}-{0[7]}{0[8]}{0[9]}".format])
def test_a_member_is_found_by_number_in_any_grouping_and_script(boss, somebody, write):
    number = write(somebody.number)
    arabic = number.translate({ord(str(digit)): chr(0x660 + digit) for digit in range(10)})
    assert found(boss, number)["Members"] == found(boss, arabic)["Members"] == ["Zoë Núñez O’Brien-Łukasz"]
    assert found(boss, somebody.number[:7])["Members"] == ["Zoë Núñez O’Brien-Łukasz"]


def test_names_in_arabic_are_found_with_and_without_marks(boss):
    MemberFactory(user=UserFactory(name="أَحْمَد المنصورة"))
    for typed in ("احمد", "أحمد", "المنصوره أحم"):
        assert found(boss, typed)["Members"] == ["أَحْمَد المنصورة"]


def test_a_serial_number_is_found_in_any_spelling_and_whatever_became_of_it(boss, somebody, register, camera, lens):
    item = register(somebody, camera, serial="012345 678901")
    other = register(somebody, lens, serial="5500001")
    FormerNumber.objects.create(product=camera, serial="98F76", item=item, replaced_at=NOON)
    ProposedEdit.objects.create(item=item, product=camera, serial="77X88", serial_typed="77-x88", proposed_at=NOON)
    StolenUnit.objects.create(product=lens, serial="5500001", item=other, reported_at=NOON)
    for typed in ("012345678901", "0123-4567-8901", "０１２３４５/678901", "٠١٢٣٤٥ ٦٧٨٩٠١"):
        assert found(boss, typed) == {"Kit": ["012345 678901"]}
    for typed, words in (("98-f76", "Number replaced in a repair"), ("77x88", "Number proposed")):
        (group,) = boss.get(reverse("admin:search"), {"q": typed}).context["groups"]
        assert (group.hits[0].name, words in group.hits[0].facts) == ("012345 678901", True)
    (group,) = boss.get(reverse("admin:search"), {"q": "55 00001"}).context["groups"]
    assert "Reported stolen" in group.hits[0].facts


def test_a_case_is_found_by_each_of_its_numbers(boss):
    case = CaseFactory(inbound_tracking="IN0099", outbound_tracking="JD 0042")
    visited = CaseFactory(visitor=VisitorFactory(card_number="US77-1"), product=ProductFactory(), serial="990011")
    for typed in (case.number, case.number.lower().replace("-", " "), "in0099", "jd 0042", case.serial):
        assert found(boss, typed)["Cases"] == [case.number], typed
    assert found(boss, case.member.number)["Cases"] == [case.number]
    assert found(boss, "US77-1")["Cases"] == found(boss, "99 00 11")["Cases"] == [visited.number]


def test_loans_packs_questions_visitors_staff_and_old_accounts_are_found(boss, somebody):
    loan = LoanFactory(unit=LoanUnitFactory(serial="700123"), case=CaseFactory())
    assert found(boss, "700-123") == {"Loans": [loan.case.number], "Loan units": ["700123"]}
    pack = WelcomePack.objects.create(
        member=somebody, level=1, name="Zoë", lines="x", country="GB", requested_at=NOON, tracking="PK55X"
    )
    number = f"P{pack.pk:06}"
    assert found(boss, "pk55x") == {"Welcome packs and cards": [number]}
    assert found(boss, number)["Welcome packs and cards"] == found(boss, somebody.number)["Welcome packs and cards"]
    ThreadFactory(user=None, email="guest@example.org", name="Guest", topic="serial", serial="AB 123")
    assert list(found(boss, "guest@example.org")) == list(found(boss, "AB 123")) == ["Questions"]
    EventVisitor.objects.create(
        event=EventFactory(), region="Canon USA", card_number="US 9", name="Grace", came_at=NOON, by=UserFactory()
    )
    assert found(boss, "us 9") == {"Visitors of events": ["US 9"]}
    FormerAccountFactory(email="old@example.org", name="Quentin Tarrant", member=None, claimed_at=None)
    assert found(boss, "tarrant")["Accounts of the former scheme"] == ["Quentin Tarrant"]
    UserFactory(name="Xenia Clerk", email="xenia@staff.example.org", is_staff=True)
    assert found(boss, "clerk xen") == found(boss, "xenia@") == {"Staff": ["Xenia Clerk"]}


def test_ten_of_a_kind_are_shown_and_the_list_has_the_others(boss):
    for place in range(12):
        MemberFactory(user=UserFactory(name=f"Quorum {'abcdefghijkl'[place]}"))
    answer = boss.get(reverse("admin:search"), {"q": "quorum"})
    (group,) = answer.context["groups"]
    assert [hit.name for hit in group.hits] == [f"Quorum {letter}" for letter in "abcdefghij"]
    assert len(boss.get(group.more).context["cl"].result_list) == 12


HOSTILE = [
    "\x00",
    "a\x00b",
    "x" * 10_000,
    "%",
    "_%_",
    "%%%",
    "\\",
    "\\%",
    "'; DROP TABLE members_user; --",
    '"',
    "()[]",
    "９９９９９",
    "١٢٣",
    "<script>",
    "   ",
    "\u202e\u2066",
    "1" * 200,
    "٣" * 180,
    "@",
    "@@@",
    "a@",
    "💥" * 50,
    "-- . -",
    "P" + "9" * 30,
]


@pytest.mark.parametrize("typed", HOSTILE)
def test_nothing_hostile_finds_or_breaks_anything(boss, somebody, typed):
    assert found(boss, typed) == {}


def test_nothing_found_says_what_can_be_searched_and_escapes_what_was_typed(boss):
    body = boss.get(reverse("admin:search"), {"q": "<b>zz"}).content.decode()
    assert "&lt;b&gt;zz" in body
    assert "a member number, in any grouping" in body
    assert "a member number, in any grouping" in boss.get(reverse("admin:search")).content.decode()


def test_each_role_finds_only_what_it_may_see(somebody, register, camera):
    """By one number that is a member's, a serial and a loan unit's: each group only with its permission."""
    register(somebody, camera, serial=somebody.number)
    ThreadFactory(user=somebody.user)
    case = CaseFactory(centre=Centre.objects.get(code="UK"), member=somebody)
    LoanFactory(case=case, unit=LoanUnitFactory(serial=somebody.number, centre=case.centre))
    WelcomePack.objects.create(member=somebody, level=1, name="x", lines="x", country="GB", requested_at=NOON)
    models = {
        "Members": "members.member",
        "Kit": "kitbag.kititem",
        "Cases": "servicing.case",
        "Loans": "servicing.loan",
        "Loan units": "servicing.loanunit",
        "Welcome packs and cards": "servicing.welcomepack",
        "Questions": "members.thread",
    }
    for role in Role:
        client = as_role(role)
        user = User.objects.get(name=role.value)
        allowed = {title for title, model in models.items() if user.has_perm(model.replace(".", ".view_"))}
        if role == Role.CENTRE_STAFF:
            allowed -= {"Welcome packs and cards"}
        groups = client.get(reverse("admin:search"), {"q": somebody.number}).context["groups"]
        assert {group.title for group in groups} == allowed, role
        for hit in (hit for group in groups for hit in group.hits):
            assert client.get(hit.href).status_code == 200, (role, hit)


def test_centre_staff_find_their_own_centres_rows_only():
    own = CaseFactory(centre=Centre.objects.get(code="UK"), return_name="Quorum Own")
    other = CaseFactory(return_name="Quorum Other")
    units = [LoanUnitFactory(centre=case.centre, serial="700999", product=ProductFactory()) for case in (own, other)]
    for case, unit in zip((own, other), units, strict=True):
        LoanFactory(case=case, unit=unit)
    clerk = as_role(Role.CENTRE_STAFF)
    assert found(clerk, other.number) == found(clerk, other.serial) == {}
    assert found(clerk, own.number) == {"Cases": [own.number]}
    assert found(clerk, "quorum") == {"Cases": [own.number]}
    assert found(clerk, "700999") == {"Loans": [own.number], "Loan units": ["700999"]}
    boss = as_role(SUPERUSER)
    assert set(found(boss, "700999")["Loans"]) == {own.number, other.number}


def test_the_box_stands_on_every_page_and_visitors_are_sent_to_sign_in(boss, somebody):
    for page in (reverse("admin:index"), reverse("admin:members_member_changelist"), reverse("admin:search")):
        assert 'name="q"' in boss.get(page).content.decode().split("</header>")[0]
    assert Client().get(reverse("admin:search")).status_code == 302
    assert boss.post(reverse("admin:search")).status_code == 405


@pytest.mark.parametrize("typed", ["0000012345", "zoe nunez", "zoe.nunez@example.org", "UK-26-000001", "0123456789012"])
def test_a_search_takes_no_more_queries_however_much_there_is(typed):
    auditor = as_role(Role.AUDITOR)
    MemberFactory(number="0000012345")
    auditor.get(reverse("admin:search"), {"q": typed})
    with CaptureQueriesContext(connection) as asked:
        auditor.get(reverse("admin:search"), {"q": typed})
    assert len(asked) <= 15


def test_the_log_does_not_keep_what_was_looked_for(rf):
    assert RequestLog.format_request(rf.get("/admin/search/", {"q": "Layla"})) == "GET /admin/search/"


@given(st.text(max_size=40))
@settings(max_examples=200, deadline=None)
def test_what_is_typed_is_read_or_refused(typed):
    assert "\x00" not in one_line(typed)
    assert digits_of(typed) == "" or digits_of(typed).isascii()
    assert all(word.isalnum() or word for word in words_of(typed))


def test_the_index_of_names_is_the_one_that_is_asked():
    """The database could use it: with sequential reading forbidden the plan does."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        plan = User.objects.filter(named("name", ["mans", "lay"])).explain()
    assert "user_by_name" in plan
