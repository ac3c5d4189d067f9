"""The demo's offers, events, packs, questions and old accounts: played on their days, they show what they should."""

from collections import defaultdict
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress

from cps_portal.demo import benefits, people
from cps_portal.demo.deals import DEALS, EVENINGS
from kitbag import standing
from members.models import FormerAccount, Level, Message, StaffLook, Thread
from servicing.cards import generation_of
from servicing.events import room_of
from servicing.models import Booking, Event, EventVisitor, OfferCode, WelcomePack
from servicing.offers import offers_for
from servicing.packs import is_offered, may_ask_where_it_is, pack_of
from tests.factories import NOON, MemberFactory, ProductFactory, UserFactory

TODAY = NOON.date()
# Who they are in the demo; their kit there gives them these levels.
LEVELS = {
    "layla": (Level.GOLD, "GB"),
    "red-gb": (Level.RED, "GB"),
    "gold-it": (Level.GOLD, "IT"),
    "silver-de": (Level.SILVER, "DE"),
    "platinum-no": (Level.PLATINUM, "NO"),
    "salma": (Level.SILVER, "AE"),
    "silver-eg": (Level.SILVER, "EG"),
}
POINTS = {Level.SILVER: 700, Level.GOLD: 1500, Level.PLATINUM: 4000}


class Days:
    today = TODAY

    def __init__(self):
        self.acts = defaultdict(list)

    def on(self, days_ago, act):
        self.acts[days_ago].append(act)

    def play(self):
        for days_ago in sorted(self.acts, reverse=True):
            for number, act in enumerate(self.acts[days_ago]):
                act(NOON - timedelta(days=days_ago, hours=4) + timedelta(minutes=number))


@pytest.fixture
def told(db, register):
    products = {sku: ProductFactory(sku=sku) for sku in ("eos-c300-mark-ii", "eos-c300-mark-iii")}
    worth = {level: ProductFactory(points=points) for level, points in POINTS.items()}
    begun = NOON - timedelta(days=400)
    members = {}
    for key, (level, country) in LEVELS.items():
        members[key] = MemberFactory(
            user__email=f"{key}@example.org", country=country, joined_at=begun, standing_on=begun.date()
        )
        EmailAddress.objects.create(user=members[key].user, email=f"{key}@example.org", primary=True, verified=True)
        if level:
            register(members[key], worth[level], at=begun)
    days = Days()
    benefits.plan(days, {key: UserFactory(is_staff=True) for key in ("care", "logistics", "programme")}, products)
    days.play()
    return members


def test_its_people_and_products_are_the_demos():
    demo = {person.key for person in (people.LAYLA, people.ARABIC, *people.grid())}
    assert set(LEVELS) <= demo
    assert {who for evening in EVENINGS for who in evening.books} <= set(LEVELS)
    kit = {thing.sku for person in (people.LAYLA, *people.grid()) for thing in person.things}
    assert {sku for deal in DEALS for sku in deal.skus} <= kit


def test_everything_new_has_a_row_to_look_at(told):
    layla = told["layla"]
    assert {key: standing.on(row.pk, TODAY).level for key, row in told.items()} == {
        key: level for key, (level, _country) in LEVELS.items()
    }
    seen = offers_for(layla, level=Level.GOLD, day=TODAY)
    assert sum(one.fit.fits for one in seen) == 2
    assert [one.offer.title for one in seen if one.fit.within_reach and not one.fit.fits]
    assert OfferCode.objects.filter(member=layla).count() == 1

    assert may_ask_where_it_is(pack_of(layla.pk), at=NOON)
    assert pack_of(told["gold-it"].pk).state == WelcomePack.State.REQUESTED
    assert is_offered(Level.SILVER, pack_of(told["silver-de"].pk))
    assert WelcomePack.objects.get(member=told["platinum-no"], replaces__isnull=False).state == "requested"
    assert generation_of(told["platinum-no"].pk) == 2

    full = room_of(Event.objects.get(title=EVENINGS[0].title))
    assert (full.free, full.waiting) == (0, 2)
    assert Event.objects.filter(online=True, language="ar").exists()
    assert (Booking.objects.exclude(came_at=None).count(), EventVisitor.objects.count()) == (1, 1)

    assert set(Thread.objects.values_list("state", "user__email")) == {
        ("answered", "layla@example.org"),
        ("answered", "platinum-no@example.org"),
        ("open", "silver-eg@example.org"),
        ("open", None),
    }
    accounts = {row.email: (row.member, bool(row.invited_at)) for row in FormerAccount.objects.all()}
    assert accounts["silver-de@example.org"] == (told["silver-de"], False)
    assert accounts["samira@example.org"] == (None, True)
    assert StaffLook.objects.get().member == layla
    kinds = set(Message.objects.values_list("kind", flat=True))
    assert {"pack_sent", "thread_answer", "former_invite"} <= kinds
