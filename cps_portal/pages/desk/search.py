"""One box on every staff page: people, things and cases by whatever somebody reads out."""

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from cps_portal.pages.desk.finding import groups
from cps_portal.pages.desk.typed import Search


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """Staff page `admin:search`: what `?q=` finds, grouped, for this user; without it what can be looked for."""
    typed = request.GET.get("q", "")
    asked = Search(typed, request)
    found = groups(asked)
    return TemplateResponse(
        request,
        "admin/search.html",
        {
            "title": _("Search"),
            "typed": asked.text or " ".join(typed.replace("\x00", "").split())[:80],
            "is_asked": bool(typed.strip()),
            "groups": found,
            "count": sum(len(group.hits) for group in found),
        },
    )
