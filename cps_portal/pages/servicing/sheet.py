"""The sheet that goes into the parcel, as PDF; only before the centre has it (programme §6)."""

from django.conf import settings
from django.http import HttpResponse
from django.urls import reverse
from django.utils import translation
from django.utils.translation import get_language, get_language_bidi
from django.views.decorators.http import require_safe

from cps_portal.pages.servicing.changing import own_case, too_late
from cps_portal.pages.servicing.words import fault_words
from cps_portal.pdf import ship_in
from members.access import MemberRequest, member_required
from servicing.locator import country_name
from servicing.models import Case, SendBy, Service, SlotHold
from servicing.rules.address import address_lines


@require_safe
@member_required
def case_sheet(request: MemberRequest, number: str) -> HttpResponse:
    """The sheet of a request; afterwards the case says where it is."""
    case = own_case(request, number)
    if late := too_late(request, case):
        return late
    file = ship_in.written(sheet_of(case, name=request.member.user.name, card=request.member.spaced_number))
    return HttpResponse(
        file,
        content_type="application/pdf",
        headers={
            "Content-Disposition": f'inline; filename="{case.number}.pdf"',
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "private, no-store",
        },
    )


def receive_href(number: str) -> str:
    """The absolute address that the bench opens by the sheet's QR code."""
    return f"{settings.PORTAL_ORIGIN}{reverse('admin:bench_receive', query={'number': number})}"


def sheet_of(case: Case, *, name: str, card: str) -> ship_in.Sheet:
    """What the sheet says, in the page's language; addresses in the form of their country."""
    centre = case.centre
    place = SlotHold.objects.filter(stretch__case=case, freed_at=None).values_list("number", flat=True).first()
    return ship_in.Sheet(
        number=case.number,
        link=receive_href(case.number),
        centre_name=centre.name,
        centre_address=_address(centre.street, centre.postcode, centre.town, str(centre.country)),
        centre_phone=centre.phone,
        member=name,
        card=card,
        product=case.product.name,
        serial=case.item.serial_typed if case.item else case.serial,
        service=str(Service(case.service).label),
        warranty=case.warranty,
        fault=fault_words(case.fault),
        words=case.fault_words,
        accessories=case.sends_accessories,
        needed_by=case.needed_by,
        by_desk=case.send_by == SendBy.DESK,
        place=place,
        back=[
            case.return_name,
            *_address(case.return_street, case.return_postcode, case.return_town, case.return_country),
        ],
        back_phone=case.return_phone,
        language=get_language() or "en",
        rtl=get_language_bidi(),
        at=case.changed_at,
    )


def _address(street: str, postcode: str, town: str, country: str) -> list[str]:
    """An address as carriers read it: in the form of its country, whose name is in English on every label."""
    with translation.override("en"):
        return [*address_lines(street, postcode, town, country), country_name(country)]
