"""Checking a table of kit without writing any of it: what each row would become (programme §3).

The rows of a KitImport are plain values: `row` (its number), `cells` as typed, `broken` and `rest` from
reading, `product` or what is `offered`, `country` and `date` as understood, `faults`, `verdict` with
`missing`, `reasons` and `like`, `said` by the member, and once it is written `taken` and `result`.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

from django.conf import settings
from django.utils.translation import override
from django_countries import countries

from kitbag import search
from kitbag.models import FormerNumber, KitItem, Product, Spell, StolenUnit
from kitbag.rules import dates, many, table
from kitbag.rules.many import Around, Line, Thing, Verdict
from kitbag.rules.serials import normalise
from kitbag.rules.table import Fault
from kitbag.rules.table_headings import Column, fold
from members.rules.days import latest_day_on_earth, programme_day
from members.rules.names import can_be_seen

OFFERED = 5
# What countries are called beside their names and codes.
_ALSO_CALLED = {
    "GB": ("UK", "Great Britain", "Britain", "England", "Scotland", "Wales", "Northern Ireland", "بريطانيا", "إنجلترا"),
    "US": ("America", "United States", "أمريكا", "الولايات المتحدة الأمريكية"),
    "AE": ("Emirates", "الإمارات"),
    "SA": ("KSA", "السعودية"),
    "NL": ("Holland", "The Netherlands", "هولندا"),
    "CZ": ("Czech Republic", "Czechia"),
    "CI": ("Ivory Coast",),
    "TR": ("Turkey", "Türkiye", "Turkiye"),
    "RU": ("Russia", "روسيا"),
    "KR": ("South Korea", "Korea", "كوريا الجنوبية"),
    "SY": ("Syria", "سوريا"),
    "IR": ("Iran", "إيران"),
    "MD": ("Moldova",),
    "MK": ("Macedonia",),
    "TZ": ("Tanzania",),
    "PS": ("Palestine", "فلسطين"),
}
Row = dict[str, Any]


@cache
def _codes_by_name() -> dict[str, str]:
    """Codes of countries by what people write: names in both languages, codes of two and three letters."""
    codes: dict[str, str] = {}
    for code, names in _ALSO_CALLED.items():
        codes |= {fold(name): code for name in names}
    for language in ("en", "ar"):
        with override(language):
            codes |= {fold(str(name)): code for code, name in countries}
    codes |= {name.removeprefix("ال"): code for name, code in codes.items() if name.startswith("ال")}
    for code, _name in countries:
        codes[code.casefold()] = code
        codes[countries.alpha3(code).casefold()] = code
    return codes


def read_country(text: str) -> str:
    """The code of a country by its name in English or Arabic or its code; empty where it is none."""
    name = fold(text[:100])
    codes = _codes_by_name()
    return codes.get(name) or codes.get(name.removeprefix("the ").removeprefix("ال"), "")


def rows_of(read: Iterable[table.Row]) -> list[Row]:
    """The rows of a table as an import keeps them, not checked yet."""
    return [
        {
            "row": row.number,
            "cells": {column.value: cell for column, cell in row.cells.items()},
            "broken": [[fault.value, column.value] for fault, column in row.broken],
            "rest": row.rest,
            "product": None,
            "offered": [],
            "said": None,
        }
        for row in read
    ]


def find_products(rows: Sequence[Row], *, at: datetime) -> None:
    """Put into each row the product that its name surely means, or those it may mean."""
    names = {row["cells"].get(Column.PRODUCT, "") for row in rows}
    matches = search.match_many(sorted(names), day=programme_day(at), limit=OFFERED)
    for row in rows:
        match = matches[row["cells"].get(Column.PRODUCT, "")]
        ids = [found.product_id for found in match.found]
        row["product"], row["offered"] = (ids[0], []) if match.is_sure else (None, ids)


def judge(rows: Sequence[Row], *, member_id: int, at: datetime) -> None:
    """Put into each row what would become of it; in six queries, however many rows."""
    things = _things({row["product"] for row in rows if row["product"]})
    for row in rows:
        _understand(row)
    lines = [_line(row, things) for row in rows]
    judged = many.judge(
        lines,
        _around(lines, member_id=member_id, at=at),
        latest_day=latest_day_on_earth(at),
        per_hour=settings.ITEMS_VALIDATED_PER_HOUR,
        without_number_limit=settings.ITEMS_WITHOUT_NUMBER_PER_PRODUCT,
    )
    for row, one in zip(rows, judged, strict=True):
        row["verdict"], row["like"] = one.verdict.value, one.like
        row["missing"] = [detail.value for detail in one.missing]
        row["reasons"] = [reason.value for reason in one.reasons]


def _understand(row: Row) -> None:
    """Country and date of a row as values, and everything that cannot be read."""
    cells = {Column(name): cell for name, cell in row["cells"].items()}
    faults = [(Fault(fault), Column(column)) for fault, column in row["broken"]] + table.faults_of(cells)
    if not row["product"] and not row["offered"] and cells.get(Column.PRODUCT):
        faults.append((Fault.PRODUCT_UNKNOWN, Column.PRODUCT))
    serial = cells.get(Column.SERIAL, "")
    if serial and (not normalise(serial) or any(char.isalpha() and not normalise(char) for char in serial)):
        faults.append((Fault.SERIAL_LETTERS, Column.SERIAL))
    country = cells.get(Column.COUNTRY, "")
    row["country"] = read_country(country) if country else ""
    if country and not row["country"]:
        faults.append((Fault.COUNTRY, Column.COUNTRY))
    day, fault = _read_day(cells.get(Column.DATE, ""))
    row["date"] = day.isoformat() if day else ""
    if fault:
        faults.append((fault, Column.DATE))
    # Of two faults in one cell the first says enough.
    first = {column: fault for fault, column in reversed(faults)}
    row["faults"] = [[first[column].value, column.value] for column in Column if column in first]


def _read_day(text: str) -> tuple[date | None, Fault | None]:
    if not text:
        return None, None
    day = dates.read_date(text)
    if day is None:
        return None, Fault.DATE_COUNTED if dates.counts_days(text) else Fault.DATE
    if not dates.FIRST_YEAR <= day.year <= dates.LAST_YEAR:
        return None, Fault.DATE_YEAR
    return day, None


def store_of(row: Row) -> str:
    """The store of a row; empty where there is nothing to read."""
    store: str = row["cells"].get(Column.STORE, "")
    return store if can_be_seen(store) else ""


def _line(row: Row, things: dict[int, Thing]) -> Line:
    thing = things.get(row["product"]) if row["product"] else None
    typed = row["cells"].get(Column.SERIAL, "")
    return Line(
        number=row["row"],
        thing=thing,
        serial="" if thing and thing.serial_need == "none" else normalise(typed),
        country=row["country"],
        purchased_on=date.fromisoformat(row["date"]) if row["date"] else None,
        store=store_of(row),
        is_faulty=bool(row["faults"]),
        said=row["said"],
    )


def _things(ids: Iterable[int]) -> dict[int, Thing]:
    rows = Product.objects.filter(pk__in=list(ids)).order_by()
    return {row[0]: Thing(*row) for row in rows.values_list("pk", "category", "serial_need", "announced_year")}


def _around(lines: Sequence[Line], *, member_id: int, at: datetime) -> Around:
    serials = sorted({line.serial for line in lines if line.serial})
    around = Around(
        stolen=set(StolenUnit.objects.filter(serial__in=serials, withdrawn_at=None).values_list("product", "serial")),
        former=set(FormerNumber.objects.filter(serial__in=serials).values_list("product", "serial")),
        validated_last_hour=Spell.objects.filter(
            member=member_id, opened_at__gt=at - timedelta(hours=1), cause__in=["registered", "reviewed"]
        ).count(),
    )
    validated = KitItem.objects.validated().filter(serial__in=serials)
    for serial, product, category in validated.values_list("serial", "product", "product__category"):
        around.validated.setdefault(serial, []).append((product, category))
    own = KitItem.objects.live().filter(member=member_id).order_by()
    for product, serial, state, country, day, store in own.values_list(
        "product", "serial", "state", "country_of_purchase", "purchased_on", "store"
    ):
        counts = state == KitItem.State.VALIDATED
        if serial:
            around.own.add((product, serial))
        else:
            around.own_plain[product, str(country or ""), day, store] += 1
        if counts and serial:
            around.numbers.setdefault(product, []).append(serial)
        elif counts:
            around.without_number[product] += 1
    return around


def is_taken(row: Row) -> bool:
    """Whether a checked row is to be added."""
    return many.is_taken(row["verdict"], row["said"])


def needs_member(row: Row) -> bool:
    """Whether a checked row is one that the member has to look at: not proposed as it stands."""
    return Verdict(row["verdict"]) not in many.PROPOSED
