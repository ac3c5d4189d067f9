"""Why an item or a proposed edit waits, reason by reason, with the rows that it clashes with (programme §3)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from kitbag import checking
from kitbag.admin.proofs import opening_href
from kitbag.models import (
    Claim,
    FormerNumber,
    ItemEvent,
    KitItem,
    Product,
    Proof,
    ProposedEdit,
    Spell,
    StolenUnit,
    WaitingReason,
)
from kitbag.rules.checks import Reason
from kitbag.rules.serials import are_consecutive
from members.staff_forms import shown

SHOWN_MOST = 20
Line = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Checked:
    """What was checked: an item's own details, or those that an edit proposes for it."""

    item: KitItem
    product: Product
    serial: str
    at: datetime


def of_item(item: KitItem) -> SafeString:
    """The reasons of a waiting item in words, each with what it clashes with."""
    waits = ItemEvent.objects.filter(item=item, kind__in=[ItemEvent.Kind.WAITING, ItemEvent.Kind.ASKED])
    at = waits.order_by("-at").values_list("at", flat=True).first() or item.added_at
    return _reasons(item.reasons, Checked(item, item.product, item.serial, at))


def papers_of(item: KitItem) -> SafeString:
    """The proofs of an item, each to be opened where something of it waits."""
    waits = item.state == KitItem.State.WAITING or item.proposed_edits.filter(state="waiting").exists()
    lines = ((opening_href(paper, f"review {item.pk}") if waits else "", paper.name) for paper in item.proofs.kept())
    found = format_html_join("", "<li>{}</li>", ((_linked(line),) for line in lines))
    return format_html("<ul>{}</ul>", found) if found else format_html("{}", _("None"))


def of_edit(edit: ProposedEdit) -> SafeString:
    """The same for a proposed edit."""
    return _reasons(edit.reasons, Checked(edit.item, edit.product, edit.serial, edit.proposed_at))


def _reasons(codes: Iterable[str], checked: Checked) -> SafeString:
    parts = [
        (
            WaitingReason(code).label,
            format_html_join("", "<li>{}</li>", ((_linked(line),) for line in _clashes(Reason(code), checked))),
        )
        for code in codes
    ]
    if not parts:
        return format_html("{}", "–")
    return format_html_join("", '<p>{}</p><ul class="lines">{}</ul>', parts)


def _linked(line: Line) -> SafeString:
    href, words = line
    return format_html('<a href="{}">{}</a>', href, words) if href else format_html("{}", words)


def _item_line(item: KitItem) -> Line:
    words = f"{item.product.name} {item.serial_typed}".strip()
    return reverse("admin:kitbag_kititem_change", args=[item.pk]), f"{words}, {item.get_state_display()}, {item.member}"


def _clashes(reason: Reason, checked: Checked) -> Iterator[Line]:
    """What stands against the entry for one reason; lines without an address are facts in words."""
    validated = KitItem.objects.validated().exclude(pk=checked.item.pk).select_related("product", "member__user")
    mine = validated.filter(member=checked.item.member_id)
    if reason == Reason.UNIT_HELD:
        yield from map(_item_line, validated.filter(product=checked.product, serial=checked.serial))
        for claim in Claim.objects.open().filter(item=checked.item):
            yield reverse("admin:kitbag_claim_change", args=[claim.pk]), _("The claim over this unit")
    elif reason == Reason.SIBLING:
        siblings = validated.filter(checking.siblings(checked.product), serial=checked.serial)
        yield from map(_item_line, siblings[:SHOWN_MOST])
    elif reason == Reason.CONSECUTIVE:
        for other in mine.filter(product=checked.product).exclude(serial=""):
            if are_consecutive(checked.serial, other.serial):
                yield _item_line(other)
    elif reason == Reason.MANY:
        yield from _many(checked)
    elif reason == Reason.STOLEN:
        yield from _stolen(checked)
    elif reason == Reason.FORMER_NUMBER:
        for former in FormerNumber.objects.filter(product=checked.product, serial=checked.serial):
            words = _("Replaced in a repair on %(day)s") % {"day": shown(former.replaced_at.date())}
            yield reverse("admin:kitbag_kititem_change", args=[former.item_id]), words
    elif reason == Reason.OVER_LIMIT:
        yield from map(_item_line, mine.filter(product=checked.product, serial="")[:SHOWN_MOST])
    elif reason in (Reason.SHAPE_CONFIRMED, Reason.SERIAL_SHAPE, Reason.DATE_CODE):
        yield from _shape(checked)
    elif reason in (Reason.DATE_FUTURE, Reason.DATE_EARLY):
        announced = checked.product.announced_year
        yield "", _("Announced: %(year)s") % {"year": announced or "–"}
    elif reason == Reason.ASKED:
        yield "", checked.item.note


def _many(checked: Checked) -> Iterator[Line]:
    hour = Spell.objects.filter(
        member=checked.item.member_id,
        opened_at__gt=checked.at - timedelta(hours=1),
        opened_at__lte=checked.at,
        cause__in=["registered", "reviewed"],
    ).exclude(item=checked.item)
    count = hour.count()
    said = ngettext("%(count)s validated in the hour before", "%(count)s validated in the hour before", count)
    yield "", said % {"count": count}
    for spell in hour.select_related("item__product", "item__member__user").order_by("-opened_at")[:SHOWN_MOST]:
        yield _item_line(spell.item)


def _stolen(checked: Checked) -> Iterator[Line]:
    reports = StolenUnit.objects.filter(product=checked.product, serial=checked.serial, withdrawn_at=None)
    for report in reports.select_related("item__member__user"):
        words = _("Reported stolen on %(day)s by %(member)s") % {
            "day": shown(report.reported_at.date()),
            "member": report.item.member,
        }
        yield reverse("admin:kitbag_kititem_change", args=[report.item_id]), words


def _shape(checked: Checked) -> Iterator[Line]:
    yield (
        "",
        _("It says %(serial)s, %(count)s characters.")
        % {
            "serial": checked.serial,
            "count": len(checked.serial),
        },
    )
    if checked.product.serial_hint:
        yield "", checked.product.serial_hint
    photos = checked.item.proofs.kept().filter(kind=Proof.Kind.NUMBER_PHOTO)
    for photo in photos:
        yield opening_href(photo, f"review {checked.item.pk}"), _("Photo: %(name)s") % {"name": photo.name}
    if not photos:
        yield "", _("No photo of the number yet.")
