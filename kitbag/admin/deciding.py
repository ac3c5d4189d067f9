"""Deciding on what waits: from the list, row by row, each with its own result."""

from collections.abc import Callable, Iterable
from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db import transaction
from django.db.models import Model, Q, QuerySet, TextChoices
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kitbag.admin.acts import words_for
from kitbag.models import WaitingReason
from kitbag.registration import KitError
from kitbag.rules.serials import normalise
from kitbag.rules.valuing import PlanError
from kitbag.standing import at_the_clock
from members.long_lists import any_of
from members.models import User
from members.staff_pages import FactAdmin
from members.trail import staff_at_work

CARRIED_MOST = 200


class NoteForm(forms.Form):
    """What the member is told; they read it as it is written."""

    note = forms.CharField(
        label=gettext_lazy("Note to the member"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3, "cols": 60}),
        help_text=gettext_lazy("The member reads this."),
    )


def reasons_in_words(codes: Iterable[str]) -> str:
    return "; ".join(str(WaitingReason(code).label) for code in codes) or "–"


class ReasonFilter(admin.SimpleListFilter):
    """Items that wait for a reason."""

    title = gettext_lazy("reason")
    parameter_name = "reason"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return list(WaitingReason.choices)

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(reasons__contains=[self.value()]) if self.value() in WaitingReason.values else queryset


class StateFilter(admin.SimpleListFilter):
    """What waits (`first`) unless something else is asked for; a search looks everywhere."""

    title = gettext_lazy("state")
    parameter_name = "state"
    states: type[TextChoices]
    first: str

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [*self.states.choices, ("all", gettext_lazy("All"))]

    def choices(self, changelist: Any) -> Any:
        """The choices without "all" as the first one, which a list of what waits would belie."""
        current = self.value() or ("all" if changelist.query else self.first)
        for value, label in self.lookup_choices:
            yield {
                "selected": value == current,
                "query_string": changelist.get_query_string({self.parameter_name: value}),
                "display": label,
            }

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        state = self.value() or ("all" if request.GET.get("q") else self.first)
        return queryset.filter(state=state) if state in self.states.values else queryset


class SerialSearchAdmin(FactAdmin):
    """Rows found by a serial number in any spelling, or by a member's number; the fields of each are named."""

    search_help_text = gettext_lazy("Serial number in any spelling, or member number")
    found_by: tuple[str, ...] = ()

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        serial = normalise(search_term)
        if not search_term.strip():
            return queryset, False
        if not serial:
            return queryset.none(), False
        return any_of(queryset, [*(Q(**{name: serial}) for name in self.found_by), *self.also_found(serial)]), False

    def also_found(self, serial: str) -> Iterable[Q]:
        """Other ways to a row by a number."""
        return ()


def decide_each(
    page: "DecidingAdmin",
    request: HttpRequest,
    rows: Iterable[Model],
    *,
    act: Callable[[Any, User], object],
    done: str,
    action: str = "accept",
    note: str = "",
) -> None:
    """Carry a decision out on rows one by one, each in its own transaction, and tell what came of each.

    On the audit trail stands what was decided and what each row waited for. The note is the reason where rows wait
    for none: elsewhere it is written to the member.
    """
    user = cast(User, request.user)
    for row in rows:
        why = f"{action}: {reasons_in_words(row.reasons) if hasattr(row, 'reasons') else note}"
        try:
            with transaction.atomic(), staff_at_work(user, why=why, at=timezone.now()):
                act(row.pk, user)
                page.log_change(request, row, done)
        except (KitError, PlanError) as error:
            page.message_user(request, f"{page.heading(row)}: {words_for(error)}", messages.ERROR)
        else:
            page.message_user(request, _with_a_way_back(f"{page.heading(row)}: {done}", page, row), messages.SUCCESS)


def _with_a_way_back(said: str, page: "DecidingAdmin", row: Model) -> str:
    href = page.take_back_href(row)
    return format_html('{} <a href="{}">{}</a>', said, href, _("Take it back…")) if href else said


class DecidingAdmin(SerialSearchAdmin):
    """Rows that wait for a decision of staff, taken from the list or from the row's page."""

    def has_decide_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(f"kitbag.change_{self.opts.model_name}")

    def take_back_href(self, row: Any) -> str:
        """Where a decision on a row can be taken back for a minute; empty where none can."""
        return ""

    def selected(self, request: HttpRequest, queryset: QuerySet[Any]) -> list[Any] | None:
        """The rows chosen, no more than one screen of answers; None, with the reason told, beyond it."""
        rows = list(queryset[: CARRIED_MOST + 1])
        if len(rows) <= CARRIED_MOST:
            return rows
        said = _("Choose %(count)s rows at most at a time.") % {"count": CARRIED_MOST}
        self.message_user(request, said, messages.ERROR)
        return None

    def with_note(
        self,
        request: HttpRequest,
        queryset: QuerySet[Any],
        *,
        action: str,
        title: str,
        done: str,
        act: Any,
        note: type[forms.Form] = NoteForm,
    ) -> HttpResponse | None:
        """Ask for the note first, then carry the decision out on each row."""
        rows = self.selected(request, queryset)
        if rows is None:
            return None
        form = note(request.POST if "carry_out" in request.POST else None)
        if form.is_valid():
            written = form.cleaned_data["note"]
            decide_each(
                self,
                request,
                rows,
                act=lambda key, user: at_the_clock(act, key, note=written, by=user),
                done=f"{done} {written}",
                action=action,
                note=written,
            )
            return None
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": title,
            "form": form,
            "media": self.media,
            "rows": [(row.pk, self.heading(row)) for row in rows],
            "action": action,
            "checkbox": ACTION_CHECKBOX_NAME,
            "back": request.get_full_path(),
        }
        return TemplateResponse(request, "admin/kitbag/note.html", context)
