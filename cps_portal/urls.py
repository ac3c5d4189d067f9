"""Every address of the portal. One name = one view = one template = one test."""

from django.contrib import admin
from django.urls import include, path

from cps_portal.health import health

urlpatterns = [
    path("account/", include("allauth.urls")),
    path("health/", health, name="health"),
    path("admin/", admin.site.urls),
]
