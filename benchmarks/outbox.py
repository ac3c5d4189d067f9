"""T2: the outbox drained to a local mail server, against a bare drain to the same server in the same run."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from statistics import median
from time import perf_counter

from django.conf import settings
from django.db import connection
from django.test.utils import override_settings
from django.utils import timezone

from benchmarks.baselines import drain as bare
from benchmarks.goal import Goal
from members import delivery, wording
from members.models import Message, User

MAILS = 400
ROUNDS = 5
ITEM = "5b7c9e0a-0000-4000-8000-000000000001"
ADDRESS = "t2@bench.example.org"
FACTS = {
    "item_validated": {"item": ITEM, "product": "EOS R5 Mark II", "points": 320, "total": 1503, "level": 2},
    "item_needs_you": {"item": ITEM, "product": "EOS R5 Mark II", "reasons": ["serial_shape"], "note": "Please look."},
    "level_up": {
        "from": 1,
        "to": 2,
        "points": 1003,
        "causes": ["registered"],
        "products": [],
        "day": "2026-11-23",
    },
    "level_down": {
        "from": 2,
        "to": 1,
        "points": 988,
        "causes": ["value"],
        "products": ["EOS-1D X"],
        "day": "2026-11-23",
    },
}


def run() -> list[Goal]:
    """One goal: mails a second, medians of interleaved rounds."""
    Message.objects.filter(user__email=ADDRESS).delete()
    user = User.objects.filter(email=ADDRESS).first() or User.objects.create_user(ADDRESS, name="Layla Mansour")
    product, floor = [], []
    with (
        sink() as port,
        override_settings(
            EMAIL_BACKEND="django.core.mail.backends.smtp.EmailBackend", EMAIL_HOST="127.0.0.1", EMAIL_PORT=port
        ),
    ):
        for turn in range(ROUNDS + 1):
            rows = fill(user, turn, timezone.now())
            begin = perf_counter()
            sent = delivery.drain(clock=timezone.now, limit=MAILS).sent
            product_rate = sent / (perf_counter() - begin)
            fill_bare(rows)
            begin = perf_counter()
            bare_sent = bare.drain(database_url(), "127.0.0.1", port)
            floor_rate = bare_sent / (perf_counter() - begin)
            if (sent, bare_sent) != (MAILS, MAILS):
                raise SystemExit(f"T2: {sent} and {bare_sent} of {MAILS} mails were sent.")
            if turn:  # the first round warms both
                product.append(product_rate)
                floor.append(floor_rate)
    user.delete()
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS bare_outbox")
    return [Goal.at_least("T2", median(product), median(floor), 1 / 4)]


def fill(user: User, turn: int, at: datetime) -> list[Message]:
    """As many messages as a round sends, of every kind in turn."""
    kinds = list(FACTS)
    return Message.objects.bulk_create(
        Message(
            user=user,
            kind=kinds[number % len(kinds)],
            about="t2",
            occasion=f"{turn} {number}",
            facts=FACTS[kinds[number % len(kinds)]],
            created_at=at,
            due_at=at,
        )
        for number in range(MAILS)
    )


def fill_bare(messages: list[Message]) -> None:
    """The same mails ready-made for the floor."""
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS bare_outbox")
        cursor.execute(
            "CREATE TABLE bare_outbox (id serial PRIMARY KEY, address text, subject text, text text, html text,"
            " sent_at timestamptz)"
        )
        for message in messages:
            written = wording.write(message)
            cursor.execute(
                "INSERT INTO bare_outbox (address, subject, text, html) VALUES (%s, %s, %s, %s)",
                [ADDRESS, written.subject, written.text, written.html],
            )


def database_url() -> str:
    return "postgres://{USER}:{PASSWORD}@{HOST}:{PORT}/{NAME}".format(**settings.DATABASES["default"])


@contextmanager
def sink() -> Iterator[int]:
    """The port of a mail server that keeps nothing."""
    with subprocess.Popen([sys.executable, "-m", "benchmarks.sink"], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield int(process.stdout.readline())
        finally:
            process.terminate()
