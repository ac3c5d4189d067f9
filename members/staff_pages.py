"""What the staff pages of every app share: facts that are only read, and changes that carry their reason."""

from collections.abc import Iterable, Mapping
from typing import Any, cast

from django import forms
from django.contrib import admin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.models import DELETION, LogEntry
from django.core.exceptions import BadRequest, PermissionDenied, ValidationError
from django.db import models
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from members.country_teams import path_to_member, seen_by
from members.long_lists import ShownPaginator, StaffList, found, is_long
from members.looking import Page, note_look
from members.models import User
from members.staff_forms import DatedForm, ReasonedForm, ReasonForm, day_input, shown, today
from members.stale_forms import MarkedAdmin

# Endings that the filters beside a list put on a field's name; nothing else may be asked through the address.
ENDINGS = frozenset({"", "exact", "isnull", "gte", "lt", "id__exact"})


class StaffAdmin(MarkedAdmin):
    """A list and a page of one model, safe against what stands in an address or a form.

    `tools` are acts offered on a row's page; `linked_lookups` are queries that other pages link to. Where the row
    leads to a member, the member sees that a role of staff opened its page, and `look` says what it was. `indexed`
    names the filters that an index answers, each with the values for which it does; a foreign key always has one.
    `page_related` leads to what a row's page names beside what the row points to.
    """

    look = Page.MEMBER
    indexed: Mapping[str, frozenset[str]] = {}
    page_related: tuple[str, ...] = ()

    paginator = ShownPaginator
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    actions_selection_counter = False
    list_per_page = 50
    list_max_show_all = 0
    linked_lookups: tuple[str, ...] = ()
    formfield_overrides = {models.DateField: {"form_class": forms.DateField, "widget": day_input()}}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Rows that the user may see: lists, searches, filters, choices in forms, pages and histories all ask here."""
        assert isinstance(request.user, User)
        return seen_by(super().get_queryset(request), request.user)

    def tools(self, request: HttpRequest, obj: Any) -> Iterable[tuple[str, str]]:
        """Label and address of each act that this user may carry out on a row."""
        return ()

    def list_tools(self, request: HttpRequest) -> Iterable[tuple[str, str]]:
        """Label and address of each act that this user may carry out beside the list."""
        return ()

    def heading(self, obj: Any) -> str:
        """What a row's page is about, under its title."""
        return str(obj)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        obj = self.get_object(request, object_id)
        more: dict[str, Any] = {}
        if obj is not None and self.has_view_or_change_permission(request, obj):
            more = {"title": self.heading(obj), "subtitle": None, "tools": list(self.tools(request, obj))}
            self._note_look(request, obj)
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), **more})

    def looked_at(self, obj: Any) -> Iterable[int | None]:
        """Keys of the members whose data a row's page shows; none where a row is nobody's."""
        path, _may_be_nobodys = path_to_member(cast(type[Model], self.model))
        if path == "member" and hasattr(obj, "member_id"):
            yield obj.member_id
        elif path is not None:
            yield from self.model._default_manager.filter(pk=obj.pk).values_list(path or "pk", flat=True)

    def _note_look(self, request: HttpRequest, obj: Any) -> None:
        assert isinstance(request.user, User)
        for member_id in self.looked_at(obj):
            note_look(member_id, page=self.look, by=request.user, at=timezone.now())

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        """A row with what it points to, read once for a page that is only looked at."""
        if request.method != "GET":
            return super().get_object(request, object_id, from_field)
        read: dict[Any, Any] = request.__dict__.setdefault("_rows_read", {})
        key = (self.model, object_id, from_field)
        if key not in read:
            field = self.opts.pk if from_field is None else self.opts.get_field(from_field)
            assert isinstance(field, models.Field)
            rows = self.get_queryset(request).select_related(*self._pointed_to(request))
            try:
                read[key] = rows.filter(**{field.name: field.to_python(object_id)}).first()
            except (ValidationError, ValueError):
                read[key] = None
        return read[key]

    def _pointed_to(self, request: HttpRequest) -> Iterable[str]:
        """Paths to what a row's page names: what the row points to, and what its list names."""
        yield from (field.name for field in self.opts.concrete_fields if isinstance(field, models.ForeignKey))
        related = self.get_list_select_related(request)
        yield from () if isinstance(related, bool) else related
        yield from self.page_related

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[StaffList]:
        return StaffList

    def get_sortable_by(self, request: HttpRequest) -> Any:
        """A long list stands in the order of its key: any other would sort the whole table."""
        return () if is_long(self.model) else super().get_sortable_by(request)

    def by_index(self, name: str, value: str) -> bool:
        """Whether a filter's value is answered by an index of the table."""
        return value in self.indexed.get(name, ())

    def few_by_index(self, name: str, value: str) -> bool:
        """Whether the rows of a filter that an index answers are also few, so that each may be looked at."""
        return self.by_index(name, value)

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        # The stock page looks for the row before it asks whether the user may see any.
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied
        obj = self.get_object(request, object_id)
        more = {} if obj is None else {"title": _("History"), "subtitle": self.heading(obj)}
        if obj is not None and self.has_view_or_change_permission(request, obj):
            self._note_look(request, obj)
        if obj is not None and request.user.has_perm("members.view_staffchange"):
            asked = urlencode({"table": self.opts.db_table, "row": obj.pk})
            more["trail_href"] = f"{reverse('admin:members_staffchange_changelist')}?{asked}"
        return super().history_view(request, object_id, {**(extra_context or {}), **more})

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """A row goes for a reason, which stays in the history and on the trail."""
        form = ReasonForm(request.POST if request.method == "POST" else None)
        if form.is_bound and not form.is_valid():
            # The stock page deletes whatever is posted to it: without a reason it is shown again.
            request.POST = QueryDict()
        obj = self.get_object(request, object_id)
        if obj is not None and self.has_delete_permission(request, obj):
            self._note_look(request, obj)
        return super().delete_view(request, object_id, {**(extra_context or {}), "form": form})

    def log_deletions(self, request: HttpRequest, queryset: Any) -> Any:
        why = request.POST.get("reason", "")
        return LogEntry.objects.log_actions(
            cast(User, request.user).pk, queryset, DELETION, change_message=f"{_('Reason')}: {why}"
        )

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        if any("\x00" in text for key, texts in request.GET.lists() for text in (key, *texts)):
            raise BadRequest("NUL in a query")
        if request.method == "POST":
            self._check_selection(request)
            # The stock page would answer an act that is not this user's with the list, as if nothing was asked.
            if not set(request.POST.getlist("action")) <= {"", *self.get_actions(request)}:
                raise PermissionDenied
        named = {
            "title": capfirst(self.opts.verbose_name_plural),
            "subtitle": None,
            "list_tools": list(self.list_tools(request)),
        }
        return super().changelist_view(request, {**named, **(extra_context or {})})

    def _check_selection(self, request: HttpRequest) -> None:
        if request.POST.get("select_across", "0") != "0":
            raise BadRequest("Only rows that are shown can be chosen")
        key = self.model._meta.pk
        for text in request.POST.getlist(ACTION_CHECKBOX_NAME):
            try:
                key.run_validators(key.to_python(text))
            except ValidationError as error:
                raise BadRequest("Not a row's key") from error

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> LogEntry:
        return self._named(super().log_addition(request, obj, message), obj)

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> LogEntry:
        return self._named(super().log_change(request, obj, message), obj)

    def _named(self, entry: LogEntry, obj: Any) -> LogEntry:
        entry.object_repr = self.heading(obj)[:200]
        entry.save(update_fields=["object_repr"])
        return entry

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Without the pencil and the eye beside a relation: the row has a page of its own."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        for link in ("add", "change", "delete", "view"):
            if field is not None and hasattr(field.widget, f"can_{link}_related"):
                setattr(field.widget, f"can_{link}_related", False)
        return field

    def get_actions(self, request: HttpRequest) -> Any:
        """Rows are never deleted in bulk."""
        actions = super().get_actions(request)
        actions.pop("delete_selected", None)
        return actions

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Only what the filters and links of these pages ask: an address must not be an oracle."""
        if lookup in self.linked_lookups:
            return True
        for entry in self.get_list_filter(request):
            if isinstance(entry, type):
                names = {getattr(entry, "parameter_name", "")}
            else:
                names = {f"{entry}__{ending}".removesuffix("__") for ending in ENDINGS}
            if lookup in names:
                return True
        return False

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """A long list by its indexes (`members.long_lists.found`), a short one by every field."""
        if is_long(self.model):
            return found(self, request, queryset, search_term), False
        return super().get_search_results(request, queryset, search_term.replace("\x00", ""))


class FactAdmin(StaffAdmin):
    """Facts are read here. They change through operations only, each on a page or action of its own."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class FactInline(admin.TabularInline):
    """Facts read on the page of the row that they belong to."""

    extra = 0

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ReasonedAdmin(StaffAdmin):
    """Rows that staff write themselves; the history says what changed, from what to what, and why."""

    form = ReasonedForm

    def construct_change_message(self, request: HttpRequest, form: Any, formsets: Any, add: bool = False) -> Any:
        reason = form.cleaned_data.get("reason", "")
        names = [name for name in form.fields if name != "reason"] if add else form.changed_data
        parts = [
            f"{form.fields[name].label}: {_value(form, name)}"
            if add
            else f"{form.fields[name].label}: {_before(form, name)} → {_value(form, name)}"
            for name in names
            if name != "reason"
        ]
        return f"{'; '.join(parts) or _('Nothing changed')}. {_('Reason')}: {reason}"


def _before(form: forms.ModelForm, name: str) -> str:
    value = form.initial.get(name)
    if isinstance(value, list):
        return ", ".join(str(row) for row in value) or shown(None)
    return shown(value)


def _value(form: forms.ModelForm, name: str) -> str:
    value = form.cleaned_data.get(name)
    if isinstance(value, (QuerySet, list)):
        return ", ".join(str(row) for row in value) or shown(None)
    return shown(value.pk if isinstance(value, Model) else value)


class DatedAdmin(ReasonedAdmin):
    """Terms with a valid-from day. New rows begin after today; rows in force are never rewritten."""

    form = DatedForm

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and (obj is None or obj.valid_from > today())

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_delete_permission(request, obj) and (obj is None or obj.valid_from > today())
