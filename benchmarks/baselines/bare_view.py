"""Floor of a page: the portal's addresses and middleware, and one view that does nothing."""

from django.http import HttpRequest, HttpResponse
from django.urls import path

from cps_portal.urls import urlpatterns as portal


def bare(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok")


urlpatterns = [*portal, path("bare/", bare, name="bare")]
