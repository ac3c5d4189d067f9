"""Reads that a page makes every time, planned once a connection: planning takes longer than answering them."""

from typing import Any
from weakref import WeakSet

from django.db import connection


class Prepared:
    """A statement of SQL with parameters $1, $2 … of the given types."""

    def __init__(self, name: str, types: str, sql: str) -> None:
        self._prepare = f"PREPARE {name} ({types}) AS {sql}"
        self._execute = f"EXECUTE {name} ({', '.join(['%s'] * len(types.split(',')))})"
        self._ready: WeakSet[Any] = WeakSet()

    def rows(self, *parameters: Any) -> list[tuple[Any, ...]]:
        """All rows. A list stands for an array."""
        with connection.cursor() as cursor:
            if connection.connection not in self._ready:
                with connection.connection.cursor() as once:
                    once.execute(self._prepare)
                self._ready.add(connection.connection)
            cursor.execute(self._execute, parameters)
            return cursor.fetchall()
