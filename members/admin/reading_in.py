"""Reading in a file of old accounts: what would happen first, then once (programme §1).

Nothing of a file is kept before it is confirmed: the page of the dry run carries it, packed, and it is read again.
"""

import base64
import binascii
import csv
import hashlib
import io
import zlib
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django_countries import countries

from members import former
from members.models import FormerImport, Level
from members.rules.former import HEADINGS, MOST_ROWS, Fault, Reading, Row, country_key, read
from members.staff_forms import shown
from members.staff_pages import StaffAdmin
from members.wording.words import Words

LARGEST_FILE = 8 * 1024 * 1024
# What one form may carry (DATA_UPLOAD_MAX_MEMORY_SIZE), less its other fields.
LARGEST_PACKED = 2 * 1024 * 1024 - 16 * 1024
ROWS_SHOWN = 10
FAULTS: Mapping[str, Words] = {
    "encoding": gettext_lazy("This is no text in UTF-8. Save the table as “CSV UTF-8”."),
    "empty": gettext_lazy("There is no account in this file."),
    "column_missing": gettext_lazy("A column is missing:"),
    "column_unknown": gettext_lazy("This column is not known:"),
    "column_twice": gettext_lazy("This column is there twice:"),
    "columns": gettext_lazy("This row has not as many cells as there are headings:"),
    "broken_line": gettext_lazy("This row cannot be parted into cells: look for a quotation mark."),
    "too_many_rows": gettext_lazy("The file goes on after the most rows that are read at a time:"),
    "email": gettext_lazy("This is no e-mail address:"),
    "email_twice": gettext_lazy("This address stands further up as well (address, line):"),
    "name_missing": gettext_lazy("The name is missing."),
    "name_long": gettext_lazy("The name is longer than 120 characters:"),
    "country": gettext_lazy("This is no country’s code or English name:"),
    "level": gettext_lazy("A level is Red, Silver, Gold or Platinum, or 0 to 3:"),
    "level_missing": gettext_lazy("Neither a photo nor a video level is there."),
    "kit": gettext_lazy("A piece of kit is a product, or product|serial number, and not longer than usual:"),
    "kit_long": gettext_lazy("More kit than one account can have:"),
}


def country_codes() -> dict[str, str]:
    """The code of each country by its code and by its English name, both as `read` looks them up."""
    with translation.override("en"):
        names = {country_key(str(name)): str(code) for code, name in countries}
    return names | {code.lower(): code for code in names.values()}


class FileForm(forms.Form):
    file = forms.FileField(
        label=gettext_lazy("File of old accounts"),
        help_text=gettext_lazy("CSV in UTF-8, up to 8 MB. You see what would happen before anything is written."),
        error_messages={"required": gettext_lazy("Choose a file."), "empty": gettext_lazy("The file is empty.")},
    )

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > LARGEST_FILE:
            raise ValidationError(_("The file is larger than 8 MB. Part it."))
        return file


def packed(name: str, data: bytes) -> str:
    """A file as one line for a hidden field."""
    return base64.urlsafe_b64encode(zlib.compress(f"{name}\n".encode() + data, 9)).decode()


def unpacked(text: str) -> tuple[str, bytes]:
    """Name and bytes of a packed file. Raises ValueError for anything else."""
    try:
        unzip = zlib.decompressobj()
        whole = unzip.decompress(base64.urlsafe_b64decode(text), LARGEST_FILE + 1000)
        name, line, data = whole.partition(b"\n")
        if not (line and unzip.eof):
            raise ValueError
        return name.decode(), data
    except (binascii.Error, zlib.error, UnicodeError) as error:
        raise ValueError from error


def import_page(request: HttpRequest, page: StaffAdmin) -> HttpResponse:
    """The file, what it would do, and doing it; a form sent twice reads in once."""
    form = FileForm(request.POST, request.FILES) if request.method == "POST" else FileForm()
    dry_run = None
    if request.method == "POST" and "packed" in request.POST:
        try:
            name, data = unpacked(request.POST["packed"])
        except ValueError:
            form = FileForm({})
            form.add_error("file", _("The file got lost on its way. Choose it again."))
        else:
            reading = read(data, countries=country_codes())
            if not reading.faults:
                return _read_in(request, page, reading.rows, name=name, data=data)
            dry_run = _dry_run(name, data, reading)
    elif request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        data = file.read()
        dry_run = _dry_run(_named(file.name), data, read(data, countries=country_codes()))
    return TemplateResponse(
        request,
        "admin/members/former_import.html",
        {
            **page.admin_site.each_context(request),
            "opts": page.opts,
            "title": _("Read in old accounts"),
            "form": form,
            "media": page.media + form.media,
            "dry_run": dry_run,
            "back": reverse("admin:members_formerimport_changelist"),
            "template_href": reverse("admin:members_formerimport_template"),
            "most_rows": MOST_ROWS,
        },
    )


def _named(name: str | None) -> str:
    """A file's name on one line, as long as is kept."""
    return " ".join((name or "").replace("\x00", "").split())[-120:] or "accounts.csv"


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _dry_run(name: str, data: bytes, reading: Reading) -> dict[str, Any]:
    """What would happen, for the page."""
    before = FormerImport.objects.filter(digest=_digest(data)).first()
    foreseen = former.foresee(reading.rows)
    carried = packed(name, data)
    is_large = len(carried) > LARGEST_PACKED
    return {
        "name": name,
        "rows": len(reading.rows),
        "new": foreseen.new,
        "known": foreseen.known,
        "members": foreseen.members,
        "read_before": shown(before.imported_at) if before else "",
        "is_large": is_large,
        "faults": [_fault(fault) for fault in reading.faults],
        "faults_count": len(reading.faults) + reading.more_faults,
        "more_faults": reading.more_faults,
        "sample": [_sample(row) for row in reading.rows[:ROWS_SHOWN]],
        "packed": "" if before or reading.faults or is_large or not foreseen.new else carried,
    }


def _fault(fault: Fault) -> dict[str, Any]:
    return {"line": fault.line or "", "words": FAULTS[fault.code], "found": fault.found}


def _sample(row: Row) -> dict[str, Any]:
    levels = (row.photo_level, row.video_level)
    photo, video = ("–" if level is None else Level(level).label for level in levels)
    return {
        "email": row.email,
        "name": row.name,
        "country": row.country,
        "photo": photo,
        "video": video,
        "kit": len(row.kit),
    }


def _read_in(request: HttpRequest, page: StaffAdmin, rows: Sequence[Row], *, name: str, data: bytes) -> HttpResponse:
    with transaction.atomic():
        source = former.keep(rows, digest=_digest(data), file_name=name, at=timezone.now())
        if source is not None:
            page.log_addition(request, source, f"{source.accounts:,} accounts, {name}")
    if source is None:
        page.message_user(request, _("This file was read in before; nothing was written twice."), messages.WARNING)
    else:
        said = ngettext("%(count)s account was read in.", "%(count)s accounts were read in.", source.accounts)
        page.message_user(request, said % {"count": f"{source.accounts:,}"}, messages.SUCCESS)
    return HttpResponseRedirect(reverse("admin:members_formerimport_changelist"))


def template_file() -> HttpResponse:
    """A table with the headings and nothing else, to be filled in."""
    table = io.StringIO()
    csv.writer(table).writerow(HEADINGS)
    return HttpResponse(
        "\ufeff" + table.getvalue(),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="old-accounts.csv"'},
    )
