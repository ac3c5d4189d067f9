"""Production settings pass Django's own check without a warning."""

import os
import subprocess
import sys

from django.conf import settings


def test_check_deploy_is_clean():
    given = {
        name: value
        for name, value in os.environ.items()
        if name not in {"PORTAL_INSECURE_ORIGIN", "MAIL_DIR", "DJANGO_SETTINGS_MODULE", "DJANGO_ALLOW_ASYNC_UNSAFE"}
    }
    done = subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        cwd=settings.BASE_DIR,
        env=given
        | {
            "SECRET_KEY": "k3y-of-a-production-portal-0123456789-ABCDEFGHIJKLMNOPQRSTUVWXYZ",
            "ALLOWED_HOSTS": "cps.example.org",
            "PORTAL_ORIGIN": "https://cps.example.org",
            "EMAIL_URL": "smtp://mail.example.org:25",
        },
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "no issues (0 silenced)" in done.stdout + done.stderr
