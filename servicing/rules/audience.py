"""Who an offer or an event is for, and what is missing where it is just out of reach (programme §9)."""

from collections.abc import Collection
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Audience:
    """Levels; countries (empty: every one); products of which one is needed (empty: none)."""

    levels: frozenset[int]
    countries: frozenset[str] = frozenset()
    products: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Person:
    """What of a member decides. `products`: those their validated kit holds."""

    level: int
    country: str
    products: Collection[int] = ()


@dataclass(frozen=True, slots=True)
class Fit:
    """Whether it is for a person; `needs_level` and `needs_product` say what is missing where little is.

    `owned`: the products by which it is shown. `near`: one thing alone is missing, the next level or a product.
    """

    fits: bool
    country: bool
    needs_level: int | None = None
    needs_product: bool = False
    owned: frozenset[int] = frozenset()
    near: bool = False

    @property
    def within_reach(self) -> bool:
        """Just out of reach, as the page calls it: their country's, and one step away.

        Our reading of "just" (D): a step is the next level, or one product at their own level. What needs both, or a
        level further up, would promise too much; its page still says to who has the address what is missing.
        """
        return not self.fits and self.country and self.near


def fit(audience: Audience, person: Person) -> Fit:
    """How an audience and a person fit. An offer for lower levels only is not within reach of a higher one."""
    in_country = not audience.countries or person.country in audience.countries
    owned = audience.products & frozenset(person.products)
    has_product = not audience.products or bool(owned)
    has_level = person.level in audience.levels
    above = [level for level in sorted(audience.levels) if level > person.level]
    if not in_country or (not has_level and not above):
        return Fit(False, False)
    is_next = not has_level and above[0] == person.level + 1
    return Fit(
        near=(is_next and has_product) or (has_level and not has_product),
        fits=has_level and has_product,
        country=True,
        needs_level=None if has_level else above[0],
        needs_product=not has_product,
        owned=owned,
    )
