"""The audit trail: every change of staff, with who, when, old, new and why, by whatever way it came about."""

import itertools
import json
from contextlib import contextmanager, suppress
from datetime import timedelta

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group
from django.contrib.contenttypes.models import ContentType
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from cps_portal.privacy.erasing import erase
from cps_portal.privacy.register import REGISTER
from kitbag import night
from kitbag.models import KitItem, Product
from members.admin.terms import CountryTermsAdmin
from members.admin.trail import models_noted
from members.country_teams import path_to_member
from members.models import Address, CountryTerms, StaffChange, StaffLook, User
from members.rules.roles import Role
from members.staff_pages import FactAdmin
from members.trail import NOT_NOTED, staff_at_work
from servicing.models import CaseDraft, CaseFile, Event, WelcomePack
from tests.factories import NOON, EventFactory, ThreadFactory, UserFactory
from tests.portal.staff import SUPERUSER, as_role, confirmed, day, staff_user

pytestmark = pytest.mark.django_db


def changes(**where):
    """What the trail says: kind, table, row, role, why, old and new, first to last."""
    rows = StaffChange.objects.filter(**where).order_by("pk")
    return list(rows.values_list("kind", "table", "row", "role", "why", "old", "new"))


def test_a_row_added_in_a_form_is_noted_with_who_when_and_why(clock):
    user = staff_user(Role.PROGRAMME_MANAGER.value)
    post = {"country": "EG", "benefit_class": "silver", "valid_from": day(9), "reason": "New agreement"}
    assert confirmed(user).post(reverse("admin:members_countryterms_add"), post).status_code == 302
    terms = CountryTerms.objects.get(country="EG", valid_from=day(9))
    [(kind, table, row, role, why, old, new)] = changes(table="members_countryterms")
    assert (kind, table, row, role, why) == (
        "added",
        "members_countryterms",
        str(terms.pk),
        "Programme manager",
        "New agreement",
    )
    assert old is None
    assert (new["country"], new["benefit_class"], new["valid_from"]) == ("EG", "silver", day(9))
    change = StaffChange.objects.get(table="members_countryterms")
    assert change.by == user
    assert (change.at - NOON).total_seconds() == 3600


def test_a_change_says_what_differs_and_nothing_else(clock):
    event = EventFactory(title="Printing")
    with staff_at_work(staff_user(SUPERUSER), why="Typing error", at=NOON):
        Event.objects.filter(pk=event.pk).update(title="Printing at home")
        Event.objects.filter(pk=event.pk).update(title="Printing at home")
    assert changes() == [
        (
            "changed",
            "servicing_event",
            str(event.pk),
            "Superuser",
            "Typing error",
            {"title": "Printing"},
            {"title": "Printing at home"},
        )
    ]


def test_what_passes_models_by_is_noted_too(camera, lens):
    with staff_at_work(staff_user(SUPERUSER), why="", at=NOON):
        Product.objects.filter(pk__in=[camera.pk, lens.pk]).update(announced_year=2020)
        Group.objects.bulk_create([Group(name="Nobody")])
        with connection.cursor() as cursor:
            cursor.execute("UPDATE kitbag_product SET announced_year = 2021 WHERE id = %s", [camera.pk])
            cursor.execute("INSERT INTO members_user_groups (user_id, group_id) SELECT id, 1 FROM members_user LIMIT 1")
    noted = [(kind, table) for kind, table, *_rest in changes()]
    assert noted == [
        ("changed", "kitbag_product"),
        ("changed", "kitbag_product"),
        ("added", "auth_group"),
        ("changed", "kitbag_product"),
        ("added", "members_user_groups"),
    ]


def test_a_deletion_says_why_and_what_is_gone(clock):
    terms = CountryTerms.objects.create(country="EG", benefit_class="silver", valid_from=day(3))
    manager = as_role(Role.PROGRAMME_MANAGER)
    page = reverse("admin:members_countryterms_delete", args=[terms.pk])
    without = manager.post(page, {"post": "yes", "reason": " "})
    assert without.status_code == 200
    assert "This field is required." in without.content.decode()
    assert CountryTerms.objects.filter(pk=terms.pk).exists()
    assert changes() == []
    assert manager.post(page, {"post": "yes", "reason": "Entered twice"}).status_code == 302
    [(kind, _table, row, _role, why, old, new)] = changes(table="members_countryterms")
    assert (kind, row, why, new) == ("deleted", str(terms.pk), "Entered twice", None)
    assert old["benefit_class"] == "silver"


def test_an_act_that_is_rolled_back_leaves_nothing(clock):
    event = EventFactory()
    with staff_at_work(staff_user(SUPERUSER), why="", at=NOON):
        with suppress(RuntimeError), transaction.atomic():
            Event.objects.filter(pk=event.pk).update(title="Never")
            raise RuntimeError
        Event.objects.filter(pk=event.pk).update(title="Now")
    assert [new for *_rest, new in changes()] == [{"title": "Now"}]


def test_nobody_is_at_work_after_a_request(clock, layla):
    """The connection is used again for the next request, a member's or a job's."""
    terms = CountryTerms.objects.create(country="EG", benefit_class="silver", valid_from=day(3))
    manager = as_role(Role.PROGRAMME_MANAGER)
    manager.raise_request_exception = False
    manager.post(reverse("admin:members_countryterms_delete", args=[terms.pk]), {"post": "yes", "reason": "x"})
    before = len(changes())
    assert before
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('portal.staff', true)")
        assert cursor.fetchone() == ("",)
    EventFactory()
    with pytest.raises(ZeroDivisionError), staff_at_work(layla.user, why="", at=NOON):
        raise ZeroDivisionError
    EventFactory()
    assert len(changes()) == before


def test_an_act_that_fails_leaves_nobody_at_work_for_the_next_request(
    clock, client, layla, camera, register, monkeypatch
):
    """The view raises while staff are at work; a member's request comes over the same connection."""
    terms = CountryTerms.objects.create(country="EG", benefit_class="silver", valid_from=day(3))
    item = register(layla, camera)
    at_work = []

    def fail(self, request, obj):
        obj.delete()
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid(), current_setting('portal.staff'), current_setting('portal.why')")
            at_work.append(cursor.fetchone())
        assert StaffChange.objects.filter(table="members_countryterms").exists()
        raise RuntimeError

    monkeypatch.setattr(CountryTermsAdmin, "delete_model", fail)
    user = staff_user(Role.PROGRAMME_MANAGER.value)
    manager = confirmed(user)
    manager.raise_request_exception = False
    page = reverse("admin:members_countryterms_delete", args=[terms.pk])
    assert manager.post(page, {"post": "yes", "reason": "Entered twice"}).status_code == 500
    client.force_login(layla.user)
    assert client.post(reverse("kitbag-item-remove", args=[item.pk]), {"reason": "sold"}).status_code == 302
    item.refresh_from_db()
    assert item.state == KitItem.State.REMOVED
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        assert at_work == [(*cursor.fetchone(), str(user.pk), "Entered twice")]
    assert changes() == []


def test_what_members_and_the_night_do_is_no_staff_change(clock, client, layla, camera, register):
    item = register(layla, camera)
    client.force_login(layla.user)
    client.post(reverse("kitbag-item-remove", args=[item.pk]), {"reason": "sold"})
    item.refresh_from_db()
    assert item.state == KitItem.State.REMOVED
    night.run(at=NOON + timedelta(hours=13))
    assert changes() == []


def test_what_an_act_causes_stands_beside_it_in_one_transaction(clock, waiting):
    """Accepting an item writes its state, its spell and its event; all are one act."""
    page = reverse("admin:kitbag_queue_item", args=[waiting.pk])
    as_role(Role.VALIDATION).post(page, {"decision": "accept", "note": ""})
    noted = {(kind, table) for kind, table, *_rest in changes()}
    assert {("changed", "kitbag_kititem"), ("added", "kitbag_spell"), ("added", "kitbag_itemevent")} <= noted
    assert len(set(StaffChange.objects.values_list("transaction", flat=True))) == 1


def test_of_people_the_trail_says_that_something_changed_never_what(clock, layla):
    layla.user.name = "Layla Secret"
    with staff_at_work(staff_user(SUPERUSER), why="Married", at=NOON):
        layla.user.save(update_fields=["name"])
    [(_kind, table, row, _role, _why, old, new)] = changes()
    assert (table, row) == ("members_user", str(layla.user_id))
    assert old == new == {"name": {"hidden": True}}
    assert "Secret" not in json.dumps(list(StaffChange.objects.values()), default=str)


def test_the_reason_goes_with_a_closed_account(layla):
    with staff_at_work(staff_user(SUPERUSER), why="Layla asked on the phone", at=NOON):
        layla.phone = "+44 20 7946 0000"
        layla.save(update_fields=["phone"])
    with transaction.atomic():
        erase(layla, at=NOON)
    [(kind, _table, row, _role, why, *_sides)] = changes(table="members_member")
    assert (kind, row, why) == ("changed", str(layla.pk), "")


@pytest.fixture
def an_act():
    """Acts of one member of staff, each at a time and, as far as the trail says, in a transaction of its own.

    A test is one transaction: `commit` gives what was noted since a number that no transaction has.
    """
    user = staff_user(SUPERUSER)
    count = itertools.count(1)

    def commit():
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")
            cursor.execute("UPDATE members_staffchange SET transaction = %s WHERE transaction > 0", [-next(count)])
            cursor.execute("SET LOCAL session_replication_role = DEFAULT")

    @contextmanager
    def act(why):
        with staff_at_work(user, why=why, at=NOON + timedelta(minutes=next(count))):
            yield commit
        commit()

    return act


def reasons_left():
    return set(StaffChange.objects.exclude(why="").values_list("why", flat=True))


def test_the_reason_goes_with_a_row_that_staff_deleted_before(layla, omar, camera, register, vera, an_act):
    """Nothing but the trail knows any more whose it was, nor by which steps it led there."""
    kind = ContentType.objects.get_for_model(Address)
    for member in (layla, omar):
        whose = member.user.name
        item = register(member, camera, store="")
        draft = CaseDraft.objects.create(member=member, item=item, begun_at=NOON, changed_at=NOON)
        with an_act(f"{whose} added an address and a thread"):
            address, thread = Address.objects.create(member=member, country="GB"), ThreadFactory(user=member.user)
        with an_act(f"{whose} moved"):
            Address.objects.filter(pk=address.pk).update(is_first=True)
        LogEntry.objects.create(
            user=vera,
            content_type=kind,
            object_id=str(address.pk),
            object_repr=whose,
            action_flag=3,
            change_message=f"Reason: {whose} wrote",
        )
        with an_act(f"{whose} wrote"):
            address.delete()
        with an_act(f"{whose} asked twice"):
            thread.delete()
        with an_act(f"{whose} sent a photo"):
            photo = CaseFile.objects.create(
                draft=draft, purpose="fault", content_type="image/png", size=1, digest="0", uploaded_at=NOON
            )
        with an_act(f"{whose} sent a wrong photo"):
            photo.delete()
        with an_act(f"{whose} gave up"):
            draft.delete()
    assert len(reasons_left()) == 14
    assert len(set(StaffChange.objects.values_list("transaction", flat=True))) == 14
    with transaction.atomic():
        erase(layla, at=NOON)
    assert {why for why in reasons_left() if "Layla" in why} == set()
    assert len(reasons_left()) == 7
    assert list(LogEntry.objects.order_by("pk").values_list("object_repr", "change_message")) == [
        ("", ""),
        ("Omar Haddad", "Reason: Omar Haddad wrote"),
    ]


def test_the_reason_goes_from_every_row_of_the_same_act(layla, an_act):
    """Also where the act took several transactions."""
    asked, other = EventFactory(), EventFactory()
    with an_act("Layla asked on the phone"):
        User.objects.filter(pk=layla.user_id).update(language="ar")
        Event.objects.filter(pk=asked.pk).update(title="Nearer to Layla")
    with an_act("Layla called again") as commit:
        User.objects.filter(pk=layla.user_id).update(language="en")
        commit()
        Event.objects.filter(pk=asked.pk).update(title="Nearer")
    with an_act("Typing error"):
        Event.objects.filter(pk=other.pk).update(title="Printing")
    assert len(set(StaffChange.objects.values_list("transaction", flat=True))) == 4
    with transaction.atomic():
        erase(layla, at=NOON)
    assert reasons_left() == {"Typing error"}
    assert StaffChange.objects.filter(table="servicing_event", why="").count() == 2


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE members_staffchange SET why = 'Another'",
        "DELETE FROM members_staffchange",
        "SET CONSTRAINTS ALL IMMEDIATE; TRUNCATE members_staffchange",
    ],
)
def test_the_database_keeps_the_trail_as_it_is(statement, clock):
    with staff_at_work(staff_user(SUPERUSER), why="x", at=NOON):
        EventFactory()
    before = changes()
    assert before
    with pytest.raises(DatabaseError, match="never rewritten"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert changes() == before


def test_every_table_is_watched_and_hides_what_the_register_calls_a_persons():
    """The migration names columns; the register of cps_portal/privacy decides which."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgrelid::regclass::text, encode(tgargs, 'escape') FROM pg_trigger"
            " WHERE tgname = 'staff_change_noted'"
        )
        watched = {table: set(hidden.removesuffix("\\000").split()) for table, hidden in cursor.fetchall()}
    expected = {}
    for label in ("members", "kitbag", "servicing"):
        for model in apps.get_app_config(label).get_models(include_auto_created=True):
            table = model._meta.db_table
            if table not in NOT_NOTED:
                about = REGISTER[model._meta.label].about_people()
                expected[table] = {model._meta.get_field(name).column for name in about}
    expected |= {"auth_group": set(), "auth_group_permissions": set()}
    assert watched == expected
    assert set(models_noted()) == set(watched)


def test_auditors_read_it_column_by_column(clock):
    event = EventFactory(title="Printing")
    with staff_at_work(staff_user(SUPERUSER), why="Typing error", at=NOON):
        Event.objects.filter(pk=event.pk).update(title="Printing at home")
    auditor = as_role(Role.AUDITOR)
    listed = auditor.get(reverse("admin:members_staffchange_changelist"))
    assert "Typing error" in listed.content.decode()
    change = StaffChange.objects.get()
    page = auditor.get(reverse("admin:members_staffchange_change", args=[change.pk])).content.decode()
    assert "<td>Printing</td><td>Printing at home</td>" in page
    assert reverse("admin:servicing_event_change", args=[event.pk]) in page
    history = auditor.get(reverse("admin:servicing_event_history", args=[event.pk])).content.decode()
    assert f"?table=servicing_event&amp;row={event.pk}" in history
    asked = {"table": "servicing_event", "row": str(event.pk)}
    found = auditor.get(reverse("admin:members_staffchange_changelist"), asked)
    assert [row.pk for row in found.context["cl"].result_list] == [change.pk]
    for filters, count in (({"of": "servicing_event"}, 1), ({"of": "members_user"}, 0), ({"as": "Superuser"}, 1)):
        found = auditor.get(reverse("admin:members_staffchange_changelist"), filters)
        assert len(found.context["cl"].result_list) == count


@pytest.mark.parametrize("role", [role.value for role in Role if role != Role.AUDITOR])
def test_only_auditors_and_the_superuser_read_it(role, clock):
    assert as_role(role).get(reverse("admin:members_staffchange_changelist")).status_code == 403


@pytest.mark.parametrize("way", ["change", "history"])
def test_every_page_of_a_members_row_is_a_look(way, a_row_of_each):
    """Whatever row leads to a member, its page and its history tell the member that they were opened."""
    unseen, seen = [], 0
    for model, page in admin.site._registry.items():
        path, _may_be_nobodys = path_to_member(model)
        if path is None:
            continue
        where = {f"{path}__isnull": False} if path else {}
        row = model._default_manager.filter(**where).first()
        if row is None:
            continue
        user = UserFactory(is_staff=True, is_superuser=True)
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}_{way}"
        confirmed(user).get(reverse(name, args=[row.pk]))
        if StaffLook.objects.filter(by=user, member__in=[key for key in page.looked_at(row) if key]).exists():
            seen += 1
        else:
            unseen.append(model._meta.label)
    assert unseen == []
    assert seen >= 30


def test_the_page_that_asks_before_a_row_goes_is_a_look(a_row_of_each, layla, monkeypatch):
    pack = WelcomePack.objects.get()
    page = reverse("admin:servicing_welcomepack_delete", args=[pack.pk])
    user = staff_user(SUPERUSER)
    client = confirmed(user)
    assert client.get(page).status_code == 403
    assert not StaffLook.objects.filter(by=user).exists()
    monkeypatch.setattr(FactAdmin, "has_delete_permission", lambda *_args, **_more: True)
    assert client.get(page).status_code == 200
    assert list(StaffLook.objects.filter(by=user).values_list("member", "page")) == [(pack.member_id, "pack")]


def test_who_may_not_see_a_history_leaves_no_trace(a_row_of_each, layla):
    user = staff_user(Role.LOGISTICS.value)
    page = reverse("admin:members_member_history", args=[layla.pk])
    assert confirmed(user).get(page).status_code == 403
    assert not StaffLook.objects.filter(by=user).exists()
