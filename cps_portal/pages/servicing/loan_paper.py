"""What the agreement of a loan says, from its rows."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.formats import date_format
from django.utils.translation import get_language, get_language_bidi, pgettext

from cps_portal.pages.servicing.states import centre_words
from cps_portal.pdf import loan_agreement
from servicing.locator import country_name
from servicing.models import Loan
from servicing.rules.address import address_lines


def paper_of(loan: Loan) -> bytes:
    """The agreement as PDF in the page's language; what is not known yet is left to be written by hand."""
    case, centre, unit = loan.case, loan.case.centre, loan.unit
    zone = ZoneInfo(centre.time_zone)
    handed_over = loan.handed_over_at.astimezone(zone) if loan.handed_over_at else None
    returned = loan.returned_at.astimezone(zone) if loan.returned_at else None
    address = address_lines(centre.street, centre.postcode, centre.town, str(centre.country))
    begins = handed_over.date() if handed_over else loan.from_on
    due_on = returned.date() if loan.period.isempty and returned else loan.due_on
    return loan_agreement.written(
        loan_agreement.Agreement(
            key=f"{loan.pk} {loan.state} {due_on.isoformat()}",
            number=case.number,
            member=loan.member.user.name,
            card=loan.member.spaced_number,
            product=case.product.name,
            centre=centre_words(centre),
            address=[*address, country_name(str(centre.country))],
            unit=unit.product.name,
            serial=unit.serial,
            begins=date_format(begins, "j M Y"),
            due=date_format(due_on, "j M Y"),
            accessories=loan.accessories_out or unit.accessories,
            condition=loan.condition_out,
            handed_over=_when(handed_over),
            returned=_when(returned),
            condition_back=loan.condition_back,
            accessories_back=loan.accessories_back,
            days_after=settings.LOAN_DAYS_AFTER_RETURN,
            language=get_language() or "en",
            rtl=get_language_bidi(),
            at=loan.returned_at or loan.handed_over_at or loan.booked_at,
        )
    )


def _when(moment: datetime | None) -> str:
    """Day and time of the centre's clock; empty for none yet."""
    if moment is None:
        return ""
    return pgettext("between things in a row", ", ").join(date_format(moment, form) for form in ("j M Y", "H:i"))
