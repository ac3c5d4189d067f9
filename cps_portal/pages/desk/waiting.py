"""What waits for a member of staff: each kind of work with how much of it, since when, and where it is done.

A count is capped, and what it counts lies in an index of what is open, so that a million rows behind it cost nothing;
all counts are one query. Country teams count their own members' rows, centre staff their centre's.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _w

from kitbag.models import Claim, FullCheck, KitItem, Night, ProposedEdit
from members.country_teams import countries_seen, seen_by
from members.models import DataImport, FormerAccount, Message, PlanRequest, Thread, Topic, User
from servicing import board
from servicing.models import Centre, CentreTask, Loan, WelcomePack
from servicing.rules.board import Part

COUNTED_MOST = 200


@dataclass(frozen=True, slots=True)
class Work:
    """One kind of work: what opens it, its rows, what they are ordered by, and where it is done."""

    title: str | Promise
    permission: str
    rows: Callable[[datetime], QuerySet[Any]]
    since: str
    href: Callable[[], str]
    centre_path: str = ""
    dated: bool = True


def _list(model: str, query: str = "") -> Callable[[], str]:
    return lambda: reverse(f"admin:{model}_changelist") + query


WORKS: tuple[Work, ...] = (
    Work(
        _w("Items to check"),
        "kitbag.change_kititem",
        # Whose turn is staff's: not those that wait for the member, nor for a claim.
        lambda at: KitItem.objects.for_staff(),
        "added_at",
        lambda: reverse("admin:kitbag_queue"),
    ),
    Work(
        _w("Changed products and numbers"),
        "kitbag.change_proposededit",
        lambda at: ProposedEdit.objects.filter(state=ProposedEdit.State.WAITING),
        "proposed_at",
        _list("kitbag_proposededit", "?state__exact=waiting"),
    ),
    Work(
        _w("Claims"),
        "kitbag.change_claim",
        lambda at: Claim.objects.open(),
        "opened_at",
        _list("kitbag_claim"),
    ),
    Work(
        _w("Questions"),
        "members.change_thread",
        lambda at: Thread.objects.filter(state=Thread.State.OPEN),
        "changed_at",
        lambda: reverse("admin:threads_desk"),
    ),
    Work(
        _w("Lost cards"),
        "servicing.add_welcomepack",
        lambda at: Thread.objects.filter(state=Thread.State.OPEN, topic=Topic.LOST_CARD),
        "changed_at",
        lambda: reverse("admin:packs_lost"),
    ),
    Work(
        _w("Parked messages"),
        "members.change_message",
        lambda at: Message.objects.filter(parked_at__isnull=False, sent_at=None, unwanted=False),
        "parked_at",
        _list("members_message", "?delivery=parked"),
    ),
    Work(
        _w("Old accounts to invite"),
        "members.change_formeraccount",
        lambda at: FormerAccount.objects.filter(invited_at=None, member=None),
        # By the key that an index of them holds; since when says the file that they came in.
        "id",
        _list("members_formeraccount"),
        dated=False,
    ),
    Work(
        _w("Packs to pick"),
        "servicing.add_packbatch",
        lambda at: WelcomePack.objects.filter(batch=None),
        "requested_at",
        lambda: reverse("admin:packs"),
    ),
    Work(
        _w("Packs to send"),
        "servicing.change_welcomepack",
        lambda at: WelcomePack.objects.filter(state=WelcomePack.State.PICKED),
        "batch__picked_at",
        lambda: reverse("admin:packs"),
    ),
    Work(
        _w("Plans for a second person"),
        "kitbag.add_lifecyclemark",
        lambda at: PlanRequest.objects.filter(state=PlanRequest.State.WAITING),
        "asked_at",
        lambda: reverse("admin:data"),
    ),
    Work(
        _w("Files for a second person"),
        "kitbag.add_lifecyclemark",
        lambda at: DataImport.objects.filter(state=DataImport.State.WAITING),
        "asked_at",
        lambda: reverse("admin:data"),
    ),
    Work(
        _w("Tasks of the centre"),
        "servicing.change_centretask",
        lambda at: CentreTask.objects.filter(done_at=None),
        "made_at",
        _list("servicing_centretask"),
        centre_path="centre",
    ),
    Work(
        _w("Loans overdue"),
        "servicing.change_loan",
        lambda at: Loan.objects.filter(state=Loan.State.OUT, period__endswith__lte=at.date()),
        "period__endswith",
        lambda: reverse("admin:bench_loans"),
        centre_path="unit__centre",
    ),
)


@dataclass(frozen=True, slots=True)
class Tile:
    title: str
    href: str
    count: str
    is_empty: bool
    since: date | None


def waiting_for(user: User, held_to: int | None, *, at: datetime) -> list[Tile]:
    """What waits for a user, who may be held to a centre by its key: work that is there first, then what is done.

    One query, and three for a centre’s bench.
    """
    works = [work for work in WORKS if user.has_perm(work.permission) and (held_to is None or work.centre_path)]
    tiles = [*_of_the_bench(user, held_to, at=at)]
    if works:
        tiles += [
            _tile(work, count, since)
            for work, (count, since) in zip(works, _counts(works, user, held_to, at), strict=True)
        ]
    return sorted(tiles, key=lambda tile: tile.is_empty)


def _of_the_bench(user: User, held_to: int | None, *, at: datetime) -> Iterator[Tile]:
    """For centre staff, what of their own centre's board presses."""
    centre = Centre.objects.filter(pk=held_to).first() if held_to and user.has_perm("servicing.change_case") else None
    if centre is None:
        return
    counts = board.counts(centre, board.marks_of(centre, at=at))
    named = (
        (Part.MISSED, _("Cases past their target")),
        (Part.RISK, _("Cases at risk")),
        (Part.TODAY, _("Cases due today")),
        (Part.STALE, _("Cases where nothing happens")),
    )
    for part, title in named:
        href = f"{reverse('admin:bench')}?part={part.value}"
        yield Tile(title, href, str(counts[part]), not counts[part], None)


def _tile(work: Work, count: int, since: Any) -> Tile:
    shown = f"{COUNTED_MOST}+" if count > COUNTED_MOST else str(count)
    day = since.date() if isinstance(since, datetime) else since
    return Tile(str(work.title), work.href(), shown, not count, day)


def _counts(works: Sequence[Work], user: User, held_to: int | None, at: datetime) -> Iterator[tuple[int, Any]]:
    """How many there are of each, up to one more than COUNTED_MOST, and the oldest moment; in one query."""
    parts: list[str] = []
    given: list[Any] = []
    for work in works:
        rows = work.rows(at)
        rows = seen_by(rows, user) if held_to is None else rows.filter(**{work.centre_path: held_to})
        oldest = rows.order_by(work.since).values_list(work.since)[: COUNTED_MOST + 1]
        sql, params = oldest.query.sql_with_params()
        # Each moment as text: a day beside moments has no common type.
        parts.append(f"(SELECT count(*), min(moment)::text FROM ({sql}) AS work (moment))")  # noqa: S608 (Django wrote it)
        given += params
    with connection.cursor() as cursor:
        cursor.execute(
            " UNION ALL ".join(f"SELECT {number}, * FROM {part} AS w" for number, part in enumerate(parts)),  # noqa: S608
            given,
        )
        found = {number: (count, moment) for number, count, moment in cursor.fetchall()}
    for number, work in enumerate(works):
        count, moment = found[number]
        yield count, datetime.fromisoformat(moment) if moment and work.dated else None


def last_night(user: User) -> dict[str, Any] | None:
    """The last complete night and full check, for whoever may see nights."""
    if not user.has_perm("kitbag.view_night"):
        return None
    night = Night.objects.filter(completed_at__isnull=False).first()
    check = FullCheck.objects.order_by("-pk").first()
    return {
        "href": reverse("admin:kitbag_night_report"),
        "day": night.day if night else None,
        "products": night.products_due if night else 0,
        "members": night.members if night else 0,
        "up": night.levels_up if night else 0,
        "down": night.levels_down if night else 0,
        "checked_on": check.day if check else None,
        "differ": getattr(check, "differing", 0) if check else 0,
    }


def said_of(user: User) -> str:
    """Whose rows somebody held to countries sees."""
    team = countries_seen(user)
    return _("You see members of %(countries)s.") % {"countries": ", ".join(sorted(team))} if team else ""
