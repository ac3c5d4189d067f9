"""Which lines of a statement a page shows: the newest ones, a page further back, or those of one year."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from kitbag.rules.statement import Line

# Lines of one page.
PAGE = 60


@dataclass(frozen=True, slots=True)
class Window:
    """Past lines from `begins` up to before `ends`, counted from the oldest, and the announced ones shown.

    `first` is the first place of what was asked for: 0, or that of a year.
    """

    past: Sequence[Line]
    ahead: Sequence[Line]
    begins: int
    ends: int
    first: int
    since: date | None
    year: int | None

    @property
    def shown(self) -> Sequence[Line]:
        return self.past[self.begins : self.ends]

    @property
    def is_newest(self) -> bool:
        return self.ends == len(self.past)

    @property
    def earlier_href(self) -> str:
        """The page before this one; empty where there is none."""
        if self.begins <= self.first:
            return ""
        year = f"year={self.year}&" if self.year else ""
        return f"{reverse('points')}?{year}upto={self.begins}#statement"

    def carried(self) -> list[dict[str, Any]]:
        """What was brought forward into the page from the lines before it."""
        if not self.begins:
            return []
        before = self.past[self.begins - 1]
        known = next((line for line in reversed(self.past[: self.begins]) if line.level is not None), None)
        return [
            {
                "day": max(self.since, before.day) if self.since else before.day,
                "product": _("Brought forward from earlier statements"),
                "total": before.total,
                "level": int(known.level) if known and known.level is not None else 0,
            }
        ]


def years_of(lines: Sequence[Line]) -> list[int]:
    """Years with a line, the newest first."""
    return sorted({line.day.year for line in lines}, reverse=True)


def window(past: Sequence[Line], ahead: Sequence[Line], *, since: date, asked: QueryDict) -> Window:
    """The page that an address asks for: `?year=` one year, `?upto=n` the lines up to the n-th, which never changes.

    Without either, the lines since a day, at most PAGE. What an address asks in vain is left out.
    """
    year = _number(asked.get("year", ""))
    if year not in years_of([*past, *ahead]):
        year = None
    first, last = 0, len(past)
    if year:
        first = sum(line.day.year < year for line in past)
        last = sum(line.day.year <= year for line in past)
        since = date(year, 1, 1)
        ahead = [line for line in ahead if line.day.year == year]
    upto = _number(asked.get("upto", ""))
    if upto is not None and first < upto < last:
        return Window(past, [], max(upto - PAGE, first), upto, first, None, year)
    begins = next((place for place, line in enumerate(past) if line.day >= since), len(past))
    return Window(past, ahead, max(begins, last - PAGE, first), last, first, since, year)


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 9 else None
