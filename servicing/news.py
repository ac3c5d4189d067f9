"""What is new for a member, facts of several tables in one read: offers, the welcome pack, events, messages (§9)."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from members.models import Level, Message, User
from members.prepared import Prepared
from servicing.rules.audience import Audience, Fit, Person, fit

MESSAGES_SHOWN = 3
_READ = Prepared(
    "news_of_member",
    "bigint, bigint, text, date, timestamptz, integer, smallint",
    """SELECT
    (SELECT jsonb_agg(offer ORDER BY offer.ends_on, offer.title) FROM (
        SELECT o.id, o.title, o.summary, o.levels, o.countries, o.ends_on, o.codes,
            ARRAY(SELECT p.product_id FROM servicing_offer_products p WHERE p.offer_id = o.id) AS products,
            ARRAY(SELECT DISTINCT k.product_id FROM servicing_offer_products p
                JOIN kitbag_kititem k ON k.product_id = p.product_id AND k.member_id = $1 AND k.state = 'validated'
                WHERE p.offer_id = o.id) AS owned,
            (SELECT min(r.name) FROM servicing_offer_products p
                JOIN kitbag_kititem k ON k.product_id = p.product_id AND k.member_id = $1 AND k.state = 'validated'
                JOIN kitbag_product r ON r.id = k.product_id
                WHERE p.offer_id = o.id) AS because,
            (SELECT count(*) FROM servicing_offercode c WHERE c.offer_id = o.id AND c.member_id IS NULL) AS codes_left
        FROM servicing_offer o
        WHERE o.published AND o.begins_on <= $4 AND o.ends_on > $4
            AND (o.countries = '{}' OR $3 = ANY (o.countries))) offer),
    EXISTS (SELECT FROM servicing_welcomepack w WHERE w.member_id = $1 AND w.replaces_id IS NULL),
    (SELECT coalesce(max(r.generation), 0) + 1 FROM servicing_cardrevocation r WHERE r.member_id = $1),
    (SELECT c.day FROM kitbag_levelchange c WHERE c.member_id = $1 AND c.to_level = $7 ORDER BY c.at DESC LIMIT 1),
    (SELECT jsonb_agg(event ORDER BY event.begins_at, event.id) FROM (
        SELECT e.id, e.title, e.levels, e.countries, e.country, e.online, e.time_zone, e.begins_at, e.places,
            e.cancelled_at, e.booking_ends_at,
            (SELECT count(*) FROM servicing_booking b
                WHERE b.event_id = e.id AND b.state IN ('place', 'held')) AS taken,
            (SELECT b.state FROM servicing_booking b WHERE b.event_id = e.id AND b.member_id = $1
                AND b.state IN ('place', 'waiting', 'held')) AS mine,
            (SELECT count(*) FROM servicing_booking b JOIN servicing_booking m ON m.event_id = b.event_id
                AND m.member_id = $1 AND m.state = 'waiting'
                WHERE b.event_id = e.id AND b.state = 'waiting' AND (b.asked_at, b.id) <= (m.asked_at, m.id)) AS turn
        FROM servicing_event e
        WHERE e.published AND e.ends_at > $5 AND (e.countries = '{}' OR $3 = ANY (e.countries)
            OR EXISTS (SELECT FROM servicing_booking b WHERE b.event_id = e.id AND b.member_id = $1
                AND b.state IN ('place', 'waiting', 'held')))) event),
    (SELECT jsonb_agg(message ORDER BY message.id DESC) FROM (
        SELECT id, kind, facts, created_at FROM members_message
        WHERE user_id = $2 AND kind <> 'security' ORDER BY id DESC LIMIT $6) message)""",
)


@dataclass(frozen=True, slots=True)
class NewOffer:
    """An offer with how it fits; `because` is a product of theirs by which it is shown, "" where none is needed.

    `codes_left`: None where its codes are not counted.
    """

    id: str
    title: str
    summary: str
    ends_on: date
    because: str
    codes_left: int | None
    fit: Fit


@dataclass(frozen=True, slots=True)
class NewEvent:
    """An event that is theirs to come to. `free`: None without a limit; `mine`: the state of their booking or ""."""

    id: str
    title: str
    online: bool
    zone: str
    begins_at: datetime
    free: int | None
    mine: str
    turn: int
    is_near: bool
    called_off: bool


@dataclass(frozen=True, slots=True)
class News:
    """Offers that fit, those that end first first; events, the nearest first; messages, the newest first.

    `card`: the generation of the card that is valid; `level_since`: when the level began, None for the first one.
    """

    offers: Sequence[NewOffer]
    pack_waits: bool
    card: int
    level_since: date | None
    events: Sequence[NewEvent]
    messages: Sequence[Message]


def news_of(member_id: int, *, user: User, country: str, level: Level, day: date, at: datetime) -> News:
    """What is new for a member at a moment; one query."""
    row = _READ.rows(member_id, user.pk, country, day, at, MESSAGES_SHOWN, level.value)[0]
    offers, has_pack, card, level_since, events, letters = row
    return News(
        [one for one in (_offer(row, level, country) for row in _list(offers)) if one.fit.fits],
        not has_pack and level >= Level.SILVER,
        card,
        level_since,
        [_event(row, country) for row in _list(events) if row["mine"] or _may_come(row, level, country)],
        [
            Message(
                pk=row["id"],
                user=user,
                kind=row["kind"],
                facts=row["facts"],
                created_at=datetime.fromisoformat(row["created_at"]),
            )
            for row in _list(letters)
        ],
    )


def _list(found: Any) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads(found) if isinstance(found, str) else found
    return rows or []


def _offer(row: dict[str, Any], level: Level, country: str) -> NewOffer:
    audience = Audience(frozenset(row["levels"]), frozenset(row["countries"]), frozenset(row["products"]))
    return NewOffer(
        row["id"],
        row["title"],
        row["summary"],
        date.fromisoformat(row["ends_on"]),
        row["because"] or "",
        row["codes_left"] if row["codes"] == "own" else None,
        fit(audience, Person(level, country, frozenset(row["owned"]))),
    )


def _may_come(row: dict[str, Any], level: Level, country: str) -> bool:
    return fit(Audience(frozenset(row["levels"]), frozenset(row["countries"])), Person(level, country)).fits


def _event(row: dict[str, Any], country: str) -> NewEvent:
    return NewEvent(
        row["id"],
        row["title"],
        row["online"],
        row["time_zone"],
        datetime.fromisoformat(row["begins_at"]),
        None if row["places"] is None else max(0, row["places"] - row["taken"]),
        row["mine"] or "",
        row["turn"],
        row["online"] or row["country"] == country,
        row["cancelled_at"] is not None,
    )
