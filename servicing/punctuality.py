"""How punctual a centre was: what left its bench in a time, by week and service (programme §6)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection

from servicing.models import Centre

WEEK = timedelta(days=7)
THOUSANDTH = Decimal("0.001")

_FIGURES = """
SELECT week, service, GROUPING(week), GROUPING(service), count(*), count(*) FILTER (WHERE in_time IS NOT NULL),
    count(*) FILTER (WHERE in_time), count(*) FILTER (WHERE again),
    coalesce(sum(paused_days), 0), coalesce(sum(worked_days + paused_days), 0),
    percentile_cont(0.5) WITHIN GROUP (ORDER BY worked_days), percentile_cont(0.9) WITHIN GROUP (ORDER BY worked_days)
FROM (
    SELECT date_trunc('week', s.left_at AT TIME ZONE %(zone)s)::date AS week, c.service, s.in_time, s.paused_days,
        s.worked_days, s.requested_at > c.requested_at AS again
    FROM servicing_stretch s JOIN servicing_case c ON c.id = s.case_id
    WHERE s.centre_id = %(centre)s AND s.left_at >= %(first)s AND s.left_at < %(end)s
) done
GROUP BY GROUPING SETS ((week), (service), (week, service), ())
ORDER BY GROUPING(week) DESC, week, GROUPING(service) DESC, service
"""


@dataclass(frozen=True, slots=True)
class Figures:
    """What left the bench. `week` is its Monday, None for all weeks; `service` is empty for all services.

    `with_target` had one, `in_time` of those kept it; `again` were sent in once more. `paused` is the part of
    the time at the bench that waited for members. Days are working days of the centre.
    """

    week: date | None
    service: str
    cases: int
    with_target: int
    in_time: int
    again: int
    paused: Decimal
    time: Decimal
    p50: Decimal | None
    p90: Decimal | None

    @property
    def on_time_share(self) -> float | None:
        return self.in_time / self.with_target if self.with_target else None

    @property
    def paused_share(self) -> float | None:
        return float(self.paused / self.time) if self.time else None

    @property
    def again_share(self) -> float | None:
        return self.again / self.cases if self.cases else None


def figures(centre: Centre, *, first: date, last: date) -> Sequence[Figures]:
    """What left the bench on the centre's days first ≤ day ≤ last: in all, by service, by week, by both; one query."""
    zone = ZoneInfo(centre.time_zone)
    params: dict[str, str | int | datetime] = {
        "zone": centre.time_zone,
        "centre": centre.pk,
        "first": datetime.combine(first, time(), zone),
        "end": datetime.combine(last + timedelta(days=1), time(), zone),
    }
    with connection.cursor() as cursor:
        cursor.execute(_FIGURES, params)
        return list(_read(cursor.fetchall()))


def _read(rows: Sequence[Any]) -> Iterator[Figures]:
    for week, service, every_week, every_service, *counted, paused, spent, half, most in rows:
        cases, with_target, in_time, again = counted
        yield Figures(
            week=None if every_week else week,
            service="" if every_service else service,
            cases=cases,
            with_target=with_target,
            in_time=in_time,
            again=again,
            paused=paused,
            time=spent,
            p50=_rounded(half),
            p90=_rounded(most),
        )


def _rounded(days: float | None) -> Decimal | None:
    return None if days is None else Decimal(str(days)).quantize(THOUSANDTH)


def weeks_between(first: date, last: date) -> list[date]:
    """The Mondays of the weeks that a time touches."""
    monday = first - timedelta(days=first.weekday())
    return [monday + number * WEEK for number in range((last - monday).days // 7 + 1)]
