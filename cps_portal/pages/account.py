"""The account's own page, and the page that asks staff for their second factor."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe
from django_countries import countries

from cps_portal.pages.account_form import ProfileForm
from cps_portal.pages.joining import set_language_cookie
from cps_portal.staff_access import passed_second_factor, strong_factors
from members.access import UserRequest, member_of, staff_required
from members.models import Acceptance, FormerAccount, User
from members.profile import change_profile


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def account(request: HttpRequest) -> HttpResponse:
    """Name, phone, field, language, time zone; the ways to what protects the account; what was accepted and when."""
    user = request.user
    assert isinstance(user, User)
    member = member_of(user)
    form = ProfileForm(request.POST or None, user=user, member=member)
    if request.method == "POST" and form.is_valid():
        change_profile(
            user=user,
            member=member,
            name=form.cleaned_data["name"],
            language=form.cleaned_data["language"],
            of_member=form.of_member,
        )
        with translation.override(user.language):
            messages.success(request, _("Saved."))
        response = HttpResponseRedirect(reverse("account"))
        set_language_cookie(response, user.language)
        return response
    return TemplateResponse(
        request,
        "pages/account.html",
        {
            "form": form,
            "email": user.email,
            "has_password": user.has_usable_password(),
            "membership": member
            and {
                "number": member.spaced_number,
                "country": countries.name(str(member.country)),
                "joined": member.joined_at,
                "was_in_former_scheme": FormerAccount.objects.filter(member=member).exists(),
            },
            "accepted": _accepted(member.pk) if member else [],
        },
    )


def _accepted(member_id: int) -> list[dict[str, object]]:
    rows = Acceptance.objects.filter(member=member_id).order_by("-accepted_at", "document")
    return [
        {
            "document": row.get_document_display(),
            "href": reverse(row.document),
            "version": row.version,
            "at": row.accepted_at,
        }
        for row in rows
    ]


@staff_required
@require_safe
def staff_second_factor(request: UserRequest) -> HttpResponse:
    """Staff pages need an authenticator app or a passkey: how to set one up, or to confirm with it."""
    way_on = request.GET.get("next", "")
    if not url_has_allowed_host_and_scheme(way_on, {request.get_host()}, require_https=request.is_secure()):
        way_on = reverse("admin:index")
    if passed_second_factor(request):
        return HttpResponseRedirect(way_on)
    factors = strong_factors(request)
    return TemplateResponse(
        request,
        "pages/staff_second_factor.html",
        {
            "has_app": "totp" in factors,
            "has_passkey": "webauthn" in factors,
            "way_on": urlencode({"next": way_on}),
        },
    )
