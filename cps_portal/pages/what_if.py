"""The what-if bag: what a kit would count for, what its level gives, and what is announced (programme §1, §4).

Its state lives in the address, so that it needs no account, no cookie and no script, and can be sent to
somebody. Nothing is stored until one joins, or a member takes it over as drafts.
"""

import uuid
from dataclasses import asdict
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe
from django_countries import countries

from cps_portal.pages import needs, outlook
from cps_portal.pages.benefits import benefit_lines, cap_words, target_of, track_words
from cps_portal.pages.joining_form import sort_key
from cps_portal.pages.keys import read_key
from cps_portal.pages.kitbag import choosing
from cps_portal.pages.kitbag.adding import wants_found
from cps_portal.pages.trial import Trial, next_gap, try_on
from kitbag import registration, search, standing
from kitbag.models import Stage
from kitbag.rules import bag as bags
from kitbag.rules.bag import Bag
from members.access import MemberRequest, member_here, member_required
from members.models import CountryTerms, Level
from members.rules.days import programme_day
from servicing.home_terms import HomeTerms, home_terms

REACHING_MOST = 5


class Address:
    """Addresses of the page that keep what was chosen: the country of a visitor, a member's waiting items."""

    def __init__(self, *, country: str = "", waiting: bool = False) -> None:
        self.kept = {"country": country, "waiting": "1" if waiting else ""}

    def __call__(self, bag: Bag, anchor: str = "", **changed: str) -> str:
        return reverse("what-if") + bags.query(bag, **(self.kept | changed)) + anchor


@require_safe
def what_if(request: HttpRequest) -> TemplateResponse:
    """The page, or for a keystroke in its search box only what was found."""
    day = programme_day(timezone.now())
    bag = bags.read(request.GET.getlist(bags.NAME))
    member = member_here(request)
    offered = {} if member else _countries(day)
    country = str(member.country) if member else request.GET.get("country", "").upper()
    with_waiting = bool(member) and request.GET.get("waiting") == "1"
    address = Address(country=country if country in offered else "", waiting=with_waiting)
    query = choosing.asked(request.GET.get("q", ""))
    found = [
        asdict(hit) | {"href": "" if bag.is_full else address(bag.more(hit.sku))}
        for hit in (search.suggest(query, day=day, limit=choosing.FOUND_LIMIT) if query else ())
    ]
    if wants_found(request):
        return TemplateResponse(request, "pages/_home_found.html", {"query": query, "found": found})

    waiting = needs.waiting_of(member.pk, day=day) if member else []
    trial = try_on(bag, day=day, member_id=member.pk if member else None, waiting=waiting if with_waiting else ())
    home = home_terms(country, day=day) if member or country in offered else None
    levels = sorted({trial.stands.level} | ({trial.before.level} if trial.before else set()))
    return TemplateResponse(
        request,
        "pages/what_if.html",
        {
            "day": day,
            "query": query,
            "found": found,
            "entries": trial.bag.entries,
            "things": trial.bag.things,
            "most": bags.MOST,
            "is_full": trial.bag.is_full,
            "is_cut": bag.is_cut,
            "unknown": trial.unknown,
            "rows": _rows(trial, address, home),
            "total": trial.stands.points,
            "counted": trial.before.points if trial.before else trial.stands.points,
            "uncounted": trial.these + trial.waiting_points if trial.before else 0,
            "level": int(trial.stands.level),
            "needle_level": int(trial.before.level if trial.before else trial.stands.level),
            "thresholds": trial.view.thresholds,
            "safe": outlook.safe_words(trial.view) if trial.stands.points else "",
            "because": _because(trial),
            "figures": _figures(trial, home),
            "ahead": trial.ahead,
            "levels": [int(level) for level in levels],
            "benefits": benefit_lines(levels, home),
            "cap": cap_words(trial.stands.level, home),
            "country": country if home else "",
            "country_name": str(countries.name(country)) if home else "",
            "countries": sorted(offered.items(), key=lambda pair: sort_key(pair[1])),
            "next": _next(trial, address, day) if not query else None,
            "is_member": bool(member),
            "waiting": {
                "points": needs.points_in(waiting),
                "count": len(waiting),
                "is_in": with_waiting,
                "href": address(trial.bag, waiting="" if with_waiting else "1"),
            },
            "empty_href": address(Bag({})),
            "share_href": request.build_absolute_uri(address(trial.bag)),
            "drafts_href": reverse("what-if-drafts") + bags.query(trial.bag),
            "key": uuid.uuid4(),
            "join_href": reverse("account_signup") + bags.query(trial.bag),
            "login_href": f"{reverse('account_login')}?{urlencode({'next': address(trial.bag)})}",
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def what_if_drafts(request: MemberRequest) -> HttpResponse:
    """Take the bag of the address over as drafts; the form's key makes a second click change nothing.

    Who comes back here from signing in is led to the bag, to ask for it again.
    """
    bag = bags.read(request.GET.getlist(bags.NAME))
    key = read_key(request.POST.get("key", ""))
    if request.method != "POST" or key is None or not bag.things:
        return HttpResponseRedirect(Address()(bag))
    made = standing.at_the_clock(
        registration.add_drafts, member_id=request.member.pk, counts=bag.counts, key=key, by=request.user
    )
    if made:
        words = ngettext(
            "%(count)s draft is in your kitbag. Its points count once its details are there.",
            "%(count)s drafts are in your kitbag. Their points count once their details are there.",
            len(made),
        )
        messages.success(request, words % {"count": len(made)})
    return HttpResponseRedirect(reverse("kitbag"))


def _countries(day: date) -> dict[str, str]:
    codes = CountryTerms.objects.on(day).values_list("country", flat=True)
    return {str(code): str(countries.name(code)) for code in codes}


def _rows(trial: Trial, address: Address, home: HomeTerms | None) -> list[dict[str, Any]]:
    return [
        {
            "sku": product.sku,
            "name": product.name,
            "family": product.family,
            "stage": product.stage,
            "count": product.count,
            "points": product.points * product.count,
            "each": product.points if product.count > 1 else None,
            "was": product.points_full if product.points < product.points_full else None,
            "track": track_words(
                listed=product.fast_track,
                video=product.video,
                serviceable=product.stage != Stage.UNSERVICEABLE,
                level=trial.stands.level,
                home=home,
            ),
            "is_listed": product.fast_track,
            "more_href": "" if trial.bag.is_full else address(trial.bag.more(product.sku)),
            "fewer_href": address(trial.bag.fewer(product.sku)),
            "remove_href": address(trial.bag.without(product.sku)),
        }
        for product in trial.tried
    ]


def _because(trial: Trial) -> str:
    """The sentences after the first: what falls, and for a member what is so without the bag."""
    if not trial.stands.points:
        return ""
    parts = [outlook.reason_words(trial.view), outlook.bring_words(trial.view)]
    if not trial.view.loss:
        parts.append(outlook.next_words(trial.view))
    alone = outlook.safe_words(trial.now) if trial.now and trial.now.loss else ""
    if alone and alone != outlook.safe_words(trial.view):
        parts.append(_("Without these: %(sentence)s") % {"sentence": alone})
    return " ".join(part for part in parts if part)


def _figures(trial: Trial, home: HomeTerms | None) -> list[dict[str, Any]]:
    """Four: what there is, what is tried, how far it is to the next level or what falls, and the target."""
    figures: list[dict[str, Any]] = []
    if trial.before:
        figures.append(_figure(_("Today"), trial.before.points, str(trial.before.level.label)))
        figures.append(_figure(_("These, not counted"), trial.these, state="waiting"))
    if trial.waiting_points:
        figures.append(_figure(_("Waiting, not counted"), trial.waiting_points, state="waiting"))
    gap = next_gap(trial)
    if gap and gap[1] > 0:
        figures.append(_figure(_("To %(level)s") % {"level": gap[0].label}, gap[1]))
    elif not trial.before:
        begins = trial.view.thresholds.platinum
        label = _("Above Platinum’s %(points)s") % {"points": f"{begins:,}"}
        figures.append(_figure(label, trial.stands.points - begins))
    figures.append(_figure(_("Announced falls"), -sum(row.get("change", 0) for row in trial.ahead)))
    if not trial.before:
        things = trial.bag.things
        figures.insert(0, _figure(_("In the bag"), things, ngettext("thing", "things", things)))
    return [*figures[:3], _target_figure(trial, home)]


def _figure(label: str, number: int, unit: str = "", *, state: str = "") -> dict[str, Any]:
    unit = unit or ngettext("point", "points", number)
    return {
        "label": label,
        "value": f"{number:,}" if number else _("None"),
        "unit": unit if number else "",
        "state": state,
    }


def _target_figure(trial: Trial, home: HomeTerms | None) -> dict[str, Any]:
    label = _("Fast Track target")
    days = target_of(home, trial.stands.level)
    if days:
        return {"label": label, "value": str(days), "unit": ngettext("working day", "working days", days)}
    if trial.stands.level >= Level.SILVER and home is None:
        return {"label": label, "value": _("By country"), "unit": ""}
    reason = _("until Silver") if trial.stands.level < Level.SILVER else _("in this country")
    return {"label": label, "value": _("None"), "unit": reason}


def _next(trial: Trial, address: Address, day: date) -> dict[str, Any] | None:
    """Single products that alone reach the level above."""
    gap = next_gap(trial)
    if gap is None or gap[1] <= 0 or trial.bag.is_full:
        return None
    level, points = gap
    return {
        "level": int(level),
        "points": points,
        "found": [
            asdict(hit) | {"href": address(trial.bag.more(hit.sku))}
            for hit in search.reaching(points, day=day, most=REACHING_MOST)
        ],
    }
