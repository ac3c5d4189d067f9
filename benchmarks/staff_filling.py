"""Fills tables for so many members by INSERT … SELECT; what a row says nothing of follows from its fields."""

import sys
from collections.abc import Callable
from time import monotonic
from typing import Any

from django.apps import apps
from django.db import connection, models

from benchmarks.crowd import FIRST_NAMES, LAST_NAMES
from benchmarks.night_world import without_indexes

ITEMS_EACH = 5
# Keys of users and members follow it: sequences never come near.
FIRST = 1_000_000_000
STEP = 250_000
CENTRES = 10
MILLION = 1_000_000

ACCENTED = (*FIRST_NAMES, "José", "Zoë", "Łukasz", "Đorđe", "أحمد", "ليلى")
SURNAMES = (*LAST_NAMES, "Müller", "Núñez", "Øvergård", "منصور", "Okonjo", "Zażółć")
MEMBER = "({first} + 1 + (hashint8(n) & 2147483647) % {members})"
OWNER = "({first} + 1 + (hashint8({item}) & 2147483647) % {members})"
PRODUCT = "({products}::bigint[])[1 + (hashint8(-({item})) & 2147483647) % {product_count}]"
SERIAL = "lpad((({item})::bigint * 7919 % 100000000000)::text, 12, '0')"
ITEM_KEY = "md5('item' || ({item}))::uuid"
CASE_KEY = "md5('case' || ({case}))::uuid"
AT = "(now() - ({rows} - n) * interval '{seconds} seconds')"

# Most members live in large countries, some in small ones, and one in five thousand in Malta.
COUNTRY = (
    "CASE WHEN n % 5000 = 0 THEN 'MT' WHEN n % 100 = 1 THEN 'PT' ELSE (ARRAY['GB','DE','FR','IT','ES'])[1 + n % 5] END"
)


class Filling:
    """Fills the tables of the current database for so many members."""

    def __init__(self, members: int) -> None:
        self.members, self.items = members, members * ITEMS_EACH
        self.cases = max(members // 5, 50)
        self.begun = monotonic()
        self.is_large = members > 50_000

    def some(self, millions: float) -> int:
        """As many rows as there are for a million members, in proportion."""
        return max(int(millions * self.members), 20)

    def everything(self, *parts: Callable[["Filling"], None]) -> None:
        """Every table, part by part. The database is then analysed, as autovacuum would."""
        with connection.cursor() as cursor:
            cursor.execute("SET session_replication_role = replica")
            self._known(cursor)
            for part in parts:
                part(self)
            cursor.execute("SET session_replication_role = DEFAULT")
            cursor.execute("VACUUM ANALYZE" if self.is_large else "ANALYZE")

    def _known(self, cursor: Any) -> None:
        cursor.execute("SELECT id FROM kitbag_product ORDER BY id")
        products = [row[0] for row in cursor.fetchall()]
        columns = [
            row.column for row in apps.get_model("servicing", "centre")._meta.concrete_fields if row.attname != "id"
        ]
        names = ", ".join(columns)
        values = ", ".join({"code": "'B' || chr(64 + n)", "name": "'Bench ' || n"}.get(name, name) for name in columns)
        cursor.execute(
            f"INSERT INTO servicing_centre ({names}) SELECT {values} FROM servicing_centre, generate_series(1, %s) n"
            " WHERE code = 'UK'",
            [CENTRES - 1],
        )
        cursor.execute(
            "SELECT array_agg(id ORDER BY id) FROM servicing_centre WHERE code = 'UK' OR name LIKE 'Bench %'"
        )
        self.centres = "'{" + ",".join(str(key) for key in cursor.fetchone()[0]) + "}'::bigint[]"
        self.facts = {
            "first": FIRST,
            "members": self.members,
            "products": "'{" + ",".join(map(str, products)) + "}'",
            "product_count": len(products),
        }

    def sql(self, text: str, **more: Any) -> str:
        return text.format(**self.facts, **more)

    def fill(self, label: str, rows: int, /, **columns: str) -> None:
        """So many rows; a column that is not named gets what its field makes of nothing."""
        model = apps.get_model(label)
        given: dict[str, str] = {}
        for field in model._meta.concrete_fields:
            value = columns.pop(field.column, None) or usual(field)
            if value is not None:
                given[f'"{field.column}"'] = value
        if columns:
            raise LookupError(f"{label} has no {', '.join(columns)}")
        self.insert(model._meta.db_table, given, rows)

    def insert(self, table: str, given: dict[str, str], rows: int) -> None:
        at = AT.format(rows=rows, seconds=max(94_608_000 // rows, 1))
        values = ", ".join(value.replace("{at}", at) for value in given.values())
        names = ", ".join(given)
        with connection.cursor() as cursor:
            again = without_indexes(cursor, table) if self.is_large and rows > MILLION else []
            for first in range(1, rows + 1, STEP):
                last = min(first + STEP - 1, rows)
                cursor.execute(
                    f'INSERT INTO "{table}" ({names}) SELECT {values} FROM generate_series({first}, {last}) n'
                )
            for statement in again:
                cursor.execute(statement)
        if self.is_large:
            print(f"  {monotonic() - self.begun:4.0f} s {table} {rows:,}", file=sys.stderr, flush=True)


def usual(field: models.Field) -> str | None:
    """What a column holds that a world says nothing of; None leaves it to the database."""
    if isinstance(field, models.AutoField):
        return None
    if field.null:
        return "NULL"
    if isinstance(field, models.UUIDField):
        return "gen_random_uuid()"
    if isinstance(field, models.ForeignKey):
        raise LookupError(f"{field} has to be given")
    if field.choices and not field.blank:
        return f"'{field.choices[0][0]}'"
    return _of_type(field)


def _of_type(field: models.Field) -> str:
    kinds: tuple[tuple[Any, str], ...] = (
        (models.DateTimeField, "{at}"),
        (models.DateField, "({at})::date"),
        (models.BooleanField, "false"),
        (models.DecimalField, "1"),
        (models.IntegerField, "1"),
        (models.JSONField, "'[]'" if field.default is list else "'{}'"),
        (models.CharField, "''" if field.blank else "'x'"),
        (models.TextField, "''" if field.blank else "'x'"),
        (models.FileField, "''"),
    )
    return next((value for kind, value in kinds if isinstance(field, kind)), "'{}'")
