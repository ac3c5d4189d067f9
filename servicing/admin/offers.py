"""Offers, written by staff for levels and countries, and the codes that members drew."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Count, Q
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from members.looking import Page
from members.staff_forms import in_this_century
from members.staff_pages import ReasonedAdmin
from servicing.admin.audience import AudienceForm
from servicing.admin.scoped import CentreFactAdmin
from servicing.models import Offer, OfferCode
from servicing.offers import add_codes
from servicing.rules.codes import LONGEST, MOST, read_codes

LARGEST_FILE = 1024 * 1024
NAMED = 5


class NewCodes(tuple[str, ...]):
    """Codes to add; the history says how many, and never which."""

    __slots__ = ()

    def __str__(self) -> str:
        return f"{len(self):,}"


class OfferForm(AudienceForm):
    link = forms.URLField(label=gettext_lazy("Link"), required=False, max_length=200, assume_scheme="https")
    new_codes = forms.CharField(
        label=gettext_lazy("Codes to add"),
        required=False,
        strip=True,
        widget=forms.Textarea(attrs={"rows": 4, "cols": 60, "spellcheck": "false"}),
        help_text=gettext_lazy("One in each line, or parted by commas. Only for an offer with a code for each member."),
    )
    codes_file = forms.FileField(
        label=gettext_lazy("or a file with them"),
        required=False,
        help_text=gettext_lazy("Text or CSV, up to 1 MB. Nothing is added while any code is refused."),
    )

    class Meta:
        model = Offer
        fields = [
            "title",
            "summary",
            "text",
            "levels",
            "countries",
            "products",
            "begins_on",
            "ends_on",
            "codes",
            "shared_code",
            "link",
            "published",
        ]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        begins, ends = data.get("begins_on"), data.get("ends_on")
        if begins and ends and ends <= begins:
            self.add_error("ends_on", _("It ends after it begins."))
        shared = data.get("codes") == Offer.Codes.SHARED
        if shared != bool(data.get("shared_code")) and "shared_code" not in self.errors:
            self.add_error(
                "shared_code",
                _("Enter the code.") if shared else _("Only an offer with one code for everyone has one."),
            )
        for name in ("begins_on", "ends_on"):
            if data.get(name):
                try:
                    in_this_century(data[name])
                except ValidationError as error:
                    self.add_error(name, error)
        self._clean_codes(data)
        return data

    def clean_codes_file(self) -> Any:
        """The text of the file; the field is empty where there is none."""
        file = self.cleaned_data["codes_file"]
        if not file:
            return ""
        if file.size > LARGEST_FILE:
            raise ValidationError(_("The file is larger than 1 MB."))
        try:
            text = file.read().decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise ValidationError(_("This is no text file in UTF-8.")) from error
        if "\x00" in text:
            raise ValidationError(_("This is no text file in UTF-8."))
        return text

    def _clean_codes(self, data: dict[str, Any]) -> None:
        """Codes of both fields together: what is there twice, known already or no code is named."""
        if "new_codes" not in self.fields or {"new_codes", "codes_file"} & set(self.errors):
            return
        place = "codes_file" if data.get("codes_file") and not data.get("new_codes") else "new_codes"
        found = read_codes(data.get("new_codes") or "", data.pop("codes_file", "") or "")
        data["codes_file"] = ""
        known = OfferCode.objects.filter(offer=self.instance.pk, code__in=found.codes).values_list("code", flat=True)
        refused = (
            (found.wrong, _("Longer than 60 characters, or no code: %(codes)s")),
            (found.twice, _("Twice in the list: %(codes)s")),
            (tuple(known), _("This offer has them already: %(codes)s")),
        )
        for codes, words in refused:
            if codes:
                self.add_error(place, words % {"codes": _some(codes)})
        if len(found.codes) > MOST:
            self.add_error(place, _("Add up to %(most)s codes at one time.") % {"most": f"{MOST:,}"})
        if found.codes and data.get("codes") != Offer.Codes.OWN:
            self.add_error("codes", _("Codes to add are for an offer with a code of their own for each member."))
        drawn = "codes" in self.changed_data and OfferCode.objects.filter(offer=self.instance.pk, member__isnull=False)
        if drawn and self.instance.codes == Offer.Codes.OWN and drawn.exists():
            self.add_error("codes", _("Members have drawn codes of this offer: it keeps a code for each member."))
        data["new_codes"] = NewCodes(found.codes)


def _some(codes: Sequence[str]) -> str:
    named = ", ".join(code[:LONGEST] for code in codes[:NAMED])
    return named if len(codes) <= NAMED else f"{named} … ({len(codes):,})"


@admin.register(Offer)
class OfferAdmin(ReasonedAdmin):
    form = OfferForm
    list_display = ["title", "begins_on", "ends_on", "codes", "codes_left", "published"]
    list_filter = ["published", "codes"]
    search_fields = ["title", "=shared_code"]
    search_help_text = gettext_lazy("Title, or the code for everyone")
    autocomplete_fields = ["products"]
    readonly_fields = ["codes_left"]
    ordering = ["-ends_on", "title"]

    def get_fields(self, request: HttpRequest, obj: Offer | None = None) -> Any:
        writes = self.has_add_permission(request) if obj is None else self.has_change_permission(request, obj)
        fields = list(OfferForm.Meta.fields)
        if obj is not None and obj.codes == Offer.Codes.OWN:
            fields.insert(fields.index("shared_code"), "codes_left")
        if not writes:
            return fields
        if request.user.has_perm("servicing.add_offercode"):
            fields[fields.index("link") : fields.index("link")] = ["new_codes", "codes_file"]
        return [*fields, "reason"]

    def get_queryset(self, request: HttpRequest) -> Any:
        counted = {"in_all": Count("own_codes"), "left": Count("own_codes", filter=Q(own_codes__member=None))}
        return super().get_queryset(request).annotate(**counted)

    @admin.display(description=gettext_lazy("Codes left"))
    def codes_left(self, offer: Any) -> str:
        """How many wait to be drawn, of how many there are; nothing where members draw none."""
        if offer.codes != Offer.Codes.OWN:
            return ""
        return _("%(left)s of %(all)s") % {"left": f"{offer.left:,}", "all": f"{offer.in_all:,}"}

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """The codes are added in the transaction that saves the offer."""
        super().save_related(request, form, formsets, change)
        if codes := form.cleaned_data.get("new_codes"):
            add_codes(form.instance.pk, codes)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        # It is withdrawn by taking back its publication: what members drew stays.
        return False


@admin.register(OfferCode)
class OfferCodeAdmin(CentreFactAdmin):
    """Codes of offers: no matter of a centre."""

    look = Page.OFFER

    centre_path = ""
    list_display = ["code", "offer", "member", "drawn_at"]
    list_select_related = ["offer", "member__user"]
    linked_lookups = ("offer__id__exact", "member__id__exact")
    search_fields = ["=code", "=member__number"]
    search_help_text = gettext_lazy("Code, or member number")
    ordering = ["-pk"]
