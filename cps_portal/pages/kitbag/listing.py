"""The kitbag as a list: figures, filters, rows that become cards on a phone (design 02)."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_safe
from django_countries import countries

from cps_portal.pages.kitbag import words
from kitbag import listing, standing
from kitbag.listing import Choice, Counts, Row, Show, Sort
from kitbag.models import FamilyName, KitItem, Stage
from kitbag.rules import checks
from kitbag.rules.checks import Detail, Entry, Reason, members_turn
from members.access import MemberRequest, member_required
from members.models import Level, Threshold
from members.rules.days import programme_day
from servicing import eligibility
from servicing.rules.eligibility import Answer, Terms, Thing, answer

SHOWN: dict[Show, str | Promise] = {
    Show.NEEDS_YOU: gettext_lazy("Needs you"),
    Show.COUNTS: gettext_lazy("Counts"),
    Show.WAITING: gettext_lazy("Waiting"),
    Show.SERVICING: gettext_lazy("In servicing"),
}
SORTED: dict[Sort, str | Promise] = {
    Sort.POINTS: gettext_lazy("Points"),
    Sort.NAME: gettext_lazy("Name"),
    Sort.NEWEST: gettext_lazy("Newest first"),
}
SORTED_BY: dict[Sort, str | Promise] = {
    Sort.POINTS: gettext_lazy("Sorted by points"),
    Sort.NAME: gettext_lazy("Sorted by name"),
    Sort.NEWEST: gettext_lazy("Newest first"),
}
SORT_BY: dict[Sort, str | Promise] = {
    Sort.POINTS: gettext_lazy("By points"),
    Sort.NAME: gettext_lazy("By name"),
    Sort.NEWEST: gettext_lazy("By day added"),
}


@require_safe
@member_required
def kitbag(request: MemberRequest) -> HttpResponse:
    """Everything a member owns with what it counts for today, a page at a time."""
    day = programme_day(timezone.now())
    member = request.member
    choice = _choice(request)
    stands = standing.on(member.pk, day)
    terms = eligibility.terms_of(str(member.country), level=stands.level, day=day)
    counts = listing.counts_of(member.pk, day=day, choice=choice, fast_track=eligibility.qualifying(terms))
    page = listing.page_of(
        member.pk,
        day=day,
        choice=choice,
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
    )
    found = counts.found_by_show[choice.show]
    # A phone has one link for sorting, which goes round.
    other = list(Sort)[(list(Sort).index(choice.sort) + 1) % len(Sort)]
    reach = Threshold.objects.on(day).level_for(stands.points + counts.uncounted_points)
    return TemplateResponse(
        request,
        "kitbag/kitbag.html",
        {
            "day": day,
            "choice": choice,
            "items_total": counts.items,
            "figures": _figures(counts, stands.points),
            "segments": _segments(choice, counts),
            "families": [
                {"value": family.value, "label": family.label, "current": family == choice.family}
                for family in FamilyName
                if counts.by_family.get(family.value)
            ],
            "shows": _shows(choice, counts),
            "any_href": _address(choice, show=Show.ANY),
            "sorts": [
                {
                    "href": _address(choice, sort=sort),
                    "label": label,
                    "value": sort.value,
                    "current": sort == choice.sort,
                }
                for sort, label in SORTED.items()
            ],
            "sorted_by": SORTED_BY[choice.sort],
            "other_sort": {"href": _address(choice, sort=other.value), "words": SORT_BY[other]},
            "rows": [row_of(row, terms=terms) for row in page.rows],
            "found": found,
            "previous": _address(choice, before=page.before) if page.before else "",
            "next": _address(choice, after=page.after) if page.after else "",
            "points": stands.points,
            "waiting_points": counts.uncounted_points,
            "waiting_items": counts.uncounted,
            "with_waiting": stands.points + counts.uncounted_points,
            "level_with_waiting": Level(max(reach, stands.level)).label,
            "stages": [
                {"stage": Stage.CURRENT.value, "words": _("current: full value")},
                {"stage": Stage.SUPERSEDED.value, "words": _("superseded: reduced")},
                {"stage": Stage.UNSERVICEABLE.value, "words": _("no longer serviced: the floor, never below 1")},
            ],
        },
    )


def _choice(request: MemberRequest) -> Choice:
    """What the address asks for; anything unknown is as if it were not there."""
    family, show, sort = (request.GET.get(name, "") for name in ("family", "show", "sort"))
    return Choice(
        family=family if family in FamilyName.values else "",
        show=Show(show) if show in list(Show) else Show.ANY,
        query=request.GET.get("q", "")[: listing.QUERY_LIMIT].replace("\x00", "").strip(),
        sort=Sort(sort) if sort in list(Sort) else Sort.POINTS,
    )


def _address(choice: Choice, **changes: str) -> str:
    """The list with a part of the choice changed; a changed filter begins at its first page."""
    wanted = {
        "family": choice.family,
        "show": choice.show.value,
        "q": choice.query,
        "sort": "" if choice.sort == Sort.POINTS else choice.sort.value,
    }
    wanted |= {name: str(value) for name, value in changes.items()}
    if wanted["sort"] == Sort.POINTS:
        wanted["sort"] = ""
    query = urlencode({name: value for name, value in wanted.items() if value})
    return reverse("kitbag") + (f"?{query}" if query else "")


def _items(count: int) -> str:
    """How many, where there is no room to say of what."""
    return ngettext("%(items)s item", "%(items)s items", count) % {"items": count}


def _figures(counts: Counts, points: int) -> list[dict[str, str]]:
    counted = ngettext("points, %(items)s item", "points, %(items)s items", counts.validated)
    waiting = ngettext("points, %(items)s item", "points, %(items)s items", counts.uncounted)
    return [
        {
            "label": _("Counts today"),
            "value": f"{points:,}",
            "unit": counted % {"items": counts.validated},
            "short": _items(counts.validated),
        },
        {
            "label": _("Waiting, not counted"),
            "value": f"{counts.uncounted_points:,}",
            "unit": waiting % {"items": counts.uncounted},
            "short": _items(counts.uncounted),
            "state": "waiting",
        },
        {
            "label": _("Qualify for Fast Track"),
            "value": str(counts.fast_track),
            "unit": ngettext("of %(items)s item", "of %(items)s items", counts.items) % {"items": counts.items},
        },
        {
            "label": _("Needs you"),
            "value": str(counts.needs_you),
            "unit": ngettext("item", "items", counts.needs_you),
            "state": "needs-you" if counts.needs_you else "",
        },
    ]


def _segments(choice: Choice, counts: Counts) -> list[dict[str, Any]]:
    everything = {
        "href": _address(choice, family=""),
        "label": _("All"),
        "count": sum(counts.found_by_family.values()),
        "current": not choice.family,
    }
    families = [
        {
            "href": _address(choice, family=family.value),
            "label": family.label,
            "count": counts.found_by_family.get(family.value, 0),
            "icon": family.value,
            "current": choice.family == family.value,
        }
        for family in FamilyName
        if counts.by_family.get(family.value)
    ]
    return [everything, *families]


def _shows(choice: Choice, counts: Counts) -> list[dict[str, Any]]:
    return [
        {
            "href": _address(choice, show=show.value),
            "label": label,
            "value": show.value,
            "count": counts.found_by_show[show],
            "current": show == choice.show,
        }
        for show, label in SHOWN.items()
    ]


def missing_of(row: Row) -> Sequence[Detail]:
    """The details that a row lacks, in the order of the form."""
    return checks.missing(
        Entry(
            category=row.category,
            serial_need=row.serial_need,
            announced_year=row.announced_year,
            serial=row.serial,
            country=row.country,
            purchased_on=row.purchased_on,
            store=row.store,
        )
    )


def track_of(row: Row, terms: Terms) -> Answer:
    """Whether a row qualifies for Fast Track, by a member's terms."""
    thing = Thing(
        listed=row.fast_track,
        video=row.fast_track_video,
        serviceable=row.stage != Stage.UNSERVICEABLE,
        complete=not missing_of(row),
        validated=row.state == KitItem.State.VALIDATED,
    )
    return answer(thing, terms)


def row_of(row: Row, *, terms: Terms) -> dict[str, Any]:
    """One line of the list as plain values for the template."""
    missing = missing_of(row)
    validated = row.state == KitItem.State.VALIDATED
    state, state_words = words.state_of(
        row.state,
        row.reasons,
        missing=missing,
        in_servicing=row.in_servicing,
        change_waits=row.change_waits,
        asked=row.asked,
        claimed=row.claimed,
    )
    href = reverse("kitbag-item", args=[row.id])
    edit = reverse("kitbag-item-edit", args=[row.id])
    first_gap = f"{edit}#id_{missing[0]}" if missing else ""
    acts = row.state == KitItem.State.REFUSED or row.claimed or bool(members_turn(row.reasons, asked=row.asked))
    track = track_of(row, terms)
    # Isolates keep a store's name in any script from turning the rest of the line round.
    store = f"\u2068{row.store}\u2069" if row.store else ""
    where = [part for part in (store, str(countries.name(row.country)) if row.country else "") if part]
    return {
        "href": href,
        "family": row.family,
        "name": row.name,
        "serial": row.serial_typed,
        "bought": row.purchased_on,
        "bought_where": words.listed_plainly(where),
        "state": state,
        "state_words": state_words,
        "state_href": (first_gap or href) if state == "needs-you" else "",
        "fast_track": words.fast_track_words(track),
        "fast_track_href": "" if track.qualifies else f"{href}#fast-track",
        "stage": row.stage,
        "points": row.points,
        "was": row.points_full if row.points < row.points_full else None,
        "waiting": not validated,
        "action": _action(row, complete=not first_gap),
        "action_href": first_gap or (href if acts else ""),
    }


def _action(row: Row, *, complete: bool) -> str:
    if not complete:
        return _("Complete details")
    if row.claimed:
        return _("Release or object")
    only_held = members_turn(row.reasons, asked=row.asked) == [Reason.UNIT_HELD]
    return _("Tell us more") if only_held else _("Put it right")
