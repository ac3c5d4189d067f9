"""Packs handed to the post: by scanning one after the other, or as a list (programme §8).

Scan: the field takes the pack's number, which a scanner ends with Enter; the next one takes the parcel's tracking
number, and Enter marks it as sent. A list is rows of pack number and tracking number; one bad row and none is written.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import cast

from django import forms
from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods

from cps_portal.pages.logistics.frame import CHANGE, allowed, page
from cps_portal.pages.logistics.words import refusal
from members.country_teams import seen_by
from members.models import User
from servicing import packs
from servicing.models import WelcomePack
from servicing.offers import BenefitError
from servicing.rules.numbers import pack_number, read_pack_number

MOST_ROWS, MOST_BYTES, LONGEST = 2000, 400_000, 60
_TRACKING = re.compile(r"[0-9A-Za-z .\-/]*", re.ASCII)
# A first row that names its columns.
_HEADING = re.compile(r"[A-Za-z ]*(number|pack)[A-Za-z ]*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row of a list, counted from 1, and what is wrong with it."""

    row: int
    text: str
    words: str


class OneForm(forms.Form):
    """One pack that was scanned, and its parcel."""

    number = forms.CharField(max_length=40, widget=forms.HiddenInput)
    tracking = forms.CharField(
        label=gettext_lazy("Scan the parcel’s tracking number"),
        max_length=LONGEST,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "dir": "ltr", "autofocus": True}),
    )

    def clean_tracking(self) -> str:
        return checked_tracking(self.cleaned_data["tracking"])


class ListForm(forms.Form):
    """Rows of pack number and tracking number, pasted or as a file."""

    rows = forms.CharField(
        label=gettext_lazy("Paste the list"),
        required=False,
        max_length=MOST_BYTES,
        strip=False,
        help_text=gettext_lazy("One pack in a row: its number, then the tracking number. From a spreadsheet or a CSV."),
        widget=forms.Textarea(
            attrs={"rows": 8, "dir": "ltr", "spellcheck": "false", "placeholder": "P000123, RM123456789GB"}
        ),
    )
    file = forms.FileField(label=gettext_lazy("or choose a CSV file"), required=False)

    def clean_file(self) -> str:
        upload: UploadedFile | None = self.cleaned_data["file"]
        if upload is None:
            return ""
        if (upload.size or 0) > MOST_BYTES:
            raise forms.ValidationError(refusal("big"))
        try:
            return upload.read().decode("utf-8-sig").replace("\x00", "\ufffd")
        except UnicodeDecodeError as error:
            raise forms.ValidationError(refusal("not_text")) from error

    def text(self) -> str:
        """The file's rows, else those pasted."""
        return self.cleaned_data["file"] or self.cleaned_data["rows"]


def checked_tracking(text: str) -> str:
    """A tracking number as it is kept. Raises ValidationError."""
    text = " ".join(text.split())
    if len(text) > LONGEST:
        raise forms.ValidationError(refusal("long"))
    if not _TRACKING.fullmatch(text):
        raise forms.ValidationError(refusal("letters"))
    return text


def read_rows(text: str) -> tuple[dict[int, str], dict[int, int], list[BadRow]]:
    """Tracking numbers by pack, the row of each pack, and rows that cannot be read. Raises ValidationError."""
    tracking: dict[int, str] = {}
    rows: dict[int, int] = {}
    bad: list[BadRow] = []
    found = [(place, cells) for place, cells in _cells(text.lstrip("\ufeff")) if any(cells)]
    if found and _HEADING.fullmatch(found[0][1][0]):
        del found[0]
    if not found:
        raise forms.ValidationError(refusal("empty"))
    if len(found) > MOST_ROWS:
        raise forms.ValidationError(refusal("many"))
    for place, cells in found:
        key = read_pack_number(cells[0])
        if key is None:
            bad.append(BadRow(place, cells[0][:40], refusal("unreadable")))
        elif key in tracking:
            bad.append(BadRow(place, pack_number(key), refusal("twice")))
        else:
            try:
                tracking[key] = checked_tracking(cells[1] if len(cells) > 1 else "")
            except forms.ValidationError as error:
                bad.append(BadRow(place, pack_number(key), error.messages[0]))
            rows[key] = place
    return tracking, rows, bad


def _cells(text: str) -> Iterator[tuple[int, list[str]]]:
    first = text.lstrip("\ufeff\r\n").split("\n", 1)[0]
    separator = next((sign for sign in "\t;," if sign in first), ",")
    # Neither column needs quotes, so they are taken off; one that is never closed takes in no row after it.
    for place, line in enumerate(text.splitlines(), 1):
        yield place, [cell.strip().strip('"').strip() for cell in line.split(separator)]


@require_http_methods(["GET", "HEAD", "POST"])
def packs_sent(request: HttpRequest) -> HttpResponse:
    """Staff page `admin:packs_sent`: one scanned pack, or a list; all of a list or nothing."""
    allowed(request, CHANGE)
    if request.method != "POST":
        return _page(request, asked=request.GET.get("number", "").replace("\x00", "")[:40].strip())
    return _send_list(request) if "rows" in request.POST else _send_one(request)


def _why_not_sent(tracking: Mapping[int, str], user: User) -> dict[int, str]:
    """Why some cannot be marked as sent, by key; those of another team's countries are unknown here."""
    seen = set(seen_by(WelcomePack.objects.filter(pk__in=tracking), user).values_list("pk", flat=True))
    hidden = dict.fromkeys(set(tracking) - seen, "unknown")
    return hidden | packs.why_not_sent({key: text for key, text in tracking.items() if key in seen})


def _send_one(request: HttpRequest) -> HttpResponse:
    form = OneForm(request.POST)
    asked = request.POST.get("number", "").replace("\x00", "")[:40].strip()
    if not form.is_valid():
        return _page(request, asked=asked, form=form)
    key, tracking = read_pack_number(asked), form.cleaned_data["tracking"]
    wrong = {0: "unreadable"} if key is None else _why_not_sent({key: tracking}, cast(User, request.user))
    if key is None or wrong:
        form.add_error("tracking", refusal(next(iter(wrong.values()))))
        return _page(request, asked=asked, form=form)
    try:
        went = packs.mark_sent({key: tracking}, at=timezone.now())
    except BenefitError as error:
        form.add_error("tracking", refusal(error.code))
        return _page(request, asked=asked, form=form)
    said = _("%(number)s is sent.") if went else _("%(number)s was sent before; it stays as it was.")
    messages.success(request, said % {"number": pack_number(key)})
    return HttpResponseRedirect(reverse("admin:packs_sent"))


def _send_list(request: HttpRequest) -> HttpResponse:
    form = ListForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, rows=form)
    try:
        tracking, places, bad = read_rows(form.text())
    except forms.ValidationError as error:
        form.add_error("rows", error)
        return _page(request, rows=form)
    why = _why_not_sent(tracking, cast(User, request.user))
    bad += [BadRow(places[key], pack_number(key), refusal(code)) for key, code in why.items()]
    if bad:
        # A file cannot be put into its field again: its rows stand in the other one, to be changed there.
        return _page(request, rows=ListForm(initial={"rows": form.text()}), bad=sorted(bad, key=lambda row: row.row))
    try:
        went = packs.mark_sent(tracking, at=timezone.now())
    except BenefitError as error:
        # Put back between the look and the lock.
        form.add_error("rows", refusal(error.code))
        return _page(request, rows=form)
    said = ngettext("%(count)s pack is sent.", "%(count)s packs are sent.", went) % {"count": went}
    if before := len(tracking) - went:
        said += " " + ngettext("%(count)s was sent before.", "%(count)s were sent before.", before) % {"count": before}
    messages.success(request, said)
    return HttpResponseRedirect(reverse("admin:packs_sent"))


def _page(
    request: HttpRequest,
    *,
    asked: str = "",
    form: OneForm | None = None,
    rows: ListForm | None = None,
    bad: list[BadRow] | None = None,
) -> HttpResponse:
    key = read_pack_number(asked) if asked else None
    packs_seen = seen_by(WelcomePack.objects.select_related("member__user"), cast(User, request.user))
    pack = packs_seen.filter(pk=key).first() if key else None
    why = ""
    if asked and pack is None:
        why = refusal("unknown" if key else "unreadable")
    elif pack is not None and pack.state == WelcomePack.State.REQUESTED:
        why = refusal("not_picked")
    elif pack is not None and pack.state == WelcomePack.State.SENT:
        why = _("It was marked as sent before.")
    if form is not None and form.errors:
        why = str(form.errors["tracking"][0]) if "tracking" in form.errors else why
    ready = pack is not None and pack.state == WelcomePack.State.PICKED
    return page(
        request,
        "packs_sent",
        _("Mark as sent"),
        here=reverse("admin:packs_sent"),
        asked=asked,
        why=why,
        pack={"number": pack_number(pack.pk), "name": pack.name, "tracking": pack.tracking} if pack else None,
        ready=ready,
        form=(form or OneForm(initial={"number": pack_number(key)})) if ready and key else None,
        rows=rows or ListForm(),
        bad=bad or [],
    )
