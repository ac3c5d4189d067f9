"""Stages of a night, each with what a test locks to hold it there, and the kills of one long run."""

from kitbag.standing import DAY_LOCK
from tests.faults.night_world import MIDST

# The step is one statement that locks, moves, and writes history and mail: what holds it is what the test has locked.
STEP = "due_value"


# Stages: what the test locks, and the statement in which the night then waits. `n` is days ago.
def choosing(world, n):
    return "LOCK TABLE kitbag_night IN ACCESS EXCLUSIVE MODE", (), 'FROM "kitbag_night"'


def opening(world, n):
    return "SELECT pg_advisory_xact_lock_shared(%s)", (DAY_LOCK,), "pg_advisory_xact_lock("


def beginning(world, n):
    row = (world.days_ago(n),)
    columns = "completed_at, products_due, holds_due, thresholds_due, members, items, levels_up, levels_down"
    return (
        f"INSERT INTO kitbag_night (day, begun_at, milliseconds, progress, {columns})"
        " VALUES (%s, now(), 0, 0, now(), 0, 0, 0, 0, 0, 0, 0)",
        row,
        'INSERT INTO "kitbag_night"',
    )


def reading(world, n):
    return "LOCK TABLE kitbag_spell IN ACCESS EXCLUSIVE MODE", (), "due_value"


def chunk(place):
    def locking(world, n):
        members = world.members_of(n)
        member = members[{"first": 0, "middle": MIDST + 1, "last": -1}[place]]
        return "SELECT FROM kitbag_standing WHERE member_id = %s FOR UPDATE", (member,), STEP

    locking.__name__ = f"{place} chunk"
    return locking


def level_change(world, n):
    member, _user, _kind = world.changed(n)
    return (
        "INSERT INTO kitbag_levelchange (member_id, day, at, from_level, to_level, points, causes)"
        " VALUES (%s, %s, now(), 0, 1, 0, '{value}')",
        (member, world.days_ago(n)),
        STEP,
    )


def message(world, n):
    _member, user, kind = world.changed(n)
    return (
        "INSERT INTO members_message (user_id, address, kind, about, occasion, facts, created_at, due_at, tries,"
        " last_error) VALUES (%s, '', %s, 'level', %s, '{}', now(), now(), 0, '')",
        (user, kind, str(world.days_ago(n))),
        STEP,
    )


def progress(world, n):
    return "SELECT FROM kitbag_night WHERE day = %s FOR UPDATE", (world.days_ago(n),), 'SET "progress"'


def completion(world, n):
    return "SELECT FROM kitbag_night WHERE day = %s FOR UPDATE", (world.days_ago(n),), 'SET "completed_at"'


first, middle, last = chunk("first"), chunk("middle"), chunk("last")
# In the order in which the nights are taken; a stage of a day lets every day before it be finished.
KILLS = [
    *[(7, stage) for stage in (choosing, opening, beginning, reading, completion)],
    *[(6, stage) for stage in (opening, reading, first, level_change, message, progress, middle, last)],
    *[(5, stage) for stage in (beginning, first, progress, last)],
    *[(4, stage) for stage in (opening, reading, completion)],
    *[(3, stage) for stage in (beginning, reading, message, last)],
    *[(0, stage) for stage in (beginning, first, last)],
]
