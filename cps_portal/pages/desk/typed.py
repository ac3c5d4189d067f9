"""What a member of staff typed into the search box, read in every way that it can be meant; and what is found."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any, cast

from django.contrib import admin
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest

from kitbag.rules.serials import normalise
from members.models import Member, User
from members.name_search import named
from members.rules.finding import digits_of, one_line, words_of
from servicing.access import centre_seen

MEMBER_DIGITS = 10
# The beginning of a member number, or of an address, that is worth looking for.
BEGINNING = 3


@dataclass(frozen=True, slots=True)
class Hit:
    """One thing found: its name, what it is in words, and its page."""

    name: str
    facts: tuple[str, ...]
    href: str


@dataclass(frozen=True, slots=True)
class Group:
    """Things of one kind, ten at most; `more` is the list with the others."""

    title: str
    hits: tuple[Hit, ...]
    more: str


@dataclass(frozen=True)
class Search:
    """What a member of staff typed, read in every way that it can be meant."""

    typed: str
    request: HttpRequest

    @property
    def user(self) -> User:
        return cast(User, self.request.user)

    @property
    def centre(self) -> int | None:
        """The one centre whose rows the user sees; None for every centre's."""
        return centre_seen(self.request)

    def rows(self, model: type[Model]) -> QuerySet[Any]:
        """What the user's own list of a model shows."""
        return admin.site.get_model_admin(model).get_queryset(self.request).order_by()

    @cached_property
    def text(self) -> str:
        return one_line(self.typed)

    @cached_property
    def has_digit(self) -> bool:
        return any(char.isdecimal() for char in self.text)

    @cached_property
    def digits(self) -> str:
        return digits_of(self.text)

    @cached_property
    def serial(self) -> str:
        """A serial number; every one has a digit."""
        return normalise(self.text) if self.has_digit else ""

    @cached_property
    def tracking(self) -> list[str]:
        return sorted({self.text, self.text.upper(), "".join(self.text.split()).upper()})

    @cached_property
    def address(self) -> str:
        """An e-mail address, or the beginning of one; with digits in it only where it cannot be another number."""
        text = self.text.lower()
        is_one = "@" in text or not self.has_digit or text[:BEGINNING].isalpha()
        return text if is_one and " " not in text and len(text) >= BEGINNING else ""

    @cached_property
    def words(self) -> list[str]:
        """Words of a name, which has no digits."""
        return [] if self.has_digit or "@" in self.text else words_of(self.text)

    @cached_property
    def member(self) -> Member | None:
        """The member whose whole number it is."""
        if len(self.digits) != MEMBER_DIGITS:
            return None
        found: Member | None = self.rows(Member).select_related("user").filter(number=self.digits).first()
        return found

    def of_person(self, email: str, name: str) -> list[Q]:
        """Ways to somebody by address and name."""
        asked = [Q(**{f"{email}__startswith": self.address})] if self.address else []
        return [*asked, named(name, self.words)] if self.words else asked
