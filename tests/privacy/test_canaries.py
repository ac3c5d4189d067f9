"""Erasure, proved: a word planted in every field about a member is nowhere once their account is closed."""

import io
import logging
from datetime import timedelta

import pytest
from django.db import connection

from cps_portal.privacy import closing
from cps_portal.privacy.register import REGISTER, model_of
from cps_portal.privacy.table import Kind
from kitbag import invariants
from kitbag.models import KitItem, Spell, Standing
from members.models import Member
from tests.factories import NOON
from tests.privacy.conftest import CANARY, word_for

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(days=8)


def dump():
    """Every table as text, in lower case: COPY says of a row what pg_dump says."""
    found = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            text = io.StringIO()
            cursor.copy_expert(f'COPY "{table}" TO STDOUT', text)
            found[table] = text.getvalue().lower()
    return found


def tables_with(*words):
    return {table for table, text in dump().items() if any(word.lower() in text for word in words)}


def files_with(folder, word):
    return [path for path in folder.rglob("*") if path.is_file() and word.encode() in path.read_bytes()]


def test_nothing_about_a_closed_account_is_left(robin, shelves, caplog, django_capture_on_commit_callbacks):
    member = robin.member
    words = [CANARY, member.number, "Layla", "012345678901", "10.1.2.3"]
    with_words = {
        f"{label}.{name}"
        for label, table in REGISTER.items()
        for theirs in table.theirs
        for name, kind in table.classed()
        if name not in theirs.hides.split()
        and kind != Kind.NONE
        and word_for(model_of(label)._meta.get_field(name)) is not None
    }
    # The control: it is found, in every table, on every shelf.
    assert robin.planted >= with_words - {"kitbag.Hold.reason", "kitbag.Hold.short_notice"}
    assert len(tables_with(CANARY)) > 25
    assert len(files_with(shelves, CANARY)) == 5
    points = list(
        Spell.objects.filter(member=member).values_list("product", "counted_from", "opened_at").order_by("pk")
    )

    with caplog.at_level(logging.DEBUG), django_capture_on_commit_callbacks(execute=True):
        closing.ask(member.pk, at=NOON)
    with caplog.at_level(logging.DEBUG), django_capture_on_commit_callbacks(execute=True):
        assert closing.carry_out_due(at=LATER) == 1

    # A number that was disputed is the other member's now.
    KitItem.objects.filter(member=robin.rival.member).update(serial="", serial_typed="")
    left = {table: [word for word in words if word.lower() in text] for table, text in dump().items()}
    assert {table: found for table, found in left.items() if found} == {}
    assert files_with(shelves, CANARY) == []
    assert not any(word in caplog.text for word in words)

    member = Member.objects.select_related("user").get(pk=member.pk)
    assert member.closed_at == LATER
    assert not member.user.is_active
    assert not member.user.has_usable_password()
    assert member.user.name == ""
    assert counted(member) == points
    assert Standing.objects.get(member=member).points == 0
    assert list(invariants.broken(at=LATER)) == []


def can_hold(label, name):
    return word_for(model_of(label)._meta.get_field(name)) is not None


def counted(member):
    """What counted when: the facts that points come from."""
    return list(Spell.objects.filter(member=member).order_by("pk").values_list("product", "counted_from", "opened_at"))
