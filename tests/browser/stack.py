"""The portal as it is run: web, worker and beat with production settings, on the servers of the test run."""

import os
import re
import subprocess
import time
from contextlib import closing, contextmanager
from dataclasses import dataclass
from email import message_from_bytes, policy
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg2
import pytest

from cps_portal.dev.portal import environment, run_manage, start_portal
from cps_portal.dev.processes import Family, free_port
from cps_portal.dev.servers import Servers

DATABASE = "portal_browser"
VALKEY_NUMBER = 1
BETWEEN_MAILS = b"\n" + b"-" * 79 + b"\n"
CODE = re.compile(r"^[A-Z]{4}-[A-Z]{4}$", re.MULTILINE)


@dataclass(frozen=True)
class Portal:
    """A running portal, its mail folder and its database."""

    env: dict[str, str]
    home: Path

    @property
    def origin(self):
        return self.env["PORTAL_ORIGIN"]

    def execute(self, statement, values=()):
        """Rows of a statement in the portal's own database."""
        with (
            closing(psycopg2.connect(self.env["DATABASE_URL"])) as connection,
            connection,
            connection.cursor() as cursor,
        ):
            cursor.execute(statement, values)
            return cursor.fetchall() if cursor.description else None

    def mails(self, address):
        """Mails to an address, oldest first."""
        found = []
        for path in sorted((self.home / "mail").glob("*.log"), key=lambda path: path.stat().st_mtime_ns):
            for part in path.read_bytes().split(BETWEEN_MAILS):
                mail = message_from_bytes(part, policy=policy.default)
                if mail["to"] == address and mail.get_body(("plain",)):
                    found.append(mail)
        return found

    def wait_for_mail(self, address, wanted, seconds=30):
        """The text of the newest mail that answers `wanted`, once the worker has sent it."""
        deadline = time.monotonic() + seconds
        while True:
            for mail in reversed(self.mails(address)):
                if wanted(mail):
                    return mail.get_body(("plain",)).get_content()
            if time.monotonic() > deadline:
                subjects = [mail["subject"] for mail in self.mails(address)]
                pytest.fail(f"no such mail to {address}; there are {subjects}")
            time.sleep(0.1)

    def code_from_mail(self, address, but=()):
        """The newest code mailed to an address, other than those known."""

        def fresh(mail):
            found = CODE.search(mail.get_body(("plain",)).get_content())
            return found and found.group() not in but

        return CODE.search(self.wait_for_mail(address, fresh)).group()

    def second_factor(self, address):
        """The code of a demo clerk that is valid now, as dev.py prints it."""
        printed = run_manage("demo_signins", env=self.env, stdout=subprocess.PIPE)
        return next(line.split()[-1] for line in printed.splitlines() if line.split()[:1] == [address])

    def stopped_by_policy(self):
        """What browsers reported under the content security policy."""
        log = (self.home / "log" / "web.log").read_text(errors="replace")
        return [line for line in log.splitlines() if "csp_report" in line]


def in_database(url, name):
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


@contextmanager
def standing_portal(home):
    """The demo's portal, prepared and started as `dev.py run` does it; its data and mail in a folder."""
    given = os.environ["DATABASE_URL"]
    with closing(psycopg2.connect(in_database(given, "postgres"))) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE])
            if cursor.fetchone() is None:
                cursor.execute(f"CREATE DATABASE {DATABASE}")
    ours = Servers(in_database(given, DATABASE), in_database(os.environ["REDIS_URL"], VALKEY_NUMBER))
    port = free_port()
    env = environment(ours, home, port=port)
    run_manage("prepare", "assets", "data", "demo", env=env)
    with Family(home / "log") as family:
        start_portal(family, env=env, port=port, home=home)
        yield Portal(env, home)
