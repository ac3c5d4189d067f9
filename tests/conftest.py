"""Named people and things that tests speak of."""

import os
from datetime import timedelta
from itertools import count

import pytest
from django.db import connection
from django.utils import translation
from xdist.scheduler import LoadScopeScheduling

from kitbag import registration
from kitbag.registration import Details
from tests.factories import NOON, MemberFactory, ProductFactory, UserFactory
from tests.mailserver import mail_server

# Playwright keeps an event loop in this thread; the ORM of other tests is synchronous all the same.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")

serials = count(100_000_000_000, 7)


def details(serial: str | None = None, **changes) -> Details:
    """Complete details with a number of its own unless one is given."""
    return Details(
        **{
            "serial_typed": serial or str(next(serials)),
            "country_of_purchase": "GB",
            "purchased_on": (NOON - timedelta(days=400)).date(),
            "store": "Jacobs",
            **changes,
        }
    )


# What migrations put there, and what no test may empty.
SEEDED = {
    "auth_group",
    "auth_group_permissions",
    "auth_permission",
    "django_content_type",
    "django_migrations",
    "kitbag_replytemplate",
    "members_countryterms",
    "members_threshold",
    "servicing_centre",
    "servicing_openinghours",
    "servicing_packcontents",
    "servicing_serviceterms",
}


# Tests that start a whole portal, kill processes or race threads: one after the other, in the same process.
WITH_PARTS_OF_THEIR_OWN = ("tests/browser/", "tests/dev/", "tests/faults/", "tests/races/")


class ByModule(LoadScopeScheduling):
    """Deals modules out to the processes; tests with parts of their own go out together, as the largest of all.

    Marks of xdist_group would say the same, and are lost with pytest 9.2 (pytest-dev/pytest-xdist#1386).
    """

    def _split_scope(self, nodeid):
        if nodeid.startswith(WITH_PARTS_OF_THEIR_OWN):
            return "with parts of their own"
        return super()._split_scope(nodeid)


def pytest_xdist_make_scheduler(config, log):
    return ByModule(config, log)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items):
    """Tests in the browser share one running portal and go in the order they are written in; all others at random."""
    items.sort(key=lambda item: item.location if item.nodeid.startswith("tests/browser/") else ("", 0, ""))


def pytest_itemcollected(item):
    """pytest-django makes the test database only where a test names `db`; committed_db stands for it."""
    if "committed_db" in getattr(item, "fixturenames", ()) and "db" not in item.fixturenames:
        item.fixturenames.append("db")


@pytest.fixture
def committed_db(django_db_setup, django_db_blocker):
    """For tests with several connections or processes: what they write is committed, and emptied afterwards.

    Like pytest-django's transaction=True, but the rows that migrations wrote stay.
    """
    with django_db_blocker.unblock():
        yield
        tables = set(connection.introspection.table_names()) - SEEDED
        with connection.cursor() as cursor:
            cursor.execute("SET session_replication_role = replica")
            for table in sorted(tables):
                cursor.execute(f'DELETE FROM "{table}"')
            cursor.execute("DELETE FROM members_threshold WHERE NOT is_first")
            cursor.execute("SET session_replication_role = DEFAULT")
        connection.close()


@pytest.fixture
def db(request):
    """Rows for one test: rolled back, unless the test asked for committed_db."""
    if "committed_db" in request.fixturenames:
        request.getfixturevalue("committed_db")
    else:
        request.getfixturevalue("_rolled_back_db")


@pytest.fixture
def _rolled_back_db(_django_db_helper):
    """pytest-django's own db fixture, under another name."""


@pytest.fixture(autouse=True)
def _in_english():
    """A page that another test asked for in Arabic leaves its language behind in the thread."""
    translation.activate("en")
    yield
    translation.deactivate()


@pytest.fixture(autouse=True)
def _search_looks_every_time(settings):
    """Tests put products there and roll them back faster than search looks after its dictionary."""
    settings.SEARCH_RECHECK_SECONDS = 0


@pytest.fixture
def noon():
    return NOON


@pytest.fixture
def layla(db):
    """A working photographer in London."""
    return MemberFactory(user__name="Layla Mansour", user__email="layla@example.org")


@pytest.fixture
def omar(db):
    """Another member, in Cairo."""
    return MemberFactory(
        user__name="Omar Haddad", user__email="omar@example.org", country="EG", time_zone="Africa/Cairo"
    )


@pytest.fixture
def vera(db):
    """A clerk who validates."""
    return UserFactory(name="Vera Clerk", email="vera@example.org", is_staff=True)


@pytest.fixture
def camera(db):
    return ProductFactory(name="EOS R5 Mark II", sku="eos-r5-mark-ii", points=320)


@pytest.fixture
def lens(db):
    return ProductFactory(
        name="RF 70-200mm F2.8L IS USM Z", sku="rf-70-200-z", points=235, category="lens_rf", family="lens"
    )


@pytest.fixture
def register():
    """Add a complete item the member's way; spaced in time so that only what a test means is odd."""

    def add(member, product, *, at=NOON, serial=None, **changes):
        return registration.add_item(
            member_id=member.pk, product_id=product.pk, details=details(serial, **changes), at=at, by=member.user
        )

    return add


@pytest.fixture
def smtp(settings):
    """A real mail server that the portal sends to."""
    with mail_server() as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", server.port, 1
        yield server


@pytest.fixture
def shelf(tmp_path, settings):
    """Where proofs lie, empty: a folder of the test."""
    settings.STORAGES = {
        **settings.STORAGES,
        "proofs": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(tmp_path)}},
    }
    return tmp_path


@pytest.fixture
def case_shelf(tmp_path, settings):
    """Where files of cases lie, empty: a folder of the test."""
    place = tmp_path / "cases"
    place.mkdir()
    settings.STORAGES = {
        **settings.STORAGES,
        "cases": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(place)}},
    }
    return place
