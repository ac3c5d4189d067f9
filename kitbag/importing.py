"""Many items at once: a table is checked, the member chooses, the rows are written (programme §3).

Writing goes in chunks, each one transaction with its results and the count of what is done, so that a
process killed at any moment leaves nothing half done and whoever comes next goes on after it.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID, uuid5

from django.conf import settings
from django.db import DataError, IntegrityError, transaction

from kitbag import import_check, registration, standing
from kitbag.import_check import Row
from kitbag.models import KitImport, KitItem, Product
from kitbag.registration import Details
from kitbag.rules.serials import normalise
from kitbag.rules.table import Table, one_line
from kitbag.rules.table_headings import Column
from members.messages import Bell
from members.models import User
from members.rules.days import programme_day

CHUNK = 25
bell = Bell("kitbag.tasks.write_imports")
log = logging.getLogger(__name__)


@dataclass(slots=True)
class Change:
    """What a member changed in a row: ticked or not, another product chosen, cells written anew."""

    take: bool | None = None
    product: int | None = None
    cells: dict[Column, str] = field(default_factory=dict)


def check_table(read: Table, *, member_id: int, at: datetime) -> KitImport:
    """Keep a table with what each row would become. Writes no kit item."""
    rows = import_check.rows_of(read.rows)
    import_check.find_products(rows, at=at)
    import_check.judge(rows, member_id=member_id, at=at)
    return KitImport.objects.create(member_id=member_id, created_at=at, rows=rows)


@transaction.atomic
def choose(import_id: UUID, *, member_id: int, changes: Mapping[int, Change], at: datetime) -> KitImport:
    """Keep what a member changed, by row number, and check the table again. Once it is being written nothing changes.

    Raises KitImport.DoesNotExist.
    """
    found = KitImport.objects.select_for_update().get(pk=import_id, member=member_id)
    if found.state != KitImport.State.CHECKED:
        return found
    rows: list[Row] = found.rows
    renamed = [row for row in rows if row["row"] in changes and _change(row, changes[row["row"]])]
    if renamed:
        import_check.find_products(renamed, at=at)
    import_check.judge(rows, member_id=member_id, at=at)
    found.save(update_fields=["rows"])
    return found


def _change(row: Row, change: Change) -> bool:
    """Put a change into a row. Returns whether its product has to be looked for again."""
    before = dict(row["cells"])
    for column, cell in change.cells.items():
        if text := one_line(cell):
            row["cells"][column.value] = text
        else:
            row["cells"].pop(column.value, None)
    if row["cells"] != before:
        row["broken"], row["rest"] = [], []
    if row["cells"].get(Column.PRODUCT) != before.get(Column.PRODUCT):
        return True
    if row["offered"] and change.product != row["product"] and change.product in (None, *row["offered"]):
        row["product"] = change.product
    elif change.take is not None and change.take != import_check.is_taken(row):
        row["said"] = change.take
    return False


@transaction.atomic
def begin(import_id: UUID, *, member_id: int, at: datetime) -> KitImport:
    """Add the chosen rows from now on; begun a second time it is as it was. Raises KitImport.DoesNotExist.

    What is done is decided here; writing is `write_chunk`, now or by the worker.
    """
    found = KitImport.objects.select_for_update().get(pk=import_id, member=member_id)
    if found.state != KitImport.State.CHECKED:
        return found
    import_check.judge(found.rows, member_id=member_id, at=at)
    for row in found.rows:
        row["taken"], row["result"] = import_check.is_taken(row), ""
    found.total = sum(row["taken"] for row in found.rows)
    found.state = KitImport.State.WRITING
    found.save(update_fields=["rows", "state", "total"])
    if found.total > settings.IMPORT_WRITTEN_AT_ONCE:
        bell.ring_after_commit()
    return found


@transaction.atomic
def write_chunk(import_id: UUID, *, at: datetime) -> bool:
    """Write the next rows of an import. Returns whether some are left to this caller.

    Nothing is done, and False returned, where another is writing it or it is written. Raises
    standing.DayTurned.
    """
    found = (
        KitImport.objects.select_for_update(skip_locked=True).filter(pk=import_id, state=KitImport.State.WRITING)
    ).first()
    if found is None:
        return False
    standing.enter_day(programme_day(at))
    standing.lock(found.member_id)
    left = [row for row in found.rows if row["taken"] and not row["result"]]
    chunk = left[:CHUNK]
    _write(chunk, found, at=at)
    found.done = found.total - len(left) + len(chunk)
    is_more = len(left) > len(chunk)
    if not is_more:
        found.state, found.written_at = KitImport.State.WRITTEN, at
    found.save(update_fields=["rows", "done", "state", "written_at"])
    return is_more


def item_key(import_id: UUID, number: int) -> UUID:
    """The key of the item that a row makes: the same however often it is written."""
    return uuid5(import_id, str(number))


def _write(chunk: list[Row], found: KitImport, *, at: datetime) -> None:
    """Register rows, and put into each what became of it. The member's standing is locked."""
    by = User.objects.get(member=found.member_id)
    needs = dict(
        Product.objects.filter(pk__in=[row["product"] for row in chunk]).values_list("pk", "serial_need").order_by()
    )
    keys = {item_key(found.pk, row["row"]): row for row in chunk}
    made = dict(KitItem.objects.filter(pk__in=list(keys)).values_list("pk", "state"))
    own = set(KitItem.objects.live().filter(member=found.member_id).exclude(serial="").values_list("product", "serial"))
    for key, row in keys.items():
        typed = "" if needs[row["product"]] == Product.SerialNeed.NONE else row["cells"].get(Column.SERIAL, "")
        unit = row["product"], normalise(typed)
        if key in made:
            row["result"] = made[key]
        elif unit in own:
            # Added since it was checked, in another tab or by hand.
            row["result"] = "own"
        else:
            row["result"] = _register(row, typed, key, member_id=found.member_id, at=at, by=by)
            own.update({unit} if unit[1] else ())


def _register(row: Row, typed: str, key: UUID, *, member_id: int, at: datetime, by: User) -> str:
    """Add one row's item. Returns its state, or "failed" for a row that the database refuses."""
    details = Details(
        serial_typed=typed,
        country_of_purchase=row["country"],
        purchased_on=date.fromisoformat(row["date"]) if row["date"] else None,
        store=import_check.store_of(row),
    )
    try:
        item = registration.add_item(
            member_id=member_id, product_id=row["product"], details=details, item_id=key, at=at, by=by
        )
    except (DataError, IntegrityError):
        # One row must not hold up the others for ever.
        log.exception("A row of an import was refused by the database (row %s, item %s).", row["row"], key)
        return "failed"
    return str(item.state)


def write_through(import_id: UUID) -> None:
    """Write all that is left of an import, chunk by chunk, each at its own moment."""
    while standing.at_the_clock(write_chunk, import_id):
        pass


def write_some(import_id: UUID) -> None:
    """Write as many rows of an import as a request can bear."""
    for _chunk in range(-(-settings.IMPORT_WRITTEN_AT_ONCE // CHUNK)):
        if not standing.at_the_clock(write_chunk, import_id):
            return


def write_waiting() -> int:
    """Write every import that was begun and is not written: queued, or left by a process that is gone."""
    waiting = KitImport.objects.filter(state=KitImport.State.WRITING).order_by("created_at")
    ids = list(waiting.values_list("pk", flat=True))
    for import_id in ids:
        write_through(import_id)
    return len(ids)


def forget_old(*, at: datetime) -> int:
    """Delete imports older than they are kept (programme §5, retention); the items stay. Returns how many."""
    old = KitImport.objects.filter(created_at__lt=at - timedelta(days=settings.IMPORT_KEPT_DAYS))
    return old.exclude(state=KitImport.State.WRITING).delete()[0]
