"""The centre's loans by their days: overdue, due today, to be fetched, with members, booked next (programme §6)."""

from collections.abc import Iterator
from typing import Any

from django.db.models import Count, Q
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from cps_portal.pages.bench.frame import Bench, BenchRequest, at_the_bench, page
from cps_portal.pages.bench.loan import SEE
from servicing.models import Loan, LoanUnit

State = Loan.State


@require_safe
@at_the_bench(SEE)
def bench_loans(request: BenchRequest) -> HttpResponse:
    """Staff page `admin:bench_loans`: a centre's running loans by their days; in two queries and the frame's."""
    here = request.bench
    running = Loan.objects.filter(unit__centre=here.centre, state__in=[State.BOOKED, State.OUT])
    loans = list(
        running.select_related("unit__product", "member__user", "case").order_by("period__endswith", "unit", "pk")
    )
    sections = [section for section in _sections(loans, here) if section["rows"]]
    return page(
        request,
        "bench_loans",
        _("Loans"),
        "bench_loans",
        sections=sections,
        counts=_counts(loans, here),
        units_href=reverse("admin:servicing_loanunit_changelist")
        if request.user.has_perm("servicing.view_loanunit")
        else "",
    )


def _sections(loans: list[Loan], here: Bench) -> Iterator[dict[str, Any]]:
    out = [loan for loan in loans if loan.state == State.OUT]
    booked = sorted((loan for loan in loans if loan.state == State.BOOKED), key=lambda loan: loan.from_on)
    today = here.today
    for key, title, rows in (
        ("overdue", _("Overdue"), [loan for loan in out if loan.due_on < today]),
        ("today", _("Due back today"), [loan for loan in out if loan.due_on == today]),
        ("fetch", _("To be fetched"), [loan for loan in booked if loan.from_on <= today]),
        ("out", _("With members"), [loan for loan in out if loan.due_on > today]),
        ("booked", _("Booked next"), [loan for loan in booked if loan.from_on > today]),
    ):
        yield {"id": key, "title": title, "count": len(rows), "rows": [_row(loan, here) for loan in rows]}


def _row(loan: Loan, here: Bench) -> dict[str, Any]:
    return {
        "href": reverse("admin:bench_loan", args=[loan.pk]),
        "unit": loan.unit.product.name,
        "serial": loan.unit.serial,
        "owner": loan.member.user.name,
        "number": loan.case.number,
        "case_href": reverse("admin:bench_case", args=[loan.case.number]),
        "state": loan.get_state_display(),
        "from_on": loan.from_on,
        "due_on": loan.due_on,
        "missed": loan.state == State.OUT and loan.due_on < here.today,
    }


def _counts(loans: list[Loan], here: Bench) -> list[dict[str, Any]]:
    """Units of the pool: how many there are, how many are out."""
    pool = LoanUnit.objects.filter(centre=here.centre).aggregate(
        there=Count("pk", filter=Q(out_since=None)), gone=Count("pk", filter=Q(out_since__isnull=False))
    )
    out = sum(loan.state == State.OUT for loan in loans)
    return [
        {"count": pool["there"], "label": _("units in the pool")},
        {"count": out, "label": _("with members")},
        {"count": len(loans) - out, "label": _("booked")},
        {"count": pool["gone"], "label": _("out of the pool")},
    ]
