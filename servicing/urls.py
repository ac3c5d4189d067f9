"""Public pages of servicing."""

from django.urls import path

from servicing.views import centre, centres

urlpatterns = [
    path("centres/", centres, name="centres"),
    path("centres/<slug:centre_code>/", centre, name="centre"),
]
