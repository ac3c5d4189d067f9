"""Every part in its states, for staff and for development."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.template.response import TemplateResponse
from django.views.decorators.http import require_safe

from cps_portal.drawing.icons import PATHS
from kitbag.models import FamilyName
from members.models import Level
from members.rules.levels import Thresholds

# One consistent member, the one of the design: every line of the statement adds up.
THRESHOLDS = Thresholds(500, 1000, 1600)
TODAY = date(2026, 11, 23)
PAST = [
    (date(2025, 12, 1), 763),
    (date(2026, 1, 12), 938),
    (date(2026, 2, 9), 1018),
    (date(2026, 4, 1), 983),
    (date(2026, 5, 4), 1303),
    (date(2026, 6, 18), 1343),
    (date(2026, 9, 3), 1298),
    (date(2026, 10, 1), 1268),
    (date(2026, 11, 12), 1503),
]
AHEAD = [
    (date(2027, 3, 1), 1188),
    (date(2027, 7, 1), 1093),
    (date(2027, 9, 1), 1023),
    (date(2027, 9, 14), 988),
]
SWATCHES = (
    "sweep-0",
    "sweep-2",
    "lcd",
    "raise",
    "line",
    "line-2",
    "ink-3",
    "ink-2",
    "ink",
    "blue",
    "ok",
    "red",
)


class Sample(forms.Form):
    """Fields of every kind, some of them wrong."""

    email = forms.EmailField(label="E-mail", help_text="We send a code to it.")
    code = forms.CharField(label="Code")
    country = forms.ChoiceField(label="Country", choices=[("", "Choose a country"), ("GB", "GB")])
    bought = forms.DateField(label="Date of purchase", required=False, widget=forms.DateInput(attrs={"type": "date"}))
    reason = forms.ChoiceField(label="Reason", choices=[("sold", "Sold"), ("lost", "Lost")], widget=forms.RadioSelect)
    note = forms.CharField(label="Note", required=False, widget=forms.Textarea(attrs={"rows": 3}))
    proof = forms.FileField(label="Proof of purchase", required=False)
    adult = forms.BooleanField(label="I am 18 or older")


@require_safe
def styleguide(request: HttpRequest) -> HttpResponseBase:
    """For staff; in development (an insecure origin) for anyone."""
    if not settings.INSECURE_ORIGIN:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        if not request.user.is_staff:
            raise PermissionDenied
    return TemplateResponse(request, "pages/styleguide.html", parts())


def parts() -> dict[str, Any]:
    """What the page shows."""
    return {
        "levels": [level.value for level in Level],
        "since": date(2026, 5, 4),
        "families": [(family.value, family.label) for family in FamilyName],
        "icons": [name for name in PATHS if name not in FamilyName.values],
        "swatches": SWATCHES,
        "thresholds": THRESHOLDS,
        "scales": [
            {"total": 0, "waiting": 0, "level": Level.RED.value, "words": "Empty kitbag"},
            {"total": 1503, "waiting": 212, "level": Level.GOLD.value, "words": "Counted and waiting"},
            {"total": 988, "waiting": 0, "level": Level.GOLD.value, "words": "Held above its points"},
            {"total": 12480, "waiting": 60, "level": Level.PLATINUM.value, "words": "A very full kitbag"},
        ],
        "today": TODAY,
        "past": PAST,
        "ahead": AHEAD,
        "first": date(2025, 12, 1),
        "last": date(2027, 12, 1),
        "notes": [
            {"day": date(2026, 5, 4), "total": 1303, "text": "Gold, 4 May", "side": "before"},
            {"day": date(2027, 3, 1), "total": 1188, "text": "1 Mar, EOS C300 Mark II"},
            {
                "day": date(2027, 12, 1),
                "total": 988,
                "text": "14 Sep, 988: Silver",
                "side": "below",
                "strong": True,
            },
        ],
        "lines_ahead": [_line(AHEAD[-1], "Speedlite EL-1", "No longer serviced", 50, 15, 1, "down")],
        "lines": [
            _line(PAST[-1], "RF 70-200mm F2.8L IS USM Z", "Registered and validated", 0, 235, 2),
            _line(PAST[4], "EOS R5 Mark II", "Registered and validated", 0, 320, 2, "up"),
        ],
        "figures": [
            {"label": "Counts today", "value": "1,503", "unit": "points"},
            {"label": "Waiting, not counted", "value": "212", "unit": "points", "state": "waiting"},
            {"label": "Fast Track target", "value": "3", "unit": "working days"},
            {"label": "Needs you", "value": "2", "unit": "items", "state": "needs-you"},
        ],
        "segments": [
            {"label": "All", "count": 12, "href": "#", "current": True},
            *({"label": name.label, "count": 2, "href": "#", "icon": name.value} for name in FamilyName),
        ],
        "items": _items(),
        "crumbs": [{"href": "#", "label": "Kitbag"}, {"label": "EOS R5 Mark II"}],
        "form": Sample({"email": "layla", "code": "7Q2"}),
    }


def _line(
    point: tuple[date, int], product: str, reason: Any, before: int, after: int, level: int, moved: str = ""
) -> dict[str, Any]:
    return {
        "day": point[0],
        "product": product,
        "reason": reason,
        "before": before,
        "after": after,
        "change": after - before,
        "total": point[1],
        "level": level,
        "moved": moved,
    }


def _items() -> list[dict[str, Any]]:
    common = {"href": "#", "serial": "0420 2600 3371", "bought": TODAY - timedelta(days=209), "stage": "current"}
    return [
        common
        | {"family": "cinema", "name": "EOS C300 Mark II", "bought_where": "CVP, GB", "state": "counts"}
        | {"state_words": "Counts", "fast_track": "No: not on the list", "fast_track_href": "#"}
        | {"stage": "superseded", "points": 475, "was": 795},
        common
        | {"family": "body", "name": "EOS R5 Mark II", "bought_where": "WEX, GB", "state": "servicing"}
        | {"state_words": "Counts. In servicing, slot 1", "fast_track": "Yes, 3 days", "points": 320},
        common
        | {"family": "lens", "name": "RF 100-500mm F4.5-7.1L IS USM", "bought": None, "state": "needs-you"}
        | {"state_words": "Date and store missing", "state_href": "#", "points": 200, "waiting": True}
        | {"fast_track": "No: details missing", "action": "Complete details", "action_href": "#"},
        common
        | {"family": "accessory", "name": "Battery Grip BG-R20", "bought_where": "WEX, GB", "state": "checking"}
        | {"state_words": "We are checking it", "points": 12, "waiting": True, "fast_track": "No"},
        common
        | {"family": "flash", "name": "Speedlite 600EX-RT", "bought_where": "Jacobs, GB", "state": "counts"}
        | {"state_words": "Counts", "fast_track": "No", "stage": "unserviceable", "points": 9, "was": 45},
    ]
