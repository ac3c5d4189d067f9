"""Hours of a centre on its page: a week, and days that have hours of their own. A page is saved as a whole."""

from datetime import time
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from members.staff_forms import day_input, in_this_century, shown, today
from servicing.admin.scoped import CentreFactAdmin
from servicing.models import DatedHours, OpeningHours


class WallTimeField(forms.TimeField):
    """A whole minute of the centre's own time, by the browser's field."""

    widget = forms.TimeInput(attrs={"type": "time"}, format="%H:%M")

    def clean(self, value: Any) -> time | None:
        found: time | None = super().clean(value)
        if found is not None and (found.second or found.microsecond):
            raise forms.ValidationError(_("Give whole minutes."))
        return found


class HoursForm(forms.ModelForm):
    """One span. Whether it meets another is judged over the whole page, which may swap the two."""

    def validate_constraints(self) -> None:
        """The database's rules: asked by the form set, against the page instead of what it replaces."""

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        opens, closes = data.get("opens"), data.get("closes")
        if opens and closes and closes <= opens:
            self.add_error("closes", _("It closes after it opens."))
        return data


class HoursFormSet(forms.BaseInlineFormSet):
    """Spans of one weekday or day, which never overlap."""

    day_field = "weekday"

    def clean(self) -> None:
        super().clean()
        told: dict[Any, list[tuple[time, time]]] = {}
        for form in self.forms:
            data = getattr(form, "cleaned_data", {})
            day = data.get(self.day_field)
            if day is None or form.errors or data.get("DELETE"):
                continue
            span = (data["opens"] or time.min, data["closes"] or time.max)
            if any(span[0] < closes and opens < span[1] for opens, closes in told.setdefault(day, [])):
                form.add_error("opens", _("These hours meet others of the same day."))
            told[day].append(span)

    def write(self) -> None:
        """Save what changed: rows that go or change leave first, so that hours may pass from one to another."""
        rows = self.save(commit=False)
        old = self.get_queryset().filter(pk__in=[row.pk for row in (*rows, *self.deleted_objects) if row.pk])
        self.before = {row.pk: str(row) for row in old}
        old.delete()
        for row in rows:
            row.save(force_insert=True)

    def said(self) -> list[str]:
        """What `write` changed, for the history: each span before and after."""
        pairs = [(str(row), shown(None)) for row in self.deleted_objects]
        pairs += [(self.before[row.pk], str(row)) for row, _names in self.changed_objects]
        pairs += [(shown(None), str(row)) for row in self.new_objects]
        return [f"{before} → {after}" for before, after in pairs]


class WeekForm(HoursForm):
    opens = WallTimeField(label=gettext_lazy("Opens"))
    closes = WallTimeField(label=gettext_lazy("Closes"))

    class Meta:
        model = OpeningHours
        fields = ["weekday", "opens", "closes"]


class DatedForm(HoursForm):
    day = forms.DateField(label=gettext_lazy("Day"), widget=day_input(), validators=[in_this_century])
    opens = WallTimeField(label=gettext_lazy("Opens"), required=False)
    closes = WallTimeField(label=gettext_lazy("Closes"), required=False)

    class Meta:
        model = DatedHours
        fields = ["day", "opens", "closes", "note"]

    def clean_day(self) -> Any:
        day = self.cleaned_data["day"]
        if "day" in self.changed_data and day < today():
            raise forms.ValidationError(_("Choose today or a later day."))
        return day

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if "opens" in data and "closes" in data and (data["opens"] is None) != (data["closes"] is None):
            self.add_error("closes", _("Give both times, or neither: then it is closed."))
        return data


class DatedFormSet(HoursFormSet):
    day_field = "day"


class WeekInline(admin.TabularInline):
    model = OpeningHours
    form = WeekForm
    formset = HoursFormSet
    extra = 2
    verbose_name_plural = gettext_lazy("Opening hours, in the centre’s own time; a break makes two spans")


class DatedInline(admin.TabularInline):
    """Days from today on; those that are over are read in their own list."""

    model = DatedHours
    form = DatedForm
    formset = DatedFormSet
    extra = 3
    verbose_name_plural = gettext_lazy("Days with hours of their own; without times the centre is closed")

    def get_queryset(self, request: HttpRequest) -> QuerySet[DatedHours]:
        return super().get_queryset(request).filter(day__gte=today())


@admin.register(OpeningHours)
class OpeningHoursAdmin(CentreFactAdmin):
    list_display = ["centre", "weekday", "opens", "closes"]
    list_select_related = ["centre"]
    list_filter = ["weekday", "centre"]
    search_fields = ["centre__name", "=centre__code"]
    search_help_text = gettext_lazy("Centre")
    ordering = ["centre", "weekday", "opens"]


@admin.register(DatedHours)
class DatedHoursAdmin(CentreFactAdmin):
    list_display = ["centre", "day", "opens", "closes", "note"]
    list_select_related = ["centre"]
    list_filter = ["centre"]
    search_fields = ["centre__name", "=centre__code"]
    search_help_text = gettext_lazy("Centre")
    ordering = ["-day", "centre", "opens"]
