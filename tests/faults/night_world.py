"""What processes of the portal do to a database for the tests of the night: `python -m tests.faults.night_world ACT`.

`make` leaves thirty members and eight nights that were missed; the other acts go on from there.
"""

import sys
from datetime import UTC, date, datetime, time, timedelta

import django

django.setup()

from django.utils import timezone  # noqa: E402

from kitbag import holds, night, registration, removal, valuing  # noqa: E402
from kitbag.models import KitItem, Product, RemovalReason, Stage  # noqa: E402
from members.models import Level, Member  # noqa: E402
from members.rules.days import programme_day  # noqa: E402
from tests.conftest import details  # noqa: E402
from tests.factories import MemberFactory, ProductFactory, UserFactory  # noqa: E402

MISSED = 8
MEMBERS = 30
# In chunks of five: the second of the fourth chunk of a night that concerns everybody.
MIDST = 16


def at_noon(day: date) -> datetime:
    return datetime.combine(day, time(12), UTC)


def make(today: date) -> None:
    """On each missed day but two something falls due: values, holds that begin and end, thresholds."""
    start = today - timedelta(days=20)
    at = at_noon(start)
    clerk = UserFactory(email="clerk@example.org", is_staff=True)
    everybodys = ProductFactory(points=240)
    others = [ProductFactory(points=170 + 30 * n) for n in range(8)]
    members = [MemberFactory(standing_on=start) for _ in range(MEMBERS)]
    for place, member in enumerate(members):
        for product in (everybodys, *(others[(place + step) % 8] for step in range(1 + place % 5))):
            registration.add_item(member_id=member.pk, product_id=product.pk, details=details(), at=at, by=member.user)

    def falls(product: Product, days_ago: int) -> None:
        mark = (Stage.SUPERSEDED, today - timedelta(days=days_ago))
        valuing.replan(product.pk, mark=mark, reason="x", short_notice="Late", by=clerk, at=at)

    for product, days_ago in ((everybodys, 6), (others[0], 6), (others[1], 5), (others[2], 5), (others[3], 2)):
        falls(product, days_ago)
    for product, days_ago in ((others[4], 1), (others[5], 0), (others[6], 0)):
        falls(product, days_ago)
    for member, begins, ends in ((members[3], 6, 1), (members[11], 5, 2), (members[20], 3, 0)):
        holds.hold_level(
            member,
            level=Level.PLATINUM,
            begins_on=today - timedelta(days=begins),
            ends_on=today - timedelta(days=ends),
            reason="Press",
            by=clerk,
            at=at,
        )
    holds.plan_thresholds(
        effective_on=today - timedelta(days=3),
        silver=420,
        gold=700,
        platinum=1300,
        reason="x",
        short_notice="Late",
        by=clerk,
        at=at,
    )
    before = at_noon(today - timedelta(days=MISSED))
    night.run(at=before, clock=lambda: before)


def catch_up(today: date) -> None:
    """One undisturbed run over all that were missed."""
    night.run(at=timezone.now(), through=today)


def daily(today: date) -> None:
    """As it would have been: each night on its day."""
    for days_ago in reversed(range(MISSED)):
        at = datetime.combine(today - timedelta(days=days_ago), time(0, 10), UTC)
        night.run(at=at, clock=lambda at=at: at)


def operate(today: date) -> None:
    """Members add and remove items: the first one, the last one, and one in their midst."""
    product = ProductFactory(sku="brand-new", points=333)
    members = list(Member.objects.order_by("pk"))
    for member in (members[0], members[-1], members[MIDST]):
        item = KitItem.objects.validated().filter(member=member).order_by("serial").first()
        at = timezone.now()
        registration.add_item(member_id=member.pk, product_id=product.pk, details=details(), at=at, by=member.user)
        removal.remove_item(item.pk, member_id=member.pk, reason=RemovalReason.SOLD, at=at, by=member.user)


if __name__ == "__main__":
    act = {"make": make, "catch_up": catch_up, "daily": daily, "operate": operate}[sys.argv[1]]
    act(date.fromisoformat(sys.argv[2]) if len(sys.argv) > 2 else programme_day(timezone.now()))
