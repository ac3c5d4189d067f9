"""What a new level brings in servicing, for the message that tells of it (members/wording.py)."""

from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from members.models import CountryTerms, Level, Member, User
from members.rules.levels import benefit_level
from members.wording import tell_news
from servicing.models import Service, ServiceTerms


def news_of_level(user: User, old: Level, new: Level, day: date) -> list[str]:
    """What the benefit level of the home country gives on a day that the level before did not (§6)."""
    member = Member.objects.filter(user=user).first()
    country = CountryTerms.objects.of(str(member.country), day=day) if member else None
    if member is None or country is None:
        return []
    before, after = (benefit_level(level, country.cap) for level in (old, new))
    terms = {
        (row.level, row.service): row
        for row in ServiceTerms.objects.on(day).filter(country=member.country, level__in=(before, after))
    }
    if after <= before:
        return []
    lines, loans = [], False
    for service in Service:
        was, now = terms.get((before, service.value)), terms.get((after, service.value))
        if now is not None:
            lines += [f"{service.label}: {gain}" for gain in gains(was, now)]
            loans |= now.loan and not (was and was.loan)
    if loans:
        lines.append(_("A courtesy loan if the target is missed, while stock lasts"))
    return lines


def gains(was: ServiceTerms | None, now: ServiceTerms) -> list[str]:
    """One service's terms, only what they give anew."""
    lines = []
    if now.target_days is not None and now.target_days != (was and was.target_days):
        days = ngettext("a target of %(days)s working day", "a target of %(days)s working days", now.target_days)
        target = days % {"days": now.target_days}
        if now.video_target_days not in {None, now.target_days}:
            video = _("%(target)s, %(days)s for Cinema EOS and X series")
            target = video % {"target": target, "days": now.video_target_days}
        lines.append(target)
    if now.discount_percent > (was.discount_percent if was else 0):
        off = _("%(percent)s%% off at Canon Service & Repair Centres")
        lines.append(off % {"percent": f"{now.discount_percent.normalize():f}"})
    if now.free_return_shipping and not (was and was.free_return_shipping):
        lines.append(_("free return shipping from Canon Service & Repair Centres when chargeable"))
    return lines


tell_news(news_of_level)
