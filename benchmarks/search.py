"""S1: how quickly a product is found as it is typed. S2: whether it is the right one.

S1 has two lines: the slowest look-up but one in a hundred, in milliseconds, beside the nearest neighbour
in Postgres alone; and the CPU of a whole keystroke request beside a bare view with the same middleware.
S2 has a line for each class of query, beside the share it must reach.
"""

import csv
import random
from collections import Counter
from datetime import date
from io import BytesIO
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter
from typing import Any
from urllib.parse import urlencode

from django.core.handlers.wsgi import WSGIHandler
from django.test.utils import override_settings
from django.utils import timezone

from benchmarks.baselines.nearest import nearest
from benchmarks.cpu import Cpu
from benchmarks.goal import Goal
from kitbag import search
from members.rules.days import programme_day

QUERIES = Path(__file__).resolve().parent.parent / "tests" / "data"
SHARES = {"exact": 1.0, "alias": 1.0, "spacing": 0.99, "order": 0.99, "typo": 0.98}
LOOK_UP_MOST = 5.0
KEYSTROKE_MOST = 3.0
ROUNDS = 7
KEYSTROKES = 300


def run() -> list[Goal]:
    day = programme_day(timezone.now())
    queries = [
        row
        for name in ("search_queries.csv", "search_queries_by_hand.csv")
        for row in csv.DictReader((QUERIES / name).read_text(encoding="utf-8").splitlines())
    ]
    texts = [row["query"] for row in queries]
    search.suggest("warm up", day=day)
    return [look_up(texts, day), keystroke(texts), *right_ones(queries, day)]


def look_up(texts: list[str], day: date) -> Goal:
    """The 99th percentile of all queries; the median of the rounds, each interleaved with the floor's."""
    products, floors = [], []
    for _ in range(ROUNDS):
        spent, bare = [], []
        for text in texts:
            begin = perf_counter()
            search.suggest(text, day=day)
            middle = perf_counter()
            nearest(text)
            bare.append(perf_counter() - middle)
            spent.append(middle - begin)
        products.append(quantiles(spent, n=100)[98] * 1000)
        floors.append(quantiles(bare, n=100)[98] * 1000)
    product, floor = median(products), median(floors)
    return Goal("S1", product, floor, product / floor, product <= LOOK_UP_MOST)


def keystroke(texts: list[str]) -> Goal:
    """CPU milliseconds of the request for a keystroke: beginnings of queries, as they are typed."""
    rng = random.Random("keystrokes")
    typed = [text[: rng.randint(1, len(text))] for text in rng.choices(texts, k=KEYSTROKES)]
    with override_settings(ROOT_URLCONF="benchmarks.baselines.bare_view"):
        handler = WSGIHandler()
        products, floors = [], []
        for _ in range(ROUNDS):
            cpu = Cpu()
            for text in typed:
                get(handler, "/products/suggest/", {"q": text})
            products.append(cpu.spent() / len(typed))
            cpu = Cpu()
            for text in typed:
                get(handler, "/bare/", {"q": text})
            floors.append(cpu.spent() / len(typed))
    return Goal.at_most("S1", median(products), median(floors), KEYSTROKE_MOST)


def get(handler: WSGIHandler, path: str, query: dict[str, str]) -> None:
    """One request through the whole stack of middleware, as the server would hand it over."""
    environ: dict[str, Any] = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": path,
        "QUERY_STRING": urlencode(query),
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "8000",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_HOST": "localhost:8000",
        "HTTP_HX_REQUEST": "true",
        "REMOTE_ADDR": "127.0.0.1",
        "wsgi.url_scheme": "http",
        "wsgi.input": BytesIO(),
        "wsgi.errors": BytesIO(),
    }
    statuses: list[str] = []
    response = handler(environ, lambda status, headers: statuses.append(status))
    b"".join(response)
    response.close()
    if statuses != ["200 OK"]:
        raise RuntimeError(f"{path} {query}: {statuses}")


def right_ones(queries: list[dict[str, str]], day: date) -> list[Goal]:
    """The share of each class whose product is among the first five."""
    asked, met = Counter[str](), Counter[str]()
    for row in queries:
        asked[row["kind"]] += 1
        met[row["kind"]] += row["sku"] in [hit.sku for hit in search.suggest(row["query"], day=day)[:5]]
    return [Goal.at_least("S2", met[kind] / asked[kind], share, 1.0) for kind, share in SHARES.items()]
