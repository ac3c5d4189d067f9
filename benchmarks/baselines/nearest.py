"""Floor of S1's look-up: the same question asked of Postgres alone, nearest neighbour by trigrams."""

from django.db import connection


def nearest(query: str) -> list[tuple[int, str]]:
    """Eight products whose names are nearest, in one statement."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT product_id, text FROM kitbag_searchname ORDER BY text <-> %s LIMIT 8", [query.lower()])
        return cursor.fetchall()
