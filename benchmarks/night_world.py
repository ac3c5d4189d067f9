"""A world of a million members for the night, in a database of its own beside the benchmarks', kept for the next run.

Members, items, spells and standings are made by INSERT … SELECT with triggers and foreign keys resting
(session_replication_role); every index and every check is there. After that only the night changes standings.
BENCH_MEMBERS=100000 makes a smaller one.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, date, datetime, time, timedelta
from time import monotonic
from typing import Any

import psycopg2
from django.conf import settings
from django.db import connection

from cps_portal.dev.processes import ROOT
from kitbag import night, standing
from kitbag.models import Standing

MEMBERS = int(os.environ.get("BENCH_MEMBERS", "1000000"))
DAYS = 400  # between the world's first day and the day it is made, one for each night of a run
A_RUN = 120
STEP = 250_000

USERS = """INSERT INTO members_user OVERRIDING SYSTEM VALUE
SELECT n, '!', NULL, false, 'n' || n || '@bench.example.org', 'Member ' || n, 'en', false, true, now(), false, '{}'
FROM generate_series(%(first)s, %(last)s) n"""
MEMBER_ROWS = """INSERT INTO members_member OVERRIDING SYSTEM VALUE
SELECT n, lpad(n::text, 10, '0'), 'GB', 'Europe/London', now(), now(), n FROM generate_series(%(first)s, %(last)s) n"""
# Five items a member on the average, one in ten a draft; whose and what by hash, in no order.
ITEMS = """INSERT INTO kitbag_kititem
SELECT gen_random_uuid(), n, n, false, 'GB', '2015-03-02', 'Jacobs',
    CASE WHEN n %% 10 = 0 THEN 'draft' ELSE 'validated' END, '{}', '', opened,
    CASE WHEN n %% 10 <> 0 THEN opened END, NULL, '', NULL,
    1 + (hashint8(n) & 2147483647) %% %(members)s, (%(products)s::bigint[])[1 + (hashint8(-n) & 2147483647) %% 3011]
FROM generate_series(%(first)s, %(last)s) n,
    LATERAL (SELECT %(day)s::timestamptz - n %% 3000 * interval '1 day' AS opened) o"""
SPELLS = """INSERT INTO kitbag_spell (counted_from, counted_until, opened_at, cause, closed_cause, item_id, member_id,
    product_id)
SELECT (added_at AT TIME ZONE 'UTC')::date, NULL, added_at, 'registered', '', id, member_id, product_id
FROM kitbag_kititem WHERE state = 'validated'"""
STANDINGS = """INSERT INTO kitbag_standing
SELECT m.id, coalesce(t.points, 0),
    CASE WHEN t.points >= 1600 THEN 3 WHEN t.points >= 1000 THEN 2 WHEN t.points >= 500 THEN 1 ELSE 0 END, %(day)s::date
FROM members_member m LEFT JOIN (
    SELECT s.member_id, sum(v.points) AS points FROM kitbag_spell s JOIN kitbag_valuation v USING (product_id)
    GROUP BY s.member_id) t ON t.member_id = m.id"""

FALLS = """INSERT INTO kitbag_valuation
    (product_id, effective_on, revision, points, stage, reason, note, is_first, recorded_on)
SELECT p.id, %(day)s, 1, latest.points - latest.points / 30, 'current', 'set', 'bench', false, %(day)s - 1
FROM kitbag_product p, LATERAL (
    SELECT v.points FROM kitbag_valuation v WHERE v.product_id = p.id AND v.points IS NOT NULL
    ORDER BY v.effective_on DESC LIMIT 1) latest
WHERE latest.points >= 30
ORDER BY hashint8(p.id * 7919 + (%(day)s - date '2000-01-01')) LIMIT %(products)s
RETURNING (SELECT count(*) FROM kitbag_spell s WHERE s.product_id = kitbag_valuation.product_id)"""

# One more member: 500 items of as many products in ten years, every third gone again.
LONG_ITEMS = """INSERT INTO kitbag_kititem
SELECT gen_random_uuid(), 'L' || n, 'L' || n, false, 'GB', '2015-03-02', 'Jacobs',
    CASE WHEN n %% 3 = 0 THEN 'removed' ELSE 'validated' END, '{}', '', opened, opened,
    CASE WHEN n %% 3 = 0 THEN opened + interval '60 days' END, CASE WHEN n %% 3 = 0 THEN 'sold' ELSE '' END, NULL,
    %(member)s, (%(products)s::bigint[])[6 * n]
FROM generate_series(1, 500) n, LATERAL (SELECT %(day)s::timestamptz - (3700 - 7 * n) * interval '1 day' AS opened) o"""
LONG_SPELLS = """INSERT INTO kitbag_spell
    (counted_from, counted_until, opened_at, closed_at, cause, closed_cause, item_id, member_id, product_id)
SELECT (added_at AT TIME ZONE 'UTC')::date, (removed_at AT TIME ZONE 'UTC')::date, added_at, removed_at, 'registered',
    removal_reason, id, member_id, product_id FROM kitbag_kititem WHERE member_id = %(member)s"""
# Each of its products went down and up again, and falls twice in the years ahead.
LONG_STEPS = """INSERT INTO kitbag_valuation (product_id, effective_on, revision, points, stage, reason, note, is_first,
    recorded_on)
SELECT v.product_id, current_date + step.days, 1, v.points * step.share / 100, 'current', 'set', 'bench', false,
    current_date + step.days - 1
FROM kitbag_valuation v, (VALUES (-2000, 90), (-1000, 100), (200, 60), (500, 20)) step(days, share)
WHERE v.is_first AND v.product_id IN (SELECT product_id FROM kitbag_spell WHERE member_id = %(member)s)"""


def without_indexes(cursor: Any, table: str) -> list[str]:
    """Drop what can be built faster afterwards; answers the statements that do."""
    cursor.execute("SELECT indexname, indexdef FROM pg_indexes WHERE tablename = %s", [table])
    plain = dict(cursor.fetchall())
    cursor.execute(
        "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = %s::regclass"
        " AND contype IN ('p', 'u', 'x')",
        [table],
    )
    bound = dict(cursor.fetchall())
    kept = {name for name in bound if bound[name].startswith("PRIMARY")}
    for name in bound.keys() - kept:
        cursor.execute(f'ALTER TABLE "{table}" DROP CONSTRAINT "{name}"')
    for name in plain.keys() - bound.keys():
        cursor.execute(f'DROP INDEX "{name}"')
    again = [f'ALTER TABLE "{table}" ADD CONSTRAINT "{name}" {bound[name]}' for name in bound.keys() - kept]
    return again + [plain[name] for name in plain.keys() - bound.keys()]


class World:
    """The database of so many members; `day` is the last one taken, and moves on with each night."""

    def __init__(self, members: int) -> None:
        self.members = members
        self.name = f"bench_night_{members}"
        with closing(psycopg2.connect(self.url("postgres"))) as server:
            server.autocommit = True
            with server.cursor() as cursor:
                cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [self.name])
                there = cursor.fetchone() is not None
                if there and self._days_left() < A_RUN:
                    cursor.execute(f"DROP DATABASE {self.name} WITH (FORCE)")
                    there = False
                if not there:
                    cursor.execute(f"DROP DATABASE IF EXISTS {self.name}_new")
                    cursor.execute(f"CREATE DATABASE {self.name}_new")
                    self._fill(f"{self.name}_new")
                    cursor.execute(f"ALTER DATABASE {self.name}_new RENAME TO {self.name}")
        self.day = self._take_what_was_left()

    def url(self, name: str = "") -> str:
        given = {**settings.DATABASES["default"], "NAME": name or self.name}
        return "postgres://{USER}:{PASSWORD}@{HOST}:{PORT}/{NAME}".format(**given)

    @contextmanager
    def connected(self, name: str = "") -> Iterator["psycopg2.extensions.cursor"]:
        """A cursor of a connection of its own, each statement committed."""
        with closing(psycopg2.connect(self.url(name))) as there:
            there.autocommit = True
            with there.cursor() as cursor:
                yield cursor

    @contextmanager
    def entered(self) -> Iterator[None]:
        """The portal's own code runs in this world."""
        outside = connection.settings_dict["NAME"]
        connection.close()
        connection.settings_dict["NAME"] = self.name
        try:
            yield
        finally:
            connection.close()
            connection.settings_dict["NAME"] = outside

    def _take_what_was_left(self) -> date:
        """Nights that a run which was broken off has planned and not taken; answers the last day."""
        with self.connected() as cursor:
            cursor.execute(
                "SELECT greatest((SELECT max(effective_on) FROM kitbag_valuation WHERE effective_on < current_date),"
                " (SELECT max(as_of) FROM kitbag_standing))"
            )
            last: date = cursor.fetchone()[0]
            cursor.execute("DELETE FROM kitbag_night WHERE day > %s", [last])
        at = datetime.combine(last, time(12), UTC)
        with self.entered():
            night.run(at=at, clock=lambda: at)
        return last

    def _days_left(self) -> int:
        with self.connected() as cursor:
            cursor.execute("SELECT current_date - max(as_of) FROM kitbag_standing")
            return cursor.fetchone()[0]

    def _fill(self, name: str) -> None:
        begun = monotonic()
        print(f"{self.name}: making {self.members:,} members, kept for the next run", file=sys.stderr, flush=True)
        code = "from django.core.management import call_command as c; c('migrate', verbosity=0)"
        code += "; c('createcachetable', verbosity=0); c('load_catalogue')"
        subprocess.run(
            [sys.executable, "manage.py", "shell", "--no-imports", "-v0", "-c", code],
            cwd=ROOT,
            env={**os.environ, "DATABASE_URL": self.url(name)},
            stdout=subprocess.DEVNULL,
            check=True,
        )
        day = datetime.now(UTC).date() - timedelta(days=DAYS)
        with self.connected(name) as cursor:
            cursor.execute("SET session_replication_role = replica; SET maintenance_work_mem = '512MB'")
            cursor.execute("SET synchronous_commit = off; SET work_mem = '256MB'; SET TimeZone = 'UTC'")
            # Values that members of five items have levels by; most of the catalogue is accessories of a point or two.
            cursor.execute(
                "UPDATE kitbag_valuation SET effective_on = %s, points = 60 + (hashint8(product_id) & 1023) %% 480",
                [day - timedelta(days=3650)],
            )
            cursor.execute("UPDATE members_threshold SET effective_on = %s", [day - timedelta(days=3650)])
            cursor.execute("SELECT id FROM kitbag_product ORDER BY id")
            known = {"members": self.members, "products": [row[0] for row in cursor.fetchall()], "day": day}
            for table, statement, rows in (
                ("members_user", USERS, self.members),
                ("members_member", MEMBER_ROWS, self.members),
                ("kitbag_kititem", ITEMS, 5 * self.members),
                ("kitbag_spell", SPELLS, 0),
                ("kitbag_standing", STANDINGS, 0),
            ):
                indexes = without_indexes(cursor, table) if rows != self.members else []
                for first in range(1, rows + 1, STEP) if rows else (0,):
                    cursor.execute(statement, known | {"first": first, "last": min(first + STEP - 1, rows)})
                    print(f"  {monotonic() - begun:4.0f} s {table} {first:,}", file=sys.stderr, flush=True)
                for index in indexes:
                    cursor.execute(index)
            cursor.execute("VACUUM ANALYZE")
            cursor.execute("CHECKPOINT")
        print(f"  {monotonic() - begun:4.0f} s ready", file=sys.stderr, flush=True)

    def member_of_ten_years(self) -> int:
        """The key of the user with the long history, made by the first who asks."""
        member = self.members + 1
        with self.connected() as cursor:
            cursor.execute("SELECT id FROM kitbag_product ORDER BY id")
            known = {"member": member, "products": [row[0] for row in cursor.fetchall()], "day": self.day}
            cursor.execute("SELECT FROM members_member WHERE id = %(member)s", known)
            if cursor.fetchone() is None:
                cursor.execute("SET session_replication_role = replica; SET TimeZone = 'UTC'")
                for statement in (USERS, MEMBER_ROWS, LONG_ITEMS, LONG_SPELLS, LONG_STEPS):
                    cursor.execute(statement, known | {"first": member, "last": member})
                cursor.execute("INSERT INTO kitbag_standing VALUES (%s, 0, 0, %s)", [member, self.day])
        with self.entered():
            stands = standing.derive(member, self.day)
            Standing.objects.filter(member=member).update(points=stands.points, level=stands.level, as_of=self.day)
        return member

    def plan(self, products: int) -> tuple[date, int]:
        """The next day, on which so many products of random choice fall by a thirtieth: it, and how many items."""
        self.day += timedelta(days=1)
        with self.connected() as cursor:
            cursor.execute("SET TimeZone = 'UTC'")
            cursor.execute(
                FALLS,
                {"day": self.day, "products": products},
            )
            return self.day, sum(row[0] for row in cursor.fetchall())
