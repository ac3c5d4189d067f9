"""At the desk: visitors of other CPS regions, and products that only the centre's word lets in (programme §6)."""

from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from cps_portal.pages.bench import words
from cps_portal.pages.bench.desk_forms import VisitorForm, WordForm
from cps_portal.pages.bench.frame import ACT, VISITORS, Bench, BenchRequest, at_the_bench, page
from kitbag.models import KitItem
from kitbag.registration import KitError
from kitbag.rules.serials import normalise
from members.rules.days import programme_day
from servicing import intake
from servicing.casework import as_centre
from servicing.conditions import can_be_serviced
from servicing.intake import Guest, Seen
from servicing.models import Case, SendBy, Service
from servicing.requesting import Wish, request_case

REGIONS = (
    *("Canon USA", "Canon Canada", "Canon Latin America", "Canon Japan", "Canon China", "Canon Hongkong"),
    *("Canon Korea", "Canon India", "Canon Singapore", "Canon Australia", "Canon New Zealand"),
)
ASKED_LENGTH = 60


@require_http_methods(["GET", "HEAD", "POST"])
@at_the_bench(VISITORS)
def bench_visitor(request: BenchRequest) -> HttpResponse:
    """Staff page `admin:bench_visitor`: book in what a visitor brought. Fast Track targets are for members."""
    here = request.bench
    options: dict[str, Any] = {"services": here.centre.services, "day": programme_day(here.at)}
    form = VisitorForm(request.POST if request.method == "POST" else None, initial={"key": uuid4()}, **options)
    if request.method == "POST" and form.is_valid() and form.meant:
        data = form.cleaned_data
        case = intake.book_in_visitor(
            here.centre,
            guest=Guest(data["name"], data["region"], data["card_number"], data["email"], data["phone"]),
            product=form.meant,
            serial_typed=data["serial"],
            service=Service(data["service"]),
            fault_words=data["fault_words"],
            address=form.address,
            seen=Seen(data["condition"], data["accessories"], data["serial"]),
            case_id=_own_key(here, data["key"]),
            at=timezone.now(),
            by=request.user,
        )
        messages.success(request, _("%(number)s is booked in.") % {"number": case.number})
        return HttpResponseRedirect(reverse("admin:bench_case", args=[case.number]))
    return page(
        request,
        "bench_visitor",
        _("A visitor of another CPS region"),
        "bench_visitor",
        form=form,
        regions=REGIONS,
        days=here.centre.visitor_days,
        here=here.href("bench_visitor"),
        word_href=here.href("bench_word") if request.user.has_perm(ACT) else "",
    )


def _own_key(here: Bench, key: UUID) -> UUID:
    """The form's own key; another one where it is that of another centre's case, which no form of ours says."""
    return uuid4() if Case.objects.filter(pk=key).exclude(centre=here.centre).exists() else key


@require_http_methods(["GET", "HEAD", "POST"])
@at_the_bench(ACT)
def bench_word(request: BenchRequest) -> HttpResponse:
    """Staff page `admin:bench_word`: a member's product that can no longer be serviced, taken at the centre's word.

    Found by the member's number and the serial number together, so that neither alone tells anything.
    """
    here, asked = request.bench, request.POST if request.method == "POST" else request.GET
    number, serial = (asked.get(name, "").replace("\x00", "").strip()[:ASKED_LENGTH] for name in ("member", "serial"))
    item = _item(number, serial)
    if item is None or can_be_serviced(item.product, day=programme_day(here.at)):
        return _word_page(request, number, serial, unknown=bool(number or serial) and item is None, item=item)
    initial = {
        "key": uuid4(),
        "return_name": item.member.user.name,
        "return_country": str(item.member.country),
    }
    data = request.POST if request.method == "POST" else None
    form = WordForm(data, initial=initial, services=here.centre.services)
    if form.is_valid():
        try:
            case = _taken(request, item, form)
        except KitError as error:
            words.refuse(form, error)
        else:
            messages.success(request, _("%(number)s is made. Book it in now.") % {"number": case.number})
            return HttpResponseRedirect(here.href("bench_receive", number=case.number))
    return _word_page(request, number, serial, item=item, form=form)


def _item(number: str, serial: str) -> KitItem | None:
    member, unit = "".join(filter(str.isdigit, number)), normalise(serial)
    if not (member.isascii() and member and unit):
        return None
    live = KitItem.objects.exclude(state=KitItem.State.REMOVED).select_related("product", "member__user")
    return live.filter(member__number=member, serial=unit).first()


def _taken(request: BenchRequest, item: KitItem, form: WordForm) -> Case:
    data = form.cleaned_data
    wish = Wish(
        service=Service(data["service"]),
        centre_id=request.bench.centre.pk,
        address=form.address,
        fault_words=data["fault_words"],
        send_by=SendBy.DESK,
    )
    return request_case(
        item.pk,
        member_id=item.member_id,
        wish=wish,
        case_id=data["key"],
        at=timezone.now(),
        actor=as_centre(request.user),
        at_centres_word=True,
    )


def _word_page(
    request: BenchRequest,
    number: str,
    serial: str,
    *,
    item: KitItem | None = None,
    form: WordForm | None = None,
    unknown: bool = False,
) -> HttpResponse:
    here = request.bench
    return page(
        request,
        "bench_word",
        _("At the centre’s word"),
        "bench_visitor",
        member=number,
        serial=serial,
        unknown=unknown,
        product=item.product.name if item else "",
        owner=item.member.user.name if item and form else "",
        form=form,
        code=here.centre.code if here.chosen else "",
        here=here.href("bench_word"),
        visitor_href=here.href("bench_visitor"),
    )
