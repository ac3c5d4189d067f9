"""Who may enter the staff pages, with which roles, and what they did there."""

from typing import Any

import allauth.account.admin
import allauth.mfa.admin
import allauth.usersessions.admin
import django.contrib.auth.admin
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django import forms
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_countries import countries

from members.country_teams import sees_everybody
from members.models import User
from members.staff_forms import ReasonedForm
from members.staff_pages import FactAdmin, ReasonedAdmin

# Sign-in data belong to the person: staff see that a second factor is there, never the factor itself.
# Groups are the roles of the programme, filled by migration.
_REGISTERED_ELSEWHERE = (
    (allauth.account.admin, EmailAddress),
    (allauth.mfa.admin, Authenticator),
    (allauth.usersessions.admin, UserSession),
    (django.contrib.auth.admin, Group),
)
for _module, _model in _REGISTERED_ELSEWHERE:
    if admin.site.is_registered(_model):
        admin.site.unregister(_model)


class StaffAccountForm(ReasonedForm):
    """A staff account: opened and changed by the superuser only; the person sets up how they sign in."""

    class Meta:
        model = User
        fields = ["email", "name", "language", "groups", "countries", "is_staff", "is_superuser", "is_active"]
        widgets = {
            "groups": forms.CheckboxSelectMultiple,
            "language": forms.Select(choices=[("en", "English"), ("ar", "العربية")]),
        }
        labels = {
            "email": gettext_lazy("E-mail"),
            "name": gettext_lazy("Name"),
            "language": gettext_lazy("Language"),
            "groups": gettext_lazy("Roles"),
            "is_staff": gettext_lazy("May enter the staff pages"),
            "is_superuser": gettext_lazy("May do everything, also open staff accounts"),
            "is_active": gettext_lazy("May sign in"),
        }
        help_texts = {"groups": "", "is_superuser": ""}

    countries = forms.MultipleChoiceField(
        label=gettext_lazy("Country team"),
        required=False,
        choices=lambda: list(countries),
        widget=forms.SelectMultiple(attrs={"size": 8}),
        help_text=gettext_lazy("Sees members of these countries only; of every country when none is chosen."),
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("countries") and not data.get("is_staff", True):
            self.add_error("countries", _("Only who may enter the staff pages belongs to a country team."))
        return data

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"].lower()
        taken = EmailAddress.objects.filter(email__iexact=email).exclude(user=self.instance.pk)
        if taken.exists():
            raise ValidationError(_("This address belongs to another account."))
        return email


@admin.register(User)
class UserAdmin(ReasonedAdmin):
    form = StaffAccountForm
    list_display = ["email", "name", "roles", "is_staff", "is_active", "second_factor"]
    list_filter = ["is_staff", "is_active", "is_superuser", "groups"]
    search_fields = ["^email", "~name"]
    search_help_text = gettext_lazy("Name or e-mail")
    ordering = ["email"]
    add_fields = ("email", "name", "language", "groups", "countries", "is_superuser", "reason")
    facts = ("second_factor", "last_login", "date_joined")

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        strong = Authenticator.objects.filter(user=OuterRef("pk"), type__in=["totp", "webauthn"])
        return super().get_queryset(request).prefetch_related("groups").annotate(has_factor=Exists(strong))

    @admin.display(description=gettext_lazy("Roles"))
    def roles(self, obj: User) -> str:
        return ", ".join(group.name for group in obj.groups.all()) or "–"

    @admin.display(description=gettext_lazy("Second factor"), boolean=True)
    def second_factor(self, obj: Any) -> bool:
        return bool(obj.has_factor)

    def get_fields(self, request: HttpRequest, obj: User | None = None) -> Any:
        if obj is None:
            return self.add_fields
        fields = (
            *("email", "name", "language", "groups", "countries", "is_staff", "is_superuser", "is_active"),
            *self.facts,
        )
        return (*fields, "reason") if self.has_change_permission(request, obj) else fields

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> Any:
        # An address is proved by its owner, who changes it in the account.
        return self.facts if obj is None else (*self.facts, "email")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.is_active and request.user.is_superuser)

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        # Whoever changes their own account here could shut themselves, and the last superuser, out.
        return self.has_add_permission(request) and (obj is None or obj.pk != request.user.pk)

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        if not change:
            obj.set_unusable_password()
            obj.is_staff = True
            self.message_user(
                request,
                _("%(email)s signs in with a mailed code and then sets up a second factor.") % {"email": obj.email},
            )
            obj.save()
            # Its owner proves it with the first mailed code, instead of being asked for a second one.
            EmailAddress.objects.create(user=obj, email=obj.email, primary=True, verified=False)
            return
        columns = [name for name in form.changed_data if name not in {"groups", "reason"}]
        if columns:
            obj.save(update_fields=columns)


@admin.register(Group)
class RoleAdmin(FactAdmin):
    list_display = ["name"]
    search_fields = ["name"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Group]:
        return super().get_queryset(request).prefetch_related("permissions__content_type")


@admin.register(LogEntry)
class LogEntryAdmin(FactAdmin):
    """What staff did, of members of every country: nothing for who is held to some, or to a centre."""

    list_display = ["action_time", "user", "content_type", "object_repr", "said"]
    list_select_related = ["user", "content_type"]
    list_filter = ["action_flag"]
    fields = ["action_time", "user", "content_type", "object_repr", "said"]
    readonly_fields = ["said"]
    search_fields = ["=user__email", "object_repr"]
    search_help_text = gettext_lazy("Staff e-mail, in full, or the row")
    ordering = ["-pk"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[LogEntry]:
        assert isinstance(request.user, User)
        rows = super().get_queryset(request)
        return rows if sees_everybody(request.user) else rows.none()

    @admin.display(description=gettext_lazy("What and why"))
    def said(self, obj: LogEntry) -> str:
        return obj.get_change_message()
