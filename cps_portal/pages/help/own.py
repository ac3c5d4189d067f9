"""What an answer is for the member who reads it: their own figures beside it (programme §9)."""

from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django_countries import countries as every_country

from cps_portal.pages import needs, outlook
from cps_portal.pages.help.figures import working
from cps_portal.pages.servicing.slots import for_the_dashboard
from kitbag import standing, statement
from kitbag.rules.statement import lines
from kitbag.standing import Stands
from members.models import FormerAccount, Level, Member
from members.rules.days import programme_day
from members.rules.levels import Thresholds
from servicing import eligibility
from servicing.models import Loan, Service, WelcomePack
from servicing.packs import is_offered, pack_of
from servicing.rules.eligibility import Terms


def own_figures(member: Member, *, day: date) -> dict[str, list[str]]:
    """Sentences by the key of a section; the number of queries does not grow with kit or cases."""
    stands = standing.on(member.pk, day)
    waiting, _claimed = needs.waiting_and_claimed(member.pk, day=day)
    facts = statement.outlook_of(member.pk, after=day, also=[item.product for item in outlook.tried(waiting)]).facts
    ahead = lines(facts, after=day, total=stands.points, level=stands.level)
    view = outlook.outlook(facts, ahead, waiting, stands=stands, today=day)
    terms = eligibility.terms_of(str(member.country), level=stands.level, day=day)
    held, _lent = for_the_dashboard(member.pk, day=day)
    own = {
        "points": [_points(stands), _next(stands, view.thresholds)],
        "little-kit": [_next(stands, view.thresholds)],
        "worth": [_points(stands)],
        "blue-dot": _dots(waiting),
        "fallen": [outlook.falls_words(view) or _("No fall is announced for your kit."), outlook.safe_words(view)],
        "fast-track": [_target(terms, video=False), _slots(sum(bool(one.slot) for one in held))],
        "video": [_target(terms, video=True)],
        "loan": _loans(member),
        "home-country": [_country(member, stands, terms)],
        "moving": [_country(member, stands, terms)],
        **_former(member, stands),
        **_pack(pack_of(member.pk), stands),
    }
    return {key: said for key, sentences in own.items() if (said := [one for one in sentences if one])}


def _points(stands: Stands) -> str:
    words = ngettext(
        "You have %(points)s point and are %(level)s.", "You have %(points)s points and are %(level)s.", stands.points
    )
    return words % {"points": f"{stands.points:,}", "level": stands.level.label}


def _next(stands: Stands, thresholds: Thresholds) -> str:
    above = thresholds.next_above(stands.level)
    if above is None or above[1] <= stands.points:
        return ""
    gap = above[1] - stands.points
    words = ngettext("%(points)s point more makes you %(level)s.", "%(points)s points more make you %(level)s.", gap)
    return words % {"points": f"{gap:,}", "level": Level(above[0]).label}


def _dots(waiting: list[needs.Waiting]) -> list[str]:
    mine = [item for item in waiting if item.needs_member]
    if not mine:
        return [_("None of your products has a blue dot.")]
    dots = ngettext(
        "%(number)s of your products has a blue dot.", "%(number)s of your products have a blue dot.", len(mine)
    )
    points = needs.points_in(mine)
    wait = ngettext("%(points)s point waits there.", "%(points)s points wait there.", points)
    return [dots % {"number": len(mine)}, wait % {"points": f"{points:,}"}]


def _target(terms: Terms, *, video: bool) -> str:
    days = terms.days[Service.REPAIR.value][int(video)]
    if days is None or terms.why_not:
        return _("You have no target at present: it needs Silver, and a country that gives one.")
    words = _("Your target for a video product: %(days)s.") if video else _("Your target for a repair: %(days)s.")
    return words % {"days": working(days)}


def _slots(taken: int) -> str:
    words = ngettext(
        "%(number)s product of yours is on Fast Track now.",
        "%(number)s products of yours are on Fast Track now.",
        taken,
    )
    return words % {"number": taken}


def _loans(member: Member) -> list[str]:
    lent = Loan.objects.filter(case__member=member, state=Loan.State.OUT).select_related("unit__product")
    words = _("You have the %(product)s on loan until %(day)s.")
    return [
        words % {"product": loan.unit.product.name, "day": date_format(loan.period.upper, "j M Y")}
        for loan in lent.order_by("pk")
        if loan.period.upper
    ]


def _country(member: Member, stands: Stands, terms: Terms) -> str:
    country = every_country.name(str(member.country))
    if terms.cap < stands.level:
        return _("Your official country is %(country)s, where benefits end at those of %(level)s.") % {
            "country": country,
            "level": Level(terms.cap).label,
        }
    return _("Your official country is %(country)s, with all benefits of your level.") % {"country": country}


def _former(member: Member, stands: Stands) -> dict[str, list[str]]:
    old = FormerAccount.objects.filter(member=member).first()
    if old is None:
        return {}
    photo = _("Your former account was %(level)s for photo.")
    video = _("Your former account was %(level)s for video.")
    was = [
        words % {"level": Level(level).label}
        for words, level in ((photo, old.photo_level), (video, old.video_level))
        if level is not None
    ]
    return {"old-level": [*was, _points(stands)], "video-status": was[-1:] if old.video_level is not None else []}


def _pack(pack: WelcomePack | None, stands: Stands) -> dict[str, list[str]]:
    if pack is None:
        waits = _("Your pack waits under Offers: say where it shall go.")
        return {"pack": [waits if is_offered(stands.level, None) else _("It is yours to ask for once you are Silver.")]}
    asked = {"day": date_format(programme_day(pack.requested_at), "j M Y")}
    states = {
        WelcomePack.State.REQUESTED: _("You asked for your pack on %(day)s; it is not packed yet."),
        WelcomePack.State.PICKED: _("You asked for your pack on %(day)s; it is being packed."),
        WelcomePack.State.SENT: _("You asked for your pack on %(day)s; it was sent on %(sent)s."),
    }
    sent = date_format(programme_day(pack.sent_at), "j M Y") if pack.sent_at else ""
    said = [states[WelcomePack.State(pack.state)] % (asked | {"sent": sent})]
    return {"pack": said, "not-arrived": said, "lost-card": said}
