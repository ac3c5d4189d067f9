"""Erasing what the register calls a person's: rows that go, fields that are emptied, files after the commit."""

import logging
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from allauth.usersessions.models import UserSession
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.core.files.storage import Storage, storages
from django.db import connection, models, transaction
from django.db.models import Q, QuerySet
from django.db.models.expressions import RawSQL

from cps_portal.privacy.register import REGISTER, model_of
from cps_portal.privacy.table import Ends, Table, Theirs
from members.models import Member, StaffChange

log = logging.getLogger(__name__)

# What of JSON facts stays: codes that the clock and the figures of a centre rest on.
KEPT_FACTS = "(SELECT coalesce(jsonb_object_agg(key, value), '{{}}') FROM jsonb_each({column}) WHERE key = ANY(%s))"
Shelved = tuple[Storage, str]


def rows_of(member: Member, label: str, theirs: Theirs) -> QuerySet[Any]:
    """A person's rows of one table, by one of the ways that lead to them."""
    owner = member.user_id if theirs.of_user else member.pk
    return model_of(label)._default_manager.filter(**{theirs.path: owner})


def erase(member: Member, *, at: datetime, again: bool = False) -> None:
    """Erase everything of a member, inside the caller's transaction; files go once it is committed.

    `again`: what came in late, for a member whose own row has no name any more.
    """
    assert connection.in_atomic_block
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL portal.erasing = 'on'")
    _forget_sessions(member)
    _empty_the_trail(member)
    files: list[Shelved] = []
    for label, table in REGISTER.items():
        for theirs in table.theirs:
            if again and theirs.path == "pk":
                continue
            rows = rows_of(member, label, theirs)
            if table.ends != Ends.KEPT:
                files += _files_of(rows, table)
            if table.ends == Ends.GONE:
                rows.delete()
            elif table.ends == Ends.EMPTIED:
                _empty(rows, table, theirs, at=at)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL portal.erasing = 'off'")
    transaction.on_commit(lambda: _delete(files))


def _forget_sessions(member: Member) -> None:
    keys = UserSession.objects.filter(user=member.user_id).values_list("session_key", flat=True)
    Session.objects.filter(session_key__in=list(keys)).delete()


def _empty_the_trail(member: Member) -> None:
    """What staff did stays on the trail, without the words that name the person or their things.

    A reason is said once for a whole act, so it goes from every row of an act that touched the member's.
    """
    about = Q(object_repr__icontains=member.user.email) | Q(object_repr__contains=member.number)
    changes = Q()
    for label, table in REGISTER.items():
        kind = ContentType.objects.get_for_model(model_of(label))
        for theirs in table.theirs:
            owner = member.user_id if theirs.of_user else member.pk
            keys = _ever_theirs(model_of(label), theirs.path, owner)
            about |= Q(content_type=kind, object_id__in=keys)
            changes |= Q(table=model_of(label)._meta.db_table, row__in=keys)
    told = list(StaffChange.objects.filter(changes).exclude(why="").values_list("transaction", "by", "at"))
    # One request of staff may take several transactions, and says who and when in all of them.
    acts = Q(transaction__in={act for act, _by, _at in told})
    acts |= Q(by__in={by for _act, by, _at in told}, at__in={at for _act, _by, at in told})
    StaffChange.objects.filter(acts).exclude(why="").update(why="")
    LogEntry.objects.filter(about).update(object_repr="", change_message="")


def _ever_theirs(model: type[models.Model], path: str, owner: int) -> set[str]:
    """Keys of a person's rows, with those that staff deleted: the trail says whom a row led to, step by step."""
    if path == "pk":
        return {str(owner)}
    first, _, rest = path.partition("__")
    link = model._meta.get_field(first)
    assert isinstance(link, models.ForeignKey)
    ends = _ever_theirs(link.related_model, rest or "pk", owner)
    # As JSON says them: numbers, or the text of a UUID.
    values = [int(key) if key.isdecimal() else key for key in ends]
    led = Q(**{f"old__{link.column}__in": values}) | Q(**{f"new__{link.column}__in": values})
    noted = StaffChange.objects.filter(led, table=model._meta.db_table).values_list("row", flat=True)
    keys = model._default_manager.filter(**{path: owner}).values_list("pk", flat=True)
    return {*(str(key) for key in keys), *noted}


def _files_of(rows: QuerySet[Any], table: Table) -> Iterator[Shelved]:
    if table.shelf:
        for name in rows.exclude(file="").values_list("file", flat=True):
            yield storages[table.shelf], name


def _delete(files: list[Shelved]) -> None:
    """Files that no row names any more; those that cannot go now are swept with other files without a row."""
    for storage, name in files:
        try:
            storage.delete(name)
        except OSError as error:
            log.warning("A file of a closed account stays until it is swept: %s", error)


def _empty(rows: QuerySet[Any], table: Table, theirs: Theirs, *, at: datetime) -> None:
    names = {*table.about_people(), *table.left} - set(theirs.hides.split())
    singly = {name for name in table.left if rows.model._meta.get_field(name).unique}
    blank = {name: _left(rows.model, name, table, at=at) for name in names - singly}
    if blank:
        rows.update(**blank)
    for key in rows.values_list("pk", flat=True) if singly else ():
        rows.filter(pk=key).update(**{name: table.left[name](at) for name in singly})


def _left(model: type[models.Model], name: str, table: Table, *, at: datetime) -> Any:
    """What stands in a field afterwards: what the register names, else its empty value."""
    if name in table.left:
        return table.left[name](at)
    field = model._meta.get_field(name)
    assert isinstance(field, models.Field)
    if isinstance(field, models.JSONField) and table.codes:
        column = connection.ops.quote_name(str(field.column))
        return RawSQL(KEPT_FACTS.format(column=column), [table.codes.split()])  # noqa: S611 (names of our own)
    if field.null:
        return None
    if isinstance(field, models.CharField | models.TextField | models.FileField):
        return ""
    return field.get_default()
