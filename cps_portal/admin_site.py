"""The staff pages' one door: signed in through the portal, staff, and with a second factor."""

from collections.abc import Callable
from functools import update_wrapper
from typing import Any, cast

from django.contrib import admin
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from cps_portal.pages.bench.board import bench
from cps_portal.pages.bench.case import bench_case
from cps_portal.pages.bench.desk import bench_visitor, bench_word
from cps_portal.pages.bench.loan import bench_loan, bench_loan_agreement
from cps_portal.pages.bench.loan_new import bench_loan_new
from cps_portal.pages.bench.loans import bench_loans
from cps_portal.pages.bench.receive import bench_receive
from cps_portal.pages.bench.report import bench_csv, bench_report
from cps_portal.pages.desk.care import member_act, member_close, member_lift, member_suspend
from cps_portal.pages.desk.data import approval, data, data_export, data_file, data_import
from cps_portal.pages.desk.member import member_page, member_part
from cps_portal.pages.desk.reports import report, report_csv, reports
from cps_portal.pages.desk.search import search
from cps_portal.pages.desk.start import desk
from cps_portal.pages.door.door import event_door, event_people
from cps_portal.pages.logistics.batch import pack_batch, pack_paper
from cps_portal.pages.logistics.lost import pack_lost, packs_lost
from cps_portal.pages.logistics.sending import packs_sent
from cps_portal.pages.logistics.start import logistics_packs
from cps_portal.pages.night_report import night_report
from cps_portal.pages.threads.desk import thread_desk, threads_desk
from cps_portal.staff_access import is_staff, passed_second_factor
from members.models import User
from members.trail import reason_in, staff_at_work


class PortalAdminSite(admin.AdminSite):
    site_header = _("CPS staff")
    site_title = _("CPS staff")
    index_title = _("Staff desk")
    enable_nav_sidebar = False

    def get_urls(self) -> list[Any]:
        """With the pages that draw: an app below cannot, and they belong beside its lists."""
        pages = (
            ("kitbag/night/report/", night_report, "kitbag_night_report"),
            ("search/", search, "search"),
            ("bench/", bench, "bench"),
            ("bench/cases/<str:number>/", bench_case, "bench_case"),
            ("bench/receive/", bench_receive, "bench_receive"),
            ("bench/visitor/", bench_visitor, "bench_visitor"),
            ("bench/word/", bench_word, "bench_word"),
            ("bench/loans/", bench_loans, "bench_loans"),
            ("bench/loans/<uuid:loan_id>/", bench_loan, "bench_loan"),
            ("bench/loans/<uuid:loan_id>/agreement.pdf", bench_loan_agreement, "bench_loan_agreement"),
            ("bench/cases/<str:number>/loan/", bench_loan_new, "bench_loan_new"),
            ("bench/report/", bench_report, "bench_report"),
            ("bench/table.csv", bench_csv, "bench_csv"),
            ("servicing/event/<uuid:event_id>/door/", event_door, "event_door"),
            ("servicing/event/<uuid:event_id>/people.csv", event_people, "event_people"),
            ("members/member/<int:member_id>/change/", member_page, "members_member_change"),
            ("members/member/<int:member_id>/part/<slug:slug>/", member_part, "member_part"),
            ("members/member/<int:member_id>/suspend/", member_suspend, "member_suspend"),
            ("members/member/<int:member_id>/lift/", member_lift, "member_lift"),
            ("members/member/<int:member_id>/close/", member_close, "member_close"),
            ("members/member/<int:member_id>/act/", member_act, "member_act"),
            ("data/", data, "data"),
            ("data/<slug:name>.csv", data_export, "data_export"),
            ("data/<slug:name>/import/", data_import, "data_import"),
            ("data/files/<uuid:key>/", data_file, "data_file"),
            ("data/approvals/<int:key>/", approval, "approval"),
            ("reports/", reports, "reports"),
            ("reports/<slug:slug>/", report, "report"),
            ("reports/<slug:slug>/table.csv", report_csv, "report_csv"),
            ("questions/", threads_desk, "threads_desk"),
            ("questions/<uuid:thread_id>/", thread_desk, "thread_desk"),
            ("packs/", logistics_packs, "packs"),
            ("packs/batches/<int:batch_id>/", pack_batch, "pack_batch"),
            ("packs/batches/<int:batch_id>/<slug:paper>.pdf", pack_paper, "pack_paper"),
            ("packs/sent/", packs_sent, "packs_sent"),
            ("packs/lost/", packs_lost, "packs_lost"),
            ("packs/lost/<uuid:thread_id>/", pack_lost, "pack_lost"),
        )
        drawn = [path(route, self.admin_view(view), name=name) for route, view, name in pages]
        return [*drawn, *super().get_urls()]

    def index(  # type: ignore[override]
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The desk: what waits for who is there, how things go, and behind it every list of the admin."""
        return super().index(request, {**desk(request), **(extra_context or {})})

    def has_permission(self, request: HttpRequest) -> bool:
        """Asked several times in a request, and looked up once for its user."""
        known: dict[Any, bool] = request.__dict__.setdefault("_may_enter", {})
        if request.user.pk not in known:
            known[request.user.pk] = is_staff(request) and passed_second_factor(request)
        return known[request.user.pk]

    def refusal(self, request: HttpRequest, *, way_back: str) -> HttpResponse | None:
        """Where a request that may not enter goes instead; None where it may.

        Visitors sign in, who is not staff is refused (403), staff without a second factor are sent to
        the page that says so.
        """
        if not request.user.is_authenticated:
            return redirect_to_login(way_back)
        if not is_staff(request):
            raise PermissionDenied
        if not self.has_permission(request):
            return HttpResponseRedirect(f"{reverse('staff-second-factor')}?{urlencode({'next': way_back})}")
        return None

    def admin_view(  # type: ignore[override]
        self, view: Callable[..., HttpResponseBase], cacheable: bool = False
    ) -> Callable[..., HttpResponseBase]:
        inner = super().admin_view(view, cacheable)

        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            refused = self.refusal(request, way_back=request.get_full_path())
            if refused is not None:
                return refused
            if request.method in ("GET", "HEAD"):
                return inner(request, *args, **kwargs)
            with staff_at_work(cast(User, request.user), why=reason_in(request.POST), at=timezone.now()):
                return inner(request, *args, **kwargs)

        return update_wrapper(guarded, inner)

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """There is one sign-in page, the portal's; whoever is through already goes to the desk."""
        index = reverse(f"{self.name}:index")
        return self.refusal(request, way_back=index) or HttpResponseRedirect(index)

    def logout(  # type: ignore[override]
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Signing out is asked for and done by the portal's page."""
        return HttpResponseRedirect(reverse("account_logout"))

    def password_change(  # type: ignore[override]
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The portal's page, which mails a notice of the change."""
        return HttpResponseRedirect(reverse("account_change_password"))

    def password_change_done(  # type: ignore[override]
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return HttpResponseRedirect(reverse("account"))
