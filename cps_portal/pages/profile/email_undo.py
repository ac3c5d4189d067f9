"""The way back after a change of e-mail, from the mail to the old address: seen by a GET, done by a POST."""

from django.contrib import messages
from django.contrib.auth import logout
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from cps_portal import email_undo

# An address that somebody else has proved meanwhile is a conflict; a link that is over is gone.
STATUS = {"taken": 409}
GONE = 410


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def account_email_undo(request: HttpRequest, signed: str) -> HttpResponse:
    """Whoever has the mail may have the old address back, without signing in. 404 for a link we did not sign."""
    key = email_undo.read(signed)
    if key is None:
        raise Http404
    now = timezone.now()
    try:
        if request.method == "POST":
            user = email_undo.undo(key, at=now)
            if request.user.pk == user.pk:
                logout(request)
            messages.success(
                request,
                _("%(email)s is the address of your account again. Set a new password with a code that we mail there.")
                % {"email": user.email},
            )
            return HttpResponseRedirect(reverse("account_reset_password"))
        change = email_undo.find(key, at=now)
    except email_undo.UndoError as error:
        context = {"refused": error.code}
        return TemplateResponse(
            request, "profile/account_email_undo.html", context, status=STATUS.get(error.code, GONE)
        )
    return TemplateResponse(
        request,
        "profile/account_email_undo.html",
        {"refused": "", "old": change.old, "new": change.new, "at": change.changed_at, "until": change.undo_until},
    )
