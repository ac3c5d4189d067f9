"""The staff pages at a million members and five million items: at most 15 queries and 200 ms of the database a page.

Asked are every list, plain, with each value of each filter and with searches; a page of each kind to read, to write
and to look back; every autocomplete; the desk; every report of half a year; and the search box by each kind of number
and name, for which 100 ms is the most. As the superuser, who sees everything, as centre staff, whose rows are found
through their centre, and as the team of a small country, whose rows are found through their member.
A line for each page goes to stderr.
"""

import sys
import time
from collections.abc import Iterator
from functools import partial
from typing import NamedTuple

from allauth.mfa.models import Authenticator
from django.contrib import admin
from django.contrib.admin.widgets import AutocompleteMixin
from django.contrib.auth.models import Group
from django.test import RequestFactory
from django.urls import reverse
from django.utils.http import urlencode

from benchmarks.database_time import cost_of
from benchmarks.goal import Goal
from benchmarks.kits import Visitor
from benchmarks.pgbench import statements_of
from benchmarks.staff_filling import FIRST
from benchmarks.staff_world import StaffWorld
from cps_portal.pages.desk.reports import reports_for
from kitbag.models import FormerNumber, KitItem, ProposedEdit, StolenUnit
from members.models import Member, User
from members.rules.roles import Role
from servicing.models import Case, Centre, CentreClerk, WelcomePack

MOST_QUERIES = 15
MOST_MS = {"search": 100}
USUAL_MS = 200
ROUNDS = 3
KINDS = ("list", "filter", "find", "page", "history", "add", "choose", "desk", "report", "search")


class Asked(NamedTuple):
    """A page: its kind, what it is, its address."""

    kind: str
    name: str
    address: str


def run() -> list[Goal]:
    goals = []
    with StaffWorld().entered():
        for who, user in staff().items():
            visitor = visits(user)
            readings = []
            for page in pages(user):
                cost = cost_of(partial(visitor.get, page.address), ROUNDS)
                readings.append((page, cost))
                met = cost.queries <= MOST_QUERIES and cost.ms <= MOST_MS.get(page.kind, USUAL_MS)
                said = f"{cost.queries} queries, {cost.ms:.1f} ms (EXPLAIN ANALYZE {cost.explained:.1f})"
                print(f"{who} {page.kind} {page.name}: {said}{'' if met else '  MISSED'}", file=sys.stderr, flush=True)
            for kind in KINDS:
                of_kind = [cost for page, cost in readings if page.kind == kind]
                if of_kind:
                    most = max(cost.queries for cost in of_kind)
                    goals.append(Goal.at_most(f"{who} {kind}, queries", most, MOST_QUERIES, 1))
                    slowest = max(cost.ms for cost in of_kind)
                    limit = MOST_MS.get(kind, USUAL_MS)
                    goals.append(Goal.at_most(f"{who} {kind}, database ms of {len(of_kind)}", slowest, limit, 1))
    return goals


def queries_of_some(*who: str) -> dict[str, int]:
    """How many queries the pages take, with a choice of each filter and some searches: what a small world can tell."""
    found = {}
    for name in who:
        user = staff()[name]
        visitor = visits(user)
        for page in pages(user, some=True):
            found[f"{name} {page.kind} {page.name}"] = len(statements_of(partial(visitor.get, page.address)))
    return found


def staff() -> dict[str, User]:
    """The superuser, a clerk of the first centre, and an auditor who is held to a small country."""
    boss, _made = User.objects.get_or_create(
        email="superuser@bench.example.org", defaults={"name": "Sam", "is_staff": True, "is_superuser": True}
    )
    clerk = User.objects.get(pk=FIRST)
    clerk.groups.add(Group.objects.get(name=Role.CENTRE_STAFF))
    CentreClerk.objects.get_or_create(user=clerk, defaults={"centre": Centre.objects.get(code="UK")})
    held = {"name": "Mia", "is_staff": True, "countries": ["MT"]}
    team, _made = User.objects.get_or_create(email="malta@bench.example.org", defaults=held)
    team.groups.add(Group.objects.get(name=Role.AUDITOR))
    return {"country": team, "superuser": boss, "centre": clerk}


def visits(user: User) -> Visitor:
    """A session that an authenticator confirmed just now."""
    factor, _made = Authenticator.objects.get_or_create(
        user=user, type=Authenticator.Type.TOTP, defaults={"data": {"secret": "bench"}}
    )
    record = {"method": "mfa", "type": "totp", "id": factor.pk, "at": time.time()}
    return Visitor(
        user, {"account_authentication_methods": [record], "account_authentication_methods_user": str(user.pk)}
    )


def pages(user: User, *, some: bool = False) -> Iterator[Asked]:
    """Everything that is asked, of what this user may see; or `some` of it."""
    request = RequestFactory().get("/")
    request.user = user
    yield Asked("desk", "desk", reverse("admin:index"))
    for report in reports_for(request):
        yield Asked("report", report.slug, reverse("admin:report", args=[report.slug]))
    words = typed()
    for model, page in sorted(admin.site._registry.items(), key=lambda pair: pair[0]._meta.label):
        if not page.has_view_permission(request):
            continue
        label, base = model._meta.label, f"admin:{model._meta.app_label}_{model._meta.model_name}"
        here = reverse(f"{base}_changelist")
        yield Asked("list", label, here)
        shown = page.get_changelist_instance(request)
        for spec in shown.filter_specs:
            asked = [one for one in spec.choices(shown) if one["query_string"] not in ("", "?")]
            for choice in asked[:1] if some else asked:
                yield Asked("filter", f"{label} {choice['query_string']}", here + choice["query_string"])
        if page.search_fields:
            for what, text in list(words.items())[: 1 if some else None]:
                yield Asked("find", f"{label} by {what}", f"{here}?{urlencode({'q': text})}")
        row = shown.get_queryset(request).first() or page.get_queryset(request).first()
        if row is not None:
            yield Asked("page", label, reverse(f"{base}_change", args=[row.pk]))
            yield Asked("history", label, reverse(f"{base}_history", args=[row.pk]))
        yield from _forms(request, page, label, base)
    for what, text in words.items():
        yield Asked("search", what, f"{reverse('admin:search')}?{urlencode({'q': text})}")


def _forms(request, page, label: str, base: str) -> Iterator[Asked]:
    """The page to add a row, and what can be chosen on the pages to write one."""
    if page.has_add_permission(request):
        yield Asked("add", label, reverse(f"{base}_add"))
    if not (page.has_add_permission(request) or page.has_change_permission(request)):
        return
    for name, field in page.get_form(request, None).base_fields.items():
        widget = getattr(field.widget, "widget", field.widget)
        if isinstance(widget, AutocompleteMixin):
            asked = {"app_label": page.opts.app_label, "model_name": page.opts.model_name, "field_name": name}
            for term in ("", "eos", "zzqqx"):
                query = urlencode({**asked, "term": term})
                yield Asked("choose", f"{label}.{name} {term}", f"{reverse('admin:autocomplete')}?{query}")


def typed() -> dict[str, str]:
    """What is typed into a search: every kind of number, names of many, of few and of nobody."""
    member = Member.objects.select_related("user").order_by("-pk")[5]
    case = Case.objects.exclude(outbound_tracking="").order_by("-pk")[5]
    visited = Case.objects.filter(visitor__isnull=False).select_related("visitor").first()
    item = KitItem.objects.filter(state="validated").order_by("-added_at")[5]
    return {
        "member number": f"{member.number[:4]} {member.number[4:7]} {member.number[7:]}",
        "e-mail": member.user.email,
        "beginning of an e-mail": member.user.email.partition("@")[0] + "@b",
        "name": member.user.name,
        "first name": "anna",
        "surname": "muller",
        "two words": "becker lay",
        "name of nobody": "zzqqx wwyyv",
        "serial number": item.serial,
        "serial number in groups": f"{item.serial[:4]} {item.serial[4:8]}-{item.serial[8:]}",
        "former number": FormerNumber.objects.order_by("-pk")[0].serial,
        "stolen number": StolenUnit.objects.order_by("-pk")[0].serial,
        "proposed number": ProposedEdit.objects.order_by("-pk")[0].serial,
        "case number": case.number.lower().replace("-", " "),
        "tracking of a case": case.outbound_tracking,
        "tracking of a pack": WelcomePack.objects.exclude(tracking="").order_by("-pk")[0].tracking,
        "card of a visitor": visited.visitor.card_number if visited and visited.visitor else "US000001",
        "wildcards": "%_%",
    }
