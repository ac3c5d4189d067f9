"""Offers, events, welcome packs, questions and old accounts for the demo, by the portal's own operations.

What there is to see: Layla's pack was sent 30 days ago and may be asked after, Matteo's was asked for and waits,
Clara's is on offer, Ingrid's card was lost and is replaced. One event is full with a waiting list.
"""

from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from typing import Protocol
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from django.utils.text import slugify

from cps_portal.demo.deals import DEALS, EVENINGS, Evening
from kitbag.models import Product
from members import former, threads
from members.looking import Page, note_look
from members.models import Address, Level, Member, Topic, User
from members.rules.former import Row, Thing
from members.threads import Question
from servicing import event_door, events, offers, packs
from servicing.models import Event, GiftStock, Offer, OfferCode
from servicing.packs import Label, contents_on, pack_of
from servicing.rules.address import address_lines


class Days(Protocol):
    """Where acts are put on their day (history.History)."""

    today: date

    def on(self, days_ago: int, act: Callable[[datetime], object]) -> None: ...


HOMES = {
    "layla": ("24 Larch Road", "SE22 8TU", "London", "GB"),
    "gold-it": ("Via del Salice 17", "40121", "Bologna", "IT"),
    "platinum-no": ("Steinhaugen 3", "6003", "Ålesund", "NO"),
}
# Who asked how many days ago, and how many days ago it was picked and sent.
PACKS = (
    ("platinum-no", 320, 318, 316, "RB440018225NO"),
    ("layla", 34, 32, 30, "RM900214417GB"),
    ("gold-it", 3, 0, 0, ""),
)

OLD_ACCOUNTS = [
    Row("silver-de@example.org", "Clara Neumann", "DE", Level.GOLD, None, (Thing("EOS-1D X Mark II", "073011002244"),)),
    Row(
        "gold-it@example.org",
        "Matteo Ricci",
        "IT",
        Level.SILVER,
        Level.GOLD,
        (Thing("EOS C300 Mark III", "031344001"),),
    ),
    Row(
        "samira@example.org",
        "Samira Chaoui",
        "FR",
        Level.PLATINUM,
        Level.SILVER,
        (Thing("EOS-1D X Mark III", "083022001177"), Thing("EF 70-200mm f/2.8L IS II USM", "4110002231")),
    ),
]


def plan(days: Days, clerks: Mapping[str, User], products: Mapping[str, Product]) -> None:
    """Put everything on its day; members are there by then. `clerks` by key."""
    days.on(340, lambda at: _stock(clerks["logistics"], at))
    days.on(60, _read_in)
    days.on(58, lambda at: former.invite(most=10, at=at))
    days.on(40, lambda at: _offers(days.today, products))
    days.on(38, lambda at: _announce(days.today))
    for evening in EVENINGS:
        for turn, who in enumerate(evening.books):
            days.on(36 - turn, lambda at, evening=evening, who=who: _book(evening, who, at))  # type: ignore[misc]
    days.on(16, lambda at: _came(clerks["programme"]))
    days.on(20, lambda at: _draw("layla", at))
    for who, asked, picked, sent, tracking in PACKS:
        days.on(asked, lambda at, who=who: _ask(who, at))  # type: ignore[misc]
        if picked:
            days.on(picked, lambda at, who=who: _pick(who, clerks["logistics"], at))  # type: ignore[misc]
            days.on(sent, lambda at, who=who, tracking=tracking: _send(who, tracking, at))  # type: ignore[misc]
    days.on(35, _keep_addresses)
    _questions(days, clerks["care"])


def _member(who: str) -> Member:
    return Member.objects.select_related("user").get(user__email=f"{who}@example.org")


def _stock(by: User, at: datetime) -> None:
    contents = contents_on(at.date())
    if contents:
        GiftStock.objects.create(contents=contents, pieces=250, note="First delivery", at=at, by=by)


def _read_in(at: datetime) -> None:
    former.keep(OLD_ACCOUNTS, digest="demo", file_name="old-accounts.csv", at=at)


def _offers(today: date, products: Mapping[str, Product]) -> None:
    for deal in DEALS:
        kind = Offer.Codes.NONE
        if deal.codes:
            kind = Offer.Codes.SHARED if isinstance(deal.codes, str) else Offer.Codes.OWN
        offer = Offer.objects.create(
            title=deal.title,
            summary=deal.summary,
            text=deal.text,
            levels=deal.levels,
            countries=list(deal.countries),
            begins_on=today - timedelta(days=40),
            ends_on=today + timedelta(days=deal.ends),
            codes=kind,
            shared_code=deal.codes if isinstance(deal.codes, str) else "",
            link=f"https://example.org/cps/{slugify(deal.title)}",
            published=True,
        )
        offer.products.set(products[sku] for sku in deal.skus)
        if isinstance(deal.codes, int):
            OfferCode.objects.bulk_create(
                OfferCode(offer=offer, code=f"CARD-{number * 7919 % 90000 + 10000}")
                for number in range(1, deal.codes + 1)
            )


def _draw(who: str, at: datetime) -> None:
    offer = Offer.objects.get(codes=Offer.Codes.OWN)
    offers.draw_code(offer.pk, member_id=_member(who).pk, at=at)


def _announce(today: date) -> None:
    for evening in EVENINGS:
        zone = ZoneInfo(evening.zone)
        begins = datetime.combine(today + timedelta(days=evening.ahead), time(evening.hour), zone)
        Event.objects.create(
            title=evening.title,
            summary=evening.summary,
            text=evening.text,
            language=evening.language,
            levels=evening.levels,
            countries=list(evening.countries),
            online=not evening.place,
            join_link="" if evening.place else "https://meet.example.org/cps",
            place=evening.place,
            country=evening.country,
            time_zone=evening.zone,
            begins_at=begins,
            ends_at=begins + timedelta(hours=evening.hours),
            booking_ends_at=begins - timedelta(hours=2),
            places=evening.places,
            published=True,
        )


def _book(evening: Evening, who: str, at: datetime) -> None:
    events.book(Event.objects.get(title=evening.title).pk, member_id=_member(who).pk, at=at)


def _came(by: User) -> None:
    event = Event.objects.get(title=EVENINGS[-1].title)
    at = event.begins_at + timedelta(minutes=4)
    event_door.check_in(event.pk, member_id=_member("layla").pk, at=at)
    event_door.check_in_visitor(
        event.pk, region="Canon Japan", card_number="JP 4410 2271", name="Aiko Tanabe", at=at, by=by
    )


def _ask(who: str, at: datetime) -> None:
    member = _member(who)
    packs.request_pack(member.pk, label=_label(member.user.name, who), at=at)


def _label(name: str, who: str) -> Label:
    street, postcode, town, country = HOMES[who]
    return Label(name, address_lines(street, postcode, town, country), country)


def _pick(who: str, by: User, at: datetime) -> None:
    packs.pick_batch(HOMES[who][3], most=20, at=at, by=by)


def _send(who: str, tracking: str, at: datetime) -> None:
    pack = pack_of(_member(who).pk)
    if pack:
        packs.mark_sent({pack.pk: tracking}, at=at)


def _keep_addresses(at: datetime) -> None:
    layla = _member("layla")
    layla.phone, layla.field = "+44 20 7946 0018", "news"
    layla.save(update_fields=["phone", "field"])
    for label, street, postcode in (
        ("Home", "24 Larch Road", "SE22 8TU"),
        ("Studio", "Unit 9, 70 Mill Lane", "SE1 2AA"),
    ):
        Address.objects.create(
            member=layla,
            label=label,
            name=layla.user.name,
            street=street,
            postcode=postcode,
            town="London",
            country="GB",
            is_first=label == "Home",
        )


def _questions(days: Days, care: User) -> None:
    """A question that was answered, a lost card with its replacement, one open, and one without an account."""
    asked, lost = uuid4(), uuid4()
    serial = Question(
        Topic.SERIAL,
        "The portal does not take the number on the base plate of my Speedlite. It has only seven digits.",
        "en",
        product="Speedlite 600EX-RT",
        serial="8931004",
    )
    days.on(
        9, lambda at: threads.open_thread(serial, user=_member("layla").user, thread_id=asked, post_id=uuid4(), at=at)
    )
    days.on(
        8,
        lambda at: threads.write(
            asked,
            words="The first digit is worn on many of these. Open the foot and read the number inside: it has eight.",
            post_id=uuid4(),
            at=at,
            user=care,
            as_staff=True,
        ),
    )
    days.on(8, lambda at: note_look(_member("layla").pk, page=Page.THREAD, by=care, at=at))
    card = Question(Topic.LOST_CARD, "My card went overboard with a jacket. May I have a new one?", "en")
    days.on(
        6,
        lambda at: threads.open_thread(card, user=_member("platinum-no").user, thread_id=lost, post_id=uuid4(), at=at),
    )
    days.on(5, lambda at: _replace(lost, care, at))
    where = Question(Topic.OTHER, "Can I hand my camera in at the desk in Cairo without a parcel?", "en")
    days.on(
        2,
        lambda at: threads.open_thread(
            where, user=_member("silver-eg").user, thread_id=uuid4(), post_id=uuid4(), at=at
        ),
    )
    stranger = Question(
        Topic.OTHER,
        "I am a member of CPS in Japan and work in Paris in March. Which services may I use there?",
        "en",
        name="Aiko Tanabe",
        email="aiko@example.com",
    )
    days.on(1, lambda at: threads.open_thread(stranger, user=None, thread_id=uuid4(), post_id=uuid4(), at=at))


def _replace(thread_id: UUID, care: User, at: datetime) -> None:
    member = _member("platinum-no")
    pack = pack_of(member.pk)
    if pack:
        packs.replace_card(pack.pk, label=_label(member.user.name, "platinum-no"), at=at, by=care)
    threads.write(
        thread_id,
        words="A new card is on its way to the address of your pack. The code on the old one is valid no more.",
        post_id=uuid4(),
        at=at,
        user=care,
        as_staff=True,
    )
