"""A page that carries out one act: its fields, its reason, one operation, and the answer in words.

An act that may lower points or levels shows first what it would do, and is saved from there.
"""

from collections.abc import Callable, Mapping
from typing import Any, cast

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_countries import countries

from kitbag import approvals
from kitbag.impact import Impact
from kitbag.plan_words import OTHERWISE, REFUSALS
from kitbag.registration import KitError
from kitbag.rules.valuing import PlanError
from members.models import Level, User
from members.staff_forms import day_input, in_this_century, shown
from members.staff_pages import StaffAdmin


def words_for(error: KitError | PlanError) -> str:
    """Why an operation refused, in words."""
    return str(REFUSALS.get(error.code, OTHERWISE)[1])


def refuse(form: forms.BaseForm, error: KitError | PlanError) -> None:
    """Put a refusal beside its field, or above the form where it speaks of none."""
    field, words = REFUSALS.get(error.code, OTHERWISE)
    form.add_error(field if field in form.fields else None, str(words))


def day_field(label: Any, **options: Any) -> forms.DateField:
    """A day typed as 2027-09-14, or chosen."""
    return forms.DateField(
        label=label, widget=day_input(), input_formats=["%Y-%m-%d"], validators=[in_this_century], **options
    )


class ActForm(forms.Form):
    """An act of staff. Every act says why; subclasses add what it needs before the reason."""

    field_order = ["day", "points", "reason"]
    reason = forms.CharField(
        label=gettext_lazy("Reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 3, "cols": 60})
    )


class PlanForm(ActForm):
    """An act that may take points or a level: with less notice than members are due, it says why."""

    short_notice = forms.CharField(
        label=gettext_lazy("Why on short notice"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2, "cols": 60}),
    )
    field_order = ["day", "points", "reason", "short_notice"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["short_notice"].help_text = _(
            "Only where members lose points or a level within %(days)s days. They are told today, in these words."
        ) % {"days": settings.DROP_NOTICE_DAYS}


def act_page(
    request: HttpRequest,
    page: StaffAdmin,
    *,
    form: forms.Form,
    act: Callable[[dict[str, Any]], tuple[Model, str]],
    title: str,
    button: str,
    back: str,
    subject: Model | None = None,
    facts: tuple[tuple[str, str], ...] = (),
    note: str = "",
    preview: Callable[[dict[str, Any]], Impact] | None = None,
    refuse: Callable[[forms.BaseForm, KitError | PlanError], None] = refuse,
    template: str = "admin/kitbag/act.html",
    more: Mapping[str, Any] | None = None,
) -> HttpResponse:
    """Show an act's form, and carry it out on POST in one transaction with its line in the history.

    `template` and `more` (its context) are for an act that is decided on more than facts.

    `act` takes the cleaned data and returns the row that the history speaks of and what to tell the user.
    With `preview`, the first POST shows what the act would do, and the second, from there, does it.
    """
    impact = None
    if request.method == "POST" and form.is_valid() and "change" not in request.POST:
        try:
            if preview and "confirmed" not in request.POST:
                impact = preview(form.cleaned_data)
            else:
                approves = getattr(request, "approves", None)
                impact = preview(form.cleaned_data) if preview else None
                if impact and approves is None and approvals.needs_second(impact):
                    return _ask(request, page, form, impact, title=title, subject=subject, back=back)
                if impact and approves is not None and approvals.grown(approves, impact, by=cast(User, request.user)):
                    raise KitError("impact_grew")
                impact = None
                with transaction.atomic():
                    if approves is not None:
                        approvals.approve(approves, by=cast(User, request.user), at=timezone.now())
                    row, said = act(form.cleaned_data)
                    why = form.cleaned_data.get("reason") or form.cleaned_data.get("note")
                    page.log_change(request, row, f"{said} {why}" if why else said)
                page.message_user(request, said, messages.SUCCESS)
                return HttpResponseRedirect(back)
        except (KitError, PlanError) as error:
            impact = None
            refuse(form, error)
    context = {
        **page.admin_site.each_context(request),
        "opts": page.opts,
        "title": title,
        "subtitle": page.heading(subject) if subject else None,
        "form": form,
        "media": page.media + form.media,
        "button": button,
        "back": back,
        "facts": facts,
        "note": note,
        "impact": impact_in_words(impact) if impact else None,
        "entered": entered(form) if impact else (),
        "has_preview": preview is not None,
        **(more or {}),
    }
    return TemplateResponse(request, "admin/kitbag/impact.html" if impact else template, context)


def _ask(
    request: HttpRequest, page: StaffAdmin, form: forms.Form, impact: Impact, *, title: str, subject: Any, back: str
) -> HttpResponse:
    """Leave an act for a second person, whose approval carries it out."""
    approvals.ask(
        title=f"{title}: {page.heading(subject)}" if subject else title,
        path=request.path,
        entered={name: request.POST.getlist(name) for name in form.fields if name in request.POST},
        impact=impact,
        by=cast(User, request.user),
        at=timezone.now(),
    )
    said = _("So many members are concerned that a second person approves it. Nothing has changed yet.")
    page.message_user(request, said, messages.WARNING)
    return HttpResponseRedirect(back)


def entered(form: forms.Form) -> list[tuple[str, str]]:
    """What was entered, for reading once more before it is saved: label and value, empty fields left out."""
    said = []
    for bound in form:
        value = bound.value()
        if isinstance(bound.field, forms.ChoiceField):
            labels: dict[Any, Any] = dict(bound.field.widget.choices)
            value = labels.get(form.cleaned_data.get(bound.name), value)
        if isinstance(bound.field, forms.BooleanField):
            value = shown(bool(form.cleaned_data.get(bound.name))) if value else ""
        if value not in (None, ""):
            said.append((str(bound.label), str(value)))
    return said


def impact_in_words(impact: Impact) -> dict[str, Any]:
    """What a preview shows: each day with its figures, and level moves by country."""
    return {
        "more_days": impact.more_days,
        "days": [
            {
                "day": day.day,
                "items": day.items,
                "members": day.members,
                "points": f"{day.points:+,}" if day.points else "0",
                "rise": day.rise,
                "fall": day.fall,
                "moves": [
                    {
                        "country": countries.name(move.country) or move.country,
                        "before": Level(move.before).label,
                        "after": Level(move.after).label,
                        "members": move.members,
                    }
                    for move in day.moves
                ],
            }
            for day in impact.days
        ],
    }


def allow(request: HttpRequest, permission: str) -> User:
    """The user, who holds a permission; raises PermissionDenied for others."""
    if not request.user.has_perm(permission):
        raise PermissionDenied
    return cast(User, request.user)
