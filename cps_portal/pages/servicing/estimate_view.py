"""An estimate as a page and a paper show it: lines with why or why not, VAT, total, how long it is valid (§6)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cps_portal.pages.servicing.times import local_day, moment_words
from members.models import Level
from members.wording.words import Words, money
from servicing.models import Estimate, EstimateLine
from servicing.rules import charges
from servicing.rules.charges import Why

Kind, State = EstimateLine.Kind, Estimate.State
# Why a line of the programme's is as it is. `%(level)s`: the benefit level copied with the case.
SHIPPING_WHY: dict[str, Words] = {
    Why.FREE_SHIPPING.value: gettext_lazy("free for %(level)s at this centre"),
    Why.AT_PARTNER.value: gettext_lazy("free at Canon Service & Repair Centres only"),
    Why.NOT_AT_LEVEL.value: gettext_lazy("not free at your level in this country"),
    Why.NOT_THIS_SERVICE.value: gettext_lazy("free for repairs only"),
    Why.NO_MEMBER.value: gettext_lazy("free for members of this region only"),
    Why.WARRANTY.value: gettext_lazy("free for repairs that are charged"),
}
DISCOUNT_WHY: dict[str, Words] = {
    Why.DISCOUNT.value: gettext_lazy("for %(level)s at this centre"),
    Why.AT_PARTNER.value: gettext_lazy("at Canon Service & Repair Centres only"),
    Why.NOT_AT_LEVEL.value: gettext_lazy("none at your level in this country"),
    Why.NOT_THIS_SERVICE.value: gettext_lazy("for maintenance only"),
    Why.NO_MEMBER.value: gettext_lazy("for members of this region only"),
}
ANSWERED: dict[str, Words] = {
    State.ACCEPTED.value: gettext_lazy("Accepted on %(when)s."),
    State.DECLINED.value: gettext_lazy("Declined on %(when)s."),
    State.EXPIRED.value: gettext_lazy("Nobody answered until %(when)s: it counts as declined."),
    State.REPLACED.value: gettext_lazy("Replaced by a newer estimate on %(when)s."),
}


@dataclass(frozen=True, slots=True)
class Line:
    words: str
    note: str
    amount: str
    is_new: bool = False


@dataclass(frozen=True, slots=True)
class Shown:
    """An estimate in words and money; `state` is what holds at the moment it is looked at."""

    version: int
    state: str
    waits: bool
    note: str
    lines: tuple[Line, ...]
    vat_words: str
    vat: str
    total: str
    sent: str
    replaces: str
    valid: str
    answered: str


def shown(estimate: Estimate, *, before: Collection[Estimate], level: int | None, zone: str, now: datetime) -> Shown:
    """An estimate with its lines prefetched. `before`: the earlier ones of the case, `level`: the benefit level."""
    lines = list(estimate.lines.all())
    sums = charges.sums([line.amount for line in lines], vat_percent=estimate.vat_percent)
    last = max(before, key=lambda one: one.version, default=None)
    known = {_key(line) for line in last.lines.all()} if last else set()
    is_late = estimate.state == State.WAITING and now >= estimate.expires_at
    state = State.EXPIRED.value if is_late else estimate.state
    ended = estimate.expires_at if is_late else estimate.answered_at
    return Shown(
        version=estimate.version,
        state=state,
        waits=state == State.WAITING,
        note=estimate.note,
        lines=tuple(
            _line(line, estimate.currency, level, is_new=last is not None and _key(line) not in known) for line in lines
        ),
        vat_words=_("VAT %(percent)s%%") % {"percent": f"{estimate.vat_percent.normalize():f}"},
        vat=money(sums.vat, estimate.currency),
        total=money(sums.total, estimate.currency),
        sent=_("Sent %(when)s.") % {"when": moment_words(estimate.sent_at, zone=zone, now=now)},
        replaces=_replaces(last, zone) if last else "",
        valid=_("Valid until the end of %(day)s.") % {"day": date_format(last_day(estimate, zone), "j M Y")},
        answered=str(ANSWERED[state]) % {"when": moment_words(ended, zone=zone, now=now)}
        if state in ANSWERED and ended
        else "",
    )


def last_day(estimate: Estimate, zone: str) -> date:
    """The last day, of the centre, on which it can be answered: it expires at the midnight that ends it."""
    return local_day(estimate.expires_at - timedelta(microseconds=1), zone)


def _key(line: EstimateLine) -> tuple[str, str]:
    # The programme's own lines are in every estimate; their words hold the percentage only.
    return line.kind, "" if line.kind in (Kind.SHIPPING, Kind.DISCOUNT) else line.words


def _replaces(last: Estimate, zone: str) -> str:
    sums = charges.sums([line.amount for line in last.lines.all()], vat_percent=last.vat_percent)
    values = {"number": last.version, "total": money(sums.total, last.currency)}
    if last.state in (State.ACCEPTED, State.DECLINED) and last.answered_at:
        values["day"] = date_format(local_day(last.answered_at, zone), "D j M")
        words = (
            _("Replaces estimate %(number)s of %(total)s, which you accepted on %(day)s.")
            if last.state == State.ACCEPTED
            else _("Replaces estimate %(number)s of %(total)s, which you declined on %(day)s.")
        )
        return words % values
    if last.state == State.EXPIRED:
        return _("Replaces estimate %(number)s of %(total)s, which expired.") % values
    return _("Replaces estimate %(number)s of %(total)s, which you had not answered.") % values


def _line(line: EstimateLine, currency: str, level: int | None, *, is_new: bool) -> Line:
    values = {"level": Level(level).label if level is not None else ""}
    words, note = line.words, ""
    if line.kind == Kind.SHIPPING:
        words, note = _("Return shipping"), str(SHIPPING_WHY.get(line.why, "")) % values
    elif line.kind == Kind.DISCOUNT:
        words, note = _("CPS discount"), str(DISCOUNT_WHY.get(line.why, "")) % values
        if line.why == Why.DISCOUNT:
            words = _("CPS discount, %(percent)s%%") % {"percent": line.words}
    elif is_new:
        note = _("new in this estimate")
    return Line(words, note, money(line.amount, currency), is_new)
