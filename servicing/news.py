"""What is new for a member, facts of several tables in one read: offers, the welcome pack, events, messages (§9)."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from members.models import Level, Message, User
from members.prepared import Prepared
from servicing.models import Event
from servicing.rules.audience import Audience, Fit, Person, fit

EVENTS_SHOWN = 3
MESSAGES_SHOWN = 3
_READ = Prepared(
    "news_of_member",
    "bigint, bigint, text, date, integer, smallint, timestamptz, integer",
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
    (SELECT c.day FROM kitbag_levelchange c WHERE c.member_id = $1 AND c.to_level = $6 ORDER BY c.at DESC LIMIT 1),
    EXISTS (SELECT FROM servicing_stretch s WHERE s.member_id = $1 AND s.ended_at IS NULL)
        OR EXISTS (SELECT FROM servicing_loan l WHERE l.member_id = $1 AND l.state = 'out'),
    (SELECT greatest(f.photo_level, f.video_level) FROM members_formeraccount f WHERE f.member_id = $1),
    (SELECT jsonb_agg(event ORDER BY event.begins_at, event.id) FROM (
        SELECT e.id, e.title, e.online, e.place, e.country, e.time_zone, e.begins_at, e.ends_at, e.places,
            count(*) OVER () AS in_all, coalesce(m.state, '') AS mine,
            m.held_until,
            e.cancelled_at IS NOT NULL AS called_off,
            (SELECT count(*) FROM servicing_booking b
                WHERE b.event_id = e.id AND b.state IN ('place', 'held')) AS taken,
            (SELECT count(*) FROM servicing_booking b WHERE b.event_id = e.id AND b.state = 'waiting') AS waiting,
            (SELECT count(*) FROM servicing_booking b WHERE b.event_id = e.id AND b.state = 'waiting'
                AND m.state = 'waiting' AND (b.asked_at, b.id) <= (m.asked_at, m.id)) AS turn
        FROM servicing_event e
        LEFT JOIN servicing_booking m ON m.event_id = e.id AND m.member_id = $1
            AND m.state IN ('place', 'waiting', 'held')
        WHERE e.ends_at > $7 AND (m.id IS NOT NULL OR (e.published AND e.cancelled_at IS NULL
            AND e.booking_ends_at > $7 AND $6 = ANY (e.levels) AND (e.countries = '{}' OR $3 = ANY (e.countries))))
        ORDER BY m.state IS DISTINCT FROM 'held', m.id IS NULL,
            NOT e.online AND e.country <> $3, e.begins_at, e.id LIMIT $8) event),
    (SELECT jsonb_agg(message ORDER BY message.id DESC) FROM (
        SELECT id, kind, facts, created_at FROM members_message
        WHERE user_id = $2 AND kind <> 'security' ORDER BY id DESC LIMIT $5) message)""",
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
    of_some_countries: bool
    codes_left: int | None
    fit: Fit


@dataclass(frozen=True, slots=True)
class NewEvent:
    """An event they come to or may book. `mine`: the state of their booking or ""; `turn`: 0 for who does not wait.

    `held_until`: the moment until which a place is kept for them, else None.
    """

    event: Event
    taken: int
    waiting: int
    mine: str
    turn: int
    called_off: bool
    held_until: datetime | None


@dataclass(frozen=True, slots=True)
class News:
    """Offers that fit, those that end first first; events by time; messages, the newest first.

    `events`: the first few of `events_count`: a place kept for them, then booked ones, near ones, and those elsewhere.
    `in_servicing`: a case of theirs is open, or a loan is with them.
    `card`: the generation of the card that is valid; `level_since`: when the level began, None for the first one.
    `old_level`: the best of their account of the former scheme, None where they had none.
    """

    offers: Sequence[NewOffer]
    pack_waits: bool
    card: int
    level_since: date | None
    in_servicing: bool
    old_level: Level | None
    events: Sequence[NewEvent]
    events_count: int
    messages: Sequence[Message]


def news_of(member_id: int, *, user: User, country: str, level: Level, day: date, at: datetime) -> News:
    """What is new for a member at a moment of a day; one query."""
    row = _READ.rows(member_id, user.pk, country, day, MESSAGES_SHOWN, level.value, at, EVENTS_SHOWN)[0]
    offers, has_pack, card, level_since, in_servicing, old_level, events, letters = row
    ahead = _list(events)
    return News(
        [one for one in (_offer(row, level, country) for row in _list(offers)) if one.fit.fits],
        not has_pack and level >= Level.SILVER,
        card,
        level_since,
        in_servicing,
        None if old_level is None else Level(old_level),
        [_event(row) for row in ahead],
        ahead[0]["in_all"] if ahead else 0,
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
        bool(row["countries"]),
        row["codes_left"] if row["codes"] == "own" else None,
        fit(audience, Person(level, country, frozenset(row["owned"]))),
    )


def _event(row: dict[str, Any]) -> NewEvent:
    event = Event(
        pk=row["id"],
        title=row["title"],
        online=row["online"],
        place=row["place"],
        country=row["country"],
        time_zone=row["time_zone"],
        begins_at=datetime.fromisoformat(row["begins_at"]),
        ends_at=datetime.fromisoformat(row["ends_at"]),
        places=row["places"],
    )
    held = datetime.fromisoformat(row["held_until"]) if row["held_until"] else None
    return NewEvent(event, row["taken"], row["waiting"], row["mine"], row["turn"], row["called_off"], held)
