"""The checks that need no portal: format, lint, types, templates, layers, migrations, translations."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

from cps_portal import translating

ROOT = Path(settings.BASE_DIR)
BIN = Path(sys.executable).parent
PRODUCT = ["cps_portal", "members", "kitbag", "servicing", "manage.py", "dev.py"]


def run(*command: str) -> None:
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, env=os.environ, check=False)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-3000:]


def test_format():
    run(str(BIN / "ruff"), "format", "--check", ".")


def test_lint():
    run(str(BIN / "ruff"), "check", ".")


def test_types():
    run(str(BIN / "mypy"), *PRODUCT)


def test_layers():
    run(str(BIN / "lint-imports"), "--no-cache")


def test_templates():
    templates = [str(path) for path in (ROOT / "templates").rglob("*.html")]
    assert templates
    run(str(BIN / "djade"), "--check", "--target-version", "5.2", *templates)


def test_templates_hold_no_style_or_script_of_their_own():
    for path in (ROOT / "templates").rglob("*.html"):
        text = path.read_text("utf-8")
        found = [mark for mark in (' style="', "onclick=", "<style", "|safe", "<script>") if mark in text]
        # Letters are read in mail programs, and the page of a copy on its own: they know no style sheet of ours.
        if "emails" not in path.parts and path.name != "export_head.html":
            assert not found, path


def test_no_missing_migrations():
    run(sys.executable, "manage.py", "makemigrations", "--check", "--dry-run")


@pytest.mark.parametrize("language", [code for code, _ in settings.LANGUAGES if code != settings.LANGUAGE_CODE])
def test_every_message_is_translated(language):
    assert translating.missing(language) == []
