"""The forms of many items at once: the table itself, and what was changed in the rows of its check."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cps_portal.pages.kitbag.many_words import table_words
from kitbag.importing import Change
from kitbag.rules.table import MOST_BYTES, Table, TableError, read_file, read_text
from kitbag.rules.table_headings import Column


class PastedField(forms.Field):
    """Any text as it was pasted: what is wrong with a row is said beside the row."""

    widget = forms.Textarea(
        attrs={"rows": 9, "autocomplete": "off", "autocapitalize": "off", "spellcheck": "false", "wrap": "off"}
    )

    def clean(self, value: Any) -> str:
        return str(value or "")


class TableFileField(forms.FileField):
    """A file, where one was chosen. It or a pasted list is needed, so neither is marked as optional."""

    widget = forms.FileInput(attrs={"accept": ".csv,.tsv,.txt,text/csv,text/tab-separated-values,text/plain"})

    def clean(self, data: Any, initial: Any = None) -> Any:
        return super().clean(data, initial) if data else None


class ManyForm(forms.Form):
    """A table, pasted or as a file. `read` is what it says."""

    use_required_attribute = False

    table = PastedField(
        label=gettext_lazy("Paste your list"),
        help_text=gettext_lazy("One product a line, or rows copied from a spreadsheet with their headings."),
    )
    file = TableFileField(
        label=gettext_lazy("or choose a file"), help_text=gettext_lazy("CSV or TSV, up to 1,000 rows and 1 MB.")
    )

    read: Table

    def clean(self) -> dict[str, Any]:
        """The table that was given. Adds errors beside the field it came by."""
        cleaned = super().clean() or self.cleaned_data
        if self.errors:
            return cleaned
        file, text = cleaned.get("file"), cleaned.get("table", "")
        if isinstance(file, UploadedFile) and text.strip():
            raise ValidationError(_("Paste a list or choose a file, not both."), code="both")
        try:
            if isinstance(file, UploadedFile):
                self.read = read_file(file.read(MOST_BYTES + 1))
            else:
                self.read = read_text(text)
        except TableError as error:
            self.add_error("file" if file else "table", ValidationError(table_words(error), code=error.code))
        return cleaned


def number_of(text: str) -> int:
    """A row's number as it came back in a form or an address; 0 for anything else."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 8 else 0


def changes_in(data: QueryDict, rows: Sequence[dict[str, Any]]) -> dict[int, Change]:
    """What a form says about the rows that its page showed, by row number."""
    shown = {number_of(part) for part in data.get("shown", "")[:10_000].split(",")}
    ticked = {number_of(text) for text in data.getlist("take")}
    changes: dict[int, Change] = {}
    for row in rows:
        number = row["row"]
        if number not in shown:
            continue
        chosen = number_of(data.get(f"product-{number}", ""))
        cells = {column: str(data[name]) for column in Column if (name := f"cell-{number}-{column}") in data}
        changes[number] = Change(take=number in ticked, product=chosen or None, cells=cells)
    return changes
