"""Inviting the people of old accounts, so many at a time; each is invited once (programme §1)."""

from typing import cast

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from members import former
from members.models import FormerAccount, User
from members.staff_pages import StaffAdmin

MOST = 2000
USUAL = 200


class InviteForm(forms.Form):
    """`first`: whose turn it was when the page was made, so that a form sent twice invites once."""

    most = forms.IntegerField(
        label=gettext_lazy("How many"),
        min_value=1,
        max_value=MOST,
        help_text=gettext_lazy("At most 2,000 at a time, those first who were read in first."),
    )
    first = forms.IntegerField(required=False, widget=forms.HiddenInput)


def invite_page(request: HttpRequest, page: StaffAdmin) -> HttpResponse:
    """How many wait, and the act."""
    user = cast(User, request.user)
    waiting = former.waiting(user)
    next_one = waiting.first()
    form = InviteForm(
        request.POST or None, initial={"most": USUAL, "first": next_one.pk if next_one else None}, label_suffix=""
    )
    back = reverse("admin:members_formeraccount_changelist")
    if request.method == "POST" and form.is_valid():
        first = form.cleaned_data["first"]
        with transaction.atomic():
            # Without the key of a form that was made here nobody's turn is theirs.
            invited = former.invite(most=form.cleaned_data["most"], at=timezone.now(), first=first or 0, by=user)
            if invited:
                page.log_change(request, FormerAccount.objects.get(pk=first), f"{invited:,} invited, this one first")
        if invited:
            said = ngettext("%(count)s person is invited.", "%(count)s people are invited.", invited)
            page.message_user(request, said % {"count": f"{invited:,}"}, messages.SUCCESS)
        else:
            page.message_user(request, _("They were invited before; nobody is invited twice."), messages.WARNING)
        return HttpResponseRedirect(back)
    count = waiting.count()
    return TemplateResponse(
        request,
        "admin/members/former_invite.html",
        {
            **page.admin_site.each_context(request),
            "opts": page.opts,
            "title": _("Invite so many"),
            "form": form,
            "media": page.media + form.media,
            "waiting": count,
            "button": _("Invite"),
            "back": back,
            "facts": ((_("Neither invited nor a member yet"), f"{count:,}"),),
        },
    )
