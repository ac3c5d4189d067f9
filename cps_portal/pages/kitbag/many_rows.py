"""The rows of a table of kit as its pages show them: plain values."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.db.models import OuterRef, Subquery
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django_countries import countries

from cps_portal.pages.kitbag import many_words
from cps_portal.pages.kitbag.words import listed_plainly
from kitbag import import_check
from kitbag.models import KitImport, KitItem, Product, Valuation
from kitbag.rules import many
from kitbag.rules.many import Verdict
from kitbag.rules.table_headings import Column

LEFT_SHOWN = 100


def figures(rows: Sequence[dict[str, Any]]) -> list[dict[str, str]]:
    """How many rows would count, be checked first, be drafts, and how many need the member."""

    def figure(label: str, count: int, state: str = "") -> dict[str, str]:
        return {"label": label, "value": f"{count:,}", "unit": ngettext("row", "rows", count), "state": state}

    def with_verdict(verdict: Verdict) -> int:
        return sum(row["verdict"] == verdict for row in rows)

    needs = sum(import_check.needs_member(row) for row in rows)
    return [
        figure(_("Count at once"), with_verdict(Verdict.READY)),
        figure(_("We check first"), with_verdict(Verdict.CHECKED)),
        figure(_("Drafts"), with_verdict(Verdict.DRAFT)),
        figure(_("Need you"), needs, "needs-you" if needs else ""),
    ]


def _products(ids: Iterable[int], *, day: date) -> dict[int, dict[str, Any]]:
    value = Valuation.objects.value_of(OuterRef("pk"), day)
    rows: Any = Product.objects.filter(pk__in=set(ids)).annotate(points=Subquery(value.values("points")))
    return {row["pk"]: row for row in rows.order_by().values("pk", "name", "family", "points")}


def lines(rows: Sequence[dict[str, Any]], *, day: date) -> list[dict[str, Any]]:
    """Rows of a check as the page shows them."""
    ids = [pk for row in rows for pk in (row["product"], *row["offered"]) if pk]
    products = _products(ids, day=day)
    return [_line(row, products) for row in rows]


def _line(row: dict[str, Any], products: dict[int, dict[str, Any]]) -> dict[str, Any]:
    cells, product = row["cells"], products.get(row["product"]) if row["product"] else None
    typed = cells.get(Column.PRODUCT, "")
    name = product["name"] if product else typed
    state, words = many_words.state_of(row)
    store = f"\u2068{cells[Column.STORE]}\u2069" if cells.get(Column.STORE) else ""
    country = str(countries.name(row["country"])) if row["country"] else cells.get(Column.COUNTRY, "")
    return {
        "number": row["row"],
        "name": name,
        "typed": typed if product and typed.casefold() != name.casefold() else "",
        "family": product["family"] if product else "",
        "points": product["points"] if product else None,
        "waiting": row["verdict"] != Verdict.READY,
        "serial": cells.get(Column.SERIAL, ""),
        "bought": date.fromisoformat(row["date"]) if row["date"] else None,
        "bought_typed": "" if row["date"] else cells.get(Column.DATE, ""),
        "bought_where": listed_plainly([part for part in (store, country) if part]),
        "state": state,
        "words": words,
        "can_take": row["verdict"] in many.POSSIBLE,
        "taken": import_check.is_taken(row),
        "offers": [
            {
                "value": pk,
                "name": products[pk]["name"],
                "points": products[pk]["points"],
                "chosen": pk == row["product"],
            }
            for pk in row["offered"]
            if pk in products
        ],
        "inputs": [
            {
                "name": f"cell-{row['row']}-{column}",
                "label": many_words.COLUMNS[Column(column)],
                "value": cells.get(column, ""),
                "problem": problem,
            }
            for column, problem in many_words.columns_to_look_at(row).items()
        ],
    }


def left_over(found: KitImport) -> list[dict[str, Any]]:
    """The rows of a written import that did not become items."""
    return [row for row in found.rows if row["result"] not in many_words.RESULTS and row["result"] != "removed"]


def result(found: KitImport) -> dict[str, Any]:
    """What became of a written import: figures, and the rows left over with why."""
    results = [row["result"] for row in found.rows]
    left = left_over(found)
    waits = results.count(KitItem.State.WAITING)
    amounts = [
        {"label": label, "value": f"{count:,}", "unit": ngettext("item", "items", count), "state": state}
        for label, count, state in [
            (_("Count now"), results.count(KitItem.State.VALIDATED), ""),
            (_("Wait for a check"), waits, "waiting" if waits else ""),
            (_("Drafts"), results.count(KitItem.State.DRAFT), ""),
        ]
    ]
    unit = ngettext("row", "rows", len(left))
    state = "needs-you" if left else ""
    amounts.append({"label": _("Left over"), "value": f"{len(left):,}", "unit": unit, "state": state})
    return {
        "figures": amounts,
        "added": len(results) - len(left),
        "left_total": len(left),
        "left": [
            {"number": row["row"], "name": row["cells"].get(Column.PRODUCT, ""), "why": many_words.why_left(row)}
            for row in left[:LEFT_SHOWN]
        ],
    }
