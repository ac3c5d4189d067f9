"""What every page is given: where one can go, who is looking, and the theme they chose."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

THEME_COOKIE = "theme"
THEMES = ("light", "dark")


@dataclass(frozen=True, slots=True)
class Place:
    """A place that a page can lead to, named by its URL; `also` are other names of the same part."""

    name: str
    label: str | Promise
    short: str | Promise = ""
    icon: str = ""
    also: tuple[str, ...] = ()
    anchor: str = ""

    def holds(self, url_name: str) -> bool:
        return any(url_name == name or url_name.startswith(f"{name}-") for name in (self.name, *self.also))


MEMBER = (
    Place("dashboard", _("Dashboard"), _("Home"), "home"),
    Place("kitbag", _("Kitbag"), _("Kitbag"), "kitbag"),
    Place("points", _("Points"), _("Points"), "points"),
    Place("servicing", _("Servicing"), _("Servicing"), "wrench", ("case",)),
    Place("offers", _("Offers"), _("Offers"), "tag", ("offer", "pack", "card", "benefits")),
    Place("events", _("Events"), _("Events"), "event", ("event",)),
    Place("help", _("Help"), _("Help"), "help", ("contact", "thread", "threads")),
)
ON_THE_BAR = 5
PUBLIC = (
    Place("home", _("Levels"), anchor="#levels"),
    Place("products", _("Kit values"), also=("product",)),
    Place("countries", _("Countries")),
    Place("centres", _("Find a centre"), also=("centre",)),
    Place("events", _("Events")),
    Place("help", _("Help"), also=("contact", "thread")),
)
STAFF = (Place("admin:index", _("Staff desk")),)
ACCOUNT = (
    Place("account", _("Account")),
    Place("messages", _("Messages"), also=("message",)),
    Place("products", _("Kit values")),
    Place("centres", _("Find a centre"), also=("centre",)),
)
FOOT = (
    Place("privacy", _("Privacy")),
    Place("terms", _("Terms")),
    Place("countries", _("Countries")),
    Place("accessibility", _("Accessibility")),
    Place("contact", _("Contact")),
)
# Under `dev.py run` all mail goes to a page of the portal.
FOOT_HERE = (*FOOT, Place("mailbox", _("Mailbox"))) if settings.MAIL_DIR else FOOT


@cache
def _exists(name: str) -> bool:
    try:
        reverse(name)
    except NoReverseMatch:
        return False
    return True


def _entries(places: Iterable[Place], url_name: str) -> list[dict[str, Any]]:
    return [
        {
            "href": reverse(place.name) + place.anchor,
            "label": place.label,
            "short": place.short,
            "icon": place.icon,
            "current": not place.anchor and place.holds(url_name),
        }
        for place in places
        if _exists(place.name)
    ]


def portal(request: HttpRequest) -> dict[str, Any]:
    """Places, viewer and theme. Costs no query beyond the signed-in user of the session."""
    match = request.resolver_match
    url_name = (match.view_name if match else "") or ""
    theme = request.COOKIES.get(THEME_COOKIE, "")
    given: dict[str, Any] = {
        "theme": theme if theme in THEMES else "",
        "contact_address": settings.CONTACT_ADDRESS,
        "mailbox_href": reverse("mailbox") if settings.MAIL_DIR else "",
        "foot": _entries(FOOT_HERE, url_name),
        "search_href": reverse("products") if _exists("products") else "",
    }
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return given | {"nav": _entries(PUBLIC, url_name)}
    if running := getattr(request, "acting", None):
        nav = _entries(MEMBER, url_name)
        member = running.member
        return given | {
            "acting": {"name": member.user.name, "number": member.spaced_number, "until": running.ends_at},
            "nav": nav,
            "bar": nav[:ON_THE_BAR],
            "viewer": {"name": user.get_full_name() or user.email},
            "account_links": _entries(STAFF, url_name),
        }
    if getattr(user, "suspension_id", None):
        return given | {"nav": [], "viewer": {"name": user.get_full_name() or user.email}, "account_links": []}
    if user.is_staff:
        return given | {
            "nav": _entries(STAFF, url_name),
            "viewer": {"name": user.get_full_name() or user.email},
            "account_links": _entries(ACCOUNT, url_name),
        }
    nav = _entries(MEMBER, url_name)
    ends_at = getattr(user, "closing_ends_at", None)
    return given | {
        "closing": ends_at
        and {
            "day": ends_at.astimezone(ZoneInfo(user.member.time_zone)).date(),
            "is_over": ends_at <= timezone.now(),
        },
        "nav": nav,
        "bar": nav[:ON_THE_BAR],
        "viewer": {"name": user.get_full_name() or user.email},
        "account_links": _entries(ACCOUNT, url_name),
    }
