"""Loans in words: why one is theirs to ask for or not, and how one ended (programme §6)."""

from collections.abc import Iterator
from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cps_portal.pages.servicing.words import days_words
from members.models import Level
from members.wording.words import Words
from servicing.lending import Ground
from servicing.models import Case, Loan, Stretch
from servicing.rules.lending import NoLoan, Right
from servicing.rules.steps import OVER, State

# What ended a booking, by the portal's own codes; other words are the centre's.
ENDED: dict[str, Words] = {
    "member": gettext_lazy("You cancelled it."),
    "left": gettext_lazy("Your repair was sent back before the loan began."),
    "no_unit": gettext_lazy("No unit was free for it any more."),
}


def day_of(day: date) -> str:
    return date_format(day, "j M Y")


def why(ground: Ground, case: Case, stretch: Stretch) -> list[str]:
    """Why a loan is theirs to ask for now, or what would give one; sentences."""
    return list(_given(ground) if ground.is_given else _not_given(ground, case, stretch))


def _given(ground: Ground) -> Iterator[str]:
    days = days_words(ground.loan_after or 0)
    if ground.answer == Right.MISSED:
        yield _("Your repair has taken longer than %(days)s.") % {"days": days}
    elif ground.answer == Right.PARTS and ground.parts_on:
        yield _("The parts come on %(day)s, so your repair will take longer than %(days)s.") % {
            "day": day_of(ground.parts_on),
            "days": days,
        }
    elif ground.p90 is not None:
        yield _(
            "Of the centre’s latest repairs one in ten took longer than %(usual)s days, and yours should take %(days)s."
        ) % {
            "usual": f"{float(ground.p90):.1f}",
            "days": days,
        }
    yield _("The centre lends you a unit while stock lasts, free of charge.")


def _not_given(ground: Ground, case: Case, stretch: Stretch) -> Iterator[str]:
    if ground.answer == NoLoan.STANDARD:
        yield _("Loans come with Fast Track, and this case goes on at the standard time.")
    elif ground.answer == NoLoan.LEVEL:
        yield _("Loans are for Gold and Platinum.")
        if stretch.benefit_level is not None:
            yield _("The benefits of this case are those of %(level)s.") % {"level": Level(stretch.benefit_level).label}
    elif ground.answer == NoLoan.COUNTRY:
        yield _("A loan needs the terms of both countries, yours and the centre’s. One of them gives none.")
    elif ground.answer == NoLoan.SUSPENDED and ground.suspended_until:
        yield _("There are no loans for you until %(day)s.") % {"day": day_of(ground.suspended_until)}
        yield _("From that day on you can ask for one again, if your repair is late then.")
    elif ground.answer == NoLoan.NOT_AT_THE_CENTRE and case.state == State.REQUESTED:
        yield _("Your product is not at the centre yet.")
        yield _("A loan is yours to ask for when its target is missed, or as soon as we know that it will be.")
    elif ground.answer == NoLoan.NOT_AT_THE_CENTRE:
        yield (
            _("Your product is back, so there is nothing to bridge.")
            if State(case.state) in OVER
            else _("Your product is on its way back to you, so there is nothing to bridge.")
        )
    else:
        yield from _on_time(ground)


def _on_time(ground: Ground) -> Iterator[str]:
    if ground.late_on is not None:
        yield _("Your repair is on time: its %(days)s end on %(day)s.") % {
            "days": days_words(ground.loan_after or 0),
            "day": day_of(ground.late_on),
        }
    else:
        yield _("Your repair is on time.")
    yield _("A loan is yours to ask for when they are over, or as soon as parts show that it will take longer.")
    yield _("We write to you the moment that happens.")


def ended_words(loan: Loan) -> str:
    """Why a booking ended: by a code of the portal, or in the centre's words."""
    return str(ENDED.get(loan.ended_why, loan.ended_why))
