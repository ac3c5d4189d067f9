"""P1's floor: a plain Django dashboard. Database sessions, Django's middleware and templates, five queries."""

from django.contrib.auth.decorators import login_required
from django.db.models import Sum
from django.http import HttpRequest, HttpResponse
from django.template import RequestContext, Template
from django.urls import path

from cps_portal.urls import urlpatterns as portal
from kitbag.models import KitItem

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
PAGE = Template(
    "<!DOCTYPE html><title>Dashboard</title><h1>{% translate 'Hello' %}, {{ user.name }}</h1>"
    "<p>{{ count }} {% translate 'items' %}, {{ points }} {% translate 'points' %}</p><table>"
    "{% for item in items %}<tr><td><a href=\"{% url 'kitbag-item' item.pk %}\">{{ item.product.name }}</a></td>"
    "<td>{{ item.serial_typed }}</td><td>{{ item.purchased_on|date:'j M Y' }}</td><td>{{ item.store }}</td>"
    "<td>{{ item.get_state_display }}</td><td>{{ item.product.points_full }}</td></tr>{% endfor %}</table>"
)


@login_required
def plain(request: HttpRequest) -> HttpResponse:
    mine = KitItem.objects.filter(member__user=request.user)
    items = mine.select_related("product").order_by("-added_at")[:25]
    points = mine.aggregate(points=Sum("product__points_full"))["points"]
    context = {"items": items, "count": mine.count(), "points": points}
    return HttpResponse(PAGE.render(RequestContext(request, context)))


urlpatterns = [*portal, path("plain/", plain, name="plain")]
