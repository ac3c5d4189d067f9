"""What each question's page shows beside its form, and the check with everything that was said (programme §6)."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from cps_portal.pages.address_choice import choices
from cps_portal.pages.kitbag.proof_form import ACCEPTED
from cps_portal.pages.servicing.asking import Step
from cps_portal.pages.servicing.centre_rows import found_at, near_of, rows_of
from cps_portal.pages.servicing.gives import benefits, speed_words, whose_words, why_not
from cps_portal.pages.servicing.needing import needed_words
from cps_portal.pages.servicing.questions import QuestionForm
from cps_portal.pages.servicing.sending_forms import LaneForm
from cps_portal.pages.servicing.words import SERVICES, fault_words
from kitbag import standing
from kitbag.models import KitItem, Proof
from members.access import MemberRequest
from members.models import Level, Member
from members.rules.days import programme_day
from servicing import requesting
from servicing.conditions import Conditions, row_of, thing_of
from servicing.home_terms import home_terms
from servicing.locator import country_name
from servicing.models import CaseDraft, Centre, Kind, SendBy, Service, SlotHold
from servicing.rules.address import address_lines
from servicing.rules.eligibility import CentreKind, at_centre
from servicing.rules.terms import NOTHING, together

# More centres than these are a click away.
FIRST_CENTRES = 6


def context_of(
    request: MemberRequest,
    step: Step,
    form: QuestionForm,
    *,
    item: KitItem,
    draft: CaseDraft | None,
    entered: Mapping[str, Any],
    centres: Sequence[Centre],
    at: datetime,
) -> dict[str, Any]:
    """The context of a step's page."""
    day = programme_day(at)
    member = request.member
    if step == Step.SERVICE:
        return {"options": _services(form, item, member, day)}
    if step == Step.FAULT:
        return {"photos": photos_of(draft), "accepted": ACCEPTED, "room": settings.CASE_FILES_MOST}
    if step == Step.WARRANTY:
        return warranty_of(item, day=day)
    if step == Step.CENTRE:
        return _centres(request, form, item, entered, centres, at)
    if step == Step.ADDRESS:
        return {"addresses": choices(member, form)}
    if step == Step.CHECK and draft is not None:
        return _check(form, item, member, draft, entered, centres, at)
    return {}


def _services(form: QuestionForm, item: KitItem, member: Member, day: date) -> list[dict[str, Any]]:
    """Each service with what it gives at home, at a Canon Service & Repair Centre and at partners."""
    own = home_terms(str(member.country), day=day)
    level = Level(standing.on(member.pk, day).level)
    thing = thing_of(item, day=day)
    terms = own.terms(level)
    options = []
    for radio in form["service"]:
        service = Service(str(radio.data["value"]))
        row = own.row(level, service)
        kept = row_of(row) if row else NOTHING
        kinds = []
        for kind in CentreKind:
            given = together(kept, kept, kind=kind, video=thing.video)
            reasons = at_centre(thing, terms, service=service, kind=kind, target=given.target)
            found = Conditions(level, Level(own.reached(level)), own.cap, reasons, given)
            kinds.append(
                {
                    "kind": Kind(kind).label,
                    "speed": speed_words(found),
                    "benefits": benefits(found, service=service),
                    "reasons": why_not(found),
                }
            )
        options.append({"radio": radio, "words": SERVICES[service.value], "kinds": kinds})
    return options


def photos_of(draft: CaseDraft | None) -> list[dict[str, Any]]:
    """The photos of a draft, to be seen and removed."""
    kept = draft.files.all() if draft else []
    return [
        {
            "key": str(file.pk),
            "name": file.name,
            "href": reverse("case-file", args=[file.pk]),
            "is_image": file.content_type != "application/pdf",
        }
        for file in kept
    ]


def warranty_of(item: KitItem, *, day: date) -> dict[str, Any]:
    """What speaks for and against warranty: where it was bought, when, and the proofs that are kept with it."""
    receipts = Proof.objects.kept().filter(items=item, kind=Proof.Kind.RECEIPT)
    return {
        "grey": country_name(str(item.country_of_purchase)) if requesting.is_grey(item, day=day) else "",
        "bought_on": item.purchased_on,
        "receipts": list(receipts.values_list("name", flat=True)[:5]),
    }


def _centres(
    request: MemberRequest,
    form: QuestionForm,
    item: KitItem,
    entered: Mapping[str, Any],
    centres: Sequence[Centre],
    at: datetime,
) -> dict[str, Any]:
    near = near_of(request.GET.get("near", ""), town=entered.get("town", ""), country=entered.get("country", ""))
    rows = rows_of(item, request.member, centres, service=entered["service"], near=near, at=at, day=programme_day(at))
    radios = {str(radio.data["value"]): radio for radio in form["centre"]}
    for row in rows:
        row["radio"] = radios[row["key"]]
    chosen = str(form["centre"].value() or "")
    shown = rows if "all" in request.GET else rows[:FIRST_CENTRES]
    shown += [row for row in rows if row["key"] == chosen and row not in shown]
    return {
        "rows": shown,
        "more": len(rows) - len(shown),
        "near": near.typed,
        "near_words": near.words,
        "near_unknown": near.is_unknown,
    }


def lane_of(member: Member, found: Conditions) -> dict[str, Any]:
    """On which lane it goes: its place on Fast Track, none free, or the standard time with the reasons."""
    taken = set(SlotHold.objects.filter(member=member, freed_at=None).values_list("number", flat=True))
    free = next((place for place in range(1, settings.FAST_TRACK_SLOTS + 1) if place not in taken), None)
    return {
        "speed": speed_words(found),
        "qualifies": found.qualifies,
        "place": free if found.qualifies else None,
        "places": settings.FAST_TRACK_SLOTS,
        "is_full": found.qualifies and free is None,
        "reasons": why_not(found),
    }


def _check(
    form: QuestionForm,
    item: KitItem,
    member: Member,
    draft: CaseDraft,
    entered: Mapping[str, Any],
    centres: Sequence[Centre],
    at: datetime,
) -> dict[str, Any]:
    day = programme_day(at)
    service = entered["service"]
    centre = next(centre for centre in centres if centre.pk == entered["centre"])
    found = found_at(item, member, [centre], service=service, day=day)[centre.pk]
    lane = lane_of(member, found)
    needed_by = date.fromisoformat(entered["needed_by"]) if entered.get("needed_by") else None
    target = found.given.target if lane["place"] else None
    return {
        "key": str(draft.pk),
        "expires_in": settings.CASE_REQUEST_DAYS,
        "lines": lines_of(entered, centre, photos=[photo["name"] for photo in photos_of(draft)], action=draft.item_id),
        "lane": lane,
        "lane_form": form if isinstance(form, LaneForm) else LaneForm(asked=form.asked),
        "whose": whose_words(found.given, home=str(member.country), there=str(centre.country)),
        "benefits": benefits(found, service=service),
        "needed": needed_words(centre, target, needed_by=needed_by, at=at) if needed_by else "",
    }


def lines_of(entered: Mapping[str, Any], centre: Centre, *, photos: Sequence[str], action: Any) -> list[dict[str, Any]]:
    """What was said, a line for each question with the way to change it."""
    address = reverse("case-new", args=[action])
    service = entered["service"]
    country = entered["country"]
    street = address_lines(entered["street"], entered.get("postcode", ""), entered["town"], country)
    needed_by = entered.get("needed_by", "")
    rows: list[tuple[Step, Any, list[Any]]] = [
        (Step.SERVICE, _("Service"), [Service(service).label]),
        (
            Step.FAULT,
            _("What is wrong") if service == Service.REPAIR else _("What the centre should know"),
            [fault_words(entered.get("fault", "")), *entered.get("fault_words", "").split("\n"), *photos],
        ),
        (Step.CENTRE, _("Centre"), [centre.name, Kind(centre.kind).label]),
        (Step.WAY, _("The way there"), [SendBy(entered["send_by"]).label]),
        (Step.WAY, _("Sent along"), [entered.get("sends_accessories", "")]),
        (
            Step.WAY,
            _("Needed back by"),
            [date_format(date.fromisoformat(needed_by), "j M Y")] if needed_by else [""],
        ),
        (
            Step.ADDRESS,
            _("Return address"),
            [entered["name"], *street, country_name(country), entered.get("phone", "")],
        ),
    ]
    if service == Service.REPAIR:
        is_warranty = entered.get("warranty") == "yes"
        words = _("Under warranty") if is_warranty else _("Chargeable: the centre sends an estimate first")
        rows.insert(2, (Step.WARRANTY, _("Warranty"), [words]))
    return [
        {
            "label": label,
            "values": [str(value) for value in values if str(value).strip()],
            "href": f"{address}?step={step}",
        }
        for step, label, values in rows
    ]


def unserviceable(item: KitItem, *, day: date) -> dict[str, Any]:
    """A product that can no longer be serviced: whom to ask, for a centre may take it all the same."""
    product = item.product
    asked = [
        {
            "name": centre.name,
            "href": reverse("centre", args=[centre.code.lower()]),
            "email": centre.email,
            "phone": centre.phone,
            "town": centre.town,
        }
        for centre in Centre.objects.working(day).filter(serves_cps=True, families__contains=[product.family])
    ]
    return {
        "crumbs": [{"href": reverse("servicing"), "label": _("Servicing")}, {"label": product.name}],
        "name": product.name,
        "serial": item.serial_typed,
        "unserviceable": True,
        "centres": asked,
        "item_href": reverse("kitbag-item", args=[item.pk]),
    }
