"""A bag tried on: its products with their values, alone or beside a member's kit, today and on later days (§4).

Facts and lines are those of the statement; what is tried counts beside them from today.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby
from typing import Any

from django.db.models import F
from django.urls import reverse
from django.utils.translation import gettext as _

from cps_portal.pages import outlook
from cps_portal.pages.needs import Waiting
from cps_portal.pages.outlook import Outlook
from cps_portal.pages.statement_lines import row_of
from kitbag import standing, statement
from kitbag.models import Product
from kitbag.rules.bag import Bag
from kitbag.rules.statement import Facts, Line, counting_too, lines, total_on
from kitbag.rules.worth import step_on, worth
from kitbag.standing import Stands
from kitbag.statement import History, Named
from members.models import Level


@dataclass(frozen=True, slots=True)
class Tried:
    """A product of the bag: how many, what one of them counts for today and in full."""

    product: int
    sku: str
    name: str
    family: str
    fast_track: bool
    video: bool
    successor: str
    stage: str
    points: int
    points_full: int
    count: int


@dataclass(frozen=True, slots=True)
class Trial:
    """What the bag makes of the day. `before` and `now` are the member's kit alone; None for a visitor.

    `these` are the points of the bag, `waiting_points` those of waiting items that were let in; `view` and
    `ahead` speak of everything together.
    """

    tried: Sequence[Tried]
    bag: Bag
    unknown: int
    these: int
    waiting_points: int
    before: Stands | None
    now: Outlook | None
    stands: Stands
    view: Outlook
    ahead: Sequence[dict[str, Any]]


def try_on(bag: Bag, *, day: date, member_id: int | None = None, waiting: Sequence[Waiting] = ()) -> Trial:
    """The bag of a visitor in three queries, beside a member's kit in five, whatever is in it.

    `waiting` are the member's own items that are to count too. Products without a value yet fall away.
    """
    found = _products(bag)
    also = {row["id"] for row in found.values()} | {item.product for item in waiting}
    if member_id is None:
        before, history = None, History(statement.plans_of(also, after=day), {})
    else:
        before = standing.on(member_id, day)
        history = statement.outlook_of(member_id, after=day, also=also)
    tried = [
        _tried(found[sku], count, history.facts, day)
        for sku, count in bag.counts.items()
        if sku in found and step_on(history.facts.steps.get(found[sku]["id"], ()), day=day)
    ]
    known = bag.only({product.sku for product in tried})
    bagged = [(product.product, product.sku) for product in tried for _one in range(product.count)]
    let_in = [(item.product, "") for item in waiting]
    these = _worth_of(bagged, history.facts, day)
    waiting_points = _worth_of(let_in, history.facts, day)

    start = before or Stands(0, Level.RED)
    ahead_now = lines(history.facts, after=day, total=start.points, level=start.level)
    facts = counting_too(history.facts, [*bagged, *let_in], since=day)
    total = start.points + these + waiting_points
    stands = Stands(total, Level(facts.level(total, day)))
    ahead = lines(facts, after=day, total=total, level=stands.level)
    return Trial(
        tried=tried,
        bag=known,
        unknown=len(bag.counts) - len(known.counts),
        these=these,
        waiting_points=waiting_points,
        before=before,
        now=outlook.outlook(history.facts, ahead_now, (), stands=start, today=day) if before else None,
        stands=stands,
        view=outlook.outlook(facts, ahead, (), stands=stands, today=day),
        ahead=_rows(ahead, history, tried, waiting, of_the_bag=len(bagged)),
    )


def _products(bag: Bag) -> dict[str, dict[str, Any]]:
    named = {"video": F("fast_track_video"), "successor": F("superseded_by__name")}
    rows = Product.objects.filter(sku__in=list(bag.counts)).values(
        "id", "sku", "name", "family", "fast_track", "points_full", **named
    )
    return {row["sku"]: dict(row) for row in rows}


def _tried(row: Mapping[str, Any], count: int, facts: Facts, day: date) -> Tried:
    steps = facts.steps[row["id"]]
    step = step_on(steps, day=day)
    return Tried(
        product=row["id"],
        sku=row["sku"],
        name=row["name"],
        family=row["family"],
        fast_track=row["fast_track"],
        video=row["video"],
        successor=row["successor"] or "",
        stage=step.stage if step else "",
        points=worth(steps, on=day),
        points_full=row["points_full"],
        count=count,
    )


def _worth_of(things: Sequence[tuple[int, str]], facts: Facts, day: date) -> int:
    """What things would count for on a day if they alone counted."""
    return total_on(counting_too(replace(facts, spells=()), things, since=day), day)


def _rows(
    ahead: Sequence[Line],
    history: History,
    tried: Sequence[Tried],
    waiting: Sequence[Waiting],
    *,
    of_the_bag: int,
) -> list[dict[str, Any]]:
    """The announced lines, latest first as on the statement; several of one product fall in one line."""
    named = {item.product: Named(item.name, "") for item in waiting}
    named |= {product.product: Named(product.name, product.successor) for product in tried}
    whole = History(history.facts, {**named, **history.products})
    skus = {product.product: product.sku for product in tried}
    rows = []
    for (_at, product, source), group in groupby(ahead, key=lambda line: _alike(line, of_the_bag)):
        same = list(group)
        # A total that is only tried has no derivation to lead to.
        row = row_of(same[-1], whole) | {"why": ""}
        if product is not None:
            row["before"] = sum(line.old for line in same)
            row["after"] = sum(line.new for line in same)
            row["change"] = row["after"] - row["before"]
            if len(same) > 1:
                row["product"] = _("%(count)s × %(product)s") % {"count": len(same), "product": row["product"]}
            if source == "bag":
                if history.products:
                    row["reason"] = _("%(reason)s, in the bag") % {"reason": row["reason"]}
                row["href"] = reverse("product", args=[skus[product]])
            elif source == "waiting":
                row["href"] = reverse("kitbag-item", args=[_item(same[-1], waiting, of_the_bag)])
        rows.append(row)
    return rows[::-1]


def _alike(line: Line, of_the_bag: int) -> tuple[Any, int | None, str]:
    """What lines share that can be told as one. The ids of what is tried count up from 1."""
    place = line.item.int if line.item else 0
    if line.product is None or place >> 64:
        return line.at, None if line.product is None else line.product, str(line.item or line.kind)
    return line.at, line.product, "bag" if place <= of_the_bag else "waiting"


def _item(line: Line, waiting: Sequence[Waiting], of_the_bag: int) -> Any:
    return waiting[(line.item.int if line.item else 0) - of_the_bag - 1].id


def next_gap(trial: Trial) -> tuple[Level, int] | None:
    """The level above and the points that are missing to it; None from Platinum."""
    above = trial.view.thresholds.next_above(trial.stands.level)
    return (Level(above[0]), above[1] - trial.stands.points) if above else None
