"""The words of servicing's pages: what the programme refuses, and beside which field (`REFUSALS`)."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

Words = str | Promise

# Code of a CaseError → the field it belongs to ("" for the whole form) and what to do.
REFUSALS: dict[str, tuple[str, Words]] = {
    "file_empty": ("photos", gettext_lazy("This file is empty.")),
    "file_large": ("photos", gettext_lazy("This file is larger than 10 MB. Send a smaller photo.")),
    "file_unknown": ("photos", gettext_lazy("This is no PDF, JPEG, PNG, HEIC or TIFF. Choose another file.")),
    "file_broken": ("photos", gettext_lazy("This file cannot be read. Save it anew, or take a photo of it.")),
    "file_locked": (
        "photos",
        gettext_lazy("This PDF needs a password. Print it to a new PDF, or take a photo of it."),
    ),
    "file_active": (
        "photos",
        gettext_lazy("This PDF contains something that runs by itself. Print it to a new PDF, or take a photo of it."),
    ),
    "file_mixed": ("photos", gettext_lazy("This file holds a second file. Save it anew, or take a photo of it.")),
    "file_huge": ("photos", gettext_lazy("This file is too large to open. Send a smaller photo.")),
    "file_many": ("photos", gettext_lazy("There is no room for more files here. Remove one that is not needed.")),
    "file_often": ("photos", gettext_lazy("That were many files in one hour. Try again a little later.")),
}
