"""N1's floor: the night's work in one statement and one transaction, as one would write it by hand."""

from datetime import date

import psycopg2

LEVEL = "CASE WHEN {0} >= 1600 THEN 3 WHEN {0} >= 1000 THEN 2 WHEN {0} >= 500 THEN 1 ELSE 0 END"
NIGHT = f"""
WITH due AS MATERIALIZED (
    SELECT v.product_id, v.points AS new, (SELECT b.points FROM kitbag_valuation b WHERE b.product_id = v.product_id
        AND b.effective_on < %(day)s ORDER BY b.effective_on DESC LIMIT 1) AS old
    FROM kitbag_valuation v WHERE v.effective_on = %(day)s),
delta AS (
    SELECT s.member_id, sum(new - old) AS points FROM due JOIN kitbag_spell s USING (product_id)
    WHERE s.counted_from < %(day)s AND (s.counted_until IS NULL OR s.counted_until >= %(day)s) GROUP BY s.member_id),
moved AS (
    UPDATE kitbag_standing st SET points = st.points + delta.points, as_of = %(day)s,
        level = {LEVEL.format("(st.points + delta.points)")}
    FROM delta WHERE st.member_id = delta.member_id
    RETURNING st.member_id, old.level AS was, new.level, new.points),
changed AS (
    INSERT INTO kitbag_levelchange (member_id, day, at, from_level, to_level, points, causes)
    SELECT member_id, %(day)s, %(day)s, was, level, points, '{{value}}' FROM moved WHERE was <> level RETURNING *)
INSERT INTO members_message (user_id, address, kind, about, occasion, facts, created_at, due_at, tries, last_error)
SELECT (SELECT user_id FROM members_member m WHERE m.id = c.member_id), '', 'level_down', 'level', %(day)s,
    jsonb_build_object('from', from_level, 'to', to_level, 'points', points, 'products', (
        SELECT jsonb_agg(p.name) FROM kitbag_spell s JOIN kitbag_product p ON p.id = s.product_id
        WHERE s.member_id = c.member_id AND p.id IN (SELECT product_id FROM due))), now(), now(), 0, ''
FROM changed c"""
REPORT = """INSERT INTO kitbag_night SELECT %(day)s, now(), now(), count(*), 0, 0, 0, 0, 0, 0, 0, 0
FROM kitbag_valuation WHERE effective_on = %(day)s"""


def bare_night(connection: "psycopg2.extensions.connection", day: date) -> None:
    with connection, connection.cursor() as cursor:
        cursor.execute(NIGHT, {"day": str(day)})
        cursor.execute(REPORT, {"day": str(day)})
