"""Taking an item out of the kitbag: why, what it changes, and undoing it (programme §3)."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from cps_portal.pages.kitbag.forms import RemovalForm
from cps_portal.pages.kitbag.item import crumbs_of, own_item
from cps_portal.pages.kitbag.words import REFUSALS
from kitbag import removal, standing
from kitbag.models import KitItem, RemovalReason
from kitbag.registration import KitError
from members.access import MemberRequest, member_required
from members.rules.days import programme_day


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def kitbag_item_remove(request: MemberRequest, item_id: UUID) -> HttpResponse:
    """The effect on points and level first, then the reason, then it is done."""
    item = own_item(request, item_id)
    page = reverse("kitbag-item", args=[item.pk])
    if item.state == KitItem.State.REMOVED:
        return HttpResponseRedirect(page)
    now = timezone.now()
    form = RemovalForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            standing.at_the_clock(
                removal.remove_item,
                item.pk,
                member_id=request.member.pk,
                reason=RemovalReason(form.cleaned_data["reason"]),
                by=request.user,
            )
        except KitError:
            form.add_error(
                "reason", _("It is in servicing. It can be removed only if it was stolen, or when it is back.")
            )
        else:
            messages.success(request, _("%(name)s is out of your kitbag.") % {"name": item.product.name})
            return HttpResponseRedirect(reverse("kitbag"))
    effect = removal.effect_of(item, day=programme_day(now))
    return TemplateResponse(
        request,
        "kitbag/kitbag_item_remove.html",
        {
            "crumbs": crumbs_of(item, _("Remove")),
            "name": item.product.name,
            "serial": item.serial_typed,
            "form": form,
            "item_href": page,
            "counts": item.state == KitItem.State.VALIDATED,
            "in_servicing": item.in_case_since is not None,
            "before": effect.before,
            "after": effect.after,
            "lost": effect.before.points - effect.after.points,
            "level_falls": effect.after.level < effect.before.level,
            "undo_until": removal.undo_ends_on(now),
        },
    )


@member_required
@require_POST
def kitbag_item_undo(request: MemberRequest, item_id: UUID) -> HttpResponse:
    """Put a removed item back as it was."""
    item = own_item(request, item_id)
    try:
        back = standing.at_the_clock(removal.undo_removal, item.pk, member_id=request.member.pk, by=request.user)
    except KitError as error:
        messages.error(request, str(REFUSALS[error.code][1]))
    else:
        words = {"name": item.product.name}
        if back.state == KitItem.State.WAITING:
            messages.success(request, _("%(name)s is back. It has to be checked before it counts again.") % words)
        else:
            messages.success(request, _("%(name)s is back in your kitbag.") % words)
    return HttpResponseRedirect(reverse("kitbag-item", args=[item.pk]))
