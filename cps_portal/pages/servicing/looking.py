"""Finding a member's own case, and everything that its page shows of it, in a fixed number of queries."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property

from django.db.models import OuterRef, Subquery
from django.http import Http404

from cps_portal.pages.servicing.times import local_day
from members.access import MemberRequest
from servicing import bench, requesting, turnaround
from servicing.access import own_files
from servicing.models import Case, CaseEvent, CaseFile, Estimate, SlotHold, Stretch
from servicing.rules.clock import Reading, Run, reading
from servicing.rules.numbers import read_number
from servicing.rules.steps import LEFT, State


def own_case(request: MemberRequest, number: str) -> Case:
    """The member's own case by its number in any spelling; another member's is not there (404)."""
    canonical = read_number(number)
    found = (
        Case.objects.owned_by(request.member)
        .filter(number=canonical)
        .select_related("centre", "product", "item")
        .first()
        if canonical
        else None
    )
    if found is None:
        raise Http404
    return found


@dataclass(frozen=True)
class Seen:
    """A case with what happened to it. `slots` are the slots that stretches hold now, by key of the stretch."""

    case: Case
    stretches: Sequence[Stretch]
    slots: dict[int, int]
    events: list[CaseEvent]
    files: list[CaseFile]
    estimates: list[Estimate]
    now: datetime

    @property
    def stretch(self) -> Stretch:
        """The latest time through the bench."""
        return self.stretches[-1]

    @property
    def zone(self) -> str:
        return self.case.centre.time_zone

    @property
    def today(self) -> date:
        return local_day(self.now, self.zone)

    def run_of(self, stretch: Stretch) -> Run | None:
        """A stretch under the clock, from its own events."""
        return turnaround.run_of(stretch, [event for event in self.events if event.stretch_id == stretch.pk])

    @cached_property
    def run(self) -> Run | None:
        return self.run_of(self.stretch)

    @cached_property
    def read(self) -> Reading | None:
        return reading(self.run, self.now) if self.run else None

    @property
    def expires_on(self) -> date | None:
        """The day on which a request that is not received expires."""
        if self.case.state != State.REQUESTED:
            return None
        return local_day(requesting.expires_at(self.stretch), self.zone)

    @property
    def closes_on(self) -> date | None:
        if self.case.state not in LEFT:
            return None
        self.stretch.centre = self.case.centre
        return bench.closes_on(self.stretch)

    @cached_property
    def waiting(self) -> Estimate | None:
        """The estimate that can be answered now."""
        last = self.estimates[-1] if self.estimates else None
        if last is None or last.state != Estimate.State.WAITING or last.expires_at <= self.now:
            return None
        return last

    def files_by_event(self) -> dict[int, list[CaseFile]]:
        found: dict[int, list[CaseFile]] = defaultdict(list)
        for file in self.files:
            if file.event_id is not None:
                found[file.event_id].append(file)
        return found


def seen(case: Case, *, member_id: int, now: datetime) -> Seen:
    """Everything of a case that its member sees; five queries, six where it has estimates."""
    held = SlotHold.objects.filter(stretch=OuterRef("pk"), freed_at=None).values("number")
    stretches = list(
        Stretch.objects.filter(case=case).annotate(slot=Subquery(held)).select_related("intake").order_by("number")
    )
    return Seen(
        case=case,
        stretches=stretches,
        slots={stretch.pk: stretch.slot for stretch in stretches if stretch.slot},
        events=list(CaseEvent.objects.filter(case=case, internal=False).order_by("at", "pk")),
        files=list(own_files(member_id).filter(case=case).defer("file", "digest")),
        estimates=list(Estimate.objects.filter(case=case).prefetch_related("lines").order_by("version")),
        now=now,
    )
