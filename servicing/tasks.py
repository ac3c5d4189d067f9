"""Wake-up calls of servicing: each looks for what is due, does it, and returns (cps_portal/celery.py says when)."""

from celery import shared_task
from django.utils import timezone

from servicing import bench, estimating, events, expiring, figures, lending, packs, risks


@shared_task(name="servicing.tasks.see_to_cases", acks_late=True)
def see_to_cases() -> dict[str, int]:
    """Estimates and requests whose time is over, cases that close by themselves, cases at risk; how many of each."""
    at = timezone.now()
    return {
        "estimates": estimating.expire_estimates(at=at),
        "requests": expiring.expire_requests(at=at),
        "closed": bench.close_what_is_back(at=at),
        "at_risk": risks.warn_of_risks(at=at),
    }


@shared_task(time_limit=1500, name="servicing.tasks.see_to_loans", acks_late=True)
def see_to_loans() -> dict[str, int]:
    """Rights that the clock gives, days that move, reminders and what is overdue; how many of each."""
    return lending.daily(at=timezone.now())


@shared_task(name="servicing.tasks.see_to_events", acks_late=True)
def see_to_events() -> int:
    """Places at events that were kept and not taken in time pass on to who waits; how many lapsed."""
    return events.lapse_all(at=timezone.now())


@shared_task(time_limit=1500, name="servicing.tasks.note_figures", acks_late=True)
def note_figures() -> int:
    """Figures of the days that are over, for reports; how many days were noted."""
    return figures.note_days()


@shared_task(name="servicing.tasks.offer_packs", acks_late=True)
def offer_packs() -> int:
    """Members who rose from Red are told that the welcome pack is theirs; how many were due."""
    return packs.tell_of_packs(at=timezone.now())
