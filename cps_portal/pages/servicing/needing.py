"""Whether a target allows a day on which something is needed, told honestly (programme §6)."""

from datetime import date, datetime, timedelta

from django.conf import settings
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from cps_portal.pages.servicing.words import days_words
from members.rules.days import programme_day
from servicing.centres import calendar_of
from servicing.models import Centre
from servicing.rules.arrival import LOOKED_BACK, due_on, latest_arrival
from servicing.rules.calendar import NeverOpens


def needed_words(centre: Centre, target: int | None, *, needed_by: date, at: datetime) -> str:
    """Whether the day allows it, told honestly: by which day it has to arrive, or that even today is too late.

    `target`: that of a place on Fast Track; None without one, where only the standard time can be reckoned with.
    """
    is_fast = target is not None
    target = settings.STANDARD_TURNAROUND_DAYS if target is None else target
    last = max(needed_by, programme_day(at)) + LOOKED_BACK
    calendar = calendar_of(centre, first=at.date() - timedelta(days=7), last=last)
    try:
        arrives = latest_arrival(calendar, target=target, needed_by=needed_by, at=at)
        due = due_on(calendar, received_at=at, target=target)
    except NeverOpens:
        return ""
    words = {
        "day": date_format(needed_by, "j M Y"),
        "days": days_words(target),
        "arrives": date_format(arrives, "D j M Y") if arrives else "",
        "due": date_format(due, "D j M Y"),
    }
    if arrives is None:
        early = _(
            "%(day)s is too early: received today, its target is to leave the centre on %(due)s, and the way back "
            "comes on top."
        )
        early_standard = _(
            "%(day)s is too early: the standard time is about %(days)s, so received today it leaves the centre "
            "about %(due)s, and the way back comes on top."
        )
        return (early if is_fast else early_standard) % words
    by_then = _(
        "To leave the centre by %(day)s it has to be there by %(arrives)s: the target is %(days)s, which is not "
        "guaranteed, and the way back comes on top."
    )
    by_then_standard = _(
        "To leave the centre by %(day)s it has to be there by %(arrives)s: the standard time is about %(days)s, "
        "without a target, and the way back comes on top."
    )
    return (by_then if is_fast else by_then_standard) % words
