"""Staff work behind a second factor, in shorter sessions (programme §10)."""

import time
from datetime import UTC, datetime, timedelta

from allauth.account.authentication import get_authentication_records
from allauth.mfa.models import Authenticator
from django.http import HttpRequest

STAFF_SESSION = timedelta(hours=8)
# Recovery codes let one in to replace a lost authenticator; they open no staff page.
STRONG = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


def is_staff(request: HttpRequest) -> bool:
    """Signed in, active and staff."""
    user = request.user
    return bool(user.is_authenticated and user.is_active and user.is_staff)


def shorten_for_staff(request: HttpRequest) -> None:
    """Let a staff session end after eight hours, however it was begun."""
    if is_staff(request):
        request.session.set_expiry(int(STAFF_SESSION.total_seconds()))


def confirmed_until(request: HttpRequest) -> datetime | None:
    """When the second factor that this session was confirmed with last holds no longer; None without one."""
    used = [
        record["at"]
        for record in get_authentication_records(request, request.user)
        if record["method"] == "mfa" and record.get("type") in STRONG
    ]
    return datetime.fromtimestamp(max(used), tz=UTC) + STAFF_SESSION if used else None


def passed_second_factor(request: HttpRequest) -> bool:
    """Whether this session was confirmed within a staff session's length by an authenticator that still is.

    An authenticator app's code or a passkey counts, at sign-in or on confirming later.
    """
    earliest = time.time() - STAFF_SESSION.total_seconds()
    used = [
        record.get("id")
        for record in get_authentication_records(request, request.user)
        if record["method"] == "mfa" and record.get("type") in STRONG and record["at"] >= earliest
    ]
    return bool(used) and Authenticator.objects.filter(pk__in=used, user=request.user.pk).exists()


def strong_factors(request: HttpRequest) -> set[str]:
    """The kinds of second factor that the user has set up: of `totp` and `webauthn`."""
    kinds = Authenticator.objects.filter(user=request.user.pk, type__in=STRONG)
    return set(kinds.values_list("type", flat=True).order_by("type"))
