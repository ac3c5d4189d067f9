"""A member's rows as plain values for a copy of their data, by the register; nobody else's data among them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.db.models import ForeignKey

from cps_portal.privacy.erasing import rows_of
from cps_portal.privacy.register import REGISTER, model_of
from cps_portal.privacy.table import Table, Theirs
from members.models import Member, User

# Things that have a name of their own stand in a copy by it, not by a key.
NAMED = {
    "kitbag.Product": "name",
    "servicing.Centre": "name",
    "servicing.Event": "title",
    "servicing.Offer": "title",
    "servicing.PackContents": "words",
    "servicing.LoanUnit": "product__name",
}
AT_A_TIME = 500
NOTHING_MORE: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True)
class Part:
    """One table of a copy, by one of the ways that lead to the member."""

    label: str
    table: Table
    theirs: Theirs

    @property
    def name(self) -> str:
        """Of its file in the archive; the second way of a table has its path beside it."""
        first = self.table.theirs[0] == self.theirs
        way = "" if first else "." + self.theirs.path.replace("__", "-")
        return f"{self.label.lower()}{way}"

    @property
    def title(self) -> str:
        return str(model_of(self.label)._meta.verbose_name_plural)

    def fields(self) -> list[Any]:
        left_out = {*self.table.withheld.split(), *self.theirs.hides.split()}
        model = model_of(self.label)
        return [field for field in model._meta.local_fields if field.name not in left_out and not _is_file(field)]


def _is_file(field: "models.Field[Any, Any]") -> bool:
    return isinstance(field, models.FileField)


def parts() -> list[Part]:
    """Every part of a copy, in the order of the register's subjects."""
    return [Part(label, table, theirs) for label, table in REGISTER.items() for theirs in table.theirs]


def rows(
    part: Part, member: Member, *, named: Mapping[str, str] = NOTHING_MORE, by_time: bool = False
) -> Iterator[dict[str, Any]]:
    """The rows of a part, a few hundred in memory at a time. Staff stand there by what they are, not by name.

    `named`: what else stands by a name of its own. `by_time`: the oldest first, where rows have a time.
    """
    chosen = {field.name: _column(field, NAMED | dict(named)) for field in part.fields()}
    times = [field.name for field in part.fields() if isinstance(field, models.DateField) and not field.null]
    found = rows_of(member, part.label, part.theirs).filter(**part.theirs.shown)
    found = found.order_by(*(times[:1] if by_time else ()), "pk")
    # One column may be asked for under one name only.
    people = {field.name for field in part.fields() if _leads_to(field, User)}
    for values in found.values_list(*chosen.values()).iterator(chunk_size=AT_A_TIME):
        row = dict(zip(chosen, values, strict=True))
        for name in people:
            row[name] = _who(row[name], member)
        yield row


def _leads_to(field: "models.Field[Any, Any]", model: type[models.Model]) -> bool:
    return isinstance(field, ForeignKey) and field.related_model is model


def _column(field: "models.Field[Any, Any]", names: Mapping[str, str]) -> str:
    if isinstance(field, ForeignKey):
        named = names.get(field.related_model._meta.label)
        return f"{field.name}__{named}" if named else field.attname
    return field.name


def _who(user_id: int | None, member: Member) -> str:
    if user_id is None:
        return ""
    return "you" if user_id == member.user_id else "staff"
