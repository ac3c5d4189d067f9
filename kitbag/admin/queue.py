"""The validation queue: one item after another, its papers beside it (programme §3, §10).

The next item comes onto the clerk's desk and is handed to nobody else (kitbag/desk.py); a decision counts at once
and can be taken back for a minute (kitbag/taking_back.py).
"""

from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_countries import countries

from kitbag import desk
from kitbag.admin import review
from kitbag.admin.acts import allow, words_for
from kitbag.admin.deciding import reasons_in_words
from kitbag.admin.proofs import beside
from kitbag.admin.reply_form import ReplyForm
from kitbag.models import ItemEvent, KitItem, ProposedEdit, ReviewLease
from kitbag.registration import KitError
from kitbag.rules.checks import Reason
from kitbag.standing import at_the_clock
from kitbag.taking_back import DECISIONS, decide_edit_of, decide_item, take_back, takeable_until
from members.looking import note_look, role_in_words
from members.models import User
from members.staff_forms import shown
from members.trail import staff_at_work

if TYPE_CHECKING:
    from kitbag.admin.kit import KitItemAdmin

SAID = {
    ItemEvent.Kind.VALIDATED: gettext_lazy("accepted"),
    ItemEvent.Kind.REFUSED: gettext_lazy("rejected"),
    ItemEvent.Kind.ASKED: gettext_lazy("the member is asked"),
    ItemEvent.Kind.EDIT_PASSED: gettext_lazy("the change is accepted"),
    ItemEvent.Kind.EDIT_REFUSED: gettext_lazy("the change is rejected"),
}

SHAPE = {Reason.SHAPE_CONFIRMED.value, Reason.SERIAL_SHAPE.value, Reason.DATE_CODE.value}


@require_safe
def next_view(request: HttpRequest, *, page: "KitItemAdmin") -> HttpResponse:
    """The oldest item that nobody has on their desk, put onto this one; or what is left besides."""
    user = allow(request, "kitbag.change_kititem")
    now = timezone.now()
    item_id = desk.take_next(by=user, at=now, edits=_decides_edits(request))
    if item_id is None:
        left = desk.left_over(by=user)
        context = {"title": _("Validation queue"), "left": left, "most": desk.COUNTED_MOST}
        return _answer(page, request, "queue_empty", context, now)
    return _show(page, request, _item(page, request, item_id), now)


@require_http_methods(["GET", "HEAD", "POST"])
def item_view(request: HttpRequest, item_id: UUID, *, page: "KitItemAdmin") -> HttpResponse:
    """One item on the desk, or whose desk it is on; a decision is posted here."""
    user = allow(request, "kitbag.change_kititem")
    now = timezone.now()
    item = _item(page, request, item_id)
    edit = _edit_of(item)
    if edit or item.state == KitItem.State.WAITING:
        desk.take(item.pk, by=user, at=now)
    if request.method != "POST":
        return _show(page, request, item, now)
    if edit:
        allow(request, "kitbag.change_proposededit")
    form = ReplyForm(request.POST, language=item.member.user.language)
    if form.is_valid():
        try:
            return _next(_decide(page, request, item, edit, form.cleaned_data))
        except KitError as error:
            form.add_error(None, words_for(error))
            item = _item(page, request, item_id)
    return _show(page, request, item, now, form=form)


@require_POST
def take_back_view(request: HttpRequest, *, page: "KitItemAdmin") -> HttpResponse:
    """A slip: the decision of a moment ago goes back, and the item is on the desk again."""
    user = allow(request, "kitbag.change_kititem")
    key = request.POST.get("event", "")
    if not (key.isascii() and key.isdecimal() and len(key) < 19):
        raise Http404
    try:
        with transaction.atomic():
            item = at_the_clock(take_back, int(key), by=user)
            said = _("Taken back; the member was not told.")
            page.log_change(request, item, said)
    except KitError as error:
        page.message_user(request, words_for(error), messages.ERROR)
        return HttpResponseRedirect(reverse("admin:kitbag_queue"))
    page.message_user(request, said, messages.SUCCESS)
    return HttpResponseRedirect(reverse("admin:kitbag_queue_item", args=[item.pk]))


def _decide(
    page: "KitItemAdmin", request: HttpRequest, item: KitItem, edit: ProposedEdit | None, data: dict[str, Any]
) -> ItemEvent:
    """Carry a decision out, with its line in the history."""
    user, decision, note = request.user, data["decision"], data["note"]
    assert isinstance(user, User)
    # A reply that stands chosen tells the member nothing where the item is accepted, and is no reason for it.
    reply = data["reply_title"] if decision != "accept" else ""
    why = reply or reasons_in_words((edit or item).reasons)
    with transaction.atomic(), staff_at_work(user, why=f"{decision}: {why}", at=timezone.now()):
        if edit is None:
            event = at_the_clock(decide_item, item.pk, decision=decision, note=note, by=user)
        elif decision == "ask":
            raise KitError("not_waiting")
        else:
            event = at_the_clock(decide_edit_of, edit.pk, passes=decision == "accept", note=note, by=user)
        said = f"{_said(event)} {note}" if decision != "accept" else _said(event)
        page.log_change(request, item, said.strip())
    return event


def _said(event: ItemEvent) -> str:
    return str(SAID[ItemEvent.Kind(event.kind)])


def _next(event: ItemEvent) -> HttpResponseRedirect:
    return HttpResponseRedirect(f"{reverse('admin:kitbag_queue')}?{urlencode({'taken': event.pk})}")


def _item(page: "KitItemAdmin", request: HttpRequest, item_id: UUID) -> KitItem:
    """One of those that the user may see."""
    found = page.get_queryset(request).select_related("product", "member__user").filter(pk=item_id).first()
    if found is None:
        raise Http404
    return found


def _edit_of(item: KitItem) -> ProposedEdit | None:
    if item.state != KitItem.State.VALIDATED:
        return None
    waiting = ProposedEdit.objects.filter(item=item, state=ProposedEdit.State.WAITING)
    return waiting.select_related("item__product", "item__member__user", "product").first()


def _decides_edits(request: HttpRequest) -> bool:
    return request.user.has_perm("kitbag.change_proposededit")


def _show(
    page: "KitItemAdmin", request: HttpRequest, item: KitItem, now: datetime, *, form: ReplyForm | None = None
) -> HttpResponse:
    user = request.user
    assert isinstance(user, User)
    assert page.look is not None
    note_look(item.member_id, page=page.look, by=user, at=now)
    edit = _edit_of(item)
    lease = ReviewLease.objects.filter(item=item, until__gt=now).select_related("by").first()
    is_mine = lease is not None and lease.by_id == user.pk
    waits = edit is not None or item.state == KitItem.State.WAITING
    purpose = f"review {item.pk}" if waits and is_mine else ""
    member = item.member.user
    context = {
        "title": edit.product.name if edit else item.product.name,
        "item": item,
        "edit": edit,
        "before": f"{item.product.name} {item.serial_typed}".strip() if edit else "",
        "serial": edit.serial_typed if edit else item.serial_typed,
        # Beside a number that looks odd the reasons say where it stands.
        "hint": "" if SHAPE & {*(edit or item).reasons} else (edit.product if edit else item.product).serial_hint,
        "why": review.of_edit(edit) if edit else review.of_item(item),
        "facts": _facts(item),
        "papers": beside(item.proofs.kept(), purpose),
        "elsewhere": page.elsewhere(item),
        "history": page.history(item),
        "item_href": reverse("admin:kitbag_kititem_change", args=[item.pk]),
        "member_href": reverse("admin:members_member_change", args=[item.member_id]),
        "form": (form or ReplyForm(language=member.language)) if waits and is_mine else None,
        "failed": None if waits and is_mine else form,
        "language": dict(settings.LANGUAGES).get(member.language, member.language),
        "whose": role_in_words(lease.by) if lease and not is_mine else "",
        "until": lease.until if lease else None,
        "asked": item.reasons and not KitItem.objects.for_staff().filter(pk=item.pk).exists() and not edit,
        "waits": waits,
        "seconds": settings.TAKE_BACK_SECONDS,
    }
    return _answer(page, request, "queue", context, now)


def _facts(item: KitItem) -> list[tuple[str, str]]:
    store = ", ".join(filter(None, [item.store, str(countries.name(item.country_of_purchase or ""))]))
    return [
        (_("Bought"), shown(item.purchased_on)),
        (_("Where"), store or "–"),
        (_("In the kitbag since"), shown(item.added_at)),
    ]


def _answer(
    page: "KitItemAdmin", request: HttpRequest, template: str, context: dict[str, Any], now: datetime
) -> HttpResponse:
    common = {
        **page.admin_site.each_context(request),
        "opts": page.opts,
        "taken": _taken(request, context.get("item"), now),
    }
    return TemplateResponse(request, f"admin/kitbag/{template}.html", common | context)


def _taken(request: HttpRequest, item: KitItem | None, now: datetime) -> dict[str, Any] | None:
    """One's decision of a moment ago, while it can be taken back: the one just made, or the last on this item."""
    key = request.GET.get("taken", "")
    events = ItemEvent.objects.select_related("item__product")
    if key.isascii() and key.isdecimal() and len(key) < 19:
        event = events.filter(pk=int(key)).first()
    else:
        event = events.filter(item=item).order_by("-pk").first() if item else None
    if event is None or event.by_id != request.user.pk or event.kind not in DECISIONS:
        return None
    if now >= takeable_until(event):
        return None
    return {
        "event": event.pk,
        "what": f"{event.item.product.name} {event.item.serial_typed}".strip(),
        "said": _said(event),
        "until": takeable_until(event),
    }
