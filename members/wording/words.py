"""What the wording of every kind shares: words for codes, news of a level, addresses and figures."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import get_timezone_location
from babel.numbers import format_currency
from django.conf import settings
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import get_language, get_language_bidi, override, pgettext, pgettext_lazy
from django.utils.translation import gettext as _

from members.models import Level, Message, User
from members.rules.roles import Role

Words = str | Promise
# user, level before, level after, programme day → lines in the active language
News = Callable[[User, Level, Level, date], Sequence[str]]
# Subject and what the templates of a kind are given
Said = tuple[str, dict[str, Any]]

_words: dict[Message.Kind, dict[str, Words]] = {}
_news: list[News] = []


ROLES: dict[str, Words] = {
    Role.MEMBER_CARE: pgettext_lazy("staff role", "Member care"),
    Role.VALIDATION: pgettext_lazy("staff role", "Validation"),
    Role.CENTRE_STAFF: pgettext_lazy("staff role", "Centre staff"),
    Role.LOGISTICS: pgettext_lazy("staff role", "Logistics"),
    Role.PROGRAMME_MANAGER: pgettext_lazy("staff role", "Programme manager"),
    Role.AUDITOR: pgettext_lazy("staff role", "Auditor"),
    "Superuser": pgettext_lazy("staff role", "Superuser"),
}


def role_words(roles: str) -> str:
    """Roles as they were written down, "Member care, Validation", in the reader's language."""
    return pgettext("between things in a row", ", ").join(str(ROLES.get(role, role)) for role in roles.split(", "))


def name_codes(kind: Message.Kind, words: Mapping[str, Words]) -> None:
    """Give the codes in a kind's facts their words (lazy translations)."""
    _words.setdefault(kind, {}).update(words)


def tell_news(news: News) -> None:
    """Register what says what a level brings; asked at sending, in the person's language."""
    if news not in _news:
        _news.append(news)


def word(kind: Message.Kind, code: str) -> str:
    """The words of a code in the active language. Raises KeyError for one that nobody named."""
    return str(_words.get(kind, {})[code])


def news_of(user: User, old: Level, new: Level, day: date) -> list[str]:
    """What a new level brings, from every app that registered for it."""
    return [line for news in _news for line in news(user, old, new, day)]


def link(name: str, *args: object) -> str:
    """The full address of a page of the portal."""
    return settings.PORTAL_ORIGIN + reverse(name, args=args)


def figure(points: int) -> str:
    """Points as everywhere: a comma at the thousands, Western digits in every language."""
    return f"{points:,}"


def english_level(level: int) -> str:
    """A level in English, as centres of other regions read it (programme §8)."""
    with override("en"):
        return str(Level(level).label)


def money(amount: Decimal | str, currency: str) -> str:
    """An amount with its currency as everywhere: £1,452.40, with Western digits in every language.

    Between words from right to left it keeps its own direction, so that the sign stays before its digits.
    """
    said = format_currency(Decimal(amount), currency, locale="en_GB").replace("-", "−")
    return f"\u2068{said}\u2069" if get_language_bidi() else said


def moment(text: str, zone: str) -> str:
    """An ISO moment as the clock of a centre or a member shows it, with the place that the clock stands in."""
    return moment_at(datetime.fromisoformat(text), zone)


def moment_at(at: datetime, zone: str) -> str:
    """The same of a moment."""
    here = at.astimezone(ZoneInfo(zone))
    if zone == "UTC":
        return _("%(moment)s UTC") % {"moment": date_format(here, "D j M Y, H:i")}
    place = get_timezone_location(zone, locale=get_language() or "en", return_city=True)
    return _("%(moment)s, %(place)s time") % {"moment": date_format(here, "D j M Y, H:i"), "place": place}
