"""A change of the e-mail address that its old address can undo for some days (programme §1).

Our readings. Whoever reads the old mailbox may undo, without signing in: an account that was taken over is theirs
again. So everything of the last days falls with the change: sessions, the password, codes that are on their way, and
ways of signing in that were added since the day before it; older ones stay. Later changes fall with it too, and a
member's own change back to the old address gives the address in between no link.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.signing import BadSignature, Signer
from django.db import IntegrityError, transaction
from django.urls import reverse

from members.models import EmailChange, User

SALT = "cps_portal.email_undo"
ADDED_WITH_IT = timedelta(days=1)


class UndoError(Exception):
    """A change that cannot be undone; `code`: "gone" (erased, or the account closed), "used", "expired", "taken"."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@transaction.atomic
def record(user_id: int, *, old: str, new: str, at: datetime) -> EmailChange | None:
    """Write down a change that was made; None where it only goes back to an address that could have undone one."""
    User.objects.select_for_update(no_key=True).get(pk=user_id)
    old, new = old.lower(), new.lower()
    if old == new:
        return None
    open_ones = EmailChange.objects.filter(user=user_id, undone_at=None, undo_until__gt=at)
    back = open_ones.filter(old=new).order_by("changed_at").first()
    if back is not None:
        open_ones.filter(changed_at__gte=back.changed_at).update(undone_at=at)
        return None
    until = at + timedelta(days=settings.EMAIL_UNDO_DAYS)
    return EmailChange.objects.create(user_id=user_id, old=old, new=new, changed_at=at, undo_until=until)


def undo_address(change: EmailChange) -> str:
    """The link for the mail to the old address."""
    signed = Signer(salt=SALT).sign(str(change.pk))
    return settings.PORTAL_ORIGIN + reverse("account-email-undo", args=[signed])


def read(signed: str) -> int | None:
    """The key of the change that a link is about; None where we did not sign it."""
    try:
        return int(Signer(salt=SALT).unsign(signed))
    except BadSignature:
        return None


def find(change_id: int, *, at: datetime) -> EmailChange:
    """A change that can be undone now. Raises UndoError."""
    change = EmailChange.objects.select_related("user").filter(pk=change_id, user__is_active=True).first()
    if change is None:
        raise UndoError("gone")
    if change.undone_at is not None:
        raise UndoError("used")
    if change.undo_until <= at:
        raise UndoError("expired")
    theirs = User.objects.filter(email=change.old).exclude(pk=change.user_id)
    proved = EmailAddress.objects.filter(email=change.old, verified=True).exclude(user=change.user_id)
    if theirs.exists() or proved.exists():
        raise UndoError("taken")
    return change


def undo(change_id: int, *, at: datetime) -> User:
    """Give the account back to its old address: proved, without sessions and without a password. Raises UndoError."""
    try:
        return _undo(change_id, at=at)
    except IntegrityError as error:
        # Somebody proved the address for an account of theirs in this very moment.
        raise UndoError("taken") from error


@transaction.atomic
def _undo(change_id: int, *, at: datetime) -> User:
    user = User.objects.select_for_update(no_key=True).filter(email_changes=change_id).first()
    if user is None:
        raise UndoError("gone")
    change = find(change_id, at=at)
    EmailChange.objects.filter(user=user, undone_at=None, changed_at__gte=change.changed_at).update(undone_at=at)
    EmailAddress.objects.filter(user=user).delete()
    EmailAddress.objects.create(user=user, email=change.old, verified=True, primary=True)
    user.email = change.old
    user.set_unusable_password()
    user.save(update_fields=["email", "password"])
    Authenticator.objects.filter(user=user, created_at__gte=change.changed_at - ADDED_WITH_IT).delete()
    _end_sessions(user, at=at)
    return user


def _end_sessions(user: User, *, at: datetime) -> None:
    """Every session of a user, and those in which a code that was mailed to them is waited for."""
    keys = list(UserSession.objects.filter(user=user).values_list("session_key", flat=True))
    timeout = max(settings.ACCOUNT_LOGIN_BY_CODE_TIMEOUT, settings.ACCOUNT_PASSWORD_RESET_BY_CODE_TIMEOUT)
    # A visitor's session ends a fixed time after it was last written: this finds those written since a code could be.
    since = at + timedelta(seconds=settings.SESSION_COOKIE_AGE - timeout)
    for session in Session.objects.filter(expire_date__gte=since).iterator():
        if _waits_for(user, session.get_decoded()):
            keys.append(session.session_key)
    Session.objects.filter(session_key__in=keys).delete()
    UserSession.objects.filter(user=user).delete()


def _waits_for(user: User, data: Mapping[str, Any]) -> bool:
    """Whether a session's data, at any depth, are about a user whom allauth has not signed in yet."""
    return any(
        (name in ("user_id", "user_pk") and str(value) == str(user.pk))
        or (isinstance(value, Mapping) and _waits_for(user, value))
        for name, value in data.items()
    )
