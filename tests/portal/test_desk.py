"""The desk's start page: what waits for each role, capped and cheap, last night, and the plots."""

from datetime import timedelta

import pytest

from cps_portal.pages.desk import waiting as desk_waiting
from kitbag.models import KitItem
from kitbag.validation import ask_member
from members.models import Message
from members.rules.roles import Role
from servicing import figures
from servicing.models import DayFigures
from tests.factories import NOON, ThreadFactory
from tests.portal.staff import EVERYBODY, SUPERUSER, as_role, confirmed, staff_user

pytestmark = pytest.mark.django_db

INDEX = "/admin/"


def tiles(client):
    """Title → count of what waits for a client."""
    answer = client.get(INDEX)
    assert answer.status_code == 200
    return {tile.title: tile.count for tile in answer.context["waiting"]}


def test_each_role_sees_the_work_that_it_may_do(a_row_of_each):
    seen = {role: set(tiles(confirmed(staff_user(role)))) for role in EVERYBODY}
    assert seen[Role.VALIDATION] == {"Items to check", "Changed products and numbers", "Claims"}
    assert seen[Role.LOGISTICS] == {"Packs to pick", "Packs to send"}
    assert seen[Role.AUDITOR] == set()
    assert seen[Role.PROGRAMME_MANAGER] == set()
    assert {"Questions", "Lost cards", "Parked messages", "Old accounts to invite"} == seen[Role.MEMBER_CARE]
    assert {"Cases past their target", "Cases at risk", "Tasks of the centre", "Loans overdue"} <= seen[
        Role.CENTRE_STAFF
    ]
    assert not {"Items to check", "Questions"} & seen[Role.CENTRE_STAFF]
    assert seen[Role.VALIDATION] | seen[Role.MEMBER_CARE] | seen[Role.LOGISTICS] <= seen[SUPERUSER]


def test_every_tile_leads_where_the_work_is_done(a_row_of_each):
    for role in EVERYBODY:
        client = confirmed(staff_user(role, is_active=True))
        for tile in client.get(INDEX).context["waiting"]:
            assert client.get(tile.href).status_code == 200, (role, tile.title)


def test_what_waits_for_the_member_or_a_claim_is_no_work_of_the_queue(a_row_of_each, waiting, vera):
    clerk = as_role(Role.VALIDATION)
    before = int(tiles(clerk)["Items to check"])
    ask_member(waiting.pk, note="Which number is it?", by=vera, at=NOON)
    assert KitItem.objects.get(pk=waiting.pk).state == KitItem.State.WAITING
    assert int(tiles(clerk)["Items to check"]) == before - 1


def test_a_long_queue_is_told_as_so_many_and_more(monkeypatch, clock, layla):
    monkeypatch.setattr(desk_waiting, "COUNTED_MOST", 2)
    for number in range(4):
        ThreadFactory(user=layla.user, changed_at=NOON - timedelta(days=number))
    answer = as_role(Role.MEMBER_CARE).get(INDEX)
    tile = next(tile for tile in answer.context["waiting"] if tile.title == "Questions")
    assert (tile.count, tile.since) == ("2+", (NOON - timedelta(days=3)).date())


def test_a_parked_message_waits_until_it_is_sent(clock, layla):
    kept = {"user": layla.user, "kind": Message.Kind.LEVEL_UP, "about": "x", "created_at": NOON, "due_at": NOON}
    Message.objects.create(**kept, occasion="1", parked_at=NOON, tries=8)
    Message.objects.create(**kept, occasion="2", parked_at=NOON, sent_at=NOON, tries=8)
    assert tiles(as_role(Role.MEMBER_CARE))["Parked messages"] == "1"


def test_a_country_team_counts_its_own(clock, layla, omar):
    ThreadFactory(user=layla.user)
    ThreadFactory(user=omar.user)
    team = confirmed(staff_user(Role.MEMBER_CARE.value, countries=["EG"]))
    assert tiles(team)["Questions"] == "1"
    assert "You see members of EG." in team.get(INDEX).content.decode()


def test_last_night_and_plots_are_there_for_who_may_read_reports(a_row_of_each):
    DayFigures.objects.create(day=NOON.date() - timedelta(days=1), country="GB", red=1)
    text = as_role(Role.AUDITOR).get(INDEX)
    assert "Last night" in text.content.decode()
    assert {"New members and products", "Levels"} <= {str(plot["title"]) for plot in text.context["plots"]}
    assert as_role(Role.VALIDATION).get(INDEX).context["plots"] == []


@pytest.mark.parametrize("role", EVERYBODY)
def test_the_desk_costs_the_same_whatever_waits(role, a_row_of_each, django_assert_max_num_queries):
    figures.note_days()
    client = confirmed(staff_user(role))
    client.get(INDEX)
    with django_assert_max_num_queries(17):
        client.get(INDEX)
