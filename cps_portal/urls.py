"""Every address of the portal. One name = one view = one template = one test."""

from django.contrib import admin
from django.urls import include, path

from cps_portal.csp_report import csp_report
from cps_portal.health import health
from cps_portal.pages.account import account, staff_second_factor
from cps_portal.pages.home import home
from cps_portal.pages.mailbox import mailbox, mailbox_mail
from cps_portal.pages.preferences import language, theme
from cps_portal.pages.public import accessibility, countries, country_other, privacy, terms
from cps_portal.pages.styleguide import styleguide

urlpatterns = [
    path("", home, name="home"),
    path("preferences/theme/", theme, name="theme"),
    path("preferences/language/", language, name="language"),
    path("styleguide/", styleguide, name="styleguide"),
    path("terms/", terms, name="terms"),
    path("privacy/", privacy, name="privacy"),
    path("accessibility/", accessibility, name="accessibility"),
    path("countries/", countries, name="countries"),
    path("countries/elsewhere/", country_other, name="country-other"),
    path("account/", account, name="account"),
    path("account/staff/", staff_second_factor, name="staff-second-factor"),
    path("account/", include("allauth.urls")),
    path("mailbox/", mailbox, name="mailbox"),
    path("mailbox/<str:name>/", mailbox_mail, name="mailbox-mail"),
    path("csp-report/", csp_report, name="csp-report"),
    path("", include("kitbag.urls")),
    path("health/", health, name="health"),
    path("admin/", admin.site.urls),
]
