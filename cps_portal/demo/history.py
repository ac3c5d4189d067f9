"""Two years of demo history: the portal's own operations and nights, run with a passing day.

Nothing is inserted into derived tables, and `invariants` passes on the result. All of it is one
transaction: a start that is interrupted begins again from nothing.
"""

from collections import defaultdict
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from functools import partial
from operator import itemgetter

from allauth.account.models import EmailAddress
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction

from cps_portal.demo import bench, benefits, centres, people
from cps_portal.demo.people import Clerk, Person, Plan, Thing
from cps_portal.demo.receipts import number_photo, receipt
from kitbag import claims, drops, holds, night, registration, removal, standing, valuing
from kitbag.models import Claim, KitItem, Product, Proof, RemovalReason, Stage
from kitbag.proofs import keep_proof
from kitbag.registration import Details
from members import delivery
from members.joining import become_member
from members.models import Level, Member, User
from members.rules.days import day_begins, programme_day
from servicing import figures

Act = Callable[[datetime], object]


def _stopped(moment: datetime) -> datetime:
    """A clock that shows one moment of the passing day."""
    return moment


class History:
    """Acts by day, then played in order with the night before each day's acts."""

    def __init__(self, *, today: date) -> None:
        self.today = today
        self.acts: dict[date, list[Act]] = defaultdict(list)
        self.timed: dict[date, list[tuple[datetime, Act]]] = defaultdict(list)
        self.hash = make_password(people.PASSWORD)
        self.products: dict[str, Product] = {}

    def on(self, days_ago: int, act: Act) -> None:
        self.acts[self.today - timedelta(days=days_ago)].append(act)

    def at(self, moment: datetime, act: Act) -> None:
        self.timed[programme_day(moment)].append((moment, act))

    def play(self, *, now: datetime) -> None:
        """Run every day from the first act to today; messages of past days are delivered on their day."""
        day = min(self.acts)
        while day <= self.today:
            midnight = day_begins(day)
            night.run(at=midnight, clock=partial(_stopped, midnight))
            drops.tell(at=midnight)
            acts = [
                (midnight + timedelta(hours=8, minutes=7 * index % 600), act)
                for index, act in enumerate(self.acts.get(day, ()))
            ]
            for at, act in sorted([*acts, *self.timed.get(day, ())], key=itemgetter(0)):
                act(min(at, now))
            if day < self.today:
                evening = datetime.combine(day, time(23, 50), tzinfo=midnight.tzinfo)
                delivery.drain(clock=partial(_stopped, evening), limit=10_000)
            day += timedelta(days=1)


@transaction.atomic
def make(*, at: datetime) -> int:
    """Make the demo: staff of every role, members at every level and class of country, their kit.

    Returns the number of members. Messages go wherever mail goes; only for a portal whose mail stays at home.
    """
    history = History(today=programme_day(at))
    clerks = {clerk.key: _clerk(clerk, history.hash, at=at) for clerk in people.CLERKS}
    history.products = {product.sku: product for product in Product.objects.all()}
    for plan in people.PLANS:
        _plan(history, plan, by=clerks["programme"])
    everyone = [people.LAYLA, *people.grid(), people.EMPTY, people.PRESS, people.ARABIC, *_bags()]
    for person in everyone:
        _live(history, person, clerks["care"])
    at_centres = {clerk.centre: clerks[clerk.key] for clerk in people.CLERKS if clerk.centre}
    places = centres.make(today=history.today, at=at - timedelta(days=400), clerks=at_centres)
    bench.plan(history, places, at_centres)
    benefits.plan(history, clerks, history.products)
    history.play(now=at)
    figures.note_days()
    return len(everyone)


def _bags() -> list[Person]:
    cheap = (
        Product.objects.filter(serial_need="required", points_full__gt=0, fast_track=False)
        .exclude(family="printer")
        .filter(category__in=["lens_fd", "camera_film"])
        .order_by("sku")
        .values_list("sku", flat=True)
    )
    skus = list(cheap)
    return [
        people.bag("five", "Zofia Nowak", "PL", skus[:5], first=1_000_000),
        people.bag("thirty", "Marco Bianchi", "CH", skus[5:35], first=2_000_000),
        people.bag("archive", "Henrik Dahl", "SE", (skus * 2)[:500], first=3_000_000),
    ]


def _clerk(clerk: Clerk, password: str, *, at: datetime) -> User:
    user = User.objects.create(
        email=clerk.email,
        name=clerk.name,
        password=password,
        is_staff=True,
        is_superuser=clerk.role is None,
        date_joined=at - timedelta(days=730),
    )
    if clerk.role:
        user.groups.add(Group.objects.get(name=clerk.role.value))
    EmailAddress.objects.create(user=user, email=user.email, primary=True, verified=True)
    TOTP.activate(user, generate_totp_secret())
    RecoveryCodes.activate(user)
    return user


def _plan(history: History, plan: Plan, *, by: User) -> None:
    product = history.products[plan.sku]
    begins = history.today + timedelta(days=plan.begins)

    def act(at: datetime) -> None:
        valuing.replan(product.pk, mark=(Stage(plan.stage), begins), reason=plan.reason, by=by, at=at)

    history.on(-plan.recorded, act)


def _live(history: History, person: Person, care: User) -> None:
    """Joining, registering and removing, each on its day."""
    member: dict[str, Member] = {}

    def join(at: datetime) -> None:
        user = User.objects.create(
            email=person.email,
            name=person.name,
            language=person.language,
            password=history.hash,
            date_joined=at,
        )
        EmailAddress.objects.create(user=user, email=user.email, primary=True, verified=True)
        member["row"] = become_member(user=user, country=person.country, at=at)
        standing.begin(member["row"], day=programme_day(at))

    history.on(person.joined_days_ago, join)
    things = person.things
    if person is people.PRESS:
        things = [Thing(40, "eos-r5-mark-ii", "042026990011", 60, "Foto C", "DK")]
        history.on(60, lambda at: _hold(member["row"], care, at))
    if person is people.ARABIC:
        things = [
            Thing(90, "eos-r5-mark-ii", "042027110023", 95, "Grand Stores", "AE"),
            Thing(80, "rf-100-500mm-f4-5-7-1l-is-usm", "5400099121", 95, "Grand Stores", "AE"),
            Thing(4, "rf-24-70mm-f2-8l-is-usm", "", 20, "Grand Stores", "AE"),
        ]
    if person.key == "silver-eg":
        # The unit that Layla holds: asked for with proof, and not answered yet.
        disputed = _own(history, member, Thing(6, "speedlite-el-1", "1208004417", 30, "Second hand", "EG"))
        history.on(5, lambda at: _claim(disputed["row"], at))
    if person.key == "silver-de":
        things = [*things, Thing(3, "eos-5d-mark-iv", "12A", 900, "Foto Markt", "DE")]
    for thing in things:
        _own(history, member, thing)


def _own(history: History, member: dict[str, Member], thing: Thing) -> dict[str, KitItem]:
    """Registering a thing on its day, and removing it; the item is in what is given back once that day has passed."""
    item: dict[str, KitItem] = {}

    def register(at: datetime) -> None:
        bought = None if thing.bought_days_ago is None else history.today - timedelta(days=thing.bought_days_ago)
        announced = history.products[thing.sku].announced_year
        if bought and announced and bought.year < announced:
            bought = date(announced, 12, 1)
        details = Details(thing.serial, thing.country, bought, thing.store, thing.confirmed)
        item["row"] = registration.add_item(
            member_id=member["row"].pk,
            product_id=history.products[thing.sku].pk,
            details=details,
            at=at,
            by=member["row"].user,
        )
        if thing.paper:
            _keep(item["row"], is_photo=thing.paper == "photo", at=at)

    history.on(thing.days_ago, register)
    if thing.removed:
        days_ago, reason = thing.removed

        def remove(at: datetime) -> None:
            removal.remove_item(
                item["row"].pk,
                member_id=member["row"].pk,
                reason=RemovalReason(reason),
                at=at,
                by=member["row"].user,
            )

        history.on(days_ago, remove)
    return item


def _keep(item: KitItem, *, is_photo: bool, at: datetime) -> Proof:
    """A small paper of an item, drawn here and kept like any other."""
    if is_photo:
        upload = SimpleUploadedFile("number.jpg", number_photo(item.serial_typed), "image/jpeg")
        kind = Proof.Kind.NUMBER_PHOTO
    else:
        bought = item.purchased_on or programme_day(at)
        sale = receipt(store=item.store, product=item.product.name, serial=item.serial_typed, bought=bought)
        upload = SimpleUploadedFile(f"receipt {item.product.sku}.pdf", sale, "application/pdf")
        kind = Proof.Kind.RECEIPT
    return keep_proof(upload, member_id=item.member_id, kind=kind, item_ids=[item.pk], at=at)


def _claim(item: KitItem, at: datetime) -> None:
    claims.open_claim(
        item.pk,
        member_id=item.member_id,
        ground=Claim.Ground.USED,
        words="Bought from a colleague at a fair in Alexandria, with its box.",
        proof_id=_keep(item, is_photo=False, at=at).pk,
        at=at,
        by=item.member.user,
    )


def _hold(member: Member, care: User, at: datetime) -> None:
    day = programme_day(at)
    holds.hold_level(
        member,
        level=Level.PLATINUM,
        begins_on=day + timedelta(days=1),
        ends_on=day + timedelta(days=200),
        reason="Press accreditation for the winter season",
        by=care,
        at=at,
    )


def exists() -> bool:
    """Whether the demo has been made."""
    return User.objects.filter(email=people.LAYLA.email).exists()
