"""A copy of one's data as a page to read: in the order of the page /privacy/, in the member's language and clock."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Field
from django.utils.formats import date_format, number_format
from django.utils.translation import get_language, get_language_info
from django.utils.translation import gettext as _
from django_countries import countries

from cps_portal.pages.servicing.words import FAULTS
from cps_portal.privacy.copying import Part, rows
from cps_portal.privacy.headings import COLUMNS, TITLES
from cps_portal.privacy.subjects import SHOWN, Subject
from members.models import Member, User
from members.rules.zones import place_of

# What has no name of its own stands on the page by what a person knows it by.
BY = {
    "kitbag.KitItem": "product__name",
    "kitbag.Proof": "name",
    "servicing.Case": "number",
    "account.EmailAddress": "email",
    "servicing.CaseEvent": "at",
}
COUNTRIES = frozenset({"country", "country_of_purchase", "from_country", "to_country", "return_country"})


@dataclass(frozen=True, slots=True)
class Section:
    """One subject with its tables, those of a thing before those of its parts."""

    subject: Subject
    tables: list[Part]


def sections_of(filled: list[Part]) -> list[Section]:
    """The parts that hold something, under their subjects. The register names parts before what they are of."""
    found = (Section(subject, [part for part in filled[::-1] if part.table.subject == subject]) for subject in SHOWN)
    return [section for section in found if section.tables]


def title_of(part: Part) -> str:
    return str(TITLES.get(part.name, part.title))


def columns_of(part: Part) -> list[Any]:
    """The fields that say something to a person; the rest is in the JSON."""
    return [field for field in part.fields() if field.name in COLUMNS]


def headings_of(part: Part) -> list[str]:
    return [str(COLUMNS[field.name]) for field in columns_of(part)]


def lines_of(part: Part, member: Member) -> Iterator[list[str]]:
    """The rows of a part in words, the oldest first."""
    fields = columns_of(part)
    zone = ZoneInfo(member.time_zone)
    for row in rows(part, member, named=BY, by_time=True):
        yield [said(field, row[field.name], zone) for field in fields]


def said(field: "Field[Any, Any]", value: Any, zone: ZoneInfo) -> str:
    """A value as people read it, in the active language; moments by the member's clock."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, datetime):
        return date_format(value.astimezone(zone), "DATETIME_FORMAT")
    if isinstance(value, date):
        return date_format(value, "DATE_FORMAT")
    if isinstance(value, int | float | Decimal):
        return _chosen(field, value) or number_format(value, use_l10n=True, force_grouping=True)
    if isinstance(value, list):
        return "\n".join(_thing(one) for one in value)
    if hasattr(value, "lower") and not isinstance(value, str):
        return " – ".join(date_format(day, "DATE_FORMAT") for day in (value.lower, value.upper) if day)
    return _word(field, str(value))


def _word(field: "Field[Any, Any]", text: str) -> str:
    if field.name in COUNTRIES:
        return str(countries.name(text)) or text
    if field.name == "fault":
        return str(FAULTS.get(text, text))
    if field.name == "time_zone":
        return place_of(text, get_language() or "en")
    if field.name == "language":
        return str(get_language_info(text)["name_local"])
    if getattr(field, "related_model", None) is User:
        return {"you": _("you"), "staff": _("staff")}.get(text, text)
    return _chosen(field, text) or text


def _chosen(field: "Field[Any, Any]", value: Any) -> str:
    """The words of one of a field's choices; "" where it has none."""
    return str(dict(getattr(field, "flatchoices", ())).get(value, ""))


def _thing(one: Any) -> str:
    """An entry of a list: a product with its number, else as it is."""
    return " · ".join(str(part) for part in one.values() if part) if isinstance(one, dict) else str(one)
