"""Who is signed in: found with their membership in one query, what they may do in one, and seen without a write."""

from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime
from time import monotonic
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.auth_backends import AuthenticationBackend
from allauth.usersessions.models import UserSession
from django.contrib.auth.models import Permission
from django.db.models import OuterRef, Subquery
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from members.models import Closing, MemberSuspension, User

# How long a session that goes on in the same place is not written again, and how many are remembered.
SEEN_EVERY = 300.0
REMEMBERED = 20_000


# Every page says so while an account is being closed.
_CLOSING = Subquery(
    Closing.objects.filter(member=OuterRef("member__pk"), undone_at=None, done_at=None).values("ends_at")[:1]
)


def _suspension(at: datetime) -> Subquery:
    """The suspension that shuts a member's pages at a moment (cps_portal/suspended.py)."""
    return Subquery(MemberSuspension.objects.running(at).filter(member=OuterRef("member__pk")).values("pk")[:1])


class PortalBackend(AuthenticationBackend):
    """allauth's ways to sign in; every page needs the member beside the user."""

    def get_user(self, user_id: Any) -> User | None:
        told = {"closing_ends_at": _CLOSING, "suspension_id": _suspension(timezone.now())}
        user = User.objects.select_related("member").annotate(**told).filter(pk=user_id).first()
        return user if user is not None and self.user_can_authenticate(user) else None

    def get_all_permissions(self, user_obj: Any, obj: Any = None) -> set[str]:
        """What a member of staff may do by role and by themselves, in one query where the stock one takes two."""
        if not user_obj.is_active or user_obj.is_anonymous or user_obj.is_superuser or obj is not None:
            return super().get_all_permissions(user_obj, obj)
        if not hasattr(user_obj, "_perm_cache"):
            names = ("content_type__app_label", "codename")
            by_role = Permission.objects.filter(group__user=user_obj).order_by().values_list(*names)
            own = Permission.objects.filter(user=user_obj).order_by().values_list(*names)
            user_obj._perm_cache = {f"{app}.{code}" for app, code in by_role.union(own)}
        known: set[str] = user_obj._perm_cache
        return known


class SeenMiddleware:
    """Keeps the list of sessions up to date: at once in a new place, else every few minutes.

    allauth's own middleware writes on every request, which costs more than most pages do.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self._seen: OrderedDict[tuple[str, str, str], float] = OrderedDict()

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated and request.session.session_key and self._is_due(request):
            UserSession.objects.create_from_request(request)
        return self.get_response(request)

    def _is_due(self, request: HttpRequest) -> bool:
        place = (
            request.session.session_key or "",
            str(get_adapter().get_client_ip(request)),
            request.META.get("HTTP_USER_AGENT", ""),
        )
        now = monotonic()
        if now - self._seen.get(place, -SEEN_EVERY) < SEEN_EVERY:
            return False
        self._seen[place] = now
        self._seen.move_to_end(place)
        if len(self._seen) > REMEMBERED:
            self._seen.popitem(last=False)
        return True
