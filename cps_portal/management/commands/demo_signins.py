"""`manage.py demo_signins`: who can sign in to the demo, and how."""

from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from allauth.mfa.utils import decrypt
from django.conf import settings
from django.core.management.base import BaseCommand
from django.urls import reverse

from cps_portal.demo import people


class Command(BaseCommand):
    help = "Print the demo accounts; for staff the TOTP secret and the code valid now."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.MAIL_DIR:
            return
        line = self.stdout.write
        line(f"Demo accounts, all with the password {people.PASSWORD}")
        shown = [people.LAYLA, people.EMPTY, people.PRESS, people.ARABIC]
        for person in shown:
            line(f"  {person.email:32} {person.note}")
        for person in people.grid():
            line(f"  {person.email:32} {person.note}")
        for key, note in (("five", "5 items"), ("thirty", "30 items"), ("archive", "500 items")):
            line(f"  {key + '@example.org':32} {note}")
        line(f"Staff, at {settings.PORTAL_ORIGIN}{reverse('admin:index')}: TOTP secret, code valid now")
        authenticators = Authenticator.objects.filter(
            type=Authenticator.Type.TOTP, user__email__in=[clerk.email for clerk in people.CLERKS]
        ).select_related("user")
        secrets = {row.user.email: decrypt(row.data["secret"]) for row in authenticators}
        for clerk in people.CLERKS:
            secret = secrets.get(clerk.email)
            if secret:
                counter = next(iter(yield_hotp_counters_from_time()))
                code = format_hotp_value(hotp_value(secret, counter))
                role = clerk.role.value if clerk.role else "Superuser"
                line(f"  {clerk.email:32} {role:18} {secret}  {code}")
        line(f"Mail goes to {settings.PORTAL_ORIGIN}{reverse('mailbox')}")
