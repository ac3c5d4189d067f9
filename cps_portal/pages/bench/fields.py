"""Fields of the bench's forms: days of the centre, words to the member, photos, serial numbers."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from cps_portal.pages.kitbag.proof_form import ACCEPTED
from members.staff_forms import day_input, in_this_century

WORDS_LENGTH = 1000


def words_field(label: Any = None, *, required: bool = False, help_text: Any = "", rows: int = 3) -> Any:
    return forms.CharField(
        label=label or _("Words"),
        required=required,
        max_length=WORDS_LENGTH,
        help_text=help_text,
        widget=forms.Textarea(attrs={"rows": rows, "dir": "auto"}),
    )


def line_field(label: Any, length: int, *, required: bool = False, help_text: Any = "", **attrs: Any) -> Any:
    return forms.CharField(
        label=label,
        required=required,
        max_length=length,
        help_text=help_text,
        widget=forms.TextInput(attrs={"autocomplete": "off", **attrs}),
    )


def serial_field(label: Any, *, required: bool = False, help_text: Any = "") -> Any:
    return line_field(
        label, 60, required=required, help_text=help_text, spellcheck="false", autocapitalize="characters", dir="ltr"
    )


def day_field(label: Any, *, required: bool = False, help_text: Any = "") -> Any:
    return forms.DateField(
        label=label,
        required=required,
        help_text=help_text,
        widget=day_input(),
        input_formats=["%Y-%m-%d"],
        validators=[in_this_century],
    )


class ManyFiles(forms.ClearableFileInput):
    """A field for several files at once."""

    allow_multiple_selected = True
    template_name = "django/forms/widgets/file.html"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"accept": ACCEPTED, **(attrs or {})})

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        return files.getlist(name) if hasattr(files, "getlist") else files.get(name)


class Photos(forms.FileField):
    """Several photos or papers; cleaned to a list of uploads."""

    widget = ManyFiles

    def clean(self, data: Any, initial: Any = None) -> Sequence[UploadedFile]:
        given = data if isinstance(data, (list, tuple)) else [data] if data else []
        if self.required and not given:
            raise forms.ValidationError(self.error_messages["required"], code="required")
        return [one for one in given if one]


class MomentAtCentre(forms.CharField):
    """A day and a time as the centre's clock shows them, cleaned to a moment; `zone` is set by the form."""

    widget = forms.DateTimeInput(attrs={"type": "datetime-local"})
    zone = ZoneInfo("UTC")

    def clean(self, value: Any) -> datetime | None:
        text = super().clean(value)
        if not text:
            return None
        try:
            wall = datetime.fromisoformat(text)
        except ValueError:
            wall = None
        if wall is None or wall.tzinfo or not 2000 <= wall.year < 2100:
            raise forms.ValidationError(_("Choose a day and a time."), code="invalid")
        return wall.replace(tzinfo=self.zone).astimezone(UTC)
