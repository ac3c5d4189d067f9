"""Servicing: opening cases under parallel load beside pgbench, and a centre's board with 50,000 open cases.

The board is asked by the centre's own staff, through the whole stack, at 5,000 and at 50,000 open cases: as many
queries at both, and less than 50 ms in the database (benchmarks/database_time.py says how). A line for each page goes
to stderr.
"""

import sys
import time
from functools import partial

from allauth.mfa.models import Authenticator
from django.contrib.auth.models import Group
from django.urls import reverse
from django.utils.http import urlencode

from benchmarks.board_world import THINGS, centre_with
from benchmarks.database_time import Cost, cost_of
from benchmarks.goal import Goal
from benchmarks.kits import Visitor
from benchmarks.opening import opening
from members.models import User
from members.rules.roles import Role
from servicing.models import Case, Centre, CentreClerk
from servicing.rules.board import Part
from servicing.rules.steps import OVER, State

FEW, MANY = 5_000, 50_000
MOST_QUERIES = 15
MOST_MS = 50
# A table of everything costs what its rows cost: as much for each of many as for each of few.
MOST_BY_ROW = 1.25
# The report, which reads all that left in three months, is told on stderr alone.
KINDS = ("board", "list", "search", "table")
OPENED_AT_ONCE = {"search number", "search serial", "search tracking"}


Costs = dict[str, Cost]


def run() -> list[Goal]:
    """Queries and database milliseconds of the bench's pages, the table by row, and opening cases."""
    few, many = (costs(centre_with(code, cases=cases)) for code, cases in (("FEW", FEW), ("MANY", MANY)))
    for name, cost in many.items():
        small = few[name]
        print(f"{name}: {_told(cost)}; with {FEW} cases {_told(small)}", file=sys.stderr)
    goals = []
    for kind in KINDS:
        names = [name for name in many if name.split()[0] == kind]
        goals += [queries(kind, names, few, many), milliseconds(kind, names, few, many)]
    return [*goals, *opening()]


def _told(cost: Cost) -> str:
    return f"{cost.queries} queries, {cost.ms:.1f} ms (EXPLAIN ANALYZE {cost.explained:.1f})"


def queries(kind: str, names: list[str], few: Costs, many: Costs) -> Goal:
    """The most queries of pages of a kind; met only where each takes the same with few cases and with many."""
    most = max(many[name].queries for name in names)
    is_constant = all(many[name].queries == few[name].queries for name in names)
    ratio = most / MOST_QUERIES
    return Goal(f"{kind}, queries with {MANY} cases", most, MOST_QUERIES, ratio, is_constant and ratio <= 1)


def milliseconds(kind: str, names: list[str], few: Costs, many: Costs) -> Goal:
    """The slowest page of a kind; of the table, which has a row for every open case, a thousand rows."""
    if kind == "table":
        by_row = [cost[kind].ms / cases * 1000 for cost, cases in ((many, MANY), (few, FEW))]
        return Goal.at_most("table, database ms a thousand rows", by_row[0], by_row[1], MOST_BY_ROW)
    slowest = max(many[name].ms for name in names)
    return Goal.at_most(f"{kind}, database ms with {MANY} cases", slowest, MOST_MS, 1)


def costs(centre: Centre) -> Costs:
    """What each page of a centre's bench costs its own staff."""
    desk = _clerk(centre)
    bench = reverse("admin:bench")
    table = f"{reverse('admin:bench_csv')}?what=board"
    pages = {
        "board": bench,
        **{f"list {part}": f"{bench}?part={part}" for part in Part},
        **{f"list {state}": f"{bench}?state={state}" for state in State if state not in OVER},
        **{f"search {what}": f"{bench}?{urlencode({'q': asked})}" for what, asked in _asked(centre).items()},
        "report": reverse("admin:bench_report"),
        "table": table,
    }
    found = {}
    for name, page in pages.items():
        # One case that is found by a number is opened at once.
        answer = "302 Found" if name in OPENED_AT_ONCE else "200 OK"
        found[name] = cost_of(partial(desk.get, page, answer))
    return found


def _asked(centre: Centre) -> dict[str, str]:
    """What is typed into the search: numbers of one case, names of many people, of some and of nobody."""
    shipped = Case.objects.filter(centre=centre, state="shipped").order_by("number")
    # Of the first two things of each member a case is over, too.
    of_once, of_twice = (shipped.filter(serial__startswith=str(thing)) for thing in (THINGS - 1, 0))
    one, twice = of_once[of_once.count() // 2], of_twice[of_twice.count() // 2]
    return {
        "number": one.number.lower().replace("-", " "),
        "serial": one.serial,
        "tracking": one.outbound_tracking,
        "serial-of-two": twice.serial,
        "surname": "becker",
        "half-name": "ansou",
        "full-name": "grace hopper 3",
        "nobody": "Nobody At All",
    }


def _clerk(centre: Centre) -> Visitor:
    """The centre's clerk in a session that an authenticator confirmed just now."""
    user = User.objects.get(email=f"clerk-{centre.code.lower()}@bench.example.org")
    user.groups.add(Group.objects.get(name=Role.CENTRE_STAFF))
    CentreClerk.objects.get_or_create(user=user, defaults={"centre": centre})
    factor, _made = Authenticator.objects.get_or_create(
        user=user, type=Authenticator.Type.TOTP, defaults={"data": {"secret": "bench"}}
    )
    record = {"method": "mfa", "type": "totp", "id": factor.pk, "at": time.time()}
    known = {"account_authentication_methods": [record], "account_authentication_methods_user": str(user.pk)}
    return Visitor(user, known)
