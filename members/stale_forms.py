"""A form of staff that was opened before somebody else's save is refused.

The form carries a signed mark of the values that its row had when it was shown. When it comes back, the row is
locked, read anew and compared, in the transaction of the save: where anything differs nothing is written, and
what it is now stands beside each field. The form that is shown then carries the new mark, so that saving it once
more is a decision made with open eyes. A form without a mark was not made by these pages and is not held to it.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.contrib.admin.options import InlineModelAdmin
from django.contrib.admin.utils import unquote
from django.core import signing
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Model, QuerySet
from django.forms.models import _get_foreign_key, model_to_dict
from django.http import HttpRequest
from django.utils.translation import gettext as _

SEEN = "seen"
SALT = "members.stale_forms"
# What stands before the name of rows below a row, among the names of its fields.
ROWS = "+"


def _digest(value: object) -> str:
    return hashlib.sha256(json.dumps(value, default=str).encode()).hexdigest()[:16]


def _plain(value: object) -> object:
    """Rows by their keys, in order: what a choice of several is compared by."""
    if isinstance(value, (list, QuerySet)):
        return sorted(str(row.pk) if isinstance(row, Model) else str(row) for row in value)
    return value


def digests(row: Model, names: Iterable[str]) -> dict[str, str]:
    """A row's values as they are now, each as a short digest."""
    return {name: _digest(_plain(value)) for name, value in model_to_dict(row, fields=list(names)).items()}


def rows_below(row: Model, inlines: Iterable[InlineModelAdmin], request: HttpRequest) -> dict[str, str]:
    """The same for the rows that are written on a row's page, a digest for each kind."""
    found = {}
    for inline in inlines:
        if inline.has_change_permission(request, row) or inline.has_add_permission(request, row):
            key = _get_foreign_key(type(row), inline.model, fk_name=inline.fk_name).name
            rows = inline.get_queryset(request).filter(**{key: row}).order_by("pk")
            names = [field.attname for field in inline.model._meta.concrete_fields]
            found[f"{ROWS}{inline.opts.verbose_name_plural}"] = _digest([list(one) for one in rows.values_list(*names)])
    return found


class MarkedForm(forms.ModelForm):
    """A form that knows what its row was when it was opened. `below` are digests of the rows below its row."""

    below: ClassVar[Mapping[str, str]] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Before the posted values are put onto the instance.
        self.now = {**digests(self.instance, self.fields), **self.below}
        self.words = {name: self._in_words(name) for name in self.now if not name.startswith(ROWS)}

    @property
    def mark(self) -> str:
        """What the page that shows this form carries."""
        return signing.dumps({"row": str(self.instance.pk), "values": self.now}, salt=SALT)

    def clean(self) -> dict[str, Any] | None:
        data = super().clean()
        mark = self.data.get(SEEN)
        if mark is not None:
            self._compare(mark)
        return data

    def _compare(self, mark: str) -> None:
        try:
            seen = signing.loads(mark, salt=SALT)
        except signing.BadSignature:
            seen = {"row": "", "values": {}}
        differs = [name for name, value in self.now.items() if seen["values"].get(name) != value]
        if seen["row"] != str(self.instance.pk):
            self.add_error(None, _("This form is not of this row. Open its page again."))
        elif differs:
            self.add_error(
                None,
                _(
                    "Somebody else saved this after you opened it. Nothing of yours is saved. What it is now stands"
                    " beside each field that differs; save again to have it your way."
                ),
            )
        for name in differs:
            if name.startswith(ROWS):
                self.add_error(None, _("Changed meanwhile: %(rows)s.") % {"rows": name.removeprefix(ROWS)})
            elif seen["values"]:
                self.add_error(name, _("Changed meanwhile. It is now: %(now)s") % {"now": self.words[name]})

    def _in_words(self, name: str) -> str:
        row = self.instance
        if row.pk is None:
            return ""
        display = getattr(row, f"get_{name}_display", None)
        value: Any = display() if display else getattr(row, name, None)
        if hasattr(value, "all"):
            value = ", ".join(sorted(str(one) for one in value.all()))
        return "–" if value in (None, "") else str(value)


class MarkedAdmin(admin.ModelAdmin):
    """Pages whose forms carry the mark of their row."""

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        """A row that is saved is locked first: two forms of it are compared and saved one after the other."""
        if request.method != "POST" or object_id is None:
            return super().changeform_view(request, object_id, form_url, extra_context)
        with transaction.atomic():
            self.lock(request, object_id)
            return super().changeform_view(request, object_id, form_url, extra_context)

    def lock(self, request: HttpRequest, object_id: str) -> None:
        """Keep a row from changing until the transaction ends; nothing where there is no such row."""
        key = self.model._meta.pk
        try:
            key.run_validators(value := key.to_python(unquote(object_id)))
        except ValidationError:
            return
        self.model._base_manager.select_for_update(no_key=True).filter(pk=value).first()

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """A form for a row that is there carries the mark of its values."""
        form: Any = super().get_form(request, obj, change=change, **kwargs)
        if obj is None or not change or not self.has_change_permission(request, obj):
            return form
        below = rows_below(obj, self.get_inline_instances(request, obj), request)
        return type(form)(form.__name__, (MarkedForm, form), {"below": below, "__module__": __name__})

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        form = context["adminform"].form
        mark = form.mark if isinstance(form, MarkedForm) else ""
        return super().render_change_form(request, {**context, "mark": mark}, *args, **kwargs)
