"""Long lists: nothing is counted, sorted, filtered or chosen that reads a table of millions; the benchmark runs."""

from datetime import timedelta

import pytest
from django import forms
from django.contrib import admin
from django.contrib.admin.filters import AllValuesFieldListFilter, RelatedFieldListFilter
from django.contrib.admin.widgets import AutocompleteMixin
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, connection
from django.db.models import ForeignKey
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from benchmarks.staff import MOST_QUERIES, queries_of_some
from benchmarks.staff_world import everything
from members import long_lists
from members.long_lists import ShownPaginator, is_long
from members.models import Member, Message, StaffLook
from members.rules.roles import Role
from members.staff_pages import FactAdmin
from tests.factories import NOON, CaseFactory, FormerAccountFactory, MemberFactory, ProductFactory, UserFactory
from tests.portal.staff import SUPERUSER, as_role, confirmed, staff_user

pytestmark = pytest.mark.django_db

PAGES = sorted(admin.site._registry.items(), key=lambda pair: pair[0]._meta.label)
# Choices among few rows of a long table, each for a reason.
FEW = {
    ("servicing.centreclerk", "user"): "staff with the role Centre staff who work nowhere yet",
}


@pytest.fixture
def boss(rf):
    request = rf.get("/")
    request.user = staff_user(SUPERUSER)
    return request


def stamped(count):
    """So many looks at one member, a minute apart."""
    member, by = MemberFactory(), UserFactory(is_staff=True)
    StaffLook.objects.bulk_create(
        StaffLook(
            member=member, by=by, role="x", page="case" if place else "member", at=NOON + timedelta(minutes=place)
        )
        for place in range(count)
    )


def test_no_form_of_the_staff_pages_would_list_a_long_table(boss):
    """A relation to a table that grows is an autocomplete, or a number that is typed and checked."""
    wrong, seen = [], 0
    for model, page in PAGES:
        row = model._default_manager.first()
        # Facts are written by acts, whose forms take numbers.
        if isinstance(page, FactAdmin) or not (page.has_add_permission(boss) or page.has_change_permission(boss, row)):
            continue
        forms_of = [page.get_form(boss, row, change=row is not None)] + [
            inline.get_formset(boss, row).form for inline in page.get_inline_instances(boss, row)
        ]
        for name, field in ((name, field) for form in forms_of for name, field in form.base_fields.items()):
            if not isinstance(field, forms.ModelChoiceField):
                continue
            seen += 1
            widget = getattr(field.widget, "widget", field.widget)
            listed = not isinstance(widget, AutocompleteMixin | forms.HiddenInput)
            if listed and is_long(field.queryset.model) and (model._meta.label_lower, name) not in FEW:
                wrong.append((model._meta.label, name))
    assert wrong == []
    assert seen >= 5


def test_autocompletes_answer_with_their_page_and_permission():
    """Twenty at most of what the model's own list shows; 403 without the permission to see it."""
    for place in range(30):
        ProductFactory(name=f"EOS {place:02}")
    page = reverse("admin:autocomplete")
    asked = {"app_label": "kitbag", "model_name": "product", "field_name": "superseded_by", "term": "eos"}
    answer = as_role(Role.PROGRAMME_MANAGER).get(page, asked).json()
    assert len(answer["results"]) == 20
    assert answer["pagination"]["more"] is True
    unseen = {"app_label": "servicing", "model_name": "offer", "field_name": "products", "term": "eos"}
    assert as_role(Role.LOGISTICS).get(page, unseen).status_code == 403


def test_no_filter_reads_its_choices_from_a_long_table(boss):
    for model, page in PAGES:
        shown = page.get_changelist_instance(boss)
        for spec in shown.filter_specs:
            assert not (is_long(model) and isinstance(spec, AllValuesFieldListFilter)), (model, spec)
            if isinstance(spec, RelatedFieldListFilter):
                assert not is_long(spec.field.remote_field.model), (model, spec)


def test_long_lists_stand_in_the_order_of_a_key(boss):
    """The first column of the order is the primary key, or leads an index of the table."""
    wrong = []
    for model, page in PAGES:
        if not is_long(model):
            continue
        first = str(page.get_ordering(boss)[0]).removeprefix("-")
        field = model._meta.pk if first == "pk" else model._meta.get_field(first)
        leads = {index.fields[0].removeprefix("-") for index in model._meta.indexes if index.fields}
        if not (field.primary_key or field.unique or field.name in leads or isinstance(field, ForeignKey)):
            wrong.append((model._meta.label, first))
    assert wrong == []


def test_every_list_says_what_it_reads_beside_its_rows():
    """No page of a row's relation by itself: a list of fifty takes as many queries as a list of one."""
    client = as_role(SUPERUSER)
    taken = []
    for count in (1, 40):
        stamped(count)
        client.get(reverse("admin:members_stafflook_changelist"))
        with CaptureQueriesContext(connection) as asked:
            client.get(reverse("admin:members_stafflook_changelist"))
        taken.append(len(asked))
    assert taken[0] == taken[1]


def test_a_long_list_counts_to_its_end_and_no_further(monkeypatch):
    monkeypatch.setattr(long_lists, "COUNTED", 60)
    stamped(50)
    client, page = as_role(SUPERUSER), reverse("admin:members_stafflook_changelist")
    assert client.get(page).context["cl"].paginator.in_words == "50"
    stamped(50)
    shown = client.get(f"{page}?p=2")
    assert "The first 60 are shown" in shown.content.decode()
    assert shown.context["cl"].paginator.in_words.startswith("about ")
    assert len(shown.context["cl"].result_list) == 10
    # Beyond what is counted no page is.
    assert client.get(f"{page}?p=3").status_code == 302
    some = client.get(f"{page}?page=case")
    assert some.context["cl"].paginator.in_words == "more than 60"
    with CaptureQueriesContext(connection) as asked:
        client.get(page)
    counts = [query["sql"] for query in asked if "COUNT(" in query["sql"].upper()]
    assert counts
    assert all("LIMIT 61" in sql for sql in counts)


def test_a_filter_without_an_index_looks_at_the_newest_rows_and_says_so(monkeypatch):
    stamped(30)
    client, page = as_role(SUPERUSER), reverse("admin:members_stafflook_changelist")
    assert client.get(f"{page}?page=member").context["cl"].result_count == 1
    monkeypatch.setattr(long_lists, "NEWEST", 20)
    shown = client.get(f"{page}?page=member")
    assert shown.context["cl"].result_count == 0
    assert "Only the newest 20 rows" in shown.content.decode()
    assert client.get(f"{page}?page=case").context["cl"].result_count == 20
    # A member's own rows are found by their key, however old.
    key = Member.objects.get().pk
    assert client.get(f"{page}?page=member&member__id__exact={key}").context["cl"].result_count == 1


def test_filters_with_an_index_see_every_row(monkeypatch):
    monkeypatch.setattr(long_lists, "NEWEST", 2)
    cases = [CaseFactory(requested_at=NOON + timedelta(minutes=place)) for place in range(4)]
    page = reverse("admin:servicing_case_changelist")
    client = as_role(SUPERUSER)
    assert client.get(f"{page}?open=yes").context["cl"].result_count == 4
    assert client.get(f"{page}?centre__id__exact={cases[0].centre_id}").context["cl"].result_count == 1
    assert client.get(f"{page}?service__exact=repair").context["cl"].result_count == 2


def test_a_country_teams_list_that_shows_nobodys_rows_too_is_bounded(monkeypatch):
    """Which of a table's rows are theirs no index tells; a search finds the older ones, and a link from the member."""
    monkeypatch.setattr(long_lists, "NEWEST_OF_TEAM", 3)
    member = MemberFactory(country="PT")
    for place in range(5):
        told = {"about": str(place), "created_at": NOON, "due_at": NOON}
        Message.objects.create(user=member.user, kind="level_up", occasion="1", **told)
    team = confirmed(staff_user(Role.AUDITOR.value, countries=["PT"]))
    page = reverse("admin:members_message_changelist")
    shown = team.get(page)
    assert shown.context["cl"].result_count == 3
    assert team.get(f"{page}?delivery=waiting").context["cl"].result_count == 3
    assert team.get(f"{page}?user__id__exact={member.user_id}").context["cl"].result_count == 5
    assert "Only the newest 3 rows" in shown.content.decode()
    assert team.get(page, {"q": member.user.email}).context["cl"].result_count == 5
    # What the desk counts is all found, however much was written since.
    Message.objects.filter(about__in="01").update(parked_at=NOON)
    assert team.get(f"{page}?delivery=parked").context["cl"].result_count == 2


def test_old_accounts_are_a_teams_by_their_own_country_and_all_in_its_list(monkeypatch):
    monkeypatch.setattr(long_lists, "NEWEST_OF_TEAM", 1)
    for country in ("PT", "PT", "FR"):
        FormerAccountFactory(country=country)
    team = confirmed(staff_user(Role.AUDITOR.value, countries=["PT"]))
    assert team.get(reverse("admin:members_formeraccount_changelist")).context["cl"].result_count == 2


def test_a_team_finds_all_of_its_members_by_a_name_that_many_have(monkeypatch):
    """Of accounts without a member the first that have the name are looked through."""
    monkeypatch.setattr(long_lists, "NEWEST_OF_TEAM", 2)
    for country in ("FR", "FR", "FR", "PT"):
        MemberFactory(country=country, user__name="Ana Silva")
    UserFactory(name="Ana Sousa", is_staff=True)
    team = confirmed(staff_user(Role.AUDITOR.value, countries=["PT"]))
    page = reverse("admin:members_user_changelist")
    assert [row.name for row in team.get(page, {"q": "ana silva"}).context["cl"].result_list] == ["Ana Silva"]
    assert [row.name for row in team.get(page, {"q": "sousa"}).context["cl"].result_list] == ["Ana Sousa"]


def test_nobody_sorts_a_long_list_and_nobody_chooses_what_is_not_shown():
    user = UserFactory()
    Message.objects.create(user=user, kind="level_up", about="x", occasion="1", created_at=NOON, due_at=NOON)
    client, page = as_role(SUPERUSER), reverse("admin:members_message_changelist")
    with CaptureQueriesContext(connection) as asked:
        assert client.get(f"{page}?o=1.-3").status_code == 200
    listed = next(row["sql"] for row in asked if 'FROM "members_message"' in row["sql"] and "ORDER BY" in row["sql"])
    assert listed.rpartition("ORDER BY")[2].split()[0] == '"members_message"."id"'
    chosen = {"action": "try_again", "_selected_action": "1", "index": "0", "select_across": "1"}
    assert client.post(page, chosen).status_code == 400


def test_counts_in_other_lists_are_exact():
    assert ShownPaginator([1, 2, 3], 2).in_words == "3"


@pytest.fixture
def one_connection():
    """Requests through the whole stack stay in the test's transaction."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def test_the_benchmark_of_the_staff_pages_runs_on_a_small_world_within_its_queries(one_connection):
    """Five thousand members and 25,000 items: the pages of the staff answer, within fifteen queries."""
    for place in range(20):
        ProductFactory(name=f"EOS {place}")
    everything(5_000)
    taken = queries_of_some("country", "centre")
    # The desk has a test of its own, which names its queries (tests/portal/test_desk.py).
    taken = {name: count for name, count in taken.items() if not name.endswith("desk desk")}
    assert len(taken) > 300
    assert {name: count for name, count in taken.items() if count > MOST_QUERIES} == {}
