"""The portal's own processes on given servers: web, worker and beat, with production settings."""

import errno
import http.client
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

from cps_portal.dev.processes import ROOT, Family, FamilyBroken, Program, die_with_parent
from cps_portal.dev.servers import Servers, secret

WEB_WORKERS = 2
TASK_WORKERS = 2


def environment(servers: Servers, home: Path, *, port: int) -> dict[str, str]:
    """The settings of a portal that keeps its mail, files and keys in a folder of its own.

    Collected static files follow from the code alone and are shared.
    """
    return {
        "PATH": f"{Path(sys.executable).parent}:{os.environ.get('PATH', '')}",
        "DATABASE_URL": servers.database_url,
        "REDIS_URL": servers.redis_url,
        "SECRET_KEY": secret(home / "secret_key"),
        "ALLOWED_HOSTS": "localhost,127.0.0.1",
        "PORTAL_ORIGIN": f"http://localhost:{port}",
        "PORTAL_INSECURE_ORIGIN": "1",
        "MAIL_DIR": str(home / "mail"),
        "MEDIA_DIR": str(home / "media"),
        "STATIC_ROOT": str(ROOT / ".local" / "static"),
    }


def run_manage(*arguments: str, env: dict[str, str], stdout: int | None = None) -> str:
    """Run manage.py to its end; FamilyBroken when it fails. Answers what it wrote to a PIPE."""
    done = subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env={**os.environ, **env},
        stdout=stdout,
        text=True,
        check=False,
        start_new_session=True,  # Ctrl-C is ours to answer, once
        preexec_fn=die_with_parent(signal.SIGTERM),
    )
    if done.returncode:
        raise FamilyBroken(f"manage.py {' '.join(arguments)} failed (exit code {done.returncode}); see above.")
    return done.stdout or ""


def start_portal(family: Family, *, env: dict[str, str], port: int, home: Path) -> None:
    """Start web, worker and beat in a family; return when the web answers on /health/."""
    start_web(family, env=env, port=port)
    everything = {**os.environ, **env, "PYTHONUNBUFFERED": "1"}
    celery = [sys.executable, "-m", "celery", "--app", "cps_portal"]
    family.start(
        Program(
            "worker",
            [*celery, "worker", "--concurrency", str(TASK_WORKERS), "--without-gossip", "--without-mingle"],
            everything,
        )
    )
    family.start(Program("beat", [*celery, "beat", "--schedule", home / "beat-schedule", "--pidfile="], everything))
    wait_for_web(family, port)


def start_web(family: Family, *, env: dict[str, str], port: int) -> None:
    """Start the web alone; it does not answer yet."""
    family.start(
        Program(
            "web",
            [
                *(sys.executable, "-m", "granian", "--interface", "wsgi", "--no-ws"),
                *("--host", "127.0.0.1", "--port", str(port)),
                *("--workers", str(WEB_WORKERS), "--blocking-threads", "1", "--respawn-failed-workers"),
                "cps_portal.wsgi:application",
            ],
            {**os.environ, **env, "PYTHONUNBUFFERED": "1"},
        )
    )


def wait_for_web(family: Family, port: int) -> None:
    """Return when the web answers on /health/; FamilyBroken when it does not within a minute."""
    family.wait_until(lambda: healthy(port), of="web", seconds=60)


def healthy(port: int) -> bool:
    """Whether the web answers 200 on /health/."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/health/", headers={"Host": f"localhost:{port}"})
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


def port_is_free(port: int) -> bool:
    """Whether nobody listens where a browser would look for localhost, in IPv4 or IPv6."""
    for family, kind, _, _, address in socket.getaddrinfo("localhost", port, type=socket.SOCK_STREAM):
        with socket.socket(family, kind) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(address)
            except PermissionError:
                return False
            except OSError as error:
                if error.errno == errno.EADDRINUSE:
                    return False
    return True
