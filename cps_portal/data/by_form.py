"""Rows of a model brought in through the form of its page in the admin, and taken out as they are read again."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime
from typing import Any

from django import forms
from django.contrib import admin
from django.db import models
from django.forms.models import model_to_dict, modelform_factory
from django.utils.translation import gettext as _

from cps_portal.data.files import Fault, Faulty, Row
from cps_portal.data.outcome import CHANGED, NEW, SAME, Done, Said
from members.rules.days import programme_day


def by_form(
    model: type[models.Model], columns: Sequence[str], key: Sequence[str], lists: Sequence[str] = ()
) -> Callable[[list[Row], Said, datetime], list[Done]]:
    """Rows of a model, each through the form of its page in the admin; `lists` hold several words in a cell."""

    def apply(rows: list[Row], said: Said, at: datetime) -> list[Done]:
        page: Any = admin.site.get_model_admin(model)
        form_class = modelform_factory(model, form=page.form, fields=list(columns))
        known = {_identity(row, key): row for row in model._default_manager.select_for_update()}
        faults: list[Fault] = []
        done: list[Done] = []
        for row in rows:
            said.tick()
            found = known.get(tuple(row.cells[name].strip().lower() for name in key))
            data = {name: row.cells[name].split() if name in lists else row.cells[name] for name in columns}
            # Days and times of the rows that are there come back as they stand, whether or not they lie ahead.
            if found is not None and _as_cells(found, columns, lists) == [row.cells[name] for name in columns]:
                done.append(Done(SAME, str(found)))
                continue
            held = getattr(found, "valid_from", None)
            if held is not None and held <= programme_day(at):
                said_so = _("This row is in force since %(day)s and is never rewritten: add one for a later day.")
                faults.append(Fault(row.number, "valid_from", said_so % {"day": held.isoformat()}))
                continue
            before = model_to_dict(found, columns) if found is not None else {}
            form = form_class({**data, "reason": said.reason or "–"}, instance=found)
            if not form.is_valid():
                faults += [
                    Fault(row.number, column if column in columns else "", " ".join(map(str, errors)))
                    for column, errors in form.errors.items()
                ]
                continue
            saved = form.save()
            done.append(Done(CHANGED if before else NEW, str(saved), _differs(before, saved, form) if before else ""))
        if faults:
            raise Faulty(faults)
        return done

    return apply


def _identity(row: models.Model, key: Sequence[str]) -> tuple[str, ...]:
    return tuple(_cell(getattr(row, name)).lower() for name in key)


def _differs(before: dict[str, Any], saved: models.Model, form: forms.BaseForm) -> str:
    after = model_to_dict(saved, list(before))
    changed = [name for name in before if _cell(before[name]) != _cell(after[name])]
    return "; ".join(f"{name}: {_cell(before[name]) or '–'} → {_cell(after[name]) or '–'}" for name in changed)


def _cell(value: Any) -> str:
    """A value as it stands in a cell and is read again."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else ""
    if isinstance(value, list | tuple):
        return " ".join(sorted(_cell(getattr(one, "sku", one)) for one in value))
    if hasattr(value, "strftime") and not isinstance(value, date):
        return f"{value:%H:%M}"
    return str(value)


def _as_cells(row: models.Model, columns: Sequence[str], lists: Sequence[str]) -> list[str]:
    return [_cell(getattr(row, name)) for name in columns]


def rows_as_cells(model: type[models.Model], columns: Sequence[str]) -> Callable[[], Iterator[Sequence[object]]]:
    def export() -> Iterator[Sequence[object]]:
        for row in model._default_manager.order_by("pk"):
            yield _as_cells(row, columns, ())

    return export
