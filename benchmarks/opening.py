"""Opening cases under parallel load: members send their drafts in at once, beside the same statements in pgbench.

Each member sends four things in, as fast as the clients can: three take the Fast Track places and the fourth waits
for one. Requests go to the web server as production starts it. pgbench sends the statements of one member's four
requests, as the database got them, for other members, over as many connections as the server has workers.
"""

import re
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from http.client import HTTPConnection
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import NamedTuple
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.db.models import Count
from django.urls import reverse
from django.utils import timezone

from benchmarks.browsing import served
from benchmarks.crowd import crowd, item_of
from benchmarks.goal import Goal
from benchmarks.kits import Visitor
from benchmarks.pgbench import statements_of, transactions_a_second
from cps_portal.dev.portal import WEB_WORKERS
from members.models import User
from servicing.models import Case, CaseDraft, Centre, SlotHold, Stretch

THINGS = 4
MEMBERS = 16
FLOOR_MEMBERS = 64
CLIENTS = 8
ROUNDS = 5


class Request(NamedTuple):
    path: str
    body: bytes
    cookie: str


def opening() -> list[Goal]:
    """Cases a second, medians of interleaved rounds; and the most places that one member holds after them."""
    product, floor = [], []
    turns = range(ROUNDS + 1)  # the first round warms both
    openers = [crowd(MEMBERS, items=THINGS) for _turn in turns]
    bare = crowd(FLOOR_MEMBERS * len(turns), items=THINGS)
    sample = crowd(2, items=THINGS)
    for keys in (*openers, bare, sample):
        begin(keys)
    with served() as origin, tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "opening.sql"
        script.write_text(_script(sample, first=bare[0]))
        for turn in turns:
            requests = [request for key in openers[turn] for request in _requests(key)]
            rate = _send(origin, requests)
            each = FLOOR_MEMBERS // WEB_WORKERS
            done = {"before": turn * each, "turn": turn * each, "each": each * len(turns)}
            tps = transactions_a_second(script, times=each, clients=WEB_WORKERS, **done)
            if turn:
                product.append(rate)
                floor.append(tps * THINGS)
    everybody = [*(key for keys in openers for key in keys), *bare]
    check(everybody)
    return [
        Goal.at_least("opening cases, rate", median(product), median(floor), 1 / 15),
        Goal.at_most("slots of one member after it", most_slots(), settings.FAST_TRACK_SLOTS, 1),
    ]


def begin(keys: Sequence[int]) -> None:
    """Every question answered for every thing of these members, as a draft that waits for the last click."""
    at = timezone.now()
    centre = Centre.objects.get(code="UK").pk
    entered = {
        "service": "repair",
        "fault": "focus",
        "fault_words": "Out of focus on the left side.",
        "warranty": "no",
        "centre": centre,
        "send_by": "parcel",
        "needed_by": "",
        "sends_accessories": "",
        "name": "Layla Mansour",
        "street": "1 Rye Lane",
        "postcode": "SE15 4TY",
        "town": "London",
        "country": "GB",
        "phone": "",
    }
    CaseDraft.objects.bulk_create(
        [
            CaseDraft(
                pk=_draft_of(key, place),
                member_id=key,
                item_id=item_of(key, place),
                entered=entered,
                begun_at=at,
                changed_at=at,
            )
            for key in keys
            for place in range(THINGS)
        ],
        2000,
    )


def _draft_of(member: int, place: int) -> UUID:
    return UUID(f"{place:08}-0000-4000-9000-{member:012}")


def _path(member: int, place: int) -> str:
    return f"{reverse('case-new', args=[item_of(member, place)])}?step=check"


def _form(member: int, place: int) -> dict[str, str]:
    """The last click; what to do when all places are taken is said beforehand."""
    return {"key": str(_draft_of(member, place)), "lane": Stretch.Lane.QUEUED.value}


def _requests(key: int) -> list[Request]:
    visitor = Visitor(User.objects.get(pk=key))
    return [Request(_path(key, place), visitor.form(_form(key, place)), visitor.cookie) for place in range(THINGS)]


def _send(origin: str, requests: Sequence[Request]) -> float:
    """Requests a second with CLIENTS of them on the way at any time. Raises RuntimeError for one that opens nothing."""
    host = urlsplit(origin).netloc
    waiting = iter(requests)

    def client(_number: int) -> None:
        asking = HTTPConnection(host)
        for request in waiting:  # next() of a list's iterator is atomic
            headers = {"Cookie": request.cookie, "Content-Type": "application/x-www-form-urlencoded"}
            asking.request("POST", request.path, request.body, headers)
            answer = asking.getresponse()
            answer.read()
            if answer.status != 302:
                raise RuntimeError(f"POST {request.path}: {answer.status}")
        asking.close()

    begun = perf_counter()
    with ThreadPoolExecutor(CLIENTS) as clients:
        list(clients.map(client, range(CLIENTS)))
    return len(requests) / (perf_counter() - begun)


def _script(sample: Sequence[int], *, first: int) -> str:
    """The statements of one member's four requests, for the member whose key pgbench counts up.

    What the database makes up on the way, keys of stretches and numbers of cases, pgbench takes from its answers.
    """
    for place in range(THINGS):  # what a process does once
        warm = Visitor(User.objects.get(pk=sample[0]))
        warm.post(_path(sample[0], place), _form(sample[0], place))
    key = sample[1]
    visitor = Visitor(User.objects.get(pk=key))
    visitor.get(_path(key, 0))  # a session is written down once
    lines = []
    for place in range(THINGS):
        statements = statements_of(partial(visitor.post, _path(key, place), _form(key, place)))
        case = Case.objects.get(pk=_draft_of(key, place))
        stretch = case.stretches.get()
        for line in statements:
            if "nextval('case_number_seq')" in line:
                lines.append("SELECT lpad(nextval('case_number_seq')::text, 6, '0') AS number \\gset")
                continue
            said = re.sub(rf"(?<![\w.:'-]){stretch.pk}(?![\w.:'-])", ":id", line)
            said = said.replace(case.number[-6:], ":number").replace(str(key), ":member")
            if line.startswith('INSERT INTO "servicing_stretch"'):
                said = f"{said.removesuffix(';')} \\gset"
            lines.append(said)
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement FROM pg_prepared_statements WHERE from_sql")
        prepared = [f"{' '.join(row[0].split()).rstrip(';')};" for row in cursor.fetchall()]
    counting = [
        *(f"\\set member {first} + :client_id * :each + :turn", "\\set turn :turn + 1"),
        *("\\if :turn = :before + 1", *prepared, "\\endif"),
    ]
    return "\n".join([*counting, *lines])


def check(keys: Sequence[int]) -> None:
    """Everybody has four open cases, three on Fast Track with a place each and one that waits, and no draft."""
    lanes = Stretch.objects.filter(member__in=keys, ended_at=None).values_list("lane").annotate(count=Count("pk"))
    wanted = {"fast": settings.FAST_TRACK_SLOTS * len(keys), "queued": len(keys)}
    events = Count("events", distinct=True)
    told = set(Stretch.objects.filter(member__in=keys).annotate(told=events).values_list("told", flat=True))
    holding = SlotHold.objects.filter(member__in=keys, freed_at=None, stretch__lane="fast").count()
    if dict(lanes) != wanted or told != {2} or holding != wanted["fast"]:
        raise RuntimeError(f"Opened {dict(lanes)}, with {told} events each and {holding} places; not {wanted}.")
    if CaseDraft.objects.filter(member__in=keys).exists():
        raise RuntimeError("A draft that was sent is still there.")


def most_slots() -> int:
    """The most Fast Track places that any member holds."""
    holding = SlotHold.objects.filter(freed_at=None).values("member").annotate(places=Count("pk"))
    return max(holding.values_list("places", flat=True), default=0)
