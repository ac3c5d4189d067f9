"""Loading the catalogue file into the portal (programme §2): what changed in the file, and nothing else.

The reading of "a broken file changes nothing": a fault of the file as a whole (encoding, header, a sku
twice, an unknown successor, a circle of successors) writes nothing at all; a fault inside a row refuses
that row, reported with line, column and reason, and the others are loaded. What a later file no longer
names stays, since old models are registrable for ever.

`Product.file_cells` remembers each product's cells of the last load, so that only cells that changed in
the file are taken over: what staff decided since stands until that very cell changes.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import connection, transaction

from kitbag import standing, valuing
from kitbag.models import CatalogueLoad, Product, SearchName, Stage, Valuation
from kitbag.rules import catalogue_file
from kitbag.rules.catalogue_file import STAGES, BrokenFile, Fault, Row
from kitbag.rules.families import family_of
from kitbag.rules.search_text import NAMES_VERSION, names
from kitbag.rules.valuing import PlanError
from kitbag.rules.worth import worth
from members.rules.days import programme_day

# A fall is told ahead (§4), so a stage that a later file brings begins when members had their notice.
NOTICE = timedelta(days=60)
A_BATCH = 1000
Tick = Callable[[int], object]
_POINTS = {"points": "points_full", "points_superseded": "points_superseded", "points_floor": "points_floor"}
_POINTS_AT = {
    "current": "points",
    "superseded": "points_superseded",
    "unserviceable": "points_floor",
}
_FIELD_OF = {"serial": "serial_need", **_POINTS}
_FIXED = {"id", "sku", "added_on"}


@dataclass(slots=True)
class Report:
    """What a load did, by sku; `refused` with line, column and reason. `skipped`: the file is the last one.

    `before` holds the cells of each product that it changed, as the load came upon them.
    """

    added: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    unchanged: int = 0
    refused: list[Fault] = field(default_factory=list)
    skipped: bool = False
    before: dict[str, Mapping[str, str]] = field(default_factory=dict)


def load(data: bytes, *, at: datetime, tick: Tick = bool) -> Report:
    """Bring the catalogue to what a file says; the same file a second time costs one query.

    `tick` is told of sound rows that are dealt with, how many more.
    Raises BrokenFile, with nothing written, and standing.DayTurned.
    """
    digest = hashlib.sha256(b"%d\n" % NAMES_VERSION + data).hexdigest()
    last = CatalogueLoad.objects.first()
    if last and last.digest == digest:
        refused = [Fault(**fault) for fault in last.refused]
        return Report(unchanged=last.added + last.changed + last.unchanged, refused=refused, skipped=True)
    return _load(catalogue_file.read(data), digest=digest, at=at, tick=tick)


@transaction.atomic
def _load(file: catalogue_file.CatalogueFile, *, digest: str, at: datetime, tick: Tick) -> Report:
    day = programme_day(at)
    standing.enter_day(day)
    with connection.cursor() as cursor:
        cursor.execute(f"LOCK TABLE {CatalogueLoad._meta.db_table} IN SHARE ROW EXCLUSIVE MODE")
    known = Product.objects.select_for_update(no_key=True).order_by("pk")
    products = {product.sku: product for product in known}
    rows, report = _sound_rows(file, products)
    added = [row for row in rows if row.sku not in products]
    _give_ids(added, products, day=day)
    _refuse_circles(rows, products)
    for start in range(0, len(added), A_BATCH):
        batch = added[start : start + A_BATCH]
        _insert([products[row.sku] for row in batch], batch, products, day=day)
        tick(len(batch))
    report.added = [row.sku for row in added]
    fresh = set(report.added)
    for row in rows:
        if row.sku not in fresh:
            _renew(row, products, report, at=at)
            tick(1)
    touched = [products[sku] for sku in report.changed]
    columns = [column.name for column in Product._meta.concrete_fields if column.name not in _FIXED]
    Product.objects.bulk_update(touched, columns, batch_size=500)
    refresh_names(products.values())
    CatalogueLoad.objects.create(
        loaded_at=at,
        digest=digest,
        added=len(report.added),
        changed=len(report.changed),
        unchanged=report.unchanged,
        refused=[{"line": fault.line, "column": fault.column, "reason": fault.reason} for fault in report.refused],
    )
    return report


def _sound_rows(file: catalogue_file.CatalogueFile, known: Mapping[str, Product]) -> tuple[list[Row], Report]:
    """Rows that can be loaded beside the products known; the rest is in the report."""
    report = Report(refused=list(file.refused))
    whole, single = catalogue_file.unknown_successors(file, known)
    if whole:
        raise BrokenFile(whole)
    report.refused += single
    fallen = {fault.line for fault in single}
    rows = []
    for row in file.rows:
        if row.line in fallen:
            continue
        faults = _faults_beside(row, known.get(row.sku))
        report.refused += faults
        if not faults:
            rows.append(row)
    report.refused.sort(key=lambda fault: fault.line)
    return rows, report


def _faults_beside(row: Row, product: Product | None) -> list[Fault]:
    """Why a sound row cannot be applied to the product as it stands today."""
    if product is None or not product.file_cells:
        return []
    cells, changed = row.cells, _changed(row, product)
    faults = []
    before = product.file_cells["lifecycle"]
    if "lifecycle" in changed and STAGES.index(cells["lifecycle"]) < STAGES.index(before):
        reason = f"from {before} back to {cells['lifecycle']}: that is for staff to decide"
        faults.append(Fault(row.line, "lifecycle", reason))
    values = [int(cells[column]) if column in changed else getattr(product, name) for column, name in _POINTS.items()]
    if reason := catalogue_file.points_fault(*values):
        faults.append(Fault(row.line, "points", f"beside what staff have set: {reason}"))
    return faults


def _changed(row: Row, product: Product) -> set[str]:
    """Columns whose cell differs from the last load's."""
    return {column for column, cell in row.cells.items() if product.file_cells.get(column) != cell}


def _give_ids(added: list[Row], products: dict[str, Product], *, day: date) -> None:
    """Enter unsaved products with their keys, so that successors can be named before they are saved."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
            [Product._meta.db_table, len(added)],
        )
        ids = [row[0] for row in cursor.fetchall()]
    for row, key in zip(added, ids, strict=True):
        products[row.sku] = Product(id=key, sku=row.sku, added_on=day)


def _refuse_circles(rows: list[Row], products: Mapping[str, Product]) -> None:
    """Raise BrokenFile where the file's successors and those that stand would run in a circle."""
    sku_of = {product.pk: sku for sku, product in products.items()}
    after = {sku: sku_of[product.superseded_by_id] for sku, product in products.items() if product.superseded_by_id}
    lines = {}
    for row in rows:
        product = products[row.sku]
        if not product.name or (product.file_cells and "superseded_by" in _changed(row, product)):
            lines[row.sku] = row.line
            after[row.sku] = row.cells["superseded_by"]
    circle = catalogue_file.circle({sku: successor for sku, successor in after.items() if successor})
    if circle:
        reason = f"products follow each other in a circle: {' → '.join([*circle, circle[0]])}"
        raise BrokenFile([Fault(min(lines.get(sku, 1) for sku in circle), "superseded_by", reason)])


def _insert(new: list[Product], rows: Sequence[Row], products: Mapping[str, Product], *, day: date) -> None:
    """Products new to the portal, each together with its first valuation."""
    is_first_load = not CatalogueLoad.objects.exists()
    effective_on = settings.PROGRAMME_START if is_first_load else day
    for product, row in zip(new, rows, strict=True):
        _apply(product, row, set(row.cells), products)
    Product.objects.bulk_create(new)
    Valuation.objects.bulk_create(
        [
            Valuation(
                product=product,
                effective_on=min(effective_on, day),
                points=int(row.cells[_POINTS_AT[row.cells["lifecycle"]]]),
                stage=row.cells["lifecycle"],
                reason=Valuation.Reason.FIRST,
                is_first=True,
                recorded_on=day,
            )
            for product, row in zip(new, rows, strict=True)
        ]
    )


def _apply(product: Product, row: Row, columns: Iterable[str], products: Mapping[str, Product]) -> None:
    """Take over the named cells; not saved yet."""
    for column in columns:
        cell = row.cells[column]
        if column in ("sku", "lifecycle"):
            continue
        if column == "superseded_by":
            product.superseded_by_id = products[cell].pk if cell else None
        elif column == "announced_year":
            product.announced_year = int(cell) if cell else None
        elif column in ("fast_track", "fast_track_video"):
            setattr(product, column, cell == "true")
        elif column in _POINTS:
            setattr(product, _POINTS[column], int(cell))
        else:
            setattr(product, _FIELD_OF.get(column, column), cell)
        if column == "category":
            product.family = family_of(cell)
    product.file_cells = dict(row.cells)


def _renew(row: Row, products: Mapping[str, Product], report: Report, *, at: datetime) -> None:
    """A product known already: take over the cells that changed, and have its plan follow."""
    product = products[row.sku]
    if not product.file_cells:
        # Staff entered it before the file knew it: their data stand, the file's are the start of comparing.
        product.file_cells = dict(row.cells)
        Product.objects.filter(pk=product.pk).update(file_cells=product.file_cells)
        report.unchanged += 1
        return
    changed = _changed(row, product)
    if not changed:
        report.unchanged += 1
        return
    try:
        with transaction.atomic():
            _follow_plan(row, product, changed, at=at)
    except PlanError as error:
        column = "lifecycle" if "lifecycle" in changed else "points"
        report.refused.append(Fault(row.line, column, f"the plan that staff made forbids it ({error.code})"))
        return
    report.before[row.sku] = product.file_cells
    _apply(product, row, changed, products)
    report.changed.append(row.sku)


def _follow_plan(row: Row, product: Product, changed: set[str], *, at: datetime) -> None:
    """Run the product's plan again over the file's new values and stage."""
    columns = [column for column in _POINTS if column in changed]
    if not columns and "lifecycle" not in changed:
        return
    today = programme_day(at)
    reason = "Catalogue file"
    if columns:
        Product.objects.filter(pk=product.pk).update(**{_POINTS[column]: int(row.cells[column]) for column in columns})
    steps = valuing.steps_of(product.pk)
    stage = next(step.stage for step in reversed(steps) if step.day <= today)
    now = int(row.cells[_POINTS_AT[stage]])
    # A value only ever rises by being set, from tomorrow; a lower one shows at the next stage (§4).
    rises = _POINTS_AT[stage] in changed and now > worth(steps, on=today + timedelta(days=1))
    valuing.replan(
        product.pk,
        set_value=valuing.SetValue(now, today + timedelta(days=1)) if rises else None,
        reason=reason,
        by=None,
        at=at,
    )
    if "lifecycle" in changed:
        mark = (Stage(row.cells["lifecycle"]), today + NOTICE)
        valuing.replan(product.pk, mark=mark, reason=reason, by=None, at=at)


def refresh_names(products: Iterable[Product], *, afresh: bool = False) -> None:
    """Bring the names that search is near to in line with the products'.

    Search notices new rows, whatever process wrote them. After a change by staff the rows are written
    `afresh` even where the names stand, so that search takes over whatever else was changed.
    """
    products = list(products)
    if afresh:
        SearchName.objects.filter(product__in=products).delete()
    wanted = {
        (product.pk, text): is_alias
        for product in products
        for text, is_alias in names(product.name, product.aliases).items()
    }
    keys = {key for key, _ in wanted}
    rows = SearchName.objects.filter(product__in=keys).values_list("pk", "product", "text", "is_alias")
    there = {(product, text): (pk, is_alias) for pk, product, text, is_alias in rows}
    stale = [pk for key, (pk, is_alias) in there.items() if wanted.get(key) != is_alias]
    SearchName.objects.filter(pk__in=stale).delete()
    missing = [key for key, is_alias in wanted.items() if key not in there or there[key][1] != is_alias]
    SearchName.objects.bulk_create(
        [SearchName(product_id=product, text=text, is_alias=wanted[product, text]) for product, text in missing],
        batch_size=2000,
    )
