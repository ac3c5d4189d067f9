"""Levels: holds and thresholds are planned here; standings, spells and level changes are read."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kitbag.admin.acts import ActForm, PlanForm, act_page, allow, day_field
from kitbag.holds import end_hold, hold_level, plan_thresholds, withdraw_thresholds
from kitbag.impact import impact_of
from kitbag.models import Hold, LevelChange, Spell, Standing
from kitbag.standing import at_the_clock
from members.country_teams import seen_by
from members.looking import Page
from members.models import Level, Member, Threshold, User
from members.staff_forms import shown, today
from members.staff_pages import FactAdmin


class HoldForm(ActForm):
    member = forms.CharField(
        label=gettext_lazy("Member number"), max_length=14, help_text=gettext_lazy("As on the card.")
    )
    level = forms.TypedChoiceField(
        label=gettext_lazy("Level"), coerce=int, choices=[(row.value, row.label) for row in Level if row.value]
    )
    day = day_field(gettext_lazy("From"))
    ends_on = day_field(gettext_lazy("Until"), help_text=gettext_lazy("First day without it."))
    field_order = ["member", "level", "day", "ends_on", "reason"]

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.by = by

    def clean_member(self) -> Member:
        number = "".join(char for char in self.cleaned_data["member"] if not char.isspace())
        member = seen_by(Member.objects.select_related("user"), self.by).filter(number=number).first()
        if member is None:
            raise forms.ValidationError(_("No member has this number."))
        return member


class HoldEndForm(PlanForm):
    day = day_field(gettext_lazy("New end"), help_text=gettext_lazy("First day without it."))

    def __init__(self, *args: Any, may_be_late: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not may_be_late:
            del self.fields["short_notice"]


class ThresholdForm(PlanForm):
    day = day_field(gettext_lazy("From"))
    silver = forms.IntegerField(label=gettext_lazy("Silver"), min_value=1, max_value=1_000_000)
    gold = forms.IntegerField(label=gettext_lazy("Gold"), min_value=1, max_value=1_000_000)
    platinum = forms.IntegerField(label=gettext_lazy("Platinum"), min_value=1, max_value=1_000_000)
    field_order = ["day", "silver", "gold", "platinum", "reason", "short_notice"]


class OfMemberAdmin(FactAdmin):
    """Facts about a member, found by their number."""

    look = Page.POINTS
    list_select_related = ["member__user"]
    search_fields = ["=member__number"]
    search_help_text = gettext_lazy("Member number")
    linked_lookups = ("member__id__exact",)
    ordering = ["-pk"]


@admin.register(Hold)
class HoldAdmin(OfMemberAdmin):
    list_display = ["member", "level", "begins_on", "ends_on", "number", "revision", "recorded_on", "by", "reason"]
    list_select_related = ["member__user", "by"]
    list_filter = ["level"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("kitbag.add_hold")

    def tools(self, request: HttpRequest, obj: Hold) -> Iterable[tuple[str, str]]:
        newest = not Hold.objects.filter(member=obj.member_id, number=obj.number, revision__gt=obj.revision).exists()
        if newest and obj.ends_on > today() and request.user.has_perm("kitbag.change_hold"):
            yield _("Move its end…"), reverse("admin:kitbag_hold_end", args=[obj.pk])

    def heading(self, obj: Hold) -> str:
        return f"{obj.member}: {obj.get_level_display()}, {shown(obj.begins_on)} – {shown(obj.ends_on)}"

    def get_urls(self) -> list[URLPattern]:
        end = path("<path:object_id>/end/", self.admin_site.admin_view(self.end_view), name="kitbag_hold_end")
        return [end, *super().get_urls()]

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Keep a level for a member from a day after today, for a reason; it only lifts."""
        user = allow(request, "kitbag.add_hold")

        def wanted(data: dict[str, Any]) -> dict[str, Any]:
            return {
                "member": data["member"],
                "level": Level(data["level"]),
                "begins_on": data["day"],
                "ends_on": data["ends_on"],
                "reason": data["reason"],
                "by": user,
            }

        def act(data: dict[str, Any]) -> tuple[Hold, str]:
            hold = at_the_clock(hold_level, **wanted(data))
            return hold, _("%(level)s is kept for %(member)s from %(day)s until %(end)s.") % {
                "level": Level(data["level"]).label,
                "member": data["member"],
                "day": shown(hold.begins_on),
                "end": shown(hold.ends_on),
            }

        return act_page(
            request,
            self,
            form=HoldForm(request.POST or None, by=user, initial={"member": request.GET.get("member", "")[:14]}),
            act=act,
            preview=lambda data: at_the_clock(impact_of, hold_level, **wanted(data)),
            title=_("Hold a level"),
            button=_("Hold the level"),
            back=reverse("admin:kitbag_hold_changelist"),
            note=_("A hold only lifts: where the points give more, they decide."),
        )

    def end_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Move the end of a hold; before it has begun, an end on its first day withdraws it."""
        user = allow(request, "kitbag.change_hold")
        hold = self.get_object(request, object_id)
        if hold is None:
            raise Http404

        def wanted(data: dict[str, Any]) -> dict[str, Any]:
            return {
                "hold_id": hold.pk,
                "ends_on": data["day"],
                "reason": data["reason"],
                "short_notice": data.get("short_notice", ""),
                "by": user,
            }

        def act(data: dict[str, Any]) -> tuple[Hold, str]:
            revised = at_the_clock(end_hold, **wanted(data))
            if revised.ends_on == revised.begins_on:
                return revised, _("The hold is withdrawn.")
            return revised, _("The hold ends on %(day)s.") % {"day": shown(revised.ends_on)}

        return act_page(
            request,
            self,
            form=HoldEndForm(
                request.POST or None,
                may_be_late=request.user.has_perm("kitbag.add_lifecyclemark"),
                initial={"day": hold.ends_on},
            ),
            act=act,
            preview=lambda data: at_the_clock(impact_of, end_hold, **wanted(data)),
            title=_("Move the end of a hold"),
            button=_("Move the end"),
            back=reverse("admin:kitbag_hold_changelist"),
            subject=hold,
            note=_("Its first day as its end withdraws a hold that has not begun."),
        )


@admin.register(Threshold)
class ThresholdAdmin(FactAdmin):
    list_display = ["effective_on", "revision", "silver", "gold", "platinum", "recorded_on", "by", "reason"]
    list_select_related = ["by"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("members.add_threshold")

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Plan what the levels need from a day after today; the same day again revises the plan."""
        user = allow(request, "members.add_threshold")
        now = Threshold.objects.on(today())

        def wanted(data: dict[str, Any]) -> dict[str, Any]:
            return {"effective_on": data.pop("day"), **data, "by": user}

        def act(data: dict[str, Any]) -> tuple[Threshold, str]:
            row = at_the_clock(plan_thresholds, **wanted(dict(data)))
            return row, _("From %(day)s: Silver %(silver)s, Gold %(gold)s, Platinum %(platinum)s.") % {
                "day": shown(row.effective_on),
                "silver": f"{row.silver:,}",
                "gold": f"{row.gold:,}",
                "platinum": f"{row.platinum:,}",
            }

        return act_page(
            request,
            self,
            form=ThresholdForm(
                request.POST or None, initial={"silver": now.silver, "gold": now.gold, "platinum": now.platinum}
            ),
            act=act,
            preview=lambda data: at_the_clock(impact_of, plan_thresholds, **wanted(dict(data))),
            title=_("Plan thresholds"),
            button=_("Save the plan"),
            back=reverse("admin:members_threshold_changelist"),
            facts=((_("Today"), f"{now.silver:,} / {now.gold:,} / {now.platinum:,}"),),
            note=_("The same day again revises its plan."),
        )

    def tools(self, request: HttpRequest, obj: Threshold) -> Iterable[tuple[str, str]]:
        newest = not Threshold.objects.filter(effective_on=obj.effective_on, revision__gt=obj.revision).exists()
        may = request.user.has_perm("members.add_threshold")
        if may and newest and obj.effective_on > today() and not obj.is_withdrawn:
            yield _("Withdraw the plan…"), reverse("admin:members_threshold_withdraw", args=[obj.pk])

    def get_urls(self) -> list[URLPattern]:
        withdraw = path(
            "<path:object_id>/withdraw/",
            self.admin_site.admin_view(self.withdraw_view),
            name="members_threshold_withdraw",
        )
        return [withdraw, *super().get_urls()]

    def withdraw_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Take back thresholds planned for a day after today."""
        user = allow(request, "members.add_threshold")
        row = self.get_object(request, object_id)
        if row is None:
            raise Http404

        def wanted(data: dict[str, Any]) -> dict[str, Any]:
            return {"effective_on": row.effective_on, **data, "by": user}

        def act(data: dict[str, Any]) -> tuple[Threshold, str]:
            taken_back = at_the_clock(withdraw_thresholds, **wanted(data))
            return taken_back, _("The thresholds planned for %(day)s are withdrawn.") % {"day": shown(row.effective_on)}

        return act_page(
            request,
            self,
            form=PlanForm(request.POST or None),
            act=act,
            preview=lambda data: at_the_clock(impact_of, withdraw_thresholds, **wanted(data)),
            title=_("Withdraw thresholds"),
            button=_("Withdraw the plan"),
            back=reverse("admin:members_threshold_changelist"),
            subject=row,
        )


@admin.register(LevelChange)
class LevelChangeAdmin(OfMemberAdmin):
    list_display = ["at", "member", "from_level", "to_level", "points", "causes_in_words"]
    list_filter = ["to_level"]
    fields = ["member", "day", "at", "from_level", "to_level", "points", "causes_in_words", "item"]
    readonly_fields = ["causes_in_words"]

    @admin.display(description=gettext_lazy("Causes"))
    def causes_in_words(self, obj: LevelChange) -> str:
        return "; ".join(str(LevelChange.Cause(code).label) for code in obj.causes)


@admin.register(Standing)
class StandingAdmin(OfMemberAdmin):
    """Rows of the cache, each as of its own day: pages read points and level through standing.on."""

    list_display = ["member", "points", "level", "as_of"]


@admin.register(Spell)
class SpellAdmin(OfMemberAdmin):
    list_display = ["member", "product", "counted_from", "counted_until", "cause", "closed_cause"]
    list_select_related = ["member__user", "product"]
    list_filter = ["cause", "closed_cause"]
