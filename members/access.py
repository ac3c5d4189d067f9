"""Who may pass a door: members to their own pages, staff to theirs."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, cast

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.template.response import TemplateResponse

from members.models import Member, User

P = ParamSpec("P")


class MemberRequest(HttpRequest):
    """A request that has passed `member_required`: its user is signed in and is a member."""

    user: User
    member: Member


class UserRequest(HttpRequest):
    """A request whose user is signed in."""

    user: User


def member_of(user: Any) -> Member | None:
    """The member beside a user; None for visitors and for staff without a membership."""
    if not user.is_authenticated:
        return None
    try:
        return cast(User, user).member
    except ObjectDoesNotExist:
        return None


def member_here(request: HttpRequest) -> Member | None:
    """Whose pages a request opens: the member that staff act for (cps_portal/acting.py), else the user's own."""
    acting = getattr(request, "acting", None)
    return member_of(request.user) if acting is None else cast(Member, acting.member)


def member_required(
    view: Callable[Concatenate[MemberRequest, P], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Visitors sign in first and come back; who is signed in without a membership is told so (403).

    The view finds the member as `request.member`; while staff act for a member it is theirs, and `request.user` is
    the member of staff.
    """

    @wraps(view)
    def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        member = member_here(request)
        if member is None:
            return TemplateResponse(request, "members/no_membership.html", status=403)
        passed = cast(MemberRequest, request)
        passed.member = member
        return view(passed, *args, **kwargs)

    return guarded


def staff_required(
    view: Callable[Concatenate[UserRequest, P], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Visitors sign in first; who is signed in and not staff is refused (403).

    For pages about staff work outside the admin. It does not ask for the second factor:
    `cps_portal.admin_site` does, for every page of the admin.
    """

    @wraps(view)
    def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        if not (request.user.is_active and request.user.is_staff):
            raise PermissionDenied
        return view(cast(UserRequest, request), *args, **kwargs)

    return guarded
