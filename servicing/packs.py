"""The welcome pack: one per member for good, asked for from Silver up, picked by country, sent (programme §8)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import OuterRef, Subquery, Sum
from django.utils.translation import override

from kitbag import standing
from kitbag.models import LevelChange
from members import messages
from members.models import Level, Member, Message, User
from members.rules.days import programme_day
from servicing.cards import revoke_card
from servicing.locator import country_name
from servicing.models import GiftStock, PackBatch, PackContents, WelcomePack
from servicing.offers import BenefitError

State = WelcomePack.State
TOLD_WITHIN_DAYS = 30


@dataclass(frozen=True, slots=True)
class Label:
    """Where a pack goes: the name, the lines between name and country in local order, and the country."""

    name: str
    lines: Sequence[str]
    country: str


def label_lines(name: str, lines: Sequence[str], country: str) -> list[str]:
    """What is printed on a label, and seen before it is: the country in English capitals, as the post wants it."""
    with override("en"):
        return [name, *lines, country_name(country).upper()]


def pack_of(member_id: int) -> WelcomePack | None:
    """A member's one pack."""
    return WelcomePack.objects.filter(member=member_id, replaces=None).first()


def card_of(member_id: int) -> WelcomePack | None:
    """The last card that was approved in place of a lost one."""
    return WelcomePack.objects.filter(member=member_id).exclude(replaces=None).order_by("-pk").first()


def is_offered(level: Level, pack: WelcomePack | None) -> bool:
    """Whether the pack stands under Offers: from Silver up, until it was asked for."""
    return pack is None and level >= Level.SILVER


def may_ask_where_it_is(pack: WelcomePack, *, at: datetime) -> bool:
    """From the 28th day after the request: "not arrived?" """
    return programme_day(at) >= programme_day(pack.requested_at) + timedelta(days=settings.PACK_LATE_DAYS)


@transaction.atomic
def request_pack(member_id: int, *, label: Label, at: datetime) -> WelcomePack:
    """Ask for the pack. One per member for good, whatever the level does later; asking twice is asking once.

    Raises BenefitError("level") below Silver.
    """
    standing.lock(member_id)
    if made := pack_of(member_id):
        return made
    day = programme_day(at)
    level = standing.on(member_id, day).level
    if level < Level.SILVER:
        raise BenefitError("level")
    try:
        with transaction.atomic():
            return WelcomePack.objects.create(
                member_id=member_id,
                contents=contents_on(day),
                level=level,
                name=label.name,
                lines="\n".join(label.lines),
                country=label.country,
                requested_at=at,
            )
    except IntegrityError as error:
        if "welcome_pack_one_a_member" not in str(error):
            raise
        return WelcomePack.objects.get(member=member_id, replaces=None)


def contents_on(day: date) -> PackContents | None:
    """What a pack contains on a day."""
    return PackContents.objects.filter(valid_from__lte=day).order_by("-valid_from").first()


@transaction.atomic
def change_address(pack_id: int, *, member_id: int, label: Label) -> WelcomePack:
    """Another address, while nobody packs it yet. Raises BenefitError("packed"), WelcomePack.DoesNotExist."""
    pack = WelcomePack.objects.select_for_update().get(pk=pack_id, member=member_id)
    if pack.state != State.REQUESTED:
        raise BenefitError("packed")
    pack.name, pack.lines, pack.country = label.name, "\n".join(label.lines), label.country
    pack.save(update_fields=["name", "lines", "country"])
    return pack


@transaction.atomic
def replace_card(pack_id: int, *, label: Label, at: datetime, by: User) -> WelcomePack:
    """Approve a new card in place of a lost one, linked to the pack it came with; the code of the old is revoked.

    Twice is once. Raises BenefitError("not_sent") where the first was never sent.
    """
    lost = WelcomePack.objects.get(pk=pack_id)
    standing.lock(lost.member_id)
    if made := WelcomePack.objects.filter(replaces=lost).first():
        return made
    if lost.state != State.SENT:
        raise BenefitError("not_sent")
    revoke_card(lost.member_id, why="Lost", at=at, by=by)
    return WelcomePack.objects.create(
        member_id=lost.member_id,
        replaces=lost,
        level=max(standing.on(lost.member_id, programme_day(at)).level, Level.SILVER),
        name=label.name,
        lines="\n".join(label.lines),
        country=label.country,
        requested_at=at,
        approved_by=by,
    )


@transaction.atomic
def tell_of_packs(*, at: datetime) -> int:
    """Tell members whose level went up from Red of late that the pack is theirs, once for good; answers to how many.

    Whoever asked for it meanwhile, or is Red again, is not told.
    """
    day = programme_day(at)
    rose = LevelChange.objects.filter(
        day__gt=day - timedelta(days=TOLD_WITHIN_DAYS), day__lte=day, from_level=Level.RED, to_level__gte=Level.SILVER
    )
    last = LevelChange.objects.filter(member=OuterRef("pk"), day__lte=day).order_by("-at", "-pk")
    waiting = Member.objects.filter(pk__in=rose.values("member"), packs=None, closed_at=None)
    waiting = waiting.annotate(reached=Subquery(last.values("to_level")[:1])).filter(reached__gte=Level.SILVER)
    users = list(waiting.values_list("user", flat=True))
    messages.post_many(
        messages.Post(user_id=user, kind=Message.Kind.PACK_OFFER, about="pack", occasion="offer", facts={}, at=at)
        for user in users
    )
    return len(users)


@transaction.atomic
def pick_batch(country: str, *, most: int, at: datetime, by: User) -> PackBatch | None:
    """Take the oldest requests of a country into a batch; two clerks at once take different ones. None if none wait."""
    waiting = (
        WelcomePack.objects.select_for_update(skip_locked=True)
        .filter(country=country, state=State.REQUESTED)
        .order_by("requested_at", "pk")[:most]
    )
    packs = [pack.pk for pack in waiting]
    if not packs:
        return None
    batch = PackBatch.objects.create(country=country, picked_at=at, by=by)
    WelcomePack.objects.filter(pk__in=packs).update(state=State.PICKED, batch=batch)
    return batch


@transaction.atomic
def pick_once(oldest: int, country: str, *, most: int, at: datetime, by: User) -> PackBatch | None:
    """Pick as a form asked that showed the pack `oldest` as the first to go: sent twice, it picks once."""
    User.objects.select_for_update(no_key=True).get(pk=by.pk)
    made = PackBatch.objects.filter(packs=oldest, country=country, by=by).first()
    return made or pick_batch(country, most=most, at=at, by=by)


@transaction.atomic
def put_back(pack_id: int) -> WelcomePack:
    """Take a pack out of its batch again: it waits as before. Raises BenefitError("not_picked")."""
    pack = WelcomePack.objects.select_for_update().get(pk=pack_id)
    if pack.state != State.PICKED:
        raise BenefitError("not_picked")
    pack.state, pack.batch = State.REQUESTED, None
    pack.save(update_fields=["state", "batch"])
    return pack


@transaction.atomic
def mark_sent(tracking: Mapping[int, str], *, at: datetime) -> int:
    """Packs handed to the post, each with its tracking number if it has one; answers how many went now.

    Those already sent stay as they are. Raises BenefitError, and writes nothing: "unknown" where there is no such
    pack, "not_picked" where one is in no batch.
    """
    packs = list(WelcomePack.objects.select_for_update().filter(pk__in=tracking).order_by("pk"))
    if len(packs) < len(tracking):
        raise BenefitError("unknown")
    if any(pack.state == State.REQUESTED for pack in packs):
        raise BenefitError("not_picked")
    going = [pack for pack in packs if pack.state == State.PICKED]
    for pack in going:
        pack.state, pack.sent_at, pack.tracking = State.SENT, at, tracking[pack.pk]
        pack.save(update_fields=["state", "sent_at", "tracking"])
        user_id = Member.objects.values_list("user", flat=True).get(pk=pack.member_id)
        messages.post(
            user_id=user_id,
            kind=Message.Kind.PACK_SENT,
            about=f"pack {pack.pk}",
            occasion="sent",
            facts={"tracking": pack.tracking, "card_only": pack.replaces_id is not None},
            at=at,
        )
    return len(going)


def why_not_sent(tracking: Mapping[int, str]) -> dict[int, str]:
    """Of packs to be marked as sent, those that cannot be, by a code.

    "unknown"; "not_picked"; "sent_otherwise" where one went before with another tracking number.
    """
    there = {pack.pk: pack for pack in WelcomePack.objects.filter(pk__in=tracking)}
    wrong = {}
    for key, number in tracking.items():
        pack = there.get(key)
        if pack is None:
            wrong[key] = "unknown"
        elif pack.state == State.REQUESTED:
            wrong[key] = "not_picked"
        elif pack.state == State.SENT and number not in ("", pack.tracking):
            wrong[key] = "sent_otherwise"
    return wrong


def gifts_left(contents: PackContents) -> int:
    """Pieces of a gift in stock: what came in, less what was packed."""
    came = GiftStock.objects.filter(contents=contents).aggregate(pieces=Sum("pieces"))["pieces"] or 0
    return came - WelcomePack.objects.filter(contents=contents).exclude(state=State.REQUESTED).count()
