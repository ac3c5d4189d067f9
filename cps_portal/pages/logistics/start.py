"""What waits to be packed, by country; gifts in stock against it; batches at work (programme §8)."""

from typing import Any, cast

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Max, Min, Q, Sum
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods

from cps_portal.pages.logistics.frame import PICK, SEE, allowed, page
from members.country_teams import countries_seen, seen_by
from members.models import User
from members.rules.days import programme_day
from servicing import packs
from servicing.locator import country_name
from servicing.models import GiftStock, PackBatch, PackContents, WelcomePack

State = WelcomePack.State
AT_ONCE, MOST = 20, 200
BATCHES_SHOWN = 20


class PickForm(forms.Form):
    """How many of the oldest of a country; `oldest` is the first to go as the page showed it."""

    country = forms.RegexField(r"^[A-Z]{2}$", widget=forms.HiddenInput)
    oldest = forms.IntegerField(min_value=1, max_value=2**63 - 1, widget=forms.HiddenInput)
    most = forms.IntegerField(label=gettext_lazy("How many"), min_value=1, max_value=MOST)


@require_http_methods(["GET", "HEAD", "POST"])
def logistics_packs(request: HttpRequest) -> HttpResponse:
    """Staff page `admin:packs`; a POST picks a batch. Nine queries, however much waits."""
    if request.method == "POST":
        return _pick(request)
    allowed(request, SEE)
    return _start(request)


def _pick(request: HttpRequest) -> HttpResponse:
    user, form = allowed(request, PICK), PickForm(request.POST)
    if not form.is_valid():
        return _start(request, wrong=_("Pick between 1 and %(most)s packs at once.") % {"most": MOST}, status=400)
    asked = form.cleaned_data
    team = countries_seen(user)
    if team is not None and asked["country"] not in team:
        raise PermissionDenied
    batch = packs.pick_once(asked["oldest"], asked["country"], most=asked["most"], at=timezone.now(), by=user)
    if batch is None:
        messages.info(request, _("Nothing waits there any more: somebody else has picked it."))
        return HttpResponseRedirect(reverse("admin:packs"))
    return HttpResponseRedirect(reverse("admin:pack_batch", args=[batch.pk]))


def _start(request: HttpRequest, *, wrong: str = "", status: int = 200) -> HttpResponse:
    today = programme_day(timezone.now())
    requested = seen_by(WelcomePack.objects.filter(state=State.REQUESTED), cast(User, request.user))
    waiting = (
        requested.order_by("country")
        .values("country")
        .annotate(
            count=Count("pk"),
            cards=Count("pk", filter=Q(replaces__isnull=False)),
            since=Min("requested_at"),
            last=Max("pk"),
        )
    )
    first = dict(requested.order_by("country", "requested_at", "pk").distinct("country").values_list("country", "pk"))
    countries = [
        {
            "code": row["country"],
            "name": country_name(row["country"]),
            "count": row["count"],
            "cards": row["cards"],
            "since": row["since"],
            "days": (today - programme_day(row["since"])).days,
            "oldest": first.get(row["country"], row["last"]),
            "most": min(AT_ONCE, row["count"]),
        }
        for row in waiting
    ]
    countries.sort(key=lambda row: (row["since"], row["name"]))
    answer = page(
        request,
        "packs",
        _("Welcome packs"),
        countries=countries,
        total=sum(row["count"] for row in countries),
        stock=_stock(),
        batches=_batches(cast(User, request.user)),
        may_pick=request.user.has_perm(PICK),
        wrong=wrong,
        most=MOST,
        links=_links(request),
    )
    answer.status_code = status
    return answer


def _links(request: HttpRequest) -> list[tuple[str, str]]:
    """Where stock and contents are entered, for who may."""
    links = (
        ("servicing.add_giftstock", "admin:servicing_giftstock_add", _("Enter stock: came in, or written off")),
        ("servicing.view_giftstock", "admin:servicing_giftstock_changelist", _("Every entry of stock")),
        ("servicing.view_packcontents", "admin:servicing_packcontents_changelist", _("Contents and letters by day")),
    )
    return [(label, reverse(name)) for permission, name, label in links if request.user.has_perm(permission)]


def _stock() -> list[dict[str, Any]]:
    """Of each gift that packs take now, will take, or are waiting with: pieces left, and whether they will do."""
    today = programme_day(timezone.now())
    taken = Count("packs", filter=~Q(packs__state=State.REQUESTED))
    rows = list(
        PackContents.objects.annotate(taken=taken, waiting=Count("packs", filter=Q(packs__state=State.REQUESTED)))
    )
    came = dict(GiftStock.objects.order_by().values_list("contents").annotate(pieces=Sum("pieces")))
    now = next((row.pk for row in rows if row.valid_from <= today), None)
    shown = []
    for row in rows:
        left = (came.get(row.pk) or 0) - row.taken
        if row.waiting or left > 0 or row.pk == now or row.valid_from > today:
            shown.append(
                {
                    "gift": row.gift,
                    "valid_from": row.valid_from,
                    "is_now": row.pk == now,
                    "left": left,
                    "waiting": row.waiting,
                    "short": max(0, row.waiting - left),
                }
            )
    return shown


def _batches(user: User) -> list[dict[str, Any]]:
    """Batches with packs still to be sent, then those done last."""
    rows = (
        seen_by(PackBatch.objects.select_related("by"), user)
        .annotate(count=Count("packs"), open=Count("packs", filter=Q(packs__state=State.PICKED)))
        .filter(count__gt=0)
        .order_by("-open", "-picked_at")[:BATCHES_SHOWN]
    )
    return [
        {
            "href": reverse("admin:pack_batch", args=[batch.pk]),
            "number": batch.pk,
            "country": country_name(str(batch.country)),
            "picked_at": batch.picked_at,
            "by": batch.by.name,
            "state": _state(batch.count, batch.open),
        }
        for batch in rows
    ]


def _state(count: int, unsent: int) -> str:
    if not unsent:
        return ngettext("%(count)s sent", "%(count)s sent", count) % {"count": count}
    return _("%(open)s of %(count)s still to be sent") % {"open": unsent, "count": count}
