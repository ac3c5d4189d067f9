"""What people choose about their mail, as a form."""

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from members.models import Message, User
from members.rules.mailing import REFUSABLE

Kind = Message.Kind
# Every kind in a member's words; tests hold the list complete.
KIND_WORDS = {
    Kind.SECURITY.value: _("Codes, and changes to how you sign in"),
    Kind.ITEM_NEEDS_YOU.value: _("A product needs you before it counts"),
    Kind.CLAIM_AGAINST.value: _("Someone else claims a serial number of yours"),
    Kind.CLAIM_DECIDED.value: _("A claim is decided"),
    Kind.DROP_AHEAD.value: _("Points or a level will fall on a day to come"),
    Kind.DROP_CHANGED.value: _("A drop you were told of has changed"),
    Kind.LEVEL_DOWN.value: _("Your level went down"),
    Kind.CASE_STEP.value: _("A case of yours takes a step"),
    Kind.CASE_ESTIMATE.value: _("An estimate waits for your answer"),
    Kind.CASE_MESSAGE.value: _("A centre wrote to you"),
    Kind.CASE_LANE.value: _("A case changes to Fast Track or to the standard time"),
    Kind.CASE_EXPIRY.value: _("A request will expire before its product is received"),
    Kind.LOAN_OFFER.value: _("You can ask for a loan"),
    Kind.LOAN_CHANGED.value: _("A loan of yours changed"),
    Kind.LOAN_DUE.value: _("A loan is to be brought back"),
    Kind.EXPORT_READY.value: _("A copy of your data is ready"),
    Kind.CLOSING_BEGUN.value: _("You asked us to close your account"),
    Kind.SUSPENDED.value: _("Your membership is suspended"),
    Kind.UNSUSPENDED.value: _("Your membership goes on"),
    Kind.STAFF_ACTED.value: _("Our staff acted for you"),
    Kind.EVENT_PLACE.value: _("A place at an event is kept for you, or something about it changes"),
    Kind.EVENT_CANCELLED.value: _("An event you booked does not take place"),
    Kind.PACK_OFFER.value: _("Your welcome pack waits for an address"),
    Kind.PACK_SENT.value: _("Your welcome pack or a new card is sent"),
    Kind.THREAD_ANSWER.value: _("We answered a question of yours"),
    Kind.FORMER_INVITE.value: _("Your account of the former scheme is part of your membership"),
    Kind.LEVEL_UP.value: _("Your level went up"),
    Kind.ITEM_VALIDATED.value: _("A product is validated and counts"),
}


class MailChoicesForm(forms.Form):
    """One mail a day or not, and which of the kinds that may be refused are mailed."""

    wanted = forms.MultipleChoiceField(
        label=_("Mail me when"),
        choices=[(kind, KIND_WORDS[kind]) for kind in REFUSABLE],
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("What you leave out still stands under Messages, and on your points and kitbag pages."),
    )
    digest = forms.ChoiceField(
        label=_("How often"),
        choices=[("", _("At once, one by one")), ("1", _("Together, once a day at 08:00 of your time zone"))],
        required=False,
        widget=forms.RadioSelect,
    )

    def __init__(self, data: QueryDict | None, *, user: User) -> None:
        wanted = [kind for kind in REFUSABLE if kind not in user.mail_unwanted]
        super().__init__(data, initial={"wanted": wanted, "digest": "1" if user.mail_digest else ""})
