"""The step of a day: everything due on it, for members whose standings are locked (programme §5).

The one module of raw SQL. `take` is what the night does in chunks and what `standing.settle` does for
one member, so both write the same rows. A test holds its sums equal to `SpellQuerySet.total_on`.
"""

from collections.abc import Iterator, Sequence
from datetime import date

from django.db import connection

from members.rules.days import day_begins

# Values that begin on the day, with what they were the day before.
DUE_VALUES = """
    due_value AS MATERIALIZED (
        SELECT v.product_id, v.points AS new, coalesce((
            SELECT b.points FROM kitbag_valuation b
            WHERE b.product_id = v.product_id AND b.effective_on < %(day)s AND b.points IS NOT NULL
              AND NOT EXISTS (SELECT FROM kitbag_valuation l WHERE l.product_id = b.product_id
                              AND l.effective_on = b.effective_on AND l.revision > b.revision)
            ORDER BY b.effective_on DESC LIMIT 1), 0) AS old
        FROM kitbag_valuation v
        WHERE v.effective_on = %(day)s AND v.points IS NOT NULL
          AND NOT EXISTS (SELECT FROM kitbag_valuation l WHERE l.product_id = v.product_id
                          AND l.effective_on = v.effective_on AND l.revision > v.revision)
    )"""

# The highest revision of each hold; one without a day left was withdrawn.
HOLDS = """
    hold AS MATERIALIZED (
        SELECT h.member_id, h.level, h.begins_on, h.ends_on FROM kitbag_hold h
        WHERE h.ends_on > h.begins_on AND h.begins_on <= %(day)s AND h.ends_on >= %(day)s {members}
          AND NOT EXISTS (SELECT FROM kitbag_hold l WHERE l.member_id = h.member_id
                          AND l.number = h.number AND l.revision > h.revision)
    )"""

THRESHOLDS = """
    threshold AS MATERIALIZED (
        SELECT t.effective_on, t.silver, t.gold, t.platinum FROM members_threshold t
        WHERE t.effective_on <= %(day)s AND NOT t.is_withdrawn
          AND NOT EXISTS (SELECT FROM members_threshold l WHERE l.effective_on = t.effective_on
                          AND l.revision > t.revision)
        ORDER BY t.effective_on DESC LIMIT 2
    ),
    now_needs AS (SELECT * FROM threshold ORDER BY effective_on DESC LIMIT 1),
    before_needs AS (SELECT * FROM threshold WHERE effective_on < %(day)s ORDER BY effective_on DESC LIMIT 1)"""

LEVEL_FOR = (
    "CASE WHEN {points} >= {needs}.platinum THEN 3 WHEN {points} >= {needs}.gold THEN 2"
    " WHEN {points} >= {needs}.silver THEN 1 ELSE 0 END"
)

COUNTS_AT_MIDNIGHT = "s.counted_from < %(day)s AND (s.counted_until IS NULL OR s.counted_until >= %(day)s)"

# Everybody with something due, and the points it changes: NULL where no value is due. What holds at 00:00 of a day
# that has begun is never written again, so this may be read before the standings are locked.
_TOUCHED = f"""
WITH {DUE_VALUES}, {HOLDS.format(members="{of_hold}")}, {THRESHOLDS}
SELECT member_id, sum(points)::int FROM (
    SELECT s.member_id, d.new - d.old AS points FROM due_value d JOIN kitbag_spell s USING (product_id)
    WHERE {COUNTS_AT_MIDNIGHT} {{of_member}}
    UNION ALL
    SELECT h.member_id, NULL FROM hold h WHERE h.begins_on = %(day)s OR h.ends_on = %(day)s
    UNION ALL
    SELECT s.member_id, NULL FROM kitbag_standing s, now_needs n
    WHERE n.effective_on = %(day)s {{of_member}} AND s.level <> greatest(
        {LEVEL_FOR.format(points="s.points", needs="n")},
        (SELECT max(h.level) FROM hold h WHERE h.member_id = s.member_id AND h.ends_on > %(day)s))
) due
WHERE member_id > %(after)s GROUP BY member_id ORDER BY member_id
"""

_STEP = f"""
WITH {DUE_VALUES}, {HOLDS.format(members="AND h.member_id = ANY(%(members)s::bigint[])")}, {THRESHOLDS},
due AS MATERIALIZED (
    SELECT member_id, points, kept.level
    FROM unnest(%(members)s::bigint[], %(points)s::int[]) AS due(member_id, points)
    LEFT JOIN (SELECT member_id, max(level) AS level FROM hold WHERE ends_on > %(day)s GROUP BY member_id) kept
        USING (member_id)
    ORDER BY member_id
),
moved AS (
    UPDATE kitbag_standing st
    SET points = st.points + coalesce(due.points, 0),
        level = greatest({LEVEL_FOR.format(points="(st.points + coalesce(due.points, 0))", needs="n")}, due.level),
        as_of = %(day)s
    FROM now_needs n, due
    WHERE st.member_id = due.member_id AND st.as_of < %(day)s
    RETURNING st.member_id, old.level AS from_level, new.level AS to_level, new.points,
        due.points IS NOT NULL AS by_value
),
changed AS (
    INSERT INTO kitbag_levelchange (member_id, day, at, from_level, to_level, points, causes)
    SELECT m.member_id, %(day)s, %(at)s, m.from_level, m.to_level, m.points, array_remove(ARRAY[
        CASE WHEN m.by_value THEN 'value' END,
        CASE WHEN EXISTS (SELECT FROM hold h WHERE h.member_id = m.member_id
                          AND %(day)s IN (h.begins_on, h.ends_on)) THEN 'hold' END,
        CASE WHEN n.effective_on = %(day)s AND {LEVEL_FOR.format(points="m.points", needs="n")}
                  IS DISTINCT FROM (SELECT {LEVEL_FOR.format(points="m.points", needs="b")} FROM before_needs b)
             THEN 'threshold' END
    ]::varchar[], NULL)
    FROM moved m, now_needs n
    WHERE m.from_level <> m.to_level
    RETURNING member_id, from_level, to_level, points, causes
)
INSERT INTO members_message
    (user_id, address, kind, about, occasion, facts, created_at, due_at, tries, last_error)
SELECT (SELECT mm.user_id FROM members_member mm WHERE mm.id = c.member_id), '',
    CASE WHEN c.to_level > c.from_level THEN 'level_up' ELSE 'level_down' END,
    'level', %(day)s::date::text, jsonb_build_object(
        'from', c.from_level, 'to', c.to_level, 'points', c.points, 'day', %(day)s::date::text,
        'causes', to_jsonb(c.causes), 'products', coalesce((
            SELECT jsonb_agg(name ORDER BY name) FROM (
                SELECT DISTINCT p.id, p.name FROM (
                    SELECT s.product_id FROM kitbag_spell s WHERE s.member_id = c.member_id AND {COUNTS_AT_MIDNIGHT}
                    OFFSET 0  -- a member has fewer products than a day may have values
                ) mine JOIN due_value USING (product_id) JOIN kitbag_product p ON p.id = mine.product_id
            ) named), '[]'::jsonb)),
    %(at)s, %(at)s, 0, ''
FROM changed c
ON CONFLICT ON CONSTRAINT message_once_per_occasion DO NOTHING
"""

_DAYS_DUE = """
SELECT DISTINCT day FROM (
    SELECT v.effective_on AS day FROM kitbag_valuation v JOIN kitbag_spell s USING (product_id)
    WHERE s.member_id = %(member)s AND v.effective_on > %(after)s AND v.effective_on <= %(through)s
      AND s.counted_from < v.effective_on AND (s.counted_until IS NULL OR s.counted_until >= v.effective_on)
    UNION ALL
    SELECT unnest(ARRAY[begins_on, ends_on]) FROM kitbag_hold WHERE member_id = %(member)s
    UNION ALL
    SELECT effective_on FROM members_threshold
) due WHERE day > %(after)s AND day <= %(through)s ORDER BY day
"""

_COUNTS = f"""
WITH {DUE_VALUES}, {HOLDS.format(members="")},
fallen AS (
    SELECT s.member_id FROM due_value d JOIN kitbag_spell s USING (product_id) WHERE {COUNTS_AT_MIDNIGHT}
)
SELECT (SELECT count(*) FROM due_value),
       (SELECT count(*) FROM hold WHERE %(day)s IN (begins_on, ends_on)),
       (SELECT count(*) FROM members_threshold t WHERE t.effective_on = %(day)s AND NOT t.is_withdrawn
          AND NOT EXISTS (SELECT FROM members_threshold l WHERE l.effective_on = t.effective_on
                          AND l.revision > t.revision)),
       (SELECT count(*) FROM (
           SELECT member_id FROM fallen
           UNION SELECT member_id FROM hold WHERE %(day)s IN (begins_on, ends_on)
           UNION SELECT member_id FROM kitbag_levelchange WHERE day = %(day)s AND item_id IS NULL) touched),
       (SELECT count(*) FROM fallen),
       (SELECT count(*) FROM kitbag_levelchange
          WHERE day = %(day)s AND item_id IS NULL AND to_level > from_level),
       (SELECT count(*) FROM kitbag_levelchange
          WHERE day = %(day)s AND item_id IS NULL AND to_level < from_level)
"""


# A member and what the values due change, in points; None where none is due.
Due = tuple[int, int | None]


def touched(day: date, *, after: int = 0, at_a_time: int) -> Iterator[list[Due]]:
    """Everybody with something due on a day, in key order, so many at a time however many there are."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(_TOUCHED.format(of_member="", of_hold=""), {"day": day, "after": after})
        while rows := cursor.fetchmany(at_a_time):
            yield rows


def due_for(member_id: int, day: date) -> list[Due]:
    """The same for one member: one row, or none where nothing is due."""
    with connection.cursor() as cursor:
        known: dict[str, date | int] = {"day": day, "after": 0, "member": member_id}
        cursor.execute(
            _TOUCHED.format(of_member="AND s.member_id = %(member)s", of_hold="AND h.member_id = %(member)s"), known
        )
        return list(cursor.fetchall())


def days_due(member_id: int, *, after: date, through: date) -> list[date]:
    """Days in (after, through] on which something is due for one member."""
    with connection.cursor() as cursor:
        cursor.execute(_DAYS_DUE, {"member": member_id, "after": after, "through": through})
        return [row[0] for row in cursor.fetchall()]


def take(day: date, due: Sequence[Due]) -> None:
    """Carry standings over 00:00 of a day: points by delta, level, history and message. Part of a transaction.

    One whose as_of is not before the day, seen under its lock, is left alone; a subtraction of facts that are final
    needs no other lock. For many at once see `in_key_order`.
    """
    # Arrays as their text: one constant for the server to read, where a list would be thousands of expressions.
    members = ",".join(str(member) for member, _points in due)
    points = ",".join("NULL" if points is None else str(points) for _member, points in due)
    with connection.cursor() as cursor:
        cursor.execute(
            _STEP,
            {"day": day, "at": day_begins(day), "members": f"{{{members}}}", "points": f"{{{points}}}"},
        )


def in_key_order() -> None:
    """For the rest of a transaction: `take` locks standings by key, as operations do that lock several.

    Without scans in the order of the disk every plan of its update goes by the index or by the members given.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off")


def counts(day: date) -> tuple[int, int, int, int, int, int, int]:
    """From the day's facts, whoever carried the members: products, holds and thresholds due; members;
    items; levels up; levels down."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNTS, {"day": day})
        row = cursor.fetchone()
    return tuple(row)
