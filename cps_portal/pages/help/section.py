"""What a section of the help page is made of."""

from dataclasses import dataclass

from django.utils.functional import Promise

Words = str | Promise


@dataclass(frozen=True, slots=True)
class Section:
    """A question with its answer. `key` is its anchor; paragraphs name figures as %(slots)s (figures.py).

    `links` are (words, URL name with ?query or #anchor), `own_links` those shown beside a member's own figures only;
    `also` are words that people search it by.
    """

    key: str
    title: Words
    paragraphs: tuple[Words, ...]
    links: tuple[tuple[Words, str], ...] = ()
    also: Words = ""
    own_links: tuple[tuple[Words, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Group:
    """Questions that belong together."""

    key: str
    title: Words
    sections: tuple[Section, ...]
