"""The demo's cases, played by the portal's own operations on the days of their centres."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Protocol
from uuid import uuid4
from zoneinfo import ZoneInfo

from cps_portal.demo.cases import STORIES, Act, Story
from kitbag.models import KitItem, Product
from members.models import User
from members.rules.days import day_begins
from servicing import bench, estimating, expiring, intake, lending, reopening, requesting, risks
from servicing.casework import as_centre, as_member
from servicing.centres import calendar_of
from servicing.models import Case, Centre, SendBy, Service, Stretch
from servicing.requesting import Address, Wish
from servicing.rules.charges import Charge
from servicing.rules.steps import State

AHEAD = timedelta(days=1)
LONGEST = timedelta(days=150)
HOMES = {
    "GB": ("24 Larch Road", "SE22 8TU", "London"),
    "NO": ("Steinhaugen 3", "6003", "Ålesund"),
    "IT": ("Via del Salice 17", "40121", "Bologna"),
    "DE": ("Erlenweg 9", "50823", "Köln"),
    "AE": ("Villa 31, Street 8, Jumeirah 2", "", "Dubai"),
    "EG": ("5 Sharia el-Bustan, Zamalek", "11211", "Cairo"),
    "DK": ("Pilevænget 14", "8000", "Aarhus"),
}
STEPS = {"inspect": State.INSPECTED, "repair": State.IN_REPAIR, "check": State.QUALITY_CHECK}
WAYS_BACK = {"ship": State.SHIPPED, "return": State.RETURNED, "beyond": State.BEYOND_REPAIR}


class Days(Protocol):
    """Where acts are put on their day (history.History)."""

    today: date

    def at(self, moment: datetime, act: Callable[[datetime], object]) -> None: ...


@dataclass(slots=True)
class Workshop:
    """A centre with its clerk and the moments of its working days."""

    centre: Centre
    clerk: User
    today: date
    working: list[date] = field(init=False)

    def __post_init__(self) -> None:
        """Working days before today, the latest first."""
        calendar = calendar_of(self.centre, first=self.today - LONGEST, last=self.today)
        days = (self.today - timedelta(days=back) for back in range(1, LONGEST.days))
        self.working = [day for day in days if calendar.is_working(day)]

    def moment(self, ago: int, wall: str) -> datetime:
        local = datetime.combine(self.working[ago - 1], time.fromisoformat(wall), ZoneInfo(self.centre.time_zone))
        return local.astimezone(UTC)


def plan(days: Days, centres: Mapping[str, Centre], clerks: Mapping[str, User]) -> None:
    """Put every case on its days, and what the portal sees to by itself on each day from the first of them on.

    `clerks` by the code of their centre; a centre without one is served by the UK centre's.
    """
    first = days.today
    shops: dict[str, Workshop] = {}
    for story in STORIES:
        code = story.centre
        if code not in shops:
            shops[code] = Workshop(centres[code], clerks.get(code, clerks["UK"]), days.today)
        told = Told(story, shops[code], days.today)
        for act in story.acts:
            moment = shops[code].moment(act.ago, act.wall)
            first = min(first, moment.date())
            days.at(moment, told.doing(act))
    uk = shops["UK"]
    days.at(uk.moment(2, "11:30"), lambda at: _visitor(uk, at))
    for number in range((days.today - first).days + 1):
        days.at(day_begins(first + timedelta(days=number)) + timedelta(hours=7), see_to)


def see_to(at: datetime) -> None:
    """What the schedule does all day (servicing/tasks.py)."""
    estimating.expire_estimates(at=at)
    expiring.expire_requests(at=at)
    bench.close_what_is_back(at=at)
    risks.warn_of_risks(at=at)
    lending.daily(at=at)


class Told:
    """One story while it is told: the case that came of it, its estimate and its loan."""

    def __init__(self, story: Story, shop: Workshop, today: date) -> None:
        self.story, self.shop, self.today = story, shop, today
        self.case_id = uuid4()
        self.estimate_id = self.loan_id = uuid4()

    def doing(self, act: Act) -> Callable[[datetime], object]:
        return lambda at: self.do(act, at)

    @property
    def case(self) -> Case:
        return Case.objects.select_related("member__user", "centre", "product").get(pk=self.case_id)

    def do(self, act: Act, at: datetime) -> None:
        by = self.shop.clerk
        if act.what == "request":
            self.request(at)
        elif act.what in STEPS:
            bench.take_step(self.case_id, STEPS[act.what], words=act.words, at=at, by=by)
        elif act.what in WAYS_BACK:
            tracking = f"DEMO{at:%m%d%H%M}"
            bench.send_back(self.case_id, WAYS_BACK[act.what], tracking=tracking, carrier="Kite Couriers", at=at, by=by)
        elif act.what == "receive":
            seen = intake.Seen(condition=act.words, accessories=self.story.accessories)
            intake.receive(self.case_id, seen=seen, at=at, by=by)
        elif act.what == "parts":
            parts_on = self.today + timedelta(days=act.ahead)
            bench.await_parts(self.case_id, parts_on=parts_on, words=act.words, at=at, by=by)
        elif act.what == "estimate":
            self.estimate(act, at)
        elif act.what == "answer":
            bench.write(self.case_id, words=act.words, at=at, actor=as_centre(by))
        elif act.what in {"book", "hand_over"}:
            self.lend(act, at)
        else:
            self.by_its_member(act, at)

    def request(self, at: datetime) -> None:
        story = self.story
        item = KitItem.objects.select_related("member__user").get(
            member__user__email=f"{story.who}@example.org", product__sku=story.sku
        )
        country = str(item.member.country)
        street, postcode, town = HOMES[country]
        requesting.request_case(
            item.pk,
            member_id=item.member_id,
            wish=Wish(
                service=Service(story.service),
                centre_id=self.shop.centre.pk,
                address=Address(item.member.user.name, street, town, country, postcode),
                fault=story.fault if story.service == "repair" else "",
                fault_words=story.words,
                send_by=SendBy.PARCEL,
                sends_accessories=story.accessories,
                lane=Stretch.Lane(story.lane) if story.lane else None,
            ),
            case_id=self.case_id,
            at=at,
            actor=as_member(item.member.user),
        )

    def estimate(self, act: Act, at: datetime) -> None:
        self.estimate_id = uuid4()
        estimating.send_estimate(
            self.case_id,
            work=[Charge(kind, words, Decimal(amount)) for kind, words, amount in act.lines],
            shipping=Decimal("18.00"),
            words=act.words,
            estimate_id=self.estimate_id,
            at=at,
            by=self.shop.clerk,
        )

    def lend(self, act: Act, at: datetime) -> None:
        by = self.shop.clerk
        if act.what == "hand_over":
            lending.hand_over(
                self.loan_id, condition="Checked, no marks.", accessories="Battery, charger", at=at, by=by
            )
            return
        case = self.case
        begins = self.shop.working[act.ago - 2]
        unit = lending.units_for(case, begins, begins + AHEAD, today=begins)[0]
        assert case.member is not None
        lending.book(case.pk, unit.pk, begins, loan_id=self.loan_id, at=at, actor=as_member(case.member.user))

    def by_its_member(self, act: Act, at: datetime) -> None:
        case = self.case
        assert case.member is not None
        actor = as_member(case.member.user)
        if act.what in {"accept", "decline"}:
            estimating.answer(self.estimate_id, accept=act.what == "accept", words=act.words, at=at, actor=actor)
        elif act.what == "track":
            requesting.add_tracking(case.pk, tracking=act.words, at=at, actor=actor)
        elif act.what == "back":
            bench.is_back(case.pk, at=at, actor=actor)
        elif act.what == "cancel":
            requesting.cancel_case(case.pk, words=act.words, at=at, actor=actor)
        elif act.what == "reopen":
            reopening.reopen_case(case.pk, words=act.words, at=at, actor=actor)
        else:
            bench.write(case.pk, words=act.words, at=at, actor=actor)


def _visitor(shop: Workshop, at: datetime) -> None:
    """A member of another CPS region, booked in at the desk with their card."""
    intake.book_in_visitor(
        shop.centre,
        guest=intake.Guest("Dana Whitfield", "Canon USA", "US-4471902", "dana@example.org"),
        product=Product.objects.get(sku="eos-r3"),
        serial_typed="031026004471",
        service=Service.REPAIR,
        fault_words="The card door does not close.",
        address=Address("Dana Whitfield", "Room 412, Hotel Albion, 9 Quay Row", "London", "GB", "SE1 9RT"),
        seen=intake.Seen(condition="Hinge bent, else clean.", accessories="Body cap"),
        at=at,
        by=shop.clerk,
    )
