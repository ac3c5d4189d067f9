"""A lost card: what its member wrote, the pack it came with, and a new card in its place (programme §8)."""

from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe
from django_countries import countries

from cps_portal.pages.logistics.frame import APPROVE, allowed, page
from cps_portal.pages.logistics.words import LOST_ANSWER, refusal
from cps_portal.pages.threads.reading import LONGEST_FIRST
from cps_portal.pdf.paper import cannot_print
from kitbag.paging import slice_of
from members import threads
from members.country_teams import seen_by
from members.looking import Page, note_look
from members.models import Address, Member, Thread, Topic, User
from members.threads import ThreadError
from servicing import packs
from servicing.locator import country_name
from servicing.models import WelcomePack
from servicing.offers import BenefitError
from servicing.rules.address import address_lines
from servicing.rules.numbers import pack_number

State = WelcomePack.State
MOST_LINES, SHOWN = 6, 100


class CardForm(forms.Form):
    """Where the new card goes, and what is answered; `pack` is the one whose card was lost, `key` the answer's."""

    pack = forms.IntegerField(min_value=1, max_value=2**63 - 1, widget=forms.HiddenInput)
    key = forms.UUIDField(widget=forms.HiddenInput)
    name = forms.CharField(label=gettext_lazy("Name"), max_length=120)
    lines = forms.CharField(
        label=gettext_lazy("Address"),
        max_length=300,
        help_text=gettext_lazy("Between name and country, line by line as the country writes it."),
        widget=forms.Textarea(attrs={"rows": 4, "dir": "auto"}),
    )
    country = forms.ChoiceField(label=gettext_lazy("Country"))
    answer = forms.CharField(
        label=gettext_lazy("Answer"),
        max_length=4000,
        help_text=gettext_lazy("The member reads this in the thread and by mail."),
        widget=forms.Textarea(attrs={"rows": 5, "dir": "auto"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["country"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", "–"), *((str(code), str(name)) for code, name in countries)]

    def clean_name(self) -> str:
        return _printable(self.cleaned_data["name"])

    def clean_lines(self) -> str:
        lines = [line.strip() for line in self.cleaned_data["lines"].splitlines() if line.strip()]
        if len(lines) > MOST_LINES:
            raise forms.ValidationError(_("A label has room for %(most)s lines.") % {"most": MOST_LINES})
        return _printable("\n".join(lines))

    def label(self) -> packs.Label:
        asked = self.cleaned_data
        return packs.Label(asked["name"], asked["lines"].splitlines(), asked["country"])


def _printable(text: str) -> str:
    if missing := cannot_print(text):
        said = _("The label cannot print %(letters)s. Write it in letters of another script.")
        raise forms.ValidationError(said % {"letters": " ".join(missing)})
    return text


@require_safe
def packs_lost(request: HttpRequest) -> HttpResponse:
    """Staff page `admin:packs_lost`: threads about lost cards that wait for an answer, the oldest first, by key."""
    user = allowed(request, APPROVE)
    lost = Thread.objects.filter(topic=Topic.LOST_CARD, state=Thread.State.OPEN)
    waiting = slice_of(
        seen_by(lost.select_related("user__member"), user),
        LONGEST_FIRST,
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
        limit=SHOWN,
    )
    here = reverse("admin:packs_lost")
    rows = [
        {
            "href": reverse("admin:pack_lost", args=[thread.pk]),
            "name": thread.user.name if thread.user else thread.name,
            "member": thread.user.member.spaced_number if thread.user and hasattr(thread.user, "member") else "",
            "at": thread.changed_at,
        }
        for thread in waiting.rows
    ]
    return page(
        request,
        "packs_lost",
        _("Lost cards"),
        rows=rows,
        previous=f"{here}?before={waiting.before}" if waiting.before else "",
        next=f"{here}?after={waiting.after}" if waiting.after else "",
    )


@require_http_methods(["GET", "HEAD", "POST"])
def pack_lost(request: HttpRequest, thread_id: UUID) -> HttpResponse:
    """Staff page `admin:pack_lost`: one thread about a lost card; a POST approves a new one. Twice is once."""
    user = allowed(request, APPROVE)
    thread = get_object_or_404(
        seen_by(Thread.objects.select_related("user"), user), pk=thread_id, topic=Topic.LOST_CARD
    )
    member = Member.objects.filter(user=thread.user_id, closed_at=None).first() if thread.user_id else None
    if member is not None:
        note_look(member.pk, page=Page.THREAD, by=user, at=timezone.now())
    if request.method != "POST":
        return _page(request, thread, member)
    if member is None:
        return HttpResponseRedirect(reverse("admin:pack_lost", args=[thread.pk]))
    form = CardForm(request.POST)
    if form.is_valid():
        try:
            _approve(form, thread, member, user)
        except BenefitError as error:
            form.add_error(None, refusal(error.code))
        except (ThreadError, WelcomePack.DoesNotExist):
            form.add_error(None, _("This form belongs to another thread. Open the page again."))
        else:
            messages.success(request, _("The new card waits to be packed; the member has the answer."))
            return HttpResponseRedirect(reverse("admin:pack_lost", args=[thread.pk]))
    return _page(request, thread, member, form)


@transaction.atomic
def _approve(form: CardForm, thread: Thread, member: Member, user: User) -> None:
    """The card and the answer, both or neither. Raises BenefitError, ThreadError, WelcomePack.DoesNotExist."""
    asked, at = form.cleaned_data, timezone.now()
    lost = WelcomePack.objects.get(pk=asked["pack"], member=member)
    packs.replace_card(lost.pk, label=form.label(), at=at, by=user)
    threads.write(thread.pk, words=asked["answer"], post_id=asked["key"], at=at, user=user, as_staff=True)


def _page(request: HttpRequest, thread: Thread, member: Member | None, form: CardForm | None = None) -> HttpResponse:
    theirs = list(WelcomePack.objects.filter(member=member).order_by("pk")) if member else []
    last = theirs[-1] if theirs else None
    why = ""
    if member is None:
        why = _("This person has no membership here, so no card either. Answer in the thread.")
    elif last is None:
        why = _("This member never asked for a welcome pack: there is no card that could be lost.")
    elif last.state != State.SENT:
        why = _("A new card is on its way already.") if last.replaces_id else refusal("not_sent")
    elif form is None:
        form = CardForm(initial=_initial(thread, member, last))
    return page(
        request,
        "pack_lost",
        _("Lost card"),
        here=reverse("admin:pack_lost", args=[thread.pk]),
        name=thread.user.name if thread.user else thread.name,
        member=member.spaced_number if member else "",
        posts=[
            {"from_staff": post.from_staff, "words": post.words, "at": post.at}
            for post in thread.posts.order_by("at", "pk")
        ],
        state=thread.get_state_display(),
        packs=[_row(pack) for pack in theirs],
        why=why,
        form=form if not why or (form and form.errors) else None,
    )


def _row(pack: WelcomePack) -> dict[str, Any]:
    return {
        "number": pack_number(pack.pk),
        "what": _("New card for a lost one") if pack.replaces_id else _("Welcome pack"),
        "state": pack.get_state_display(),
        "requested_at": pack.requested_at,
        "sent_at": pack.sent_at,
        "tracking": pack.tracking,
        "name": pack.name,
        "lines": pack.lines.splitlines(),
        "country": country_name(str(pack.country)),
    }


def _initial(thread: Thread, member: Member, last: WelcomePack) -> dict[str, Any]:
    """The pack's own address; once that is erased, the first one that the member keeps; else only the name."""
    given: dict[str, Any] = {
        "pack": last.pk,
        "key": uuid4(),
        "answer": LOST_ANSWER if thread.language.startswith("en") else "",
    }
    if last.name:
        return given | {"name": last.name, "lines": last.lines, "country": str(last.country)}
    kept = Address.objects.filter(member=member).first()
    if kept is None:
        return given | {"name": thread.user.name if thread.user else "", "country": str(member.country)}
    country = str(kept.country)
    lines = address_lines(kept.street, kept.postcode, kept.town, country)
    return given | {"name": kept.name, "lines": "\n".join(lines), "country": country}
