"""What member care does with a membership: suspending, lifting, closing on behalf, acting on behalf (programme §10)."""

from collections.abc import Callable
from typing import Any, cast

from django import forms
from django.conf import settings
from django.contrib import admin
from django.contrib import messages as toasts
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.middleware.csrf import rotate_token
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from cps_portal.acting import SESSION_KEY
from cps_portal.pages.desk.member import member_seen
from cps_portal.privacy import closing
from cps_portal.privacy.closing import CloseError
from cps_portal.staff_access import confirmed_until
from members import acting, suspending
from members.acting import ActingError
from members.models import Member, User
from members.rules.days import day_begins, programme_day
from members.staff_forms import ReasonForm, day_input, in_this_century, shown
from members.suspending import SuspendError

REFUSALS: dict[str, str | Promise] = {
    "suspended": gettext_lazy("This membership is suspended."),
    "closed": gettext_lazy("This account is closed."),
    "staff": gettext_lazy("This is an account of staff. The superuser takes its roles back first."),
    "ends_before": gettext_lazy("Choose a day after today."),
    "not_running": gettext_lazy("Somebody has lifted it meanwhile, or its last day is over."),
    "running": gettext_lazy("This account is being closed already."),
}


class ToldForm(ReasonForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].help_text = _("The member reads it, with your role and not your name.")


class SuspendForm(forms.Form):
    until = forms.DateField(
        label=gettext_lazy("First day without it"),
        required=False,
        widget=day_input(),
        validators=[in_this_century],
        help_text=gettext_lazy("At 00:00 UTC. Empty: until somebody lifts it."),
    )
    words = forms.CharField(
        label=gettext_lazy("What the member reads"),
        max_length=500,
        help_text=gettext_lazy("Why, in plain words. It stands on the one page they can open, and in a mail."),
        widget=forms.Textarea(attrs={"rows": 3, "cols": 60, "dir": "auto"}),
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason for the record"),
        max_length=500,
        help_text=gettext_lazy("The member sees it in the copy of their data."),
        widget=forms.Textarea(attrs={"rows": 3, "cols": 60}),
    )


class LiftForm(ReasonForm):
    suspension = forms.IntegerField(min_value=1, max_value=2**63 - 1, widget=forms.HiddenInput)


def _allowed(request: HttpRequest, member_id: int, permission: str) -> tuple[Member, User]:
    """The member, whom this user may see, and the user, who holds the permission. Raises PermissionDenied, Http404."""
    user = cast(User, request.user)
    if not user.has_perm(permission):
        raise PermissionDenied
    return member_seen(request, member_id), user


def _page(
    request: HttpRequest,
    member: Member,
    form: forms.Form | None,
    *,
    title: str,
    button: str,
    lines: list[str],
    facts: list[tuple[str, str]] | None = None,
    act: Callable[[dict[str, Any]], HttpResponse] | None = None,
) -> HttpResponse:
    """The form of an act; a POST carries it out, or says beside the form why not."""
    if request.method == "POST" and form is not None and act is not None and form.is_valid():
        try:
            return act(form.cleaned_data)
        except (SuspendError, CloseError, ActingError) as error:
            field = "until" if error.code == "ends_before" else None
            form.add_error(field, str(REFUSALS[error.code]))
    context = {
        **admin.site.each_context(request),
        "title": title,
        "subtitle": f"{member.user.name}, {member.spaced_number}",
        "form": form,
        "button": button,
        "lines": lines,
        "facts": facts or [],
        "back": back_to(member),
    }
    return TemplateResponse(request, "admin/desk/care.html", context)


def back_to(member: Member) -> str:
    return reverse("admin:members_member_change", args=[member.pk])


def _done(request: HttpRequest, member: Member, said: str) -> HttpResponse:
    toasts.success(request, said)
    return HttpResponseRedirect(back_to(member))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def member_suspend(request: HttpRequest, member_id: int) -> HttpResponse:
    """Staff page `admin:member_suspend`: suspend a membership from now on; a second submit is refused."""
    member, user = _allowed(request, member_id, "members.add_membersuspension")
    at = timezone.now()

    def act(data: dict[str, Any]) -> HttpResponse:
        until = data["until"]
        if until is not None and until <= programme_day(at):
            raise SuspendError("ends_before")
        ends_at = day_begins(until) if until else None
        suspending.suspend(
            member.pk, reason=data["reason"], words=data["words"], ends_at=ends_at, by=user, at=timezone.now()
        )
        return _done(request, member, _("The membership is suspended; the member has a mail that says why."))

    return _page(
        request,
        member,
        SuspendForm(request.POST or None),
        title=_("Suspend the membership"),
        button=_("Suspend it"),
        lines=[
            _("They can sign in to one page, which says why and until when. They can register and request nothing."),
            _("Points, level and kit stay. Open cases go on; units on loan come back as agreed."),
        ],
        act=act,
    )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def member_lift(request: HttpRequest, member_id: int) -> HttpResponse:
    """Staff page `admin:member_lift`: end the suspension that this form was opened for; a stale form is refused."""
    member, user = _allowed(request, member_id, "members.change_membersuspension")
    runs = suspending.running(member.pk, at=timezone.now())
    form = LiftForm(request.POST or None, initial={"suspension": runs.pk if runs else None})

    def act(data: dict[str, Any]) -> HttpResponse:
        if not member.suspensions.filter(pk=data["suspension"]).exists():
            raise SuspendError("not_running")
        suspending.lift(data["suspension"], reason=data["reason"], by=user, at=timezone.now())
        return _done(request, member, _("The membership goes on; the member has a mail."))

    return _page(
        request,
        member,
        form if runs or form.is_bound else None,
        title=_("Lift the suspension"),
        button=_("Lift it"),
        lines=[] if runs else [_("No suspension is in force.")],
        facts=[
            (_("Suspended on"), shown(runs.began_at)),
            (_("Until"), shown(runs.ends_at)),
            (_("By"), runs.role),
            (_("Reason"), runs.reason),
            (_("What the member reads"), runs.words),
        ]
        if runs
        else None,
        act=act,
    )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def member_close(request: HttpRequest, member_id: int) -> HttpResponse:
    """Staff page `admin:member_close`: ask for a closing as if the member had; they are told, and can undo it."""
    member, user = _allowed(request, member_id, "members.add_closing")
    waits = closing.on_its_way(member.pk)

    def act(data: dict[str, Any]) -> HttpResponse:
        closing.ask(member.pk, reason=data["reason"], by=user, at=timezone.now())
        return _done(request, member, _("The account is being closed; the member has a mail with the way to undo it."))

    return _page(
        request,
        member,
        ToldForm(request.POST or None),
        title=_("Close the account"),
        button=_("Begin to close it"),
        lines=[
            _("As if the member had asked: they have %(days)s days to undo it, by the mail or after signing in.")
            % {"days": settings.CLOSING_UNDO_DAYS},
            _("It is carried out when these are over and nothing of theirs is on its way."),
        ],
        facts=[
            *((_("Open case"), f"{case.number}, {case.product.name}") for case in waits.cases),
            *((_("Unit on loan"), f"{loan.unit.serial}, {loan.unit.product.name}") for loan in waits.loans),
            *((_("Welcome pack"), str(pack.get_state_display())) for pack in waits.packs),
        ],
        act=act,
    )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def member_act(request: HttpRequest, member_id: int) -> HttpResponse:
    """Staff page `admin:member_act`: open the member's own pages for half an hour, to act on their behalf."""
    member, user = _allowed(request, member_id, "members.add_acting")

    def act(data: dict[str, Any]) -> HttpResponse:
        at = timezone.now()
        begun = acting.begin(member.pk, reason=data["reason"], by=user, until=confirmed_until(request), at=at)
        request.session[SESSION_KEY] = begun.pk
        # Forms that were opened before this moment are refused from now on (cps_portal/acting.py).
        rotate_token(request)
        return HttpResponseRedirect(reverse("dashboard"))

    return _page(
        request,
        member,
        ToldForm(request.POST or None),
        title=_("Act on the member’s behalf"),
        button=_("Open their pages"),
        lines=[
            _("For 30 minutes you see the portal as they do. What you send in is done in your name and theirs to see."),
            _("How they sign in, their e-mail address, papers, the copy of their data and closing stay shut."),
            _("The member has a mail with your role and the reason."),
        ],
        act=act,
    )
