"""Forms of what a member does with a case: they shape what was sent and write nothing."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy

from cps_portal.pages.servicing.words import REFUSALS
from kitbag.registration import KitError

MOST_AT_ONCE = 5


class ManyFiles(forms.ClearableFileInput):
    """A field for several files at once."""

    allow_multiple_selected = True


class PhotosField(forms.FileField):
    """Several files, none needed; the cleaned value is a list."""

    widget = ManyFiles

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile]:
        """The files that were sent. Raises ValidationError for too many at once."""
        sent = list(data) if isinstance(data, (list, tuple)) else [data] if data else []
        if len(sent) > MOST_AT_ONCE:
            raise forms.ValidationError(
                gettext_lazy("Send five files at once at most, and more with a second message."), code="many"
            )
        return [file for file in sent if isinstance(file, UploadedFile)]


class CaseForm(forms.Form):
    """A form that says a refusal of the programme beside the field it belongs to."""

    def refuse(self, error: KitError) -> None:
        """Show what the programme refused."""
        field, words = REFUSALS.get(error.code, REFUSALS["not_now"])
        self.add_error(field if field in self.fields else None, str(words))


class WriteForm(CaseForm):
    """A message to the centre, with photos."""

    words = forms.CharField(
        label=gettext_lazy("Your message"), max_length=2000, widget=forms.Textarea(attrs={"rows": 4})
    )
    photos = PhotosField(
        label=gettext_lazy("Photos or papers"),
        required=False,
        help_text=gettext_lazy("JPEG, PNG, HEIC, TIFF or PDF, up to 10 MB each. Where a photo was taken is removed."),
        widget=ManyFiles(attrs={"accept": "image/jpeg,image/png,image/heic,image/tiff,application/pdf"}),
    )


class TrackingForm(CaseForm):
    """The number of the parcel on its way to the centre; empty takes it back."""

    tracking = forms.CharField(
        label=gettext_lazy("Tracking number of your parcel"), max_length=60, required=False, strip=True
    )


class BackForm(CaseForm):
    """The day on which it was back; empty is today."""

    on = forms.DateField(
        label=gettext_lazy("On which day was it back?"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=gettext_lazy("A backup loan and the days for sending it in again count from that day."),
    )


class ReopenForm(CaseForm):
    """Why it goes in again."""

    words = forms.CharField(
        label=gettext_lazy("What is still wrong, or wrong again?"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
