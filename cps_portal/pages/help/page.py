"""Help: all questions, or those that a search finds, with a member's own figures (programme §9)."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import NoReverseMatch, reverse
from django.utils import timezone, translation
from django.views.decorators.http import require_safe

from cps_portal.pages.help import abroad, account, card, finding, joining, kit, points, servicing
from cps_portal.pages.help.figures import figures_of
from cps_portal.pages.help.finding import ALSO, TEXT, TITLE
from cps_portal.pages.help.own import own_figures
from cps_portal.pages.help.section import Group, Section
from members.access import member_here
from members.rules.days import programme_day

GROUPS: tuple[Group, ...] = (
    joining.GROUP,
    points.GROUP,
    kit.GROUP,
    card.GROUP,
    servicing.GROUP,
    abroad.GROUP,
    account.GROUP,
)
# Links that are for who has no account yet.
FOR_GUESTS = ("account_signup",)
# A section whose question fits less well than this share of the best is not shown.
SHARE = 0.4
MOST_FOUND = 12


@require_safe
def help_page(request: HttpRequest) -> HttpResponse:
    """`?q=` searches in the active language and in English; without it everything is there, to be read or linked to."""
    now = timezone.now()
    day = programme_day(now)
    member = member_here(request)
    figures = figures_of(day)
    own = own_figures(member, day=day) if member else {}
    query = " ".join(request.GET.get("q", "").replace("\0", "").split())[: finding.LONGEST]
    groups = [_group(group, figures, own, is_guest=member is None) for group in GROUPS]
    return TemplateResponse(
        request,
        "help/help.html",
        {
            "q": query,
            "found": _found(groups, query) if query else [],
            "groups": groups,
            "is_member": member is not None,
        },
    )


def _group(group: Group, figures: dict[str, str], own: dict[str, list[str]], *, is_guest: bool) -> dict[str, Any]:
    return {
        "key": group.key,
        "title": str(group.title),
        "sections": [
            _section(section, figures, own.get(section.key, []), is_guest=is_guest) for section in group.sections
        ],
    }


def _section(section: Section, figures: dict[str, str], own: list[str], *, is_guest: bool) -> dict[str, Any]:
    links = (*section.own_links, *section.links) if own else section.links
    return {
        "key": section.key,
        "title": str(section.title) % figures,
        "paragraphs": [str(words) % figures for words in section.paragraphs],
        "own": own,
        "links": [
            (str(words), href)
            for words, place in links
            if (is_guest or place not in FOR_GUESTS) and (href := href_of(place))
        ],
        "also": f"{section.also} {_english(section, figures)}",
    }


def _english(section: Section, figures: dict[str, str]) -> str:
    """The English title and search words: who reads in another language may know a thing by its English name."""
    with translation.override("en"):
        return f"{str(section.title) % figures} {section.also}"


def href_of(place: str) -> str:
    """The address of "name", "name?query" or "name#anchor"; "" for a page that is not there."""
    end = min((at for at in (place.find("?"), place.find("#")) if at >= 0), default=len(place))
    try:
        return reverse(place[:end]) + place[end:]
    except NoReverseMatch:
        return ""


def _found(groups: list[dict[str, Any]], query: str) -> list[dict[str, Any]]:
    """The sections that answer a query: by their questions the best first, then those that speak of all of it."""
    asked = finding.asked_words(query)
    by_question, in_text = [], []
    for section in (section for group in groups for section in group["sections"]):
        question = [(TITLE, set(finding.words_of(section["title"]))), (ALSO, set(finding.words_of(section["also"])))]
        text = set(finding.words_of(" ".join(section["paragraphs"])))
        fits = finding.score(asked, question)
        if fits:
            by_question.append((finding.score(asked, [*question, (TEXT, text)]), section))
        elif said := finding.score(asked, [(TEXT, text)], every=True):
            in_text.append((said, section))
    best = max((score for score, _section in by_question), default=0)
    kept = [pair for pair in by_question if pair[0] >= SHARE * best]
    ordered = [*sorted(kept, key=lambda pair: -pair[0]), *sorted(in_text, key=lambda pair: -pair[0])]
    return [section for _score, section in ordered[:MOST_FOUND]]
