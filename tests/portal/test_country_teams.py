"""Country teams: staff held to countries see their members' rows, in lists, searches, pages, files and acts."""

import pytest
from django.apps import apps
from django.contrib import admin
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from cps_portal.privacy.register import REGISTER as TABLES
from kitbag.models import Hold, KitItem
from members.country_teams import WITH_A_COUNTRY, countries_seen, path_to_member, seen_by
from members.models import Member, Thread, User
from members.rules.roles import Role
from servicing.models import WelcomePack
from tests.factories import ThreadFactory, UserFactory
from tests.portal.staff import SUPERUSER, confirmed, day, staff_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def egypt(db):
    """Member care of the team for Egypt, in a session of staff."""
    return confirmed(staff_user(Role.MEMBER_CARE.value, countries=["EG"]))


def found(client, url_name, **query):
    """The rows of a list that a client sees."""
    answer = client.get(reverse(f"admin:{url_name}_changelist"), query)
    assert answer.status_code == 200
    return set(answer.context["cl"].queryset)


def test_a_team_finds_its_members_and_no_other(egypt, layla, omar):
    assert found(egypt, "members_member") == {omar}
    assert found(egypt, "members_member", q=layla.number) == set()
    assert egypt.get(reverse("admin:members_member_change", args=[omar.pk])).status_code == 200
    for page, status in (("change", 404), ("history", 302)):
        answer = egypt.get(reverse(f"admin:members_member_{page}", args=[layla.pk]))
        assert answer.status_code == status
        assert b"Layla" not in answer.content


def test_every_row_of_another_countrys_members_is_hidden(a_row_of_each):
    """Whoever is held to a country without members sees, of every model, only rows that lead to no member."""
    stranger = UserFactory(is_staff=True, countries=["IS"])
    Member.objects.exclude(country="GB").update(country="GB")
    hidden = 0
    for model in admin.site._registry:
        path, may_be_nobodys = path_to_member(model)
        if path is None:
            continue
        rows = seen_by(model._default_manager.all(), stranger)
        theirs = model._default_manager.all()
        if path and may_be_nobodys:
            theirs = theirs.filter(**{f"{path}__isnull": False})
        if model._meta.label == "members.FormerAccount":
            theirs = model._default_manager.exclude(country="IS")
        assert not rows.filter(pk__in=theirs.values("pk")).exists(), model
        hidden += theirs.exists()
    assert hidden >= 30


def test_every_table_that_holds_a_members_data_is_scoped():
    """What the privacy register says is somebody's leads to the member here too."""
    known = {model._meta.label: path_to_member(model)[0] for model in admin.site._registry}
    of_somebody = {label for label, table in TABLES.items() if table.theirs} & set(known)
    of_no_member = {label for label in of_somebody if known[label] is None}
    assert of_no_member == set()
    assert len(of_somebody) >= 30


# Rows of a country that are every team's: what the programme offers there, and where its centres are.
EVERY_TEAMS = {"members.CountryTerms", "servicing.ServiceTerms", "servicing.Centre", "servicing.Event"}


def test_every_table_with_a_country_is_sorted():
    """A country of a row is the team's, the member's, or of data that every team sees; a new one is thought of."""
    with_one = {model for model in apps.get_models() if any(field.name == "country" for field in model._meta.fields)}
    own = {model._meta.label for model in with_one if path_to_member(model)[0] is None}
    assert own - EVERY_TEAMS <= WITH_A_COUNTRY
    assert {model._meta.label for model in with_one} >= WITH_A_COUNTRY | EVERY_TEAMS
    by_member = {model._meta.label for model in with_one} - WITH_A_COUNTRY - EVERY_TEAMS
    assert by_member == {"members.Address", "members.Member"}


def test_questions_and_their_files_go_by_the_country(egypt, layla, omar):
    theirs, other, nobodys = (
        ThreadFactory(user=omar.user),
        ThreadFactory(user=layla.user),
        ThreadFactory(user=None, name="Guest", email="guest@example.org"),
    )
    listed = egypt.get(reverse("admin:threads_desk")).content.decode()
    assert str(theirs.pk) in listed
    assert str(nobodys.pk) in listed
    assert str(other.pk) not in listed
    assert egypt.get(reverse("admin:thread_desk", args=[other.pk])).status_code == 404
    assert egypt.post(reverse("admin:thread_desk", args=[other.pk]), {"close": "1"}).status_code == 404
    assert Thread.objects.get(pk=other.pk).state == Thread.State.OPEN
    assert egypt.get(reverse("admin:thread_desk", args=[theirs.pk])).status_code == 200


def test_a_hold_is_for_the_teams_own_members(egypt, layla, clock):
    post = {"member": layla.number, "level": "3", "day": day(2), "ends_on": day(9), "reason": "Press"}
    answer = egypt.post(reverse("admin:kitbag_hold_add"), post)
    assert "No member has this number." in answer.content.decode()
    assert not Hold.objects.exists()


def test_validation_decides_on_its_own_countries_items(layla, omar, waiting, clock):
    item = KitItem.objects.get(state="waiting")
    validation = confirmed(staff_user(Role.VALIDATION.value, countries=["EG"]))
    assert item.member.country == "GB"
    assert item not in found(validation, "kitbag_kititem")
    page = reverse("admin:kitbag_queue_item", args=[item.pk])
    assert validation.post(page, {"decision": "accept", "note": ""}).status_code == 404
    chosen = {"action": "accept", "_selected_action": str(item.pk), "index": "0"}
    validation.post(reverse("admin:kitbag_kititem_changelist"), chosen)
    item.refresh_from_db()
    assert item.state == KitItem.State.WAITING


def test_packs_go_by_the_country_they_are_sent_to(a_row_of_each, clock):
    logistics = confirmed(staff_user(Role.LOGISTICS.value, countries=["IS"]))
    pack = WelcomePack.objects.first()
    assert logistics.get(reverse("admin:packs")).status_code == 200
    asked = {"oldest": str(pack.pk), "country": str(pack.country), "most": "5"}
    assert logistics.post(reverse("admin:packs"), asked).status_code == 403
    if pack.batch_id:
        assert logistics.get(reverse("admin:pack_batch", args=[pack.batch_id])).status_code == 404
    sent = logistics.post(reverse("admin:packs_sent"), {"rows": f"WP-{pack.pk}\tRM1GB"})
    assert sent.status_code == 200
    pack.refresh_from_db()
    assert pack.tracking != "RM1GB"


def test_a_whole_bench_is_not_a_country_teams(egypt):
    assert egypt.get(reverse("admin:bench")).status_code == 403


def test_who_is_held_to_countries_sees_no_log_about_staff(a_row_of_each):
    auditor = confirmed(staff_user(Role.AUDITOR.value, countries=["GB"]))
    assert found(auditor, "admin_logentry") == set()


def test_the_superuser_sees_every_country_whatever_is_chosen(layla):
    assert countries_seen(User(is_superuser=True, countries=["EG"])) is None
    assert countries_seen(User(countries=[])) is None
    assert countries_seen(User(countries=["EG"])) == {"EG"}


def test_the_superuser_puts_staff_into_a_country_team(clock):
    boss = confirmed(staff_user(SUPERUSER))
    clerk = staff_user(Role.VALIDATION.value)
    page = reverse("admin:members_user_change", args=[clerk.pk])
    post = {
        "name": clerk.name,
        "language": "en",
        "groups": [str(group.pk) for group in clerk.groups.all()],
        "countries": ["EG", "JO"],
        "is_staff": "on",
        "is_active": "on",
        "reason": "New team",
    }
    assert boss.post(page, post).status_code == 302
    clerk.refresh_from_db()
    assert clerk.countries == ["EG", "JO"]
    refused = boss.post(page, {**post, "countries": ["XX"]})
    assert refused.status_code == 200
    left = {**post}
    del left["is_staff"]
    assert "Only who may enter the staff pages" in boss.post(page, left).content.decode()


def test_a_member_who_is_no_staff_is_in_no_team(layla):
    with (
        pytest.raises(IntegrityError, match="user_in_country_team_is_staff"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("UPDATE members_user SET countries = '{EG}' WHERE id = %s", [layla.user_id])
