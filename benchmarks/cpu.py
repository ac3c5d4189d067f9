"""CPU time of this process together with its Postgres backend, which is on the same machine."""

import os
import time
from pathlib import Path

from django.db import connection

_TICK = 1000 / os.sysconf("SC_CLK_TCK")


class Cpu:
    """CPU milliseconds since the start, ours and the backend's.

    A backend on another machine cannot be read: then only ours count, and `with_backend` says so.
    """

    def __init__(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            self._stat = Path(f"/proc/{cursor.fetchone()[0]}/stat")
        self.with_backend = self._stat.exists() and "postgres" in self._stat.read_text()
        self._begin = self._now()

    def _now(self) -> float:
        own = time.process_time() * 1000
        if not self.with_backend:
            return own
        after_name = self._stat.read_text().rpartition(")")[2].split()
        return own + (int(after_name[11]) + int(after_name[12])) * _TICK

    def spent(self) -> float:
        return self._now() - self._begin
