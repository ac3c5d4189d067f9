"""Staff in a session that an authenticator app has confirmed, for tests of the staff pages."""

import hashlib
import time
from datetime import timedelta

from allauth.mfa.models import Authenticator
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group
from django.db import connection
from django.test import Client
from django.urls import reverse

from members.rules.roles import Role
from servicing.models import Centre, CentreClerk
from tests.factories import NOON, UserFactory

SUPERUSER = "superuser"
EVERYBODY = [*(role.value for role in Role), SUPERUSER]
# Tables that hold no fact of the programme: sessions and what tracks them, caches, the framework's own.
# Which pages and papers staff opened is written down by opening them (tests/portal/test_looking.py), and so is
# what is on whose desk (tests/portal/test_queue.py).
BESIDE_THE_PROGRAMME = (
    "account_",
    "auth_",
    "django_",
    "kitbag_proofopening",
    "kitbag_reviewlease",
    "members_stafflook",
    "mfa_",
    "portal_cache",
    "usersessions_",
)


def staff_user(role, *, centre="UK", **fields):
    """A member of staff with one role, or the superuser; centre staff work at the centre of a code."""
    user = UserFactory(
        email=f"{role.lower().replace(' ', '.')}@staff.example.org",
        name=role,
        is_staff=True,
        is_superuser=role == SUPERUSER,
        **fields,
    )
    if role != SUPERUSER:
        user.groups.add(Group.objects.get(name=role))
    if role == Role.CENTRE_STAFF:
        CentreClerk.objects.create(user=user, centre=Centre.objects.get(code=centre))
    return user


def confirmed(user):
    """A client signed in as a user whose session an authenticator confirmed just now."""
    factor = Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={"secret": "x"})
    client = Client()
    client.force_login(user)
    session = client.session
    session["account_authentication_methods"] = [{"method": "mfa", "type": "totp", "id": factor.pk, "at": time.time()}]
    session["account_authentication_methods_user"] = str(user.pk)
    session.save()
    return client


def programme_tables():
    """Every table of the programme with a hash of all its rows."""
    with connection.cursor() as cursor:
        names = [
            name
            for name in connection.introspection.table_names(cursor)
            if not name.startswith(BESIDE_THE_PROGRAMME) or name in {"auth_group", "auth_group_permissions"}
        ]
        hashes = {}
        for name in [*names, "django_admin_log"]:
            cursor.execute(f'SELECT t::text FROM "{name}" t ORDER BY 1')
            rows = "\n".join(row[0] for row in cursor.fetchall())
            hashes[name] = hashlib.sha256(rows.encode()).hexdigest()
    return hashes


def as_role(role):
    """A client signed in with one role."""
    return confirmed(staff_user(getattr(role, "value", role)))


def day(offset):
    """A day so many days after the clock's, as a form takes it."""
    return (NOON.date() + timedelta(days=offset)).isoformat()


def act(client, url_name, action, *rows, **more):
    """Choose rows of a list and an act, and press Go."""
    page = reverse(f"admin:{url_name}_changelist")
    return client.post(page, {"action": action, "_selected_action": [str(row.pk) for row in rows], **more}, follow=True)


def history(row):
    """Who did what with a row, first to last."""
    entries = LogEntry.objects.filter(object_id=str(row.pk)).order_by("pk")
    return list(entries.values_list("user__name", "change_message"))
