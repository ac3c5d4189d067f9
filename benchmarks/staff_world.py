"""What a million members leave behind, for the staff pages: a row for everything that their lists show.

Everything is made by INSERT … SELECT with triggers and foreign keys resting (session_replication_role); every index
and every check is there. The large world has a database of its own, kept for the next run; BENCH_MEMBERS=100000 makes
a smaller one. The small one of the tests is written into the database of the test.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg2
from django.conf import settings
from django.core.management import call_command
from django.db import connection

from benchmarks.staff_cases import benefits, cases, desk
from benchmarks.staff_filling import Filling
from benchmarks.staff_people import kit, levels, people

MEMBERS = int(os.environ.get("BENCH_MEMBERS", "1000000"))


def everything(members: int) -> None:
    """Rows of every kind for so many members, in the database that is entered."""
    Filling(members).everything(people, kit, levels, cases, benefits, desk)


class StaffWorld:
    """The database of so many members, made by the first who asks; its migrations are taken with each run."""

    def __init__(self, members: int = MEMBERS) -> None:
        self.members = members
        self.name = f"bench_staff_{members}"
        server = psycopg2.connect(self._url("postgres"))
        server.autocommit = True
        with server.cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [self.name])
            if cursor.fetchone() is None:
                cursor.execute(f"DROP DATABASE IF EXISTS {self.name}_new WITH (FORCE)")
                cursor.execute(f"CREATE DATABASE {self.name}_new")
                print(f"{self.name}: making {members:,} members, kept for the next run", file=sys.stderr, flush=True)
                with self._entered(f"{self.name}_new"):
                    prepare()
                    with connection.cursor() as own:
                        own.execute(
                            "SET synchronous_commit = off; SET work_mem = '256MB'; SET maintenance_work_mem = '512MB'"
                        )
                    everything(members)
                cursor.execute(f"ALTER DATABASE {self.name}_new RENAME TO {self.name}")
        server.close()

    def _url(self, name: str) -> str:
        given = {**settings.DATABASES["default"], "NAME": name}
        return "postgres://{USER}:{PASSWORD}@{HOST}:{PORT}/{NAME}".format(**given)

    @contextmanager
    def _entered(self, name: str) -> Iterator[None]:
        outside = connection.settings_dict["NAME"]
        connection.close()
        connection.settings_dict["NAME"] = name
        try:
            yield
        finally:
            connection.close()
            connection.settings_dict["NAME"] = outside

    @contextmanager
    def entered(self) -> Iterator[None]:
        """The portal's own code runs in this world."""
        with self._entered(self.name):
            prepare()
            yield


def prepare() -> None:
    """Tables, cache and catalogue of the database that is entered."""
    call_command("migrate", interactive=False, verbosity=0)
    call_command("createcachetable", verbosity=0)
    call_command("load_catalogue", stdout=sys.stderr)
