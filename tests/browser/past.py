"""What a journey finds when it begins, told to a running portal by its own operations.

`python manage.py shell` runs `tell` in the portal's environment: its database, its broker, its real clock.
"""

import json
import sys
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from uuid import uuid4
from zoneinfo import ZoneInfo

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils import timezone

from cps_portal.demo import people
from kitbag import registration, standing
from kitbag.models import KitItem, Product
from kitbag.registration import Details
from members.joining import become_member
from members.models import User
from members.rules.days import programme_day
from servicing import bench, estimating, intake, requesting
from servicing.casework import as_member
from servicing.centres import calendar_of
from servicing.models import Centre, DatedHours, Service
from servicing.requesting import Address, Wish
from servicing.rules.charges import Charge
from servicing.rules.steps import State

# Gold by themselves, all on Fast Track; the first one goes in.
GOLD = ("eos-r5-mark-ii", "eos-r5-mark-ii", "eos-r3")
LENS = "rf-70-200mm-f2-8l-is-usm-z"
ALL_DAY = time(0), time(23, 59)


@transaction.atomic
def tell(*, golds):
    """Gold members by these names, a case that began some days ago, and a centre that works today; as JSON."""
    at = timezone.now()
    uk = Centre.objects.get(code="UK")
    _works_today(uk, at)
    told = {name: _gold(name, at) for name in golds}
    json.dump({"golds": told, "begun": _began(uk, at)}, sys.stdout)


def _works_today(centre, at):
    """A loan is handed over on a working day of the centre; tests run on any day, at any hour."""
    today = at.astimezone(ZoneInfo(centre.time_zone)).date()
    opens, closes = ALL_DAY
    DatedHours.objects.get_or_create(
        centre=centre, day=today, defaults={"opens": opens, "closes": closes, "note": "Open day"}
    )


def _gold(name, at):
    """A member in London with kit bought last year: their address, and the item that goes in."""
    user = User.objects.create(
        email=f"servicing-{name}-{uuid4().hex[:8]}@example.org",
        name="Nadia Rahman",
        language=name[-2:],
        password=make_password(people.PASSWORD),
        date_joined=at,
    )
    EmailAddress.objects.create(user=user, email=user.email, primary=True, verified=True)
    member = become_member(user=user, country="GB", at=at)
    standing.begin(member, day=programme_day(at))
    items = [
        registration.add_item(
            member_id=member.pk,
            product_id=Product.objects.get(sku=sku).pk,
            details=Details(f"{uuid4().int % 10**11 + 10**11}", "GB", programme_day(at) - timedelta(days=400), "WEX"),
            at=at,
            by=user,
        )
        for sku in GOLD
    ]
    return {"address": user.email, "item": str(items[0].pk), "serial": items[0].serial_typed}


def _began(centre, at):
    """Layla's lens at the centre: received, inspected and estimated on its last working days; the case's number."""
    item = KitItem.objects.get(member__user__email=people.LAYLA.email, product__sku=LENS)
    member, clerk = item.member, User.objects.get(works_at__centre=centre)
    today = at.astimezone(ZoneInfo(centre.time_zone)).date()
    calendar = calendar_of(centre, first=today - timedelta(days=30), last=today)
    days = (today - timedelta(days=back) for back in range(1, 30))
    working = [day for day in days if calendar.is_working(day)]

    def ago(days, wall):
        return datetime.combine(working[days - 1], time.fromisoformat(wall), ZoneInfo(centre.time_zone)).astimezone(UTC)

    case = requesting.request_case(
        item.pk,
        member_id=member.pk,
        wish=Wish(
            service=Service.REPAIR,
            centre_id=centre.pk,
            address=Address(member.user.name, "24 Larch Road", "London", "GB", "SE22 8TU"),
            fault="stabiliser",
        ),
        case_id=uuid4(),
        at=ago(4, "18:00"),
        actor=as_member(member.user),
    )
    intake.receive(case.pk, seen=intake.Seen(condition="As described"), at=ago(3, "10:00"), by=clerk)
    bench.take_step(case.pk, State.INSPECTED, at=ago(2, "09:30"), by=clerk)
    estimating.send_estimate(
        case.pk,
        work=[Charge("part", "Stabiliser unit", Decimal("212.00"))],
        shipping=Decimal("18.00"),
        estimate_id=uuid4(),
        at=ago(2, "13:15"),
        by=clerk,
    )
    return {"number": case.number, "sent_at": ago(2, "13:15").isoformat()}
