"""Which messages are mailed when, and which may be refused.

Service mail is what a member must not miss: their account may be in other hands, something of theirs stands
still without them, a day runs by which to act, or a benefit is lost. It always goes, at once: security,
item_needs_you, claim_against, claim_decided, drop_ahead, drop_changed, level_down. A kind that is not named
here counts as service mail, so that a new one is never kept from anybody by mistake.

All mail about cases and loans is service mail as well, and none of it can be refused. A thing of the member's
is in other hands while a clock runs: an estimate waits and expires (case_estimate), a request expires
(case_expiry), the centre asks something (case_message), a target or the benefits that hang on it come or go
(case_lane), and each step says where the thing is and when to expect it (case_step). A loan is somebody
else's next booking: the right to one lasts as long as the repair (loan_offer), its days and its unit change
(loan_changed), and it has to be back on a day (loan_due). They come because the member asked for a service,
a handful in each case, and stop with it.

The rest is good news that stands on the member's pages as well and asks for nothing: a product counts, a
level went up. It is not urgent (one letter a day for those who like it so) and may be refused (RFC 8058).
"""

from collections.abc import Collection
from datetime import UTC, datetime, time, timedelta
from enum import Enum, auto
from zoneinfo import ZoneInfo

REFUSABLE = ("level_up", "item_validated")  # in the order of a day's letter
MORNING = time(8)


class Way(Enum):
    """How a message reaches its person."""

    AT_ONCE = auto()
    DAILY = auto()
    NOT_MAILED = auto()


def way_of(kind: str, *, digest: bool, unwanted: Collection[str]) -> Way:
    """At once, in the day's letter, or not by mail, as the person chose; service mail at once whatever they chose."""
    if kind not in REFUSABLE:
        return Way.AT_ONCE
    if kind in unwanted:
        return Way.NOT_MAILED
    return Way.DAILY if digest else Way.AT_ONCE


def last_morning(moment: datetime, time_zone: str) -> datetime:
    """The latest 08:00 of a time zone that is not after a moment, in UTC."""
    here = moment.astimezone(ZoneInfo(time_zone))
    day = here.date() if here.time() >= MORNING else here.date() - timedelta(days=1)
    return datetime.combine(day, MORNING, here.tzinfo).astimezone(UTC)


def next_morning(moment: datetime, time_zone: str) -> datetime:
    """The first 08:00 of a time zone after a moment, in UTC."""
    here = moment.astimezone(ZoneInfo(time_zone))
    day = here.date() + timedelta(days=1) if here.time() >= MORNING else here.date()
    return datetime.combine(day, MORNING, here.tzinfo).astimezone(UTC)
