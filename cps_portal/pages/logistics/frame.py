"""What every page of logistics begins with: who may see it, who may act, and the parts beside it."""

from typing import Any, cast

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from members.models import User

SEE = "servicing.view_packbatch"
PICK, CHANGE, APPROVE = "servicing.add_packbatch", "servicing.change_welcomepack", "servicing.add_welcomepack"

# By the name of their page, with what opens them.
PARTS: tuple[tuple[str, str | Promise, str], ...] = (
    ("packs", _("What waits"), SEE),
    ("packs_sent", _("Mark as sent"), CHANGE),
    ("packs_lost", _("Lost cards"), APPROVE),
)


def allowed(request: HttpRequest, *permissions: str) -> User:
    """The user, who may see packs and holds the permissions. Raises PermissionDenied."""
    user = cast(User, request.user)
    if not user.has_perms((SEE, *permissions)):
        raise PermissionDenied
    return user


def page(request: HttpRequest, template: str, title: str | Promise, **context: Any) -> TemplateResponse:
    """A page of logistics with the parts that this user may go to."""
    user = cast(User, request.user)
    parts = [
        {"href": reverse(f"admin:{name}"), "label": label, "current": name == template}
        for name, label, permission in PARTS
        if user.has_perm(permission)
    ]
    return TemplateResponse(
        request, f"admin/logistics/{template}.html", {"title": title, "parts": parts, "is_packing": True, **context}
    )
