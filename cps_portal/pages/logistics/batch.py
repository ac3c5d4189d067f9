"""One batch: its packs, the papers they are packed with, and putting one back (programme §8)."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import get_language_info, override
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from cps_portal.pages.logistics.frame import CHANGE, SEE, allowed, page
from cps_portal.pages.logistics.words import CARD_LETTER
from cps_portal.pages.offers.card import link_of_card
from cps_portal.pdf import packing
from cps_portal.pdf.card import CardFace
from members.country_teams import seen_by
from members.models import Level, User
from members.rules.days import programme_day
from servicing import packs
from servicing.cards import generations_of
from servicing.locator import country_name
from servicing.models import PackBatch, WelcomePack
from servicing.offers import BenefitError
from servicing.rules.numbers import pack_number

State = WelcomePack.State
PAPERS = ("letters", "cards", "labels")


def _batch(batch_id: int, user: User) -> PackBatch:
    if batch_id >= 2**63:
        raise Http404
    return get_object_or_404(seen_by(PackBatch.objects.select_related("by"), user), pk=batch_id)


def _packs(batch: PackBatch) -> list[WelcomePack]:
    rows = WelcomePack.objects.filter(batch=batch).select_related("member__user", "contents")
    return list(rows.order_by("requested_at", "pk"))


@require_http_methods(["GET", "HEAD", "POST"])
def pack_batch(request: HttpRequest, batch_id: int) -> HttpResponse:
    """Staff page `admin:pack_batch`; a POST puts one pack back."""
    user = allowed(request, *((CHANGE,) if request.method == "POST" else ()))
    batch = _batch(batch_id, user)
    if request.method == "POST":
        return _put_back(request, batch)
    rows = _packs(batch)
    may_act = user.has_perm(CHANGE)
    return page(
        request,
        "pack_batch",
        _("Batch %(number)s") % {"number": batch.pk},
        country=country_name(str(batch.country)),
        picked_at=batch.picked_at,
        by=batch.by.name,
        here=reverse("admin:pack_batch", args=[batch.pk]),
        papers=[
            {"href": reverse("admin:pack_paper", args=[batch.pk, name]), "label": label}
            for name, label in zip(PAPERS, (_("Letters"), _("Cards"), _("Labels")), strict=True)
        ]
        if any(row.name for row in rows)
        else [],
        sent_href=reverse("admin:packs_sent") if may_act else "",
        rows=[_row(pack, may_act) for pack in rows],
        gifts=_gifts(rows),
    )


def _row(pack: WelcomePack, may_act: bool) -> dict[str, Any]:
    return {
        "pk": pack.pk,
        "number": pack_number(pack.pk),
        "name": pack.name,
        "lines": pack.lines.splitlines(),
        "member": pack.member.spaced_number,
        "level": Level(pack.level).label,
        "card_only": pack.replaces_id is not None,
        "state": pack.get_state_display(),
        "sent_at": pack.sent_at,
        "tracking": pack.tracking,
        "may_put_back": may_act and pack.state == State.PICKED,
    }


def _gifts(rows: list[WelcomePack]) -> list[dict[str, Any]]:
    """What goes in, by the contents of each pack's day."""
    found: dict[int, dict[str, Any]] = {}
    for pack in rows:
        if pack.contents is not None:
            entry = found.setdefault(
                pack.contents.pk, {"gift": pack.contents.gift, "words": pack.contents.words.splitlines(), "count": 0}
            )
            entry["count"] += 1
    return list(found.values())


def _put_back(request: HttpRequest, batch: PackBatch) -> HttpResponse:
    text = request.POST.get("pack", "")
    key = int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0
    if not WelcomePack.objects.filter(pk=key, batch=batch).exists():
        messages.info(request, _("This pack is not in the batch any more."))
    else:
        try:
            packs.put_back(key)
            messages.success(request, _("%(number)s is put back: it waits as before.") % {"number": pack_number(key)})
        except BenefitError:
            messages.error(request, _("%(number)s was sent; it cannot be put back.") % {"number": pack_number(key)})
    return HttpResponseRedirect(reverse("admin:pack_batch", args=[batch.pk]))


@require_safe
def pack_paper(request: HttpRequest, batch_id: int, paper: str) -> HttpResponse:
    """Staff page `admin:pack_paper`: letters, cards or labels of a batch as PDF; erased addresses are left out."""
    batch = _batch(batch_id, allowed(request, SEE))
    rows = [pack for pack in _packs(batch) if pack.name]
    if paper not in PAPERS or not rows:
        raise Http404
    key = f"{batch.pk} " + " ".join(str(pack.pk) for pack in rows)
    if paper == "cards":
        made = packing.cards(_cards(rows, batch.picked_at), key=key, at=batch.picked_at)
    else:
        write = packing.letters if paper == "letters" else packing.labels
        made = write([_parcel(pack) for pack in rows], key=key, at=batch.picked_at)
    name = f"batch-{batch.pk}-{paper}.pdf"
    return HttpResponse(
        made,
        content_type="application/pdf",
        headers={"Content-Disposition": f'inline; filename="{name}"', "Cache-Control": "private, no-store"},
    )


def _parcel(pack: WelcomePack) -> packing.Parcel:
    """The country in English capitals, as the post wants it; the letter with name and level filled in."""
    with override("en"):
        country = country_name(str(pack.country)).upper()
        level = str(Level(pack.level).label)
    words = pack.contents.letter if pack.contents else CARD_LETTER if pack.replaces_id else ""
    letter = words.replace("{level}", level).replace("{name}", pack.member.user.name)
    return packing.Parcel(
        number=pack_number(pack.pk), address=[pack.name, *pack.lines.splitlines(), country], letter=letter
    )


def _cards(rows: list[WelcomePack], at: datetime) -> list[packing.BatchCard]:
    """The cards, each in its member's language, with the code that is valid now."""
    generations = generations_of([pack.member_id for pack in rows])
    return [
        packing.BatchCard(
            CardFace(
                level=Level(pack.level),
                name=pack.member.user.name,
                number=pack.member.spaced_number,
                member_since=pack.member.joined_at.year,
                as_of=programme_day(at),
                link=link_of_card(pack.member_id, generations[pack.member_id]),
            ),
            pack.member.user.language,
            bool(get_language_info(pack.member.user.language)["bidi"]),
        )
        for pack in rows
    ]
