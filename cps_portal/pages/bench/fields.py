"""Fields of the bench's forms: days of the centre, words to the member, photos, serial numbers."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from cps_portal.pages.kitbag.proof_form import ACCEPTED
from members.staff_pages import day_input, in_this_century

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
        super().__init__({"accept": ACCEPTED, "capture": None, **(attrs or {})})


class Photos(forms.FileField):
    """Several photos or papers; cleaned to a list of uploads."""

    widget = ManyFiles

    def clean(self, data: Any, initial: Any = None) -> Sequence[UploadedFile]:
        given = data if isinstance(data, (list, tuple)) else [data] if data else []
        if self.required and not given:
            raise forms.ValidationError(self.error_messages["required"], code="required")
        return [one for one in given if one]
