"""Two people, or two clicks, joining with one address at the same moment."""

import threading

import pytest
from django.db import connection
from django.test import Client

from cps_portal.pages import joining
from kitbag.models import Standing
from members.models import Member, User
from tests.members.test_joining import CODE, FILLED, JOIN

pytestmark = pytest.mark.usefixtures("committed_db")


@pytest.fixture
def both_have_looked(monkeypatch):
    """Holds each joining after the form has looked whether the address is known."""
    gate = threading.Barrier(2)
    become = joining.PortalAccountAdapter.save_user

    def wait_then_save(self, request, user, form, commit=True):
        gate.wait(timeout=20)
        return become(self, request, user, form, commit)

    monkeypatch.setattr(joining.PortalAccountAdapter, "save_user", wait_then_save)


def join():
    return Client().post(JOIN, FILLED)


def test_one_account_and_the_same_answer_for_both(together, both_have_looked):
    answers = together(join, join)
    assert [(answer.status_code, answer.url) for answer in answers] == [(302, CODE)] * 2
    assert User.objects.count() == Member.objects.count() == Standing.objects.count() == 1


def test_control_without_the_unique_address_there_are_two(together, both_have_looked):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint"
            " WHERE conrelid = 'members_user'::regclass AND contype = 'u'"
        )
        ((name, definition),) = cursor.fetchall()
        cursor.execute(f"ALTER TABLE members_user DROP CONSTRAINT {name}")
    try:
        together(join, join)
        assert User.objects.filter(email="nadia@example.org").count() == 2
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SET session_replication_role = replica; DELETE FROM members_user")
            cursor.execute("SET session_replication_role = DEFAULT")
            cursor.execute(f"ALTER TABLE members_user ADD CONSTRAINT {name} {definition}")


def test_members_who_join_at_once_get_numbers_of_their_own(together):
    together(*[lambda n=n: Client().post(JOIN, FILLED | {"email": f"person{n}@example.net"}) for n in range(6)])
    assert len(set(Member.objects.values_list("number", flat=True))) == 6
