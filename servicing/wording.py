"""The words of servicing in messages: for its codes, and for what a new level brings (members/wording)."""

from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from members.models import CountryTerms, Level, Member, Message, User
from members.rules.levels import benefit_level
from members.wording import name_codes, tell_news
from servicing.models import Service, ServiceTerms
from servicing.rules.eligibility import No
from servicing.rules.lending import Reminder, Right
from servicing.rules.steps import State

# What a subject says of a step, and the sentence under it. Estimates and requests have messages of their own.
STEPS = {
    State.RECEIVED: (gettext_lazy("it is at the centre"), gettext_lazy("The centre has received it.")),
    State.INSPECTED: (
        gettext_lazy("inspected"),
        gettext_lazy(
            "It has been inspected. Next comes an estimate, or the work itself where nothing has to be decided."
        ),
    ),
    State.ACCEPTED: (
        gettext_lazy("estimate accepted"),
        gettext_lazy("The estimate was entered as accepted. The work goes on."),
    ),
    State.DECLINED: (
        gettext_lazy("estimate declined"),
        gettext_lazy(
            "The estimate was entered as declined. It goes back to you as it is, or you get another estimate."
        ),
    ),
    "declined_expired": (
        gettext_lazy("the estimate has expired"),
        gettext_lazy(
            "The estimate was not answered in time, so it counts as declined. "
            "It goes back to you as it is, or you get another estimate."
        ),
    ),
    State.IN_REPAIR: (gettext_lazy("in repair"), gettext_lazy("It is on the bench and being worked on.")),
    State.AWAITING_PARTS: (
        gettext_lazy("awaiting parts"),
        gettext_lazy("A part has to come before the work can go on. The clock does not stop for that."),
    ),
    State.QUALITY_CHECK: (
        gettext_lazy("quality check"),
        gettext_lazy("The work is done and is being checked before it goes back to you."),
    ),
    State.SHIPPED: (
        gettext_lazy("on its way back"),
        gettext_lazy("It has left the centre and is on its way back to you."),
    ),
    State.RETURNED: (
        gettext_lazy("on its way back, not repaired"),
        gettext_lazy("It has left the centre without a repair and is on its way back to you."),
    ),
    State.BEYOND_REPAIR: (
        gettext_lazy("it cannot be repaired"),
        gettext_lazy("The centre cannot repair it. It is on its way back to you as it is."),
    ),
    State.CLOSED: (gettext_lazy("closed"), gettext_lazy("It is back with you, so the case is closed.")),
    State.CANCELLED: (gettext_lazy("cancelled"), gettext_lazy("The request is cancelled. There is nothing to send.")),
    State.EXPIRED: (
        gettext_lazy("the request has expired"),
        gettext_lazy(
            "It did not come to the centre in time, so the request has expired. You can ask again at any time."
        ),
    ),
}
# Why Fast Track does not take something, in messages and on pages.
NOT_ELIGIBLE = {
    No.NOT_LISTED: gettext_lazy("This product is not on the Fast Track list."),
    No.UNSERVICEABLE: gettext_lazy("This product can no longer be serviced."),
    No.DETAILS_MISSING: gettext_lazy("Details of this product are missing."),
    No.NOT_VALIDATED: gettext_lazy("This product does not count yet."),
    No.LEVEL: gettext_lazy("Fast Track begins with Silver."),
    No.COUNTRY: gettext_lazy("Your country’s membership has no Fast Track targets."),
    No.NO_TARGET: gettext_lazy("Your country has no target for this at your level."),
    No.CENTRE_KIND: gettext_lazy("At partners Fast Track is for repairs only."),
    No.CENTRE_TARGET: gettext_lazy("The country of this centre has no target for this at your level."),
}

# Why a loan is theirs to ask for; what changed about one, and its reminders: what a subject says, and the sentence.
GROUNDS = {
    Right.MISSED: gettext_lazy("Its target has passed."),
    Right.PARTS: gettext_lazy("A part it needs comes too late for its target."),
    Right.USUALLY_LATE: gettext_lazy("The centre has lately needed longer than your target for such work."),
}
LOAN_CHANGES = {
    "booked": (gettext_lazy("a loan is booked for you"), gettext_lazy("The centre has booked a loan for you.")),
    "moved": (
        gettext_lazy("another loan unit is booked for you"),
        gettext_lazy("The unit you had booked is not free on your days, so another one is booked for you."),
    ),
    "no_unit": (
        gettext_lazy("your loan booking has ended"),
        gettext_lazy(
            "The unit you had booked is not free on your days, and there is no other. "
            "The centre is looking for one, and other days may be free."
        ),
    ),
    "longer": (
        gettext_lazy("keep your loan until %(day)s"),
        gettext_lazy("The work on your own product takes longer, so the loan is yours for longer."),
    ),
    "back": (
        gettext_lazy("your loan is due back on %(day)s"),
        gettext_lazy("Your own product is back with you, so the loan comes to its end."),
    ),
    "left": (
        gettext_lazy("your loan booking has ended"),
        gettext_lazy("Your own product was sent back before the loan began, so the booking has ended."),
    ),
    "cancelled": (
        gettext_lazy("your loan booking is cancelled"),
        gettext_lazy("The centre has cancelled your booking."),
    ),
}
REMINDERS = {
    Reminder.SOON: (gettext_lazy("your loan is due back on %(day)s"), gettext_lazy("Your loan is due back soon.")),
    Reminder.TODAY: (gettext_lazy("your loan is due back today"), gettext_lazy("Your loan is due back today.")),
    Reminder.OVERDUE_1: (
        gettext_lazy("your loan was due back on %(day)s"),
        gettext_lazy("Your loan is overdue. Please bring or send it back: another member may be waiting for it."),
    ),
    Reminder.OVERDUE_3: (
        gettext_lazy("your loan is still out, due back on %(day)s"),
        gettext_lazy(
            "Your loan is still out. Please bring or send it back now, "
            "or write to the centre if something stands in the way."
        ),
    ),
}


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
name_codes(Message.Kind.CASE_LANE, {code.value: words for code, words in NOT_ELIGIBLE.items()})
name_codes(Message.Kind.LOAN_OFFER, {code.value: words for code, words in GROUNDS.items()})
for kind, codes in (
    (Message.Kind.CASE_STEP, STEPS),
    (Message.Kind.LOAN_CHANGED, LOAN_CHANGES),
    (Message.Kind.LOAN_DUE, REMINDERS),
):
    for code, (news, said) in codes.items():
        name_codes(kind, {str(code): news, f"{code} said": said})
