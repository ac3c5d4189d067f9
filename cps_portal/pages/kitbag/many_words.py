"""The words for a table of kit: what cannot be read, what becomes of each row, and why one was left over."""

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from cps_portal.pages.kitbag.words import listed_plainly, missing_words
from kitbag.models import KitItem, WaitingReason
from kitbag.rules.checks import MEMBER_ACTS, Detail, Reason
from kitbag.rules.many import Verdict
from kitbag.rules.table import LONGEST, MOST_ROWS, Fault, TableError
from kitbag.rules.table_headings import Column
from members.wording.words import Words

COLUMNS: dict[Column, Words] = {
    Column.PRODUCT: gettext_lazy("Product"),
    Column.SERIAL: gettext_lazy("Serial number"),
    Column.COUNTRY: gettext_lazy("Country of purchase"),
    Column.DATE: gettext_lazy("Date of purchase"),
    Column.STORE: gettext_lazy("Store"),
}
FAULTS: dict[Fault, Words] = {
    Fault.PRODUCT_MISSING: gettext_lazy("Name the product."),
    Fault.PRODUCT_UNKNOWN: gettext_lazy("We find no product of this name. Write it as it stands on the product."),
    Fault.NUL: gettext_lazy("This has signs that cannot be read. Write it anew."),
    Fault.UNCLOSED: gettext_lazy("A quotation mark here is not closed, so the row cannot be told apart. Look at it."),
    Fault.TOO_MANY_CELLS: gettext_lazy(
        "The row has more cells than there are columns; a comma in a name may be the reason. Look at it."
    ),
    Fault.SERIAL_SHORTENED: gettext_lazy("A spreadsheet has shortened this number. Write it out in full."),
    Fault.SERIAL_LETTERS: gettext_lazy("Write it with the letters A to Z and digits, as on the product."),
    Fault.DATE: gettext_lazy("Write the date as 14/09/2027 or 14 Sep 2027."),
    Fault.DATE_COUNTED: gettext_lazy("A spreadsheet has turned this date into a number. Write it as 14/09/2027."),
    Fault.DATE_YEAR: gettext_lazy("Look at the year again."),
    Fault.COUNTRY: gettext_lazy("We do not know this country. Write its name in English or Arabic, or its code."),
}
TABLES: dict[str, Words] = {
    "empty": gettext_lazy("There is no row to read. Paste at least one product."),
    "too_big": gettext_lazy("This is more than 1 MB. Cut the table into several."),
    "workbook": gettext_lazy("This is a workbook. In the spreadsheet save it as CSV, then choose that file."),
    "not_text": gettext_lazy("This file is not a table of text. In the spreadsheet save it as CSV, then choose that."),
    "no_product": gettext_lazy("No column is called Product. Give the column with the products that heading."),
}


def table_words(error: TableError) -> str:
    """Why a whole table cannot be read."""
    if error.code == "too_many_rows":
        words = ngettext(
            "The table has %(rows)s row; up to %(most)s can be added at a time. Cut it into several.",
            "The table has %(rows)s rows; up to %(most)s can be added at a time. Cut it into several.",
            error.count,
        )
        return words % {"rows": f"{error.count:,}", "most": f"{MOST_ROWS:,}"}
    return str(TABLES[error.code])


def fault_words(fault: str, column: str) -> str:
    """What is wrong with a cell, without its column's name."""
    if fault == Fault.TOO_LONG:
        most = LONGEST[Column(column)]
        return ngettext(
            "This is longer than %(most)s sign. Shorten it.", "This is longer than %(most)s signs. Shorten it.", most
        ) % {"most": most}
    return str(FAULTS[Fault(fault)])


def in_column(column: str, words: str) -> str:
    """ "Date of purchase: Look at the year again." """
    return _("%(column)s: %(words)s") % {"column": COLUMNS[Column(column)], "words": words}


def _reasons(row: dict[str, Any]) -> str:
    # What the member can put right is said first; that there are many is said once, above the rows.
    codes = sorted((code for code in row["reasons"] if code != Reason.MANY), key=lambda code: code not in MEMBER_ACTS)
    return ". ".join(str(WaitingReason(code).label) for code in codes)


def _missing(row: dict[str, Any]) -> str:
    return missing_words([Detail(code) for code in row["missing"]])


_WORDS: dict[Verdict, Callable[[dict[str, Any]], str]] = {
    Verdict.READY: lambda row: _("It will count"),
    Verdict.CHECKED: lambda row: (
        _("We check it first: %(why)s") % {"why": why} if (why := _reasons(row)) else _("We check it first")
    ),
    Verdict.DRAFT: lambda row: ". ".join(
        filter(None, [_("Added as a draft: %(why)s") % {"why": _missing(row)}, _reasons(row)])
    ),
    Verdict.LOOK: _reasons,
    Verdict.CLAIM: lambda row: _("%(why)s. It would wait until you tell us more") % {"why": _reasons(row)},
    Verdict.ALIKE: lambda row: _("Your kitbag has one just like it. Tick this one if you own another"),
    Verdict.OWN: lambda row: _("Already in your kitbag"),
    Verdict.TWICE: lambda row: _("The same serial number as in row %(row)s") % {"row": row["like"]},
    Verdict.CHOOSE: lambda row: _("Several products fit: choose yours"),
    Verdict.FAULT: lambda row: listed_plainly([str(COLUMNS[Column(column)]) for _fault, column in row["faults"]]),
}
_DOTS = {Verdict.READY: "counts", Verdict.CHECKED: "checking"}


def state_of(row: dict[str, Any]) -> tuple[str, str]:
    """Dot and words of a checked row."""
    verdict = Verdict(row["verdict"])
    words = _WORDS[verdict](row)
    if verdict == Verdict.FAULT:
        words = _("Cannot be read yet: %(columns)s") % {"columns": words}
    return _DOTS.get(verdict, "needs-you"), words


def columns_to_look_at(row: dict[str, Any]) -> dict[str, str]:
    """The cells of a row that may have to be written anew, each with what is to be done about it, or nothing."""
    if row["faults"]:
        return {column: fault_words(fault, column) for fault, column in row["faults"]}
    verdict = Verdict(row["verdict"])
    if verdict == Verdict.CHOOSE:
        return {Column.PRODUCT.value: ""}
    if verdict in (Verdict.OWN, Verdict.TWICE, Verdict.CLAIM):
        return {Column.SERIAL.value: ""}
    found: dict[str, str] = {}
    for code in row["reasons"]:
        if code in (Reason.DATE_FUTURE, Reason.DATE_EARLY):
            found[Column.DATE.value] = ""
        elif code in (Reason.SERIAL_SHAPE, Reason.DATE_CODE):
            found[Column.SERIAL.value] = ""
    return found


def why_left(row: dict[str, Any]) -> str:
    """Why a row was not added: for the page and for the file of rows left over. Whole sentences."""
    result = row.get("result", "")
    if result == "own":
        return _("Already in your kitbag")
    if result == "failed":
        return _("It could not be written. Look at it again")
    if row["faults"]:
        return " ".join(in_column(column, fault_words(fault, column)) for fault, column in row["faults"])
    words = state_of(row)[1]
    if row["said"] is False:
        return _("You left it out")
    return words


RESULTS: dict[str, Words] = {
    KitItem.State.VALIDATED: gettext_lazy("Count now"),
    KitItem.State.WAITING: gettext_lazy("Waiting for a check"),
    KitItem.State.DRAFT: gettext_lazy("Drafts"),
}
