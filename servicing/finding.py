"""Cases found by what people read out: case, serial, tracking, member and card numbers, each by its own index."""

from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet

from kitbag.models import FormerNumber
from kitbag.rules.serials import normalise
from servicing.models import Case
from servicing.rules.numbers import read_number

# Fewer letters of a name would find half a centre.
NAME_AT_LEAST = 3


def cases_called(typed: str) -> QuerySet[Any]:
    """Keys of the cases that something typed in any spelling names: a union, so that no branch reads every row.

    A serial number finds a case as it came, as a repair changed it, and as a later repair did again.
    """
    first, *others = (rows.order_by().values("pk") for rows in _branches(typed.strip()))
    return first.union(*others)


def _branches(typed: str) -> Iterator[QuerySet[Case]]:
    cases = Case.objects.all()
    yield cases.filter(number=read_number(typed))
    tracking = {typed, typed.upper(), "".join(typed.split()).upper()}
    yield cases.filter(outbound_tracking__in=tracking).exclude(outbound_tracking="")
    yield cases.filter(inbound_tracking__in=tracking).exclude(inbound_tracking="")
    yield cases.filter(visitor__card_number=typed)
    if serial := normalise(typed):
        yield cases.filter(serial=serial)
        yield cases.filter(item__serial=serial)
        yield cases.filter(item__in=FormerNumber.objects.filter(serial=serial).values("item"))
        yield cases.filter(member__number=serial)


def cases_named(typed: str, *, centre_id: int, newest: int | None = None) -> QuerySet[Case]:
    """Cases of a centre whose member, visitor or addressee has such a name; none for fewer than three letters.

    With `newest` only so many are looked at, those asked for last.

    Each is asked by itself: in one condition every case would be joined with everybody before a name is compared.
    """
    name = " ".join(typed.split())
    if len(name) < NAME_AT_LEAST:
        return Case.objects.none()
    cases = Case.objects.filter(centre=centre_id)
    if newest is not None:
        moments = cases.order_by("-requested_at").values_list("requested_at", flat=True)
        if (last := moments[newest - 1 : newest].first()) is not None:
            cases = cases.filter(requested_at__gte=last)
    first, *others = (
        cases.filter(**{f"{whose}__icontains": name}).order_by().values("pk")
        for whose in ("return_name", "member__user__name", "visitor__name")
    )
    return Case.objects.filter(pk__in=first.union(*others))
