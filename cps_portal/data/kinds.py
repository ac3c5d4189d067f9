"""The kinds of programme data: their columns, how the programme's own operations write rows, how they go out."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _

from cps_portal.data.by_form import by_form, rows_as_cells
from cps_portal.data.catalogue_rows import catalogue_rows, load_catalogue, wrong_alone
from cps_portal.data.files import Fault, Faulty, Row, cells_of
from cps_portal.data.outcome import CHANGED, NEW, SAME, Done, Said
from kitbag import holds, standing, valuing
from kitbag.models import Product, Valuation
from kitbag.plan_words import REFUSALS
from kitbag.registration import KitError
from kitbag.rules import catalogue_file
from kitbag.rules.valuing import PlanError
from kitbag.valuing import SetValue
from members.models import CountryTerms, DataImport, Threshold
from members.rules.days import programme_day
from servicing.models import Centre, Offer, ServiceTerms


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind: `apply` writes rows inside the caller's transaction or raises Faulty; `moves_points` where it may.

    `may_be_late`: it may come sooner than members are told ahead, for a reason that they are told. `wrong_alone`,
    where rows name each other: what is wrong with each by itself, which is told first, since a row that is not sound
    makes those that name it look wrong.
    """

    name: DataImport.Kind
    permission: str
    columns: Sequence[str]
    key: Sequence[str]
    apply: Callable[[list[Row], Said, datetime], list[Done]]
    export: Callable[[], Iterator[Sequence[object]]]
    moves_points: bool = False
    may_be_late: bool = False
    wrong_alone: Callable[[list[Row]], list[Fault]] | None = None

    def table(self) -> Iterator[list[str]]:
        """All of it as rows of a table, its headings first."""
        yield list(self.columns)
        for row in self.export():
            yield cells_of(row)


def _day(row: Row, column: str, faults: list[Fault]) -> date | None:
    try:
        day = parse_date(row.cells[column].strip())
    except ValueError:
        day = None
    if day is None:
        faults.append(Fault(row.number, column, _("A day is written as 2027-09-14.")))
    return day


def _number(row: Row, column: str, faults: list[Fault]) -> int | None:
    text = row.cells[column].strip()
    if not (text.isascii() and text.isdecimal() and len(text) < 8):
        faults.append(Fault(row.number, column, _("A whole number, without signs between its digits.")))
        return None
    return int(text)


def _refused(row: Row, error: KitError | PlanError, columns: dict[str, str]) -> Fault:
    field, words = REFUSALS.get(error.code, ("", _("The programme does not allow this.")))
    return Fault(row.number, columns.get(field, field), str(words))


# Values and thresholds, by their operations only


def _set_values(rows: list[Row], said: Said, at: datetime) -> list[Done]:
    faults: list[Fault] = []
    done: list[Done] = []
    # Held before their plans are read: what is told of a row is what its change came upon. Members go on registering.
    standing.enter_day(programme_day(at))
    skus = [row.cells["sku"] for row in rows]
    held = Product.objects.select_for_update(no_key=True).filter(sku__in=skus).order_by("sku")
    products = dict(held.values_list("sku", "pk"))
    planned = {
        (sku, day): points
        for sku, day, points in Valuation.objects.in_force()
        .filter(product__in=products.values(), reason=Valuation.Reason.SET)
        .values_list("product__sku", "effective_on", "points")
    }
    for row in sorted(rows, key=lambda row: (row.cells["sku"], row.cells["day"])):
        said.tick()
        sku, before = row.cells["sku"], len(faults)
        day, points = _day(row, "day", faults), _number(row, "points", faults)
        if sku not in products:
            faults.append(Fault(row.number, "sku", _("No product has this sku.")))
        if day is None or points is None or len(faults) > before:
            continue
        old = planned.get((sku, day))
        if old == points:
            done.append(Done(SAME, f"{sku}, {day}"))
            continue
        try:
            valuing.replan(
                products[sku],
                set_value=SetValue(points, day),
                reason=said.reason,
                short_notice=said.short_notice,
                by=said.by,
                at=at,
            )
        except PlanError as error:
            faults.append(_refused(row, error, {}))
            continue
        done.append(
            Done(NEW if old is None else CHANGED, f"{sku}, {day}", f"{old if old is not None else '–'} → {points}")
        )
    if faults:
        raise Faulty(faults)
    return done


def _value_rows() -> Iterator[Sequence[object]]:
    rows = Valuation.objects.in_force().filter(reason=Valuation.Reason.SET).order_by("product__sku", "effective_on")
    yield from rows.values_list("product__sku", "effective_on", "points").iterator()


def _plan_thresholds(rows: list[Row], said: Said, at: datetime) -> list[Done]:
    faults: list[Fault] = []
    done: list[Done] = []
    standing.enter_day(programme_day(at))
    with connection.cursor() as cursor:
        cursor.execute(f"LOCK TABLE {Threshold._meta.db_table} IN SHARE ROW EXCLUSIVE MODE")
    for row in sorted(rows, key=lambda row: row.cells["day"]):
        said.tick()
        day = _day(row, "day", faults)
        needs = [_number(row, name, faults) for name in ("silver", "gold", "platinum")]
        if day is None or None in needs:
            continue
        newest = Threshold.objects.filter(effective_on=day).order_by("revision").last()
        old = None if newest is None or newest.is_withdrawn else [newest.silver, newest.gold, newest.platinum]
        if old == needs:
            done.append(Done(SAME, day.isoformat()))
            continue
        silver, gold, platinum = (need or 0 for need in needs)
        try:
            holds.plan_thresholds(
                effective_on=day,
                silver=silver,
                gold=gold,
                platinum=platinum,
                reason=said.reason,
                short_notice=said.short_notice,
                by=said.by,
                at=at,
            )
        except KitError as error:
            faults.append(_refused(row, error, {}))
            continue
        done.append(
            Done(CHANGED if old else NEW, day.isoformat(), f"{_ascending(old) if old else '–'} → {_ascending(needs)}")
        )
    if faults:
        raise Faulty(faults)
    return done


def _ascending(needs: Sequence[int | None]) -> str:
    return " / ".join(str(need) for need in needs)


def _threshold_rows() -> Iterator[Sequence[object]]:
    newest = Threshold.objects.order_by("effective_on", "-revision").distinct("effective_on")
    for row in newest:
        if not row.is_withdrawn:
            yield row.effective_on, row.silver, row.gold, row.platinum


_COUNTRY = ("country", "benefit_class", "valid_from", "ended")
_SERVICE = (
    *("country", "level", "service", "valid_from", "target_days", "video_target_days", "loan"),
    *("discount_percent", "free_return_shipping"),
)
_CENTRE = (
    *("code", "name", "kind", "street", "postcode", "town", "country", "latitude", "longitude", "phone", "email"),
    *("time_zone", "holiday_region", "cut_off", "services", "families", "takes_video", "serves_cps", "offers"),
    *("currency", "vat_percent", "visitor_days", "is_demo", "begins_on", "ended_on"),
)
_OFFER = (
    *("title", "summary", "text", "levels", "countries", "begins_on", "ends_on", "codes", "shared_code", "link"),
    "published",
)
KINDS: tuple[Kind, ...] = (
    Kind(
        DataImport.Kind.CATALOGUE,
        "kitbag.change_product",
        catalogue_file.COLUMNS,
        ("sku",),
        load_catalogue,
        catalogue_rows,
        moves_points=True,
        wrong_alone=wrong_alone,
    ),
    Kind(
        DataImport.Kind.VALUES,
        "kitbag.add_valuation",
        ("sku", "day", "points"),
        ("sku", "day"),
        _set_values,
        _value_rows,
        moves_points=True,
        may_be_late=True,
    ),
    Kind(
        DataImport.Kind.THRESHOLDS,
        "members.add_threshold",
        ("day", "silver", "gold", "platinum"),
        ("day",),
        _plan_thresholds,
        _threshold_rows,
        moves_points=True,
        may_be_late=True,
    ),
    Kind(
        DataImport.Kind.COUNTRY_TERMS,
        "members.add_countryterms",
        _COUNTRY,
        ("country", "valid_from"),
        by_form(CountryTerms, _COUNTRY, ("country", "valid_from")),
        rows_as_cells(CountryTerms, _COUNTRY),
    ),
    Kind(
        DataImport.Kind.SERVICE_TERMS,
        "servicing.add_serviceterms",
        _SERVICE,
        ("country", "level", "service", "valid_from"),
        by_form(ServiceTerms, _SERVICE, ("country", "level", "service", "valid_from")),
        rows_as_cells(ServiceTerms, _SERVICE),
    ),
    Kind(
        DataImport.Kind.CENTRES,
        "servicing.add_centre",
        _CENTRE,
        ("code",),
        by_form(Centre, _CENTRE, ("code",), lists=("services", "families")),
        rows_as_cells(Centre, _CENTRE),
    ),
    Kind(
        DataImport.Kind.OFFERS,
        "servicing.add_offer",
        _OFFER,
        ("title", "begins_on"),
        by_form(Offer, _OFFER, ("title", "begins_on"), lists=("levels", "countries")),
        rows_as_cells(Offer, _OFFER),
    ),
)


def kind_of(name: str) -> Kind | None:
    return next((kind for kind in KINDS if kind.name == name), None)
