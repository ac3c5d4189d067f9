"""Members whose repairs are late at the centre in the UK, and what it lends them."""

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

from kitbag import registration
from servicing import bench, intake, lending, requesting
from servicing.casework import as_member
from servicing.models import Centre, Service
from servicing.rules.steps import State
from tests.conftest import details
from tests.factories import LoanUnitFactory, MemberFactory, ProductFactory
from tests.servicing.conftest import HOME, MONDAY

# Parts on Friday 4 December; two working days for the way home, three more for the loan: due on Friday the 11th.
PARTS_ON, DUE_ON = date(2026, 12, 4), date(2026, 12, 11)
TUESDAY = date(2026, 11, 24)


def moment(month, day, hour=10, minute=0):
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


CAME, INSPECTED, BOOKED, FETCHED = moment(11, 23), moment(11, 24, 9), moment(11, 24, 11), moment(11, 24, 12)


def body(**changes):
    """A Fast Track body, worth Gold by itself."""
    return ProductFactory(**{"points": 1000, "fast_track": True, "mount": "RF", "series": "EOS R", **changes})


def gold_item(product, **member):
    """The one thing of a member."""
    member = MemberFactory(**member)
    return registration.add_item(
        member_id=member.pk,
        product_id=product.pk,
        details=details(),
        at=MONDAY - timedelta(days=2),
        by=member.user,
    )


def sent_in(item, *, at=MONDAY, centre=None, service=Service.REPAIR, **wish):
    centre = centre or Centre.objects.get(code="UK")
    return requesting.request_case(
        item.pk,
        member_id=item.member_id,
        wish=requesting.Wish(service=service, centre_id=centre.pk, address=HOME, **wish),
        case_id=uuid4(),
        at=at,
        actor=as_member(item.member.user),
    )


def received(item, clerk, *, at=CAME, **options):
    """At the centre since Monday at ten: at Gold it is due on Thursday at closing time."""
    case = sent_in(item, **options)
    return intake.receive(case.pk, seen=intake.Seen(condition="Worn"), at=at, by=clerk)


def awaiting_parts(item, clerk, *, parts_on=PARTS_ON, at=INSPECTED, **options):
    """A repair that will be late: its parts come after its target, so a loan is theirs to ask for."""
    case = received(item, clerk, **options)
    bench.take_step(case.pk, State.INSPECTED, at=at, by=clerk)
    return bench.await_parts(case.pk, parts_on=parts_on, at=at, by=clerk)


def unit(product, **changes):
    """A unit of the centre in the UK."""
    return LoanUnitFactory(product=product, centre=Centre.objects.get(code="UK"), **changes)


def booked(case, lent, *, from_day=TUESDAY, at=BOOKED, loan_id=None):
    return lending.book(
        case.pk, lent.pk, from_day, loan_id=loan_id or uuid4(), at=at, actor=as_member(case.member.user)
    )


def fetched(case, lent, clerk, *, at=FETCHED):
    """Booked for a day and handed over on it."""
    loan = booked(case, lent, from_day=at.date(), at=at)
    return lending.hand_over(loan.pk, condition="Like new", accessories="Battery, strap", at=at, by=clerk)


def shipped(case, clerk, *, at):
    for state in (State.IN_REPAIR, State.QUALITY_CHECK):
        bench.take_step(case.pk, state, at=at, by=clerk)
    return bench.send_back(case.pk, State.SHIPPED, tracking="JD1", carrier="Parcel", at=at, by=clerk)
