"""The reports of the desk: which there are, who reads them, what they tell apart."""

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _w

from cps_portal.pages.desk.report_benches import loans, on_time, servicing
from cps_portal.pages.desk.report_days import depreciation, growth, levels, validation
from cps_portal.pages.desk.report_parts import Asked, Lines, Told
from cps_portal.pages.desk.report_work import events, packs


@dataclass(frozen=True, slots=True)
class Report:
    """One report: its address, who reads it, whether it tells countries apart or centres.

    `lines` is what the desk draws of it, where telling all of it costs more.
    """

    slug: str
    title: str | Promise
    text: str | Promise
    permission: str
    tell: Callable[[Asked], Told]
    by_country: bool = False
    of_centres: bool = False
    lines: Callable[[Asked], Lines] | None = None

    def drawn(self, asked: Asked) -> Lines:
        """The lines of a chart without the rest."""
        if self.lines:
            return self.lines(asked)
        told = self.tell(asked)
        return told.days, told.series


DAYS = "servicing.view_dayfigures"
REPORTS: tuple[Report, ...] = (
    Report(
        "levels", _w("Levels"), _w("Members at each level over time, and by country."), DAYS, levels, by_country=True
    ),
    Report(
        "growth",
        _w("New members and products"),
        _w("Who joined, and what began to count."),
        DAYS,
        growth,
        by_country=True,
    ),
    Report(
        "validation",
        _w("Validation"),
        _w("What staff decided on, and how long it waited."),
        DAYS,
        validation,
        by_country=True,
    ),
    Report(
        "depreciation",
        _w("Depreciation"),
        _w("What fell in the nights of all countries, whom it concerned, and what is announced."),
        DAYS,
        depreciation,
    ),
    Report(
        "servicing",
        _w("Servicing"),
        _w("On time, paused, sent in again, by centre."),
        "servicing.view_case",
        servicing,
        of_centres=True,
        lines=on_time,
    ),
    Report(
        "loans",
        _w("Loans"),
        _w("How much units are lent, and what is overdue."),
        "servicing.view_loan",
        loans,
        of_centres=True,
    ),
    Report(
        "packs",
        _w("Welcome packs"),
        _w("Requested, sent, the days between, and who asked where theirs is."),
        "servicing.view_welcomepack",
        packs,
        by_country=True,
    ),
    Report("events", _w("Events"), _w("Places, who waits and who came."), "servicing.view_event", events),
)
