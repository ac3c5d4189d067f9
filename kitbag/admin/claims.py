"""Claims as the deciding clerk sees them: both sides, their words and proofs, and the decision (programme §3)."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from kitbag import desk
from kitbag.admin.acts import act_page, allow
from kitbag.admin.claim_desk import messages_of, sides_of, whose_desk
from kitbag.admin.deciding import DecidingAdmin, StateFilter
from kitbag.admin.proofs import may_open
from kitbag.claims import decide
from kitbag.models import Claim
from kitbag.standing import at_the_clock
from members.looking import Page
from members.models import User
from members.rules.days import programme_day
from members.staff_forms import shown, today


class ReasonForRecord(forms.Form):
    """Why it is decided so; for the record, not for either member."""

    note = forms.CharField(
        label=gettext_lazy("Why"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3, "cols": 60}),
        help_text=gettext_lazy("For the record. Neither member reads this; both hear the outcome."),
    )


class DecisionForm(ReasonForRecord):
    decision = forms.ChoiceField(
        label=gettext_lazy("Decision"),
        choices=[
            ("claimant", gettext_lazy("For the claimant: their item counts, the holder’s is closed")),
            ("holder", gettext_lazy("For the holder: nothing changes for them, the claimant’s item is not accepted")),
        ],
        widget=forms.RadioSelect,
    )
    field_order = ["decision", "note"]


class ClaimStateFilter(StateFilter):
    states, first = Claim.State, Claim.State.OPEN


@admin.register(Claim)
class ClaimAdmin(DecidingAdmin):
    look = Page.KIT_ITEM
    list_display = ["what", "serial", "age", "due", "answered", "state"]
    list_select_related = ["item__product", "held_item__product"]
    page_related = ("item__member__user", "held_item__member__user")
    list_filter = [ClaimStateFilter, "answer"]
    linked_lookups = ("item__id__exact", "held_item__id__exact")
    search_fields = ["item__serial"]
    found_by = ("item__serial", "item__member__number", "held_item__member__number")
    ordering = ["opened_at", "pk"]
    actions = ["for_claimant", "for_holder"]
    fieldsets = [
        (None, {"fields": ["what", "serial", "state", "age", "due", "answered"]}),
        (gettext_lazy("Decision"), {"fields": ["note", "decided_at", "decided_by"]}),
    ]
    readonly_fields = ["what", "serial", "age", "due", "answered"]

    def looked_at(self, obj: Claim) -> Iterable[int | None]:
        yield obj.item.member_id
        yield obj.held_item.member_id

    def heading(self, obj: Claim) -> str:
        return f"{obj.item.product.name} {obj.item.serial_typed}".strip()

    def tools(self, request: HttpRequest, obj: Claim) -> Iterable[tuple[str, str]]:
        if obj.state == Claim.State.OPEN and self.has_decide_permission(request):
            yield _("Decide…"), reverse("admin:kitbag_claim_decide", args=[obj.pk])

    @admin.display(description=gettext_lazy("Product"))
    def what(self, obj: Claim) -> str:
        return obj.item.product.name

    @admin.display(description=gettext_lazy("Serial number"))
    def serial(self, obj: Claim) -> str:
        return obj.item.serial

    @admin.display(description=gettext_lazy("Asked"), ordering="opened_at")
    def age(self, obj: Claim) -> str:
        opened = programme_day(obj.opened_at)
        days = ((programme_day(obj.decided_at) if obj.decided_at else today()) - opened).days
        lasted = ngettext("%(days)s day", "%(days)s days", days) % {"days": days}
        return f"{shown(opened)}, {lasted}"

    @admin.display(description=gettext_lazy("Answer by"), ordering="answer_by")
    def due(self, obj: Claim) -> str:
        late = obj.state == Claim.State.OPEN and not obj.answer and obj.answer_by < today()
        return _("%(day)s, over") % {"day": shown(obj.answer_by)} if late else shown(obj.answer_by)

    @admin.display(description=gettext_lazy("Answer"), ordering="answer")
    def answered(self, obj: Claim) -> str:
        day = f", {shown(programme_day(obj.answered_at))}" if obj.answered_at else ""
        return f"{obj.get_answer_display()}{day}"

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Both items beside each other, with what each side says and may prove."""
        claim = self.get_object(request, object_id)
        more = {} if claim is None else {"sides": sides_of(claim, purpose=_purpose(request, claim))}
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), **more})

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.decide_view)
        return [path("<path:object_id>/decide/", view, name="kitbag_claim_decide"), *super().get_urls()]

    def decide_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """One open claim on one desk: for the claimant or for the holder, with the reason for the record."""
        user = allow(request, "kitbag.change_claim")
        claim = self.get_object(request, object_id)
        if claim is None:
            raise Http404
        now = timezone.now()
        if claim.state == Claim.State.OPEN:
            desk.take(claim.item_id, by=user, at=now)
        self._note_look(request, claim)
        whose, until = whose_desk(claim.item_id, user=user, at=now)

        def act(data: dict[str, Any]) -> tuple[Model, str]:
            wins = data["decision"] == "claimant"
            at_the_clock(decide, claim.pk, for_claimant=wins, note=data["note"], by=user)
            desk.clear(claim.item_id, by=user)
            return claim, _("Decided for the claimant.") if wins else _("Decided for the holder.")

        return act_page(
            request,
            self,
            form=DecisionForm(request.POST or None),
            act=act,
            title=_("Decide"),
            button=_("Carry out"),
            back=reverse("admin:kitbag_claim_change", args=[claim.pk]),
            subject=claim,
            facts=(
                (_("Asked"), self.age(claim)),
                (_("Answer"), self.answered(claim)),
                (_("Answer by"), self.due(claim)),
            ),
            template="admin/kitbag/claim_desk.html",
            more={
                "claim": claim,
                "sides": sides_of(claim, purpose="" if whose else _purpose(request, claim)),
                "outcomes": messages_of(claim),
                "is_open": claim.state == Claim.State.OPEN,
                "whose": whose,
                "until": until,
            },
        )

    @admin.action(description=gettext_lazy("Decide for the claimant…"), permissions=["decide"])
    def for_claimant(self, request: HttpRequest, queryset: QuerySet[Claim]) -> HttpResponse | None:
        return self.with_note(
            request,
            queryset,
            action="for_claimant",
            title=_("Decide for the claimant"),
            done=_("Decided for the claimant."),
            act=_for_claimant,
            note=ReasonForRecord,
        )

    @admin.action(description=gettext_lazy("Decide for the holder…"), permissions=["decide"])
    def for_holder(self, request: HttpRequest, queryset: QuerySet[Claim]) -> HttpResponse | None:
        return self.with_note(
            request,
            queryset,
            action="for_holder",
            title=_("Decide for the holder"),
            done=_("Decided for the holder."),
            act=_for_holder,
            note=ReasonForRecord,
        )


def _for_claimant(claim_id: int, *, note: str, by: User, at: Any) -> Claim:
    return decide(claim_id, for_claimant=True, note=note, by=by, at=at)


def _for_holder(claim_id: int, *, note: str, by: User, at: Any) -> Claim:
    return decide(claim_id, for_claimant=False, note=note, by=by, at=at)


def _purpose(request: HttpRequest, claim: Claim) -> str:
    """What its papers are opened for: by who decides, as long as it is open."""
    return f"claim {claim.pk}" if claim.state == Claim.State.OPEN and may_open(request) else ""
