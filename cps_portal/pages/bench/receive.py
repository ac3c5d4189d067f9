"""Receiving: the sheet's QR code or any number is read, what is expected is shown, and one button books it in (§6)."""

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.db.models import Q
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from cps_portal.pages.bench import acts, case_facts, words
from cps_portal.pages.bench.fields import MomentAtCentre, Photos, line_field, serial_field, words_field
from cps_portal.pages.bench.frame import ACT, BenchRequest, at_the_bench, page
from cps_portal.pages.bench.letters import Letter, foreseen
from kitbag.models import FormerNumber, StolenUnit
from kitbag.registration import KitError
from kitbag.rules.serials import normalise
from servicing import intake
from servicing.files import keep_files, opened
from servicing.finding import cases_called
from servicing.intake import Seen
from servicing.models import Case, CaseFile, CaseState, Service
from servicing.rules.clock import MINUTE
from servicing.rules.numbers import read_number
from servicing.rules.steps import State

ASKED_LENGTH, SHOWN_MOST, PHOTOS_AT_ONCE = 300, 20, 6


class IntakeForm(forms.Form):
    """What the bench sees when it opens the parcel."""

    serial = serial_field(gettext_lazy("Serial number on the product"))
    condition = words_field(gettext_lazy("Condition"), required=True, help_text=gettext_lazy("The member reads this."))
    accessories = line_field(gettext_lazy("What came with it"), 500, dir="auto")
    photos = Photos(label=gettext_lazy("Photos"), required=False)
    came_on = MomentAtCentre(
        label=gettext_lazy("Came on, if earlier"),
        required=False,
        max_length=20,
        help_text=gettext_lazy("Empty: now. By the centre’s clock, at most four days back."),
    )

    def __init__(self, *args: Any, zone: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        came_on = self.fields["came_on"]
        assert isinstance(came_on, MomentAtCentre)
        came_on.zone = zone

    def ask_when(self) -> None:
        """Its request has expired: it cannot have come now, so the page asks for the moment."""
        came_on = self.fields["came_on"]
        came_on.required, came_on.label = True, _("Came on")
        came_on.help_text = _("Before the request expired, by the centre’s clock; at most four days back.")

    @property
    def seen(self) -> Seen:
        data = self.cleaned_data
        return Seen(data["condition"], accessories=data["accessories"], serial=data["serial"])


@require_http_methods(["GET", "HEAD", "POST"])
@at_the_bench(ACT)
def bench_receive(request: BenchRequest) -> HttpResponse:
    """Staff page `admin:bench_receive`. ?number=…: a case or serial or tracking number in any spelling."""
    if request.method == "POST":
        return _book_in(request)
    asked = request.GET.get("number", "").replace("\x00", "").strip()[:ASKED_LENGTH]
    if not asked:
        return _page(request)
    own = Case.objects.at(request.bench.centre).select_related("product", "item", "centre")
    found = list(own.filter(pk__in=cases_called(asked)).order_by("-requested_at")[:SHOWN_MOST])
    expected = [case for case in found if case.state == State.REQUESTED]
    expected = expected or [case for case in found if intake.expired_lately(case, at=request.bench.at)]
    if len(expected) == 1:
        return _expected(request, expected[0], asked)
    if not found:
        return _page(request, asked=asked, elsewhere=_meant_for(asked), unknown=True)
    return _page(request, asked=asked, found=[_row(case, is_expected=bool(expected)) for case in expected or found])


def _meant_for(asked: str) -> str:
    """The centre that a parcel is meant for which came to this one by mistake; empty where nobody expects it."""
    serial = normalise(asked)
    named = Q(number=read_number(asked)) | Q(inbound_tracking=asked)
    if serial:
        named |= Q(serial=serial)
    expected = Case.objects.filter(named & ~Q(number=""), state=State.REQUESTED).select_related("centre").first()
    return expected.centre.name if expected else ""


def _row(case: Case, *, is_expected: bool) -> dict[str, Any]:
    return {
        "number": case.number,
        "product": case.product.name,
        "state": CaseState(case.state).label,
        "href": reverse("admin:bench_case", args=[case.number]),
        "is_expected": is_expected,
    }


def _expected(
    request: BenchRequest, case: Case, asked: str, *, form: IntakeForm | None = None, mark: str = "", differs: str = ""
) -> HttpResponse:
    here = request.bench
    mark = mark or acts.mark_of(case)
    form = form or IntakeForm(zone=here.zone)
    expired_at = intake.expired_lately(case, at=here.at)
    if expired_at:
        form.ask_when()
    known = case_facts.dossier(
        Case.objects.select_related("centre", "product", "member__user", "item", "visitor").get(pk=case.pk)
    )
    return _page(
        request,
        asked=asked,
        case={"number": case.number, "product": case.product.name, "service": Service(case.service).label},
        thing=case_facts.thing(known, here),
        person=case_facts.person(known.case),
        papers=case_facts.papers(known.files),
        warnings=_warnings(case, asked),
        differs=differs,
        differs_words=_differs(case, differs) if differs else "",
        expired=here.clock(expired_at) if expired_at else "",
        form=form,
        mark=mark,
        letters=_letters(request, case, mark),
    )


def _warnings(case: Case, asked: str) -> list[str]:
    """What is known before the parcel is opened; `asked` may be a number that was read off the product."""
    numbers = {case.serial, case.item.serial if case.item else "", normalise(asked)} - {""}
    said = []
    if StolenUnit.objects.filter(product=case.product_id, serial__in=numbers, withdrawn_at=None).exists():
        said.append(str(words.WARNINGS["stolen"]))
    if FormerNumber.objects.filter(item=case.item_id, serial=normalise(asked)).exists() and case.item_id:
        said.append(str(words.WARNINGS["former"]))
    return said


def _differs(case: Case, serial: str) -> str:
    """Why a number that was seen is not the one that is expected."""
    if case.item_id and FormerNumber.objects.filter(item=case.item_id, serial=normalise(serial)).exists():
        return str(words.WARNINGS["former"])
    return str(words.WARNINGS["number"])


def _letters(request: BenchRequest, case: Case, mark: str) -> list[Letter]:
    """What the member hears when it is booked in now; nothing where it could not be."""
    at = request.bench.at
    expired_at = intake.expired_lately(case, at=at)
    came = expired_at - MINUTE if expired_at else None
    try:
        letters, _seen = foreseen(
            case, lambda: acts.carry_out(case, mark, lambda: _received(request, case, Seen("–"), came, at))
        )
    except KitError:
        return []
    return letters


def _received(request: BenchRequest, case: Case, seen: Seen, came: datetime | None, at: datetime) -> Case:
    return intake.receive(case.pk, seen=seen, received_at=came, at=at, by=request.user)


def _book_in(request: BenchRequest) -> HttpResponse:
    """Book it in. A number that differs is asked about once; the same form again books it in all the same."""
    here, number = request.bench, request.POST.get("case", "").replace("\x00", "")[:20]
    case = Case.objects.at(here.centre).select_related("product", "item", "centre").filter(number=number).first()
    if case is None:
        return _page(request, asked=number, elsewhere=_meant_for(number) if number else "", unknown=True)
    form, mark = IntakeForm(request.POST, request.FILES, zone=here.zone), request.POST.get("mark", "")[:40]
    differs = ""
    if form.is_valid():
        seen = form.seen
        if seen.serial and normalise(seen.serial) != case.serial and request.POST.get("differs", "") != seen.serial:
            differs = seen.serial
        else:
            try:
                _keep(request, case, form, mark)
                return _done(request, case)
            except KitError as error:
                words.refuse(form, error)
    return _expected(request, case, number, form=form, mark=mark, differs=differs)


def _keep(request: BenchRequest, case: Case, form: IntakeForm, mark: str) -> None:
    """Receipt and photos, both or neither. Raises KitError."""
    ready = [opened(upload) for upload in form.cleaned_data["photos"][:PHOTOS_AT_ONCE]]
    at = timezone.now()

    def receive() -> None:
        _received(request, case, form.seen, form.cleaned_data["came_on"], at)
        keep_files(ready, purpose=CaseFile.Purpose.INTAKE, case=case, at=at, by=request.user)

    with transaction.atomic():
        acts.carry_out(case, mark, receive)


def _done(request: BenchRequest, case: Case) -> HttpResponse:
    """Back to the field for the next parcel, with what became of this one."""
    here, stretch = request.bench, case.stretches.latest("number")
    if stretch.due_at:
        said = _("%(number)s is booked in. Target: %(due)s.") % {
            "number": case.number,
            "due": here.clock(stretch.due_at),
        }
    else:
        said = _("%(number)s is booked in. %(lane)s.") % {"number": case.number, "lane": words.LANES[stretch.lane]}
    messages.success(request, said)
    return HttpResponseRedirect(here.href("bench_receive", last=case.number))


def _page(request: BenchRequest, **context: Any) -> HttpResponse:
    here = request.bench
    last = read_number(request.GET.get("last", "")[:40].replace("\x00", ""))
    given: dict[str, Any] = {"asked": "", "elsewhere": "", "unknown": False, "found": (), "case": None, "form": None}
    return page(
        request,
        "bench_receive",
        _("Receive"),
        "bench_receive",
        **given | context,
        code=here.centre.code if here.chosen else "",
        receive_href=here.href("bench_receive"),
        visitor_href=here.href("bench_visitor"),
        last=last,
        last_href=reverse("admin:bench_case", args=[last]) if last else "",
    )
