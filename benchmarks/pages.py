"""P1: CPU of the dashboard beside a plain Django one. P4: queries of member pages at 5, 50 and 500 items."""

from statistics import median

from django.db import connection
from django.test.utils import CaptureQueriesContext, override_settings

from benchmarks.baselines import plain_dashboard
from benchmarks.cpu import Cpu
from benchmarks.goal import Goal
from benchmarks.kits import Visitor, member_of, plan_falls

PAGES = ("/dashboard/", "/points/", "/kitbag/", "/servicing/")
SIZES = (5, 50, 500)
MOST_QUERIES = 10
REQUESTS = 150
ROUNDS = 7


def run() -> list[Goal]:
    plan_falls()
    return [dashboard(), *(queries(path) for path in PAGES)]


def dashboard() -> Goal:
    """CPU milliseconds a request, the server's and its backend's, medians of interleaved rounds."""
    user = member_of(50).user
    product, floor = [], []
    visitor = Visitor(user)
    with override_settings(ROOT_URLCONF=plain_dashboard.__name__, MIDDLEWARE=plain_dashboard.MIDDLEWARE, DEBUG=False):
        plain = Visitor(user)
        plain.get("/plain/")
    for turn in range(ROUNDS + 1):
        product.append(_spent(visitor, "/dashboard/"))
        with override_settings(ROOT_URLCONF=plain_dashboard.__name__):
            floor.append(_spent(plain, "/plain/"))
        if not turn:  # the first round warms both
            product.clear()
            floor.clear()
    return Goal.at_most("P1", median(product), median(floor), 1.5)


def _spent(visitor: Visitor, path: str) -> float:
    cpu = Cpu()
    for _ in range(REQUESTS):
        visitor.get(path)
    return cpu.spent() / REQUESTS


def queries(path: str) -> Goal:
    """The most queries at any size beside the budget; met only where every size takes the same."""
    counts = []
    for size in SIZES:
        visitor = Visitor(member_of(size).user)
        visitor.get(path)
        with CaptureQueriesContext(connection) as captured:
            visitor.get(path)
        counts.append(len(captured))
    most = max(counts)
    return Goal("P4", most, MOST_QUERIES, most / MOST_QUERIES, most <= MOST_QUERIES and len(set(counts)) == 1)
