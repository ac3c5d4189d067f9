"""docker-compose.yml against the compose specification, and its commands on real servers.

There is no Docker in the test: the schema is a copy from github.com/compose-spec/compose-spec (Apache
2.0), and the commands run here with the environment that the file gives them.
"""

import json
import os
import re
from pathlib import Path

import jsonschema
import pytest
import yaml

from cps_portal.dev.portal import healthy
from cps_portal.dev.processes import Family, Program, free_port
from cps_portal.dev.servers import start_servers

ROOT = Path(__file__).resolve().parents[2]
SETTINGS = (ROOT / "cps_portal" / "settings.py").read_text()
PORTAL = ("web", "worker", "beat", "migrate")


@pytest.fixture(scope="module")
def compose():
    return yaml.safe_load((ROOT / "docker-compose.yml").read_text())


def test_follows_the_specification(compose):
    schema = json.loads((ROOT / "tests" / "dev" / "compose-spec.json").read_text())
    jsonschema.Draft202012Validator(schema).validate(compose)


def test_every_reference_leads_somewhere(compose):
    services = compose["services"]
    for service in services.values():
        for other, how in service.get("depends_on", {}).items():
            assert how["condition"] != "service_healthy" or "healthcheck" in services[other]
        for volume in service.get("volumes", []):
            assert volume.split(":")[0] in compose["volumes"]
    assert all(services[name]["depends_on"] for name in PORTAL)
    assert {"web", "worker", "beat"} == {name for name in services if "migrate" in services[name].get("depends_on", {})}


def test_web_may_be_started_several_times(compose):
    web = compose["services"]["web"]
    assert "container_name" not in web
    assert re.fullmatch(r"127\.0\.0\.1:\$\{WEB_PORTS:-8000-8009\}:8000", web["ports"][0])


def test_all_parts_of_the_portal_have_the_same_settings(compose):
    first, *others = (compose["services"][name]["environment"] for name in PORTAL)
    assert all(other == first for other in others)
    unread = [name for name in first if f'"{name}"' not in SETTINGS]
    assert unread == []


def test_no_secret_has_a_default(compose):
    text = (ROOT / "docker-compose.yml").read_text()
    for name in ("SECRET_KEY", "POSTGRES_PASSWORD", "VALKEY_PASSWORD"):
        uses = re.findall(r"\$\{" + name + r"([^}]*)\}", text)
        assert uses
        assert all(use.startswith(":?") for use in uses)


def test_image_is_not_root_and_copies_only_what_is_there():
    lines = (ROOT / "Dockerfile").read_text().splitlines()
    assert "USER portal" in lines
    assert lines.index("USER portal") < next(at for at, line in enumerate(lines) if line.startswith("CMD"))
    allowed = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    copied = {line.split()[1] for line in lines if line.startswith("COPY")}
    assert copied == allowed
    assert all((ROOT / name).exists() for name in copied)
    assert any("--require-hashes" in line for line in lines)


def test_commands_come_up_with_their_environment(compose, tmp_path):
    port = free_port()
    with Family(tmp_path / "log") as family:
        servers = start_servers(family, tmp_path, durable=False)
        words = {
            "SECRET_KEY": "a-long-random-word",
            "POSTGRES_PASSWORD": "p",
            "VALKEY_PASSWORD": "v",
            "PORTAL_ORIGIN": "https://cps.example.org",
            "ALLOWED_HOSTS": "cps.example.org",
        }
        env = {name: fill_in(value, words) for name, value in compose["services"]["web"]["environment"].items()}
        assert re.fullmatch(r"postgres://portal:p@postgres:5432/portal", env["DATABASE_URL"])
        assert re.fullmatch(r"redis://:v@valkey:6379/0", env["REDIS_URL"])
        env |= {"DATABASE_URL": servers.database_url, "REDIS_URL": servers.redis_url}
        env |= {"MEDIA_DIR": str(tmp_path / "media")}
        env |= {name: os.environ[name] for name in ("PATH", "STATIC_ROOT")}

        migrate = family.start(Program("migrate", command(compose, "migrate", tmp_path, port), env))
        assert migrate.process.wait(240) == 0, family.tail("migrate")
        family.end("migrate")
        for name in ("web", "worker", "beat"):
            family.start(Program(name, command(compose, name, tmp_path, port), env))
        family.wait_until(lambda: healthy(port), of="web", seconds=60)
        family.wait_until(lambda: "portal" in family.tail("worker", 200), of="worker", seconds=30)
        assert family.children["beat"].process.poll() is None, family.tail("beat")


def command(compose, name, folder, port):
    """What the container would run, with this machine's paths: the Dockerfile's CMD unless it has its own."""
    image = re.search(r"^CMD (\[.*\])$", (ROOT / "Dockerfile").read_text(), flags=re.MULTILINE)
    words = compose["services"][name].get("command") or json.loads(image.group(1))
    here = {"0.0.0.0": "127.0.0.1", "8000": str(port), "/tmp/beat-schedule": str(folder / "beat-schedule")}
    return [here.get(word, word) for word in words]


def fill_in(value, words):
    """Compose's own interpolation, as far as the file uses it: ${NAME:-default} and ${NAME:?message}."""
    return re.sub(
        r"\$\{(\w+):([-?])([^}]*)\}",
        lambda found: words.get(found[1]) or (found[3] if found[2] == "-" else pytest.fail(found[3])),
        str(value),
    )
