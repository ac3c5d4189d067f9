"""Staff change what the catalogue says of a product (programme §2): its words, and what it counts for by stage."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from kitbag import standing, valuing
from kitbag.catalogue import refresh_names
from kitbag.models import Product
from kitbag.registration import KitError
from kitbag.rules.worth import Step
from members.models import User
from members.rules.days import programme_day

SCALE = frozenset({"points_full", "points_superseded", "points_floor"})


@transaction.atomic
def revise_product(
    product_id: int, *, changes: Mapping[str, Any], reason: str, short_notice: str = "", by: User, at: datetime
) -> list[Step]:
    """Write changed columns of a product; search follows it, and its plan what it counts for.

    Returns the steps now ahead where the scale changed, else none. Days that have begun keep their values.
    Raises KitError("circle") where products would supersede each other, PlanError, standing.DayTurned.
    """
    standing.enter_day(programme_day(at))
    product = Product.objects.select_for_update().get(pk=product_id)
    for name, value in changes.items():
        setattr(product, name, value)
    if "superseded_by" in changes:
        _refuse_circle(product)
    product.save(update_fields=list(changes))
    refresh_names([product], afresh=True)
    if SCALE.intersection(changes):
        return valuing.replan(product_id, reason=reason, short_notice=short_notice, by=by, at=at)
    return []


def _refuse_circle(product: Product) -> None:
    seen, after = {product.pk}, product.superseded_by_id
    while after is not None:
        if after in seen:
            raise KitError("circle")
        seen.add(after)
        after = Product.objects.values_list("superseded_by", flat=True).get(pk=after)
