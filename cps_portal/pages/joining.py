"""Joining: the account, the member and the standing begin in one transaction (programme §1).

allauth runs the doors (sign-up, codes, sign-in); its adapter is where the portal decides what happens.
"""

from typing import Any
from uuid import uuid4

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation

from cps_portal import email_undo
from cps_portal.pages.joining_form import JoinForm
from cps_portal.staff_access import shorten_for_staff
from kitbag import registration, standing
from kitbag.rules.bag import Bag
from members import former, messages
from members.access import member_of
from members.joining import become_member
from members.models import Member, User
from members.rules.days import programme_day

A_YEAR = 365 * 24 * 60 * 60


def set_language_cookie(response: HttpResponse, language: str) -> None:
    """Show the next pages in a language, in this browser."""
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=A_YEAR,
        secure=settings.LANGUAGE_COOKIE_SECURE,
        samesite="Lax",
    )


def claim_former(user_id: int) -> None:
    """What is imported under a proved address belongs to its member (programme §1)."""
    if member := Member.objects.filter(user=user_id, closed_at=None).select_related("user").first():
        former.claim(member, at=timezone.now())


class PortalAccountAdapter(DefaultAccountAdapter):
    """allauth's doors in the portal's hands."""

    @transaction.atomic
    def save_user(self, request: HttpRequest, user: User, form: JoinForm, commit: bool = True) -> User:
        """The user with everything that makes them a member, Red with no points, and the bag as drafts."""
        user.name = form.cleaned_data["name"]
        user.language = translation.get_language() or settings.LANGUAGE_CODE
        user.date_joined = form.at
        super().save_user(request, user, form)
        member = become_member(user=user, country=form.cleaned_data["country"], at=form.at)
        standing.begin(member, day=programme_day(form.at))
        bag: Bag = form.cleaned_data["bag"]
        registration.add_drafts(member_id=member.pk, counts=bag.counts, key=uuid4(), at=form.at, by=user)
        return user

    def confirm_email(self, request: HttpRequest, email_address: EmailAddress) -> bool:
        """An address is proved: an account of the former scheme under it is its member's from now on."""
        is_proved: bool = super().confirm_email(request, email_address)
        if is_proved:
            claim_former(email_address.user_id)
        return is_proved

    def post_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse:
        """After any way of signing in: the member's language, the staff's shorter session, an old account claimed.

        Nobody signs in whose address is not proved; a code for signing in proves it without `confirm_email`.
        """
        claim_former(user.pk)
        response = super().post_login(request, user, **kwargs)
        set_language_cookie(response, user.language)
        shorten_for_staff(request)
        return response

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """The dashboard; staff without a membership go to their desk."""
        user = request.user
        if user.is_authenticated and user.is_staff and member_of(user) is None:
            return reverse("admin:index")
        return super().get_login_redirect_url(request)

    def get_email_verification_redirect_url(self, email_address: EmailAddress) -> str:
        """After a changed address back to the account, where it stands; who joins goes where signing in leads."""
        if self.request.user.is_authenticated:
            return reverse("account")
        return str(super().get_email_verification_redirect_url(email_address))

    def send_notification_mail(
        self,
        template_prefix: str,
        user: User,
        context: dict[str, Any] | None = None,
        email: str | None = None,
    ) -> None:
        """News about an account's security; that of a changed address brings the old one the way back."""
        if template_prefix == "account/email/email_changed" and context:
            now = timezone.now()
            change = email_undo.record(user.pk, old=context["from_email"], new=context["to_email"], at=now)
            if change is not None:
                context = context | {"undo": email_undo.undo_address(change), "undo_until": change.undo_until}
        super().send_notification_mail(template_prefix, user, context, email)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """allauth's mail as a row of the outbox, in the reader's language where we know them.

        An address that is not (or no longer) the user's own is written to as an address: a new one
        being confirmed, the old one after a change.
        """
        address = email.lower()
        user = User.objects.filter(email=address).first()
        language = user.language if user else translation.get_language()
        with translation.override(language):
            words = {"email": address, "portal": settings.PORTAL_ORIGIN} | context
            subject = " ".join(render_to_string(f"{template_prefix}_subject.txt", words).split())
            text = render_to_string(f"{template_prefix}_message.txt", words)
            body = render_to_string(f"{template_prefix}_message.txt", words | {"bare": True})
            html = render_to_string(
                "emails/security.html",
                {"subject": subject, "body": body.strip(), "origin": settings.PORTAL_ORIGIN},
            )
            messages.post_security(
                user=user,
                address=address,
                subject=subject,
                text=text.strip() + "\n",
                html=html,
                at=timezone.now(),
            )
