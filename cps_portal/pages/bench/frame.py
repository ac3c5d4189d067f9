"""What every page of the bench begins with: whose centre it is, who is looking, and the centre's clock.

Centre staff see their own centre; whoever may see every centre's cases names one by ?centre=UK.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from functools import wraps
from typing import Any, Concatenate, ParamSpec, cast
from zoneinfo import ZoneInfo

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from cps_portal.pages.servicing.times import local_day, moment_words, zone_words
from members.access import UserRequest
from members.country_teams import countries_seen, seen_by
from members.looking import Page, note_look
from members.models import User
from servicing.access import centre_seen_by
from servicing.models import Case, Centre

P = ParamSpec("P")
_CODE = re.compile("[A-Za-z]{2,6}")
SEE, ACT = "servicing.view_case", "servicing.change_case"
VISITORS, TASKS = "servicing.add_visitor", "servicing.change_centretask"

# The parts of the bench, by the name of their page.
PARTS: tuple[tuple[str, str | Promise, str], ...] = (
    ("bench", _("Board"), SEE),
    ("bench_receive", _("Receive"), ACT),
    ("bench_visitor", _("At the desk"), VISITORS),
    ("bench_loans", _("Loans"), "servicing.view_loan"),
    ("bench_report", _("Report"), SEE),
)


@dataclass(frozen=True, slots=True)
class Bench:
    """The centre a page is about, at the moment of the request. `chosen`: by the address, not by where one works."""

    centre: Centre
    at: datetime
    chosen: bool = False

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.centre.time_zone)

    @property
    def today(self) -> date:
        return self.day(self.at)

    def day(self, moment: datetime) -> date:
        """The centre's day of a moment."""
        return local_day(moment, self.centre.time_zone)

    def clock(self, moment: datetime | None) -> str:
        """A moment as the centre's clock shows it: Thu 26 Nov, 14:00; "" for none."""
        return moment_words(moment, zone=self.centre.time_zone, now=self.at) if moment else ""

    @property
    def whose_time(self) -> str:
        """London time."""
        return zone_words(self.centre.time_zone)

    def href(self, name: str, *args: object, **query: object) -> str:
        """The address of a page of this bench; `query` without what is empty."""
        asked = {"centre": self.centre.code} if self.chosen else {}
        asked |= {key: str(value) for key, value in query.items() if value not in (None, "")}
        address = reverse(f"admin:{name}", args=args)
        return f"{address}?{urlencode(asked)}" if asked else address


class BenchRequest(UserRequest):
    """A request of a member of staff at a bench."""

    bench: Bench


Guarded = Callable[Concatenate[HttpRequest, P], HttpResponse]


def at_the_bench(permission: str = SEE) -> Callable[[Callable[Concatenate[BenchRequest, P], HttpResponse]], Guarded[P]]:
    """For pages of one centre; the admin site has seen to sign-in and second factor before.

    Without the permission 403. Centre staff who work at no centre are told so; who may choose chooses first; an
    unknown centre is 404. The view finds the bench as `request.bench`.
    """

    def guard(view: Callable[Concatenate[BenchRequest, P], HttpResponse]) -> Guarded[P]:
        @wraps(view)
        def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            user = allowed(request, permission)
            held_to = centre_seen_by(user)
            if held_to is None and countries_seen(user) is not None:
                raise PermissionDenied
            code = request.GET.get("centre", "")
            if held_to is not None:
                centre = Centre.objects.filter(pk=held_to).first()
                if centre is None:
                    return TemplateResponse(request, "admin/bench/bench_nowhere.html", {"title": _("Bench")})
            elif not code:
                return _choose(request)
            else:
                centre = Centre.objects.filter(code=code.upper()).first() if _CODE.fullmatch(code) else None
                if centre is None:
                    raise Http404
            passed = cast(BenchRequest, request)
            passed.bench = Bench(centre, timezone.now(), chosen=held_to is None)
            return view(passed, *args, **kwargs)

        return guarded

    return guard


def own_case(request: HttpRequest, number: str, *, permission: str = SEE) -> tuple[BenchRequest, Case]:
    """The case of a number, of the user's own centre; any other number is 404. Raises PermissionDenied, Http404."""
    user = allowed(request, permission)
    held_to = centre_seen_by(user)
    rows: QuerySet[Case] = Case.objects.select_related("centre", "product", "member__user", "item__product", "visitor")
    rows = seen_by(rows, user) if held_to is None else rows.filter(centre=held_to)
    case = rows.filter(number=number).first() if "\x00" not in number else None
    if case is None:
        raise Http404
    passed = cast(BenchRequest, request)
    passed.bench = Bench(case.centre, timezone.now(), chosen=held_to is None)
    note_look(case.member_id, page=Page.CASE, by=user, at=passed.bench.at)
    return passed, case


def allowed(request: HttpRequest, permission: str) -> User:
    """The user, who holds the permission and may see cases at all. Raises PermissionDenied."""
    user = cast(User, request.user)
    if not user.has_perms((SEE, permission)):
        raise PermissionDenied
    return user


def _choose(request: HttpRequest) -> HttpResponse:
    """The centres to choose from, for who is held to none."""
    rows = [
        {"name": name, "code": code, "town": town, "href": f"{request.path}?{_with(request, code)}"}
        for name, code, town in Centre.objects.values_list("name", "code", "town")
    ]
    return TemplateResponse(request, "admin/bench/bench_choose.html", {"title": _("Bench"), "rows": rows})


def _with(request: HttpRequest, code: str) -> str:
    asked = request.GET.copy()
    asked["centre"] = code
    return asked.urlencode()


def page(request: BenchRequest, template: str, title: str | Promise, part: str, **context: Any) -> TemplateResponse:
    """A page of the bench: its centre and clock, and the parts that this user may go to."""
    bench = request.bench
    return TemplateResponse(
        request,
        f"admin/bench/{template}.html",
        {
            "title": title,
            "centre": bench.centre.name,
            "is_demo": bench.centre.is_demo,
            "whose_time": bench.whose_time,
            "now": bench.clock(bench.at),
            "parts": [
                {"href": bench.href(name), "label": label, "current": name == part}
                for name, label, permission in PARTS
                if request.user.has_perm(permission)
            ],
            **context,
        },
    )
